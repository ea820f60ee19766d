//! The role is not applied until the next login.

use super::{Case, Diagnosis, Symptom, found};

/// The card.
pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    id: "role-awaits-login",
    title: "The role follows at the next login",
    doc: include_str!("../../docs/diagnoses/role-awaits-login.md"),
    judge,
};

fn judge(case: &Case<'_>) -> Option<Symptom> {
    case.finding("mismatched-role", Some("awaiting-login"), &[]).map(found)
}
