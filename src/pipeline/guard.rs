//! The guard: a listing that lost too much is kept out, since a broken export must never become a thousand orphans.

use std::collections::BTreeMap;

use crate::analyzer::{KeptOut, shrunken_listing_id};
use crate::model::listing::Listing;
use crate::model::time::Timestamp;
use crate::policy::Policy;

/// Fewer rows than this may always go.
const FEW: u64 = 10;

/// The listings that analysis rests on, and those that are kept out, each with the one it was compared with.
pub(super) fn guard(listings: Vec<Listing>, policy: &Policy, as_of: Timestamp) -> (Vec<Listing>, Vec<KeptOut>) {
    let mut accepted: BTreeMap<(String, String), Listing> = BTreeMap::new();
    let (mut rest_on, mut kept_out) = (Vec::new(), Vec::new());
    for listing in listings {
        let key = (listing.source.clone(), listing.scope.clone());
        if !listing.complete {
            rest_on.push(listing);
            continue;
        }
        match accepted.get(&key).filter(|last| is_shrunken(last.rows, listing.rows, policy.thresholds.max_change_percent)) {
            Some(last) if !is_waived(policy, &listing, as_of) => kept_out.push(KeptOut { listing, rests_on: last.clone() }),
            _ => {
                accepted.insert(key, listing.clone());
                rest_on.push(listing);
            }
        }
    }
    (rest_on, kept_out)
}

/// Whether a listing lost more than the share that may change, and ten rows at least, or is empty where it was not.
fn is_shrunken(before: u64, now: u64, percent: u8) -> bool {
    let lost = before.saturating_sub(now);
    (now == 0 && before > 0) || (lost >= FEW && lost * 100 > before * u64::from(percent))
}

/// A waiver on the finding accepts the listing.
fn is_waived(policy: &Policy, listing: &Listing, as_of: Timestamp) -> bool {
    let id = shrunken_listing_id(listing);
    policy.waivers.iter().any(|waiver| waiver.finding.as_deref() == Some(id.as_str()) && as_of.day() <= waiver.expires)
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
