//! Success at the target, failure in the identity provider's log.

use super::{Case, Diagnosis, Symptom, failed};
use crate::model::finding::Confidence;

/// The card.
pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    id: "success-logged-as-failure",
    title: "Done at the target, failed in the identity provider's log",
    doc: include_str!("../../docs/diagnoses/success-logged-as-failure.md"),
    judge,
};

fn judge(case: &Case<'_>) -> Option<Symptom> {
    let row = case.open.iter().find(|row| row.is_done_at_target(case.context, &case.person.attempts))?;
    Some(failed(row, Confidence::High, "the target's own log has the same operation as done"))
}
