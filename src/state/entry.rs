//! Entries: how an account came into its system, and every time it did.

use super::account::{Access, Account};
use super::attempt::Attempt;
use super::person::Person;
use super::timeline::Step;
use crate::model::event::{Actor, Membership, Operation};
use crate::model::time::{Span, Timestamp};

/// What several records tell of one coming lies no further apart than this.
const TOLD_TWICE: Span = Span::from_micros(600_000_000);

/// What brings an account in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// A SCIM request that made it or gave it access.
    Scim,
    /// Somebody invited it; no access yet.
    Invited,
    /// It accepted an invitation.
    Accepted,
    /// It joined by itself: by single sign-on, e-mail domain, or automatically.
    Joined,
    /// Somebody else added it.
    Added,
}

impl Way {
    /// What a step of the membership brings in; `None` for one that ends it.
    pub(super) const fn of(step: Membership) -> Option<Self> {
        match step {
            Membership::Added => Some(Self::Added),
            Membership::Joined => Some(Self::Joined),
            Membership::Invited => Some(Self::Invited),
            Membership::Accepted => Some(Self::Accepted),
            Membership::Removed | Membership::Left => None,
        }
    }
}

/// One record that brings an account in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When.
    pub at: Timestamp,
    /// How.
    pub way: Way,
    /// Who did it, where that is told.
    pub by: Option<Actor>,
}

/// One time that an account appeared: it was not in its system before, and then it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appearance<'a> {
    /// When, or when it was first seen there.
    pub at: Timestamp,
    /// It may have been there earlier, but not before this; `None`: exactly at `at`.
    pub later_than: Option<Timestamp>,
    /// The records that tell of it, in order.
    pub entries: Vec<&'a Entry>,
    /// The last invitation before it.
    pub invitation: Option<&'a Entry>,
    /// Whether it waited for its owner to accept.
    pub was_pending: bool,
    /// When the identity provider reports that it made or enabled the account, where it does.
    pub reported: Option<Timestamp>,
}

impl Account {
    /// Every time it appeared, in order; `owner` is whose it is. What was there when it was first seen has appeared when it was
    /// made, where that is told. Who was gone for less than `brief` was not gone.
    #[must_use]
    pub fn appearances(&self, owner: Option<&Person>, brief: Span) -> Vec<Appearance<'_>> {
        let mut found = Vec::new();
        let mut before: Option<&Step<Access>> = None;
        let mut gone_since: Option<Timestamp> = None;
        for step in self.access.steps() {
            if step.value != Access::Active {
                let was_there = before.is_some_and(|before| before.value == Access::Active);
                let taken = before.is_none() && step.value == Access::Inactive && !step.from_the_start;
                gone_since = if was_there || taken { Some(step.at) } else { gone_since };
            } else if gone_since.is_none_or(|gone| step.at.since(gone) >= brief) {
                let was_pending = before.is_some_and(|before| before.value == Access::Pending);
                found.extend(self.moment_of(step).map(|moment| self.appearance(moment, was_pending, owner)));
            }
            before = Some(step);
        }
        found
    }

    fn appearance(&self, moment: (Timestamp, Option<Timestamp>), was_pending: bool, owner: Option<&Person>) -> Appearance<'_> {
        let (at, later_than) = moment;
        let (earliest, latest) = (later_than.unwrap_or_else(|| at.minus(TOLD_TWICE)), at.plus(TOLD_TWICE));
        let gives = |attempt: &&Attempt| attempt.success() && matches!(attempt.operation, Operation::Create | Operation::Enable);
        let report = owner.and_then(|owner| owner.attempts.iter().filter(gives).find(|told| earliest <= told.at && told.at <= latest));
        // Between two listings the provider's report is exact.
        let (at, later_than) = match (later_than, report) {
            (Some(_), Some(report)) if report.at <= at => (report.at, None),
            _ => (at, later_than),
        };
        let told = |entry: &&Entry| entry.way != Way::Invited && earliest <= entry.at && entry.at <= latest;
        Appearance {
            at,
            later_than,
            entries: self.entries.iter().filter(told).collect(),
            invitation: self.entries.iter().rfind(|entry| entry.way == Way::Invited && entry.at <= at),
            was_pending,
            reported: report.map(|report| report.at),
        }
    }

    /// When a step took place, as exactly as anything tells; `None` where nothing tells when it began.
    fn moment_of(&self, step: &Step<Access>) -> Option<(Timestamp, Option<Timestamp>)> {
        let made = self.created_at.filter(|made| *made <= step.at);
        if step.from_the_start {
            return made.map(|made| (made, None));
        }
        let made = made.filter(|made| step.later_than.is_some_and(|earliest| earliest < *made));
        Some(made.map_or((step.at, step.later_than), |made| (made, None)))
    }

    /// Notes a record that brings it in.
    pub(super) fn enter(&mut self, at: Timestamp, way: Way, by: Option<&Actor>) {
        self.entries.push(Entry { at, way, by: by.cloned() });
    }
}

#[cfg(test)]
mod tests {
    use super::super::attempt::Side;
    use super::*;
    use crate::model::event::Outcome;

    fn moment(minutes: i64) -> Timestamp {
        Timestamp::from_micros(minutes * 60_000_000)
    }

    fn appeared(account: &Account) -> Vec<(Timestamp, Option<Timestamp>)> {
        account.appearances(None, Span::from_hours(1)).iter().map(|appearance| (appearance.at, appearance.later_than)).collect()
    }

    #[test]
    fn who_was_gone_for_a_while_appears_again() {
        let mut account = Account::default();
        for (at, access) in [
            (100, Access::Active),
            (200, Access::Inactive),
            (230, Access::Active),
            (300, Access::Inactive),
            (350, Access::Pending),
            (400, Access::Active),
        ] {
            account.access.change(moment(at), access, 0);
        }
        assert_eq!(appeared(&account), [(moment(100), None), (moment(400), None)]);
    }

    #[test]
    fn who_was_there_when_first_seen_appeared_when_made_or_nobody_knows() {
        let mut account = Account::default();
        account.access.observe(moment(500), Access::Active, 0, None);
        assert_eq!(appeared(&account), []);
        account.created_at = Some(moment(20));
        assert_eq!(appeared(&account), [(moment(20), None)]);
    }

    #[test]
    fn between_two_listings_the_providers_report_is_exact() {
        let mut account = Account::default();
        account.access.appear(moment(500), Access::Active, 0, Some(moment(100)));
        assert_eq!(appeared(&account), [(moment(500), Some(moment(100)))]);
        let attempt = |at| Attempt {
            at: moment(at),
            operation: Operation::Create,
            outcome: Outcome::Success,
            failure: None,
            side: Side::Provider,
            proof: 0,
            sent: None,
        };
        let owner = Person { attempts: vec![attempt(50), attempt(200)], ..Person::default() };
        let found = account.appearances(Some(&owner), Span::from_hours(1));
        assert_eq!(
            found.iter().map(|one| (one.at, one.later_than, one.reported)).collect::<Vec<_>>(),
            [(moment(200), None, Some(moment(200)))]
        );
    }

    #[test]
    fn an_invitation_is_remembered_until_it_is_accepted() {
        let mut account = Account::default();
        let by = Actor { name: Some("hermia".to_owned()), ..Actor::default() };
        account.enter(moment(100), Way::Invited, Some(&by));
        account.access.change(moment(100), Access::Pending, 0);
        account.enter(moment(900), Way::Accepted, None);
        account.access.change(moment(900), Access::Active, 1);
        let found = account.appearances(None, Span::from_hours(1));
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].was_pending, found[0].entries.len()), (true, 1));
        assert_eq!(found[0].invitation.and_then(|entry| entry.by.as_ref()), Some(&by));
    }
}
