//! 409: an account that is there already.

use super::{Case, Diagnosis, Symptom, failed};
use crate::analyzer::Cause;
use crate::model::finding::Confidence;

/// The card.
pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    id: "existing-account",
    title: "An account with these values is there already",
    doc: include_str!("../../docs/diagnoses/existing-account.md"),
    judge,
};

fn judge(case: &Case<'_>) -> Option<Symptom> {
    let row = case.open(&[Cause::Conflict])?;
    Some(failed(row, Confidence::High, "the target says that an account with one of these values exists"))
}
