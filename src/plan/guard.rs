//! The guard: a plan that takes away more than `max_change` is refused, as Okta's import safeguard and Entra's deletion threshold do.

use crate::model::plan::{Guard, Kind, Measure, PersonEffect};
use crate::policy::Role;

use super::draft::Draft;
use super::ground::{Ground, is_on};

/// What the whole plan takes away, and whether that is too much.
pub(super) fn measure(ground: &Ground<'_>, draft: &Draft, people: &[PersonEffect]) -> Guard {
    let directory = ground.context.directory;
    let percent = ground.context.policy.thresholds.max_change_percent;
    let planned = |kinds: &[Kind]| draft.operations.iter().filter(|one| kinds.contains(&one.kind)).count() as u64;
    let accounts = directory.accounts.iter().filter(|account| directory.is_target(account) && is_on(account)).count() as u64;
    let memberships = directory.target_groups.values().map(|group| group.members.len() as u64).sum();
    let admin = |role: &str| role == Role::Admin.word();
    // A role that is not known is no change of one.
    let known = |one: &PersonEffect| !one.role_before.is_empty() || one.access_before != "active";
    let changed = people.iter().filter(|one| admin(&one.role_before) != admin(&one.role_after) && known(one));
    let admins = people.iter().filter(|one| admin(&one.role_before) || admin(&one.role_after)).count() as u64;
    let measure = |what, planned: u64, of: u64, of_what| {
        // A single one is never a mass change.
        let exceeded = planned > 1 && planned * 100 > of * u64::from(percent);
        Measure { what, planned, of, of_what, exceeded }
    };
    Guard {
        max_change_percent: percent,
        measures: vec![
            measure("deactivations", planned(&[Kind::Deactivate, Kind::Delete]), accounts, "active accounts at the endpoint"),
            measure("removals", planned(&[Kind::GroupRemove]), memberships, "memberships of SCIM groups"),
            measure("admin changes", changed.count() as u64, admins, "administrators before or afterwards"),
        ],
    }
}
