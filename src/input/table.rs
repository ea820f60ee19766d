//! CSV (RFC 4180) with commas, semicolons or tabs: rows are cut here with an eye on quotes, and read by the csv crate.

use std::io::Cursor as Bytes;
use std::ops::Range;
use std::sync::Arc;

use csv::{ByteRecord, Position, Reader, ReaderBuilder, Terminator};

use super::block::{Cursor, Cuts};
use super::cutter::{Cutter, TORN};
use crate::model::record::Row;

/// The header of a table, and what parts its fields.
#[derive(Debug)]
pub(super) struct Columns {
    /// Trimmed and lower-cased.
    pub(super) names: Vec<String>,
    pub(super) delimiter: u8,
}

impl Columns {
    /// The header at the start of `text`, and where it ends; the delimiter is the one that parts it into the most fields.
    /// `None` where none of them parts it.
    pub(super) fn of(text: &[u8]) -> Option<Result<(Self, usize), &'static str>> {
        let split = |delimiter| {
            let mut header = ByteRecord::new();
            let mut reader = reader(delimiter, text);
            reader.read_byte_record(&mut header).ok()?;
            Some((header, delimiter, usize::try_from(reader.position().byte()).ok()?))
        };
        // The first of equals wins here, as `max_by_key` would take the last.
        let (header, delimiter, end) = [b'\t', b';', b','].into_iter().filter_map(split).max_by_key(|(header, ..)| header.len())?;
        if header.len() < 2 {
            return None;
        }
        let names = header.iter().map(|name| Some(str::from_utf8(name).ok()?.trim().to_lowercase())).collect::<Option<Vec<_>>>();
        Some(names.ok_or("it is not UTF-8").map(|names| (Self { names, delimiter }, end)))
    }

    /// A reader of single rows in the text of a block.
    pub(super) fn rows<'a>(&'a self, text: &'a [u8]) -> Rows<'a> {
        Rows { names: &self.names, reader: reader(self.delimiter, text), record: ByteRecord::new() }
    }
}

fn reader(delimiter: u8, text: &[u8]) -> Reader<Bytes<&[u8]>> {
    ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .terminator(Terminator::Any(b'\n'))
        .from_reader(Bytes::new(text))
}

/// Reads the rows of one block.
pub(super) struct Rows<'a> {
    names: &'a [String],
    reader: Reader<Bytes<&'a [u8]>>,
    record: ByteRecord,
}

impl Rows<'_> {
    /// Gives the row in this span to `each`, or why it is none.
    pub(super) fn read(&mut self, span: &Range<usize>, each: impl FnOnce(Result<Row<'_>, &'static str>)) {
        let mut place = Position::new();
        place.set_byte(span.start as u64);
        // The reader stands there already, unless something between was no row.
        if self.reader.seek(place).and_then(|()| self.reader.read_byte_record(&mut self.record)).is_err() {
            return each(Err("it is no CSV row"));
        }
        let fields = self.record.iter().map(|field| str::from_utf8(field).ok()).collect::<Option<Vec<_>>>();
        match fields {
            None => each(Err("it is not UTF-8")),
            Some(mut fields) => {
                // How many of them stand in the text depends on where a block ends.
                if let Some(last) = fields.last_mut() {
                    *last = last.trim_end_matches('\r');
                }
                each(Ok(Row { header: self.names, fields: &fields }));
            }
        }
    }
}

/// Cuts at line ends outside quotes.
pub(super) struct Table {
    cursor: Cursor,
    columns: Arc<Columns>,
    quotes: Quotes,
    /// Whether the scan is inside a row that was begun.
    inside: bool,
    /// Whether text stood behind a closing quote of this row.
    misquoted: bool,
    /// The byte before the one that is scanned next.
    previous: u8,
}

/// Where the scan stands in a quoted field. A quote opens only at the start of a field; elsewhere it is text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quotes {
    Outside,
    Inside,
    /// Behind a quote that ends the field, or is the first of a doubled one.
    Closed,
}

impl Table {
    pub(super) fn starting_at(at: usize, columns: Arc<Columns>) -> Self {
        let cursor = Cursor::starting_at(at);
        Self { cursor, columns, quotes: Quotes::Outside, inside: false, misquoted: false, previous: b'\n' }
    }

    /// Moves over one stretch; the row's end, if it ends there.
    fn step(&mut self, text: &[u8]) -> Option<usize> {
        let at = self.cursor.at;
        let rest = text.get(at..).unwrap_or_default();
        let found = match self.quotes {
            Quotes::Outside => memchr::memchr2(b'"', b'\n', rest),
            Quotes::Inside => memchr::memchr(b'"', rest),
            Quotes::Closed => Some(0),
        };
        let Some(length) = found else {
            self.pass(text, text.len());
            return None;
        };
        let before = if length == 0 { self.previous } else { rest[length - 1] };
        self.pass(text, at + length + 1);
        match (self.quotes, rest[length]) {
            (Quotes::Inside, _) => self.quotes = Quotes::Closed,
            (Quotes::Closed, b'"') => self.quotes = Quotes::Inside,
            (Quotes::Outside, b'"') if before == b'\n' || before == self.columns.delimiter => self.quotes = Quotes::Inside,
            (Quotes::Closed, byte) => {
                self.quotes = Quotes::Outside;
                self.misquoted |= byte != self.columns.delimiter && byte != b'\r' && byte != b'\n';
                return (byte == b'\n').then_some(at);
            }
            (Quotes::Outside, b'\n') => return Some(at + length),
            (Quotes::Outside, _) => {}
        }
        None
    }

    fn pass(&mut self, text: &[u8], to: usize) {
        self.cursor.at = to;
        self.previous = to.checked_sub(1).and_then(|last| text.get(last)).copied().unwrap_or(self.previous);
    }

    /// Spreadsheets leave rows of nothing but delimiters behind; they say nothing.
    fn is_blank(&self, row: &[u8]) -> bool {
        row.iter().all(|byte| byte.is_ascii_whitespace() || *byte == self.columns.delimiter)
    }

    /// The row in this span, or nothing if it is blank.
    fn end_row(&mut self, text: &[u8], end: usize, cuts: &mut Cuts) {
        let misquoted = std::mem::take(&mut self.misquoted);
        self.inside = false;
        let Some(open) = self.cursor.open() else { return };
        let row = text.get(open.start..end).unwrap_or_default();
        let length = row.strip_suffix(b"\r").unwrap_or(row).len();
        let span = open.start..open.start + length;
        if self.is_blank(row) && row.len() <= cuts.limits.record {
            self.cursor.forget();
        } else if misquoted && row.len() <= cuts.limits.record {
            self.cursor.forget();
            cuts.reject(span, open.line, "there is text behind a closing quote");
        } else {
            self.cursor.end(if row.len() > cuts.limits.record { open.start..end } else { span }, cuts);
        }
    }
}

impl Cutter for Table {
    fn scan(&mut self, text: &[u8], cuts: &mut Cuts) {
        while self.cursor.at < text.len() && !cuts.is_full() {
            if !self.inside {
                self.cursor.begin(text);
                self.inside = true;
            }
            if let Some(end) = self.step(text) {
                self.end_row(text, end, cuts);
            }
        }
        self.cursor.settle(text, cuts);
    }

    /// Files without a line end after the last row are common; only a row too short, or open, is torn.
    fn end(&mut self, text: &[u8], fault: Option<&str>, cuts: &mut Cuts) {
        let row = self.cursor.open().and_then(|open| text.get(open.start..)).filter(|row| !self.is_blank(row));
        let is_short = |row: &[u8]| {
            let mut fields = 0;
            self.columns.rows(row).read(&(0..row.len()), |row| fields = row.map_or(0, |row| row.fields.len()));
            fields < self.columns.names.len()
        };
        match (row, fault) {
            (None, None) => {}
            (None, Some(fault)) => {
                self.cursor.forget();
                let line = self.cursor.line(text);
                cuts.torn(text.len()..text.len(), line, fault.to_owned());
            }
            (Some(row), fault) => {
                if fault.is_some() || self.quotes == Quotes::Inside || is_short(row) {
                    if let Some(open) = self.cursor.forget() {
                        cuts.torn(open.start..text.len(), open.line, fault.unwrap_or(TORN).to_owned());
                    }
                } else {
                    self.end_row(text, text.len(), cuts);
                }
            }
        }
    }

    fn cursor(&mut self) -> &mut Cursor {
        &mut self.cursor
    }
}
