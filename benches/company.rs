//! What a whole company costs: its inputs read, judged and reported, and what that comes to for each account.
//!
//! Makes invented companies of growing size, the same in every run, and has the program ingest, analyze and report each.
//! `SCIMDRIFT_BENCH_ACCOUNTS` says how many accounts, as a list; `SCIMDRIFT_BENCH_KEEP` names a folder where inputs, store
//! and report stay to be looked at. See `docs/performance.md`.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark prints what it measured, or has failed")]

mod acme;
mod cost;
mod random;

use std::fs;
use std::path::Path;

use acme::{AS_OF, Company};
use cost::Cost;

/// So many people are asked about.
const ASKED: usize = 9;

fn main() {
    let sizes = wanted("SCIMDRIFT_BENCH_ACCOUNTS").unwrap_or_else(|| "10000".to_owned());
    for size in sizes.split(',') {
        let accounts = size.trim().parse().unwrap();
        match wanted("SCIMDRIFT_BENCH_KEEP") {
            None => measure(accounts, tempfile::tempdir().unwrap().path()),
            Some(folder) => measure(accounts, &std::path::absolute(folder).unwrap().join(size.trim())),
        }
    }
}

fn wanted(name: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "a benchmark has no command line of its own: cargo passes one for its harness")]
    std::env::var(name).ok()
}

fn measure(accounts: u64, folder: &Path) {
    let inputs = folder.join("inputs");
    if inputs.exists() {
        fs::remove_dir_all(&inputs).unwrap();
    }
    fs::create_dir_all(&inputs).unwrap();
    let config = Company::of(accounts).write(&inputs);
    let bytes = size_of(&inputs);
    let common = ["--quiet", "--format", "json", "--as-of", AS_OF, "--config", config.to_str().unwrap()];
    let with = |command: &str, more: &[&str]| {
        let arguments: Vec<&str> = [command].into_iter().chain(common).chain(more.iter().copied()).collect();
        cost::of(folder, &arguments)
    };
    let ingest = with("ingest", &[]);
    let counted = answer(&ingest, &[0]);
    let (records, relevant) = (counted["records"].as_u64().unwrap(), counted["relevant"].as_u64().unwrap());
    println!("{accounts} accounts: {records} records, {relevant} of them relevant, {} MB", bytes / 1_000_000);
    tell("ingest", &ingest, accounts, relevant);
    let store = fs::metadata(inputs.join("store.db")).unwrap().len();
    let again = with("ingest", &[]);
    tell("ingest again", &again, accounts, relevant);
    // Some of what is found makes the evidence incomplete, which is what exit code 3 says.
    let analyze = with("analyze", &[]);
    answer(&analyze, &[0, 3]);
    tell("analyze", &analyze, accounts, relevant);
    let report = folder.join("report");
    let written = with("report", &["--out", report.to_str().unwrap()]);
    answer(&written, &[0, 3]);
    tell("report", &written, accounts, relevant);
    let traced = trace(folder, &common, &report);
    println!("  trace        one person of {accounts}, median of {ASKED}: {traced:.0} ms wall");
    let findings = fs::read_to_string(report.join("findings.csv")).unwrap().lines().count() - 1;
    println!(
        "  store {} MB, report {} MB, {findings} findings of {} rules\n",
        store / 1_000_000,
        size_of(&report) / 1_000_000,
        rules(&report)
    );
}

/// The median of what it takes to answer a question about one person, in milliseconds by the wall clock.
fn trace(folder: &Path, common: &[&str], report: &Path) -> f64 {
    let accounts = fs::read_to_string(report.join("accounts.csv")).unwrap();
    let ids: Vec<&str> = accounts
        .lines()
        .skip(1)
        .filter_map(|line| line.split(',').map(|cell| cell.trim_matches('"')).find(|cell| cell.starts_with("00u")))
        .collect();
    let mut walls: Vec<f64> = (0..ASKED)
        .map(|one| {
            let person = ids[ids.len() * one / ASKED];
            let arguments: Vec<&str> = ["trace", person].into_iter().chain(common.iter().copied()).collect();
            let cost = cost::of(folder, &arguments);
            answer(&cost, &[0]);
            cost.wall * 1e3
        })
        .collect();
    walls.sort_by(f64::total_cmp);
    walls[ASKED / 2]
}

/// What a command answered; it must have ended with one of these codes.
fn answer(cost: &Cost, codes: &[i32]) -> serde_json::Value {
    let output = &cost.output;
    let expected = output.status.code().is_some_and(|code| codes.contains(&code));
    assert!(expected, "ended with {}: {}", output.status, String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap_or_default()
}

#[expect(clippy::cast_precision_loss, reason = "figures for people")]
fn tell(stage: &str, cost: &Cost, accounts: u64, relevant: u64) {
    let Some(spent) = cost.spent else {
        println!("  {stage:<13}wall {:>7.2} s; processor time and memory: not measured, since there is no GNU time", cost.wall);
        return;
    };
    let cpu = spent.processor();
    println!(
        "  {stage:<13}processor {cpu:>7.2} s (system {:>5.2})   wall {:>7.2} s   peak {:>6.0} MiB   {:>8.0} relevant/s   {:>6.1} us an account",
        spent.system,
        cost.wall,
        spent.peak,
        relevant as f64 / cpu,
        cpu * 1e6 / accounts as f64
    );
}

/// Bytes of all files under a folder.
fn size_of(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { size_of(&path) } else { fs::metadata(path).unwrap().len() }).sum()
}

/// How many rules found something.
fn rules(report: &Path) -> usize {
    let findings = fs::read_to_string(report.join("findings.csv")).unwrap();
    let rules: std::collections::BTreeSet<&str> = findings.lines().skip(1).filter_map(|line| line.split(',').nth(1)).collect();
    rules.len()
}
