//! The text of a file: its bytes, hashed as they come from the disk, and decompressed.
//!
//! A stream that breaks is not an error. What was read before the break is kept, and the break is a [`Fault`]
//! that becomes one reject.

use std::io::{self, BufReader, Read};

use flate2::bufread::MultiGzDecoder;

use crate::model::digest::{Digest, Hasher};

/// RFC 1952 section 2.3.1; the third byte is deflate, the only method in use.
const GZIP: &[u8] = &[0x1f, 0x8b, 0x08];
/// RFC 8878 section 3.1.1.
const ZSTD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];
/// RFC 8878 section 3.1.2: a frame to skip begins with one of 16 numbers; parallel writers put one first.
const ZSTD_SKIPPABLE: &[u8] = &[0x2a, 0x4d, 0x18];

/// The largest zstd window that is accepted, as a power of two: 128 MiB, what `zstd -d` accepts unasked.
const ZSTD_WINDOW: u32 = 27;

const BUFFER: usize = 64 << 10;

/// How a file is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Compression {
    Plain,
    Gzip,
    Zstd,
}

impl Compression {
    /// By the first bytes. A file that ends inside the mark is taken for what it began to be.
    fn of(head: &[u8]) -> Self {
        let begins = |mark: &[u8]| !head.is_empty() && (head.starts_with(mark) || mark.starts_with(head));
        match head {
            _ if begins(GZIP) => Self::Gzip,
            [first, rest @ ..] if begins(ZSTD) || (first >> 4 == 5 && rest.starts_with(ZSTD_SKIPPABLE)) => Self::Zstd,
            _ => Self::Plain,
        }
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }
}

/// Where a compressed stream breaks.
#[derive(Debug)]
pub(super) struct Fault {
    compression: Compression,
    /// Whether it merely stops, as a file does that is still being written or copied.
    pub(super) ends_early: bool,
    message: String,
}

impl Fault {
    /// The reason of the reject, where `read` bytes of text came before.
    pub(super) fn reason(&self, read: u64) -> String {
        let name = self.compression.name();
        if self.ends_early {
            format!("the {name} stream ends early, after {read} bytes of text")
        } else {
            format!("the {name} stream is corrupt after {read} bytes of text ({})", self.message)
        }
    }
}

/// What one reading brought.
pub(super) enum Filled {
    More,
    End,
    Broken(Fault),
}

/// The decompressed text of a file.
pub(super) struct TextReader {
    compression: Compression,
    decoder: Decoder,
}

enum Decoder {
    Plain(Raw),
    Gzip(Box<MultiGzDecoder<BufReader<Raw>>>),
    Zstd(zstd::Decoder<'static, BufReader<Raw>>),
}

impl TextReader {
    pub(super) fn new(source: Box<dyn Read + Send>) -> io::Result<Self> {
        let mut raw = Raw { head: Vec::new(), source, hasher: Hasher::default(), bytes: 0, failed: false };
        raw.source.by_ref().take(16).read_to_end(&mut raw.head)?;
        let compression = Compression::of(&raw.head);
        let decoder = match compression {
            Compression::Plain => Decoder::Plain(raw),
            Compression::Gzip => Decoder::Gzip(Box::new(MultiGzDecoder::new(BufReader::with_capacity(BUFFER, raw)))),
            Compression::Zstd => {
                let mut decoder = zstd::Decoder::with_buffer(BufReader::with_capacity(BUFFER, raw))?;
                decoder.window_log_max(ZSTD_WINDOW)?;
                Decoder::Zstd(decoder)
            }
        };
        Ok(Self { compression, decoder })
    }

    pub(super) fn compression(&self) -> Compression {
        self.compression
    }

    /// Appends at most `chunk` bytes to `text`.
    pub(super) fn fill(&mut self, text: &mut Vec<u8>, chunk: u64) -> io::Result<Filled> {
        let read = match &mut self.decoder {
            Decoder::Plain(raw) => raw.take(chunk).read_to_end(text),
            Decoder::Gzip(decoder) => decoder.as_mut().take(chunk).read_to_end(text),
            Decoder::Zstd(decoder) => decoder.take(chunk).read_to_end(text),
        };
        match read {
            Ok(0) => Ok(Filled::End),
            Ok(_) => Ok(Filled::More),
            Err(error) if self.raw().failed => Err(error),
            Err(error) => Ok(Filled::Broken(Fault {
                compression: self.compression,
                ends_early: error.kind() == io::ErrorKind::UnexpectedEof,
                message: error.to_string(),
            })),
        }
    }

    /// Reads what the decoder left behind, so that the digest is of the whole file.
    pub(super) fn drain(&mut self) -> io::Result<()> {
        io::copy(self.raw_mut(), &mut io::sink()).map(drop)
    }

    /// Passes over so many bytes of a plain text; answers over how many.
    pub(super) fn skip(&mut self, bytes: u64) -> io::Result<u64> {
        let mut raw = BufReader::with_capacity(BUFFER, self.raw_mut().take(bytes));
        io::copy(&mut raw, &mut io::sink())
    }

    /// The digest and the number of the bytes read from the disk so far.
    pub(super) fn digest(&self) -> (Digest, u64) {
        let raw = self.raw();
        (raw.hasher.clone().finish(), raw.bytes)
    }

    fn raw(&self) -> &Raw {
        match &self.decoder {
            Decoder::Plain(raw) => raw,
            Decoder::Gzip(decoder) => decoder.get_ref().get_ref(),
            Decoder::Zstd(decoder) => decoder.get_ref().get_ref(),
        }
    }

    fn raw_mut(&mut self) -> &mut Raw {
        match &mut self.decoder {
            Decoder::Plain(raw) => raw,
            Decoder::Gzip(decoder) => decoder.get_mut().get_mut(),
            Decoder::Zstd(decoder) => decoder.get_mut().get_mut(),
        }
    }
}

/// The bytes on the disk, hashed and counted as they are read.
struct Raw {
    /// The first bytes, read to recognise the compression and not yet handed on.
    head: Vec<u8>,
    source: Box<dyn Read + Send>,
    hasher: Hasher,
    bytes: u64,
    /// Whether the disk failed: told apart from a stream that the decoder cannot read.
    failed: bool,
}

impl Read for Raw {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = if self.head.is_empty() {
            match self.source.read(buffer) {
                Err(error) => {
                    self.failed = error.kind() != io::ErrorKind::Interrupted;
                    return Err(error);
                }
                Ok(read) => read,
            }
        } else {
            let read = self.head.len().min(buffer.len());
            for (to, from) in buffer.iter_mut().zip(self.head.drain(..read)) {
                *to = from;
            }
            read
        };
        self.hasher.update(buffer.get(..read).unwrap_or_default());
        self.bytes += read as u64;
        Ok(read)
    }
}
