//! The progress of reading: a line on standard error that is gone when the reading is.

use std::cell::RefCell;
use std::io::{self, IsTerminal as _};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{Terminal, log, visible};
use crate::pipeline::Progress;

#[derive(Debug, Default)]
struct State {
    begun: u64,
    bytes: u64,
    file: String,
}

/// The progress of reading.
#[derive(Debug)]
pub(in crate::cli) struct Reading {
    bar: ProgressBar,
    state: RefCell<State>,
}

impl Reading {
    pub(in crate::cli) fn show(&self, progress: Progress<'_>) {
        let mut state = self.state.borrow_mut();
        match progress {
            Progress::File(name) => {
                self.bar.set_position(state.begun);
                state.begun += 1;
                state.file = visible(name);
            }
            Progress::Bytes(bytes) => state.bytes += bytes,
        }
        self.bar.set_message(format!("{}  {}", indicatif::HumanBytes(state.bytes), state.file));
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

impl Terminal {
    /// A progress display over so many files; shown on a terminal only.
    pub(in crate::cli) fn reading(&self, files: usize) -> Reading {
        let hidden = self.quiet || log::is_open() || !io::stderr().is_terminal();
        let target = if hidden { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let bar = ProgressBar::with_draw_target(Some(files as u64), target);
        let style = ProgressStyle::with_template("{spinner} {pos}/{len} files  {msg}").unwrap_or_else(|_| ProgressStyle::default_spinner());
        bar.set_style(style);
        if !hidden {
            bar.enable_steady_tick(Duration::from_millis(120));
        }
        Reading { bar, state: RefCell::new(State::default()) }
    }
}
