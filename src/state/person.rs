//! Persons: identities of the identity provider, when they could sign in, what they were assigned to.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::attempt::Attempt;
use super::timeline::{Step, Timeline};
use crate::model::event::Operation;
use crate::model::link::fold;
use crate::model::time::{Span, Timestamp};

/// Whether a person can sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Yes.
    Active,
    /// Not for now.
    Suspended,
    /// Not any more.
    Deactivated,
    /// The identity is gone.
    Deleted,
}

/// What the personnel roster says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Employment {
    /// The last day; `None` while employed without end.
    pub end_date: Option<NaiveDate>,
    /// The manager's address.
    pub manager_email: Option<String>,
    /// The event.
    pub proof: u32,
}

/// Names and address, as the identity provider lists them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    /// The primary address.
    pub email: Option<String>,
    /// The given name.
    pub given_name: Option<String>,
    /// The family name.
    pub family_name: Option<String>,
    /// When this was listed.
    pub at: Option<Timestamp>,
    /// The event.
    pub proof: u32,
}

/// One person.
#[derive(Clone, Debug, Default)]
pub struct Person {
    /// The identity provider's id.
    pub id: String,
    /// The latest login, as written.
    pub login: Option<String>,
    /// The display name.
    pub name: Option<String>,
    /// The employee number.
    pub employee_id: Option<String>,
    /// Every login, folded, current and former.
    pub logins: BTreeSet<String>,
    /// Every address, folded, current and former, logins included.
    pub addresses: BTreeSet<String>,
    /// Whether the person can sign in.
    pub standing: Timeline<Standing>,
    /// Whether the person is assigned to the application.
    pub assigned: Timeline<bool>,
    /// The identity provider's groups by id: member or not.
    pub groups: BTreeMap<String, Timeline<bool>>,
    /// The target's account ids that the identity provider knows, each with the latest moment and event.
    pub account_ids: BTreeMap<String, (Timestamp, u32)>,
    /// Attempts at the target, in order, as the provider's log and the endpoint tell.
    pub attempts: Vec<Attempt>,
    /// When the provider's log told of a change to this person, sign-ons aside.
    pub touched: Vec<Timestamp>,
    /// What the provider's listing says of names and address.
    pub profile: Option<Profile>,
    /// The last sign-on to the target, as the identity provider tells.
    pub sign_on: Option<(Timestamp, u32)>,
    /// When the identity was made.
    pub created_at: Option<Timestamp>,
    /// What the personnel roster says.
    pub employment: Option<Employment>,
    /// Indexes of the accounts linked to this person.
    pub accounts: Vec<usize>,
    /// Whether an account of the target has the person's id as its `externalId`: only provisioning gives it that.
    pub provisioned: bool,
    /// Indexes of the disputed accounts that this person is a candidate for.
    pub disputed: Vec<usize>,
    /// An event that names this person.
    pub proof: u32,
}

impl Person {
    /// Learns a login.
    pub(super) fn learn_login(&mut self, login: &str) {
        let folded = fold(login);
        if !folded.is_empty() {
            self.login = Some(login.trim().to_owned());
            self.addresses.insert(folded.clone());
            self.logins.insert(folded);
        }
    }

    /// Learns an address.
    pub(super) fn learn_address(&mut self, address: &str) {
        let folded = fold(address);
        if !folded.is_empty() {
            self.addresses.insert(folded);
        }
    }

    /// The login people know the person by, else the id.
    #[must_use]
    pub fn label(&self) -> &str {
        self.login.as_deref().unwrap_or(&self.id)
    }

    /// Whether the person can sign in at the end of the replay; `None` where nothing tells.
    #[must_use]
    pub fn active(&self) -> Option<bool> {
        self.standing.value().map(|standing| standing == Standing::Active)
    }

    /// Whether the person is entitled: active and assigned; `None` where one of them is not known and the other not `false`.
    #[must_use]
    pub fn entitled(&self) -> Option<bool> {
        match (self.active(), self.assigned.value()) {
            (Some(false), _) | (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        }
    }

    /// Since when an entitled person has been so; `None` where nothing tells when that began.
    #[must_use]
    pub fn entitled_since(&self) -> Option<Timestamp> {
        self.entitlement_began().map(|(at, _)| at)
    }

    /// When an entitled person came to be so: at the first moment or earlier, but later than the second, where there is one;
    /// `None` where nothing tells when that began.
    #[must_use]
    pub fn entitlement_began(&self) -> Option<(Timestamp, Option<Timestamp>)> {
        let made = self.created_at.map(|at| (at, None));
        let active = self.standing.last().and_then(|step| if step.from_the_start { made } else { Some((step.at, step.later_than)) });
        let assigned = self.assigned.last().filter(|step| !step.from_the_start).map(|step| (step.at, step.later_than));
        let (at, _) = active.into_iter().chain(assigned).max()?;
        let earliest = active.into_iter().chain(assigned).map(|(at, later_than)| later_than.unwrap_or(at)).max()?;
        Some((at, (earliest < at).then_some(earliest)))
    }

    /// Since when a person who was entitled at a moment had been so; `None` where the person was not, or where nothing tells when
    /// that began.
    #[must_use]
    pub fn entitled_from(&self, moment: Timestamp) -> Option<Timestamp> {
        if !self.active_at(moment) || !self.assigned.held_at(moment) {
            return None;
        }
        let began = |at: Option<(Timestamp, bool)>| at.and_then(|(at, from_the_start)| (!from_the_start).then_some(at));
        let standing = self.standing.steps().iter().rfind(|step| step.at <= moment);
        let active = began(standing.map(|step| (step.at, step.from_the_start))).or(self.created_at);
        let assigned = self.assigned.steps().iter().rfind(|step| step.at <= moment);
        active.max(began(assigned.map(|step| (step.at, step.from_the_start))))
    }

    /// The word for `person_state`.
    #[must_use]
    pub fn state(&self) -> &'static str {
        match self.standing.value() {
            Some(Standing::Active) => "active",
            Some(Standing::Suspended | Standing::Deactivated) => "inactive",
            Some(Standing::Deleted) => "deleted",
            None => "unknown",
        }
    }

    /// Whether an attempt at an account of this person at the target had succeeded by then.
    #[must_use]
    pub fn was_provisioned_by(&self, at: Timestamp) -> bool {
        let makes = |operation| matches!(operation, Operation::Create | Operation::Enable | Operation::Update);
        self.attempts.iter().any(|attempt| attempt.at <= at && attempt.success() && makes(attempt.operation))
    }
}

/// When a person was assigned, be it directly or through a group that was.
pub(super) fn merge_assignments(person: &Person, groups: &BTreeMap<String, Timeline<bool>>) -> Timeline<bool> {
    let through: Vec<(&Timeline<bool>, &Timeline<bool>)> =
        person.groups.iter().filter_map(|(id, member)| Some((groups.get(id)?, member))).collect();
    let held =
        |at: Timestamp| person.assigned.held_at(at) || through.iter().any(|(assigned, member)| assigned.held_at(at) && member.held_at(at));
    let lines = || through.iter().flat_map(|(assigned, member)| [*assigned, *member]).chain([&person.assigned]);
    let mut steps: Vec<Step<bool>> = lines().flat_map(Timeline::steps).copied().collect();
    steps.sort_unstable_by_key(|step| (step.at, step.proof));
    let Some(first) = steps.first().copied() else { return Timeline::default() };
    let before = held(first.at.minus(Span::from_micros(1)));
    let mut merged = vec![Step { value: before, from_the_start: true, ..first }];
    for step in steps {
        let value = held(step.at);
        if merged.last().is_some_and(|last| last.value != value) {
            merged.push(Step { value, from_the_start: false, untold_before: false, ..step });
        }
    }
    // A first step that only says what was not yet so is left out where a second one says when it began.
    if merged.len() > 1 && !before {
        merged.remove(0);
    }
    Timeline::of(merged, lines().filter_map(Timeline::seen).max())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(n: i64) -> Timestamp {
        Timestamp::from_micros(n)
    }

    #[test]
    fn an_assignment_through_a_group_lapses_with_either() {
        let mut person = Person::default();
        person.standing.observe(moment(1), Standing::Active, 0, None);
        person.groups.entry("g".to_owned()).or_default().change(moment(50), true, 1);
        let mut groups = BTreeMap::from([("g".to_owned(), Timeline::default())]);
        groups.get_mut("g").expect("it is there").observe(moment(10), true, 2, None);
        person.assigned = merge_assignments(&person, &groups);
        assert_eq!((person.assigned.held_at(moment(49)), person.assigned.held_at(moment(50))), (false, true));
        groups.get_mut("g").expect("it is there").change(moment(90), false, 3);
        person.assigned = merge_assignments(&Person { assigned: Timeline::default(), ..person.clone() }, &groups);
        assert_eq!(person.lapses().iter().map(|lapse| (lapse.at, lapse.proof)).collect::<Vec<_>>(), [(moment(90), 3)]);
    }
}
