//! `group-create`, `group-add`, `group-remove`: the members of SCIM groups are those of the identity provider's groups who are
//! entitled. A group is made where `[resource_groups]` names it and somebody would be in it.

use std::collections::{BTreeMap, BTreeSet};

use crate::analyzer::{highest, member_ids};
use crate::model::event::{Exchange, Operation};
use crate::model::facts::ScimGroup;
use crate::model::listing::Absence;
use crate::model::plan::{Kind, PlannedOperation, Validity, ValueChange};
use crate::state::{Account, Group, Person, TargetGroup, Timeline};

use super::create::provider;
use super::draft::{Draft, endpoint_id, operation};
use super::ground::{Ground, Seat};
use super::request::id_of_step;

/// A group to be filled: at the endpoint already, or made by a step.
struct Place<'a> {
    id: String,
    name: &'a str,
    proof: Option<u32>,
    needs: Option<(u64, Validity)>,
}

pub(super) fn draft_additions(ground: &Ground<'_>, draft: &mut Draft) {
    let members = members(ground);
    let wanted = |id: &str| members.get(id).map(Vec::as_slice).unwrap_or_default();
    for (name, id, group) in to_be_made(ground, draft) {
        if wanted(id).iter().any(|person| seat_id(ground, draft, person).is_some()) {
            make(ground, draft, name, id, group);
        }
    }
    for group in ground.context.directory.target_groups.values() {
        let Some((id, known)) = ground.counterparts.of_group(group) else { continue };
        if !group.whole || !(known.members_listed || known.members_told) {
            draft.unknown_groups.insert(label(group).to_owned());
            continue;
        }
        let place = Place { id: group.id.clone(), name: label(group), proof: Some(group.proof), needs: None };
        for person in wanted(id) {
            let inside = |account: &Account| member_ids(account).any(|id| group.members.contains(id));
            let is_inside = matches!(ground.seat(person), Seat::Held(account) if inside(account));
            if !is_inside {
                add(ground, draft, &place, person, (id, known));
            }
        }
    }
    for (name, step) in draft.groups_made.clone() {
        let Some((id, known)) = ground.counterparts.named(&name) else { continue };
        let place = Place { id: id_of_step(step.0), name: &name, proof: None, needs: Some(step) };
        for person in wanted(id) {
            add(ground, draft, &place, person, (id, known));
        }
    }
}

/// Who is entitled and in each group of the identity provider, by the group's id.
fn members<'a>(ground: &Ground<'a>) -> BTreeMap<&'a str, Vec<&'a Person>> {
    let mut members: BTreeMap<&str, Vec<&Person>> = BTreeMap::new();
    for person in ground.persons().iter().filter(|person| person.entitled() == Some(true)) {
        for (id, _) in person.groups.iter().filter(|(_, membership)| membership.value() == Some(true)) {
            members.entry(id.as_str()).or_default().push(person);
        }
    }
    members
}

/// Groups that `[resource_groups]` names and the endpoint lacks, with the group of the identity provider each would stand for.
fn to_be_made<'a>(ground: &Ground<'a>, draft: &mut Draft) -> Vec<(&'a str, &'a str, &'a Group)> {
    let directory = ground.context.directory;
    let named: BTreeSet<&String> = ground.context.policy.resource_groups.values().flat_map(BTreeMap::keys).collect();
    let stands = |name: &str| {
        let mut groups = directory.target_groups.values();
        groups.any(|group| group.name == name || ground.counterparts.of_group(group).is_some_and(|(_, known)| known.name == name))
    };
    let mut missing = Vec::new();
    for name in named.into_iter().filter(|name| !stands(name)) {
        let Some((id, group)) = ground.counterparts.named(name) else { continue };
        if !directory.listed.contains(&Absence::ScimGroup) || !(group.members_listed || group.members_told) {
            draft.unknown_groups.insert(name.clone());
            continue;
        }
        missing.push((name.as_str(), id.as_str(), group));
    }
    missing
}

fn make(ground: &Ground<'_>, draft: &mut Draft, name: &str, id: &str, group: &Group) {
    let reason = format!("[resource_groups] names SCIM group {name}, and the endpoint has none that stands for group {}.", group.name);
    let mut planned = operation(Kind::GroupCreate, None, None, reason);
    name.clone_into(&mut planned.group);
    planned.remarks.push("Only if the group is pushed: assign it to the application, or add it to Push Groups.".to_owned());
    planned.validity = Validity::Unknown;
    planned.request = Some(ground.dialect.create_group(id, name));
    let step = draft.next_step();
    let made = ScimGroup {
        id: Some(id_of_step(step)),
        external_id: Some(id.to_owned()),
        display_name: Some(name.to_owned()),
        members: Some(Vec::new()),
        ..ScimGroup::default()
    };
    planned.effect = Some(exchange("POST", made));
    draft.groups_made.insert(name.to_owned(), (step, planned.validity));
    draft.push(planned);
}

/// The id that a person's account has at the endpoint, or will have; with the step that makes it.
fn seat_id(ground: &Ground<'_>, draft: &Draft, person: &Person) -> Option<(String, Option<(u64, Validity)>)> {
    match ground.seat(person) {
        Seat::Held(account) => endpoint_id(account).map(|id| (id.to_owned(), None)),
        _ => draft.accounts_made.get(&person.id).map(|made| (id_of_step(made.0), Some(*made))),
    }
}

fn add(ground: &Ground<'_>, draft: &mut Draft, place: &Place<'_>, person: &Person, (provider_id, known): (&str, &Group)) {
    let Some((member, made)) = seat_id(ground, draft, person) else { return };
    let account = if let Seat::Held(account) = ground.seat(person) { Some(account) } else { None };
    let reason = format!("{} is in group {} of {}, and not in SCIM group {}.", person.label(), known.name, provider(ground), place.name);
    let mut planned = operation(Kind::GroupAdd, Some(person), account, reason);
    place.name.clone_into(&mut planned.group);
    if planned.account.is_empty() {
        planned.account = ground.wanted(person, None).user_name.unwrap_or_default();
    }
    await_steps(&mut planned, made.into_iter().chain(place.needs));
    planned.request = Some(ground.dialect.add_member(&place.id, &member, &planned.account));
    planned.proofs.extend(place.proof);
    planned.proofs.extend(person.groups.get(provider_id).and_then(Timeline::seen).map(|(_, proof)| proof));
    let group = ScimGroup { id: Some(place.id.clone()), added: vec![member], ..ScimGroup::default() };
    planned.effect = Some(exchange("PATCH", group));
    let joins = draft.joins.entry(person.id.clone()).or_default();
    let before = account.map(|account| held_groups(ground, account)).unwrap_or_default();
    let earlier: BTreeSet<String> = before.union(joins).cloned().collect();
    if planned.validity.may_work() {
        joins.insert(place.name.to_owned());
    }
    let later = earlier.iter().cloned().chain([place.name.to_owned()]).collect();
    planned.changes = role_changes(ground, &earlier, &later);
    draft.push(planned);
}

/// Waits for steps, and is worth no more than they are.
fn await_steps(planned: &mut PlannedOperation, steps: impl Iterator<Item = (u64, Validity)>) {
    for (step, validity) in steps {
        planned.needs.push(step);
        if !validity.may_work() {
            planned.validity = Validity::Refused;
            planned.remarks.push(format!("Step {step}, which it needs, is not expected to work."));
        }
    }
}

pub(super) fn draft_removals(ground: &Ground<'_>, draft: &mut Draft) {
    for group in ground.context.directory.target_groups.values() {
        let name = label(group);
        let Some((id, known)) = ground.counterparts.of_group(group) else {
            let because = format!("No group of {} stands for it, so a sync does not touch it.", provider(ground));
            draft.leave_alone(None, None, name, because);
            continue;
        };
        for member in &group.members {
            let account = ground.member(member);
            let owner = account.and_then(|account| Some((account, ground.context.directory.owner(account)?)));
            let Some((account, owner)) = owner else {
                let who = account.map_or_else(|| format!("Member {member}, whom no account is known for,"), |_| "Its account".to_owned());
                let because = format!("{who} belongs to nobody {} knows, so the sync does not remove it.", provider(ground));
                draft.leave_alone(None, account, name, because);
                continue;
            };
            // Where the group was never listed, only who is known to have left it is known not to be in it.
            let inside = owner.groups.get(id).map_or(!known.members_listed, |membership| membership.value() == Some(true));
            let stays = inside && owner.entitled() != Some(false);
            if stays || owner.entitled().is_none() {
                continue;
            }
            if ground.is_held(account, owner) {
                remove(ground, draft, group, member, account, owner, (id, known, inside));
            } else {
                let because = "The account is linked by address or name alone, so the sync does not know this member.";
                draft.leave_alone(Some(owner), Some(account), name, because.to_owned());
            }
        }
    }
}

fn remove(
    ground: &Ground<'_>,
    draft: &mut Draft,
    group: &TargetGroup,
    member: &str,
    account: &Account,
    owner: &Person,
    (id, known, inside): (&str, &Group, bool),
) {
    let name = label(group);
    let reason = if inside {
        format!("{} is in group {} of {} and no longer entitled.", owner.label(), known.name, provider(ground))
    } else {
        format!("{} is not in group {} of {}.", owner.label(), known.name, provider(ground))
    };
    let mut planned = operation(Kind::GroupRemove, Some(owner), Some(account), reason);
    name.clone_into(&mut planned.group);
    planned.request = Some(ground.dialect.remove_member(&group.id, member));
    planned.proofs.push(group.proof);
    planned.proofs.extend(owner.groups.get(id).and_then(Timeline::seen).map(|(_, proof)| proof));
    planned.effect =
        Some(exchange("PATCH", ScimGroup { id: Some(group.id.clone()), removed: vec![member.to_owned()], ..ScimGroup::default() }));
    let joins = draft.joins.get(&owner.id).cloned().unwrap_or_default();
    let leaves = draft.leaves.entry(owner.id.clone()).or_default();
    let held: BTreeSet<String> = held_groups(ground, account).union(&joins).cloned().collect();
    let earlier: BTreeSet<String> = held.difference(leaves).cloned().collect();
    leaves.insert(name.to_owned());
    let later = held.difference(leaves).cloned().collect();
    planned.changes = role_changes(ground, &earlier, &later);
    draft.push(planned);
}

fn exchange(method: &str, group: ScimGroup) -> Exchange {
    Exchange { method: method.to_owned(), operation: Some(Operation::GroupPush), group: Some(group), ..Exchange::default() }
}

/// The names of the SCIM groups that an account is in.
pub(super) fn held_groups(ground: &Ground<'_>, account: &Account) -> BTreeSet<String> {
    let groups = ground.context.directory.target_groups.values();
    let inside = groups.filter(|group| member_ids(account).any(|id| group.members.contains(id)));
    inside.map(|group| label(group).to_owned()).collect()
}

/// The role in each resource group that these SCIM groups give: of several the highest.
pub(super) fn given_roles(ground: &Ground<'_>, groups: &BTreeSet<String>) -> BTreeMap<String, String> {
    let given = |(name, mapping): (&String, &BTreeMap<String, crate::policy::Role>)| {
        let of_name = mapping.iter().map(|(group, role)| (*role, group.as_str()));
        highest(of_name, |group| groups.contains(group)).map(|(role, _)| (name.clone(), role.word().to_owned()))
    };
    ground.context.policy.resource_groups.iter().filter_map(given).collect()
}

/// How the roles in resource groups change when somebody is in other SCIM groups.
fn role_changes(ground: &Ground<'_>, before: &BTreeSet<String>, after: &BTreeSet<String>) -> Vec<ValueChange> {
    let (before, after) = (given_roles(ground, before), given_roles(ground, after));
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let change = |name: &String| {
        let role = |roles: &BTreeMap<String, String>| roles.get(name).cloned().unwrap_or_default();
        ValueChange { what: format!("resource group {name}"), from: role(&before), to: role(&after) }
    };
    names.into_iter().map(change).filter(|change| change.from != change.to).collect()
}

fn label(group: &TargetGroup) -> &str {
    if group.name.is_empty() { &group.id } else { &group.name }
}
