//! The user name breaks the target's rule.

use super::{Case, Diagnosis, Symptom};

/// The card.
pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    id: "invalid-user-name",
    title: "The user name breaks the target's rule",
    doc: include_str!("../../docs/diagnoses/invalid-user-name.md"),
    judge,
};

fn judge(case: &Case<'_>) -> Option<Symptom> {
    case.finding("malformed-attribute", None, &["userName"]).map(|finding| case.found(finding))
}
