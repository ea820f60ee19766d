//! Facts: what a row of a listing says of one person, account, group or credential.
//!
//! An empty field was not told. No field is ever filled with a default that the record does not have.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::event::NamedRef;
use super::time::Timestamp;

/// One row of a listing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "kebab-case")]
pub enum Observation {
    /// A person of the identity provider.
    Person(PersonFacts),
    /// A group of the identity provider.
    Group(GroupFacts),
    /// A person in the group that the listing is about.
    GroupMember {
        /// Which group.
        group: String,
        /// Who.
        person: PersonFacts,
    },
    /// A person assigned to an application.
    Assignment(AssignmentFacts),
    /// A user as the target's SCIM endpoint lists it.
    ScimUser(ScimUser),
    /// A group as the target's SCIM endpoint lists it.
    ScimGroup(ScimGroup),
    /// A member of the target organization.
    Member(MemberFacts),
    /// A resource group of the target organization.
    ResourceGroup(ResourceGroupFacts),
    /// A service account of the target organization.
    ServiceAccount(ServiceAccountFacts),
    /// An account of a system beside the target, with its credentials.
    Account(AccountFacts),
    /// A credential.
    Token(TokenFacts),
    /// A row of the personnel roster.
    Employee(EmployeeFacts),
}

/// A person of the identity provider.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PersonFacts {
    /// The identity provider's id.
    pub id: String,
    /// The login, as written.
    pub login: Option<String>,
    /// The primary e-mail, as written.
    pub email: Option<String>,
    /// Other addresses of the same person.
    pub other_emails: Vec<String>,
    /// The display name.
    pub name: Option<String>,
    /// The given name.
    pub given_name: Option<String>,
    /// The family name.
    pub family_name: Option<String>,
    /// The status as written: `ACTIVE`, `DEPROVISIONED`.
    pub status: Option<String>,
    /// Whether that status lets the person sign in; `None` where it is not told.
    pub active: Option<bool>,
    /// When the identity was made.
    pub created_at: Option<Timestamp>,
    /// When the status last changed.
    pub status_changed_at: Option<Timestamp>,
    /// The last sign-in to the identity provider.
    pub last_login_at: Option<Timestamp>,
    /// The employee number.
    pub employee_id: Option<String>,
}

/// A group of the identity provider, with its members where the listing tells them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct GroupFacts {
    /// Its id.
    pub id: Option<String>,
    /// Its display name.
    pub name: Option<String>,
    /// The ids of all its direct members that are people, where the record tells them all.
    pub members: Option<Vec<String>>,
    /// The ids of members that a page of changes adds.
    pub added: Vec<String>,
    /// The ids of members that a page of changes removes.
    pub removed: Vec<String>,
    /// Whether a page of changes says that the group is gone.
    pub deleted: bool,
}

/// A person, or a group, assigned to an application.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AssignmentFacts {
    /// Which application.
    pub application: NamedRef,
    /// The person's id; empty where a group is assigned.
    pub person: String,
    /// The group's id, where a group is assigned.
    pub group: Option<String>,
    /// The status as written: `PROVISIONED`, `STAGED`.
    pub status: Option<String>,
    /// The state of the sync as written: `SYNCHRONIZED`, `ERROR`.
    pub sync_state: Option<String>,
    /// The account's id at the target.
    pub account_id: Option<String>,
    /// The user name the application was given.
    pub user_name: Option<String>,
    /// When the person was assigned.
    pub created_at: Option<Timestamp>,
}

/// A SCIM user (RFC 7643 section 4.1), whole or only what a request changes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ScimUser {
    /// The target's id.
    pub id: Option<String>,
    /// The identity provider's id, case-sensitive.
    pub external_id: Option<String>,
    /// The user name, without case.
    pub user_name: Option<String>,
    /// `name.givenName`.
    pub given_name: Option<String>,
    /// `name.familyName`.
    pub family_name: Option<String>,
    /// The addresses, primary first.
    pub emails: Vec<String>,
    /// Whether the account may be used. `"True"` and `"False"` as strings are read too.
    pub active: Option<bool>,
    /// Whether a request says so as a text. RFC 7643 section 2.3.2 has booleans alone, and targets refuse the rest, or read
    /// every text as true.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub active_as_text: bool,
    /// When it was made.
    pub created_at: Option<Timestamp>,
}

impl ScimUser {
    /// This user, with what it does not say taken from another word on the same one.
    #[must_use]
    pub fn filled_from(self, other: &Self) -> Self {
        Self {
            id: self.id.or_else(|| other.id.clone()),
            external_id: self.external_id.or_else(|| other.external_id.clone()),
            user_name: self.user_name.or_else(|| other.user_name.clone()),
            given_name: self.given_name.or_else(|| other.given_name.clone()),
            family_name: self.family_name.or_else(|| other.family_name.clone()),
            emails: if self.emails.is_empty() { other.emails.clone() } else { self.emails },
            active: self.active.or(other.active),
            active_as_text: self.active_as_text,
            created_at: self.created_at.or(other.created_at),
        }
    }
}

/// A SCIM group (RFC 7643 section 4.2), whole or only what a request changes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ScimGroup {
    /// The target's id.
    pub id: Option<String>,
    /// The identity provider's id.
    pub external_id: Option<String>,
    /// The display name.
    pub display_name: Option<String>,
    /// All members, where the record tells them all.
    pub members: Option<Vec<String>>,
    /// Members that a request adds.
    pub added: Vec<String>,
    /// Members that a request removes.
    pub removed: Vec<String>,
}

/// A member of the target organization.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MemberFacts {
    /// The target's id.
    pub id: String,
    /// The user name.
    pub name: String,
    /// The display name.
    pub full_name: Option<String>,
    /// The role in the organization.
    pub role: Option<String>,
    /// The resource groups, with the role in each, where the record tells them.
    pub resource_groups: Option<Vec<(String, Option<String>)>>,
    /// Whether a second factor is set up.
    pub second_factor: Option<bool>,
    /// The verified address.
    pub email: Option<String>,
    /// Whether it is an external collaborator.
    pub external: bool,
}

/// A resource group of the target organization.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ResourceGroupFacts {
    /// The target's id.
    pub id: String,
    /// The name.
    pub name: String,
    /// Whether members of the organization join by themselves.
    pub auto_join: bool,
    /// Account id, name and role of each member.
    pub users: Vec<(String, String, Option<String>)>,
}

/// A service account of the target organization.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ServiceAccountFacts {
    /// The target's id.
    pub id: String,
    /// The user name.
    pub name: String,
    /// When it was made.
    pub created_at: Option<Timestamp>,
    /// Its tokens.
    pub tokens: Vec<TokenFacts>,
}

/// An account of a system beside the target, such as a user of AWS IAM.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AccountFacts {
    /// The system: `aws`.
    pub system: String,
    /// The system's id of it.
    pub id: String,
    /// The name users see.
    pub name: String,
    /// The class its properties give it, by the word of the contract; `None` for `human`.
    pub class: Option<String>,
    /// Its address, where it is told.
    pub email: Option<String>,
    /// Whether a second factor is set up.
    pub second_factor: Option<bool>,
    /// When it was made.
    pub created_at: Option<Timestamp>,
    /// When somebody last signed in with it.
    pub last_login_at: Option<Timestamp>,
    /// Its credentials.
    pub tokens: Vec<TokenFacts>,
}

/// When a credential was last used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LastUse {
    /// At this moment.
    At(Timestamp),
    /// Not once.
    Never,
    /// The source does not tell.
    #[default]
    Unknown,
}

/// The state a listing gives a credential.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TokenStatus {
    /// It may be used.
    #[default]
    Active,
    /// It was taken back.
    Revoked,
    /// Its time is over.
    Expired,
}

impl TokenStatus {
    /// The word of the contract.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
        }
    }
}

/// A credential: its properties, never its secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TokenFacts {
    /// The system it opens.
    pub system: String,
    /// Its id there.
    pub id: String,
    /// Its name.
    pub name: Option<String>,
    /// Its kind in the source's words: `personal`, `fineGrained`, `api-token`.
    pub kind: Option<String>,
    /// The owner: a person's id, an e-mail, or the name of a service account.
    pub owner: Option<String>,
    /// What it may do.
    pub scopes: Vec<String>,
    /// Whether it is exempt from network rules; `None` where the source does not tell.
    pub network_exempt: Option<bool>,
    /// Whether a validity that ends is foreseen for this kind of credential.
    pub can_expire: bool,
    /// When it was made.
    pub created_at: Option<Timestamp>,
    /// When it was last used.
    pub last_used: LastUse,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
    /// Whether every use moves the end on, by as much as it moves the last use.
    pub extended_by_use: bool,
    /// When its secret was last renewed.
    pub rotated_at: Option<Timestamp>,
    /// Its state.
    pub status: TokenStatus,
}

impl TokenFacts {
    /// These facts, with what they do not say taken from an earlier word on the same credential: one source knows its
    /// use, another one its exemptions. An end that is no longer named is no longer there.
    #[must_use]
    pub fn filled_from(self, earlier: &Self) -> Self {
        Self {
            name: self.name.or_else(|| earlier.name.clone()),
            kind: self.kind.or_else(|| earlier.kind.clone()),
            owner: self.owner.or_else(|| earlier.owner.clone()),
            network_exempt: self.network_exempt.or(earlier.network_exempt),
            can_expire: self.can_expire && earlier.can_expire,
            created_at: self.created_at.or(earlier.created_at),
            last_used: if self.last_used == LastUse::Unknown { earlier.last_used } else { self.last_used },
            rotated_at: self.rotated_at.or(earlier.rotated_at),
            ..self
        }
    }
}

/// A row of the personnel roster.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EmployeeFacts {
    /// The employee number.
    pub employee_id: Option<String>,
    /// The address.
    pub email: Option<String>,
    /// The name.
    pub name: Option<String>,
    /// `employee`, `contractor`, in the roster's words.
    pub employment_type: Option<String>,
    /// The first day.
    pub start_date: Option<NaiveDate>,
    /// The last day.
    pub end_date: Option<NaiveDate>,
    /// The manager's address.
    pub manager_email: Option<String>,
}
