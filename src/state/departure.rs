//! Departures: when, and by which record, an account was gone after its owner's lapse.

use super::account::{Access, Account};
use super::directory::Directory;
use super::lapse::Lapse;
use super::person::Person;
use crate::model::event::Operation;
use crate::model::listing::Absence;
use crate::model::time::{Span, Timestamp};

/// What became of an account after its owner's lapse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Departure {
    /// It was not in the organization when the lapse began.
    NoAccess,
    /// It is not now, and nothing tells whether it was when the lapse began.
    Untold,
    /// It still was when the owner was entitled again.
    Overtaken,
    /// It still is.
    Open,
    /// It was gone.
    Gone {
        /// When.
        at: Timestamp,
        /// It may have been gone earlier, but not before this; `None` where `at` is exact.
        later_than: Option<Timestamp>,
        /// The record that says so.
        proof: u32,
        /// By how much the clock that says so is off the provider's, whichever way; zero where that is no fault, or not known.
        doubt: Span,
    },
}

impl Directory {
    /// What became of `account`, which belongs to `owner`, after `lapse`.
    #[must_use]
    pub fn departure(&self, lapse: &Lapse, account: &Account, owner: &Person) -> Departure {
        Departure::after(lapse, account, owner, |proof| self.clock_doubt(proof))
    }

    /// What became of the account of a person to whom none is linked, after `lapse`: [`Departure::NoAccess`] where a listing tells
    /// that there was none, else [`Departure::Untold`]. A listing of members after the lapse tells nothing: the account may have
    /// been taken away in between. One of SCIM users does, for it still names whom provisioning disabled.
    #[must_use]
    pub fn departure_unlinked(&self, lapse: &Lapse, person: &Person) -> Departure {
        // Whatever succeeded at an account, also after the lapse, shows that there was one; looking for one does not.
        let known = person.provisioned || !person.account_ids.is_empty() || !person.disputed.is_empty();
        let known = known || person.attempts.iter().any(|attempt| attempt.success() && attempt.operation != Operation::Verify);
        let mut listings = self.account_listings.iter();
        let lacking = listings.any(|(at, absence)| *at <= lapse.earliest() || *absence == Absence::ScimUser);
        if lacking && !known { Departure::NoAccess } else { Departure::Untold }
    }
}

impl Departure {
    fn after(lapse: &Lapse, account: &Account, owner: &Person, doubt: impl Fn(u32) -> Span) -> Self {
        let Some(had_access) = had_access(account, lapse.at) else { return Self::Untold };
        if !had_access {
            // By a clock that is behind, what the lapse brought about is told before it; and of a lapse that only a listing shows,
            // before the listing.
            let before = account.access.steps().iter().rev().find(|step| step.at < lapse.at);
            let before = before.filter(|step| {
                let may_follow = lapse.later_than.is_some_and(|earliest| earliest < step.at);
                step.value == Access::Inactive && (may_follow || lapse.at.since(step.at) <= doubt(step.proof))
            });
            return before.map_or(Self::NoAccess, |step| Self::Gone {
                at: step.at,
                later_than: step.later_than,
                proof: step.proof,
                doubt: doubt(step.proof),
            });
        }
        let gone = account.access.steps().iter().find(|step| step.at >= lapse.at && step.value == Access::Inactive);
        let gone = gone
            .filter(|step| lapse.ended.is_none_or(|ended| step.at <= ended || step.later_than.is_some_and(|earliest| earliest < ended)));
        match (gone, lapse.ended) {
            (None, Some(_)) => Self::Overtaken,
            (None, None) => Self::Open,
            (Some(step), _) => {
                let reported = step.later_than.and_then(|earliest| disabled_between(owner, earliest.max(lapse.at), step.at));
                let (at, proof) = reported.unwrap_or((step.at, step.proof));
                let later_than = step.later_than.filter(|_| reported.is_none()).map(|earliest| earliest.max(lapse.at));
                Self::Gone { at, later_than, proof, doubt: doubt(proof) }
            }
        }
    }

    /// How long after `lapse` it was gone; `None` where it is not, or where a listing only bounds one of both moments.
    #[must_use]
    pub fn lag(&self, lapse: &Lapse) -> Option<Span> {
        let Self::Gone { at, later_than: None, .. } = *self else { return None };
        lapse.exactly().map(|lapsed| at.since(lapsed))
    }

    /// Whether it was gone within `sla`; `None` where it is not gone, or where both verdicts are possible: lapse or departure
    /// are only known to lie between two listings, or two clocks differ by more than what is left to the limit.
    #[must_use]
    pub fn within(&self, lapse: &Lapse, sla: Span) -> Option<bool> {
        let Self::Gone { at, later_than, doubt, .. } = *self else { return None };
        if at.plus(doubt).since(lapse.later_than.unwrap_or(lapse.at)) <= sla {
            return Some(true);
        }
        (later_than.unwrap_or(at).minus(doubt).since(lapse.at) > sla).then_some(false)
    }
}

/// Whether the account was in the organization at a moment; `None` where nothing tells. Before the first step: what was taken
/// away then was there before, but whom a listing does not name may or may not have been there before it.
fn had_access(account: &Account, at: Timestamp) -> Option<bool> {
    if let Some(access) = account.access.told_at(at) {
        return Some(access == Access::Active);
    }
    let not_yet = account.created_at.is_some_and(|created| created > at) || account.scim_active.told_at(at) == Some(false);
    match account.access.steps().first() {
        Some(first) if first.from_the_start && first.value == Access::Active => Some(true),
        Some(first) if !first.from_the_start => Some(first.value == Access::Inactive),
        _ => not_yet.then_some(false),
    }
}

/// The identity provider's report of a disable that worked, which is exact where two listings only bound the moment.
fn disabled_between(owner: &Person, from: Timestamp, to: Timestamp) -> Option<(Timestamp, u32)> {
    let disables = |operation| matches!(operation, Operation::Disable | Operation::Delete);
    let found =
        owner.attempts.iter().find(|attempt| attempt.success() && disables(attempt.operation) && from <= attempt.at && attempt.at <= to);
    found.map(|attempt| (attempt.at, attempt.proof))
}

#[cfg(test)]
mod tests {
    use super::super::lapse::LapseKind;
    use super::*;

    fn moment(n: i64) -> Timestamp {
        Timestamp::from_micros(n)
    }

    fn lapse(at: i64, ended: Option<i64>) -> Lapse {
        Lapse { at: moment(at), kind: LapseKind::Deactivated, proof: 0, later_than: None, ended: ended.map(moment) }
    }

    /// What became of the account where all clocks agree.
    fn after(lapse: &Lapse, account: &Account) -> Departure {
        Departure::after(lapse, account, &Person::default(), |_| Span::ZERO)
    }

    #[test]
    fn a_removal_that_is_the_first_word_on_an_account_says_that_it_was_there() {
        let mut account = Account::default();
        account.access.change(moment(50), Access::Inactive, 7);
        let gone = after(&lapse(40, None), &account);
        assert_eq!(gone, Departure::Gone { at: moment(50), later_than: None, proof: 7, doubt: Span::ZERO });
        assert_eq!(after(&lapse(60, None), &account), Departure::NoAccess);
        assert_eq!(after(&lapse(20, Some(30)), &account), Departure::Overtaken);
    }

    #[test]
    fn an_absence_tells_nothing_about_the_time_before_it() {
        let mut account = Account::default();
        account.access.observe(moment(100), Access::Inactive, 1, None);
        assert_eq!(after(&lapse(40, None), &account), Departure::Untold);
        assert_eq!(after(&lapse(100, None), &account), Departure::NoAccess);
        account.created_at = Some(moment(41));
        assert_eq!(after(&lapse(40, None), &account), Departure::NoAccess, "it was made after the lapse");
        account.created_at = Some(moment(40));
        account.scim_active.observe(moment(50), false, 2, None);
        assert_eq!(after(&lapse(40, None), &account), Departure::Untold);
        assert_eq!(after(&lapse(50, None), &account), Departure::NoAccess, "the endpoint held it inactive then");
        assert_eq!(after(&lapse(40, None), &Account::default()), Departure::Untold);
    }

    #[test]
    fn two_listings_bound_the_moment_and_the_verdict_waits_for_both() {
        let mut account = Account::default();
        account.access.observe(moment(10), Access::Active, 1, None);
        account.access.observe(moment(100), Access::Inactive, 2, None);
        let gone = after(&lapse(40, None), &account);
        let verdict = |sla| gone.within(&lapse(40, None), Span::from_micros(sla));
        assert_eq!((verdict(60), verdict(10)), (Some(true), None));
    }

    #[test]
    fn a_lapse_that_only_a_listing_shows_is_judged_by_its_bounds() {
        let mut account = Account::default();
        account.access.change(moment(10), Access::Active, 1);
        account.access.change(moment(50), Access::Inactive, 2);
        let bounded = |earliest| Lapse { later_than: Some(moment(earliest)), ..lapse(100, None) };
        let verdict = |earliest, sla| after(&bounded(earliest), &account).within(&bounded(earliest), Span::from_micros(sla));
        // It was gone ten after the earliest moment of the lapse, at most.
        assert_eq!((verdict(40, 10), verdict(40, 9)), (Some(true), None));
        assert_eq!(after(&bounded(60), &account), Departure::NoAccess, "it was gone before any moment of the lapse");
        assert_eq!(after(&bounded(40), &account).lag(&bounded(40)), None);
        assert_eq!(after(&lapse(45, None), &account).lag(&lapse(45, None)), Some(Span::from_micros(5)));
    }

    #[test]
    fn no_verdict_inside_what_the_clocks_leave_in_doubt() {
        let gone = |at| Departure::Gone { at: moment(at), later_than: None, proof: 1, doubt: Span::from_micros(7) };
        let verdict = |at| gone(at).within(&lapse(0, None), Span::from_micros(100));
        assert_eq!([93, 94, 100, 107, 108].map(verdict), [Some(true), None, None, None, Some(false)]);
    }

    #[test]
    fn a_clock_that_is_behind_tells_the_departure_before_the_lapse() {
        let mut account = Account::default();
        account.access.change(moment(10), Access::Active, 1);
        account.access.change(moment(50), Access::Inactive, 2);
        let doubted = |at, by| Departure::after(&lapse(at, None), &account, &Person::default(), |_| Span::from_micros(by));
        let early = Departure::Gone { at: moment(50), later_than: None, proof: 2, doubt: Span::from_micros(7) };
        assert_eq!((doubted(57, 7), doubted(58, 7), doubted(51, 0)), (early, Departure::NoAccess, Departure::NoAccess));
        assert_eq!(early.within(&lapse(57, None), Span::from_micros(100)), Some(true));
        account.access.change(moment(55), Access::Active, 3);
        assert_eq!(Departure::after(&lapse(57, None), &account, &Person::default(), |_| Span::from_micros(7)), Departure::Open);
    }
}
