//! What was read: coverage, files, files that could not be read, records that could not.

use serde::{Deserialize, Serialize};

use crate::model::time::{Span, Timestamp};

/// One row of coverage.csv.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the columns are described in reports/README.md")]
pub struct CoverageRow {
    pub source: String,
    pub system: String,
    /// The first record, or the first listing.
    pub from: Option<Timestamp>,
    /// The last record, or the last listing.
    pub to: Option<Timestamp>,
    pub records: u64,
    /// The hours of the period that no record speaks for, beyond what is allowed; logs only.
    pub gap: Option<Span>,
    /// `covered`, `gap`, `partial` or `missing`.
    pub verdict: String,
    /// Whether it is a log; else a listing.
    pub log: bool,
    /// The gaps themselves, for the strip on the page.
    pub gaps: Vec<(Timestamp, Timestamp)>,
}

/// One row of inputs.csv.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the columns are described in reports/README.md")]
pub struct InputRow {
    pub file: String,
    pub sha256: String,
    pub bytes: u64,
    pub source: String,
    pub read: u64,
    pub used: u64,
    pub irrelevant: u64,
    pub duplicate: u64,
    pub rejected: u64,
    pub first_at: Option<Timestamp>,
    pub last_at: Option<Timestamp>,
    pub taken_at: Option<Timestamp>,
    /// Listings only.
    pub complete: Option<bool>,
}

/// A file that could not be read at all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedRow {
    /// Its name.
    pub file: String,
    /// Why, and what to do.
    pub reason: String,
}

/// One row of rejects.csv.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the columns are described in reports/README.md")]
pub struct RejectRow {
    pub file: String,
    pub line: u64,
    pub reason: String,
    pub excerpt: String,
    /// The source of the file; for the page.
    pub source: String,
}
