//! `stale-input`: an input is older than its `max_age` at the as-of time.

use std::collections::BTreeSet;

use super::{Analyzer, Context, InputFile, Judge, Reach, Reason, iso, nist, soc2};
use crate::model::coverage::Coverage;
use crate::model::finding::{Finding, Proof, Severity, Subject};
use crate::model::time::Span;

/// The card.
pub(super) const ANALYZER: Analyzer = Analyzer {
    id: "stale-input",
    title: "Input older than it may be",
    doc: include_str!("../../docs/rules/stale-input.md"),
    reasons: &[Reason { id: "", severity: Severity::Medium }],
    controls: &[soc2("CC2.1"), soc2("CC4.1"), iso("A.8.15"), nist("CA-7")],
    rests_on: &[],
    witnesses: &[],
    reach,
    population: |context| (aged(context).count() as u64, "sources of inputs with a max_age"),
    judge: Judge::Once(judge),
};

fn reach(context: &Context<'_>) -> Reach {
    if context.policy.inputs.iter().any(|rule| rule.max_age.is_some()) { Reach::Everything } else { Reach::Nothing }
}

/// The sources whose files an `[[input]]` with a `max_age` names, by the index of that, each with the age it may have.
fn aged<'a>(context: &Context<'a>) -> impl Iterator<Item = (usize, &'a str, Span)> {
    let limited = |file: &'a InputFile| {
        let index = file.rule?;
        Some((index, file.source.as_str(), context.policy.inputs.get(index)?.max_age?))
    };
    context.inputs.iter().filter_map(limited).collect::<BTreeSet<_>>().into_iter()
}

fn judge(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (index, source, max_age) in aged(context) {
        let files = context.inputs.iter().filter(|file| file.rule == Some(index) && file.source == source);
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
