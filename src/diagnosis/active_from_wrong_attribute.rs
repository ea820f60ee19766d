//! `active` is mapped from the wrong attribute, so that unassigning does not deprovision.

use super::{Case, Diagnosis, Symptom};
use crate::model::finding::Confidence;

/// The card.
pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    id: "active-from-wrong-attribute",
    title: "`active` does not follow the assignment",
    doc: include_str!("../../docs/diagnoses/active-from-wrong-attribute.md"),
    judge,
};

fn judge(case: &Case<'_>) -> Option<Symptom> {
    // What failed to be disabled is pushed as active too, until a retry works.
    let lapse = case.lapse().filter(|lapse| case.lapsed_and_active() && !case.tried_to_disable(lapse))?;
    let pushed = case.pushed_active_since(&lapse)?;
    let because = format!(
        "the person stopped being entitled on {} UTC, and a request of {} UTC still sends active as true",
        lapse.at.minute(),
        pushed.at.minute()
    );
    Some(Symptom { confidence: Confidence::High, because, since: Some(lapse.at), proofs: vec![pushed.proof, lapse.proof] })
}
