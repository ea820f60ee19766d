//! NDJSON: one record a line. A line is a record whatever it says, so that garbage is counted and shown.

use std::ops::Range;

use serde::de::IgnoredAny;

use super::block::{Cursor, Cuts};
use super::cutter::{Cutter, TORN};

/// What Windows tools put before UTF-8; joined files have it in the middle too.
pub(super) const BOM: &[u8] = b"\xef\xbb\xbf";

/// Cuts at line ends.
pub(super) struct Lines {
    cursor: Cursor,
    /// Whether the scan is inside a line that was begun.
    inside: bool,
}

impl Lines {
    pub(super) const fn starting_at(at: usize) -> Self {
        Self { cursor: Cursor::starting_at(at), inside: false }
    }

    /// Goes on behind so many lines.
    pub(super) const fn behind(lines: u64) -> Self {
        Self { cursor: Cursor::behind(lines), inside: false }
    }

    fn begin(&mut self, text: &[u8]) {
        if !self.inside {
            self.cursor.begin(text);
            self.inside = true;
        }
    }
}

impl Cutter for Lines {
    fn scan(&mut self, text: &[u8], cuts: &mut Cuts) {
        while self.cursor.at < text.len() && !cuts.is_full() {
            self.begin(text);
            let Some(length) = text.get(self.cursor.at..).and_then(|rest| memchr::memchr(b'\n', rest)) else {
                self.cursor.at = text.len();
                break;
            };
            let end = self.cursor.at + length;
            let start = self.cursor.kept();
            self.cursor.at = end + 1;
            self.inside = false;
            match self.cursor.open().and_then(|_| trim(text, start..end)) {
                // The line end counts, so that a line is too long wherever the readings happen to meet.
                Some(span) if end - start <= cuts.limits.record => self.cursor.end(span, cuts),
                None if end - start <= cuts.limits.record => drop(self.cursor.forget()),
                _ => self.cursor.end(start..end, cuts),
            }
        }
        self.cursor.settle(text, cuts);
    }

    fn end(&mut self, text: &[u8], fault: Option<&str>, cuts: &mut Cuts) {
        let torn = self.cursor.forget().and_then(|open| Some((trim(text, open.start..text.len())?, open.line)));
        if let Some((span, line)) = torn {
            let whole = text.get(span.clone()).is_some_and(is_json);
            match fault {
                _ if whole => cuts.record(span, line),
                Some(fault) => return cuts.torn(span, line, fault.to_owned()),
                None => cuts.torn(span, line, TORN),
            }
        }
        if let Some(fault) = fault {
            let line = self.cursor.line(text);
            cuts.torn(text.len()..text.len(), line, fault.to_owned());
        }
    }

    fn cursor(&mut self) -> &mut Cursor {
        &mut self.cursor
    }

    fn line_end(&self) -> Option<(usize, u64)> {
        // What is left of a line that was too long is no line.
        let is_rest = self.inside && self.cursor.open().is_none();
        (!is_rest).then(|| (self.cursor.kept(), self.cursor.lines_passed()))
    }
}

/// Whether this is one JSON value and nothing else.
pub(super) fn is_json(text: &[u8]) -> bool {
    serde_json::from_slice::<IgnoredAny>(text).is_ok()
}

/// The part of a line that is a record: without blanks at its ends; `None` if that is nothing.
fn trim(text: &[u8], line: Range<usize>) -> Option<Range<usize>> {
    let bytes = text.get(line.clone())?;
    let mark = if bytes.starts_with(BOM) { BOM.len() } else { 0 };
    let blank = bytes.get(mark..)?.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let start = line.start + mark + blank;
    let length = text.get(start..line.end)?.trim_ascii_end().len();
    (length > 0).then_some(start..start + length)
}
