//! Assigned before provisioning was switched on, and never attempted.

use super::{Case, Diagnosis, Symptom, found};
use crate::model::finding::Confidence;

/// The card.
pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    id: "assigned-before-provisioning",
    title: "Assigned before provisioning was switched on",
    doc: include_str!("../../docs/diagnoses/assigned-before-provisioning.md"),
    judge,
};

fn judge(case: &Case<'_>) -> Option<Symptom> {
    let finding = case.finding("missing-account", Some("never-attempted"), &[])?;
    let mut symptom = found(finding);
    symptom.confidence = if case.person.attempts.is_empty() { Confidence::High } else { Confidence::Low };
    Some(symptom)
}
