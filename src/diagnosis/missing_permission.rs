//! The token is good, and its owner may not manage members.

use super::{Case, Diagnosis, Symptom, failed};
use crate::analyzer::Cause;
use crate::model::finding::Confidence;

/// The card.
pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    id: "missing-permission",
    title: "The SCIM token may not do this",
    doc: include_str!("../../docs/diagnoses/missing-permission.md"),
    judge,
};

fn judge(case: &Case<'_>) -> Option<Symptom> {
    let row = case.open(&[Cause::Permission])?;
    Some(failed(row, Confidence::High, "the credentials are accepted and may not do this"))
}
