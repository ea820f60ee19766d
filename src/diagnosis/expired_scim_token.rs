//! Expired or revoked SCIM token: the target refuses the connector's credentials.

use super::{Case, Diagnosis, Symptom, failed};
use crate::analyzer::Cause;
use crate::model::finding::Confidence;

/// The card.
pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    id: "expired-scim-token",
    title: "The SCIM token is expired or revoked",
    doc: include_str!("../../docs/diagnoses/expired-scim-token.md"),
    judge,
};

fn judge(case: &Case<'_>) -> Option<Symptom> {
    let row = case.open(&[Cause::Authentication])?;
    Some(failed(row, Confidence::High, "the target refuses the credentials of the connector"))
}
