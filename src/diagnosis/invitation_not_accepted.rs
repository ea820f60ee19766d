//! The invitation was not accepted.

use super::{Case, Diagnosis, Symptom, found};
use crate::model::finding::Confidence;
use crate::state::Access;

/// The card.
pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    id: "invitation-not-accepted",
    title: "The invitation was not accepted",
    doc: include_str!("../../docs/diagnoses/invitation-not-accepted.md"),
    judge,
};

fn judge(case: &Case<'_>) -> Option<Symptom> {
    let late = case.finding("missing-account", Some("invitation-pending"), &[]).map(found);
    late.or_else(|| {
        let pending = case.accounts().find(|account| account.access.value() == Some(Access::Pending))?;
        let because = format!("{} was invited and has not accepted; an invitation gives no access", pending.name);
        let since = pending.access.last().map(|step| step.at);
        Some(Symptom { confidence: Confidence::Medium, because, since, proofs: vec![pending.proof()] })
    })
}
