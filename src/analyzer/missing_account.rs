//! `missing-account`: somebody is entitled and has no active account.

use super::{ACCOUNTS, Analyzer, Context, Judge, PEOPLE, Reach, Reason, cis, hipaa, iso, nist, pci, soc2};
use crate::model::coverage::Coverage;
use crate::model::event::{Operation, Outcome};
use crate::model::finding::{Confidence, Finding, Proof, Severity, Subject};
use crate::model::listing::Absence;
use crate::model::time::Timestamp;
use crate::policy::Sso;
use crate::state::{Access, Account, Attempt, Person, Slice, Step};

/// Logs that tell what the connector did.
const CONNECTOR_LOGS: &[&str] = &["okta-system-log", "entra-provisioning", "scim-requests"];

/// The card.
pub(super) const ANALYZER: Analyzer = Analyzer {
    id: "missing-account",
    title: "Entitled person without an active account",
    doc: include_str!("../../docs/rules/missing-account.md"),
    reasons: &[
        Reason { id: "attempt-failed", severity: Severity::Medium },
        Reason { id: "removed-in-target", severity: Severity::Medium },
        Reason { id: "never-attempted", severity: Severity::Medium },
        Reason { id: "invitation-pending", severity: Severity::Low },
    ],
    controls: &[soc2("CC6.2"), iso("A.5.16"), nist("AC-2"), cis("6.1"), pci("8.2.4"), hipaa("308(a)(4)(ii)(C)")],
    rests_on: &[PEOPLE, &["okta-app-users", "okta-system-log", "entra-app-role-assignments", "entra-audit"], ACCOUNTS],
    witnesses: &["okta-app-users", "entra-app-role-assignments"],
    reach,
    population: |context| {
        let entitled = context.directory.persons.iter().filter(|person| person.entitled() == Some(true));
        (entitled.count() as u64, "entitled people")
    },
    judge: Judge::EachSlice(judge),
};

fn reach(context: &Context<'_>) -> Reach {
    let unlisted = context.directory.accounts_listed.is_none().then(|| {
        "the target's accounts were not listed in full, so who has none is known only where the log tells of it, and with low confidence"
            .to_owned()
    });
    let untold = match judged(context).filter(|person| presence(context, person) == Presence::Untold).count() {
        0 => None,
        1 => Some("of one entitled person the account is known, and not whether it is active".to_owned()),
        count => Some(format!("of {count} entitled people the accounts are known, and not whether they are active")),
    };
    Reach::in_part(unlisted.into_iter().chain(untold))
}

/// Whoever has been entitled for long enough to have an account.
fn judged<'a>(context: &'a Context<'_>) -> impl Iterator<Item = &'a Person> {
    context.directory.persons.iter().filter(|person| is_judged(context, person))
}

fn is_judged(context: &Context<'_>, person: &Person) -> bool {
    person.entitled() == Some(true) && person.entitled_since().is_none_or(|since| context.beyond_grace(since))
}

/// Whether a person has an account that is in the organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Presence {
    /// One is, or a disputed one that may be this person's.
    There,
    /// One is known, or may be this person's, of which nothing tells whether it is.
    Untold,
    /// None is known to be.
    Absent,
}

fn presence(context: &Context<'_>, person: &Person) -> Presence {
    let disputed = || person.disputed.iter().filter_map(|index| context.directory.accounts.get(*index));
    let present = |account: &Account| matches!(account.access.value(), Some(Access::Active | Access::Pending));
    if context.directory.target_accounts(person).any(Account::is_active) || disputed().any(present) {
        return Presence::There;
    }
    let mut all = context.directory.target_accounts(person).chain(disputed());
    if all.any(|account| account.access.value().is_none()) { Presence::Untold } else { Presence::Absent }
}

fn judge(context: &Context<'_>, slice: &Slice, findings: &mut Vec<Finding>) {
    let Some(person) = slice.person.and_then(|index| context.directory.persons.get(index)) else { return };
    if !is_judged(context, person) || presence(context, person) != Presence::Absent {
        return;
    }
    let accounts: Vec<&Account> = context.directory.target_accounts(person).collect();
    let found = match accounts.iter().find(|account| account.access.value() == Some(Access::Pending)) {
        Some(account) => invitation_pending(context, person, account),
        None => absent(context, person, &accounts),
    };
    findings.extend(found);
}

/// Whether only the SCIM endpoint tells of accounts: people join by themselves or come with their first sign-on, so one that
/// it does not know may be there.
fn by_endpoint_alone(context: &Context<'_>) -> bool {
    context.directory.listed.contains(&Absence::ScimUser) && !context.directory.listed.contains(&Absence::Member)
}

/// Whether an invitation may be pending that nothing shows: under basic single sign-on a create makes one, and only the SCIM
/// endpoint lists it.
fn invitations_unlisted(context: &Context<'_>) -> bool {
    context.policy.target.sso == Sso::Basic && !context.directory.listed.contains(&Absence::ScimUser)
}

/// How far the target's records reach, and what they cannot show, as clauses after what is said of them.
fn as_told(context: &Context<'_>, accounts: &[&Account]) -> (String, &'static str) {
    let seen = accounts.iter().filter_map(|account| account.access.seen()).map(|(at, _)| at);
    let until = seen.chain(context.target_told_until()).max();
    let beyond = "; who is a member of the organization was not listed, and the SCIM endpoint tells only of those it made";
    (context.by_records_up_to(&context.directory.target, until), if by_endpoint_alone(context) { beyond } else { "" })
}

/// A finding with what all reasons share.
fn missing(context: &Context<'_>, reason: &'static str, severity: Severity, person: &Person, since: Option<Timestamp>) -> Finding {
    let subject = Subject { system: context.directory.target.clone(), person: person.id.clone(), ..Subject::default() };
    let assigned = person.assigned.seen().map_or(person.proof, |(_, proof)| proof);
    let mut finding = Finding::new(ANALYZER.id, reason, severity, subject, &[&person.id], Proof::Event(assigned));
    finding.expected = "an active account".to_owned();
    finding.since = since;
    if context.directory.accounts_listed.is_none() {
        finding.doubt();
    } else if by_endpoint_alone(context) {
        weaken(&mut finding);
    }
    finding.resting_on(person.standing.seen().map(|(_, proof)| Proof::Event(proof)))
}

/// Lowers the confidence to medium, where it is higher, and the severity with it.
fn weaken(finding: &mut Finding) {
    if finding.confidence == Confidence::High {
        finding.confidence = Confidence::Medium;
        finding.severity = finding.severity.lowered(Confidence::Medium.steps());
    }
}

fn invitation_pending(context: &Context<'_>, person: &Person, account: &Account) -> Option<Finding> {
    let step = account.access.last()?;
    let first_listed = account.scim_active.steps().first().map(|step| step.at);
    let since = if step.from_the_start { account.created_at.or(first_listed).unwrap_or(step.at) } else { step.at };
    let limit = context.policy.thresholds.invitation;
    if context.as_of.since(since) <= limit {
        return None;
    }
    let mut finding = missing(context, "invitation-pending", Severity::Low, person, Some(since));
    finding.observed = format!("{} was invited on {} UTC", account.name, since.minute());
    finding.explanation = format!(
        "{} was invited as {} on {} UTC and has not accepted within {limit}; an invitation gives no access.",
        person.label(),
        account.name,
        since.minute()
    );
    finding.remediation =
        "Ask the person to accept the invitation, or send it again; if the access is not needed, take the application away.".to_owned();
    Some(finding.resting_on([Proof::Event(step.proof), Proof::Event(account.proof())]))
}

/// The reason why somebody has no account at all, or an inactive one; `None` where it may be there.
fn absent(context: &Context<'_>, person: &Person, accounts: &[&Account]) -> Option<Finding> {
    let attempts = attempts(context, person);
    let last = attempts.iter().copied().rfind(|attempt| attempt.success() || attempt.failed());
    let removed = removal(context, person, accounts);
    let absent_at = known_absent_at(context, accounts);
    match (last, removed) {
        (Some(attempt), Some(step)) if attempt.at < step.at => {
            Some(removed_in_target(context, person, accounts, &Gone::by(context, &step)))
        }
        (Some(attempt), _) if attempt.failed() => {
            let never_there = accounts.is_empty() && !person.attempts.iter().any(|other| gives(other.operation) && other.success());
            (absent_at.is_some() || never_there).then(|| attempt_failed(context, person, accounts, &attempts, attempt))
        }
        // What worked was an invitation, which no listing of members shows.
        (Some(attempt), _) if invitations_unlisted(context) => {
            absent_at.filter(|at| *at > attempt.at).and_then(|_| invitation_unlisted(context, person, accounts, attempt))
        }
        // The provider's word holds until something later contradicts it.
        (Some(attempt), _) => absent_at
            .filter(|at| *at > attempt.at)
            .map(|at| removed_in_target(context, person, accounts, &Gone { at, later_than: attempt.at, proof: attempt.proof })),
        (None, Some(step)) => Some(removed_in_target(context, person, accounts, &Gone::by(context, &step))),
        (None, None) => absent_at.map(|at| match given(person) {
            Some((account, proof)) => given_and_gone(context, person, accounts, account, (at, proof)),
            None => never_attempted(context, person, accounts, &attempts),
        }),
    }
}

const fn gives(operation: Operation) -> bool {
    matches!(operation, Operation::Create | Operation::Enable)
}

const fn takes(operation: Operation) -> bool {
    matches!(operation, Operation::Disable | Operation::Delete)
}

/// Attempts at giving the account, for the present entitlement; two systems' clocks may differ by the grace time.
fn attempts<'a>(context: &Context<'_>, person: &'a Person) -> Vec<&'a Attempt> {
    let began = person.entitlement_began().map(|(at, later_than)| later_than.unwrap_or(at));
    let from = began.map(|began| began.minus(context.policy.thresholds.grace));
    person.attempts.iter().filter(|attempt| gives(attempt.operation) && from.is_none_or(|from| attempt.at >= from)).collect()
}

/// The moment from which an entitled person has been so, where a record tells it; a listing shows only that it has passed.
fn entitled_exactly(person: &Person) -> Option<Timestamp> {
    person.entitlement_began().filter(|(_, later_than)| later_than.is_none()).map(|(at, _)| at)
}

/// An account that the identity provider has as made for the present entitlement, and the event that says so. Whoever the
/// connector took one from may be known by the old id still.
fn given(person: &Person) -> Option<(&str, u32)> {
    let began = person.entitlement_began().map(|(at, later_than)| later_than.unwrap_or(at));
    let taken = person.attempts.iter().any(|attempt| takes(attempt.operation) && attempt.success());
    let ids = person.account_ids.iter().filter(|(_, (at, _))| !taken && Some(*at) >= began);
    ids.max_by_key(|(_, told)| **told).map(|(account, (_, proof))| (account.as_str(), *proof))
}

/// The last moment at which something showed that no account was active; `None` where nothing did.
fn known_absent_at(context: &Context<'_>, accounts: &[&Account]) -> Option<Timestamp> {
    context.directory.accounts_listed.max(accounts.iter().filter_map(|account| account.access.seen()).map(|(at, _)| at).max())
}

/// The step by which an account went while its owner was entitled, and not by the connector.
fn removal(context: &Context<'_>, person: &Person, accounts: &[&Account]) -> Option<Step<Access>> {
    let grace = context.policy.thresholds.grace;
    let by_connector = |step: &Step<Access>| {
        let from = step.later_than.unwrap_or_else(|| step.at.minus(grace));
        let disables = person.attempts.iter().filter(|attempt| takes(attempt.operation) && attempt.success());
        disables.into_iter().any(|attempt| from <= attempt.at && attempt.at <= step.at.plus(grace))
    };
    let entitled = |step: &Step<Access>| person.entitled_since().is_none_or(|since| step.at >= since);
    let steps = accounts.iter().filter_map(|account| account.access.last());
    let gone = steps.filter(|step| step.value == Access::Inactive && !step.from_the_start);
    gone.filter(|step| entitled(step) && !by_connector(step)).max_by_key(|step| step.at).copied()
}

fn attempt_failed(context: &Context<'_>, person: &Person, accounts: &[&Account], attempts: &[&Attempt], last: &Attempt) -> Finding {
    let (as_far, beyond) = as_told(context, accounts);
    let failed = attempts.iter().filter(|attempt| attempt.failed()).count();
    let mut finding = missing(context, "attempt-failed", Severity::Medium, person, entitled_exactly(person));
    let failure = last.failure.clone().unwrap_or_default();
    let told: Vec<String> = failure.code.into_iter().chain(Some(failure.message).filter(|text| !text.is_empty())).collect();
    let told = if told.is_empty() { String::new() } else { format!(": {}", told.join(", ")) };
    finding.observed = format!("no active account; the attempt of {} UTC failed{told}", last.at.minute());
    finding.explanation = format!(
        "{} is entitled and has no active account{as_far}: the last attempt to give it failed on {} UTC ({}){beyond}.",
        person.label(),
        last.at.minute(),
        if failed == 1 { "one record of a failure".to_owned() } else { format!("{failed} records of failures") }
    );
    finding.remediation = "Mend what the failure names, then run the sync for this one user.".to_owned();
    finding.resting_on([Proof::Event(last.proof)])
}

/// That an account was there, and was not any more.
struct Gone {
    at: Timestamp,
    later_than: Timestamp,
    proof: u32,
}

impl Gone {
    fn by(context: &Context<'_>, step: &Step<Access>) -> Self {
        let later_than = step.later_than.unwrap_or_else(|| step.at.minus(context.policy.thresholds.grace));
        Self { at: step.at, later_than, proof: step.proof }
    }

    /// Whether a log of what the connector did tells of all the time in which it went.
    fn connector_watched(&self, context: &Context<'_>) -> bool {
        let covers = |log: &Coverage| {
            let until = log.last().map(|last| last.plus(context.allowed_silence(&log.source)));
            log.first().is_some_and(|first| first <= self.later_than) && until >= Some(self.at)
        };
        context.logs.iter().any(|log| CONNECTOR_LOGS.contains(&log.source.as_str()) && covers(log))
    }
}

fn removed_in_target(context: &Context<'_>, person: &Person, accounts: &[&Account], gone: &Gone) -> Finding {
    let (as_far, beyond) = as_told(context, accounts);
    let at = gone.at;
    let watched = gone.connector_watched(context);
    let mut finding = missing(context, "removed-in-target", Severity::Medium, person, Some(at));
    if !watched {
        weaken(&mut finding);
    }
    finding.observed = format!("the account was there and was gone on {} UTC", at.minute());
    let removed = if watched { "it was removed at the target, not by the connector" } else { "it was gone" };
    finding.explanation =
        format!("{} is entitled; the account was there, and by {} UTC {removed}{as_far}{beyond}.", person.label(), at.minute());
    finding.remediation =
        "Ask who removed it and why. Take the application away, or have the identity provider give it again; it does not notice by itself."
            .to_owned();
    finding.resting_on([Proof::Event(gone.proof)])
}

/// Somebody for whom the identity provider has an account as made, of which the target shows nothing.
fn given_and_gone(context: &Context<'_>, person: &Person, accounts: &[&Account], account: &str, (at, proof): (Timestamp, u32)) -> Finding {
    let (as_far, beyond) = as_told(context, accounts);
    let provider = context.policy.idp.provider.name();
    let mut finding = missing(context, "removed-in-target", Severity::Medium, person, None);
    finding.doubt();
    finding.observed = format!("{provider} has account {account} as made; no active account on {} UTC", at.minute());
    finding.explanation = format!(
        "{} is entitled, and {provider} has account {account} as made; the target shows no active account{as_far}, and what became of it no record tells{beyond}.",
        person.label()
    );
    finding.remediation =
        "Look for the account at the target: link it with [[alias]] where it has another id, else have the identity provider give it again."
            .to_owned();
    finding.resting_on([Proof::Event(proof)])
}

/// Somebody whose creation worked, which was an invitation; `None` where it has not waited for long.
fn invitation_unlisted(context: &Context<'_>, person: &Person, accounts: &[&Account], attempt: &Attempt) -> Option<Finding> {
    let limit = context.policy.thresholds.invitation;
    if context.as_of.since(attempt.at) <= limit {
        return None;
    }
    let (as_far, _) = as_told(context, accounts);
    let mut finding = missing(context, "invitation-pending", Severity::Low, person, Some(attempt.at));
    finding.doubt();
    finding.observed = format!("invited on {} UTC; no active account", attempt.at.minute());
    finding.explanation = format!(
        "{} was invited on {} UTC and after {limit} is no member of the organization{as_far}; pending invitations were not listed, so whether it waits or was taken back is not known.",
        person.label(),
        attempt.at.minute()
    );
    finding.remediation =
        "Look for the invitation: ask the person to accept it, or send it again; if the access is not needed, take the application away."
            .to_owned();
    Some(finding.resting_on([Proof::Event(attempt.proof)]))
}

fn never_attempted(context: &Context<'_>, person: &Person, accounts: &[&Account], attempts: &[&Attempt]) -> Finding {
    let (as_far, beyond) = as_told(context, accounts);
    let mut finding = missing(context, "never-attempted", Severity::Medium, person, entitled_exactly(person));
    let when = match person.entitlement_began() {
        Some((at, None)) => format!(" since {} UTC", at.minute()),
        Some((at, Some(_))) => format!(" since {} UTC at the latest", at.minute()),
        None => String::new(),
    };
    let unlisted = if invitations_unlisted(context) { "; pending invitations were not listed" } else { "" };
    if !unlisted.is_empty() {
        weaken(&mut finding);
    }
    let skipped = attempts.iter().rfind(|attempt| matches!(attempt.outcome, Outcome::Skipped | Outcome::Deferred));
    let passed_over = skipped.map(|attempt| format!("; it was passed over on {} UTC", attempt.at.minute())).unwrap_or_default();
    finding.observed = format!("no active account, and no attempt to give one{passed_over}");
    finding.explanation = format!(
        "{} has been entitled{when} and has no active account{as_far}; no record tells of an attempt to give one{beyond}{unlisted}.",
        person.label()
    );
    finding.remediation =
        "Provision this one user from the identity provider; people who were assigned before provisioning was switched on are passed over."
            .to_owned();
    finding.resting_on(skipped.map(|attempt| Proof::Event(attempt.proof)))
}

#[cfg(test)]
mod tests;
