//! "Deactivate users" is off.

use super::{Case, Diagnosis, Symptom};
use crate::model::finding::Confidence;

/// The card.
pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    id: "deactivation-switched-off",
    title: "Taking access away is switched off, or never tried",
    doc: include_str!("../../docs/diagnoses/deactivation-switched-off.md"),
    judge,
};

fn judge(case: &Case<'_>) -> Option<Symptom> {
    let lapse = case.lapse().filter(|_| case.lapsed_and_active())?;
    if case.tried_to_disable(&lapse) || case.pushed_active_since(&lapse).is_some() {
        return None;
    }
    let because = format!("the person stopped being entitled {}, the account is active, and nothing tried to disable it", lapse.when());
    Some(Symptom { confidence: Confidence::Medium, because, since: lapse.exactly(), proofs: vec![lapse.proof] })
}
