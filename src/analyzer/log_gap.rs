//! `log-gap`: a log is silent for longer than its nature explains.

use super::{Analyzer, Context, Judge, Reach, Reason, iso, nist, pci, soc2};
use crate::model::finding::{Finding, Proof, Severity, Subject};

/// The card.
pub(super) const ANALYZER: Analyzer = Analyzer {
    id: "log-gap",
    title: "Log without records for too long",
    doc: include_str!("../../docs/rules/log-gap.md"),
    reasons: &[Reason { id: "", severity: Severity::High }],
    controls: &[soc2("CC2.1"), soc2("CC4.1"), soc2("CC7.2"), iso("A.8.15"), nist("AU-5"), nist("AU-11"), nist("AU-12"), pci("10.5.1")],
    rests_on: &[],
    witnesses: &[],
    reach: |context| if context.logs.is_empty() { Reach::Nothing } else { Reach::Everything },
    population: |context| (context.logs.len() as u64, "logs"),
    judge: Judge::Once(judge),
};

fn judge(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for log in context.logs {
        let allowed = context.allowed_silence(&log.source);
        let gaps = log.gaps(context.from, context.to, allowed);
        let Some(longest) = gaps.iter().max_by_key(|(from, to)| to.since(*from)) else { continue };
        let subject = Subject { object: log.source.clone(), ..Subject::default() };
        let words = |(from, to): &(_, _)| silence(*from, *to);
        let mut proofs = gaps.iter().map(|gap| Proof::Input { source: log.source.clone(), file: String::new(), note: words(gap) });
        let Some(first) = proofs.next() else { continue };
        let mut finding = Finding::new(ANALYZER.id, "", Severity::High, subject, &[&log.source], first).resting_on(proofs);
        finding.expected = format!("no silence longer than {allowed}");
        finding.observed = gaps.iter().map(words).collect::<Vec<_>>().join("; ");
        finding.since = Some(gaps[0].0);
        finding.explanation = format!(
            "{} has no records for longer than {allowed} in {}; the longest: {}. What happened then is not known.",
            log.source,
            if gaps.len() == 1 { "one place".to_owned() } else { format!("{} places", gaps.len()) },
            words(longest)
        );
        finding.remediation =
            "Export this time again while the source still keeps it. Where the log is quiet by nature, set log_gap for its input."
                .to_owned();
        findings.push(finding);
    }
}

fn silence(from: crate::model::time::Timestamp, to: crate::model::time::Timestamp) -> String {
    format!("no records between {} and {} UTC ({})", from.minute(), to.minute(), to.since(from))
}
