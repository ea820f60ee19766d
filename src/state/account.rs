//! Accounts: logins in one system, whose they are, and what they may do there.

use std::collections::{BTreeMap, BTreeSet};

use super::entry::Entry;
use super::timeline::Timeline;
use crate::model::class::Class;
use crate::model::event::AccountRef;
use crate::model::facts::ScimUser;
use crate::model::finding::Confidence;
use crate::model::link::{MatchKey, fold};
use crate::model::time::Timestamp;

/// Whether an account is in the organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// It is.
    Active,
    /// It was invited and has not accepted.
    Pending,
    /// It is not.
    Inactive,
}

/// A role, since when, and which event says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleFact {
    /// The role's word.
    pub role: String,
    /// When it was set, or seen.
    pub at: Timestamp,
    /// The event.
    pub proof: u32,
    /// The latest event that says so.
    pub seen: u32,
    /// The moment of that event.
    pub seen_at: Timestamp,
}

/// Whose an account is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Owner {
    /// Somebody's, by this key.
    Linked {
        /// Index of the person.
        person: usize,
        /// The key that decided.
        key: MatchKey,
        /// The value of the key, as the report shows it.
        value: String,
    },
    /// Nobody's.
    #[default]
    Unmatched,
    /// One of several people's.
    Disputed {
        /// Indexes of the people.
        candidates: Vec<usize>,
        /// The key at which they could not be told apart.
        key: MatchKey,
    },
    /// It needs none.
    Exempt,
}

impl Owner {
    /// The word for `situation`.
    #[must_use]
    pub const fn situation(&self) -> &'static str {
        match self {
            Self::Linked { .. } => "linked",
            Self::Unmatched => "unmatched",
            Self::Disputed { .. } => "disputed",
            Self::Exempt => "exempt",
        }
    }

    /// How sure the link is.
    #[must_use]
    pub const fn confidence(&self) -> Option<Confidence> {
        match self {
            Self::Linked { key, .. } => Some(key.confidence()),
            _ => None,
        }
    }
}

/// One account.
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// The system.
    pub system: String,
    /// The name users see.
    pub name: String,
    /// The id in the target's SCIM endpoint.
    pub scim_id: Option<String>,
    /// The id in the target's own listings and logs.
    pub hub_id: Option<String>,
    /// `externalId`, as the target holds it.
    pub external_id: Option<String>,
    /// The latest address, as written.
    pub email: Option<String>,
    /// Every address, folded.
    pub emails: BTreeSet<String>,
    /// Whether it is in the organization.
    pub access: Timeline<Access>,
    /// The SCIM resource, as far as listings and requests that worked tell; `None` where the endpoint has none.
    pub resource: Option<ScimUser>,
    /// `active` as the SCIM endpoint has it.
    pub scim_active: Timeline<bool>,
    /// The role in the organization.
    pub role: Option<RoleFact>,
    /// Resource groups by name, with the role in each.
    pub resource_groups: BTreeMap<String, Option<String>>,
    /// Whether a listing of members told all its resource groups.
    pub groups_listed: bool,
    /// The class that listings give it.
    pub listed_class: Option<Class>,
    /// The class it is judged by.
    pub class: Class,
    /// The earliest moment a source gives for its making.
    pub created_at: Option<Timestamp>,
    /// The first event that names it.
    pub first_seen: Option<(Timestamp, u32)>,
    /// The last single sign-on, as the target tells.
    pub login: Option<(Timestamp, u32)>,
    /// When it signed in, joined or accepted an invitation, in order: the moments at which the target evaluates its roles.
    pub arrivals: Vec<Timestamp>,
    /// The records that brought it in, in order.
    pub entries: Vec<Entry>,
    /// The last thing it did.
    pub activity: Option<(Timestamp, u32)>,
    /// Whether a second factor is set up.
    pub second_factor: Option<bool>,
    /// Whose it is.
    pub owner: Owner,
}

impl Account {
    /// The id that never changes: the SCIM endpoint's, else the target's own, else the name.
    #[must_use]
    pub fn id(&self) -> &str {
        self.scim_id.as_deref().or(self.hub_id.as_deref()).unwrap_or(&self.name)
    }

    /// Whether it is in the organization.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.access.value() == Some(Access::Active)
    }

    /// The word for `state`.
    #[must_use]
    pub fn state(&self) -> &'static str {
        match self.access.value() {
            Some(Access::Active) => "active",
            Some(Access::Pending) => "pending",
            Some(Access::Inactive) => "inactive",
            None => "unknown",
        }
    }

    /// The event that last said whether it is in the organization; else the first that names it.
    #[must_use]
    pub fn proof(&self) -> u32 {
        self.access.seen().or(self.first_seen).map_or(0, |(_, proof)| proof)
    }

    /// Since when it has been in the organization; `None` where nothing tells when that began.
    #[must_use]
    pub fn active_since(&self) -> Option<Timestamp> {
        let step = self.access.last().filter(|step| step.value == Access::Active)?;
        if step.from_the_start { self.created_at } else { Some(step.at) }
    }

    /// The account as records of the target name it.
    pub(super) fn as_named(&self) -> AccountRef {
        let id = self.hub_id.clone().or_else(|| self.scim_id.clone());
        AccountRef { system: None, id, name: Some(self.name.clone()) }
    }

    /// Learns addresses, the most important first.
    pub(super) fn learn_emails(&mut self, emails: &[String]) {
        if let Some(first) = emails.first() {
            self.email = Some(first.trim().to_owned());
        }
        self.emails.extend(emails.iter().map(|email| fold(email)));
    }

    pub(super) fn act(&mut self, at: Timestamp, proof: u32) {
        self.activity = self.activity.max(Some((at, proof)));
    }
}
