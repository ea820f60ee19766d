//! Target 5xx or time-out.

use super::{Case, Diagnosis, Symptom, failed};
use crate::analyzer::Cause;
use crate::model::finding::Confidence;

/// The card.
pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    id: "target-unavailable",
    title: "The target failed or did not answer in time",
    doc: include_str!("../../docs/diagnoses/target-unavailable.md"),
    judge,
};

fn judge(case: &Case<'_>) -> Option<Symptom> {
    let row = case.open(&[Cause::Transport])?;
    Some(failed(row, Confidence::Medium, "the target answered with an error of its own, or not at all"))
}
