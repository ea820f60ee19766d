//! `active` sent as the string "False".

use super::{Case, Diagnosis, Symptom};
use crate::analyzer::Cause;
use crate::model::finding::Confidence;

/// The card.
pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    id: "active-as-text",
    title: "`active` is sent as a text",
    doc: include_str!("../../docs/diagnoses/active-as-text.md"),
    judge,
};

fn judge(case: &Case<'_>) -> Option<Symptom> {
    let sent = case.person.attempts.iter().rfind(|attempt| attempt.sent.as_ref().is_some_and(|sent| sent.active_as_text))?;
    let open = case.open(&[Cause::Attribute]).is_some() || case.lapsed_and_active();
    let confidence = if open { Confidence::High } else { Confidence::Low };
    let because = "a request sends active as a text, \"True\" or \"False\", where SCIM has true and false".to_owned();
    Some(Symptom { confidence, because, since: None, proofs: vec![sent.proof] })
}
