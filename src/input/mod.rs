//! The input layer: the bytes of a file become records, each with the place where it stands.
//!
//! Compression (plain, gzip, zstd) and framing (JSON array, NDJSON, JSON objects one after another, wrappers around
//! a list, CSV) are recognised by content, never by the file's name. The reading thread hashes, decompresses and
//! finds where records end; it hands out [`Block`]s of whole records, and a worker walks each
//! ([`Block::records`]). What a record says is not looked at here: that is `source`, which decodes it. Which files
//! are read, and in which order, is `pipeline`.
//!
//! Nothing is dropped. A stream that breaks, a file that ends inside a record, a record that is too long: each is one
//! reject in its place among the records, and all that came before it is kept. Memory does not grow with the file:
//! a block, a record of at most 16 MiB and the decoder's window (128 MiB at most, with zstd's strongest levels) are
//! all that is ever held.

mod block;
mod compression;
mod cutter;
mod error;
mod framing;
mod identity;
mod lines;
mod nesting;
mod table;
#[cfg(test)]
mod tests;
mod values;
mod wrapper;

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;

pub use self::block::Block;
use self::block::{Cuts, Limits};
use self::compression::{Compression, Fault, Filled, TextReader};
use self::cutter::Cutter;
pub use self::error::InputError;
use self::framing::{Framing, Unknown};
pub use self::identity::{Digests, digests, look};
use self::table::Columns;
use crate::model::digest::Digest;
use crate::model::identity::LineEnd;
use crate::model::record::{Body, Envelope, Reject, Sample};

/// The records that recognition looks at: so many at most,
const SAMPLE: usize = 16;
/// and none that is longer than this many bytes, as a parsed value takes many times its text.
const SAMPLE_LENGTH: usize = 4 << 20;

/// Opens a file and reads its first block, so that its shape, envelope and first records are known.
///
/// # Errors
/// Where it cannot be opened or read, is a file of another kind, or has an unreadable header or envelope.
pub fn open(path: &Path) -> Result<Input, InputError> {
    let file = File::open(path).map_err(|source| InputError::Open { path: path.to_owned(), source })?;
    Input::read(Box::new(file), path, Limits::STANDARD)
}

/// Opens a file of lines that was read before, to go on behind what was read: its first `bytes` had this digest, and its
/// whole lines ended there. `None` where it does not begin with that any more. What was read before is hashed, and no more.
///
/// # Errors
/// Where it cannot be opened or read.
pub fn open_behind(path: &Path, (bytes, sha256): (u64, &str), end: LineEnd) -> Result<Option<Input>, InputError> {
    let failed = |source| InputError::Read { path: path.to_owned(), source };
    let file = File::open(path).map_err(|source| InputError::Open { path: path.to_owned(), source })?;
    let mut text = Text::new(Box::new(file)).map_err(failed)?;
    if !text.pass(end.at, bytes).map_err(failed)? || text.reader.digest().0.to_string() != sha256 {
        return Ok(None);
    }
    let framing = Framing::of_lines_behind(end.lines);
    Input::begin(path, text, framing, end.records, Limits::STANDARD).map(Some)
}

/// One file being read.
pub struct Input {
    path: PathBuf,
    text: Text,
    words: String,
    cutter: Box<dyn Cutter>,
    cuts: Cuts,
    columns: Option<Arc<Columns>>,
    envelope: Option<Envelope>,
    sample: Vec<Value>,
    /// Read by [`open`], and the next to be handed out.
    first: Option<Block>,
    /// How many records have been cut.
    records: u64,
    torn: Option<Reject>,
    /// Where the whole lines end, when the text has.
    line_end: Option<LineEnd>,
    done: bool,
}

/// What is known of a file when it has been read.
#[derive(Clone, Debug)]
pub struct Finished {
    /// SHA-256 of the file as it lies on the disk.
    pub sha256: Digest,
    /// Its size on the disk, in bytes.
    pub bytes: u64,
    /// How many rows it says there are (`totalResults`, RFC 7644 section 3.4.2).
    pub declared: Option<u64>,
    /// The envelope, with what stands behind its items.
    pub envelope: Option<Envelope>,
    /// Whether it is one JSON object that stands in no list: a single resource proves nobody else's absence.
    pub lone: bool,
    /// The torn end of the file, where it has one: the same reject that its block gave. It may be withdrawn when the
    /// file has grown.
    pub torn: Option<Reject>,
    /// Where its whole lines end, if it is made of lines as they lie on the disk, and behind them is nothing but a torn one.
    pub line_end: Option<LineEnd>,
}

impl Input {
    fn read(source: Box<dyn Read + Send>, path: &Path, limits: Limits) -> Result<Self, InputError> {
        let failed = |source| InputError::Read { path: path.to_owned(), source };
        let mut text = Text::new(source).map_err(failed)?;
        while text.bytes.len() < limits.prefix && !text.ended {
            text.read(limits.chunk).map_err(failed)?;
        }
        let framing = framing::recognize(&text.bytes).map_err(|unknown| match unknown {
            Unknown::Foreign(found, advice) => InputError::Foreign { path: path.to_owned(), found, advice },
            Unknown::Header(reason) => InputError::Header { path: path.to_owned(), reason },
            Unknown::Envelope(reason) => InputError::Envelope { path: path.to_owned(), reason },
        })?;
        Self::begin(path, text, framing, 0, limits)
    }

    /// Cuts the first block; `records` stand in front of it.
    fn begin(path: &Path, text: Text, framing: Framing, records: u64, limits: Limits) -> Result<Self, InputError> {
        let Framing { words, cutter, envelope, columns } = framing;
        let mut input = Self {
            path: path.to_owned(),
            text,
            words,
            cutter,
            cuts: Cuts::new(limits),
            columns,
            envelope,
            sample: Vec::new(),
            first: None,
            records,
            torn: None,
            line_end: None,
            done: false,
        };
        input.first = input.cut()?;
        input.sample = input.first.as_ref().map(sample).unwrap_or_default();
        Ok(input)
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What was recognised, in words: `gzip, JSON array`.
    #[must_use]
    pub fn shape(&self) -> String {
        match self.text.reader.compression() {
            Compression::Plain => self.words.clone(),
            compressed => format!("{}, {}", compressed.name(), self.words),
        }
    }

    /// What a source is recognised by: the envelope, the CSV header, and the first records that are JSON objects.
    #[must_use]
    pub fn sample(&self) -> Sample<'_> {
        let header = self.columns.as_deref().map_or([].as_slice(), |columns| columns.names.as_slice());
        Sample { envelope: self.envelope.as_ref(), header, records: &self.sample }
    }

    /// The envelope as far as it has been read: what stands behind the items is missing until the last block.
    #[must_use]
    pub fn envelope(&self) -> Option<&Envelope> {
        self.envelope.as_ref()
    }

    /// The next block of whole records, in the order of the file; `None` behind the last.
    ///
    /// # Errors
    /// Where the file cannot be read, or its envelope says something unreadable behind its items.
    pub fn next_block(&mut self) -> Result<Option<Block>, InputError> {
        match self.first.take() {
            Some(block) => Ok(Some(block)),
            None => self.cut(),
        }
    }

    /// What is known of the file. Called behind the last block; before it, of the part that was read.
    #[must_use]
    pub fn finish(self) -> Finished {
        let (sha256, bytes) = self.text.reader.digest();
        let declared = self.cutter.wrapping().and_then(wrapper::Wrapping::declared);
        let lone = self.records == 1 && matches!(self.words.as_str(), "JSON object" | "JSON objects" | "NDJSON");
        let torn = u64::from(self.torn.is_some());
        let is_end = |end: &LineEnd| self.text.reader.compression() == Compression::Plain && (torn == 1 || end.at == bytes);
        let line_end = self.line_end.filter(is_end).map(|end| LineEnd { records: self.records - torn, ..end });
        Finished { sha256, bytes, declared, lone, line_end, envelope: self.envelope, torn: self.torn }
    }

    fn cut(&mut self) -> Result<Option<Block>, InputError> {
        while !self.done {
            self.cutter.scan(&self.text.bytes, &mut self.cuts);
            if self.cuts.is_full() {
                return Ok(Some(self.block()));
            }
            let kept = self.cutter.cursor().kept();
            if self.cuts.is_empty() && kept >= self.cuts.limits.chunk {
                self.text.forget(kept);
                self.cutter.cursor().shift(kept);
            } else if !self.cuts.is_empty() && kept >= self.cuts.limits.block {
                return Ok(Some(self.block()));
            }
            if self.text.ended {
                self.end()?;
                return Ok((!self.cuts.is_empty()).then(|| self.block()));
            }
            self.text.read(self.cuts.limits.chunk).map_err(|source| InputError::Read { path: self.path.clone(), source })?;
        }
        Ok(None)
    }

    /// The text has ended, and all of it is scanned.
    fn end(&mut self) -> Result<(), InputError> {
        self.done = true;
        self.line_end = self.cutter.line_end().map(|(at, lines)| LineEnd { at: self.text.base + at as u64, lines, records: 0 });
        let fault = self.text.fault.as_ref().map(|fault| fault.reason(self.text.base + self.text.bytes.len() as u64));
        self.cutter.end(&self.text.bytes, fault.as_deref(), &mut self.cuts);
        self.text.reader.drain().map_err(|source| InputError::Read { path: self.path.clone(), source })?;
        let envelope = self.cutter.wrapping().map_or(Ok(None), wrapper::Wrapping::envelope);
        let envelope = envelope.map_err(|reason| InputError::Envelope { path: self.path.clone(), reason })?;
        self.envelope = envelope.or(self.envelope.take());
        Ok(())
    }

    fn block(&mut self) -> Block {
        let (base, first) = (self.text.base, self.records + 1);
        let end = self.cuts.end();
        let kept = if self.done { self.text.bytes.len() } else { self.cutter.cursor().kept() };
        let (cuts, torn) = self.cuts.take(base, first);
        self.records += cuts.len() as u64;
        self.torn = torn;
        let room = if self.text.ended { 0 } else { self.cuts.limits.block + self.cuts.limits.chunk };
        let text = self.text.take(end, kept, room);
        if !self.done {
            self.cutter.cursor().shift(kept);
        }
        Block::new(text, base, first, cuts, self.columns.clone())
    }
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Input")
            .field("path", &self.path)
            .field("shape", &self.shape())
            .field("records", &self.records)
            .finish_non_exhaustive()
    }
}

/// The first records that are JSON objects.
fn sample(block: &Block) -> Vec<Value> {
    let mut values = Vec::new();
    block.records(|record, raw| {
        if let Ok(Body::Json(json)) = record.map(|record| record.body)
            && values.len() < SAMPLE
            && raw.len() <= SAMPLE_LENGTH
        {
            values.extend(serde_json::from_slice(json).ok().filter(Value::is_object));
        }
    });
    values
}

/// The text that has been read and not yet handed out.
struct Text {
    reader: TextReader,
    bytes: Vec<u8>,
    /// The offset of the first of them.
    base: u64,
    ended: bool,
    fault: Option<Fault>,
}

impl Text {
    fn new(source: Box<dyn Read + Send>) -> io::Result<Self> {
        Ok(Self { reader: TextReader::new(source)?, bytes: Vec::new(), base: 0, ended: false, fault: None })
    }

    fn read(&mut self, chunk: usize) -> io::Result<()> {
        match self.reader.fill(&mut self.bytes, chunk as u64)? {
            Filled::More => {}
            Filled::End => self.ended = true,
            Filled::Broken(fault) => {
                self.ended = true;
                self.fault = Some(fault);
            }
        }
        Ok(())
    }

    /// Passes over the bytes before `at`, and reads those up to `to`; answers whether there are as many, as they lie on the disk.
    fn pass(&mut self, at: u64, to: u64) -> io::Result<bool> {
        if self.reader.compression() != Compression::Plain {
            return Ok(false);
        }
        self.base = self.reader.skip(at)?;
        if let Some(rest) = to.checked_sub(at).and_then(|rest| usize::try_from(rest).ok()).filter(|rest| *rest > 0) {
            self.read(rest)?;
        }
        Ok(self.base == at && self.reader.digest().1 == to)
    }

    /// Hands out the bytes before `end`, forgets those before `kept`, and makes room for so many more.
    fn take(&mut self, end: usize, kept: usize, room: usize) -> Vec<u8> {
        let kept_bytes = self.bytes.get(kept..).unwrap_or_default();
        let mut rest = Vec::with_capacity(kept_bytes.len() + room);
        rest.extend_from_slice(kept_bytes);
        let mut taken = std::mem::replace(&mut self.bytes, rest);
        taken.truncate(end);
        self.base += kept as u64;
        taken
    }

    fn forget(&mut self, kept: usize) {
        self.bytes.drain(..kept);
        self.base += kept as u64;
    }
}
