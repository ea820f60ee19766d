//! A proposal: what exports tell of a set-up, on what grounds, and what they cannot tell. `init` makes a config of it.
//!
//! Nothing here is guessed: a field without grounds is `None` or empty, and stands in [`Proposal::unknown`].

use serde::Serialize;

use super::time::Timestamp;

/// What a look at exports came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Proposal {
    /// What to read, in the order of the config.
    pub inputs: Vec<ProposedInput>,
    /// Files that cannot be read, or of which nobody knows what they are.
    pub unread: Vec<Unread>,
    /// The first and the last moment that a log speaks of.
    pub from: Option<Timestamp>,
    /// See [`Proposal::from`].
    pub to: Option<Timestamp>,
    /// `idp.provider`.
    pub provider: Option<Told>,
    /// `idp.application`.
    pub application: Option<Told>,
    /// Other applications that are provisioned, the likelier ones first.
    pub other_applications: Vec<Candidate>,
    /// `target.name`.
    pub target: Option<Told>,
    /// `target.sso`.
    pub sso: Option<Told>,
    /// `target.scim_actors`.
    pub scim_actors: Vec<Told>,
    /// `target.user_name`.
    pub user_name: Option<Told>,
    /// `target.token_policy`.
    pub token_policy: Option<Told>,
    /// Groups of the identity provider, those that concern the target first.
    pub idp_groups: Vec<String>,
    /// How many more there are.
    pub more_idp_groups: usize,
    /// Groups as the target's SCIM endpoint has them.
    pub scim_groups: Vec<String>,
    /// Resource groups of the target.
    pub resource_groups: Vec<String>,
    /// Accounts that are no person's.
    pub accounts: Vec<ProposedAccount>,
    /// What the exports do not tell.
    pub unknown: Vec<Unknown>,
}

/// A value, and what shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Told {
    /// As the config has it.
    pub value: String,
    /// What shows it, as a sentence without its full stop.
    pub why: String,
}

/// One `[[input]]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProposedInput {
    /// A file or a glob, relative to the config where it lies below it.
    pub path: String,
    /// The source that all its files are of.
    pub source: &'static str,
    /// What that source is, in a few words.
    pub title: &'static str,
    /// How many files it names.
    pub files: usize,
    /// Whether it is a listing of which nothing says when it was taken.
    pub needs_taken_at: bool,
}

/// A file that is left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unread {
    /// Its name.
    pub file: String,
    /// Why.
    pub reason: String,
}

/// An application that is provisioned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Candidate {
    /// Its id, else its label.
    pub application: String,
    /// Its label, where it is told beside the id.
    pub label: Option<String>,
    /// How many attempts at provisioning the logs have.
    pub attempts: u64,
    /// How many of the accounts it knows are accounts of the target.
    pub accounts: u64,
}

/// An account that is no person's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ProposedAccount {
    /// The system.
    pub system: String,
    /// The name users see.
    pub name: String,
    /// The class that its source gives it.
    pub class: String,
}

/// What the exports do not tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unknown {
    /// The key of the config, or the file.
    pub key: String,
    /// Why it is not known, or what it decides.
    pub why: String,
    /// Where to look it up.
    pub look_up: String,
}
