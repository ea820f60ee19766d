//! Listings: which source was listed in full, when, and whether the listing names everything there was.

use serde::{Deserialize, Serialize};

use super::time::Timestamp;

/// One listing: all rows of one source and scope at one moment, however many files they came in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Listing {
    /// When it was taken.
    pub taken_at: Timestamp,
    /// The source id.
    pub source: String,
    /// What the request named: the group of `okta-group-users`, the application of `okta-app-users`; else empty.
    pub scope: String,
    /// Whether what it does not name was absent.
    pub complete: bool,
    /// How many distinct rows it has.
    pub rows: u64,
    /// How many rows it says there are, where it says so (`totalResults`).
    pub declared: Option<u64>,
    /// A file it came in; the first by name.
    pub file: String,
}
