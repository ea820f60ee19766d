//! Diagnoses: why one person's access is not as it should be, judged from the person's trail; one file each.
//!
//! An analyzer says what is wrong, a diagnosis why, and its page what to do. Pure like the rules: a case in, a symptom
//! or nothing out. Which records are shown, and how many others show the same, is for `pipeline` to say.

mod account_gone;
mod active_as_text;
mod active_from_wrong_attribute;
mod assigned_before_provisioning;
mod case;
mod connector_in_quarantine;
mod deactivation_switched_off;
mod duplicate_match;
mod existing_account;
mod expired_scim_token;
mod group_assigned_and_pushed;
mod invalid_email;
mod invalid_user_name;
mod invitation_not_accepted;
mod licence_limit;
mod member_not_resolvable;
mod missing_permission;
mod not_effectively_entitled;
mod operation_switched_off;
mod rate_limit;
mod recreated_after_change;
mod required_name_missing;
mod role_awaits_login;
mod staged_by_deletion_threshold;
mod success_logged_as_failure;
mod target_unavailable;
mod user_name_of_another;
mod wrong_tenant_url;

use crate::model::finding::Confidence;
use crate::model::time::{Span, Timestamp};

pub use case::Case;

use case::{failed, found, says};

/// Two systems' words on one matter may lie so far apart.
const DAY: Span = Span::from_hours(24);

/// What shows that a diagnosis holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Symptom {
    /// How sure it is.
    pub confidence: Confidence,
    /// What shows it, without a full stop.
    pub because: String,
    /// Since when.
    pub since: Option<Timestamp>,
    /// The events it rests on.
    pub proofs: Vec<u32>,
}

/// A diagnosis: its card and its function.
#[derive(Clone, Copy)]
pub struct Diagnosis {
    /// Its id, by which its page and fixtures are named.
    pub id: &'static str,
    /// What is the matter, in a few words.
    pub title: &'static str,
    /// Its page.
    pub doc: &'static str,
    /// Whether it holds.
    pub judge: fn(&Case<'_>) -> Option<Symptom>,
}

/// Every diagnosis; of those that are equally sure the one that stands first comes first.
pub const ALL: &[Diagnosis] = &[
    expired_scim_token::DIAGNOSIS,
    wrong_tenant_url::DIAGNOSIS,
    active_as_text::DIAGNOSIS,
    required_name_missing::DIAGNOSIS,
    invalid_user_name::DIAGNOSIS,
    invalid_email::DIAGNOSIS,
    duplicate_match::DIAGNOSIS,
    user_name_of_another::DIAGNOSIS,
    existing_account::DIAGNOSIS,
    licence_limit::DIAGNOSIS,
    rate_limit::DIAGNOSIS,
    success_logged_as_failure::DIAGNOSIS,
    target_unavailable::DIAGNOSIS,
    missing_permission::DIAGNOSIS,
    operation_switched_off::DIAGNOSIS,
    account_gone::DIAGNOSIS,
    staged_by_deletion_threshold::DIAGNOSIS,
    connector_in_quarantine::DIAGNOSIS,
    invitation_not_accepted::DIAGNOSIS,
    not_effectively_entitled::DIAGNOSIS,
    assigned_before_provisioning::DIAGNOSIS,
    active_from_wrong_attribute::DIAGNOSIS,
    deactivation_switched_off::DIAGNOSIS,
    recreated_after_change::DIAGNOSIS,
    group_assigned_and_pushed::DIAGNOSIS,
    role_awaits_login::DIAGNOSIS,
    member_not_resolvable::DIAGNOSIS,
];

/// What is the matter with a person, the most certain first.
#[must_use]
pub fn diagnose(case: &Case<'_>) -> Vec<(&'static Diagnosis, Symptom)> {
    let mut found: Vec<(&'static Diagnosis, Symptom)> =
        ALL.iter().filter_map(|diagnosis| Some((diagnosis, (diagnosis.judge)(case)?))).collect();
    // One refusal has one cause: what merely says that there was one gives way to what says why.
    for (special, general) in GIVES_WAY {
        if found.iter().any(|(diagnosis, _)| diagnosis.id == *special) {
            found.retain(|(diagnosis, _)| diagnosis.id != *general);
        }
    }
    found.sort_by_key(|(_, symptom)| std::cmp::Reverse(symptom.confidence));
    found
}

/// The diagnosis with this id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Diagnosis> {
    ALL.iter().find(|diagnosis| diagnosis.id == id)
}

/// The special, and the general one that it makes needless.
const GIVES_WAY: &[(&str, &str)] = &[
    ("wrong-tenant-url", "target-unavailable"),
    ("duplicate-match", "existing-account"),
    ("duplicate-match", "user-name-of-another"),
    ("user-name-of-another", "existing-account"),
    ("success-logged-as-failure", "target-unavailable"),
    ("operation-switched-off", "account-gone"),
    ("not-effectively-entitled", "assigned-before-provisioning"),
    ("connector-in-quarantine", "assigned-before-provisioning"),
    ("staged-by-deletion-threshold", "deactivation-switched-off"),
    ("connector-in-quarantine", "deactivation-switched-off"),
    ("member-not-resolvable", "group-assigned-and-pushed"),
];
