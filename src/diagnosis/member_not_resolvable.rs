//! A group member that is not resolvable.

use super::{Case, Diagnosis, Symptom};
use crate::model::finding::Confidence;

/// The card.
pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    id: "member-not-resolvable",
    title: "A group names the person, and the target cannot find them",
    doc: include_str!("../../docs/diagnoses/member-not-resolvable.md"),
    judge,
};

fn judge(case: &Case<'_>) -> Option<Symptom> {
    let groups = case.context.directory.group_attempts.iter();
    let names = |text: &str| text.contains(&case.person.id) && text.to_lowercase().contains("resolve");
    let (group, attempt) = groups
        .flat_map(|(group, attempts)| attempts.iter().map(move |attempt| (group, attempt)))
        .filter(|(_, attempt)| attempt.failure.as_ref().is_some_and(|failure| names(&failure.message)))
        .max_by_key(|(_, attempt)| attempt.at)?;
    let because = format!("the push of group {group} could not add the person, last on {} UTC", attempt.at.minute());
    Some(Symptom { confidence: Confidence::High, because, since: Some(attempt.at), proofs: vec![attempt.proof] })
}
