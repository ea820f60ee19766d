//! `altered-input`: a record came back with the same id and other content.

use std::collections::BTreeMap;

use super::{Analyzer, Context, Judge, Reason, everything, iso, nist, pci, soc2};
use crate::model::finding::{Finding, Proof, Severity, Subject};
use crate::model::time::Timestamp;

/// The card.
pub(super) const ANALYZER: Analyzer = Analyzer {
    id: "altered-input",
    title: "Record that came back with other content",
    doc: include_str!("../../docs/rules/altered-input.md"),
    reasons: &[Reason { id: "", severity: Severity::Critical }],
    controls: &[soc2("CC2.1"), soc2("CC7.2"), iso("A.8.15"), nist("AU-9"), nist("AU-10"), pci("10.3.4"), super::hipaa("312(b)")],
    rests_on: &[],
    witnesses: &[],
    reach: everything,
    population: |context| (context.inputs.len() as u64, "files"),
    judge: Judge::Once(judge),
};

/// A record of which two forms say different things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Altered {
    /// The source.
    pub source: String,
    /// Its id there.
    pub native_id: String,
    /// The moment of the form that stands.
    pub at: Timestamp,
    /// The fields that differ, by their path in the event; `at` is its time.
    pub fields: Vec<String>,
    /// The forms: the events, and where each form was read.
    pub proofs: Vec<Proof>,
}

/// So many altered records are named one by one; the others are counted.
const NAMED: usize = 5;

fn judge(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut by_source: BTreeMap<&str, Vec<&Altered>> = BTreeMap::new();
    for altered in context.altered {
        by_source.entry(&altered.source).or_default().push(altered);
    }
    for (source, records) in by_source {
        let subject = Subject { object: source.to_owned(), ..Subject::default() };
        let mut proofs = records.iter().flat_map(|altered| &altered.proofs).cloned();
        let Some(first) = proofs.next() else { continue };
        let mut finding = Finding::new(ANALYZER.id, "", Severity::Critical, subject, &[source], first).resting_on(proofs);
        let named = records.iter().take(NAMED).map(|altered| format!("{} differs in {}", altered.native_id, altered.fields.join(", ")));
        let more = records.len().saturating_sub(NAMED);
        let more = (more > 0).then(|| format!("and {more} more"));
        finding.expected = "the same record says the same in every export".to_owned();
        finding.observed = named.chain(more).collect::<Vec<_>>().join("; ");
        finding.since = records.iter().map(|altered| altered.at).min();
        finding.explanation = format!(
            "{} of {source} came back with the same id and other content. Both forms are kept; the fuller one stands in this report, \
             and it is not known which is true.",
            if records.len() == 1 { "One record".to_owned() } else { format!("{} records", records.len()) }
        );
        finding.remediation =
            "Export the same span of time again straight from the source, compare it with both files, and find out who could write them."
                .to_owned();
        findings.push(finding);
    }
}
