//! Which framing a text has, by its first mebibyte and never by the file's name.

use std::sync::Arc;

use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use super::block::{Cuts, Limits};
use super::cutter::Cutter;
use super::lines::{BOM, Lines, is_json};
use super::table::{Columns, Table};
use super::values::Values;
use super::wrapper::Wrapper;
use crate::model::record::Envelope;

/// How the records stand in a text.
pub(super) struct Framing {
    /// In words, for messages.
    pub(super) words: String,
    pub(super) cutter: Box<dyn Cutter>,
    /// The envelope, as far as it stands in front of its items.
    pub(super) envelope: Option<Envelope>,
    pub(super) columns: Option<Arc<Columns>>,
}

impl Framing {
    fn new(words: impl Into<String>, cutter: impl Cutter + 'static) -> Self {
        Self { words: words.into(), cutter: Box::new(cutter), envelope: None, columns: None }
    }

    /// Of a text that stands behind so many lines.
    pub(super) fn of_lines_behind(lines: u64) -> Self {
        Self::new("NDJSON", Lines::behind(lines))
    }
}

/// Why a text has none that is known here.
#[derive(Debug)]
pub(super) enum Unknown {
    /// It is something else: what, and the next step.
    Foreign(&'static str, &'static str),
    /// It is a CSV file with an unreadable header.
    Header(&'static str),
    /// It is an envelope that cannot be read.
    Envelope(String),
}

/// Recognises a text by how it begins.
pub(super) fn recognize(text: &[u8]) -> Result<Framing, Unknown> {
    if let Some((found, advice)) = foreign(text) {
        return Err(Unknown::Foreign(found, advice));
    }
    let mark = if text.starts_with(BOM) { BOM.len() } else { 0 };
    let body = text.get(mark..).unwrap_or_default();
    let start = mark + (body.len() - body.trim_ascii_start().len());
    let body = text.get(start..).unwrap_or_default();
    match body.first() {
        None => Ok(Framing::new("empty", Lines::starting_at(mark))),
        // The file ends inside its mark.
        Some(_) if BOM.starts_with(text) => Ok(Framing::new("NDJSON", Lines::starting_at(mark))),
        Some(b'{') => object(body, start),
        Some(b'[') if !(matches!(First::of(body), First::Broken) && has_whole_lines(body)) => {
            Ok(Framing::new("JSON array", Values::starting_at(start)))
        }
        Some(_) if has_whole_lines(body) => Ok(Framing::new("NDJSON", Lines::starting_at(mark))),
        Some(_) => table(body, start),
    }
}

/// How the first value of a text is.
enum First {
    /// It ends in front of this byte.
    Whole(usize),
    /// It is sound as far as the text goes.
    Unfinished,
    Broken,
}

impl First {
    fn of(text: &[u8]) -> Self {
        let mut values = serde_json::Deserializer::from_slice(text).into_iter::<IgnoredAny>();
        match values.next() {
            Some(Ok(_)) => Self::Whole(values.byte_offset()),
            Some(Err(error)) if error.is_eof() => Self::Unfinished,
            _ => Self::Broken,
        }
    }
}

/// A text that begins with an object: lines, objects, or a wrapper.
fn object(text: &[u8], start: usize) -> Result<Framing, Unknown> {
    let first = First::of(text);
    let lines = || Framing::new("NDJSON", Lines::starting_at(start));
    if matches!(first, First::Broken) && has_whole_lines(text) {
        return Ok(lines());
    }
    let (object, rest) = match first {
        First::Whole(end) => text.split_at_checked(end).unwrap_or((text, &[])),
        _ => (text, [].as_slice()),
    };
    if let Some(wrapper) = wrapper(object, matches!(first, First::Whole(_))) {
        let envelope = wrapper.envelope.map_err(Unknown::Envelope)?;
        return Ok(Framing { envelope, ..Framing::new(wrapper.words, Values::unwrapping_at(start)) });
    }
    // Behind an object over many lines stands another object, or nothing; behind a line, the next line.
    let is_line = match first {
        First::Whole(_) => !object.contains(&b'\n') && !rest_of_line(rest).starts_with(b"{"),
        First::Unfinished => !text.contains(&b'\n'),
        First::Broken => false,
    };
    Ok(match () {
        () if is_line => lines(),
        () if rest.trim_ascii_start().is_empty() => Framing::new("JSON object", Values::starting_at(start)),
        () => Framing::new("JSON objects", Values::starting_at(start)),
    })
}

fn rest_of_line(text: &[u8]) -> &[u8] {
    text.split(|byte| *byte == b'\n').next().unwrap_or_default().trim_ascii()
}

struct Recognized {
    words: String,
    envelope: Result<Option<Envelope>, String>,
}

/// Whether the object that this text is, or begins, is a wrapper around records.
fn wrapper(object: &[u8], whole: bool) -> Option<Recognized> {
    let mut values = Values::unwrapping_at(0);
    let mut cuts = Cuts::new(Limits { block: usize::MAX, record: usize::MAX, ..Limits::STANDARD });
    let mut first = None;
    while values.cursor().at < object.len() {
        values.scan(object, &mut cuts);
        first = first.or_else(|| cuts.first().and_then(|cut| object.get(cut.span.start)).copied());
        cuts.take(0, 0);
    }
    let wrapping = values.wrapping()?;
    let said = wrapping.said().unwrap_or_default();
    let words = match Wrapper::of(&said) {
        Wrapper::Envelope => "scimdrift listing".to_owned(),
        Wrapper::ListResponse => "SCIM ListResponse".to_owned(),
        Wrapper::Other if wrapping.has_list() && first.is_none_or(|byte| byte == b'{') => list(&said, whole)?,
        Wrapper::Other => return None,
    };
    Some(Recognized { words, envelope: wrapping.envelope() })
}

/// The words for a list without more about it. A record may have a list of that name too, beside other things;
/// these wrappers have nothing but scalars beside it. Of an object that goes on beyond the text, the last member is
/// the list, and what makes it an envelope or a ListResponse may come behind it.
fn list(said: &Map<String, Value>, whole: bool) -> Option<String> {
    let has = |outer: &str, list: &str| said.get(outer).and_then(|inner| inner.get(list)).is_some_and(Value::is_array);
    if has("log", "entries") {
        return Some("HAR".to_owned());
    }
    if has("data", "events") && said.get("eventType").and_then(Value::as_str) == Some("com.okta.event_hook") {
        return Some("Okta event hook".to_owned());
    }
    // hoop.dev says in `pages` which page of its list this is.
    let is_beside = |name: &str, value: &Value| name == "pages" || !value.is_array() && !value.is_object();
    let name = if whole { said.iter().find(|(name, value)| !is_beside(name, value))?.0 } else { said.keys().next_back()? };
    let is_wrapper = match name.as_str() {
        "value" | "records" | "Records" | "data" | "entries" => {
            said.get(name).is_some_and(Value::is_array) && said.iter().all(|(other, value)| other == name || is_beside(other, value))
        }
        "items" | "Resources" => !whole,
        _ => false,
    };
    is_wrapper.then(|| format!("JSON object with its records in \"{name}\""))
}

/// Whether one of the first lines is an object and nothing else, so that what stands around it may be garbage.
/// Pretty-printed JSON indents its inner objects.
fn has_whole_lines(text: &[u8]) -> bool {
    text.split(|byte| *byte == b'\n').filter(|line| line.first() == Some(&b'{')).take(32).any(is_json)
}

fn table(text: &[u8], start: usize) -> Result<Framing, Unknown> {
    let columns = Columns::of(text).ok_or(Unknown::Foreign(
        "text without columns or records",
        "give a JSON array, NDJSON, a SCIM ListResponse, or a CSV file with a header row",
    ))?;
    let (columns, end) = columns.map_err(Unknown::Header)?;
    let columns = Arc::new(columns);
    let mark = match columns.delimiter {
        b';' => "semicolons",
        b'\t' => "tabs",
        _ => "commas",
    };
    let cutter = Table::starting_at(start + end, Arc::clone(&columns));
    Ok(Framing { columns: Some(columns), ..Framing::new(format!("CSV with {mark}"), cutter) })
}

/// What a text is instead, and what to do.
fn foreign(text: &[u8]) -> Option<(&'static str, &'static str)> {
    const UNPACK: &str = "unpack it and give the files in it";
    const EXPORT: &str = "export it as JSON or CSV and give that file";
    const ONCE: &str = "decompress it, or compress it once only";
    const MARKS: [(&[u8], &str, &str); 14] = [
        (b"PK\x03\x04", "a ZIP archive or an Office document", UNPACK),
        (b"PK\x05\x06", "an empty ZIP archive", UNPACK),
        (b"\x1f\x8b", "gzip inside a compressed file", ONCE),
        (b"\x28\xb5\x2f\xfd", "zstd inside a compressed file", ONCE),
        (b"BZh", "a bzip2 file", "decompress it, or compress it with gzip or zstd"),
        (b"\xfd7zXZ", "an xz file", "decompress it, or compress it with gzip or zstd"),
        (b"\x04\x22\x4d\x18", "an lz4 file", "decompress it, or compress it with gzip or zstd"),
        (b"7z\xbc\xaf", "a 7-Zip archive", UNPACK),
        (b"%PDF", "a PDF document", EXPORT),
        (b"PAR1", "a Parquet file", EXPORT),
        (b"SQLite format 3", "an SQLite database", EXPORT),
        (b"\xff\xfe", "UTF-16 text", "save it as UTF-8"),
        (b"\xfe\xff", "UTF-16 text", "save it as UTF-8"),
        (b"<", "an HTML or XML page", "look into it: a login or error page may have been saved in place of the answer"),
    ];
    let mark = MARKS.into_iter().find(|(mark, ..)| text.starts_with(mark)).map(|(_, found, advice)| (found, advice));
    mark.or_else(|| match text {
        _ if text.get(257..262) == Some(b"ustar") => Some(("a tar archive", UNPACK)),
        [0, b'{' | b'[' | b'"', ..] | [b'{' | b'[' | b'"', 0, ..] => Some(("UTF-16 text", "save it as UTF-8")),
        [b'{' | b'[', ..] => None,
        _ if text.contains(&0) => Some(("a binary file", EXPORT)),
        _ => None,
    })
}
