//! One group that both assigns and is pushed.

use super::{Case, Diagnosis, Symptom, found};
use crate::model::finding::Confidence;
use crate::policy::Provider;

/// The card.
pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    id: "group-assigned-and-pushed",
    title: "The same group is used for assignment and push",
    doc: include_str!("../../docs/diagnoses/group-assigned-and-pushed.md"),
    judge,
};

fn judge(case: &Case<'_>) -> Option<Symptom> {
    // Entra provisions the groups that it assigns; Okta does not support one group for both.
    if case.context.policy.idp.provider != Provider::Okta {
        return None;
    }
    let finding = case.finding("group-drift", None, &[])?;
    let group = case.assigns_and_is_pushed(&finding.subject.group)?;
    let drift = found(finding);
    let because = format!(
        "group {group} is pushed, and seems to be the one that assigns, since all who are assigned are in it and nobody else: {}",
        drift.because
    );
    Some(Symptom { confidence: Confidence::Medium, because, ..drift })
}
