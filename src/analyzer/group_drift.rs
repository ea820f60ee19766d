//! `group-drift`: a SCIM group of the target does not have the members that the identity provider's group has.

use std::collections::{BTreeMap, BTreeSet};

use super::context::{AboutAccount as _, subject};
use super::counterpart::Counterparts;
use super::{Analyzer, Context, Judge, Reach, Reason, hipaa, iso, nist, pci, soc2};
use crate::model::coverage::Coverage;
use crate::model::finding::{Finding, Proof, Severity, Subject};
use crate::model::listing::Absence;
use crate::model::time::Timestamp;
use crate::state::{Access, Account, Group, Owner, Person, TargetGroup};

/// The card.
pub(super) const ANALYZER: Analyzer = Analyzer {
    id: "group-drift",
    title: "SCIM group differs from its group in the identity provider",
    doc: include_str!("../../docs/rules/group-drift.md"),
    reasons: &[
        Reason { id: "ghost-member", severity: Severity::Medium },
        Reason { id: "extra-member", severity: Severity::Medium },
        Reason { id: "missing-member", severity: Severity::Low },
    ],
    controls: &[
        soc2("CC6.3"),
        iso("A.5.18"),
        nist("AC-2"),
        nist("AC-2(3)"),
        super::cis("6.2"),
        super::cis("6.8"),
        pci("7.2.2"),
        pci("7.2.4"),
        hipaa("308(a)(4)(ii)(C)"),
    ],
    rests_on: &[&["scim-groups", "scim-requests"], &["okta-group-users", "okta-system-log", "entra-groups", "entra-audit"]],
    witnesses: &["scim-groups"],
    reach,
    population: |context| {
        (context.directory.target_groups.values().map(|group| group.members.len() as u64).sum(), "memberships of SCIM groups")
    },
    judge: Judge::Once(judge),
};

fn reach(context: &Context<'_>) -> Reach {
    let provider = Counterparts::of(context);
    let unknown = |group: &&TargetGroup| !provider.of_group(group).is_some_and(|(_, counterpart)| counterpart.members_listed);
    match context.directory.target_groups.values().find(unknown) {
        Some(group) => Reach::Part(format!("who should be in SCIM group {} is not known", name(group))),
        None => Reach::Everything,
    }
}

/// What has to be looked up by more than one key.
struct View<'a> {
    context: &'a Context<'a>,
    /// Indexes of the target's accounts, by both of its ids.
    accounts: BTreeMap<&'a str, usize>,
    /// Whether the ids of members are those that accounts are known by.
    numbered: bool,
}

impl<'a> View<'a> {
    fn of(context: &'a Context<'a>) -> Self {
        let directory = context.directory;
        let mut accounts = BTreeMap::new();
        let targets = || directory.accounts.iter().enumerate().filter(|(_, account)| directory.is_target(account));
        accounts.extend(targets().filter_map(|(index, account)| Some((account.hub_id.as_deref()?, index))));
        accounts.extend(targets().filter_map(|(index, account)| Some((account.scim_id.as_deref()?, index))));
        let listed = [Absence::ScimUser, Absence::Member].iter().any(|absence| directory.listed.contains(absence));
        let mut members = directory.target_groups.values().flat_map(|group| &group.members);
        let numbered = listed && members.any(|member| accounts.contains_key(member.as_str()));
        Self { context, accounts, numbered }
    }

    fn account(&self, member: &str) -> Option<&'a Account> {
        self.context.directory.accounts.get(*self.accounts.get(member)?)
    }

    /// How far the records reach that tell of a group, as a clause after what they show.
    fn as_far(&self, group: &TargetGroup) -> String {
        let requests = self.context.logs.iter().filter(|log| log.source == "scim-requests").filter_map(Coverage::last);
        self.context.by_records_up_to(&self.context.directory.target, requests.chain(group.seen).max())
    }

    /// Whether a change at this moment is old enough to have reached the group by the time the group is known for.
    fn is_settled(&self, group: &TargetGroup, changed: Timestamp) -> bool {
        let followed = self.context.logs.iter().any(|log| log.source == "scim-requests");
        let known_until = if followed { Some(self.context.as_of) } else { group.seen };
        known_until.is_some_and(|until| until.since(changed) > self.context.policy.thresholds.grace)
    }
}

fn judge(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let (view, provider) = (View::of(context), Counterparts::of(context));
    let counterparts = context.directory.target_groups.values().filter_map(|group| provider.of_group(group));
    let mut should: BTreeMap<&str, Vec<&Person>> = counterparts.map(|(id, _)| (id.as_str(), Vec::new())).collect();
    for person in &context.directory.persons {
        for (id, _) in person.groups.iter().filter(|(_, membership)| membership.value() == Some(true)) {
            if let Some(people) = should.get_mut(id.as_str()) {
                people.push(person);
            }
        }
    }
    for group in context.directory.target_groups.values() {
        let counterpart = provider.of_group(group);
        let present = group.members.iter().filter_map(|member| unexpected(&view, group, counterpart, member));
        findings.extend(present);
        if let (true, Some(counterpart)) = (group.whole, counterpart) {
            let people = should.get(counterpart.0.as_str()).into_iter().flatten();
            findings.extend(people.filter_map(|person| missing(&view, group, counterpart, person)));
        }
    }
}

/// What is wrong with somebody who is in the group.
fn unexpected(view: &View<'_>, group: &TargetGroup, counterpart: Option<(&String, &Group)>, member: &str) -> Option<Finding> {
    let moved = group.moved.get(member);
    if moved.is_some_and(|(at, _)| !view.context.beyond_grace(*at)) {
        return None;
    }
    let Some(account) = view.account(member) else { return view.numbered.then(|| unknown(view, group, member)) };
    match account.access.value() {
        Some(Access::Active) => extra(view, group, counterpart?, account),
        Some(Access::Inactive) => gone(view, group, account),
        // Who was invited may be in groups already, and of whom nothing is known nothing is said.
        Some(Access::Pending) | None => None,
    }
}

fn unknown(view: &View<'_>, group: &TargetGroup, member: &str) -> Finding {
    let system = view.context.directory.target.clone();
    let about = Subject { system, account: member.to_owned(), account_id: member.to_owned(), ..Subject::default() };
    let mut finding = drift("ghost-member", Severity::Medium, group, about, member);
    finding.explanation =
        format!("SCIM group {} has member {member}, and no account of the organization has this id{}.", name(group), view.as_far(group));
    finding.observed = format!("member {member}, which no account has as its id");
    finding.remediation = REMOVE.to_owned();
    finding.since = group.moved.get(member).map(|(at, _)| *at);
    finding
}

fn gone(view: &View<'_>, group: &TargetGroup, account: &Account) -> Option<Finding> {
    let since = account.access.last().filter(|step| !step.from_the_start).map(|step| step.at);
    if since.is_some_and(|since| !view.is_settled(group, since)) {
        return None;
    }
    let owner = view.context.directory.owner(account);
    let mut finding = drift("ghost-member", Severity::Medium, group, subject(account, owner), account.id());
    finding.explanation = format!(
        "SCIM group {} has {} as a member, whose account is not in the organization{}.",
        name(group),
        account.name,
        view.as_far(group)
    );
    finding.observed = format!("{} is a member, the account is {}", account.name, account.state());
    finding.remediation = REMOVE.to_owned();
    finding.since = since;
    Some(finding.resting_on([Proof::Event(account.proof())]))
}

const REMOVE: &str =
    "Push the group again from the identity provider; where that does not remove the member, remove it with one SCIM request.";

fn extra(view: &View<'_>, group: &TargetGroup, counterpart: (&String, &Group), account: &Account) -> Option<Finding> {
    let (id, known) = counterpart;
    let directory = view.context.directory;
    let is_member = |person: &Person| person.groups.get(id).map(|membership| membership.value() == Some(true));
    let owner = directory.owner(account);
    let mut left = None;
    match (&account.owner, owner) {
        (_, Some(owner)) => {
            // Where the group was never listed, only who is known to have left it is known not to be in it.
            if is_member(owner).unwrap_or(!known.members_listed) {
                return None;
            }
            left = owner.groups.get(id).and_then(|membership| membership.last()).copied();
            if left.is_some_and(|step| !step.from_the_start && !view.is_settled(group, step.at)) {
                return None;
            }
        }
        (Owner::Disputed { candidates, .. }, None) => {
            let may_be =
                |index: &usize| directory.persons.get(*index).is_some_and(|person| is_member(person).unwrap_or(!known.members_listed));
            if candidates.iter().any(may_be) {
                return None;
            }
        }
        _ if !known.members_listed => return None,
        _ => {}
    }
    let mut finding = drift("extra-member", Severity::Medium, group, subject(account, owner), account.id());
    let who = owner.map_or_else(|| "nobody who is linked to it is".to_owned(), |owner| format!("{} is not", owner.label()));
    let (scim, provider) = (name(group), view.context.policy.idp.provider.name());
    finding.explanation =
        format!("SCIM group {scim} has {} as a member{}; in {provider}, {who} in group {}.", account.name, view.as_far(group), known.name);
    finding.observed = format!("{} is a member", account.name);
    finding.since = left.map(|step| step.at).max(group.moved.get(account.id()).map(|(at, _)| *at));
    finding.remediation =
        "Add the person to the group in the identity provider if that was approved; else push the group again, which removes the member."
            .to_owned();
    Some(finding.through_link(account).resting_on(left.map(|step| Proof::Event(step.proof))))
}

/// Somebody who should be in the group, has an account that could be, and is not.
fn missing(view: &View<'_>, group: &TargetGroup, (id, known): (&String, &Group), person: &Person) -> Option<Finding> {
    let membership = person.groups.get(id)?;
    if person.entitled() != Some(true) {
        return None;
    }
    let accounts: Vec<&Account> = view.context.directory.target_accounts(person).filter(|account| account.is_active()).collect();
    let ids: BTreeSet<&str> =
        accounts.iter().flat_map(|account| [account.scim_id.as_deref(), account.hub_id.as_deref()]).flatten().collect();
    let account = accounts.first()?;
    if ids.iter().any(|id| group.members.contains(*id)) {
        return None;
    }
    let joined = membership.last()?;
    let began = [Some(*joined).filter(|step| !step.from_the_start).map(|step| step.at), account.active_since()];
    let assigned = person.assigned.last().filter(|step| !step.from_the_start).map(|step| step.at);
    let removed = ids.iter().filter_map(|id| group.moved.get(*id)).map(|(at, _)| *at).max();
    if began.into_iter().chain([assigned, removed]).flatten().any(|at| !view.is_settled(group, at)) {
        return None;
    }
    let mut finding = drift("missing-member", Severity::Low, group, subject(account, Some(person)), account.id());
    finding.explanation = format!(
        "{} is in group {} of {}, and the account {} is not in the SCIM group{}.",
        person.label(),
        known.name,
        view.context.policy.idp.provider.name(),
        account.name,
        view.as_far(group)
    );
    finding.observed = format!("{} is no member", account.name);
    finding.since = began.into_iter().chain([assigned, removed]).flatten().max();
    finding.remediation = "Push the group again; where it fails, look at failed-sync for this group.".to_owned();
    Some(finding.through_link(account).resting_on([Proof::Event(joined.proof), Proof::Event(account.proof())]))
}

fn drift(reason: &'static str, severity: Severity, group: &TargetGroup, about: Subject, member: &str) -> Finding {
    let moved = group.moved.get(member).map(|(_, proof)| Proof::Event(*proof));
    let about = Subject { group: name(group).to_owned(), ..about };
    let mut finding = Finding::new(ANALYZER.id, reason, severity, about, &[&group.id, member], Proof::Event(group.proof));
    finding.expected = "the same members as in the identity provider".to_owned();
    finding.resting_on(moved)
}

fn name(group: &TargetGroup) -> &str {
    if group.name.is_empty() { &group.id } else { &group.name }
}

#[cfg(test)]
mod tests {
    use super::super::scene::{AS_OF, Scene};
    use super::*;

    /// What is found in these listings: reason and account.
    fn found(people: &[(&str, bool)], staff: &[&str], group: (&str, &[&str])) -> Vec<(&'static str, String)> {
        let mut scene = Scene::new("");
        scene.accounts(0, people).scim_group(24, "staff", staff).idp_group(24, group.0, group.1);
        let mut findings = Vec::new();
        scene.with(|context| judge(context, &mut findings));
        let mut found: Vec<_> = findings.into_iter().map(|finding| (finding.reason, finding.subject.account)).collect();
        found.sort();
        found
    }

    #[test]
    fn members_are_compared_with_the_group_they_stand_for() {
        let people = [("00u1", true), ("00u2", true), ("00u3", true)];
        let found = found(&people, &["id-00u1", "id-00u2"], ("staff", &["00u1", "00u3"]));
        assert_eq!(found, [("extra-member", "name-00u2".to_owned()), ("missing-member", "name-00u3".to_owned())]);
    }

    #[test]
    fn ghosts_are_unknown_or_gone() {
        let people = [("00u1", true), ("00u2", false)];
        let found = found(&people, &["id-00u1", "id-00u2", "stranger"], ("staff", &["00u1"]));
        assert_eq!(found, [("ghost-member", "name-00u2".to_owned()), ("ghost-member", "stranger".to_owned())]);
    }

    #[test]
    fn a_listing_of_the_group_that_is_old_is_told() {
        let told = |at: i64| {
            let mut scene = Scene::new("");
            scene.accounts(0, &[("00u1", true)]).idp_group(1, "staff", &[]).scim_group(at, "staff", &["id-00u1"]);
            scene.findings(ANALYZER.id).iter().any(|finding| finding.explanation.contains("by the records of huggingface up to"))
        };
        assert_eq!((told(AS_OF - 25), told(AS_OF - 24)), (true, false));
    }

    #[test]
    fn a_group_that_stands_for_none_and_the_same_members_are_no_drift() {
        assert_eq!(found(&[("00u1", true)], &["id-00u1"], ("staff", &["00u1"])), []);
        assert_eq!(found(&[("00u1", true)], &["id-00u1"], ("others", &[])), []);
    }
}
