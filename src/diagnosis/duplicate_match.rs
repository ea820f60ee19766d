//! Duplicate source or target matches: the connector finds more than one and touches none.

use super::{Case, Diagnosis, Symptom, failed, says};
use crate::analyzer::Cause;
use crate::model::finding::Confidence;

/// The card.
pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    id: "duplicate-match",
    title: "Several people or accounts match",
    doc: include_str!("../../docs/diagnoses/duplicate-match.md"),
    judge,
};

fn judge(case: &Case<'_>) -> Option<Symptom> {
    let row = case.open(&[Cause::Conflict])?;
    let sure = says(row, &["duplicatetargetentries", "duplicatesourceentries", "multipleentriesinresponse", "more than one"]);
    sure.then(|| failed(row, Confidence::High, "the value that is matched on stands for more than one"))
}
