//! Effects: what each person can do before the sync, and after it and the next sign-on, by Hugging Face's rules.

use std::collections::{BTreeMap, BTreeSet};

use crate::analyzer::expected_role;
use crate::model::plan::{GroupRole, Kind, PersonEffect, PlannedOperation};
use crate::state::{Account, Person};

use super::delete::due;
use super::draft::Draft;
use super::ground::{Ground, Seat};
use super::group::{given_roles, held_groups};

/// Everybody with an account, or with one to come, by id.
pub(super) fn people(ground: &Ground<'_>, draft: &Draft) -> Vec<PersonEffect> {
    let mut turns: BTreeMap<&str, &PlannedOperation> = BTreeMap::new();
    let turning = [Kind::Create, Kind::Enable, Kind::Deactivate, Kind::Delete];
    for operation in draft.operations.iter().filter(|one| turning.contains(&one.kind)) {
        turns.insert(operation.person.as_str(), operation);
    }
    let directory = ground.context.directory;
    let tokens = tokens(ground);
    let effect = |(index, person): (usize, &Person)| {
        let held = match ground.seat(person) {
            Seat::Held(account) | Seat::Taken(account) | Seat::Unclear(account) => Some(account),
            Seat::Free => directory.target_accounts(person).next(),
        };
        let turn = turns.get(person.id.as_str()).copied();
        if held.is_none() && turn.is_none() {
            return None;
        }
        let mut effect = of_person(ground, draft, person, held, turn);
        let ended = effect.access_before == "active" && matches!(effect.access_after.as_str(), "inactive" | "deleted");
        if ended || person.active() == Some(false) {
            effect.tokens_left = tokens.get(&index).cloned().unwrap_or_default();
        }
        Some(effect)
    };
    directory.persons.iter().enumerate().filter_map(effect).collect()
}

fn of_person(ground: &Ground<'_>, draft: &Draft, person: &Person, held: Option<&Account>, turn: Option<&PlannedOperation>) -> PersonEffect {
    let access_before = held.map_or("none", Account::state).to_owned();
    let turn = turn.filter(|turn| turn.validity.may_work());
    let access_after = match turn.map(|turn| turn.kind) {
        Some(Kind::Create | Kind::Enable) if ground.is_managed() || access_before == "active" => "active",
        Some(Kind::Create | Kind::Enable) => "pending",
        Some(Kind::Deactivate) => "inactive",
        Some(Kind::Delete) => "deleted",
        _ => access_before.as_str(),
    }
    .to_owned();
    let role_before = held.and_then(|account| account.role.as_ref()).map(|fact| fact.role.clone()).unwrap_or_default();
    let stays = matches!(access_after.as_str(), "active" | "pending");
    let mapped = || expected_role(ground.context, person).map(|expectation| expectation.role.word().to_owned());
    let default = || ground.context.policy.target.default_role.filter(|_| role_before.is_empty()).map(|role| role.word().to_owned());
    // A role that comes with an acceptance, or that nothing tells, is not the sync's doing.
    let untold = role_before.is_empty() && access_after == access_before;
    let judged = !untold && held.is_none_or(|account| account.class.needs_owner()) && person.entitled() == Some(true);
    let role_after = match (stays, judged) {
        (false, _) => String::new(),
        (true, true) => mapped().or_else(default).unwrap_or_else(|| role_before.clone()),
        (true, false) => role_before.clone(),
    };
    let before: BTreeMap<String, String> = held
        .into_iter()
        .flat_map(|account| &account.resource_groups)
        .map(|(name, role)| (name.clone(), role.clone().unwrap_or_default()))
        .collect();
    let after = if stays { resource_groups(ground, draft, person, held, &before) } else { BTreeMap::new() };
    PersonEffect {
        person: person.id.clone(),
        person_login: person.label().to_owned(),
        account: held.map(|account| account.name.clone()).or(turn.map(|turn| turn.account.clone())).unwrap_or_default(),
        access_before,
        access_after,
        role_before,
        role_after,
        resource_groups_before: rows(before),
        resource_groups_after: rows(after),
        tokens_left: Vec::new(),
        supposed: false,
        deleted_on: due(ground, person).filter(|_| held.is_some_and(|account| account.resource.is_some())),
    }
}

/// The resource groups afterwards: those that SCIM groups give follow them, all others stay.
fn resource_groups(
    ground: &Ground<'_>,
    draft: &Draft,
    person: &Person,
    held: Option<&Account>,
    before: &BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    let none = BTreeSet::new();
    let groups = held.map(|account| held_groups(ground, account)).unwrap_or_default();
    let (joins, leaves) = (draft.joins.get(&person.id).unwrap_or(&none), draft.leaves.get(&person.id).unwrap_or(&none));
    let later: BTreeSet<String> = groups.union(joins).filter(|name| !leaves.contains(*name)).cloned().collect();
    let (now, then) = (given_roles(ground, &groups), given_roles(ground, &later));
    let mut after = before.clone();
    // A membership that no group moved stays as it is observed, right or wrong: the sync does not look at it.
    for name in now.keys().chain(then.keys()).filter(|name| now.get(*name) != then.get(*name)) {
        match then.get(name) {
            Some(role) => after.insert(name.clone(), role.clone()),
            None => after.remove(name),
        };
    }
    after
}

fn rows(roles: BTreeMap<String, String>) -> Vec<GroupRole> {
    roles.into_iter().map(|(resource_group, role)| GroupRole { resource_group, role }).collect()
}

/// Credentials that work, by the index of the person who holds them.
fn tokens(ground: &Ground<'_>) -> BTreeMap<usize, Vec<String>> {
    let directory = ground.context.directory;
    let mut tokens: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    let live = directory.credentials.iter().filter(|credential| credential.status(ground.context.as_of) == "active");
    for credential in live {
        let holder = directory.holder(credential);
        let index = holder.and_then(|holder| directory.persons.binary_search_by(|person| person.id.cmp(&holder.id)).ok());
        if let Some(index) = index {
            tokens.entry(index).or_default().push(format!("{} {}", credential.system, credential.id));
        }
    }
    tokens
}
