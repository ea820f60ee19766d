//! Failures that are over: the same operation worked later, was held back, or is no longer wanted.
//!
//! What still stands is [`super::unrepaired`]; every failed attempt that was read is in one of the two, and in one only.
//! No rule finds them: they tell what was the matter for a while, and that it has passed.

use super::Context;
use super::intent::is_pointless;
use super::unrepaired::{Try, Unrepaired, ends_row, failed_operations, tries};
use crate::model::event::{Operation, Outcome};
use crate::model::time::Timestamp;
use crate::state::{Attempt, Person};

/// Failures of one operation in an unbroken row, and how that row ended.
#[derive(Clone, Debug)]
pub struct Settled<'a> {
    /// What failed.
    pub failed: Unrepaired<'a>,
    /// How it ended.
    pub end: End,
}

/// How a row of failures ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It worked at this moment.
    Recovered(Timestamp),
    /// The identity provider held it back at this moment.
    Held(Timestamp),
    /// What it was to reach is no longer wanted, or was reached by hand.
    Pointless,
}

/// What failed for a person and is over, operation by operation, in order.
#[must_use]
pub fn of_person<'a>(context: &Context<'_>, person: &'a Person) -> Vec<Settled<'a>> {
    settled(context, &person.attempts, |row| is_pointless(context, person, row.operation, row.last_at()))
}

/// What failed for a group and is over.
#[must_use]
pub fn of_group<'a>(context: &Context<'_>, attempts: &'a [Attempt]) -> Vec<Settled<'a>> {
    settled(context, attempts, |_| false)
}

fn settled<'a>(context: &Context<'_>, attempts: &'a [Attempt], pointless: impl Fn(&Unrepaired<'a>) -> bool) -> Vec<Settled<'a>> {
    // Nearly everybody's attempts worked.
    if !attempts.iter().any(Attempt::failed) {
        return Vec::new();
    }
    let tries = tries(context, attempts);
    let mut found = Vec::new();
    for operation in failed_operations(&tries) {
        let (ended, last) = rows(operation, &tries);
        found.extend(ended);
        found.extend(last.filter(&pointless).map(|failed| Settled { failed, end: End::Pointless }));
    }
    found
}

/// The rows of failures of one operation: those that ended, and the one at the end that did not.
fn rows<'a>(operation: Operation, tries: &[Try<'a>]) -> (Vec<Settled<'a>>, Option<Unrepaired<'a>>) {
    let mut ended = Vec::new();
    let mut row = Vec::new();
    for one in tries {
        if ends_row(operation, one) {
            let end = if one.outcome == Outcome::Deferred { End::Held(one.at) } else { End::Recovered(one.at) };
            ended.extend(Unrepaired::of(operation, std::mem::take(&mut row)).map(|failed| Settled { failed, end }));
        } else if one.operation == operation && one.outcome == Outcome::Failure {
            row.push(one.clone());
        }
    }
    (ended, Unrepaired::of(operation, row))
}

#[cfg(test)]
mod tests {
    use super::super::scene::{Scene, hour};
    use super::super::unrepaired_of;
    use super::*;
    use crate::model::event::{Change, Lifecycle};

    use Operation::{Create, Update};

    type Over = (Operation, usize, End);

    /// What is over, and what still stands, of person `1`: operation, attempts, and how it ended.
    fn of(scene: &Scene) -> (Vec<Over>, Vec<(Operation, usize)>) {
        scene.with(|context| {
            let person = context.directory.persons.iter().find(|person| person.id == "1").expect("the person");
            let over = of_person(context, person);
            let stands = unrepaired_of(context, person);
            (
                over.iter().map(|row| (row.failed.operation, row.failed.attempts(), row.end)).collect(),
                stands.iter().map(|row| (row.operation, row.attempts())).collect(),
            )
        })
    }

    #[test]
    fn every_failed_attempt_is_over_or_stands() {
        let mut scene = Scene::provided_by("okta", "");
        scene.accounts(5, &[("1", true)]);
        scene.refused(20, "1", Update, "503", "").refused(21, "1", Update, "503", "");
        scene.attempt(22, "1", Update, Outcome::Success);
        scene.refused(30, "1", Update, "409", "").attempt(31, "1", Update, Outcome::Success);
        scene.refused(40, "1", Update, "400", "");
        let (over, stands) = of(&scene);
        assert_eq!(over, [(Update, 2, End::Recovered(hour(22))), (Update, 1, End::Recovered(hour(31)))]);
        assert_eq!(stands, [(Update, 1)]);
    }

    #[test]
    fn what_nobody_wants_any_more_is_over_and_did_not_recover() {
        let mut scene = Scene::provided_by("okta", "");
        scene.entitled("1", 0).refused(20, "1", Create, "409", "").assignment(30, "1", Change::Removed);
        assert_eq!(of(&scene), (vec![(Create, 1, End::Pointless)], vec![]));
    }

    #[test]
    fn what_was_held_back_did_not_recover() {
        let mut scene = Scene::provided_by("entra", "");
        scene.accounts(5, &[("1", true)]).lifecycle(10, "1", Lifecycle::Deactivated);
        scene.refused(20, "1", Operation::Disable, "503", "").attempt(21, "1", Operation::Disable, Outcome::Deferred);
        assert_eq!(of(&scene), (vec![(Operation::Disable, 1, End::Held(hour(21)))], vec![]));
    }
}
