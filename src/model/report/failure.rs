//! Failures of the sync as rows.

use serde::{Deserialize, Serialize};

use crate::model::time::Timestamp;

/// One row of failures.csv: one operation that failed for one person or group, and that nothing repaired since. Also one
/// that failed and is over, which no file of the report shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FailureRow {
    /// The application that provisions the target; the target itself where none is configured.
    pub connector: String,
    /// Why the last attempt failed, in the words of the rule `failed-sync`.
    pub cause: String,
    /// The person's id; empty for a group.
    pub person: String,
    /// The person's login; empty for a group.
    pub person_login: String,
    /// What was tried.
    pub operation: String,
    /// When the first attempt of the unbroken row of failures failed.
    pub first_failed_at: Timestamp,
    /// When the last one failed.
    pub last_failed_at: Timestamp,
    /// How many failed in that row; what two sides tell of one attempt counts once.
    pub attempts: u64,
    /// The code of the last failure, as it was written: an HTTP status, a `scimType`, an error code.
    pub code: String,
    /// The text of the last failure, as it was written; of both sides where both tell one.
    pub message: String,
    /// What to do.
    pub remediation: String,
    /// The group's name, where it failed for a group; for the page and the terminal.
    pub group: String,
    /// `open` where the rule `failed-sync` finds it, `outage` where `connector-outage` stands for it, `retrying` while the
    /// identity provider still tries by itself, `done-at-target` where the target tells that it worked; of those that are
    /// over, `recovered` where it worked later, `superseded` where it is held back, or no longer wanted. For the page and
    /// the terminal.
    pub standing: String,
    /// When it worked, or was held back; for the terminal.
    #[serde(default)]
    pub ended_at: Option<Timestamp>,
}
