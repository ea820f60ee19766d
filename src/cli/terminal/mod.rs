//! The terminal: data to standard output, messages and progress to standard error, nothing hostile to either.

mod layout;
pub(super) mod log;
mod pager;
mod reading;

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use serde_json::{Value, json};

use super::arguments::{Color, Format, Global, LogFormat};
use super::exit::Failure;
use crate::model::finding::Severity;
use log::Level;

pub(super) use layout::Layout;

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
        if global.log == LogFormat::Json {
            log::open(global.quiet, global.as_of);
        }
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

    /// Writes data that may be long: as [`Terminal::data`], and for people through a pager where it is longer than their screen.
    pub(super) fn pages(
        &self,
        json: &impl serde::Serialize,
        human: impl FnOnce(&mut dyn Write, Layout) -> io::Result<()>,
    ) -> Result<(), Failure> {
        if self.is_json() {
            return self.data(json, |_| Ok(()));
        }
        let mut text = Vec::new();
        human(&mut text, Layout::of_terminal())?;
        Ok(pager::show(&text)?)
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
        if !self.quiet && !log::event(Level::Info, text, json!({})) {
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
        Self::warning_about(text, json!({}));
    }

    /// The same, with what it is about for programs.
    pub(super) fn warning_about(text: &str, fields: Value) {
        if log::event(Level::Warning, text, fields) {
            return;
        }
        let style = Style::new().bold().fg_color(Some(AnsiColor::Yellow.into()));
        let _closed = writeln!(anstream::stderr(), "{style}warning{style:#}: {}", visible(text));
    }

    /// Why the command did not do its job, and what to do.
    pub(super) fn failure(failure: &Failure) {
        if log::event(Level::Error, &failure.to_string(), json!({"next": failure.hint()})) {
            return;
        }
        let style = Style::new().bold().fg_color(Some(AnsiColor::Red.into()));
        let mut err = anstream::stderr();
        let _closed = writeln!(err, "{style}error{style:#}: {}", visible(&failure.to_string()));
        if let Some(hint) = failure.hint() {
            let _closed = writeln!(err, "  {}", visible(&hint));
        }
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

/// The same on one line, so that no name can add a line of its own to an answer.
pub(super) fn on_one_line(text: &str) -> String {
    visible(text).replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use super::{on_one_line, visible};

    #[test]
    fn no_name_runs_the_terminal() {
        assert_eq!(visible("a\u{1b}[31mb\u{202e}c\u{9b}"), "a\\u{1b}[31mb\\u{202e}c\\u{9b}");
        assert_eq!(visible("Zoë\nMüller"), "Zoë\nMüller");
        assert_eq!(on_one_line("wrong\nverified\u{1b}"), "wrong verified\\u{1b}");
    }
}
