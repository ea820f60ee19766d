//! Failures: everything that failed and was not repaired, and what of it is one outage of the connector.

use std::collections::{BTreeMap, BTreeSet};

use super::Context;
use super::unrepaired::{self, Unrepaired};
use crate::model::event::Operation;
use crate::model::time::{Span, Timestamp};
use crate::state::Stranger;

/// So many people make an outage.
const PEOPLE: usize = 5;

/// Within so much time.
const WINDOW: Span = Span::from_hours(1);

/// Everything that failed and was not repaired, and what of it is one outage.
#[derive(Debug, Default)]
pub struct Failures<'a> {
    /// By index of the person; people without any are left out.
    pub people: BTreeMap<usize, Vec<Unrepaired<'a>>>,
    /// By name of the group; groups without any are left out.
    pub groups: BTreeMap<&'a str, Vec<Unrepaired<'a>>>,
    /// By whom the requests named, where no input of the identity provider names the person.
    pub strangers: BTreeMap<&'a Stranger, Vec<Unrepaired<'a>>>,
    /// What of it is one outage.
    pub outage: Outage,
}

/// Many people failed at once because the connector did not get through, so that one thing is broken, not many.
#[derive(Debug, Default)]
pub struct Outage {
    /// Persons and operations that the outage stands for.
    members: BTreeSet<(usize, Operation)>,
    /// When the first of them failed, and when the last; `None` where there is no outage.
    pub span: Option<(Timestamp, Timestamp)>,
}

impl<'a> Failures<'a> {
    /// Looks through everybody's attempts.
    #[must_use]
    pub fn of(context: &Context<'a>) -> Self {
        let directory = context.directory;
        let people = directory.persons.iter().enumerate().map(|(index, person)| (index, unrepaired::of_person(context, person)));
        let people: BTreeMap<usize, Vec<Unrepaired<'a>>> = people.filter(|(_, rows)| !rows.is_empty()).collect();
        let groups = directory.group_attempts.iter().map(|(name, attempts)| (name.as_str(), unrepaired::of_group(context, attempts)));
        let strangers = directory.stranger_attempts.iter().map(|(who, attempts)| (who, unrepaired::of_group(context, attempts)));
        let outage = Outage::among(context, &people);
        Self {
            people,
            groups: groups.filter(|(_, rows)| !rows.is_empty()).collect(),
            strangers: strangers.filter(|(_, rows)| !rows.is_empty()).collect(),
            outage,
        }
    }

    /// The failures that the outage stands for.
    pub fn in_outage(&self) -> impl Iterator<Item = &Unrepaired<'a>> {
        self.people.iter().flat_map(|(person, rows)| rows.iter().filter(|row| self.outage.stands_for(*person, row.operation)))
    }
}

impl Outage {
    fn among(context: &Context<'_>, people: &BTreeMap<usize, Vec<Unrepaired<'_>>>) -> Self {
        let mut failed: Vec<(Timestamp, usize, Operation)> = Vec::new();
        for (person, rows) in people {
            let attempts = context.directory.persons.get(*person).map(|person| person.attempts.as_slice()).unwrap_or_default();
            // Whoever succeeded since, be it at something else, got through.
            let succeeded = attempts.iter().filter(|attempt| attempt.success()).map(|attempt| attempt.at).max();
            for row in rows.iter().filter(|row| row.cause.is_outage()) {
                let tries = row.tries().iter().filter(|one| one.is_outage() && succeeded.is_none_or(|at| at < one.at));
                failed.extend(tries.map(|one| (one.at, *person, row.operation)));
            }
        }
        failed.sort_unstable();
        let mut outage = Self::default();
        for window in crowded(&failed) {
            for (at, person, operation) in &failed[window] {
                outage.members.insert((*person, *operation));
                outage.span = Some(outage.span.map_or((*at, *at), |(first, last)| (first.min(*at), last.max(*at))));
            }
        }
        outage
    }

    /// Whether the outage stands for this failure.
    #[must_use]
    pub fn stands_for(&self, person: usize, operation: Operation) -> bool {
        self.members.contains(&(person, operation))
    }

    /// How many people it stands for.
    #[must_use]
    pub fn people(&self) -> usize {
        self.members.iter().map(|(person, _)| *person).collect::<BTreeSet<_>>().len()
    }
}

/// Stretches of the failures, which are in order of time, that hold enough people within the window.
fn crowded(failed: &[(Timestamp, usize, Operation)]) -> Vec<std::ops::Range<usize>> {
    let mut crowded: Vec<std::ops::Range<usize>> = Vec::new();
    let mut within: BTreeMap<usize, usize> = BTreeMap::new();
    let mut start = 0;
    for (end, (at, person, _)) in failed.iter().enumerate() {
        *within.entry(*person).or_default() += 1;
        while let Some((first, leaving, _)) = failed.get(start).filter(|(first, ..)| at.since(*first) > WINDOW) {
            debug_assert!(first <= at, "failures are in order of time");
            if let Some(count) = within.get_mut(leaving) {
                *count -= 1;
                if *count == 0 {
                    within.remove(leaving);
                }
            }
            start += 1;
        }
        if within.len() >= PEOPLE {
            match crowded.last_mut().filter(|last| last.end >= start) {
                Some(last) => last.end = end + 1,
                None => crowded.push(start..end + 1),
            }
        }
    }
    crowded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(minutes_and_people: &[(i64, usize)]) -> Vec<(Timestamp, usize, Operation)> {
        let at = |minutes: i64| Timestamp::from_micros(minutes * 60_000_000);
        minutes_and_people.iter().map(|(minutes, person)| (at(*minutes), *person, Operation::Update)).collect()
    }

    #[test]
    fn five_people_within_an_hour_are_a_crowd() {
        assert_eq!(crowded(&failed(&[(0, 1), (15, 2), (30, 3), (45, 4), (60, 5)])), vec![0..5]);
        assert_eq!(crowded(&failed(&[(0, 1), (15, 2), (30, 3), (45, 4), (61, 5)])), Vec::<std::ops::Range<usize>>::new());
        assert_eq!(crowded(&failed(&[(0, 1), (1, 1), (2, 1), (3, 1), (4, 1), (5, 2)])), Vec::<std::ops::Range<usize>>::new());
    }

    #[test]
    fn a_crowd_grows_as_long_as_others_join_and_a_straggler_is_none_of_it() {
        let times = [(0, 9), (100, 1), (110, 2), (120, 3), (130, 4), (140, 5), (165, 6), (300, 7)];
        assert_eq!(crowded(&failed(&times)), vec![1..7]);
    }
}
