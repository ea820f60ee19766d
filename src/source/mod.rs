//! Sources: what can be read, one file per format.
//!
//! A source is a card and two functions: one says whether a file is of its format, the other turns one record into
//! at most one event. Sources know neither files nor framing (that is `input`), nor what an event means for access
//! (that is `state`). To add one: its file here, its line in [`ALL`], its page in `docs/sources`, its folder in
//! `fixtures/sources`.

mod aws_cloudtrail;
mod aws_credential_report;
mod entra_app_role_assignments;
mod entra_audit;
mod entra_groups;
mod entra_provisioning;
mod entra_sign_in;
mod entra_users;
mod hoop_audit;
mod hoop_sessions;
mod hr_roster;
mod huggingface_audit_log;
mod huggingface_members;
mod huggingface_resource_groups;
mod huggingface_service_accounts;
mod okta_api_tokens;
mod okta_app_users;
mod okta_group_users;
mod okta_groups;
mod okta_system_log;
mod okta_users;
mod recognition;
mod scim_groups;
mod scim_requests;
mod scim_users;
mod token_inventory;
mod wire;

pub use recognition::{Unrecognized, recognize};

use crate::model::record::{Decoded, Kind, RawRecord, Recognition, Reject, Sample, Scope};

/// Everything that can be read, sorted by id.
pub const ALL: &[Source] = &[
    aws_cloudtrail::SOURCE,
    aws_credential_report::SOURCE,
    entra_app_role_assignments::SOURCE,
    entra_audit::SOURCE,
    entra_groups::SOURCE,
    entra_provisioning::SOURCE,
    entra_sign_in::SOURCE,
    entra_users::SOURCE,
    hoop_audit::SOURCE,
    hoop_sessions::SOURCE,
    hr_roster::SOURCE,
    huggingface_audit_log::SOURCE,
    huggingface_members::SOURCE,
    huggingface_resource_groups::SOURCE,
    huggingface_service_accounts::SOURCE,
    okta_api_tokens::SOURCE,
    okta_app_users::SOURCE,
    okta_group_users::SOURCE,
    okta_groups::SOURCE,
    okta_system_log::SOURCE,
    okta_users::SOURCE,
    scim_groups::SOURCE,
    scim_requests::SOURCE,
    scim_users::SOURCE,
    token_inventory::SOURCE,
];

/// The card of one format.
#[derive(Debug)]
pub struct Source {
    /// Its id, as in the config and in the outputs.
    pub id: &'static str,
    /// What it is, in a few words.
    pub title: &'static str,
    /// Its page.
    pub doc: &'static str,
    /// Whether its files are logs or listings.
    pub kind: Kind,
    /// Whose records they are.
    pub system: System,
    /// The envelope parameter that names what the listing is about, where there is one.
    pub scope: Option<Parameter>,
    /// Whether a file is of this format.
    pub recognizes: fn(&Sample<'_>) -> Recognition,
    /// Turns one record into at most one event.
    pub decode: fn(&RawRecord<'_>, &Scope) -> Result<Decoded, Reject>,
}

impl Source {
    /// The system that the records come from, as `coverage.csv` names it; `target` is the configured provider.
    #[must_use]
    pub fn system<'a>(&self, target: &'a str) -> &'a str {
        match self.system {
            System::Provider(name) => name,
            System::Target => target,
            System::Own => self.id,
        }
    }
}

/// Whose records a source holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// Those of one provider, or of a system beside the target.
    Provider(&'static str),
    /// Those of whatever the target is.
    Target,
    /// Records of the organization itself, such as its roster; the source stands for the system.
    Own,
}

/// A parameter of the envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name in `params`.
    pub name: &'static str,
    /// Whether records mean nothing without it.
    pub required: bool,
}

/// The source of this id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Source> {
    ALL.iter().find(|source| source.id == id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registry_is_sorted_and_every_id_is_found() {
        assert!(ALL.is_sorted_by(|a, b| a.id < b.id), "sorted, each id once");
        for source in ALL {
            assert_eq!(find(source.id).map(|found| found.title), Some(source.title));
            assert!(source.doc.starts_with(&format!("# {}", source.id)), "{} has its own page", source.id);
        }
        assert!(find("okta").is_none());
    }
}
