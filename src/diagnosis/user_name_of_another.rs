//! 409 from another person's user name.

use super::{Case, Diagnosis, Symptom, failed};
use crate::analyzer::Cause;
use crate::model::finding::Confidence;

/// The card.
pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    id: "user-name-of-another",
    title: "Another person's account has the user name",
    doc: include_str!("../../docs/diagnoses/user-name-of-another.md"),
    judge,
};

fn judge(case: &Case<'_>) -> Option<Symptom> {
    let row = case.open(&[Cause::Conflict])?;
    let (account, owner) = case.name_holder(row)?;
    let because = format!("the user name {} belongs to the account of {}", account.name, owner.label());
    Some(failed(row, Confidence::High, &because))
}
