//! Lapses: when a person stopped being entitled, by what, and when that ended.

use super::person::{Person, Standing};
use super::timeline::{Step, Timeline};
use crate::model::time::{Span, Timestamp};

/// What ended an entitlement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LapseKind {
    /// The person was deactivated.
    Deactivated,
    /// The person was suspended.
    Suspended,
    /// The identity was deleted.
    Deleted,
    /// The person lost the application.
    Unassigned,
}

impl LapseKind {
    /// The word of the contract.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Deactivated => "deactivated",
            Self::Suspended => "suspended",
            Self::Deleted => "deleted",
            Self::Unassigned => "unassigned",
        }
    }
}

/// The moment a person stopped being entitled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lapse {
    /// When.
    pub at: Timestamp,
    /// By what.
    pub kind: LapseKind,
    /// The event that says so.
    pub proof: u32,
    /// It happened at `at` or earlier, but later than this; `None`: exactly at `at`.
    pub later_than: Option<Timestamp>,
    /// When the person was entitled again, if ever.
    pub ended: Option<Timestamp>,
}

impl Lapse {
    /// When it happened, where that is told exactly: a listing only bounds it.
    #[must_use]
    pub fn exactly(&self) -> Option<Timestamp> {
        self.later_than.is_none().then_some(self.at)
    }

    /// The first moment that it may have happened at.
    #[must_use]
    pub fn earliest(&self) -> Timestamp {
        self.later_than.unwrap_or(self.at)
    }

    /// Whether it happened in this period, ends included, or may have: a listing only bounds it.
    #[must_use]
    pub fn in_period(&self, from: Timestamp, to: Timestamp) -> bool {
        from <= self.at && self.earliest() <= to
    }

    /// Whether the person was entitled again in less than this.
    #[must_use]
    pub fn is_shorter_than(&self, grace: Span) -> bool {
        self.ended.is_some_and(|ended| ended.since(self.at) < grace)
    }

    /// When, in words: `on 2026-06-08 10:00 UTC`, `between 2026-06-01 02:00 and 2026-06-30 02:00 UTC`.
    #[must_use]
    pub fn when(&self) -> String {
        moment_in_words(self.at, self.later_than)
    }
}

/// When something happened that was told of at `at`, and happened later than `later_than` where that only bounds it.
#[must_use]
pub fn moment_in_words(at: Timestamp, later_than: Option<Timestamp>) -> String {
    match later_than {
        None => format!("on {} UTC", at.minute()),
        Some(earliest) => format!("between {} and {} UTC", earliest.minute(), at.minute()),
    }
}

impl Person {
    /// Every lapse at the target, in order. A person whose assignment nothing tells of counts as assigned here.
    #[must_use]
    pub fn lapses(&self) -> Vec<Lapse> {
        self.lapses_with(&self.assigned)
    }

    /// Every lapse in systems whose assignment is not known: there a person is entitled while active.
    #[must_use]
    pub fn lapses_elsewhere(&self) -> Vec<Lapse> {
        self.lapses_with(&Timeline::default())
    }

    fn lapses_with(&self, assigned: &Timeline<bool>) -> Vec<Lapse> {
        let mut moments: Vec<Timestamp> =
            self.standing.steps().iter().map(|step| step.at).chain(assigned.steps().iter().map(|step| step.at)).collect();
        moments.sort_unstable();
        moments.dedup();
        let mut entitled = self.entitled_before_all(assigned);
        let mut lapses: Vec<Lapse> = Vec::new();
        for at in moments {
            let now = self.active_at(at) && (assigned.steps().is_empty() || self.held_at(assigned, at));
            match (entitled, now) {
                (true, false) => lapses.extend(self.lapse_at(at, assigned)),
                (false, true) => {
                    if let Some(open) = lapses.last_mut().filter(|lapse| lapse.ended.is_none()) {
                        open.ended = Some(at);
                    }
                }
                _ => {}
            }
            entitled = now;
        }
        lapses
    }

    /// Whether the person was entitled before the first step: what a first change took away was there before.
    fn entitled_before_all(&self, assigned: &Timeline<bool>) -> bool {
        let stood = |step: &Step<Standing>| step.untold_before || (step.value == Standing::Active) == step.from_the_start;
        let Some(standing) = self.standing.steps().first() else { return false };
        let held = |step: &Step<bool>| {
            if step.untold_before { self.provisioned_at(standing.at.min(step.at), assigned) } else { step.value == step.from_the_start }
        };
        stood(standing) && assigned.steps().first().is_none_or(held)
    }

    /// Whether the person was assigned at a moment. That a listing does not name the person is no proof against an account that
    /// was made before it.
    fn held_at(&self, assigned: &Timeline<bool>, at: Timestamp) -> bool {
        let untold = assigned.told_at(at).is_none() && assigned.steps().first().is_some_and(|step| step.untold_before);
        if untold { self.provisioned_at(at, assigned) } else { assigned.held_at(at) }
    }

    /// Whether something shows that the person had been given an account before a listing lacked the assignment. Where the
    /// assignment began later, the account may be of that time: then only what succeeded up to the moment counts.
    fn provisioned_at(&self, at: Timestamp, assigned: &Timeline<bool>) -> bool {
        if assigned.steps().iter().any(|step| step.value) {
            return self.was_provisioned_by(at);
        }
        self.provisioned || !self.account_ids.is_empty() || self.was_provisioned_by(Timestamp::LAST)
    }

    /// Whether the person could sign in at a moment. Before the first step: what was taken away then was there before, and that a
    /// listing does not name the person is no proof against what the log told before it.
    pub(super) fn active_at(&self, at: Timestamp) -> bool {
        let first = self.standing.steps().first();
        if first.is_some_and(|step| step.untold_before && at < step.at) {
            return true;
        }
        let before = || first.is_some_and(|step| step.value != Standing::Active);
        self.standing.at(at).map_or_else(before, |standing| standing == Standing::Active)
    }

    fn lapse_at(&self, at: Timestamp, assigned: &Timeline<bool>) -> Option<Lapse> {
        let stood = self.standing.steps().iter().find(|step| step.at == at && step.value != Standing::Active);
        let (kind, proof, later_than) = if let Some(step) = stood {
            // Whom a listing does not name, and nothing before it told to be active, may have gone at any time before.
            if step.untold_before {
                return None;
            }
            let kind = match step.value {
                Standing::Suspended => LapseKind::Suspended,
                Standing::Deleted => LapseKind::Deleted,
                Standing::Deactivated | Standing::Active => LapseKind::Deactivated,
            };
            (kind, step.proof, step.later_than)
        } else {
            let step = assigned.steps().iter().find(|step| step.at == at && !step.value && !step.untold_before)?;
            (LapseKind::Unassigned, step.proof, step.later_than)
        };
        Some(Lapse { at, kind, proof, later_than, ended: None })
    }
}

#[cfg(test)]
mod tests {
    use super::super::attempt::{Attempt, Side};
    use super::*;
    use crate::model::event::{Operation, Outcome};

    fn moment(n: i64) -> Timestamp {
        Timestamp::from_micros(n)
    }

    #[test]
    fn deactivation_and_unassignment_a_second_later_are_one_lapse() {
        let mut person = Person::default();
        person.standing.change(moment(100), Standing::Deactivated, 1);
        person.assigned.change(moment(101), false, 2);
        assert_eq!(person.lapses(), [Lapse { at: moment(100), kind: LapseKind::Deactivated, proof: 1, later_than: None, ended: None }]);
    }

    #[test]
    fn a_suspension_that_ended_is_a_lapse_that_ended() {
        let mut person = Person::default();
        person.assigned.observe(moment(10), true, 0, None);
        person.standing.change(moment(100), Standing::Suspended, 1);
        person.standing.change(moment(200), Standing::Active, 2);
        person.standing.change(moment(300), Standing::Deactivated, 3);
        let lapses = person.lapses();
        assert_eq!(
            lapses.iter().map(|lapse| (lapse.at, lapse.ended)).collect::<Vec<_>>(),
            [(moment(100), Some(moment(200))), (moment(300), None)]
        );
    }

    #[test]
    fn an_assignment_older_than_the_log_lapses_with_the_suspension() {
        let mut person = Person::default();
        person.standing.change(moment(100), Standing::Suspended, 1);
        person.assigned.observe(moment(200), true, 2, Some(moment(10)));
        assert_eq!(person.lapses().iter().map(|lapse| lapse.at).collect::<Vec<_>>(), [moment(100)]);
    }

    #[test]
    fn who_was_never_assigned_cannot_lapse() {
        let mut person = Person::default();
        person.standing.change(moment(100), Standing::Deactivated, 1);
        person.assigned.observe(moment(200), false, 2, None);
        assert_eq!(person.lapses(), []);
        person.assigned = Timeline::default();
        person.assigned.miss(moment(200), false, 2);
        assert_eq!(person.lapses(), []);
        // A listing that lacks the person is no proof against an account that provisioning made.
        person.provisioned = true;
        assert_eq!(person.lapses().iter().map(|lapse| lapse.at).collect::<Vec<_>>(), [moment(100)]);
    }

    #[test]
    fn what_an_assignment_that_began_later_made_was_not_there_before() {
        let pushed = |at| Attempt {
            at: moment(at),
            operation: Operation::Update,
            outcome: Outcome::Success,
            failure: None,
            side: Side::Provider,
            proof: 9,
            sent: None,
        };
        let mut person = Person { provisioned: true, attempts: vec![pushed(205)], ..Person::default() };
        person.account_ids.insert("a".to_owned(), (moment(205), 9));
        person.standing.change(moment(100), Standing::Suspended, 1);
        person.standing.change(moment(120), Standing::Active, 2);
        person.assigned.miss(moment(150), false, 3);
        let unassigned = person.lapses();
        person.assigned.change(moment(200), true, 4);
        let at = |lapses: Vec<Lapse>| lapses.iter().map(|lapse| lapse.at).collect::<Vec<_>>();
        assert_eq!((at(unassigned), at(person.lapses())), (vec![moment(100)], Vec::new()));
        person.attempts.insert(0, pushed(50));
        assert_eq!(at(person.lapses()), [moment(100)], "an earlier assignment had given an account");
    }

    #[test]
    fn a_bounded_lapse_is_of_every_period_that_it_may_be_of() {
        let lapse = |earliest: Option<i64>| Lapse {
            at: moment(100),
            kind: LapseKind::Deleted,
            proof: 0,
            later_than: earliest.map(moment),
            ended: None,
        };
        let within = |earliest, from, to| lapse(earliest).in_period(moment(from), moment(to));
        assert_eq!([within(None, 100, 100), within(None, 0, 99), within(None, 101, 200)], [true, false, false]);
        assert_eq!([within(Some(50), 0, 99), within(Some(50), 100, 200), within(Some(50), 0, 49)], [true, true, false]);
        assert!(!within(Some(50), 101, 200));
    }

    #[test]
    fn a_listing_that_lacks_somebody_is_no_proof_against_what_the_log_told_before_it() {
        let mut person = Person::default();
        person.assigned.change(moment(100), false, 1);
        person.standing.miss(moment(200), Standing::Deactivated, 2);
        assert_eq!(person.lapses().iter().map(|lapse| (lapse.at, lapse.kind)).collect::<Vec<_>>(), [(moment(100), LapseKind::Unassigned)]);
        // When somebody went of whom nothing told to be active is not known: that is no lapse at the listing's moment.
        person.assigned = Timeline::default();
        person.assigned.observe(moment(10), true, 0, None);
        assert_eq!(person.lapses(), []);
        let listed_inactive = Timeline::of(vec![Step { untold_before: false, ..person.standing.steps()[0] }], None);
        person.standing = listed_inactive;
        person.assigned.change(moment(100), false, 1);
        assert_eq!(person.lapses(), [], "who was inactive from the start cannot lapse by losing the application");
    }
}
