//! The account that the identity provider is linked to was removed at the target.

use super::{Case, Diagnosis, Symptom, failed};
use crate::analyzer::Cause;
use crate::model::finding::Confidence;

/// The card.
pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    id: "account-gone",
    title: "The linked account is gone at the target",
    doc: include_str!("../../docs/diagnoses/account-gone.md"),
    judge,
};

fn judge(case: &Case<'_>) -> Option<Symptom> {
    let row = case.open(&[Cause::NotFound])?;
    Some(failed(row, Confidence::High, "the account that the identity provider is linked to is not there any more"))
}
