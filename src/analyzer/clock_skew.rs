//! `clock-skew`: two systems' clocks differ by so much that what happened first cannot be told.

use super::{Analyzer, Context, Judge, Reason, cis, everything, iso, nist, pci, soc2};
use crate::model::finding::{Finding, Proof, Severity, Subject};
use crate::model::time::Span;
use crate::policy::Provider;
use crate::state::Skew;

/// More than this is a fault, less is the way a request takes.
const TOLERATED: Span = Span::from_micros(5 * 60_000_000);

/// The card.
pub(super) const ANALYZER: Analyzer = Analyzer {
    id: "clock-skew",
    title: "Clocks of two systems that differ",
    doc: include_str!("../../docs/rules/clock-skew.md"),
    reasons: &[Reason { id: "", severity: Severity::Low }],
    controls: &[soc2("CC2.1"), iso("A.8.17"), nist("AU-8"), cis("8.4"), pci("10.6")],
    rests_on: &[&["okta-system-log", "entra-provisioning"], &["scim-requests", "huggingface-audit-log"]],
    reach: everything,
    population: |context| {
        let skews = &context.directory.skews;
        ([&skews.endpoint, &skews.audit_log].into_iter().flatten().count() as u64, "pairs of logs that tell of the same attempts")
    },
    judge: Judge::Once(judge),
};

fn judge(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let provider = match context.policy.idp.provider {
        Provider::Okta => "okta-system-log",
        Provider::Entra => "entra-provisioning",
    };
    let off = |skew: &&Skew| skew.is_sure() && apart(skew.median) > TOLERATED;
    let endpoint = context.directory.skews.endpoint.as_ref().filter(off);
    let audit_log = context.directory.skews.audit_log.as_ref().filter(off);
    if let (Some(endpoint), Some(audit_log)) = (endpoint, audit_log)
        && apart(Span::from_micros(endpoint.median.micros().saturating_sub(audit_log.median.micros()))) <= TOLERATED
    {
        // Both of the target's logs agree with each other: the odd one is the provider's.
        let opposite = Skew { median: Span::from_micros(endpoint.median.micros().saturating_neg()), ..endpoint.clone() };
        findings.push(finding(context.policy.idp.provider.word(), provider, "scim-requests and huggingface-audit-log", &opposite));
        return;
    }
    let target = &context.directory.target;
    findings.extend(endpoint.map(|skew| finding(target, "scim-requests", provider, skew)));
    findings.extend(audit_log.map(|skew| finding(target, "huggingface-audit-log", provider, skew)));
}

fn finding(system: &str, source: &str, other: &str, skew: &Skew) -> Finding {
    let subject = Subject { system: system.to_owned(), object: source.to_owned(), ..Subject::default() };
    let (one, another) = skew.example;
    let mut finding = Finding::new(ANALYZER.id, "", Severity::Low, subject, &[source], Proof::Event(one));
    let direction = if skew.median > Span::ZERO { "later" } else { "earlier" };
    let by = apart(skew.median);
    finding.expected = format!("no more than {TOLERATED} apart");
    finding.observed = format!("{by} {direction} than {other}");
    finding.explanation = format!(
        "{source} tells of the same attempts {by} {direction} than {other}: the median over {} attempts that both tell of.",
        skew.pairs
    );
    finding.remediation =
        "Set the clock of the system that is wrong by a time server, and check that its export writes the right time zone.".to_owned();
    finding.resting_on([Proof::Event(another)])
}

fn apart(span: Span) -> Span {
    Span::from_micros(span.micros().saturating_abs())
}
