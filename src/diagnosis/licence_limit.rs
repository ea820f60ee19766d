//! User or licence limit, whatever status it hides behind.

use super::{Case, Diagnosis, Symptom, failed};
use crate::analyzer::Cause;
use crate::model::finding::Confidence;

/// The card.
pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    id: "licence-limit",
    title: "No seat or licence is left",
    doc: include_str!("../../docs/diagnoses/licence-limit.md"),
    judge,
};

fn judge(case: &Case<'_>) -> Option<Symptom> {
    let row = case.open(&[Cause::Capacity])?;
    Some(failed(row, Confidence::High, "the target says that no seat is left"))
}
