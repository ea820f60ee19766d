//! Skipped: not effectively entitled, or out of scope.

use super::{Case, Diagnosis, Symptom};
use crate::model::event::Outcome;
use crate::model::finding::Confidence;

/// The card.
pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    id: "not-effectively-entitled",
    title: "The connector passed the person over",
    doc: include_str!("../../docs/diagnoses/not-effectively-entitled.md"),
    judge,
};

fn judge(case: &Case<'_>) -> Option<Symptom> {
    let last = case.tries.last().filter(|last| last.outcome == Outcome::Skipped)?;
    let told = last.tellings().find_map(|told| told.failure.as_ref());
    let words = told.map(|told| format!("{} {}", told.code.as_deref().unwrap_or_default(), told.message)).unwrap_or_default();
    let named = words.to_lowercase();
    let sure = ["effectively entitled", "scope", "not assigned"].iter().any(|text| named.contains(text));
    // What is in step already is passed over as well, and nothing is the matter.
    let missing = case.finding("missing-account", None, &[]).is_some() || case.lapsed_and_active();
    let confidence = if sure && missing { Confidence::High } else { Confidence::Medium };
    let because = format!("the last attempt, of {} UTC, was passed over: {}", last.at.minute(), words.trim());
    let proofs = last.tellings().map(|told| told.proof).collect();
    (missing || sure).then_some(Symptom { confidence, because, since: Some(last.at), proofs })
}
