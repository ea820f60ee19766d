//! What is not in the store any more, and why: withdrawn files and old records that were removed.

use serde::{Deserialize, Serialize};

use crate::model::time::Timestamp;

/// A file that was withdrawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WithdrawnRow {
    /// Its name.
    pub file: String,
    /// The digest of its bytes on disk.
    pub sha256: String,
    /// How many there are.
    pub bytes: u64,
    /// The source that it was read as.
    pub source: String,
    /// How many records of it had been read.
    pub read: u64,
    /// How many of those it alone had brought, and went with it.
    pub removed: u64,
    /// The digest of those.
    pub removed_sha256: String,
    /// When it was withdrawn.
    pub withdrawn_at: Timestamp,
    /// Why.
    pub reason: String,
    /// Whether it was asked for again since, so that it may be read.
    pub again: bool,
}

/// Old records that were removed together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PruningRow {
    /// When it was done.
    pub pruned_at: Timestamp,
    /// Only what is older was removed.
    pub before: Timestamp,
    /// How many records of what, by source and activity.
    pub removed: Vec<PrunedCount>,
    /// How many listings among them went whole.
    pub listings: u64,
    /// How many runs went, with their reports.
    pub runs: u64,
    /// The digest of the records.
    pub removed_sha256: String,
}

/// How many records of one kind were removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrunedCount {
    /// Their source.
    pub source: String,
    /// What they told: `sign-on`, `observe`.
    pub activity: String,
    /// How many.
    pub records: u64,
}
