//! Kills `run` at random moments, starts it again, and compares store and reports with those of runs that nobody disturbed.
//!
//! `cargo test --test kill9 -- 200` kills two hundred times, half of them on the first night and half on the second, on the
//! company of the fixtures; `-- 200 FOLDER AS_OF AS_OF` on another one. `--seed N` gives other moments. It prints the figures,
//! and fails when anything differs.

#![expect(clippy::print_stdout, reason = "the figures are what it is for")]

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

#[path = "../suite/keeping/killing.rs"]
mod killing;

use killing::Company;

fn main() -> ExitCode {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let seed = match arguments.iter().position(|argument| argument == "--seed") {
        Some(place) => arguments.drain(place..).nth(1).and_then(|seed| seed.parse().ok()).unwrap_or(1),
        None => 1,
    };
    let times = arguments.first().and_then(|times| times.parse().ok()).unwrap_or(200);
    let acme = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/acme");
    let folder = arguments.get(1).map_or_else(acme, PathBuf::from);
    let night = |index: usize, otherwise: &'static str| arguments.get(index).map_or(otherwise, String::as_str);
    let nights = [night(2, "2026-06-29T06:00:00Z"), night(3, "2026-06-30T06:00:00Z")];
    let company = Company { program: Path::new(env!("CARGO_BIN_EXE_scimdrift")), folder: &folder, nights };
    let began = Instant::now();
    let tally = company.kill(times, seed, &mut |tally| {
        if (tally.killed + tally.done_before) % 20 == 0 {
            println!("{} killed, {} done before, {} problems", tally.killed, tally.done_before, tally.problems.len());
        }
    });
    match tally {
        Ok(tally) => {
            tally.problems.iter().for_each(|problem| println!("{problem}"));
            let seconds = began.elapsed().as_secs();
            println!(
                "{} runs killed, {} done before their moment, {} problems, {seconds} s, seed {seed}",
                tally.killed,
                tally.done_before,
                tally.problems.len()
            );
            if tally.problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(problem) => {
            println!("{problem}");
            ExitCode::FAILURE
        }
    }
}
