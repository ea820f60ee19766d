//! `mismatched-role`: the organization role is not the one that the person's groups map to.

use super::context::{AboutAccount as _, subject};
use super::expectation::{Expectation, expected_role, mapped_groups};
use super::{Analyzer, Context, Judge, Reach, Reason, cis, hipaa, iso, nist, pci, soc2};
use crate::model::coverage::Coverage;
use crate::model::finding::{Confidence, Finding, Proof, Severity};
use crate::model::time::Timestamp;
use crate::policy::Role;
use crate::state::{Account, ChangeStep, Person, Slice};

/// Logs that tell who signed on to the target.
const SIGN_ONS: &[&str] = &["huggingface-audit-log", "okta-system-log", "entra-sign-in"];

/// Logs that tell when the groups of the identity provider changed.
const GROUP_LOGS: &[&str] = &["okta-system-log", "entra-audit"];

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
    witnesses: &["huggingface-members"],
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
    let unknown =
        |group: &str| Reach::Part(format!("the members of group {group}, which [roles] names, are not known, so no role could be judged"));
    let mapped = match mapped_groups(context) {
        _ if context.policy.roles.is_empty() => return Reach::Nothing,
        Err(group) => return unknown(group),
        Ok(mapped) => mapped,
    };
    let name = |id: &str| context.directory.groups.get(id).map_or_else(|| id.to_owned(), |group| group.name.clone());
    match mapped.iter().find(|(_, group)| !group.listed) {
        Some((id, _)) => Reach::Part(format!(
            "the members of group {}, which [roles] names, were not listed in full, so whoever it may give a higher role was not judged",
            name(id)
        )),
        None => Reach::Everything,
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
    let Expectation { role: expected, by_group, since, by_listing } = expectation;
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
    let should = if by_group {
        format!("{}'s groups map to role {}", owner.label(), expected.word())
    } else {
        format!("{} is in no group that maps to a role, so the default holds, role {}", owner.label(), expected.word())
    };
    let groups = format!("{should}, and the account has role {}", observed.word());
    finding.explanation = match (awaiting, since) {
        (true, Some((changed, _))) => {
            let when = if by_listing { "by" } else { "on" };
            format!("{groups}. Roles are evaluated at sign-on: the groups changed {when} {} UTC and {last_login}.", changed.minute())
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
    let proofs = [Some(fact.seen), since.map(|(_, proof)| proof), login.map(|(_, proof)| proof)];
    let mut finding = finding.through_link(account).resting_on(proofs.into_iter().flatten().map(Proof::Event));
    // The role may merely wait for the next sign-on, where nothing tells when the groups came to be what they are.
    if !awaiting && finding.confidence == Confidence::High && !context.logs.iter().any(|log| GROUP_LOGS.contains(&log.source.as_str())) {
        finding.confidence = Confidence::Medium;
        finding.severity = finding.severity.lowered(Confidence::Medium.steps());
        finding
            .explanation
            .push_str(" Whether the groups changed after that is not known, since no log of the identity provider was read.");
    }
    // The sign-on, or the next one after the groups changed, may have set the role since it was last seen.
    let evaluated = login.map(|(at, _)| at).max(since.map(|(at, _)| at));
    if evaluated > Some(fact.seen_at) && !audited_from(context, fact.seen_at) {
        let seen = format!(
            " The role was last seen on {} UTC, before that, and no audit log of the target tells of the time since.",
            fact.seen_at.minute()
        );
        finding.explanation.push_str(&seen);
        finding.doubt();
    }
    Some(finding)
}

/// Whether the target's audit log tells of the time from a moment to the as-of time.
fn audited_from(context: &Context<'_>, from: Timestamp) -> bool {
    let source = "huggingface-audit-log";
    let logs = context.logs.iter().filter(|log| log.source == source);
    let spans = logs.filter_map(|log| Some((log.first()?, log.last()?)));
    spans.into_iter().any(|(first, last)| first <= from && context.as_of.since(last) <= context.allowed_silence(source))
}

#[cfg(test)]
mod tests {
    use super::super::scene::{AS_OF, Scene};
    use super::*;
    use crate::model::event::{AccountRef, Activity, Outcome};
    use crate::model::facts::{MemberFacts, Observation};
    use crate::model::listing::Absence;

    #[test]
    fn the_latest_listing_that_shows_the_role_is_cited() {
        let mut scene = Scene::new("default_role = \"read\"\n[roles]\nadmins = \"admin\"");
        scene.accounts(0, &[("robin", true)]).idp_group(1, "admins", &[]).log("entra-audit", &[0]);
        for at in [24, 48] {
            let member = MemberFacts {
                id: "id-robin".to_owned(),
                name: "name-robin".to_owned(),
                role: Some("write".to_owned()),
                ..MemberFacts::default()
            };
            scene.row(at, "huggingface-members", Observation::Member(member)).listing(at, "huggingface-members", Absence::Member, 1);
        }
        let rows = (0..).zip(scene.in_order()).filter(|(_, event)| event.source == "huggingface-members").map(|(ordinal, _)| ordinal);
        let (first, last) = (rows.clone().nth(1), rows.clone().last());
        let found = scene.findings(ANALYZER.id).pop().expect("the role is too high");
        let cited = |ordinal: Option<u32>| ordinal.is_some_and(|ordinal| found.evidence().contains(&Proof::Event(ordinal)));
        assert!(cited(first), "when it was first seen");
        assert!(cited(last), "that it still is");
    }

    #[test]
    fn a_role_seen_before_the_last_sign_on_is_doubted_without_the_audit_log() {
        let found = |login: i64, audited: bool| {
            let mut scene = Scene::new("default_role = \"read\"\n[roles]\nadmins = \"admin\"");
            scene.accounts(0, &[("robin", true)]).idp_group(1, "admins", &[]).log("entra-audit", &[0]);
            let (id, name) = ("id-robin".to_owned(), "name-robin".to_owned());
            let member = MemberFacts { id: id.clone(), name: name.clone(), role: Some("write".to_owned()), ..MemberFacts::default() };
            scene.row(48, "huggingface-members", Observation::Member(member)).listing(48, "huggingface-members", Absence::Member, 1);
            let account = AccountRef { id: Some(id), name: Some(name), ..AccountRef::default() };
            scene.event(login, Outcome::Success, Activity::Login { account });
            if audited {
                scene.log("huggingface-audit-log", &[0, AS_OF]);
            }
            let found = scene.findings(ANALYZER.id).pop().expect("the role is too high");
            (found.confidence, found.explanation.contains("The role was last seen on"))
        };
        assert_eq!(found(60, false), (Confidence::Low, true));
        assert_eq!(found(60, true), (Confidence::High, false));
        assert_eq!(found(40, false), (Confidence::High, false));
    }
}
