//! What failed, grouped: the answer of `failures`. Plain rows, as the terminal shows them.

use serde::Serialize;

use super::report::FailureRow;
use super::time::Timestamp;

/// By what failures are grouped. Within a group they have one cause, so that one fix fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// The cause alone.
    Cause,
    /// The person, or the group of the identity provider.
    Person,
    /// What was tried.
    Operation,
    /// The application that provisions the target.
    Connector,
}

impl By {
    /// `cause`, as a heading names it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Cause => "cause",
            Self::Person => "person",
            Self::Operation => "operation",
            Self::Connector => "connector",
        }
    }
}

/// The failures of one run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FailureSummary {
    /// The moment everything was judged at.
    pub as_of: Timestamp,
    /// What ended before is left out.
    pub since: Option<Timestamp>,
    /// By what the groups are.
    pub by: By,
    /// The groups, those that still fail first, the largest first.
    pub groups: Vec<FailureGroup>,
    /// The rows of failures.csv, in its order.
    pub failures: Vec<FailureRow>,
    /// What failed and is over, in the same order.
    pub past_failures: Vec<FailureRow>,
    /// Who is entitled and was never provisioned, by login.
    pub never_attempted: Vec<NeverAttempted>,
}

/// Failures of one cause, and of one person, operation or connector where these were asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FailureGroup {
    /// The cause, login, name of the group, operation or connector that the group is of.
    pub key: String,
    /// The cause, as failures.csv has it; `done-at-target` where the target did what the identity provider's log has as
    /// failed; `never-attempted` where nothing was tried.
    pub cause: String,
    /// How it stands.
    pub state: State,
    /// When the first attempt failed, or when the first person was entitled; `None` where nothing tells.
    pub first_seen: Option<Timestamp>,
    /// When the last attempt failed; of what was never attempted the as-of time.
    pub last_seen: Option<Timestamp>,
    /// The people and groups concerned, each once, by name.
    pub people: Vec<Affected>,
    /// How many rows nothing repaired.
    pub still_failing: u64,
    /// How many rows of failures ended with a success.
    pub recovered: u64,
    /// How many were held back, or are no longer wanted.
    pub superseded: u64,
    /// How many attempts failed, over all of these rows.
    pub attempts: u64,
    /// The last failure, of what still fails where something does; `None` where nothing was tried.
    pub sample: Option<FailureSample>,
    /// Whose access was to be taken away and still is there, by name: that is done by hand first.
    pub keeps_access: Vec<String>,
    /// What to do, the most common first; empty where nothing is to be done.
    pub fix: Vec<String>,
}

/// How a group stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Something fails that nothing repaired.
    StillFailing,
    /// Nothing was tried.
    NeverAttempted,
    /// The identity provider's log has it as failed, and the target did it.
    DoneAtTarget,
    /// All of it worked later.
    Recovered,
    /// None of it still fails, and some of it was held back, or is no longer wanted.
    Superseded,
}

impl State {
    /// As it is read.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::StillFailing => "still failing",
            Self::NeverAttempted => "never attempted",
            Self::DoneAtTarget => "done at the target, failed in the identity provider's log",
            Self::Recovered => "recovered",
            Self::Superseded => "over",
        }
    }
}

/// Somebody, or a group, whose sync failed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Affected {
    /// The login, or the name of the group; the id where there is none.
    pub name: String,
    /// The person's id; empty for a group, and for somebody whom no input names.
    pub person: String,
    /// Whether it is a group.
    pub group: bool,
    /// Whether it still fails for them.
    pub still_failing: bool,
}

/// One failure that stands for its group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FailureSample {
    /// The login, or the name of the group.
    pub name: String,
    /// The person's id; empty for a group, and for somebody whom no input names.
    pub person: String,
    /// What was tried.
    pub operation: String,
    /// When it failed last.
    pub at: Timestamp,
    /// The code, as it was written.
    pub code: String,
    /// The text, as it was written.
    pub message: String,
}

/// Somebody who is entitled, has no account, and for whom nothing was tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NeverAttempted {
    /// The person's id.
    pub person: String,
    /// The login.
    pub person_login: String,
    /// Entitled since; `None`: from before the first record.
    pub since: Option<Timestamp>,
    /// The finding of `missing-account`.
    pub finding_id: String,
    /// What is known, as a sentence.
    pub explanation: String,
    /// What to do.
    pub remediation: String,
}
