//! Stretches of time: entitlement, the role that the mapping gives, the role that the target has.

use super::Named;
use crate::analyzer::{Context, expected_roles};
use crate::model::event::{Activity, Outcome};
use crate::model::facts::Observation;
use crate::model::time::Timestamp;
use crate::model::trace::{Dossier, Stretch};
use crate::state::{Person, Standing};

/// When a person was entitled, and what was missing when not.
pub(super) fn entitlement(context: &Context<'_>, person: &Person) -> Vec<Stretch> {
    let standing = person.standing.steps().iter().map(|step| (step.at, step.from_the_start));
    let assigned = person.assigned.steps().iter().map(|step| (step.at, step.from_the_start));
    let mut moments: Vec<Option<Timestamp>> =
        standing.chain(assigned).map(|(at, from_the_start)| (!from_the_start && at <= context.as_of).then_some(at)).collect();
    moments.push(None);
    moments.sort_unstable();
    moments.dedup();
    let value = |at: Option<Timestamp>| {
        let at = at.unwrap_or(Timestamp::from_micros(i64::MIN));
        let standing = match person.standing.at(at) {
            Some(Standing::Active) => "active",
            Some(Standing::Suspended) => "suspended",
            Some(Standing::Deactivated) => "deactivated",
            Some(Standing::Deleted) => "deleted",
            None => "not known to be active",
        };
        let assigned = match person.assigned.at(at) {
            Some(true) => "assigned",
            Some(false) => "not assigned",
            None => "not known to be assigned",
        };
        let entitled = if (standing, assigned) == ("active", "assigned") { "entitled" } else { "not entitled" };
        format!("{entitled}: {standing}, {assigned}")
    };
    joined(moments.into_iter().map(|at| (at, value(at))))
}

/// Which role the mapping gave.
pub(super) fn expected(context: &Context<'_>, person: &Person) -> Vec<Stretch> {
    joined(expected_roles(context, person).into_iter().map(|(at, role)| (at, role.word().to_owned())))
}

/// Which role the target had, as its listings and its audit log tell.
pub(super) fn observed(named: &[Named], dossier: &Dossier, target: &str) -> Vec<Stretch> {
    let own = dossier.accounts.iter().filter(|account| account.system == target);
    let is_own = |name: &str| own.clone().any(|account| account.account.eq_ignore_ascii_case(name));
    let said = named.iter().filter(|named| named.event.outcome != Outcome::Failure).filter_map(|named| {
        let role = match &named.event.activity {
            Activity::RoleChange { to, .. } => to.clone(),
            Activity::Membership { role: Some(role), .. } => role.clone(),
            Activity::Membership { step: crate::model::event::Membership::Removed | crate::model::event::Membership::Left, .. } => {
                "none".to_owned()
            }
            Activity::Observe(observation) => match observation.as_ref() {
                Observation::Member(facts) if is_own(&facts.name) => facts.role.clone()?,
                _ => return None,
            },
            _ => return None,
        };
        Some((Some(named.event.at), role))
    });
    joined(said)
}

/// Values from moments on, those that stay the same put together.
fn joined(values: impl Iterator<Item = (Option<Timestamp>, String)>) -> Vec<Stretch> {
    let mut stretches: Vec<Stretch> = Vec::new();
    for (from, value) in values {
        if let Some(last) = stretches.last_mut() {
            if last.value == value {
                continue;
            }
            last.to = from;
        }
        stretches.push(Stretch { from, to: None, value });
    }
    stretches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stays_the_same_is_one_stretch() {
        let at = |micros| Some(Timestamp::from_micros(micros));
        let values = [(None, "read"), (at(5), "write"), (at(7), "write"), (at(9), "read")];
        let stretches = joined(values.into_iter().map(|(from, value)| (from, value.to_owned())));
        let shown: Vec<_> = stretches.iter().map(|stretch| (stretch.from, stretch.to, stretch.value.as_str())).collect();
        assert_eq!(shown, [(None, at(5), "read"), (at(5), at(9), "write"), (at(9), None, "read")]);
    }
}
