//! `failed-sync`: what the identity provider wanted to do at the target failed, and nothing repaired it since.

use super::failures::Failures;
use super::unrepaired::{self, Unrepaired};
use super::{Analyzer, Context, Judge, Reason, SYNCS, cis, everything, hipaa, iso, nist, pci, soc2};
use crate::model::event::Failure;
use crate::model::finding::{Finding, Proof, Severity, Subject};

/// The card.
pub(super) const ANALYZER: Analyzer = Analyzer {
    id: "failed-sync",
    title: "Sync that failed and was not repaired",
    doc: include_str!("../../docs/rules/failed-sync.md"),
    reasons: &[
        Reason { id: "authentication", severity: Severity::High },
        Reason { id: "permission", severity: Severity::High },
        Reason { id: "rate-limit", severity: Severity::High },
        Reason { id: "transport", severity: Severity::High },
        Reason { id: "conflict", severity: Severity::High },
        Reason { id: "attribute", severity: Severity::High },
        Reason { id: "not-found", severity: Severity::High },
        Reason { id: "configuration", severity: Severity::High },
        Reason { id: "capacity", severity: Severity::High },
        Reason { id: "unknown", severity: Severity::High },
    ],
    controls: &[
        soc2("CC6.2"),
        soc2("CC7.2"),
        iso("A.5.16"),
        iso("A.8.16"),
        nist("AC-2(1)"),
        nist("CA-7"),
        cis("5.6"),
        pci("8.2.4"),
        hipaa("308(a)(4)(ii)(C)"),
    ],
    rests_on: &[SYNCS],
    witnesses: &["okta-system-log", "entra-provisioning"],
    reach: everything,
    population: |context| {
        let tried = context.directory.persons.iter().filter(|person| !person.attempts.is_empty()).count();
        ((tried + context.directory.group_attempts.len()) as u64, "people and groups that were synchronized")
    },
    judge: Judge::Once(judge),
};

fn judge(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let failures = Failures::of(context);
    for (index, rows) in &failures.people {
        let Some(person) = context.directory.persons.get(*index) else { continue };
        for row in rows.iter().filter(|row| row.beyond_retries(context) && !failures.outage.stands_for(*index, row.operation)) {
            let subject = Subject { person: person.id.clone(), ..Subject::default() };
            findings.push(finding(context, row, subject, &person.id, person.label()));
        }
    }
    for (name, rows) in &failures.groups {
        for row in rows.iter().filter(|row| row.beyond_retries(context)) {
            let subject = Subject { group: (*name).to_owned(), ..Subject::default() };
            findings.push(finding(context, row, subject, context.directory.group_id(name), name));
        }
    }
}

fn finding(context: &Context<'_>, row: &Unrepaired<'_>, subject: Subject, id: &str, label: &str) -> Finding {
    let severity = if row.takes_access() { Severity::High } else { Severity::Medium };
    let operation = row.operation.word();
    let subject = Subject { system: context.directory.target.clone(), object: operation.to_owned(), ..subject };
    let mut proofs = row.tries().iter().rev().flat_map(unrepaired::Try::tellings).map(|told| Proof::Event(told.proof));
    let last = proofs.next().unwrap_or(Proof::Event(0));
    let mut finding = Finding::new(ANALYZER.id, row.cause.word(), severity, subject, &[id, operation], last);
    let attempts = match row.attempts() {
        1 => format!("failed on {} UTC", row.last_at().minute()),
        count => format!("failed {count} times from {} to {} UTC", row.first_at().minute(), row.last_at().minute()),
    };
    finding.expected = format!("{operation} done");
    finding.observed = observed(row);
    finding.since = Some(row.first_at());
    finding.explanation = format!("The {} of {label} {attempts} ({}), and nothing repaired it since.", row.noun(), row.cause.word());
    finding.remediation = row.remediation();
    finding.resting_on(proofs)
}

/// Codes and texts as they were written.
fn observed(row: &Unrepaired<'_>) -> String {
    let written = |failure: &Failure| match (failure.code.as_deref(), failure.message.as_str()) {
        (Some(code), "") => code.to_owned(),
        (Some(code), message) => format!("{code}: {message}"),
        (None, message) => message.to_owned(),
    };
    let words: Vec<String> = row.words().into_iter().map(written).filter(|words| !words.is_empty()).collect();
    if words.is_empty() { "failed, and no reason was told".to_owned() } else { words.join("; ") }
}
