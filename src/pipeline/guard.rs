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
                guarded.kept_out.push(KeptOut { listing, rests_on: last.clone() });
                continue;
            }
            guarded.accepted.push(KeptOut { listing: listing.clone(), rests_on: last.clone() });
        }
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
}
