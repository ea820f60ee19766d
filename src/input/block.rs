//! Blocks: about a mebibyte of whole records, cut by the reading thread and walked by a worker.
//!
//! Cutting finds where records begin and end and numbers them; it never looks at what they say.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::table::Columns;
use crate::model::record::{Body, Origin, RawRecord, Reject};

/// How many bytes of a record without an end are kept to show.
pub(super) const EXCERPT: usize = 1 << 10;

/// Whole records, in the order of the file. Owns its bytes.
pub struct Block {
    text: Vec<u8>,
    /// The offset of the text in the file.
    base: u64,
    /// The number of the first record.
    first: u64,
    cuts: Vec<Cut>,
    columns: Option<Arc<Columns>>,
}

impl Block {
    pub(super) fn new(text: Vec<u8>, base: u64, first: u64, cuts: Vec<Cut>, columns: Option<Arc<Columns>>) -> Self {
        Self { text, base, first, cuts, columns }
    }

    /// Calls `each` for every record in the order of the file, with the record's own text.
    ///
    /// The text of a reject may be empty, where nothing is there that should be. Where a record has no end in
    /// sight (longer than the limit, or the rest of a broken file), the text and the origin's length are its first KiB.
    pub fn records(&self, mut each: impl for<'r> FnMut(Result<RawRecord<'r>, Reject>, &'r [u8])) {
        let mut rows = self.columns.as_deref().map(|columns| columns.rows(&self.text));
        for (number, cut) in (self.first..).zip(&self.cuts) {
            let raw = self.text.get(cut.span.clone()).unwrap_or_default();
            let origin = cut.origin(self.base, number);
            let reject = |reason: &str| Reject { origin, reason: reason.to_owned() };
            if let Some(reason) = &cut.refused {
                each(Err(reject(reason)), raw);
            } else if let Some(rows) = &mut rows {
                rows.read(&cut.span, |row| match row {
                    Ok(row) => each(Ok(RawRecord { origin, body: Body::Row(row) }), raw),
                    Err(reason) => each(Err(reject(reason)), raw),
                });
            } else {
                each(Ok(RawRecord { origin, body: Body::Json(raw) }), raw);
            }
        }
    }

    /// How many bytes of text it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.text.len()
    }

    /// Whether it holds no records.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cuts.is_empty()
    }
}

impl fmt::Debug for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Block")
            .field("base", &self.base)
            .field("first", &self.first)
            .field("records", &self.cuts.len())
            .finish_non_exhaustive()
    }
}

/// How much is read and kept at a time. Private to the layer; tests make everything small.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// A block is full when its records reach this many bytes,
    pub(super) block: usize,
    /// or this many records.
    pub(super) records: usize,
    /// The longest record, in bytes.
    pub(super) record: usize,
    /// How much text may be looked at to recognise the framing.
    pub(super) prefix: usize,
    /// How much text is read at a time.
    pub(super) chunk: usize,
}

impl Limits {
    pub(super) const STANDARD: Self = Self { block: 1 << 20, records: 8_192, record: 16 << 20, prefix: 1 << 20, chunk: 64 << 10 };

    fn too_long(&self) -> String {
        match self.record >> 20 {
            0 => format!("longer than {} bytes", self.record),
            mebibytes => format!("longer than {mebibytes} MiB"),
        }
    }
}

/// One record's place in the text of its block.
#[derive(Debug)]
pub(super) struct Cut {
    pub(super) span: Range<usize>,
    line: u64,
    /// Why it is no record.
    refused: Option<Cow<'static, str>>,
}

impl Cut {
    fn origin(&self, base: u64, record: u64) -> Origin {
        Origin { record, line: self.line, offset: base + self.span.start as u64, length: self.span.len() as u64 }
    }
}

/// The cuts of the block in the making.
#[derive(Debug)]
pub(super) struct Cuts {
    pub(super) limits: Limits,
    list: Vec<Cut>,
    /// Which cut is the torn end of the file.
    torn: Option<usize>,
}

impl Cuts {
    pub(super) fn new(limits: Limits) -> Self {
        Self { limits, list: Vec::new(), torn: None }
    }

    /// A record of these bytes, which begins on this line.
    pub(super) fn record(&mut self, span: Range<usize>, line: u64) {
        self.list.push(Cut { span, line, refused: None });
    }

    /// Something that is no record.
    pub(super) fn reject(&mut self, span: Range<usize>, line: u64, reason: impl Into<Cow<'static, str>>) {
        self.list.push(Cut { span, line, refused: Some(reason.into()) });
    }

    /// What the end of the file has torn: it may be whole when the file has grown.
    pub(super) fn torn(&mut self, span: Range<usize>, line: u64, reason: impl Into<Cow<'static, str>>) {
        self.torn = Some(self.list.len());
        self.reject(span, line, reason);
    }

    fn too_long(&mut self, start: usize, line: u64) {
        let reason = self.limits.too_long();
        self.reject(start..start + EXCERPT.min(self.limits.record), line, reason);
    }

    pub(super) fn is_full(&self) -> bool {
        self.list.len() >= self.limits.records || self.end() >= self.limits.block
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Where the last record ends: the text behind it is of no use to the block.
    pub(super) fn end(&self) -> usize {
        self.list.last().map_or(0, |cut| cut.span.end)
    }

    pub(super) fn first(&self) -> Option<&Cut> {
        self.list.first()
    }

    /// All cuts, and the torn end among them as a reject.
    pub(super) fn take(&mut self, base: u64, first: u64) -> (Vec<Cut>, Option<Reject>) {
        let list = std::mem::take(&mut self.list);
        let torn = self.torn.take().and_then(|index| {
            let cut = list.get(index)?;
            Some(Reject { origin: cut.origin(base, first + index as u64), reason: cut.refused.as_deref()?.to_owned() })
        });
        (list, torn)
    }
}

/// Where a cutter stands: what it has scanned, the record it is in, and the line.
#[derive(Debug)]
pub(super) struct Cursor {
    /// The next byte to scan.
    pub(super) at: usize,
    open: Option<Open>,
    line: u64,
    /// The lines before this byte are counted in `line`.
    counted: usize,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Open {
    pub(super) start: usize,
    pub(super) line: u64,
}

impl Cursor {
    pub(super) const fn starting_at(at: usize) -> Self {
        Self { at, open: None, line: 1, counted: 0 }
    }

    /// At the start of a text that stands behind so many lines.
    pub(super) const fn behind(lines: u64) -> Self {
        Self { at: 0, open: None, line: lines.saturating_add(1), counted: 0 }
    }

    /// How many lines ended before [`Cursor::kept`]; once all text is scanned and [`Cursor::settle`] was called.
    pub(super) const fn lines_passed(&self) -> u64 {
        self.line.saturating_sub(1)
    }

    /// A record begins at the next byte.
    pub(super) fn begin(&mut self, text: &[u8]) {
        let line = self.line(text);
        self.open = Some(Open { start: self.at, line });
    }

    /// The record ends here; `span` is the part of it that counts. Nothing, if it was refused for its length already.
    pub(super) fn end(&mut self, span: Range<usize>, cuts: &mut Cuts) {
        match self.open.take() {
            Some(open) if span.end.saturating_sub(open.start) > cuts.limits.record => cuts.too_long(open.start, open.line),
            Some(open) => cuts.record(span, open.line),
            None => {}
        }
    }

    /// What was begun is no record.
    pub(super) fn forget(&mut self) -> Option<Open> {
        self.open.take()
    }

    pub(super) const fn open(&self) -> Option<Open> {
        self.open
    }

    /// The line of the next byte.
    pub(super) fn line(&mut self, text: &[u8]) -> u64 {
        self.count(text, self.at);
        self.line
    }

    /// Called when all text is scanned: refuses the record in progress once it is too long to be kept.
    pub(super) fn settle(&mut self, text: &[u8], cuts: &mut Cuts) {
        if let Some(open) = self.open.filter(|open| self.at - open.start > cuts.limits.record) {
            cuts.too_long(open.start, open.line);
            self.open = None;
        }
        self.count(text, self.kept());
    }

    /// The text before this byte is done with.
    pub(super) fn kept(&self) -> usize {
        self.open.map_or(self.at, |open| open.start)
    }

    /// The text now begins `taken` bytes later; never later than [`Cursor::kept`].
    pub(super) fn shift(&mut self, taken: usize) {
        self.at -= taken;
        self.counted -= taken;
        if let Some(open) = &mut self.open {
            open.start -= taken;
        }
    }

    fn count(&mut self, text: &[u8], to: usize) {
        if let Some(passed) = text.get(self.counted..to) {
            self.line += memchr::memchr_iter(b'\n', passed).count() as u64;
            self.counted = to;
        }
    }
}
