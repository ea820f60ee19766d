//! Failures that nothing repaired: the last attempt of an operation failed, and no later intent made it pointless.
//!
//! A provider's log and the target's endpoint may tell of one attempt each in its own words, so attempts are first
//! put together. What is repaired is judged operation by operation (CONTRACT section 4): a profile that was pushed
//! says nothing about a disable that was not done.

use super::Context;
use super::cause::Cause;
use super::intent::is_pointless;
use super::remedy;
use crate::model::event::{Failure, Operation, Outcome};
use crate::model::time::{Span, Timestamp};
use crate::policy::Provider;
use crate::state::{Attempt, Person, Side};

/// Two tellings of one attempt lie no further apart than this.
pub(super) const TOLD_TWICE: Span = Span::from_micros(120_000_000);

/// However busy a moment is, no more attempts than this are compared with one.
const NEIGHBOURS: usize = 32;

/// How a remediation begins where access was to be taken away, and still is there.
pub const BY_HAND_FIRST: &str = "Take the access away by hand first. ";

/// One attempt, told by one side or by both.
#[derive(Clone, Debug)]
pub struct Try<'a> {
    /// When, by whoever told first.
    pub at: Timestamp,
    /// The same by the provider's clock, once the difference of the clocks is taken out.
    pub aligned: Timestamp,
    /// What was tried, in the identity provider's view where it tells.
    pub operation: Operation,
    /// How it ended.
    pub outcome: Outcome,
    /// As the target's endpoint tells it.
    pub endpoint: Option<&'a Attempt>,
    /// As the identity provider's log tells it.
    pub provider: Option<&'a Attempt>,
}

/// Failures of one operation in an unbroken row, the last of them the last attempt of all.
#[derive(Clone, Debug)]
pub struct Unrepaired<'a> {
    /// The operation.
    pub operation: Operation,
    /// The failed attempts in order; never empty.
    tries: Vec<Try<'a>>,
    /// Why the last of them failed.
    pub cause: Cause,
}

impl<'a> Try<'a> {
    fn of(attempt: &'a Attempt, aligned: Timestamp) -> Self {
        let (endpoint, provider) = match attempt.side {
            Side::Endpoint => (Some(attempt), None),
            Side::Provider => (None, Some(attempt)),
        };
        Self { at: attempt.at, aligned, operation: attempt.operation, outcome: attempt.outcome, endpoint, provider }
    }

    /// Takes the other side's word on the same attempt in; whether it is one.
    fn take(&mut self, attempt: &'a Attempt) -> bool {
        let free = match attempt.side {
            Side::Endpoint => self.endpoint.is_none(),
            Side::Provider => self.provider.is_none(),
        };
        if !free || self.outcome != attempt.outcome || !self.is_alike(attempt) {
            return false;
        }
        match attempt.side {
            Side::Endpoint => self.endpoint = Some(attempt),
            Side::Provider => {
                self.provider = Some(attempt);
                self.operation = attempt.operation;
            }
        }
        true
    }

    /// Giving access, and changing what is known of an account, can be one and the same request.
    fn is_alike(&self, attempt: &Attempt) -> bool {
        let writes = |operation| matches!(operation, Operation::Create | Operation::Update | Operation::Enable);
        let both_failed = self.outcome == Outcome::Failure && attempt.failed();
        self.operation == attempt.operation || (both_failed && writes(self.operation) && writes(attempt.operation))
    }

    /// The tellings, the endpoint's first: it has the status itself.
    pub fn tellings(&self) -> impl Iterator<Item = &'a Attempt> {
        self.endpoint.into_iter().chain(self.provider)
    }

    /// Why it failed, as far as either side tells.
    #[must_use]
    pub fn cause(&self) -> Cause {
        let causes = self.tellings().filter_map(|attempt| attempt.failure.as_ref()).map(Cause::of);
        causes.into_iter().find(|cause| *cause != Cause::Unknown).unwrap_or(Cause::Unknown)
    }

    /// Whether it failed because the connector did not get through.
    #[must_use]
    pub fn is_outage(&self) -> bool {
        self.outcome == Outcome::Failure && self.cause().is_outage()
    }
}

impl<'a> Unrepaired<'a> {
    /// Failed attempts of one operation in a row; `None` where there are none.
    pub(super) fn of(operation: Operation, tries: Vec<Try<'a>>) -> Option<Self> {
        let cause = tries.last()?.cause();
        Some(Self { operation, tries, cause })
    }

    /// When the first of the row failed.
    #[must_use]
    pub fn first_at(&self) -> Timestamp {
        self.tries.first().map_or(Timestamp::LAST, |attempt| attempt.at)
    }

    /// When the last attempt failed.
    #[must_use]
    pub fn last_at(&self) -> Timestamp {
        self.tries.last().map_or(Timestamp::LAST, |attempt| attempt.at)
    }

    /// How many attempts failed in a row.
    #[must_use]
    pub fn attempts(&self) -> usize {
        self.tries.len()
    }

    /// The failed attempts in order.
    #[must_use]
    pub fn tries(&self) -> &[Try<'a>] {
        &self.tries
    }

    /// Code and text of the last attempt, as they were written, the one that tells the cause first.
    #[must_use]
    pub fn words(&self) -> Vec<&'a Failure> {
        let mut words: Vec<&Failure> =
            self.tries.last().into_iter().flat_map(Try::tellings).filter_map(|told| told.failure.as_ref()).collect();
        words.sort_by_key(|failure| Cause::of(failure) != self.cause);
        words
    }

    /// The operation as a sentence names it.
    #[must_use]
    pub const fn noun(&self) -> &'static str {
        match self.operation {
            Operation::Create => "creation",
            Operation::Update => "update",
            Operation::Disable => "disabling",
            Operation::Enable => "enabling",
            Operation::Delete => "deletion",
            Operation::GroupPush => "push",
            Operation::Verify => "look-up",
        }
    }

    /// Whether access was to be taken away, and still is there.
    #[must_use]
    pub const fn takes_access(&self) -> bool {
        matches!(self.operation, Operation::Disable | Operation::Delete)
    }

    /// What to do about it, as sentences.
    #[must_use]
    pub fn remediation(&self) -> String {
        let urgent = if self.takes_access() { BY_HAND_FIRST } else { "" };
        format!("{urgent}{}", remedy::remedy(self.cause, self.words().first().copied()))
    }

    /// Whether the target's endpoint tells that it did what the identity provider's log has as the last failure.
    #[must_use]
    pub fn is_done_at_target(&self, context: &Context<'_>, attempts: &[Attempt]) -> bool {
        let Some(last) = self.tries.last().filter(|last| last.endpoint.is_none()) else { return false };
        let skew = context.directory.endpoint_skew();
        let done = attempts.iter().filter(|told| told.side == Side::Endpoint && told.success() && told.operation == self.operation);
        done.map(|told| told.at.minus(skew)).any(|at| at.since(last.at).micros().unsigned_abs() <= TOLD_TWICE.micros().unsigned_abs())
    }

    /// Whether the time has passed in which the identity provider tries again by itself.
    #[must_use]
    pub fn beyond_retries(&self, context: &Context<'_>) -> bool {
        let retries = context.policy.idp.provider == Provider::Entra || self.cause == Cause::RateLimit;
        !retries || context.as_of.since(self.first_at()) >= Span::from_hours(24)
    }
}

/// The attempts in order, each once, whoever tells of it.
#[must_use]
pub fn tries<'a>(context: &Context<'_>, attempts: &'a [Attempt]) -> Vec<Try<'a>> {
    put_together(attempts, context.directory.endpoint_skew())
}

/// Puts tellings together; `skew` is by how much the endpoint's clock is ahead of the provider's.
fn put_together(attempts: &[Attempt], skew: Span) -> Vec<Try<'_>> {
    let at = |attempt: &Attempt| if attempt.side == Side::Endpoint { attempt.at.minus(skew) } else { attempt.at };
    let mut ordered: Vec<(Timestamp, &Attempt)> = attempts.iter().map(|attempt| (at(attempt), attempt)).collect();
    ordered.sort_by_key(|(at, attempt)| (*at, attempt.proof));
    let mut tries: Vec<Try<'_>> = Vec::new();
    for (at, attempt) in ordered {
        let recent = (0..tries.len()).rev().take_while(|index| at.since(tries[*index].aligned) <= TOLD_TWICE).take(NEIGHBOURS);
        // The same operation before one that may only look different.
        let mut candidates: Vec<usize> = recent.collect();
        candidates.sort_by_key(|index| tries[*index].operation != attempt.operation);
        if !candidates.into_iter().any(|index| tries[index].take(attempt)) {
            tries.push(Try::of(attempt, at));
        }
    }
    tries
}

/// What failed for a person and was not repaired, operation by operation.
#[must_use]
pub fn of_person<'a>(context: &Context<'_>, person: &'a Person) -> Vec<Unrepaired<'a>> {
    // Nearly everybody's attempts worked.
    if !person.attempts.iter().any(Attempt::failed) {
        return Vec::new();
    }
    let mut found = rows(&tries(context, &person.attempts));
    found.retain(|row| !is_pointless(context, person, row.operation, row.last_at()));
    found
}

/// What failed for a group, or for somebody who is no known person, and was not repaired.
pub(super) fn of_group<'a>(context: &Context<'_>, attempts: &'a [Attempt]) -> Vec<Unrepaired<'a>> {
    if attempts.iter().any(Attempt::failed) { rows(&tries(context, attempts)) } else { Vec::new() }
}

/// The row of failures at the end of each operation's attempts.
fn rows<'a>(tries: &[Try<'a>]) -> Vec<Unrepaired<'a>> {
    let row = |operation: Operation| {
        let after = tries.iter().rposition(|one| ends_row(operation, one)).map_or(0, |last| last + 1);
        let failed = |one: &&Try<'_>| one.operation == operation && one.outcome == Outcome::Failure;
        Unrepaired::of(operation, tries[after..].iter().filter(failed).cloned().collect())
    };
    failed_operations(tries).into_iter().filter_map(row).collect()
}

/// The operations of which an attempt failed, each once, in order.
pub(super) fn failed_operations(tries: &[Try<'_>]) -> Vec<Operation> {
    let mut operations: Vec<Operation> = tries.iter().filter(|one| one.outcome == Outcome::Failure).map(|one| one.operation).collect();
    operations.sort_unstable();
    operations.dedup();
    operations
}

/// Whether an attempt repairs what failed of an operation before it, or takes its place.
pub(super) fn ends_row(operation: Operation, one: &Try<'_>) -> bool {
    if one.outcome == Outcome::Deferred {
        return one.operation == operation;
    }
    if one.outcome != Outcome::Success {
        return false;
    }
    let gives_access = || one.endpoint.and_then(|told| told.sent.as_ref()).is_some_and(|sent| sent.active == Some(true));
    match operation {
        Operation::Disable => matches!(one.operation, Operation::Disable | Operation::Delete),
        Operation::Enable => {
            matches!(one.operation, Operation::Enable | Operation::Create) || (one.operation == Operation::Update && gives_access())
        }
        // Looking whether an account exists comes before everything else, and its success is not always told.
        Operation::Verify => true,
        Operation::Create | Operation::Update | Operation::Delete | Operation::GroupPush => one.operation == operation,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::facts::ScimUser;

    /// An attempt `minute` minutes in: `F` failed, `S` worked, `D` is held back.
    fn attempt(side: Side, minute: i64, operation: Operation, ended: char) -> Attempt {
        let outcome = match ended {
            'F' => Outcome::Failure,
            'S' => Outcome::Success,
            _ => Outcome::Deferred,
        };
        let at = Timestamp::from_micros(minute * 60_000_000);
        let failure = (ended == 'F').then(|| Failure { code: Some("503".to_owned()), message: String::new() });
        Attempt { at, operation, outcome, failure, side, proof: 0, sent: None }
    }

    fn told(side: Side, attempts: &[(i64, Operation, char)]) -> Vec<Attempt> {
        attempts.iter().map(|(minute, operation, ended)| attempt(side, *minute, *operation, *ended)).collect()
    }

    fn open(attempts: &[Attempt]) -> Vec<(Operation, usize, Cause)> {
        rows(&put_together(attempts, Span::ZERO)).iter().map(|row| (row.operation, row.attempts(), row.cause)).collect()
    }

    use Operation::{Create, Delete, Disable, Enable, Update, Verify};

    #[test]
    fn what_both_sides_tell_counts_once() {
        let failed = [(0, Disable, 'F'), (40, Disable, 'F')];
        let mut attempts = told(Side::Provider, &failed);
        attempts.extend(told(Side::Endpoint, &failed));
        assert_eq!(open(&attempts), [(Disable, 2, Cause::Transport)]);
        let apart = [attempt(Side::Provider, 0, Disable, 'F'), attempt(Side::Endpoint, 3, Disable, 'F')];
        assert_eq!(open(&apart), [(Disable, 2, Cause::Transport)]);
    }

    #[test]
    fn a_clock_that_is_ahead_is_set_back() {
        let attempts = [attempt(Side::Provider, 0, Update, 'F'), attempt(Side::Endpoint, 30, Update, 'F')];
        assert_eq!(put_together(&attempts, Span::from_micros(30 * 60_000_000)).len(), 1);
        assert_eq!(put_together(&attempts, Span::ZERO).len(), 2);
    }

    #[test]
    fn one_request_under_two_names_is_the_providers() {
        let attempts = [attempt(Side::Endpoint, 0, Update, 'F'), attempt(Side::Provider, 1, Enable, 'F')];
        assert_eq!(open(&attempts), [(Enable, 1, Cause::Transport)]);
        let two = [attempt(Side::Endpoint, 0, Disable, 'F'), attempt(Side::Provider, 1, Update, 'F')];
        assert_eq!(open(&two).len(), 2);
    }

    #[test]
    fn only_the_same_operation_repairs() {
        let provider = |attempts: &[(i64, Operation, char)]| open(&told(Side::Provider, attempts));
        assert_eq!(provider(&[(0, Disable, 'F'), (10, Update, 'S')]), [(Disable, 1, Cause::Transport)]);
        assert_eq!(provider(&[(0, Disable, 'F'), (10, Disable, 'S')]), []);
        assert_eq!(provider(&[(0, Disable, 'F'), (10, Delete, 'S')]), []);
        assert_eq!(provider(&[(0, Delete, 'F'), (10, Disable, 'S')]), [(Delete, 1, Cause::Transport)]);
        assert_eq!(provider(&[(0, Create, 'F'), (10, Update, 'S')]), [(Create, 1, Cause::Transport)]);
        assert_eq!(provider(&[(0, Verify, 'F'), (10, Update, 'S')]), []);
        assert_eq!(provider(&[(0, Disable, 'F'), (10, Disable, 'D')]), [], "what is held back was not refused");
        assert_eq!(provider(&[(0, Update, 'F'), (10, Update, 'S'), (20, Update, 'F'), (30, Update, 'F')]), [(Update, 2, Cause::Transport)]);
    }

    #[test]
    fn a_request_that_sets_active_gives_access_back() {
        let mut back = attempt(Side::Endpoint, 10, Update, 'S');
        assert_eq!(open(&[attempt(Side::Provider, 0, Enable, 'F'), back.clone()]).len(), 1);
        back.sent = Some(Box::new(ScimUser { active: Some(true), ..ScimUser::default() }));
        assert_eq!(open(&[attempt(Side::Provider, 0, Enable, 'F'), back]), []);
    }
}
