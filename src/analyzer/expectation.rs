//! What role a person should have: the most privileged that their groups map to, else the default.

use std::collections::BTreeMap;

use super::Context;
use crate::model::listing::Absence;
use crate::model::time::{Span, Timestamp};
use crate::policy::Role;
use crate::state::{Person, Timeline};

/// The role a person should have, and the change in the identity provider that made it so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// The role.
    pub role: Role,
    /// Whether a group gives it; else it is the default.
    pub by_group: bool,
    /// When the expectation became this one, and by which event; `None` where it was so from the start.
    pub since: Option<(Timestamp, u32)>,
    /// Whether only a listing shows that change, so that it may have been earlier.
    pub by_listing: bool,
}

/// The role a person should have; `None` where no mapping is configured, or a mapped group may give a higher one.
#[must_use]
pub fn expected_role(context: &Context<'_>, person: &Person) -> Option<Expectation> {
    let default = context.policy.target.default_role?;
    if context.policy.roles.is_empty() {
        return None;
    }
    let mapped = mapped_groups(context).ok()?;
    let held = held(&mapped, person);
    let role_at = |at: Timestamp| role_at(&held, default, at);
    let role = role_at(context.as_of);
    if may_be_more(&mapped, person, role) {
        return None;
    }
    let mut changes: Vec<(Timestamp, u32, bool)> = held
        .iter()
        .flat_map(|(_, membership)| membership.steps())
        .filter(|step| !step.from_the_start)
        .map(|step| (step.at, step.proof, step.later_than.is_some()))
        .collect();
    changes.sort_unstable();
    let decisive = changes.into_iter().rev().find(|(at, ..)| role_at(at.minus(Span::from_micros(1))) != role && role_at(*at) == role);
    let assigned = person.assigned.steps().iter().rev().find(|step| step.value && !step.from_the_start);
    let since = decisive.max(assigned.map(|step| (step.at, step.proof, step.later_than.is_some())));
    let by_group = held.iter().any(|(_, membership)| membership.held_at(context.as_of));
    let by_listing = since.is_some_and(|(.., by_listing)| by_listing);
    Some(Expectation { role, by_group, since: since.map(|(at, proof, _)| (at, proof)), by_listing })
}

/// Which role the mapping gave a person from when on, in order; `None` for what held before the first record. Empty where
/// no mapping is configured, or a mapped group may give a higher one.
#[must_use]
pub fn expected_roles(context: &Context<'_>, person: &Person) -> Vec<(Option<Timestamp>, Role)> {
    let (Some(default), false, Ok(mapped)) = (context.policy.target.default_role, context.policy.roles.is_empty(), mapped_groups(context))
    else {
        return Vec::new();
    };
    let held = held(&mapped, person);
    let role_at = |at: Timestamp| role_at(&held, default, at);
    if may_be_more(&mapped, person, role_at(context.as_of)) {
        return Vec::new();
    }
    let steps = held.iter().flat_map(|(_, membership)| membership.steps()).filter(|step| !step.from_the_start);
    let mut moments: Vec<Timestamp> = steps.map(|step| step.at).collect();
    moments.sort_unstable();
    let before = moments.first().map_or(context.as_of, |first| first.minus(Span::from_micros(1)));
    let mut roles = vec![(None, role_at(before))];
    for at in moments {
        let role = role_at(at);
        if roles.last().is_none_or(|(_, last)| *last != role) {
            roles.push((Some(at), role));
        }
    }
    roles
}

/// The role that the groups gave at a moment: of several the most privileged, of none the default.
fn role_at(held: &[(Role, &Timeline<bool>)], default: Role, at: Timestamp) -> Role {
    held.iter().filter(|(_, membership)| membership.held_at(at)).map(|(role, _)| *role).max().unwrap_or(default)
}

/// The memberships of a person in mapped groups, as far as anything tells them.
fn held<'a>(mapped: &BTreeMap<&str, Mapped>, person: &'a Person) -> Vec<(Role, &'a Timeline<bool>)> {
    mapped.iter().filter_map(|(id, group)| Some((group.role, person.groups.get(*id)?))).collect()
}

/// Whether a group that was not listed in full, and that nothing tells the person to be in or out of, gives more than `role`.
fn may_be_more(mapped: &BTreeMap<&str, Mapped>, person: &Person, role: Role) -> bool {
    let untold = |id: &str| person.groups.get(id).is_none_or(|membership| membership.value().is_none());
    mapped.iter().any(|(id, group)| !group.listed && group.role > role && untold(id))
}

/// A group that `[roles]` names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mapped {
    /// The role it gives.
    pub role: Role,
    /// Whether its members were listed in full: then whoever is not named is not one.
    pub listed: bool,
}

/// The groups that `[roles]` names, by id.
///
/// # Errors
/// The name of a group of which nothing is known: nobody's role can be judged without it, since it may give a higher one.
pub fn mapped_groups<'a>(context: &Context<'a>) -> Result<BTreeMap<&'a str, Mapped>, &'a str> {
    let directory = context.directory;
    let all_groups_listed = directory.listed.contains(&Absence::Group);
    let mut mapped = BTreeMap::new();
    for (name, role) in &context.policy.roles {
        let mut groups = directory.groups_named(name).peekable();
        if groups.peek().is_none() && !all_groups_listed {
            return Err(name);
        }
        for (id, group) in groups {
            if !group.members_listed && !group.members_told {
                return Err(name);
            }
            mapped.insert(id, Mapped { role: *role, listed: group.members_listed });
        }
    }
    Ok(mapped)
}
