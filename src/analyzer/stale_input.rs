//! `stale-input`: an input is older than its `max_age` at the as-of time.

use super::{Analyzer, Context, InputFile, Judge, Reach, Reason, iso, nist, soc2};
use crate::model::coverage::Coverage;
use crate::model::finding::{Finding, Proof, Severity, Subject};

/// The card.
pub(super) const ANALYZER: Analyzer = Analyzer {
    id: "stale-input",
    title: "Input older than it may be",
    doc: include_str!("../../docs/rules/stale-input.md"),
    reasons: &[Reason { id: "", severity: Severity::Medium }],
    controls: &[soc2("CC2.1"), soc2("CC4.1"), iso("A.8.15"), nist("CA-7")],
    rests_on: &[],
    reach,
    population: |context| (context.policy.inputs.iter().filter(|rule| rule.max_age.is_some()).count() as u64, "inputs with a max_age"),
    judge: Judge::Once(judge),
};

fn reach(context: &Context<'_>) -> Reach {
    if context.policy.inputs.iter().any(|rule| rule.max_age.is_some()) { Reach::Everything } else { Reach::Nothing }
}

fn judge(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (index, rule) in context.policy.inputs.iter().enumerate() {
        let Some(max_age) = rule.max_age else { continue };
        let files = context.inputs.iter().filter(|file| file.rule == Some(index));
        // A log speaks up to its last record before the as-of time, even where its file goes on beyond it.
        let heard = |file: &InputFile| context.logs.iter().find(|log| log.source == file.source).and_then(Coverage::last);
        let newest = files
            .filter_map(|file| Some((file.taken_at.or_else(|| file.last_at.min(heard(file)))?, file)))
            .filter(|(at, _)| *at <= context.as_of)
            .max_by_key(|(at, _)| *at);
        let Some((at, file)) = newest else { continue };
        let age = context.as_of.since(at);
        if age <= max_age || findings.iter().any(|known| known.rule == ANALYZER.id && known.subject.object == file.source) {
            continue;
        }
        let subject = Subject { object: file.source.clone(), ..Subject::default() };
        let proof = Proof::Input { source: file.source.clone(), file: file.name.clone(), note: format!("speaks of {} UTC", at.minute()) };
        let mut finding = Finding::new(ANALYZER.id, "", Severity::Medium, subject, &[&file.source], proof);
        finding.expected = format!("not older than {max_age}");
        finding.observed = format!("{age} old");
        finding.since = Some(at.plus(max_age));
        finding.explanation =
            format!("The latest {} speaks of {} UTC, {age} before the as-of time; {max_age} is allowed.", file.source, at.minute());
        finding.remediation = "Find out why the export did not run, and run it again.".to_owned();
        findings.push(finding);
    }
}
