//! An operation of the connector is switched off, or its mapping does not fit.

use super::{Case, Diagnosis, Symptom, failed, says};
use crate::analyzer::Cause;
use crate::model::finding::Confidence;

/// The card.
pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    id: "operation-switched-off",
    title: "An operation is switched off or not mapped",
    doc: include_str!("../../docs/diagnoses/operation-switched-off.md"),
    judge,
};

fn judge(case: &Case<'_>) -> Option<Symptom> {
    let row = case.open(&[Cause::Configuration, Cause::NotFound])?;
    let sure = row.cause == Cause::Configuration || says(row, &["matching user not found", "no matching user"]);
    sure.then(|| failed(row, Confidence::Medium, "the connector may not do this, or its mapping does not fit the target"))
}
