//! `shrunken-listing`: the guard kept a listing out, because it lost too much since the one before.

use chrono::NaiveDate;

use super::{Analyzer, Context, Judge, Reason, everything, iso, nist, soc2};
use crate::model::finding::{Finding, Proof, Severity, Subject};
use crate::model::listing::Listing;
use crate::model::time::Timestamp;
use crate::policy::Policy;

/// The card.
pub(super) const ANALYZER: Analyzer = Analyzer {
    id: "shrunken-listing",
    title: "Listing kept out because it lost too much",
    doc: include_str!("../../docs/rules/shrunken-listing.md"),
    reasons: &[Reason { id: "", severity: Severity::High }],
    controls: &[soc2("CC2.1"), soc2("CC4.1"), iso("A.8.15"), nist("CA-7"), nist("SI-10")],
    rests_on: &[],
    witnesses: &[],
    reach: everything,
    population: |context| (context.inputs.iter().filter(|file| file.taken_at.is_some()).count() as u64, "files of listings"),
    judge: Judge::Once(judge),
};

/// A listing that the guard kept out, and the one that analysis rests on instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptOut {
    /// The one that is kept out.
    pub listing: Listing,
    /// The last one that was accepted.
    pub rests_on: Listing,
    /// When the next one that was accepted was taken, from which on nothing rests on the earlier one any more.
    pub superseded: Option<Timestamp>,
}

/// The last day of the waiver on the finding about a listing, of several the latest.
#[must_use]
pub fn shrunken_listing_waived_until(policy: &Policy, listing: &Listing) -> Option<NaiveDate> {
    let id = shrunken_listing_id(listing);
    policy.waivers.iter().filter(|waiver| waiver.finding.as_ref() == Some(&id)).map(|waiver| waiver.expires).max()
}

/// The id of the finding about a listing: a waiver that names it accepts the listing, unless it is empty.
#[must_use]
pub fn shrunken_listing_id(listing: &Listing) -> String {
    let proof = Proof::Input { source: listing.source.clone(), file: listing.file.clone(), note: String::new() };
    found(listing, proof).id(None)
}

/// That one is empty is another finding, so that a waiver that was meant for fewer rows does not silence it.
fn found(listing: &Listing, proof: Proof) -> Finding {
    let subject = Subject { object: listing.source.clone(), ..Subject::default() };
    let key = [listing.source.as_str(), listing.scope.as_str(), "empty"];
    let key = if listing.rows == 0 { key.as_slice() } else { &key[..2] };
    Finding::new(ANALYZER.id, "", Severity::High, subject, key, proof)
}

fn judge(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let kept_out = context.kept_out.iter().filter(|kept_out| kept_out.superseded.is_none()).map(|kept_out| (kept_out, false));
    let shrunken: Vec<(&KeptOut, bool)> = kept_out.chain(context.accepted.iter().map(|accepted| (accepted, true))).collect();
    for &(KeptOut { listing, rests_on, superseded }, accepted) in &shrunken {
        // Of several nights that lost too much for one reason, the latest stands for all; an empty one does not take the place
        // of one that was accepted.
        let same = |(other, is_accepted): &(&KeptOut, bool)| {
            let other = &other.listing;
            let is_alike = (other.rows == 0) == (listing.rows == 0) || !(accepted || *is_accepted);
            other.source == listing.source && other.scope == listing.scope && is_alike
        };
        if shrunken.iter().any(|other| same(other) && other.0.listing.taken_at > listing.taken_at) {
            continue;
        }
        let nights = shrunken.iter().filter(|other| same(other) && other.0.rests_on == *rests_on);
        let rows = in_words(listing.rows);
        let note = format!("names {rows}; the one of {} UTC names {}", rests_on.taken_at.minute(), rests_on.rows);
        let proof = |listing: &Listing, note: String| Proof::Input { source: listing.source.clone(), file: listing.file.clone(), note };
        let of = if listing.scope.is_empty() { String::new() } else { format!(" of {}", listing.scope) };
        let basis = if accepted { "was the last accepted one before it" } else { "is what analysis rests on" };
        let mut finding = found(listing, proof(listing, note)).resting_on([proof(rests_on, basis.to_owned())]);
        finding.expected = format!("no more than {}% fewer rows than before", context.policy.thresholds.max_change_percent);
        finding.observed = format!("{rows} where there were {}", rests_on.rows);
        finding.since = nights.map(|(other, _)| other.listing.taken_at).min();
        let expired = shrunken_listing_waived_until(context.policy, listing).filter(|expires| context.as_of.day() > *expires);
        let outcome = match (accepted, superseded, expired) {
            (true, Some(later), _) => format!("a waiver accepted it, and analysis rested on it until that of {} UTC", later.minute()),
            (true, None, Some(last)) => format!("a waiver accepted it that ended with {last}, and analysis rests on it"),
            (true, None, None) => "a waiver accepts it, and analysis rests on it".to_owned(),
            (false, ..) => format!("it is kept out, and analysis rests on that of {} UTC", rests_on.taken_at.minute()),
        };
        finding.explanation = format!(
            "The {}{of} taken on {} UTC has {rows}, the last accepted one had {}; {outcome}.",
            listing.source,
            listing.taken_at.minute(),
            rests_on.rows,
        );
        finding.remediation = match (accepted, listing.rows) {
            (true, _) if expired.is_some() => "Renew the waiver, where so many really went. Where not, export it again.",
            (true, _) => "Nothing, where so many really went. Where not, export it again, and take the waiver back.",
            (false, 0) => "Export it again. No waiver accepts an empty listing: where nothing is left, mark it as not complete.",
            (false, _) => "Export it again. Where so many really went, accept the listing with a waiver on this finding.",
        }
        .to_owned();
        findings.push(finding);
    }
}

fn in_words(rows: u64) -> String {
    format!("{rows} {}", if rows == 1 { "row" } else { "rows" })
}
