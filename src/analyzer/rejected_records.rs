//! `rejected-records`: some records of a source could not be read.

use std::collections::BTreeMap;

use super::{Analyzer, Context, InputFile, Judge, Reason, everything, iso, nist, pci, soc2};
use crate::model::finding::{Finding, Proof, Severity, Subject};
use crate::model::listing::Listing;

/// The card.
pub(super) const ANALYZER: Analyzer = Analyzer {
    id: "rejected-records",
    title: "Records that could not be read",
    doc: include_str!("../../docs/rules/rejected-records.md"),
    reasons: &[Reason { id: "", severity: Severity::Medium }],
    controls: &[soc2("CC2.1"), soc2("CC5.2"), iso("A.8.15"), nist("AU-12"), nist("SI-10"), pci("10.3")],
    rests_on: &[],
    witnesses: &[],
    reach: everything,
    population: |context| (context.inputs.len() as u64, "files"),
    judge: Judge::Once(judge),
};

fn judge(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut by_source: BTreeMap<&str, Vec<&InputFile>> = BTreeMap::new();
    for file in context.inputs.iter().filter(|file| file.rejected > 0 && matters(context, file)) {
        by_source.entry(&file.source).or_default().push(file);
    }
    for (source, files) in by_source {
        let subject = Subject { object: source.to_owned(), ..Subject::default() };
        let proof = |file: &InputFile| Proof::Input {
            source: source.to_owned(),
            file: file.name.clone(),
            note: format!("{} of its records could not be read; rejects.csv names each", file.rejected),
        };
        let mut proofs = files.iter().map(|file| proof(file));
        let Some(first) = proofs.next() else { continue };
        let mut finding = Finding::new(ANALYZER.id, "", Severity::Medium, subject, &[source], first).resting_on(proofs);
        finding.expected = "every record can be read".to_owned();
        // No counts here: the same record in two exports is one event, but two rejects.
        finding.observed = "some records were rejected".to_owned();
        finding.explanation = format!("Some records of {source} could not be read, so what they say is missing from everything else here.");
        finding.remediation =
            "Look at rejects.csv for file, line and reason; export these files again, or report a format that should be read.".to_owned();
        findings.push(finding);
    }
}

/// A reject takes nothing away from this report where a newer listing took the place of its own, and where its log ends
/// before the period or begins after the as-of time.
fn matters(context: &Context<'_>, file: &InputFile) -> bool {
    match (file.taken_at, file.last_at) {
        (Some(taken_at), _) => taken_at <= context.as_of && !context.inputs.iter().any(|other| replaces(context, other, file)),
        (None, Some(last_at)) => last_at >= context.from && file.first_at.is_none_or(|first_at| first_at <= context.as_of),
        (None, None) => true,
    }
}

/// Whether a listing says all that another one of the same scope said, later, and analysis rests on it.
fn replaces(context: &Context<'_>, newer: &InputFile, older: &InputFile) -> bool {
    let same_scope = newer.source == older.source && newer.scope == older.scope;
    let later = newer.taken_at > older.taken_at && newer.taken_at <= Some(context.as_of);
    let is_it =
        |listing: &Listing| (&listing.source, &listing.scope, Some(listing.taken_at)) == (&newer.source, &newer.scope, newer.taken_at);
    same_scope && later && newer.complete == Some(true) && !context.kept_out.iter().any(|kept| is_it(&kept.listing))
}
