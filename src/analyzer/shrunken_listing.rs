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
    for KeptOut { listing, rests_on, .. } in context.kept_out.iter().filter(|kept_out| !kept_out.superseded) {
        // Of several nights that are kept out for one reason, the latest stands for all.
        let same = |other: &&KeptOut| other.listing.source == listing.source && other.listing.scope == listing.scope;
        if context.kept_out.iter().filter(same).any(|other| other.listing.taken_at > listing.taken_at) {
            continue;
        }
        let rows = in_words(listing.rows);
        let note = format!("names {rows}; the one of {} UTC names {}", rests_on.taken_at.minute(), rests_on.rows);
        let proof = |listing: &Listing, note: String| Proof::Input { source: listing.source.clone(), file: listing.file.clone(), note };
        let of = if listing.scope.is_empty() { String::new() } else { format!(" of {}", listing.scope) };
        let mut finding = found(listing, proof(listing, note)).resting_on([proof(rests_on, "is what analysis rests on".to_owned())]);
        finding.expected = format!("no more than {}% fewer rows than before", context.policy.thresholds.max_change_percent);
        finding.observed = format!("{rows} where there were {}", rests_on.rows);
        finding.since = Some(listing.taken_at);
        finding.explanation = format!(
            "The {}{of} taken on {} UTC has {rows}, the last accepted one had {}; it is kept out, and analysis rests on that of {} UTC.",
            listing.source,
            listing.taken_at.minute(),
            rests_on.rows,
            rests_on.taken_at.minute()
        );
        finding.remediation = "Export it again. Where so many really went, accept the listing with a waiver on this finding.".to_owned();
        findings.push(finding);
    }
}

fn in_words(rows: u64) -> String {
    format!("{rows} {}", if rows == 1 { "row" } else { "rows" })
}
