//! A required name is missing.

use super::{Case, Diagnosis, Symptom, failed, found, says};
use crate::analyzer::Cause;
use crate::model::finding::Confidence;

/// The card.
pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    id: "required-name-missing",
    title: "A name that the target requires is missing",
    doc: include_str!("../../docs/diagnoses/required-name-missing.md"),
    judge,
};

fn judge(case: &Case<'_>) -> Option<Symptom> {
    let finding = case.finding("malformed-attribute", None, &["name.givenName", "name.familyName"]);
    let of_finding = finding.map(found);
    of_finding.or_else(|| {
        let row = case.open(&[Cause::Attribute])?;
        let codes = &["mandatoryfieldsmissing", "missingvalues"];
        says(row, codes).then(|| failed(row, Confidence::Medium, "a value that the target requires is missing"))
    })
}
