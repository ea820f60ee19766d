//! Timelines: what one property was, from when to when, and which record says so.

use crate::model::time::Timestamp;

/// A value that holds from a moment on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step<T> {
    /// From when.
    pub at: Timestamp,
    /// What.
    pub value: T,
    /// The ordinal of the event that says so.
    pub proof: u32,
    /// The change happened at `at` or earlier, but later than this; `None`: exactly at `at`.
    pub later_than: Option<Timestamp>,
    /// Nothing tells when it began: it was so when it was first seen.
    pub from_the_start: bool,
    /// Nothing tells what was before: the first word is a listing that does not name whom it is about.
    pub untold_before: bool,
}

/// The steps of one property in order of time. Events have to be given in that order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeline<T> {
    steps: Vec<Step<T>>,
    /// The last moment at which the last value was seen to hold, and by which event.
    seen: Option<(Timestamp, u32)>,
}

impl<T> Default for Timeline<T> {
    fn default() -> Self {
        Self { steps: Vec::new(), seen: None }
    }
}

impl<T: Copy + PartialEq> Timeline<T> {
    /// A log says that the value changed at this moment. The same value again is no step.
    pub fn change(&mut self, at: Timestamp, value: T, proof: u32) {
        if self.value() != Some(value) {
            self.steps.push(Step { at, value, proof, later_than: None, from_the_start: false, untold_before: false });
        }
        self.seen = Some((at, proof));
    }

    /// A listing says that the value holds at this moment; `since` is when it says that this began.
    pub fn observe(&mut self, at: Timestamp, value: T, proof: u32, since: Option<Timestamp>) {
        let since = since.filter(|since| *since <= at);
        match self.steps.last() {
            Some(last) if last.value == value => {}
            Some(last) => match since {
                Some(since) if since >= last.at => self.push(since, value, proof, None),
                _ => self.push(at, value, proof, self.seen.map(|(seen, _)| seen)),
            },
            None => {
                self.steps.push(Step {
                    at: since.unwrap_or(at),
                    value,
                    proof,
                    later_than: None,
                    from_the_start: since.is_none(),
                    untold_before: false,
                });
            }
        }
        self.seen = Some((at, proof));
    }

    /// Like [`Timeline::observe`], for what an earlier listing did not name: it began after that one.
    pub fn appear(&mut self, at: Timestamp, value: T, proof: u32, absent_at: Option<Timestamp>) {
        match absent_at {
            Some(absent_at) if self.steps.is_empty() => {
                self.push(at, value, proof, Some(absent_at));
                self.seen = Some((at, proof));
            }
            _ => self.observe(at, value, proof, None),
        }
    }

    /// Like [`Timeline::observe`], for whom a complete listing does not name: as a first word that tells nothing of the time before.
    pub fn miss(&mut self, at: Timestamp, value: T, proof: u32) {
        let first_word = self.steps.is_empty();
        self.observe(at, value, proof, None);
        if let Some(first) = self.steps.first_mut().filter(|_| first_word) {
            first.untold_before = true;
        }
    }

    /// A timeline of these steps, which are in order of time.
    pub(super) fn of(steps: Vec<Step<T>>, seen: Option<(Timestamp, u32)>) -> Self {
        Self { steps, seen }
    }

    fn push(&mut self, at: Timestamp, value: T, proof: u32, later_than: Option<Timestamp>) {
        self.steps.push(Step { at, value, proof, later_than, from_the_start: false, untold_before: false });
    }

    /// The steps in order.
    #[must_use]
    pub fn steps(&self) -> &[Step<T>] {
        &self.steps
    }

    /// The last step.
    #[must_use]
    pub fn last(&self) -> Option<&Step<T>> {
        self.steps.last()
    }

    /// The value that holds now.
    #[must_use]
    pub fn value(&self) -> Option<T> {
        self.steps.last().map(|step| step.value)
    }

    /// The latest event that says so.
    #[must_use]
    pub fn seen(&self) -> Option<(Timestamp, u32)> {
        self.seen
    }

    /// The value that held at a moment; `None` before the first step that tells when it began.
    #[must_use]
    pub fn at(&self, moment: Timestamp) -> Option<T> {
        self.told_at(moment).or_else(|| self.steps.first().filter(|step| step.from_the_start).map(|step| step.value))
    }

    /// The value that held at a moment, as far as something from that moment or before tells.
    #[must_use]
    pub fn told_at(&self, moment: Timestamp) -> Option<T> {
        let after = self.steps.partition_point(|step| step.at <= moment);
        after.checked_sub(1).and_then(|index| self.steps.get(index)).map(|step| step.value)
    }
}

impl Timeline<bool> {
    /// Whether it held at a moment. Before the first step: what was given then did not hold, and what was taken then did.
    #[must_use]
    pub fn held_at(&self, moment: Timestamp) -> bool {
        self.at(moment).or_else(|| self.steps.first().map(|step| !step.value)).unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(n: i64) -> Timestamp {
        Timestamp::from_micros(n)
    }

    #[test]
    fn a_listing_that_differs_bounds_the_change() {
        let mut line = Timeline::default();
        line.observe(moment(10), true, 1, None);
        line.observe(moment(20), true, 2, None);
        line.observe(moment(30), false, 3, None);
        assert_eq!(line.last().map(|step| (step.at, step.later_than)), Some((moment(30), Some(moment(20)))));
        assert_eq!((line.at(moment(5)), line.at(moment(25)), line.at(moment(30))), (Some(true), Some(true), Some(false)));
    }

    #[test]
    fn a_listing_that_says_since_when_is_exact() {
        let mut line = Timeline::default();
        line.change(moment(10), true, 1);
        line.observe(moment(30), false, 2, Some(moment(25)));
        assert_eq!(line.last().map(|step| (step.at, step.later_than)), Some((moment(25), None)));
        assert_eq!(line.at(moment(9)), None);
    }
}
