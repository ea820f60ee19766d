//! The e-mail address breaks the target's rule.

use super::{Case, Diagnosis, Symptom};

/// The card.
pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    id: "invalid-email",
    title: "The e-mail address breaks the target's rule",
    doc: include_str!("../../docs/diagnoses/invalid-email.md"),
    judge,
};

fn judge(case: &Case<'_>) -> Option<Symptom> {
    case.finding("malformed-attribute", None, &["emails"]).map(|finding| case.found(finding))
}
