//! How fast a big log is read: records and megabytes a second, processor time, and memory at its peak.
//!
//! Makes an Okta System Log of invented events, the same in every run, has the program ingest it into an empty store,
//! and prints what that took. `SCIMDRIFT_BENCH_EVENTS` says how many events; see `benches/README.md`.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark prints what it measured, or has failed")]

mod okta;

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::process::Command;
use std::time::Instant;

/// Where `time` of GNU stands; without it there is no memory and no processor time to show.
const TIME: &str = "/usr/bin/time";

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

    let timed = Path::new(TIME).exists();
    let program = env!("CARGO_BIN_EXE_scimdrift");
    let mut command = if timed { Command::new(TIME) } else { Command::new(program) };
    if timed {
        command.args(["-f", "%e %U %S %M", "-o"]).arg(folder.path().join("cost")).arg(program);
    }
    command.args(["ingest", "--format", "json", "--config"]).arg(folder.path().join("scimdrift.toml"));
    command.arg("--store").arg(folder.path().join("store.db")).arg(&log);
    let started = Instant::now();
    let output = command.output().unwrap();
    let wall = started.elapsed().as_secs_f64();
    assert!(output.status.success(), "ingest ended with {}: {}", output.status, String::from_utf8_lossy(&output.stderr));
    let counted: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((counted["records"].as_u64(), counted["relevant"].as_u64()), (Some(events), Some(relevant)), "{counted}");

    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    let (events, bytes) = (events as f64, bytes as f64);
    println!("wall      {wall:>10.2} s   {:>12.0} records/s   {:>8.1} MB/s", events / wall, bytes / 1e6 / wall);
    match fs::read_to_string(folder.path().join("cost")) {
        Ok(cost) => print_cost(&cost, events, bytes),
        Err(_) => println!("processor time and memory: not measured, since there is no {TIME}"),
    }
    let store = fs::metadata(folder.path().join("store.db")).unwrap().len();
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

/// `cost` is what GNU time wrote: seconds of wall, user and system, and KiB at the peak.
fn print_cost(cost: &str, events: f64, bytes: f64) {
    let figures: Vec<f64> = cost.lines().last().unwrap_or("").split_whitespace().filter_map(|figure| figure.parse().ok()).collect();
    let [_, user, system, peak] = <[f64; 4]>::try_from(figures).unwrap();
    let cpu = (user + system).max(0.01);
    println!(
        "processor {cpu:>10.2} s   {:>12.0} records/s   {:>8.1} MB/s   (user {user:.2} s, system {system:.2} s)",
        events / cpu,
        bytes / 1e6 / cpu
    );
    println!("memory    {:>10.1} MiB at the peak", peak / 1024.0);
}
