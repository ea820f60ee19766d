//! What a command costs: seconds by the wall clock, seconds of processor time, memory at its peak.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Instant;

/// Where `time` of GNU stands; without it there is no memory and no processor time to show.
const TIME: &str = "/usr/bin/time";

/// What a command came to.
pub(super) struct Cost {
    pub(super) output: Output,
    /// Seconds by the wall clock.
    pub(super) wall: f64,
    /// Processor time and memory; `None` without GNU time.
    pub(super) spent: Option<Spent>,
}

/// Processor time and memory.
#[derive(Clone, Copy)]
pub(super) struct Spent {
    /// Seconds in the program.
    pub(super) user: f64,
    /// Seconds in the kernel.
    pub(super) system: f64,
    /// The most memory held at once, in MiB.
    pub(super) peak: f64,
}

impl Spent {
    /// Seconds in program and kernel; never zero, so that it can divide.
    pub(super) fn processor(self) -> f64 {
        (self.user + self.system).max(0.01)
    }
}

/// Runs the program with these arguments; `folder` is a place for what GNU time writes.
pub(super) fn of(folder: &Path, arguments: &[&str]) -> Cost {
    let written = folder.join("cost");
    let program = env!("CARGO_BIN_EXE_scimdrift");
    let timed = Path::new(TIME).exists();
    let mut command = if timed { Command::new(TIME) } else { Command::new(program) };
    if timed {
        command.args(["-f", "%U %S %M", "-o"]).arg(&written).arg(program);
    }
    let started = Instant::now();
    let output = command.args(arguments).current_dir(folder).output().unwrap();
    let wall = started.elapsed().as_secs_f64();
    Cost { output, wall, spent: timed.then(|| spent(&fs::read_to_string(&written).unwrap())) }
}

/// Of what GNU time wrote only the last line: a command that fails is told of before it.
fn spent(written: &str) -> Spent {
    let figures: Vec<f64> = written.lines().last().unwrap_or("").split_whitespace().filter_map(|figure| figure.parse().ok()).collect();
    let [user, system, peak] = <[f64; 3]>::try_from(figures).unwrap();
    Spent { user, system, peak: peak / 1024.0 }
}
