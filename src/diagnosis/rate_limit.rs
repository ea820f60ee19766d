//! Rate limit.

use super::{Case, Diagnosis, Symptom, failed};
use crate::analyzer::Cause;
use crate::model::finding::Confidence;

/// The card.
pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    id: "rate-limit",
    title: "The target limits the number of requests",
    doc: include_str!("../../docs/diagnoses/rate-limit.md"),
    judge,
};

fn judge(case: &Case<'_>) -> Option<Symptom> {
    let row = case.open(&[Cause::RateLimit])?;
    Some(failed(row, Confidence::High, "the target asks for fewer requests"))
}
