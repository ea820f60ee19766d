//! Events: what happened, or what a listing says was so, at a moment.
//!
//! A log line is a point change; a row of a listing is an event whose activity is [`Activity::Observe`].
//! A failed operation is an event that changed nothing: [`Outcome::Failure`] says so, whatever the activity.

use serde::{Deserialize, Serialize};

use super::facts::{Observation, ScimGroup, ScimUser};
use super::record::Origin;
use super::time::Timestamp;

pub use super::operation::Operation;

/// One thing that touches access.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// When it happened; of a listing's row, when the listing was taken.
    pub at: Timestamp,
    /// The source it was read by.
    pub source: String,
    /// Its id in that source. With the source it says which records are the same.
    pub native_id: String,
    /// How it ended.
    pub outcome: Outcome,
    /// Who did it, where that is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<Actor>,
    /// Why it failed, where it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
    /// The id that other records of the same operation carry.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation: Option<String>,
    /// The API token it was done with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// What happened.
    pub activity: Activity,
    /// Where the record stands in its file. Not part of what was said.
    #[serde(skip)]
    pub origin: Origin,
}

/// How an operation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It took effect.
    Success,
    /// It changed nothing.
    Failure,
    /// It was not tried, on purpose.
    Skipped,
    /// It is held back, to be done or dropped later.
    Deferred,
    /// The record does not say.
    Unknown,
}

impl Outcome {
    /// The word used in the store.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Skipped => "skipped",
            Self::Deferred => "deferred",
            Self::Unknown => "unknown",
        }
    }
}

/// Why an operation failed, in the words of the system that said so.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// The HTTP status, `scimType` or error code, as it was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// The text that came with it, without secrets.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub message: String,
}

/// Who did something, in the words of the system that says so.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The actor's id there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The login or user name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The kind as written there: `User`, `SystemPrincipal`, `system`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

/// A person as a record names them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonRef {
    /// The identity provider's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The login at that moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login: Option<String>,
    /// The display name; shown, never used to link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// An account as a record names it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AccountRef {
    /// The system; `None` for the target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// The system's id of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The name users see.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// A group, resource group or application as a record names it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedRef {
    /// Its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Its display name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Whether something was given or taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// Given.
    Added,
    /// Taken.
    Removed,
}

/// A step in a person's life in the identity provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lifecycle {
    /// The identity exists.
    Created,
    /// It may sign in.
    Activated,
    /// It may not, for good.
    Deactivated,
    /// It may not, for now.
    Suspended,
    /// A suspension ended.
    Unsuspended,
    /// It is gone.
    Deleted,
}

/// What became of an account's membership in the target organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Membership {
    /// Somebody else added it.
    Added,
    /// Somebody else removed it.
    Removed,
    /// It left by itself.
    Left,
    /// It joined by itself: by single sign-on, e-mail domain, or automatically.
    Joined,
    /// It was invited; no access yet.
    Invited,
    /// It accepted an invitation.
    Accepted,
}

/// What became of a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TokenStep {
    /// It exists.
    Created,
    /// It has a new secret.
    Rotated,
    /// It may not be used any more.
    Revoked,
    /// Its scopes or name changed.
    Updated,
    /// Something was done with it.
    Used,
}

/// One SCIM request with its answer (RFC 7644).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exchange {
    /// The system asked; `None` for the target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<String>,
    /// The HTTP method.
    pub method: String,
    /// The path without its query.
    pub path: String,
    /// The HTTP status; `None` where no answer came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// What it was about to do; `None` for a mere question.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<Operation>,
    /// The user it is about, as the answer tells after success, else as the request has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<ScimUser>,
    /// The group it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<ScimGroup>,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "activity", rename_all = "kebab-case")]
pub enum Activity {
    /// A person's identity changed state.
    Lifecycle {
        /// Whose.
        person: PersonRef,
        /// To what.
        step: Lifecycle,
    },
    /// A person's profile changed; `person.login` is the login afterwards.
    Profile {
        /// Whose.
        person: PersonRef,
    },
    /// A person was assigned to an application, or no longer is.
    Assignment {
        /// Who.
        person: PersonRef,
        /// To which.
        application: NamedRef,
        /// Given or taken.
        change: Change,
    },
    /// A group was assigned to an application, or no longer is; its members with it.
    GroupAssignment {
        /// Which group.
        group: NamedRef,
        /// To which.
        application: NamedRef,
        /// Given or taken.
        change: Change,
    },
    /// A person joined or left a group of the identity provider.
    GroupMembership {
        /// Who.
        person: PersonRef,
        /// Which group.
        group: NamedRef,
        /// Joined or left.
        change: Change,
    },
    /// The identity provider reports an attempt at the target.
    Provisioning {
        /// What it tried.
        operation: Operation,
        /// For whom; `None` for groups.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        person: Option<PersonRef>,
        /// For which group.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        group: Option<NamedRef>,
        /// The application that stands for the target.
        application: NamedRef,
        /// The account's id at the target, where it is told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        account_id: Option<String>,
    },
    /// A person signed on to the target, as the identity provider tells.
    SignOn {
        /// Who.
        person: PersonRef,
        /// To which application.
        application: NamedRef,
    },
    /// Something became of a credential of the identity provider or the target.
    Credential {
        /// Its system.
        system: String,
        /// Its id and name.
        credential: NamedRef,
        /// What.
        step: TokenStep,
    },
    /// A setting of the connector or of single sign-on changed.
    Setting {
        /// Which connector or organization.
        subject: NamedRef,
        /// What was set, in the source's words.
        setting: String,
    },
    /// A SCIM request and its answer.
    Exchange(Box<Exchange>),
    /// An account's membership in the target organization changed.
    Membership {
        /// Whose.
        account: AccountRef,
        /// To what.
        step: Membership,
        /// The role it came with.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        role: Option<String>,
    },
    /// An account's role in the target organization changed.
    RoleChange {
        /// Whose.
        account: AccountRef,
        /// The role before, where it is told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<String>,
        /// The role afterwards.
        to: String,
    },
    /// Accounts were added to, or removed from, a resource group, or their role in it changed.
    ResourceGroupMembers {
        /// Which resource group.
        group: NamedRef,
        /// Who, with the role afterwards.
        accounts: Vec<(AccountRef, Option<String>)>,
        /// Given or taken; a change of role is given.
        change: Change,
    },
    /// An account signed in to the target by single sign-on; roles are evaluated here.
    Login {
        /// Whose.
        account: AccountRef,
    },
    /// An account did something else that was audited.
    Act {
        /// Whose.
        account: AccountRef,
        /// The source's own word for it.
        kind: String,
    },
    /// A row of a listing: this was so when the listing was taken.
    Observe(Box<Observation>),
}

impl Activity {
    /// The word used in the store, the tag of the JSON form.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Lifecycle { .. } => "lifecycle",
            Self::Profile { .. } => "profile",
            Self::Assignment { .. } => "assignment",
            Self::GroupAssignment { .. } => "group-assignment",
            Self::GroupMembership { .. } => "group-membership",
            Self::Provisioning { .. } => "provisioning",
            Self::SignOn { .. } => "sign-on",
            Self::Credential { .. } => "credential",
            Self::Setting { .. } => "setting",
            Self::Exchange(_) => "exchange",
            Self::Membership { .. } => "membership",
            Self::RoleChange { .. } => "role-change",
            Self::ResourceGroupMembers { .. } => "resource-group-members",
            Self::Login { .. } => "login",
            Self::Act { .. } => "act",
            Self::Observe(_) => "observe",
        }
    }
}
