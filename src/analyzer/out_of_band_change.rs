//! `out-of-band-change`: somebody changed access in the target by hand, and nothing in the identity provider asked for it.

use std::collections::{BTreeMap, BTreeSet};

use super::author::{self, Author};
use super::context::{AboutAccount as _, subject};
use super::{Analyzer, Context, Judge, Reach, Reason, hipaa, iso, nist, pci, soc2};
use crate::model::event::{Actor, Membership};
use crate::model::finding::{Finding, Proof, Severity};
use crate::model::time::{Span, Timestamp};
use crate::state::{Account, ChangeStep, Owner, Person, TargetChange};

/// The card.
pub(super) const ANALYZER: Analyzer = Analyzer {
    id: "out-of-band-change",
    title: "Access changed in the target by hand",
    doc: include_str!("../../docs/rules/out-of-band-change.md"),
    reasons: &[
        Reason { id: "role-changed", severity: Severity::High },
        Reason { id: "member-added", severity: Severity::High },
        Reason { id: "resource-group-changed", severity: Severity::High },
        Reason { id: "member-removed", severity: Severity::Low },
    ],
    controls: &[
        soc2("CC6.3"),
        soc2("CC7.2"),
        soc2("CC8.1"),
        iso("A.5.18"),
        iso("A.8.16"),
        nist("AC-2(4)"),
        nist("AU-6"),
        super::cis("6.1"),
        pci("8.2.4"),
        pci("10.2.1.5"),
        hipaa("308(a)(1)(ii)(D)"),
    ],
    rests_on: &[PROVIDER_LOGS, &["huggingface-audit-log"]],
    reach,
    population: |context| {
        let changes = &context.directory.changes;
        let latest = latest(changes);
        let judged = changes.iter().enumerate().filter(|(index, change)| {
            let account = change.account.and_then(|account| context.directory.accounts.get(account));
            let stands = || latest.get(&place(change)) == Some(index) && account.is_some_and(|account| stands(account, &change.step));
            change.at <= context.to && (context.from <= change.at || stands())
        });
        (judged.count() as u64, "changes of access in the target, of the period or still in force")
    },
    judge: Judge::Once(judge),
};

/// Logs that tell what the identity provider did for a person.
const PROVIDER_LOGS: &[&str] = &["okta-system-log", "entra-audit", "entra-provisioning"];
/// Those of them that tell of every change to a person; the provisioning log tells of attempts at the target alone.
const WITNESSES: &[&str] = &["okta-system-log", "entra-audit"];
/// An event of the identity provider this near explains a change.
const EXPLAINED_WITHIN: Span = Span::from_micros(60 * 60 * 1_000_000);

fn reach(context: &Context<'_>) -> Reach {
    match unexplained(context).iter().filter(|change| !change.is_witnessed).count() {
        0 => Reach::Everything,
        1 => Reach::Part("one change by hand falls into a time that no log of the identity provider covers".to_owned()),
        count => Reach::Part(format!("{count} changes by hand fall into times that no log of the identity provider covers")),
    }
}

fn judge(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let witnessed = unexplained(context).into_iter().filter(|change| change.is_witnessed);
    findings.extend(witnessed.map(|change| finding(context, &change)));
}

/// A change by hand that no event of the identity provider explains.
struct Unexplained<'a> {
    reason: &'static str,
    severity: Severity,
    account: &'a Account,
    change: &'a TargetChange,
    actor: &'a Actor,
    /// Whether the account still is as the change left it.
    stands: bool,
    /// Whether an event that explains it would have been told.
    is_witnessed: bool,
}

fn unexplained<'a>(context: &Context<'a>) -> Vec<Unexplained<'a>> {
    let scim_actors = author::scim_actors(context.policy);
    let latest = latest(&context.directory.changes);
    let mut found = Vec::new();
    for (index, change) in context.directory.changes.iter().enumerate() {
        let Some((account, actor)) = account_and_actor(context, change) else { continue };
        let Some((reason, severity)) = reason(&change.step) else { continue };
        let stands = latest.get(&place(change)) == Some(&index) && stands(account, &change.step);
        if change.at > context.to || (change.at < context.from && !stands) || author(account, change, actor, &scim_actors) != Author::Person
        {
            continue;
        }
        if owners(context, account).any(|owner| is_explained(owner, change.at)) {
            continue;
        }
        let is_witnessed = is_witnessed(context, change.at);
        found.push(Unexplained { reason, severity, account, change, actor, stands, is_witnessed });
    }
    found
}

/// Whether a log of the provider speaks of the whole time in which an event would explain a change: a silence that is
/// longer than allowed may have swallowed one.
fn is_witnessed(context: &Context<'_>, at: Timestamp) -> bool {
    let (earliest, latest) = (at.minus(EXPLAINED_WITHIN), at.plus(EXPLAINED_WITHIN));
    context.logs.iter().filter(|log| WITNESSES.contains(&log.source.as_str())).any(|log| {
        let gaps = log.gaps(context.from.min(earliest), context.as_of, context.allowed_silence(&log.source));
        gaps.iter().all(|(begins, ends)| latest <= *begins || *ends <= earliest)
    })
}

fn account_and_actor<'a>(context: &Context<'a>, change: &'a TargetChange) -> Option<(&'a Account, &'a Actor)> {
    Some((context.directory.accounts.get(change.account?)?, change.by.as_ref()?))
}

/// What a change is a change of: the account, and the resource group where it is one; memberships and roles stand apart.
fn place(change: &TargetChange) -> (Option<usize>, u8, &str) {
    match &change.step {
        ChangeStep::Membership(..) => (change.account, 0, ""),
        ChangeStep::Role(..) => (change.account, 1, ""),
        ChangeStep::ResourceGroup(name, _) => (change.account, 2, name),
    }
}

/// The last change of everything that was changed.
fn latest(changes: &[TargetChange]) -> BTreeMap<(Option<usize>, u8, &str), usize> {
    changes.iter().enumerate().map(|(index, change)| (place(change), index)).collect()
}

/// Whether the account still is as the change left it.
fn stands(account: &Account, step: &ChangeStep) -> bool {
    match step {
        ChangeStep::Membership(Membership::Removed | Membership::Left, _) => !account.is_active(),
        ChangeStep::Membership(..) => account.is_active(),
        ChangeStep::Role(_, to) => account.is_active() && account.role.as_ref().is_some_and(|fact| fact.role == *to),
        ChangeStep::ResourceGroup(name, after) => {
            let now = account.resource_groups.get(name);
            account.is_active() && now.is_some() == after.is_some() && (now.is_none() || now == after.as_ref())
        }
    }
}

/// The reason; `None` for what happens to an account by its own joining or accepting, and for an invitation, which gives no access.
fn reason(step: &ChangeStep) -> Option<(&'static str, Severity)> {
    match step {
        ChangeStep::Role(..) => Some(("role-changed", Severity::High)),
        ChangeStep::ResourceGroup(..) => Some(("resource-group-changed", Severity::High)),
        ChangeStep::Membership(Membership::Added, _) => Some(("member-added", Severity::High)),
        ChangeStep::Membership(Membership::Removed | Membership::Left, _) => Some(("member-removed", Severity::Low)),
        ChangeStep::Membership(Membership::Joined | Membership::Accepted | Membership::Invited, _) => None,
    }
}

/// Whoever leaves by themselves does it themselves, whatever they came by.
fn author(account: &Account, change: &TargetChange, actor: &Actor, scim_actors: &BTreeSet<String>) -> Author {
    let leaves = matches!(change.step, ChangeStep::Membership(Membership::Left, _));
    Author::of(actor, Some(account).filter(|_| !leaves), change.at, scim_actors)
}

/// The owner, or everybody who may be.
fn owners<'a>(context: &Context<'a>, account: &'a Account) -> impl Iterator<Item = &'a Person> {
    let candidates: &[usize] = match &account.owner {
        Owner::Linked { person, .. } => std::slice::from_ref(person),
        Owner::Disputed { candidates, .. } => candidates,
        Owner::Unmatched | Owner::Exempt => &[],
    };
    let persons = &context.directory.persons;
    candidates.iter().filter_map(|index| persons.get(*index))
}

/// Whether the identity provider's log tells of a change to the person around this moment.
fn is_explained(owner: &Person, at: Timestamp) -> bool {
    author::is_near(&owner.touched, at, EXPLAINED_WITHIN)
}

fn finding(context: &Context<'_>, unexplained: &Unexplained<'_>) -> Finding {
    let &Unexplained { reason, severity, account, change, actor, stands, .. } = unexplained;
    let owner = context.directory.owner(account);
    let mut subject = subject(account, owner);
    if let ChangeStep::ResourceGroup(name, _) = &change.step {
        subject.group.clone_from(name);
    }
    let group = subject.group.clone();
    let mut finding = Finding::new(ANALYZER.id, reason, severity, subject, &[account.id(), &group], Proof::Event(change.proof));
    let by = actor.name.as_deref().or(actor.id.as_deref()).unwrap_or("somebody");
    let what = in_words(&account.name, &change.step);
    finding.about = Some(change.proof);
    finding.expected = "changed through the identity provider".to_owned();
    finding.observed = format!("{what}, by {by}{}", if stands { "" } else { "; it does not stand any more" });
    finding.since = Some(change.at);
    let why = match (owner, &account.owner) {
        (Some(owner), _) => format!("the identity provider tells of no change to {} within {EXPLAINED_WITHIN} of it", owner.label()),
        (None, Owner::Disputed { .. }) => {
            format!("the identity provider tells of no change within {EXPLAINED_WITHIN} of it to anybody who may own the account")
        }
        (None, _) => "nobody in the identity provider is linked to the account".to_owned(),
    };
    finding.explanation = format!("On {} UTC {by} changed access by hand: {what}; {why}.", change.at.minute());
    finding.remediation = if stands {
        "Ask who approved it. Make the same change in the identity provider, or take it back.".to_owned()
    } else {
        "Ask who approved it, and check what the account did while it stood.".to_owned()
    };
    finding.through_link(account)
}

fn in_words(name: &str, step: &ChangeStep) -> String {
    match step {
        ChangeStep::Membership(Membership::Removed, _) => format!("{name} was removed from the organization"),
        ChangeStep::Membership(Membership::Left, _) => format!("{name} left the organization"),
        ChangeStep::Membership(_, Some(role)) => format!("{name} was added to the organization with role {role}"),
        ChangeStep::Membership(_, None) => format!("{name} was added to the organization"),
        ChangeStep::Role(Some(from), to) => format!("the role of {name} went from {from} to {to}"),
        ChangeStep::Role(None, to) => format!("the role of {name} became {to}"),
        ChangeStep::ResourceGroup(group, Some(Some(role))) => format!("{name} has role {role} in resource group {group}"),
        ChangeStep::ResourceGroup(group, Some(None)) => format!("{name} is in resource group {group}"),
        ChangeStep::ResourceGroup(group, None) => format!("{name} was removed from resource group {group}"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::scene::{AS_OF, Scene};
    use super::*;

    /// Dana removes an account by hand at the hundredth hour, and these logs have records at these hours: how much is
    /// found, and what is left out.
    fn judged(logs: &[(&str, &[i64])]) -> (usize, Reach) {
        let mut scene = Scene::new("");
        scene.accounts(0, &[("leaver", true)]).audited(100, "leaver", Membership::Removed).by("dana-k");
        for (source, hours) in logs {
            scene.log(source, hours);
        }
        (scene.findings(ANALYZER.id).len(), scene.with(|context| (ANALYZER.reach)(context)))
    }

    #[test]
    fn a_change_is_judged_where_a_log_would_have_told_of_its_cause() {
        let steady: Vec<i64> = (0..AS_OF / 10).map(|n| n * 10).collect();
        assert_eq!(judged(&[("entra-audit", &steady)]), (1, Reach::Everything));
        // Twenty-four hours of silence are allowed: one that ends an hour before the change, or begins an hour after it.
        let around = |silent: std::ops::Range<i64>| -> Vec<i64> { (0..AS_OF).filter(|at| !silent.contains(at)).collect() };
        for silent in [50..99, 102..140] {
            assert_eq!(judged(&[("entra-audit", &around(silent.clone()))]), (1, Reach::Everything), "{silent:?}");
        }
        let left_out = Reach::Part("one change by hand falls into a time that no log of the identity provider covers".to_owned());
        for silent in [50..100, 90..120, 101..140, 0..110, 95..AS_OF + 1] {
            assert_eq!(judged(&[("entra-audit", &around(silent.clone()))]), (0, left_out.clone()), "{silent:?}");
        }
        assert_eq!(judged(&[("entra-provisioning", &steady)]), (0, left_out.clone()), "it tells of no group and no assignment");
        assert_eq!(judged(&[]), (0, left_out));
    }
}
