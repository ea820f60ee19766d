//! The user name breaks the target's rule.

use super::{Case, Diagnosis, Symptom, found};
use crate::analyzer::Attribute;

/// The card.
pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    id: "invalid-user-name",
    title: "The user name breaks the target's rule",
    doc: include_str!("../../docs/diagnoses/invalid-user-name.md"),
    judge,
};

fn judge(case: &Case<'_>) -> Option<Symptom> {
    let found = case.finding("malformed-attribute", None, &["userName"]).map(found);
    found.or_else(|| case.refused(Attribute::UserName))
}
