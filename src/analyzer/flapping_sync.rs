//! `flapping-sync`: an operation for a person works, fails and works again, over and over.

use std::collections::BTreeMap;

use super::unrepaired::{TOLD_TWICE, Try, tries};
use super::{Analyzer, Context, Judge, Reason, SYNCS, everything, iso, nist, soc2};
use crate::model::event::{Operation, Outcome};
use crate::model::finding::{Finding, Proof, Severity, Subject};
use crate::model::time::Span;
use crate::state::{Attempt, Slice};

/// So many changes are too many.
const CHANGES: usize = 3;

/// Within so much time.
const WINDOW: Span = Span::from_days(7);

/// The card.
pub(super) const ANALYZER: Analyzer = Analyzer {
    id: "flapping-sync",
    title: "Sync that works and fails in turn",
    doc: include_str!("../../docs/rules/flapping-sync.md"),
    reasons: &[Reason { id: "", severity: Severity::Low }],
    controls: &[soc2("CC7.2"), iso("A.8.16"), nist("CA-7")],
    rests_on: &[SYNCS],
    witnesses: &["okta-system-log", "entra-provisioning"],
    reach: everything,
    population: |context| {
        let tried = context.directory.persons.iter().filter(|person| !person.attempts.is_empty());
        (tried.count() as u64, "people who were synchronized")
    },
    judge: Judge::EachSlice(judge),
};

fn judge(context: &Context<'_>, slice: &Slice, findings: &mut Vec<Finding>) {
    let Some(person) = slice.person.and_then(|index| context.directory.persons.get(index)) else { return };
    if !person.attempts.iter().any(Attempt::failed) || !person.attempts.iter().any(Attempt::success) {
        return;
    }
    let mut by_operation: BTreeMap<Operation, Vec<Try<'_>>> = BTreeMap::new();
    for one in tries(context, &person.attempts) {
        by_operation.entry(one.operation).or_default().push(one);
    }
    let mut flapping = by_operation.iter().filter_map(|(operation, tries)| {
        let within = |one: &&Try<'_>| context.from <= one.at && one.at <= context.to;
        let changes: Vec<&Try<'_>> = changes(tries).into_iter().filter(within).collect();
        is_dense(&changes).then_some((*operation, changes))
    });
    let Some((operation, changes)) = flapping.next() else { return };
    let count = |operation: Operation, changes: &[&Try<'_>]| format!("{}: {} changes", operation.word(), changes.len());
    let observed = std::iter::once(count(operation, &changes)).chain(flapping.map(|(operation, changes)| count(operation, &changes)));
    let observed = observed.collect::<Vec<_>>().join("; ");
    let mut proofs = changes.iter().flat_map(|one| one.tellings()).map(|told| Proof::Event(told.proof));
    let subject = Subject { system: context.directory.target.clone(), person: person.id.clone(), ..Subject::default() };
    let first = proofs.next().unwrap_or(Proof::Event(person.proof));
    let mut finding = Finding::new(ANALYZER.id, "", Severity::Low, subject, &[&person.id], first);
    let since = changes.first().map(|one| one.at);
    finding.expected = format!("fewer than {CHANGES} changes between success and failure within {WINDOW}");
    finding.observed = observed;
    finding.since = since;
    finding.explanation = format!(
        "The {} of {} changed {} times between success and failure since {} UTC.",
        operation.word(),
        person.label(),
        changes.len(),
        since.map(crate::model::time::Timestamp::minute).unwrap_or_default()
    );
    finding.remediation =
        "Compare what was sent when it failed and when it worked; look for two sources that write the same value, and for an endpoint that is at its limits."
            .to_owned();
    findings.push(finding.resting_on(proofs));
}

/// Whether enough changes lie close enough together.
fn is_dense(changes: &[&Try<'_>]) -> bool {
    let ends = |few: &[&Try<'_>]| Some(few.last()?.at.since(few.first()?.at));
    changes.windows(CHANGES).filter_map(ends).any(|length| length <= WINDOW)
}

/// The attempts of one operation that ended otherwise than the one before.
fn changes<'t, 'a>(tries: &'t [Try<'a>]) -> Vec<&'t Try<'a>> {
    let mut ended: Vec<&Try<'_>> = Vec::new();
    for one in tries.iter().filter(|one| matches!(one.outcome, Outcome::Success | Outcome::Failure)) {
        match ended.last_mut() {
            // What the endpoint did and the provider took for failed was one attempt; the provider's word stands.
            Some(before) if is_contradiction(before, one) => {
                if one.provider.is_some() {
                    *before = one;
                }
            }
            _ => ended.push(one),
        }
    }
    ended.windows(2).filter(|two| two[0].outcome != two[1].outcome).map(|two| two[1]).collect()
}

fn is_contradiction(one: &Try<'_>, other: &Try<'_>) -> bool {
    let sides = |one: &Try<'_>| (one.endpoint.is_some(), one.provider.is_some());
    let told_by_two = matches!((sides(one), sides(other)), ((true, false), (false, true)) | ((false, true), (true, false)));
    told_by_two && one.outcome != other.outcome && other.aligned.since(one.aligned) <= TOLD_TWICE
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::Timestamp;
    use crate::state::Side;

    /// Attempts so many hours in, told by the provider `P`, the endpoint `E` or both `B`: `F` failed, `S` worked.
    fn flaps(told: &[(i64, char, char)]) -> (usize, bool) {
        flaps_ahead(told, 0)
    }

    /// The same where the endpoint's clock is known to be so many hours ahead.
    fn flaps_ahead(told: &[(i64, char, char)], ahead: i64) -> (usize, bool) {
        let attempt = |hour: i64, side, ended| Attempt {
            at: Timestamp::from_micros(hour * 3_600_000_000),
            operation: Operation::Update,
            outcome: if ended == 'F' { Outcome::Failure } else { Outcome::Success },
            failure: None,
            side,
            proof: 0,
            sent: None,
        };
        let attempts: Vec<(Attempt, Attempt)> =
            told.iter().map(|(hour, _, ended)| (attempt(*hour, Side::Endpoint, *ended), attempt(*hour, Side::Provider, *ended))).collect();
        let tries: Vec<Try<'_>> = told
            .iter()
            .zip(&attempts)
            .map(|((_, sides, _), (endpoint, provider))| Try {
                at: endpoint.at,
                aligned: if *sides == 'E' { endpoint.at.minus(Span::from_hours(ahead)) } else { endpoint.at },
                operation: endpoint.operation,
                outcome: endpoint.outcome,
                endpoint: (*sides != 'P').then_some(endpoint),
                provider: (*sides != 'E').then_some(provider),
            })
            .collect();
        let changes = changes(&tries);
        (changes.len(), is_dense(&changes))
    }

    #[test]
    fn three_changes_within_a_week() {
        assert_eq!(flaps(&[(0, 'B', 'S'), (10, 'B', 'F'), (20, 'B', 'S'), (178, 'B', 'F')]), (3, true));
        assert_eq!(flaps(&[(0, 'B', 'S'), (10, 'B', 'F'), (20, 'B', 'S'), (179, 'B', 'F')]), (3, false));
        assert_eq!(flaps(&[(0, 'B', 'F'), (1, 'B', 'F'), (2, 'B', 'S'), (3, 'B', 'S'), (4, 'B', 'F')]), (2, false));
    }

    #[test]
    fn two_words_on_one_attempt_are_no_change() {
        assert_eq!(flaps(&[(0, 'E', 'S'), (0, 'P', 'F'), (9, 'E', 'S'), (9, 'P', 'F')]), (0, false));
        assert_eq!(flaps(&[(0, 'E', 'S'), (1, 'P', 'F'), (2, 'E', 'S')]), (2, false));
        let apart = [(0, 'P', 'F'), (3, 'E', 'S'), (9, 'P', 'F'), (12, 'E', 'S')];
        assert_eq!((flaps(&apart).0, flaps_ahead(&apart, 3).0), (3, 0), "by clocks that differ, too");
    }
}
