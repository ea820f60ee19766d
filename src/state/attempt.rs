//! Attempts: what the identity provider tried at the target, as its own log and the target's endpoint tell.

use crate::model::event::{Failure, Operation, Outcome};
use crate::model::facts::ScimUser;
use crate::model::time::Timestamp;

/// Who tells of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// The identity provider's log.
    Provider,
    /// The target's SCIM endpoint.
    Endpoint,
}

/// One attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// When.
    pub at: Timestamp,
    /// What was tried.
    pub operation: Operation,
    /// How it ended.
    pub outcome: Outcome,
    /// Why it failed, was skipped or is held back, in the words of whoever tells.
    pub failure: Option<Failure>,
    /// Who tells.
    pub side: Side,
    /// The event.
    pub proof: u32,
    /// What was sent, where the endpoint tells.
    pub sent: Option<Box<ScimUser>>,
}

/// Somebody a request was about whom no input of the identity provider names, by what the request told.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stranger {
    /// The `externalId`: the id that the identity provider has for the person.
    pub external_id: Option<String>,
    /// The `userName`, where no `externalId` was told.
    pub user_name: Option<String>,
}

impl Attempt {
    /// Whether it worked.
    #[must_use]
    pub fn success(&self) -> bool {
        self.outcome == Outcome::Success
    }

    /// Whether it failed; what was skipped or is held back did not.
    #[must_use]
    pub fn failed(&self) -> bool {
        self.outcome == Outcome::Failure
    }
}
