//! How fast a big log is read: records and megabytes a second, processor time, and memory at its peak.
//!
//! Makes an Okta System Log of invented events, the same in every run, has the program ingest it into an empty store,
//! and prints what that took. `SCIMDRIFT_BENCH_EVENTS` says how many events; see `benches/README.md`.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark prints what it measured, or has failed")]

mod cost;
mod okta;
mod random;

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::Path;

const CONFIG: &str = r#"
[report]
organization = "Acme Corp"
[[input]]
path = "system-log.ndjson"
[idp]
provider = "okta"
application = "0oa1hfacme"
[target]
provider = "huggingface"
name = "acme"
"#;

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let events = wanted();
    let log = folder.path().join("system-log.ndjson");
    let relevant = write_log(&log, events);
    let bytes = fs::metadata(&log).unwrap().len();
    fs::write(folder.path().join("scimdrift.toml"), CONFIG).unwrap();
    println!("{events} events, {relevant} of them relevant, {} MB, {} bytes each", bytes / 1_000_000, bytes / events.max(1));

    let config = folder.path().join("scimdrift.toml");
    let store = folder.path().join("store.db");
    let [config, store, log] = [&config, &store, &log].map(|path| path.to_str().unwrap());
    let cost = cost::of(folder.path(), &["ingest", "--format", "json", "--config", config, "--store", store, log]);
    let (output, wall) = (&cost.output, cost.wall);
    assert!(output.status.success(), "ingest ended with {}: {}", output.status, String::from_utf8_lossy(&output.stderr));
    let counted: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((counted["records"].as_u64(), counted["relevant"].as_u64()), (Some(events), Some(relevant)), "{counted}");

    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    let (events, bytes) = (events as f64, bytes as f64);
    println!("wall      {wall:>10.2} s   {:>12.0} records/s   {:>8.1} MB/s", events / wall, bytes / 1e6 / wall);
    match cost.spent {
        Some(spent) => print_spent(spent, events, bytes),
        None => println!("processor time and memory: not measured, since there is no GNU time"),
    }
    let store = fs::metadata(store).unwrap().len();
    println!("store     {:>10.1} MB", f64::from(u32::try_from(store / 1000).unwrap_or(u32::MAX)) / 1000.0);
}

/// How many events to make.
fn wanted() -> u64 {
    #[expect(clippy::disallowed_methods, reason = "a benchmark has no command line of its own: cargo passes one for its harness")]
    let wanted = std::env::var("SCIMDRIFT_BENCH_EVENTS");
    wanted.map_or(100_000, |text| text.parse().unwrap())
}

/// Writes the log; returns how many of its events touch access.
fn write_log(path: &Path, events: u64) -> u64 {
    let mut log = BufWriter::with_capacity(1 << 20, File::create(path).unwrap());
    let mut tenant = okta::Tenant::new(20_260_630);
    let mut relevant = 0;
    for number in 0..events {
        let event = tenant.event(number);
        relevant += u64::from(event.relevant);
        log.write_all(event.json.as_bytes()).unwrap();
        log.write_all(b"\n").unwrap();
    }
    log.flush().unwrap();
    relevant
}

fn print_spent(spent: cost::Spent, events: f64, bytes: f64) {
    let cpu = spent.processor();
    println!(
        "processor {cpu:>10.2} s   {:>12.0} records/s   {:>8.1} MB/s   (user {:.2} s, system {:.2} s)",
        events / cpu,
        bytes / 1e6 / cpu,
        spent.user,
        spent.system
    );
    println!("memory    {:>10.1} MiB at the peak", spent.peak);
}
