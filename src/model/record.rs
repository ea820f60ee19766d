//! Records: what `input` finds in a file and `source` reads, and what becomes of each.
//!
//! One record becomes at most one event, so that for every file
//! records read = used + irrelevant + duplicate + rejected holds by construction.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::event::Event;
use super::listing::Absence;
use super::time::Timestamp;

/// Where a record stands in its file. Offsets count the bytes after decompression.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Origin {
    /// The record's ordinal in the file, from 1.
    pub record: u64,
    /// The line it begins on, from 1.
    pub line: u64,
    /// The offset of its first byte.
    pub offset: u64,
    /// Its length in bytes.
    pub length: u64,
}

/// The bytes of one record.
#[derive(Clone, Copy, Debug)]
pub enum Body<'a> {
    /// One JSON value; not yet known to be valid.
    Json(&'a [u8]),
    /// One row of a CSV file.
    Row(Row<'a>),
}

/// One CSV row, its fields found by the header's names. Names are compared without case.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    /// The names of the header row, trimmed and lower-cased.
    pub header: &'a [String],
    /// The fields of this row; may be fewer or more than the header names.
    pub fields: &'a [&'a str],
}

impl<'a> Row<'a> {
    /// The field under `name` (lower case), trimmed; `None` where the column is missing or the field empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&'a str> {
        let index = self.header.iter().position(|column| column == name)?;
        self.fields.get(index).map(|field| field.trim()).filter(|field| !field.is_empty())
    }

    /// Whether the header has this column.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.header.iter().any(|column| column == name)
    }
}

/// One record with its place.
#[derive(Clone, Copy, Debug)]
pub struct RawRecord<'a> {
    /// Where it stands.
    pub origin: Origin,
    /// What it says.
    pub body: Body<'a>,
}

/// What a decoder makes of a record that it can read.
#[derive(Debug)]
pub enum Decoded {
    /// It touches access.
    Used(Box<Event>),
    /// It does not; its time, where it has one, still counts as coverage.
    Irrelevant(Option<Timestamp>),
}

impl Decoded {
    /// The moment the record speaks of.
    #[must_use]
    pub fn at(&self) -> Option<Timestamp> {
        match self {
            Self::Used(event) => Some(event.at),
            Self::Irrelevant(at) => *at,
        }
    }
}

/// A record that cannot be read, and why. It is kept, counted and shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// Where it stands.
    pub origin: Origin,
    /// Why it cannot be read, as a sentence without its full stop.
    pub reason: String,
}

/// What a decoder may know beside the record.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// When the listing was taken; `None` for logs.
    pub taken_at: Option<Timestamp>,
    /// The envelope's `params`.
    pub params: BTreeMap<String, String>,
    /// `idp.application`: id or label of the application that provisions the target.
    pub application: Option<String>,
    /// `target.provider`: the system that SCIM listings and requests are about.
    pub target: String,
}

impl Scope {
    /// Whether this application is the one that provisions the target. Without a configured one, every one is.
    #[must_use]
    pub fn is_application(&self, id: Option<&str>, label: Option<&str>) -> bool {
        self.application.as_deref().is_none_or(|wanted| id == Some(wanted) || label.is_some_and(|label| label.eq_ignore_ascii_case(wanted)))
    }
}

/// The self-describing wrapper around an API answer (CONTRACT section 3).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Envelope {
    /// The source it says it is.
    pub source: Option<String>,
    /// What the request named, such as `groupId`.
    pub params: BTreeMap<String, String>,
    /// When it was collected.
    pub collected_at: Option<Timestamp>,
    /// Whether it is the full state.
    pub complete: Option<bool>,
}

/// What recognition looks at: the wrapper and the first records of a file.
#[derive(Clone, Debug)]
pub struct Sample<'a> {
    /// The wrapper, where there is one.
    pub envelope: Option<&'a Envelope>,
    /// The CSV header, trimmed and lower-cased; empty for JSON.
    pub header: &'a [String],
    /// The first records that are JSON objects, as parsed values.
    pub records: &'a [serde_json::Value],
}

/// How sure a source is that a file is its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Recognition {
    /// Not its format.
    No,
    /// The shape fits, but a more specific source may claim it.
    Likely,
    /// Only this source has this shape.
    Certain,
}

/// Whether a source is a stream of events or the full state at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Events, each with its own time and native id.
    Log,
    /// Everything of one kind at one moment; and what absence from it means.
    Listing(Absence),
}
