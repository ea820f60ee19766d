//! What a night costs over a big log: the first, the same again, and one that adds a hundredth.
//!
//! Makes an Okta System Log of invented events, the same in every run, has the program ingest, analyze and report it, and
//! prints what each stage took. `SCIMDRIFT_BENCH_EVENTS` says how many events; see `benches/README.md`.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark prints what it measured, or has failed")]

mod cost;
mod okta;
mod random;

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

/// When the nights are: behind the last event.
const AS_OF: &str = "2026-12-31T06:00:00Z";

const CONFIG: &str = r#"
[report]
organization = "Acme Corp"
[[input]]
path = "system-log*.ndjson"
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
    let relevant = write_log(&log, 0..events);
    let bytes = fs::metadata(&log).unwrap().len();
    fs::write(folder.path().join("scimdrift.toml"), CONFIG).unwrap();
    println!("{events} events, {relevant} of them relevant, {} MB, {} bytes each", bytes / 1_000_000, bytes / events.max(1));

    let bench = Bench { folder: folder.path() };
    println!("first night");
    let first = bench.night(&[("records", events), ("relevant", relevant)]);
    println!("  store         {:>8.1} MB", megabytes(fs::metadata(bench.path("store.db")).unwrap().len()));
    println!("the same again");
    bench.night(&[("records", 0), ("unchanged", 1)]);
    // A night's events, once in a file of their own and once behind the others.
    let more = (events / 100).max(1);
    let relevant = write_log(&bench.path("system-log-2.ndjson"), events..events + more);
    println!("second night, {more} events in a file of their own");
    let second = bench.night(&[("records", more), ("relevant", relevant), ("unchanged", 1)]);
    println!("  {:.1} % of the first night", 100.0 * second / first);
    let relevant = append_log(&log, events + more..events + 2 * more);
    println!("third night, {more} events behind the first");
    let third = bench.night(&[("records", more), ("relevant", relevant), ("unchanged", 1)]);
    println!("  {:.1} % of the first night", 100.0 * third / first);
}

/// A folder with a config, logs and a store.
struct Bench<'a> {
    folder: &'a Path,
}

impl Bench<'_> {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Reads, judges and reports; answers the processor time. `counted` is what the answer to `ingest` has to say.
    fn night(&self, counted: &[(&str, u64)]) -> f64 {
        // Who was written to just now may be again: see `input::look`.
        thread::sleep(Duration::from_secs(3));
        let said = self.stage("ingest", &[]);
        let answer: serde_json::Value = serde_json::from_slice(&said.output.stdout).unwrap();
        for (key, count) in counted {
            assert_eq!(answer[key].as_u64(), Some(*count), "{key} of {answer}");
        }
        let report = self.path("report");
        let stages = [said, self.stage("analyze", &[]), self.stage("report", &["--out", report.to_str().unwrap()])];
        stages.iter().filter_map(|stage| stage.spent).map(cost::Spent::processor).sum()
    }

    fn stage(&self, command: &str, more: &[&str]) -> cost::Cost {
        let (config, store) = (self.path("scimdrift.toml"), self.path("store.db"));
        let paths = [config.to_str().unwrap(), store.to_str().unwrap()];
        let common = [command, "--quiet", "--format", "json", "--as-of", AS_OF, "--config", paths[0], "--store", paths[1]];
        let cost = cost::of(self.folder, &[common.as_slice(), more].concat());
        let code = cost.output.status.code();
        assert!(matches!(code, Some(0 | 3)), "{command} ended with {code:?}: {}", String::from_utf8_lossy(&cost.output.stderr));
        match cost.spent {
            Some(spent) => println!(
                "  {command:<13} processor {:>6.2} s   (user {:.2} s, system {:.2} s)   wall {:>6.2} s   peak {:>6.1} MiB",
                spent.processor(),
                spent.user,
                spent.system,
                cost.wall,
                spent.peak
            ),
            None => {
                println!("  {command:<13} wall {:>6.2} s; processor time and memory: not measured, since there is no GNU time", cost.wall);
            }
        }
        cost
    }
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// How many events to make.
fn wanted() -> u64 {
    #[expect(clippy::disallowed_methods, reason = "a benchmark has no command line of its own: cargo passes one for its harness")]
    let wanted = std::env::var("SCIMDRIFT_BENCH_EVENTS");
    wanted.map_or(100_000, |text| text.parse().unwrap())
}

/// Writes the log; returns how many of its events touch access.
fn write_log(path: &Path, events: Range<u64>) -> u64 {
    write_events(File::create(path).unwrap(), events)
}

/// Adds to the log; returns how many of the events touch access.
fn append_log(path: &Path, events: Range<u64>) -> u64 {
    write_events(File::options().append(true).open(path).unwrap(), events)
}

fn write_events(log: File, events: Range<u64>) -> u64 {
    let mut log = BufWriter::with_capacity(1 << 20, log);
    let mut tenant = okta::Tenant::new(20_260_630 + events.start);
    let mut relevant = 0;
    for number in events {
        let event = tenant.event(number);
        relevant += u64::from(event.relevant);
        log.write_all(event.json.as_bytes()).unwrap();
        log.write_all(b"\n").unwrap();
    }
    log.flush().unwrap();
    relevant
}
