//! The e-mail address breaks the target's rule.

use super::{Case, Diagnosis, Symptom, found};
use crate::analyzer::Attribute;

/// The card.
pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    id: "invalid-email",
    title: "The e-mail address breaks the target's rule",
    doc: include_str!("../../docs/diagnoses/invalid-email.md"),
    judge,
};

fn judge(case: &Case<'_>) -> Option<Symptom> {
    let found = case.finding("malformed-attribute", None, &["emails"]).map(found);
    found.or_else(|| case.refused(Attribute::Emails))
}
