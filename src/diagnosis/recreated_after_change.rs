//! A change of e-mail or login was read as delete and create.

use super::{Case, Diagnosis, Symptom};
use crate::model::finding::Confidence;

/// The card.
pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    id: "recreated-after-change",
    title: "A changed login or address was taken for another person",
    doc: include_str!("../../docs/diagnoses/recreated-after-change.md"),
    judge,
};

fn judge(case: &Case<'_>) -> Option<Symptom> {
    let accounts = case.accounts().filter(|account| account.access.value().is_some()).collect::<Vec<_>>();
    let renamed = case.person.logins.len() > 1 && accounts.len() > 1;
    let names: Vec<&str> = accounts.iter().map(|account| account.name.as_str()).collect();
    let because = format!("the login changed, and the target has several accounts of the person: {}", names.join(", "));
    let proofs = accounts.iter().map(|account| account.proof()).collect();
    renamed.then_some(Symptom { confidence: Confidence::Medium, because, since: None, proofs })
}
