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
    /// When the expectation became this one, and by which event; `None` where it was so from the start.
    pub since: Option<(Timestamp, u32)>,
}

/// The role a person should have; `None` where no mapping is configured or the members of a mapped group are not known.
#[must_use]
pub fn expected_role(context: &Context<'_>, person: &Person) -> Option<Expectation> {
    let default = context.policy.target.default_role?;
    if context.policy.roles.is_empty() {
        return None;
    }
    let mapped = mapped_groups(context).ok()?;
    let held: Vec<(Role, &Timeline<bool>)> = mapped.iter().filter_map(|(id, role)| Some((*role, person.groups.get(*id)?))).collect();
    let role_at = |at: Timestamp| role_at(&held, default, at);
    let role = role_at(context.as_of);
    let mut changes: Vec<(Timestamp, u32)> = held
        .iter()
        .flat_map(|(_, membership)| membership.steps())
        .filter(|step| !step.from_the_start)
        .map(|step| (step.at, step.proof))
        .collect();
    changes.sort_unstable();
    let decisive = changes.into_iter().rev().find(|(at, _)| role_at(at.minus(Span::from_micros(1))) != role && role_at(*at) == role);
    let assigned = person.assigned.steps().iter().rev().find(|step| step.value && !step.from_the_start).map(|step| (step.at, step.proof));
    Some(Expectation { role, since: decisive.max(assigned) })
}

/// Which role the mapping gave a person from when on, in order; `None` for what held before the first record. Empty where
/// no mapping is configured or the members of a mapped group are not known.
#[must_use]
pub fn expected_roles(context: &Context<'_>, person: &Person) -> Vec<(Option<Timestamp>, Role)> {
    let (Some(default), false, Ok(mapped)) = (context.policy.target.default_role, context.policy.roles.is_empty(), mapped_groups(context))
    else {
        return Vec::new();
    };
    let held: Vec<(Role, &Timeline<bool>)> = mapped.iter().filter_map(|(id, role)| Some((*role, person.groups.get(*id)?))).collect();
    let role_at = |at: Timestamp| role_at(&held, default, at);
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

/// The groups that `[roles]` names, by id.
///
/// # Errors
/// The name of a group whose members are not known: nobody's role can be judged without them, since the group may give a higher one.
pub fn mapped_groups<'a>(context: &Context<'a>) -> Result<BTreeMap<&'a str, Role>, &'a str> {
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
            mapped.insert(id, *role);
        }
    }
    Ok(mapped)
}
