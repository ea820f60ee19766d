//! Wrong tenant URL, or something in between that answers with a page of its own.

use super::{Case, Diagnosis, Symptom, failed, says};
use crate::analyzer::Cause;
use crate::model::finding::Confidence;

/// The card.
pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    id: "wrong-tenant-url",
    title: "The tenant URL is wrong, or a proxy answers",
    doc: include_str!("../../docs/diagnoses/wrong-tenant-url.md"),
    judge,
};

/// What a page, or a text that is no SCIM, is called by those who wanted to read it, in lower case.
const PAGES: &[&str] = &["invalid json", "unexpected character ('<'", "unrecognized token", "<!doctype", "<html"];

fn judge(case: &Case<'_>) -> Option<Symptom> {
    let row = case.open(&[Cause::Transport])?;
    let sure = says(row, PAGES) || says(row, &["serviceincompatible"]);
    sure.then(|| failed(row, Confidence::High, "a web page or other text came back where SCIM was asked for"))
}
