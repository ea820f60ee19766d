//! `dormant-account`: an account that nobody has used for long.

use super::context::{AboutAccount as _, subject};
use super::{ACCOUNTS, Analyzer, Context, Judge, PEOPLE, Reach, Reason, cis, hipaa, iso, nist, pci, soc2};
use crate::model::finding::{Confidence, Finding, Proof, Severity};
use crate::model::time::Timestamp;
use crate::state::{Account, Person, Slice};

/// Logs that tell what the target's accounts do.
const ACTIVITY: &[&str] = &["huggingface-audit-log", "okta-system-log", "entra-sign-in"];

/// The card.
pub(super) const ANALYZER: Analyzer = Analyzer {
    id: "dormant-account",
    title: "Account without activity",
    doc: include_str!("../../docs/rules/dormant-account.md"),
    reasons: &[Reason { id: "", severity: Severity::Medium }],
    controls: &[soc2("CC6.2"), iso("A.5.18"), nist("AC-2(3)"), cis("5.3"), pci("8.2.6"), hipaa("308(a)(4)(ii)(C)")],
    rests_on: &[PEOPLE, ACCOUNTS, ACTIVITY],
    witnesses: &["okta-app-users", "entra-app-role-assignments", "huggingface-audit-log"],
    reach,
    population: |context| {
        let judged = context.active_humans().filter(|account| judged(context, account).is_some());
        (judged.count() as u64, "active accounts of entitled people")
    },
    judge: Judge::EachSlice(judge),
};

fn reach(context: &Context<'_>) -> Reach {
    let limit = context.policy.thresholds.dormant_account;
    match watched(context, &context.directory.target) {
        Some(watch) if watch.until.since(watch.from) > limit => Reach::Everything,
        _ => Reach::Part(format!("no log of activity reaches back {limit}, so accounts without any activity in it were not judged")),
    }
}

/// The owner of an account that this rule judges.
fn judged<'a>(context: &Context<'a>, account: &Account) -> Option<&'a Person> {
    let owner = context.directory.owner(account)?;
    let judged = account.is_active() && account.class.needs_owner() && context.directory.entitled(account, owner) == Some(true);
    // Of a system that names its accounts by their sessions alone, nothing tells that one is still there.
    (judged && account.system != "hoop").then_some(owner)
}

fn judge(context: &Context<'_>, slice: &Slice, findings: &mut Vec<Finding>) {
    let accounts = slice.accounts.iter().filter_map(|index| context.directory.accounts.get(*index));
    findings.extend(accounts.filter_map(|account| dormant(context, account, judged(context, account)?)));
}

/// From when to when activity would have been seen.
#[derive(Clone, Copy)]
struct Watch {
    from: Timestamp,
    until: Timestamp,
}

/// From when to when activity in a system was watched; `None` where no source of it was read.
fn watched(context: &Context<'_>, system: &str) -> Option<Watch> {
    if system != context.directory.target {
        // A credential report tells the last use, however long ago.
        let reports = context.inputs.iter().filter(|file| system == "aws" && file.source == "aws-credential-report");
        let until = reports.filter_map(|file| file.taken_at).filter(|at| *at <= context.as_of).max()?;
        return Some(Watch { from: Timestamp::from_micros(0), until: heard(context, "aws-credential-report", until) });
    }
    let logs = context.logs.iter().filter(|log| ACTIVITY.contains(&log.source.as_str()));
    let spans = logs.filter_map(|log| Some(Watch { from: log.first()?, until: heard(context, &log.source, log.last()?) }));
    spans.reduce(|one, other| Watch { from: one.from.min(other.from), until: one.until.max(other.until) })
}

/// A source that was heard lately enough tells of the time up to the as-of time.
fn heard(context: &Context<'_>, source: &str, last: Timestamp) -> Timestamp {
    if context.as_of.since(last) <= context.allowed_silence(source) { context.as_of } else { last }
}

/// The earliest date that any source gives an account. Where none tells when it was made, it came with the assignment.
fn oldest(account: &Account, owner: &Person) -> Option<Timestamp> {
    let first = account.access.steps().first()?;
    let assigned = owner.assigned.steps().iter().find(|step| step.value && !step.from_the_start).map(|step| step.at);
    let assigned = assigned.filter(|_| account.created_at.is_none() && first.from_the_start);
    [account.created_at, account.first_seen.map(|(at, _)| at), Some(first.at), assigned].into_iter().flatten().min()
}

fn dormant(context: &Context<'_>, account: &Account, owner: &Person) -> Option<Finding> {
    let limit = context.policy.thresholds.dormant_account;
    let activity = account.activity.map(|(at, _)| at);
    if activity.is_some_and(|at| context.as_of.since(at) <= limit) {
        return None;
    }
    let watch = watched(context, &account.system)?;
    let oldest = oldest(account, owner)?;
    let idle_since = activity.unwrap_or_else(|| oldest.max(watch.from));
    if context.as_of.since(oldest) <= limit || watch.until.since(idle_since) <= limit {
        return None;
    }
    let proof = Proof::Event(account.proof());
    let mut finding = Finding::new(ANALYZER.id, "", Severity::Medium, subject(account, Some(owner)), &[account.id()], proof);
    finding.expected = format!("activity within {limit}");
    finding.observed = match activity {
        Some(at) => format!("last activity on {} UTC", at.minute()),
        None => format!("no activity on record since {} UTC", idle_since.minute()),
    };
    finding.since = Some(idle_since);
    finding.explanation = format!(
        "{} is entitled, and the account has been there since {} UTC at the latest; {}.",
        owner.label(),
        oldest.minute(),
        finding.observed
    );
    finding.remediation =
        "Ask the person whether the access is still needed; if not, take the application away in the identity provider.".to_owned();
    let mut finding = finding.through_link(account);
    // The identity provider tells of sign-ons alone, and a session outlasts one.
    let audited = !context.directory.is_target(account) || context.logs.iter().any(|log| log.source == "huggingface-audit-log");
    if !audited {
        finding.explanation.push_str(" What it did at the target is not known, since no audit log of it was read.");
        if finding.confidence == Confidence::High {
            finding.confidence = Confidence::Medium;
            finding.severity = finding.severity.lowered(Confidence::Medium.steps());
        }
    }
    Some(finding.resting_on(account.activity.map(|(_, proof)| Proof::Event(proof))))
}

#[cfg(test)]
mod tests {
    use super::super::scene::{AS_OF, Scene};
    use crate::model::event::{AccountRef, Activity, Outcome};
    use crate::model::finding::{Confidence, Severity};

    #[test]
    fn without_the_targets_audit_log_silence_has_medium_confidence() {
        let found = |audited: bool| {
            let mut scene = Scene::new("[thresholds]\ndormant_account = \"5d\"\n");
            scene.accounts(1, &[("robin", true)]);
            if audited {
                scene.log("huggingface-audit-log", &[0, AS_OF]);
            }
            let found = scene.findings(super::ANALYZER.id).pop().expect("it is idle");
            (found.confidence, found.severity, found.explanation.contains("no audit log of it was read"))
        };
        assert_eq!(found(true), (Confidence::High, Severity::Medium, false));
        assert_eq!(found(false), (Confidence::Medium, Severity::Low, true));
    }

    fn found(limit: &str, assigned: i64, login: Option<i64>) -> usize {
        let mut scene = Scene::new(&format!("[thresholds]\ndormant_account = \"{limit}\"\n"));
        scene.entitled("robin", assigned).members(AS_OF - 2, &["robin"]);
        if let Some(at) = login {
            let account = AccountRef { name: Some("robin".to_owned()), ..AccountRef::default() };
            scene.event(at, Outcome::Success, Activity::Login { account });
        }
        scene.findings(super::ANALYZER.id).len()
    }

    #[test]
    fn both_the_account_and_its_last_activity_have_to_be_old() {
        assert_eq!(found("5d", 1, None), 1);
        assert_eq!(found("5d", 1, Some(100)), 1);
        assert_eq!(found("5d", 1, Some(AS_OF - 5 * 24)), 0, "not longer than that");
        assert_eq!(found("5d", AS_OF - 100, None), 0, "too young");
    }

    #[test]
    fn a_log_that_does_not_reach_back_proves_no_silence() {
        assert_eq!(found("11d", -1000, None), 0);
        assert_eq!(found("11d", -1000, Some(-500)), 1, "the last activity is known");
    }
}
