//! A disable staged by the accidental-deletion threshold.

use super::{Case, Diagnosis, Symptom, found};

/// The card.
pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    id: "staged-by-deletion-threshold",
    title: "The disable waits behind the deletion threshold",
    doc: include_str!("../../docs/diagnoses/staged-by-deletion-threshold.md"),
    judge,
};

fn judge(case: &Case<'_>) -> Option<Symptom> {
    let finding = case.finding("held-deprovisioning", Some("staged"), &[]);
    finding.map(found)
}
