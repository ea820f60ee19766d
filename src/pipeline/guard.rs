//! The guard: a listing that lost too much is kept out, since a broken export must never become a thousand orphans.

use std::collections::BTreeMap;

use crate::analyzer::{KeptOut, shrunken_listing_waived_until};
use crate::model::listing::Listing;
use crate::model::time::Timestamp;
use crate::policy::Policy;

/// Fewer rows than this may always go.
const FEW: u64 = 10;

/// What the guard made of all listings.
#[derive(Default)]
pub(super) struct Guarded {
    /// Those that analysis rests on.
    pub(super) rest_on: Vec<Listing>,
    /// Those that are kept out, each with the one it was compared with.
    pub(super) kept_out: Vec<KeptOut>,
    /// Those that lost too much too, and that a waiver accepts.
    pub(super) accepted: Vec<KeptOut>,
}

/// Keeps out what lost too much since the last one that was accepted.
pub(super) fn guard(listings: Vec<Listing>, policy: &Policy, as_of: Timestamp) -> Guarded {
    let mut accepted: BTreeMap<(String, String), Listing> = BTreeMap::new();
    let mut guarded = Guarded::default();
    let mut later = listings.into_iter();
    while let Some(listing) = later.next() {
        let key = (listing.source.clone(), listing.scope.clone());
        if !listing.complete {
            guarded.rest_on.push(listing);
            continue;
        }
        let shrunken =
            accepted.get(&key).filter(|last| is_shrunken(last.rows, listing.rows, policy.thresholds.max_change_percent)).cloned();
        if let Some(last) = &shrunken
            && !is_accepted(&listing, last, later.as_slice(), policy)
        {
            guarded.kept_out.push(KeptOut { listing, rests_on: last.clone(), superseded: None });
            continue;
        }
        let of_it = |earlier: &&mut KeptOut| earlier.listing.source == key.0 && earlier.listing.scope == key.1;
        let earlier = guarded.kept_out.iter_mut().chain(&mut guarded.accepted).filter(of_it);
        earlier.for_each(|earlier| earlier.superseded = earlier.superseded.or(Some(listing.taken_at)));
        if let Some(rests_on) = shrunken {
            guarded.accepted.push(KeptOut { listing: listing.clone(), rests_on, superseded: None });
        }
        accepted.insert(key, listing.clone());
        guarded.rest_on.push(listing);
    }
    // What was accepted in its time, and followed by others, is over when the waiver is.
    let in_force = |listing: &Listing| shrunken_listing_waived_until(policy, listing).is_some_and(|expires| as_of.day() <= expires);
    guarded.accepted.retain(|accepted| accepted.superseded.is_none() || in_force(&accepted.listing));
    guarded
}

/// Whether a waiver accepts a listing that lost too much since `last`: never an empty one, and none that was taken after
/// the waiver's last day. One that is whole again before that day shows that what went before it was broken.
fn is_accepted(listing: &Listing, last: &Listing, later: &[Listing], policy: &Policy) -> bool {
    let Some(expires) = shrunken_listing_waived_until(policy, listing) else { return false };
    let in_time = |one: &Listing| one.taken_at.day() <= expires;
    let same = |other: &Listing| other.complete && other.source == listing.source && other.scope == listing.scope;
    let is_whole = |other: &Listing| !is_shrunken(last.rows, other.rows, policy.thresholds.max_change_percent);
    listing.rows > 0 && in_time(listing) && !later.iter().any(|other| same(other) && in_time(other) && is_whole(other))
}

/// Whether a listing lost more than the share that may change, and ten rows at least, or is empty where it was not.
fn is_shrunken(before: u64, now: u64, percent: u8) -> bool {
    let lost = before.saturating_sub(now);
    (now == 0 && before > 0) || (lost >= FEW && lost * 100 > before * u64::from(percent))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyzer::shrunken_listing_id;
    use crate::policy::Waiver;

    #[test]
    fn a_fifth_and_ten_rows_are_too_much_and_nothing_always_is() {
        let cases = [
            (100, 79, true),
            (100, 80, false),
            (40, 30, true),
            (40, 31, false),
            (3, 1, false),
            (3, 0, true),
            (0, 0, false),
            (10, 50, false),
        ];
        for (before, now, shrunken) in cases {
            assert_eq!(is_shrunken(before, now, 20), shrunken, "{before} to {now}");
        }
    }

    fn listing(day: u32, source: &str, rows: u64) -> Listing {
        Listing {
            taken_at: at(day),
            source: source.to_owned(),
            scope: String::new(),
            absence: crate::model::listing::Absence::Member,
            complete: true,
            rows,
            file: format!("{source}-{day}.json"),
        }
    }

    fn at(day: u32) -> Timestamp {
        Timestamp::parse(&format!("2026-06-{day:02}T02:00:00Z")).expect("a time")
    }

    /// A policy, with a waiver up to a day of June on what was found of source `a`.
    fn policy(waived_until: Option<u32>) -> Policy {
        let text = "report.organization = \"Acme Corp\"\nidp.provider = \"okta\"\ntarget = {provider = \"huggingface\", name = \"acme\"}\n";
        let mut policy = crate::policy::parse(text, "scimdrift.toml").expect("valid");
        policy.waivers = waived_until
            .map(|day| Waiver {
                finding: Some(shrunken_listing_id(&listing(1, "a", 1))),
                rule: None,
                account: None,
                reason: "the crew was let go".to_owned(),
                approver: "dana@acme.example".to_owned(),
                expires: at(day).day(),
                ticket: None,
            })
            .into_iter()
            .collect();
        policy
    }

    /// What is kept out and what a waiver accepts: the day each was taken, and that of the one that took its place.
    type Days = Vec<(u32, Option<u32>)>;

    /// What the guard makes of nights with so many rows of source `a`, as of a day: kept out, accepted.
    fn guarded(nights: &[(u32, u64)], waived_until: Option<u32>, as_of: u32) -> (Days, Days) {
        let nights = nights.iter().map(|&(day, rows)| listing(day, "a", rows)).collect();
        let guarded = guard(nights, &policy(waived_until), at(as_of));
        let day = |time: Timestamp| (1..=30).find(|day| at(*day) == time).expect("a day of June");
        let days = |kept: Vec<KeptOut>| kept.into_iter().map(|kept| (day(kept.listing.taken_at), kept.superseded.map(day))).collect();
        (days(guarded.kept_out), days(guarded.accepted))
    }

    #[test]
    fn a_later_whole_listing_takes_the_place_of_a_broken_one() {
        let broken = vec![listing(1, "a", 40), listing(2, "a", 10), listing(3, "b", 40)];
        let kept_out = guard(broken, &policy(None), at(30)).kept_out;
        assert!(matches!(kept_out.as_slice(), [KeptOut { superseded: None, .. }]), "another source takes no place");
        let mended = [(1, 40), (2, 10), (4, 39), (5, 9)];
        assert_eq!(guarded(&mended, None, 30).0, [(2, Some(4)), (5, None)]);
    }

    #[test]
    fn what_a_waiver_accepted_stays_accepted_when_it_runs_out() {
        let nights = [(1, 40), (10, 20), (11, 20), (15, 19)];
        assert_eq!(guarded(&nights[..2], Some(14), 10), (vec![], vec![(10, None)]));
        assert_eq!(guarded(&nights[..3], Some(14), 14), (vec![], vec![(10, Some(11))]), "the first that follows");
        assert_eq!(guarded(&nights, Some(14), 14), (vec![], vec![(10, Some(11))]));
        assert_eq!(guarded(&nights, Some(14), 15), (vec![], vec![]), "it is over");
        assert_eq!(guarded(&nights[..2], Some(14), 15), (vec![], vec![(10, None)]), "analysis still rests on it");
        assert_eq!(guarded(&nights, Some(9), 15).0, [(10, None), (11, None), (15, None)], "it was over before");
    }

    #[test]
    fn a_waiver_accepts_nothing_that_is_whole_again_later() {
        let nights = [(1, 40), (10, 1), (11, 40), (20, 20)];
        assert_eq!(guarded(&nights, Some(30), 20), (vec![(10, Some(11))], vec![(20, None)]));
        assert_eq!(guarded(&nights[..2], Some(10), 20), (vec![], vec![(10, None)]));
        assert_eq!(guarded(&nights[..3], Some(10), 10), (vec![], vec![(10, Some(11))]), "many came after the waiver was over");
    }

    #[test]
    fn a_waiver_accepts_no_empty_listing() {
        let nights = [(1, 40), (10, 20), (11, 0)];
        assert_eq!(guarded(&nights, Some(30), 11), (vec![(11, None)], vec![(10, None)]));
        assert_ne!(shrunken_listing_id(&listing(11, "a", 0)), shrunken_listing_id(&listing(10, "a", 20)), "nor its finding");
        let mut named = policy(Some(30));
        named.waivers[0].finding = Some(shrunken_listing_id(&listing(11, "a", 0)));
        let guarded = guard(vec![listing(1, "a", 40), listing(11, "a", 0)], &named, at(11));
        assert_eq!((guarded.kept_out.len(), guarded.accepted.len()), (1, 0));
    }
}
