//! `mismatched-role`: the organization role is not the one that the person's groups map to.

use super::context::{AboutAccount as _, subject};
use super::expectation::{Expectation, expected_role, mapped_groups};
use super::{Analyzer, Context, Judge, Reach, Reason, cis, hipaa, iso, nist, pci, soc2};
use crate::model::coverage::Coverage;
use crate::model::finding::{Finding, Proof, Severity};
use crate::model::time::Timestamp;
use crate::policy::Role;
use crate::state::{Account, ChangeStep, Person, Slice};

/// Logs that tell who signed on to the target.
const SIGN_ONS: &[&str] = &["huggingface-audit-log", "okta-system-log", "entra-sign-in"];

/// The card.
pub(super) const ANALYZER: Analyzer = Analyzer {
    id: "mismatched-role",
    title: "Organization role differs from the mapped groups",
    doc: include_str!("../../docs/rules/mismatched-role.md"),
    reasons: &[
        Reason { id: "awaiting-login", severity: Severity::Medium },
        Reason { id: "over-privileged", severity: Severity::High },
        Reason { id: "under-privileged", severity: Severity::Low },
    ],
    controls: &[
        soc2("CC6.3"),
        iso("A.5.15"),
        iso("A.5.18"),
        iso("A.8.2"),
        nist("AC-2"),
        nist("AC-2(7)"),
        nist("AC-6"),
        cis("6.8"),
        pci("7.2.2"),
        hipaa("308(a)(4)(ii)(B)"),
    ],
    rests_on: &[&["okta-group-users", "okta-system-log", "entra-groups", "entra-audit"], &["huggingface-members", "huggingface-audit-log"]],
    reach,
    population: |context| {
        let judged = context.active_humans().filter(|account| {
            account.role.is_some()
                && context.directory.owner(account).is_some_and(|owner| owner.entitled() != Some(false) && owner.active() == Some(true))
        });
        (if context.policy.roles.is_empty() { 0 } else { judged.count() as u64 }, "active accounts of entitled people with a known role")
    },
    judge: Judge::EachSlice(judge),
};

fn reach(context: &Context<'_>) -> Reach {
    match mapped_groups(context) {
        _ if context.policy.roles.is_empty() => Reach::Nothing,
        Err(group) => Reach::Part(format!("the members of group {group}, which [roles] names, are not known, so no role could be judged")),
        Ok(_) => Reach::Everything,
    }
}

fn judge(context: &Context<'_>, slice: &Slice, findings: &mut Vec<Finding>) {
    let Some(owner) = slice.person.and_then(|index| context.directory.persons.get(index)) else { return };
    if owner.active() != Some(true) || owner.entitled() == Some(false) {
        return;
    }
    let accounts = slice.accounts.iter().filter_map(|index| Some((*index, context.directory.accounts.get(*index)?)));
    let judged = accounts.filter(|(_, account)| {
        context.directory.is_target(account) && account.is_active() && account.class.needs_owner() && account.role.is_some()
    });
    for (index, account) in judged {
        // Only now, since most people's accounts lie in other systems or are gone.
        let Some(expectation) = expected_role(context, owner) else { return };
        findings.extend(mismatch(context, index, account, owner, expectation));
    }
}

/// Whether the account has had no sign-on since a change in the identity provider, and the difference is that change's doing.
fn awaits_sign_on(context: &Context<'_>, index: usize, owner: &Person, changed: Timestamp) -> bool {
    let login = context.directory.accounts.get(index).and_then(|account| account.login).max(owner.sign_on);
    // Who is not seen to sign on in logs that begin later may have done so before them.
    let logs = context.logs.iter().filter(|log| SIGN_ONS.contains(&log.source.as_str()));
    let watched = logs.filter_map(Coverage::first).any(|first| first <= changed);
    // A role that was set at the target afterwards is that one's doing.
    let later = context.directory.changes.iter().rev().take_while(|change| change.at > changed);
    let set_since = later.filter(|change| change.account == Some(index)).any(|change| matches!(change.step, ChangeStep::Role(..)));
    watched && !set_since && login.is_none_or(|(at, _)| at < changed)
}

fn mismatch(context: &Context<'_>, index: usize, account: &Account, owner: &Person, expectation: Expectation) -> Option<Finding> {
    let fact = account.role.as_ref()?;
    let observed = Role::parse(&fact.role)?;
    let Expectation { role: expected, since } = expectation;
    let settled = since.is_none_or(|(at, _)| context.beyond_grace(at)) && account.active_since().is_none_or(|at| context.beyond_grace(at));
    if observed == expected || !settled {
        return None;
    }
    let awaiting = since.is_some_and(|(changed, _)| awaits_sign_on(context, index, owner, changed));
    let login = account.login.max(owner.sign_on);
    let (reason, severity) = match (awaiting, expected < observed) {
        (true, true) => ("awaiting-login", Severity::Medium),
        (true, false) => ("awaiting-login", Severity::Low),
        (false, true) => ("over-privileged", Severity::High),
        (false, false) => ("under-privileged", Severity::Low),
    };
    let mut finding = Finding::new(ANALYZER.id, reason, severity, subject(account, Some(owner)), &[account.id()], Proof::Event(fact.proof));
    finding.expected = format!("role {}", expected.word());
    finding.observed = format!("role {}", observed.word());
    finding.since = if awaiting { since.map(|(at, _)| at) } else { Some(fact.at) };
    let last_login =
        login.map_or_else(|| "no sign-on was recorded".to_owned(), |(at, _)| format!("the last sign-on was on {} UTC", at.minute()));
    let groups = format!("{}'s groups map to role {}, and the account has role {}", owner.label(), expected.word(), observed.word());
    finding.explanation = match (awaiting, since) {
        (true, Some((changed, _))) => {
            format!("{groups}. Roles are evaluated at sign-on: the groups changed on {} UTC and {last_login}.", changed.minute())
        }
        _ => format!("{groups}; {last_login}."),
    };
    finding.remediation = match (awaiting, expected < observed) {
        (true, true) => "Have the person sign on again, or set the role by hand; tokens may keep the old role until then.",
        (true, false) => "Have the person sign on again; the role follows.",
        (false, true) => "Lower the role, naming every resource group the person is to keep, or add the person to the group that gives it.",
        (false, false) => "Have the person sign on again; if the role stays, check the role mapping of single sign-on.",
    }
    .to_owned();
    let proofs = [since.map(|(_, proof)| proof), login.map(|(_, proof)| proof)];
    Some(finding.through_link(account).resting_on(proofs.into_iter().flatten().map(Proof::Event)))
}
