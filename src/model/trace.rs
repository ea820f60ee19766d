//! The trace of one person: who it is everywhere, what happened, and what is the matter. Plain rows, as `trace` shows them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::finding::Confidence;
use super::report::KeyRow;
use super::time::Timestamp;

/// What an analysis knows of one person, or of an account without one; all of a trace but its time line.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Dossier {
    /// The person; `None` for an account without an owner.
    pub person: Option<TracedPerson>,
    /// The accounts, the target's first; those that may be the person's among them.
    pub accounts: Vec<TracedAccount>,
    /// When the person was entitled, in order.
    pub entitlement: Vec<Stretch>,
    /// Which role the mapping gave, in order; empty where there is no mapping.
    pub expected_role: Vec<Stretch>,
    /// What is the matter, the most certain first.
    pub diagnoses: Vec<DiagnosisRow>,
    /// What failed and is still open.
    pub open_failures: Vec<String>,
    /// What questions may call them, in the order in which it is tried.
    pub called: Vec<Called>,
    /// The ids that events name them by, as written.
    pub ids: BTreeSet<String>,
    /// The logins, user names and addresses that events name them by, without case.
    pub names: BTreeSet<String>,
    /// What was tried for them: of each attempt the events that tell of it.
    pub attempts: Vec<Vec<u32>>,
}

impl Dossier {
    /// The login, else the id; of an account without an owner system and name.
    #[must_use]
    pub fn label(&self) -> String {
        match (&self.person, self.accounts.first()) {
            (Some(person), _) if person.login.is_empty() => person.id.clone(),
            (Some(person), _) => person.login.clone(),
            (None, Some(account)) => format!("{} {}", account.system, account.account),
            (None, None) => String::new(),
        }
    }
}

/// One thing that a question may call somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Called {
    /// What it is: `id`, `address`, `employee number`, `account id`, `user name`, `externalId`.
    pub key: String,
    /// As written.
    pub value: String,
    /// The system of the account; empty for what the identity provider says.
    pub system: String,
    /// Whether the account may be somebody else's too.
    pub disputed: bool,
}

/// Somebody whom a question may mean.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Candidate {
    /// The person's id in the identity provider; empty for an account without an owner.
    pub person: String,
    /// The login, or system and name of the account.
    pub label: String,
    /// What of them the question names.
    pub because: String,
}

impl Candidate {
    /// On one line: `00u1abcd  noa.berg@acme.example  (address noa.berg@acme.example)`.
    #[must_use]
    pub fn line(&self) -> String {
        let person = if self.person.is_empty() { "no person" } else { &self.person };
        format!("{person}  {}  ({})", self.label, self.because)
    }
}

/// Everything there is to say of one person, or of an account without one.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Trace {
    /// The moment everything is judged at.
    pub as_of: Timestamp,
    /// The person; `None` for an account without an owner.
    pub person: Option<TracedPerson>,
    /// The accounts, the target's first.
    pub accounts: Vec<TracedAccount>,
    /// When the person was entitled, in order.
    pub entitlement: Vec<Stretch>,
    /// Which role the mapping gave, in order; empty where there is no mapping.
    pub expected_role: Vec<Stretch>,
    /// Which role the target had, in order.
    pub observed_role: Vec<Stretch>,
    /// What happened, in order.
    pub timeline: Vec<Moment>,
    /// What is the matter, the most certain first; empty where nothing is known to be.
    pub diagnoses: Vec<DiagnosisRow>,
    /// What failed and is still open, as sentences without a full stop; where no diagnosis fits, all there is to go by.
    pub open_failures: Vec<String>,
}

/// The person in the identity provider.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TracedPerson {
    /// The identity provider's `system`.
    pub system: String,
    /// The id.
    pub id: String,
    /// The login.
    pub login: String,
    /// The display name.
    pub name: String,
    /// The employee number.
    pub employee_id: String,
    /// Every address, current and former.
    pub addresses: Vec<String>,
    /// `active`, `inactive`, `deleted`, `unknown`.
    pub state: String,
    /// Whether the person is entitled to the target; `None` where nothing tells.
    pub entitled: Option<bool>,
    /// The groups of the identity provider, by name.
    pub groups: Vec<String>,
}

/// One account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TracedAccount {
    /// The system.
    pub system: String,
    /// The name users see.
    pub account: String,
    /// Its id.
    pub account_id: String,
    /// `externalId`, as the target holds it.
    pub external_id: String,
    /// Its address.
    pub email: String,
    /// `active`, `pending`, `inactive`, `unknown`.
    pub state: String,
    /// Its role in the organization.
    pub role: String,
    /// `linked`, `unmatched`, `disputed`, `exempt`.
    pub situation: String,
    /// The keys that were tried to link it, in order.
    pub keys: Vec<KeyRow>,
}

/// Something that was so for a while.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stretch {
    /// From when; `None`: from before the first record.
    pub from: Option<Timestamp>,
    /// Until when; `None`: to the as-of time.
    pub to: Option<Timestamp>,
    /// What.
    pub value: String,
}

/// Where a record stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// The source.
    pub source: String,
    /// The file, as the report names it.
    pub file: String,
    /// The line in it.
    pub line: Option<u64>,
}

/// One thing that happened, once or several times alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Moment {
    /// When; of several, the first.
    pub at: Timestamp,
    /// When the last of several was.
    pub until: Option<Timestamp>,
    /// How often.
    pub times: u64,
    /// Who tells.
    pub sources: Vec<String>,
    /// What.
    pub what: String,
    /// How it ended; empty for what a listing shows.
    pub outcome: String,
    /// Code and text of a failure, as written.
    pub told: String,
    /// Who did it, where somebody is named.
    pub by: String,
    /// Where the records of the first stand.
    pub evidence: Vec<Place>,
}

/// One diagnosis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiagnosisRow {
    /// Its id, which names its page.
    pub id: String,
    /// What is the matter, in a few words.
    pub title: String,
    /// How sure it is.
    pub confidence: Confidence,
    /// What shows it, as a sentence.
    pub because: String,
    /// Since when.
    pub since: Option<Timestamp>,
    /// How many other people show the same.
    pub others: u64,
    /// How to fix it, step by step.
    pub fix: Vec<String>,
    /// How to test it with one user.
    pub test: Vec<String>,
    /// The records it rests on.
    pub evidence: Vec<Place>,
}
