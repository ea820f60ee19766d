//! The plan: what the next sync would do at the target, and what it would mean for each person. Plain rows, as `plan` shows them.

use serde::Serialize;

use super::event::Exchange;
use super::finding::Severity;
use super::time::Timestamp;
use super::trace::Place;

/// What an operation does. The order is the one in which a sync is safe: access is given before it is taken, and what is
/// destroyed is destroyed last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Make an account.
    Create,
    /// Give an account back that is there and was deactivated.
    Enable,
    /// Change attributes of an account.
    Update,
    /// Make a group.
    GroupCreate,
    /// Add an account to a group.
    GroupAdd,
    /// The organization role becomes a higher one at the next sign-on. No request.
    RoleRaise,
    /// The organization role becomes a lower one at the next sign-on. No request.
    RoleLower,
    /// Remove an account from a group.
    GroupRemove,
    /// Take an account's access away.
    Deactivate,
    /// Remove an account for good.
    Delete,
}

impl Kind {
    /// All of them, in the order of a safe sync.
    pub const ALL: [Self; 10] = [
        Self::Create,
        Self::Enable,
        Self::Update,
        Self::GroupCreate,
        Self::GroupAdd,
        Self::RoleRaise,
        Self::RoleLower,
        Self::GroupRemove,
        Self::Deactivate,
        Self::Delete,
    ];

    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Enable => "enable",
            Self::Update => "update",
            Self::GroupCreate => "group-create",
            Self::GroupAdd => "group-add",
            Self::RoleRaise => "role-raise",
            Self::RoleLower => "role-lower",
            Self::GroupRemove => "group-remove",
            Self::Deactivate => "deactivate",
            Self::Delete => "delete",
        }
    }
}

/// What the target is expected to answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Validity {
    /// It takes the request.
    #[default]
    Valid,
    /// It cannot be told from what was read.
    Unknown,
    /// 400: a value breaks a rule of the target.
    Refused,
    /// 409: a value is in use.
    Conflict,
}

impl Validity {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Unknown => "unknown",
            Self::Refused => "refused",
            Self::Conflict => "conflict",
        }
    }

    /// Whether the request is expected to change something.
    #[must_use]
    pub const fn may_work(self) -> bool {
        matches!(self, Self::Valid | Self::Unknown)
    }
}

/// A SCIM request (RFC 7644 section 3).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Request {
    /// `POST`, `PUT`, `PATCH`, `DELETE`.
    pub method: &'static str,
    /// The path below the host.
    pub path: String,
    /// The body; `null` for none. `{step N: id}` in it, or in the path, stands for the `id` in the answer to step N.
    pub body: serde_json::Value,
}

/// One value that becomes another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ValueChange {
    /// What: an attribute in SCIM's words, `role`, or the name of a resource group.
    pub what: String,
    /// Before; empty where there was none.
    pub from: String,
    /// Afterwards; empty where there is none.
    pub to: String,
}

/// One operation of the next sync.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlannedOperation {
    /// Its place in the whole plan, from 1.
    pub step: u64,
    /// What it does.
    pub kind: Kind,
    /// The person's id in the identity provider; empty where it is about a group alone.
    pub person: String,
    /// The person's login.
    pub person_login: String,
    /// The account's name at the target, or the one it would get.
    pub account: String,
    /// The account's id at the SCIM endpoint; empty where it is still to be made.
    pub account_id: String,
    /// The group's display name.
    pub group: String,
    /// Why, as a sentence.
    pub reason: String,
    /// What changes by it.
    pub changes: Vec<ValueChange>,
    /// The request it stands for; `None` for what a sign-on does.
    pub request: Option<Request>,
    /// Steps that have to work before it.
    pub needs: Vec<u64>,
    /// What the target is expected to answer.
    pub validity: Validity,
    /// Why it is not expected to work, and what to watch, as sentences.
    pub remarks: Vec<String>,
    /// What cannot be undone, as a sentence; empty where all of it can.
    pub irreversible: String,
    /// Whether it is there because of what was supposed.
    pub supposed: bool,
    /// The records it rests on.
    pub evidence: Vec<Place>,
    /// Their ordinals in the replay.
    #[serde(skip)]
    pub proofs: Vec<u32>,
    /// What the request does when it works.
    #[serde(skip)]
    pub effect: Option<Exchange>,
}

/// A role in one resource group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct GroupRole {
    /// The resource group.
    pub resource_group: String,
    /// The role in it; empty where nothing tells.
    pub role: String,
}

/// What a person can do before the sync, and after it and the next sign-on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PersonEffect {
    /// The person's id in the identity provider.
    pub person: String,
    /// The login.
    pub person_login: String,
    /// The account's name; empty where there is none and none is planned.
    pub account: String,
    /// `active`, `pending`, `inactive`, `unknown`, `none`.
    pub access_before: String,
    /// The same afterwards, and `deleted`.
    pub access_after: String,
    /// The organization role; empty where there is none, or nothing tells.
    pub role_before: String,
    /// The organization role after the next sign-on; empty where there is none, or nothing tells.
    pub role_after: String,
    /// The resource groups.
    pub resource_groups_before: Vec<GroupRole>,
    /// The resource groups afterwards.
    pub resource_groups_after: Vec<GroupRole>,
    /// Credentials of the person that still work after the access has ended: `system id`.
    pub tokens_left: Vec<String>,
    /// When the identity provider will have the account deleted for good, where that is known to come.
    pub deleted_on: Option<Timestamp>,
    /// Whether it is so because of what was supposed.
    pub supposed: bool,
}

impl PersonEffect {
    /// Whether anything is different afterwards.
    #[must_use]
    pub fn is_change(&self) -> bool {
        self.access_before != self.access_after
            || self.role_before != self.role_after
            || self.resource_groups_before != self.resource_groups_after
            || self.deleted_on.is_some()
    }
}

/// Something that is not planned: nothing tells what the sync would do, or it is known to leave it alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Unplanned {
    /// The person's id; empty where nobody is linked.
    pub person: String,
    /// The login.
    pub person_login: String,
    /// The account's name.
    pub account: String,
    /// The group's display name.
    pub group: String,
    /// Why, as a sentence.
    pub because: String,
}

/// How many operations there are of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Count {
    /// The kind.
    pub kind: Kind,
    /// How many.
    pub operations: u64,
}

/// One thing that the guard counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Measure {
    /// `deactivations`, `removals`, `admin changes`.
    pub what: &'static str,
    /// How many the plan has.
    pub planned: u64,
    /// Of how many.
    pub of: u64,
    /// Of what.
    pub of_what: &'static str,
    /// Whether that is more than may be.
    pub exceeded: bool,
}

/// The guard: a plan that takes away too much is refused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Guard {
    /// `max_change`, in percent.
    pub max_change_percent: u8,
    /// What is counted, over the whole plan.
    pub measures: Vec<Measure>,
}

impl Guard {
    /// Whether the whole plan is refused.
    #[must_use]
    pub fn is_tripped(&self) -> bool {
        self.measures.iter().any(|measure| measure.exceeded)
    }
}

/// A finding that would appear, or go.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct FindingChange {
    /// The rule.
    pub rule: String,
    /// The reason.
    pub reason: String,
    /// How bad it is.
    pub severity: Severity,
    /// Whom or what it is about.
    pub subject: String,
    /// What it says.
    pub explanation: String,
}

/// What would be different.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Comparison {
    /// What was supposed, as sentences; empty where only the config is another one.
    pub supposed: Vec<String>,
    /// What it is compared with, as a sentence.
    pub compared_with: String,
    /// Findings that would appear.
    pub appear: Vec<FindingChange>,
    /// Findings that would go.
    pub go: Vec<FindingChange>,
    /// Operations that the plan without it has and this one does not, as sentences.
    pub no_longer: Vec<String>,
}

/// What the next sync would do.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Plan {
    /// The moment everything is judged at.
    pub as_of: Timestamp,
    /// The identity provider, in words.
    pub provider: String,
    /// The target, in words.
    pub target: String,
    /// When the target's users were last listed in full.
    pub target_listed_at: Option<Timestamp>,
    /// Whom it was narrowed to: the person's id; empty for the whole plan.
    pub only: String,
    /// The operations, in a safe order.
    pub operations: Vec<PlannedOperation>,
    /// How many there are of each kind.
    pub counts: Vec<Count>,
    /// Everybody with an account, or with one to come.
    pub people: Vec<PersonEffect>,
    /// What cannot be concluded.
    pub undecided: Vec<Unplanned>,
    /// What the sync is known to leave alone.
    pub left_alone: Vec<Unplanned>,
    /// What was not read in full, so that parts of the plan are missing, as sentences.
    pub gaps: Vec<String>,
    /// What keeps the sync from running or from getting through, as sentences.
    pub blockers: Vec<String>,
    /// The guard.
    pub guard: Guard,
    /// What is different from the plan without what was supposed, or under another config.
    pub comparison: Option<Comparison>,
}

impl Plan {
    /// The part about one person, with the steps it needs; numbers stay those of the whole plan.
    #[must_use]
    pub fn only(self, person: &str) -> Self {
        let needed: Vec<u64> = self.operations.iter().filter(|one| one.person == person).flat_map(|one| one.needs.clone()).collect();
        let of = |one: &PlannedOperation| one.person == person || needed.contains(&one.step);
        let operations: Vec<_> = self.operations.into_iter().filter(of).collect();
        Self {
            only: person.to_owned(),
            counts: counts(&operations),
            operations,
            people: self.people.into_iter().filter(|effect| effect.person == person).collect(),
            undecided: self.undecided.into_iter().filter(|one| one.person == person).collect(),
            left_alone: self.left_alone.into_iter().filter(|one| one.person == person).collect(),
            ..self
        }
    }

    /// Whether it is refused: it takes away more than may be, and is not narrowed to one person.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.only.is_empty() && self.guard.is_tripped()
    }
}

/// How many operations there are of each kind, those that there are none of left out.
#[must_use]
pub fn counts(operations: &[PlannedOperation]) -> Vec<Count> {
    let of = |kind: Kind| Count { kind, operations: operations.iter().filter(|one| one.kind == kind).count() as u64 };
    Kind::ALL.into_iter().map(of).filter(|count| count.operations > 0).collect()
}
