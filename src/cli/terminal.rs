//! The terminal: data to standard output, messages and progress to standard error, nothing hostile to either.

use std::cell::RefCell;
use std::io::{self, IsTerminal as _, Write};
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::arguments::{Color, Format, Global};
use super::exit::Failure;
use crate::model::finding::Severity;
use crate::pipeline::Progress;

/// Where a command writes to.
#[derive(Debug)]
pub(super) struct Terminal {
    format: Format,
    quiet: bool,
    verbose: bool,
}

impl Terminal {
    pub(super) fn new(global: &Global) -> Self {
        let choice = match global.color {
            Color::Auto => anstream::ColorChoice::Auto,
            Color::Always => anstream::ColorChoice::Always,
            Color::Never => anstream::ColorChoice::Never,
        };
        choice.write_global();
        Self { format: global.format, quiet: global.quiet, verbose: global.verbose }
    }

    /// Whether programs read the output.
    pub(super) fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// Whether more is to be said.
    pub(super) fn is_verbose(&self) -> bool {
        self.verbose
    }

    /// Whether Markdown was asked for.
    pub(super) fn is_markdown(&self) -> bool {
        self.format == Format::Md
    }

    /// Writes data: what `human` says, or `json` as JSON.
    pub(super) fn data(&self, json: &impl serde::Serialize, human: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
        let mut out = anstream::stdout().lock();
        if self.is_json() {
            serde_json::to_writer_pretty(&mut out, json).map_err(io::Error::from)?;
            writeln!(out)?;
        } else {
            human(&mut out)?;
        }
        Ok(out.flush()?)
    }

    /// What a job came to: data where programs read it, else words, unless nothing is to be said.
    pub(super) fn outcome(
        &self,
        json: &impl serde::Serialize,
        human: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Failure> {
        if self.quiet && !self.is_json() { Ok(()) } else { self.data(json, human) }
    }

    /// A message, unless nothing is to be said.
    pub(super) fn note(&self, text: &str) {
        if !self.quiet {
            let _closed = writeln!(anstream::stderr(), "{}", visible(text));
        }
    }

    /// A message for those who want to know more.
    pub(super) fn detail(&self, text: &str) {
        if self.verbose {
            self.note(text);
        }
    }

    /// A message about something that needs attention.
    pub(super) fn warning(text: &str) {
        let style = Style::new().bold().fg_color(Some(AnsiColor::Yellow.into()));
        let _closed = writeln!(anstream::stderr(), "{style}warning{style:#}: {}", visible(text));
    }

    /// Why the command did not do its job, and what to do.
    pub(super) fn failure(failure: &Failure) {
        let style = Style::new().bold().fg_color(Some(AnsiColor::Red.into()));
        let mut err = anstream::stderr();
        let _closed = writeln!(err, "{style}error{style:#}: {}", visible(&failure.to_string()));
        if let Some(hint) = failure.hint() {
            let _closed = writeln!(err, "  {}", visible(&hint));
        }
    }

    /// A progress display over so many files; shown on a terminal only.
    pub(super) fn reading(&self, files: usize) -> Reading {
        let hidden = self.quiet || !io::stderr().is_terminal();
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

#[derive(Debug, Default)]
struct State {
    begun: u64,
    bytes: u64,
    file: String,
}

/// The progress of reading.
#[derive(Debug)]
pub(super) struct Reading {
    bar: ProgressBar,
    state: RefCell<State>,
}

impl Reading {
    pub(super) fn show(&self, progress: Progress<'_>) {
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

/// The style of a severity; the word stands beside it, so colour is never alone.
pub(super) fn severity_style(severity: Severity) -> Style {
    let color = match severity {
        Severity::Critical => AnsiColor::Red,
        Severity::High => AnsiColor::Magenta,
        Severity::Medium => AnsiColor::Yellow,
        Severity::Low => AnsiColor::Cyan,
    };
    Style::new().bold().fg_color(Some(color.into()))
}

/// The text with control and direction characters made visible, so that no name can run the terminal (CWE-150).
pub(super) fn visible(text: &str) -> String {
    let hostile = |c: char| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    let mut clean = String::with_capacity(text.len());
    for c in text.chars() {
        if hostile(c) { clean.extend(c.escape_unicode()) } else { clean.push(c) }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::visible;

    #[test]
    fn no_name_runs_the_terminal() {
        assert_eq!(visible("a\u{1b}[31mb\u{202e}c\u{9b}"), "a\\u{1b}[31mb\\u{202e}c\\u{9b}");
        assert_eq!(visible("Zoë\nMüller"), "Zoë\nMüller");
    }
}
