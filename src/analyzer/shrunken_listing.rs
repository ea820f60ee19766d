//! `shrunken-listing`: the guard kept a listing out, because it lost too much since the one before.

use super::{Analyzer, Context, Judge, Reason, everything, iso, nist, soc2};
use crate::model::finding::{Finding, Proof, Severity, Subject};
use crate::model::listing::Listing;

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
    /// Whether a later one was accepted, so that nothing rests on the earlier one any more.
    pub superseded: bool,
}

/// The id of the finding about a listing: a waiver that names it accepts the listing.
#[must_use]
pub fn shrunken_listing_id(listing: &Listing) -> String {
    let proof = Proof::Input { source: listing.source.clone(), file: listing.file.clone(), note: String::new() };
    found(listing, proof).id(None)
}

fn found(listing: &Listing, proof: Proof) -> Finding {
    let subject = Subject { object: listing.source.clone(), ..Subject::default() };
    Finding::new(ANALYZER.id, "", Severity::High, subject, &[&listing.source, &listing.scope], proof)
}

fn judge(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let kept_out = context.kept_out.iter().filter(|kept_out| !kept_out.superseded).map(|kept_out| (kept_out, false));
    let shrunken: Vec<(&KeptOut, bool)> = kept_out.chain(context.accepted.iter().map(|accepted| (accepted, true))).collect();
    for &(KeptOut { listing, rests_on, .. }, accepted) in &shrunken {
        // Of several nights that lost too much for one reason, the latest stands for all.
        let same = |other: &Listing| other.source == listing.source && other.scope == listing.scope;
        if shrunken.iter().any(|(other, _)| same(&other.listing) && other.listing.taken_at > listing.taken_at) {
            continue;
        }
        let rows = in_words(listing.rows);
        let note = format!("names {rows}; the one of {} UTC names {}", rests_on.taken_at.minute(), rests_on.rows);
        let proof = |listing: &Listing, note: String| Proof::Input { source: listing.source.clone(), file: listing.file.clone(), note };
        let of = if listing.scope.is_empty() { String::new() } else { format!(" of {}", listing.scope) };
        let basis = if accepted { "was the last accepted one before it" } else { "is what analysis rests on" };
        let mut finding = found(listing, proof(listing, note)).resting_on([proof(rests_on, basis.to_owned())]);
        finding.expected = format!("no more than {}% fewer rows than before", context.policy.thresholds.max_change_percent);
        finding.observed = format!("{rows} where there were {}", rests_on.rows);
        finding.since = Some(listing.taken_at);
        let outcome = if accepted {
            "a waiver accepts it, and analysis rests on it".to_owned()
        } else {
            format!("it is kept out, and analysis rests on that of {} UTC", rests_on.taken_at.minute())
        };
        finding.explanation = format!(
            "The {}{of} taken on {} UTC has {rows}, the last accepted one had {}; {outcome}.",
            listing.source,
            listing.taken_at.minute(),
            rests_on.rows,
        );
        finding.remediation = if accepted {
            "Nothing, where so many really went. Where not, export it again, and take the waiver back.".to_owned()
        } else {
            "Export it again. Where so many really went, accept the listing with a waiver on this finding.".to_owned()
        };
        findings.push(finding);
    }
}

fn in_words(rows: u64) -> String {
    format!("{rows} {}", if rows == 1 { "row" } else { "rows" })
}
