//! The guard: a listing that lost too much is kept out, since a broken export must never become a thousand orphans.

use std::collections::BTreeMap;

use crate::analyzer::{KeptOut, shrunken_listing_id};
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
    for listing in listings {
        let key = (listing.source.clone(), listing.scope.clone());
        if !listing.complete {
            guarded.rest_on.push(listing);
            continue;
        }
        if let Some(last) = accepted.get(&key).filter(|last| is_shrunken(last.rows, listing.rows, policy.thresholds.max_change_percent)) {
            let id = shrunken_listing_id(&listing);
            if !is_waived(policy, &id, as_of) {
                guarded.kept_out.push(KeptOut { listing, rests_on: last.clone(), superseded: false });
                continue;
            }
            guarded.accepted.push(KeptOut { listing: listing.clone(), rests_on: last.clone(), superseded: false });
        }
        let of_it = |kept_out: &&mut KeptOut| kept_out.listing.source == key.0 && kept_out.listing.scope == key.1;
        guarded.kept_out.iter_mut().filter(of_it).for_each(|kept_out| kept_out.superseded = true);
        accepted.insert(key, listing.clone());
        guarded.rest_on.push(listing);
    }
    guarded
}

/// Whether a listing lost more than the share that may change, and ten rows at least, or is empty where it was not.
fn is_shrunken(before: u64, now: u64, percent: u8) -> bool {
    let lost = before.saturating_sub(now);
    (now == 0 && before > 0) || (lost >= FEW && lost * 100 > before * u64::from(percent))
}

/// A waiver on the finding accepts the listing.
fn is_waived(policy: &Policy, id: &str, as_of: Timestamp) -> bool {
    policy.waivers.iter().any(|waiver| waiver.finding.as_deref() == Some(id) && as_of.day() <= waiver.expires)
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn a_later_whole_listing_takes_the_place_of_a_broken_one() {
        let listing = |day: u32, source: &str, rows| Listing {
            taken_at: Timestamp::parse(&format!("2026-06-{day:02}T02:00:00Z")).expect("a time"),
            source: source.to_owned(),
            scope: String::new(),
            absence: crate::model::listing::Absence::Member,
            complete: true,
            rows,
            file: format!("{source}-{day}.json"),
        };
        let least =
            "report.organization = \"Acme Corp\"\nidp.provider = \"okta\"\ntarget = {provider = \"huggingface\", name = \"acme\"}\n";
        let policy = crate::policy::parse(least, "scimdrift.toml").expect("valid");
        let as_of = Timestamp::parse("2026-06-30T06:00:00Z").expect("a time");
        let kept_out = |listings: Vec<Listing>| -> Vec<(String, bool)> {
            guard(listings, &policy, as_of).kept_out.into_iter().map(|kept| (kept.listing.file, kept.superseded)).collect()
        };
        let broken = vec![listing(1, "a", 40), listing(2, "a", 10), listing(3, "b", 40)];
        assert_eq!(kept_out(broken.clone()), [("a-2.json".to_owned(), false)], "another source takes no place");
        let mended = broken.into_iter().chain([listing(4, "a", 39), listing(5, "a", 9)]).collect();
        assert_eq!(kept_out(mended), [("a-2.json".to_owned(), true), ("a-5.json".to_owned(), false)]);
    }
}
