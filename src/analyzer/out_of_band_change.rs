//! `out-of-band-change`: somebody changed access in the target by hand, and nothing in the identity provider asked for it.

use std::collections::{BTreeMap, BTreeSet};

use super::context::{AboutAccount as _, subject};
use super::{Analyzer, Context, Judge, Reason, everything, hipaa, iso, nist, pci, soc2};
use crate::model::event::{Actor, Membership};
use crate::model::finding::{Finding, Proof, Severity};
use crate::model::link::fold;
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
    reach: everything,
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
/// An event of the identity provider this near explains a change.
const EXPLAINED_WITHIN: Span = Span::from_micros(60 * 60 * 1_000_000);
/// The target evaluates its mapping at a sign-on; what follows so soon, under the account's own name, is its effect.
const EFFECT_WITHIN: Span = Span::from_micros(10 * 60 * 1_000_000);

fn judge(context: &Context<'_>, findings: &mut Vec<Finding>) {
    // Without the identity provider's log nothing is known to have happened without it.
    if !context.logs.iter().any(|log| PROVIDER_LOGS.contains(&log.source.as_str())) {
        return;
    }
    let scim_actors: BTreeSet<String> = context.policy.target.scim_actors.iter().map(|actor| fold(actor)).collect();
    let latest = latest(&context.directory.changes);
    for (index, change) in context.directory.changes.iter().enumerate() {
        let Some((account, actor)) = account_and_actor(context, change) else { continue };
        let Some((reason, severity)) = reason(&change.step) else { continue };
        let stands = latest.get(&place(change)) == Some(&index) && stands(account, &change.step);
        if change.at > context.to || (change.at < context.from && !stands) || !is_person(actor, &scim_actors) {
            continue;
        }
        let owner = context.directory.owner(account);
        if is_effect_of_arrival(account, change, actor) || owners(context, account).any(|owner| is_explained(owner, change.at)) {
            continue;
        }
        findings.push(finding(reason, severity, account, owner, change, actor, stands));
    }
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

/// Whether a change was made by somebody, and not by the connector or by the target itself.
fn is_person(actor: &Actor, scim_actors: &BTreeSet<String>) -> bool {
    let system = actor.kind.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case("system"));
    let named = |text: &Option<String>| text.as_ref().is_some_and(|text| scim_actors.contains(&fold(text)));
    !system && !named(&actor.name) && !named(&actor.id)
}

/// Whether the account's own sign-on, join or accepted invitation brought the change with it.
fn is_effect_of_arrival(account: &Account, change: &TargetChange, actor: &Actor) -> bool {
    let by_id = actor.id.is_some() && (actor.id == account.hub_id || actor.id == account.scim_id);
    let own = by_id || actor.name.as_ref().is_some_and(|name| fold(name) == fold(&account.name));
    let leaves = matches!(change.step, ChangeStep::Membership(Membership::Left, _));
    own && !leaves && is_near(&account.arrivals, change.at, EFFECT_WITHIN)
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
    is_near(&owner.touched, at, EXPLAINED_WITHIN)
}

/// Whether one of these moments, which are in order, lies within `span` before or after this one.
fn is_near(moments: &[Timestamp], at: Timestamp, span: Span) -> bool {
    let first = moments.partition_point(|moment| *moment < at.minus(span));
    moments.get(first).is_some_and(|moment| *moment <= at.plus(span))
}

fn finding(
    reason: &'static str,
    severity: Severity,
    account: &Account,
    owner: Option<&Person>,
    change: &TargetChange,
    actor: &Actor,
    stands: bool,
) -> Finding {
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
    use super::*;

    fn moment(n: i64) -> Timestamp {
        Timestamp::from_micros(n)
    }

    #[test]
    fn what_is_near_is_near_on_both_sides() {
        let moments = [moment(100), moment(500)];
        let near = |at, span| is_near(&moments, moment(at), Span::from_micros(span));
        assert_eq!((near(110, 10), near(90, 10), near(111, 10), near(490, 10), near(300, 10)), (true, true, false, true, false));
        assert!(!is_near(&[], moment(0), Span::from_micros(10)));
    }

    #[test]
    fn an_own_change_needs_an_arrival_and_a_foreign_one_has_none() {
        let account = Account { name: "rivka-o".to_owned(), arrivals: vec![moment(100)], ..Account::default() };
        let change = |at| TargetChange {
            at: moment(at),
            named: crate::model::event::AccountRef::default(),
            account: Some(0),
            step: ChangeStep::Role(None, "write".to_owned()),
            by: None,
            proof: 0,
        };
        let by = |name: &str| Actor { name: Some(name.to_owned()), ..Actor::default() };
        assert!(is_effect_of_arrival(&account, &change(101), &by("Rivka-O")));
        assert!(!is_effect_of_arrival(&account, &change(101), &by("dana-k")));
        assert!(!is_effect_of_arrival(&account, &change(100 + 2 * EFFECT_WITHIN.micros()), &by("rivka-o")));
    }

    #[test]
    fn connectors_and_the_target_itself_are_no_persons() {
        let scim_actors = BTreeSet::from(["acme-scim".to_owned()]);
        let actor = |name: &str, kind: &str| Actor { id: None, name: Some(name.to_owned()), kind: Some(kind.to_owned()) };
        assert!(is_person(&actor("dana-k", "user"), &scim_actors));
        assert!(!is_person(&actor("Acme-SCIM", "user"), &scim_actors));
        assert!(!is_person(&actor("huggingface", "system"), &scim_actors));
    }
}
