//! The connector is in quarantine.

use super::{Case, Diagnosis, Symptom, found};
use crate::analyzer::quarantine;
use crate::model::finding::Confidence;

/// The card.
pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    id: "connector-in-quarantine",
    title: "The provisioning job is in quarantine",
    doc: include_str!("../../docs/diagnoses/connector-in-quarantine.md"),
    judge,
};

fn judge(case: &Case<'_>) -> Option<Symptom> {
    let held = case.finding("held-deprovisioning", Some("quarantined"), &[]).map(found);
    held.or_else(|| {
        let quarantine = quarantine(case.context)?;
        let waits = !case.open.is_empty() || case.finding("missing-account", None, &[]).is_some();
        let because = format!("the job has been in quarantine since {} UTC and does little until that ends", quarantine.at.minute());
        waits.then(|| Symptom { confidence: Confidence::Medium, because, since: Some(quarantine.at), proofs: vec![quarantine.proof] })
    })
}
