//! `connector-outage`: many people failed at once because the connector does not get through to the target.

use std::collections::BTreeMap;

use super::context::connector;
use super::failures::Failures;
use super::unrepaired::{Try, Unrepaired};
use super::{Analyzer, Context, Judge, Reason, SYNCS, cis, everything, hipaa, iso, nist, soc2};
use crate::model::finding::{Finding, Proof, Severity};

/// The card.
pub(super) const ANALYZER: Analyzer = Analyzer {
    id: "connector-outage",
    title: "Connector that does not get through",
    doc: include_str!("../../docs/rules/connector-outage.md"),
    reasons: &[Reason { id: "", severity: Severity::Critical }],
    controls: &[
        soc2("CC6.1"),
        soc2("CC7.2"),
        iso("A.5.17"),
        iso("A.8.16"),
        nist("AC-2(1)"),
        nist("IA-5"),
        nist("AU-5"),
        cis("5.6"),
        hipaa("312(b)"),
    ],
    rests_on: &[SYNCS],
    witnesses: &["okta-system-log", "entra-provisioning"],
    reach: everything,
    population: |_| (1, "connectors"),
    judge: Judge::Once(judge),
};

fn judge(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let failures = Failures::of(context);
    let covered: Vec<&Unrepaired<'_>> = failures.in_outage().collect();
    let last_tries = covered.iter().filter_map(|row| row.tries().last());
    let mut proofs = last_tries.flat_map(Try::tellings).map(|told| Proof::Event(told.proof));
    let (Some(first), Some((began_at, last_at))) = (proofs.next(), failures.outage.span) else { return };
    let mut causes: BTreeMap<&str, usize> = BTreeMap::new();
    for row in &covered {
        *causes.entry(row.cause.word()).or_default() += 1;
    }
    let subject = connector(context);
    let key = subject.object.clone();
    let mut finding = Finding::new(ANALYZER.id, "", Severity::Critical, subject, &[&key], first);
    let people = failures.outage.people();
    finding.expected = "requests answered".to_owned();
    finding.observed = causes.iter().map(|(cause, count)| format!("{count} failed by {cause}")).collect::<Vec<_>>().join("; ");
    finding.since = Some(began_at);
    finding.explanation = format!(
        "{people} people failed between {} and {} UTC because {} did not get through to the target, and none of them succeeded since.",
        began_at.minute(),
        last_at.minute(),
        context.policy.idp.provider.name()
    );
    let main = covered.iter().max_by_key(|row| causes.get(row.cause.word()).copied());
    let remedy = main.map(|row| row.cause.remediation()).unwrap_or_default();
    finding.remediation = format!("{remedy} Then retry everybody it names: until then nobody is created, changed or disabled.");
    findings.push(finding.resting_on(proofs));
}
