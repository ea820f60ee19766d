//! Coverage as rows: for every source, what it speaks for and what it does not.

use std::collections::BTreeMap;

use crate::analyzer::Context;
use crate::model::coverage::Coverage;
use crate::model::listing::Listing;
use crate::model::record::Kind;
use crate::model::report::CoverageRow;
use crate::model::time::Span;
use crate::source::{self, Source};
use crate::store::{FileRow, OldListing};

/// Every source that was read, by id; those of this provider and target that were not are `missing`.
/// Listings that were removed for their age count as on the day they were read.
pub(super) fn rows(context: &Context<'_>, listings: &[Listing], gone: &[OldListing], files: &[FileRow]) -> Vec<CoverageRow> {
    let mut rejected: BTreeMap<&str, u64> = BTreeMap::new();
    for file in files {
        *rejected.entry(file.source.as_str()).or_default() += file.rejected;
    }
    let row = |source: &Source| {
        let torn = rejected.get(source.id).copied().unwrap_or(0) > 0;
        match source.kind {
            Kind::Log => log(context, source, torn),
            Kind::Listing(_) => listing(context, source, torn, listings, gone),
        }
    };
    // A source of another provider, or of a system beside the target, is missed by nobody who does not have it.
    let own = [context.policy.idp.provider.word(), context.policy.target.provider.as_str()];
    let expected = |source: &Source| {
        let system = source.system(&context.policy.target.provider);
        own.contains(&system) || system == source.id
    };
    let rows = source::ALL.iter().map(|source| (source, row(source)));
    rows.filter(|(source, row)| row.verdict != "missing" || expected(source)).map(|(_, row)| row).collect()
}

fn log(context: &Context<'_>, source: &Source, torn: bool) -> CoverageRow {
    let coverage = context.logs.iter().find(|log| log.source == source.id);
    let gaps = coverage.map(|log| log.gaps(context.from, context.to, context.allowed_silence(source.id))).unwrap_or_default();
    let verdict = match (coverage, gaps.is_empty(), torn) {
        (None, ..) => "missing",
        (Some(_), false, _) => "gap",
        (Some(_), true, true) => "partial",
        (Some(_), true, false) => "covered",
    };
    CoverageRow {
        source: source.id.to_owned(),
        system: source.system(&context.policy.target.provider).to_owned(),
        from: coverage.and_then(Coverage::first),
        to: coverage.and_then(Coverage::last),
        records: coverage.map_or(0, |log| log.records),
        gap: coverage.map(|_| Span::from_micros(gaps.iter().map(|(from, to)| to.since(*from).micros()).sum())),
        verdict: verdict.to_owned(),
        log: true,
        gaps,
    }
}

fn listing(context: &Context<'_>, source: &Source, torn: bool, listings: &[Listing], gone: &[OldListing]) -> CoverageRow {
    let own: Vec<&Listing> = listings.iter().filter(|listing| listing.source == source.id).collect();
    let gone = || gone.iter().filter(|gone| gone.source == source.id && !own.is_empty());
    let latest = own.iter().map(|listing| listing.taken_at).max();
    let whole = own.iter().filter(|listing| Some(listing.taken_at) == latest).all(|listing| listing.complete);
    let verdict = match (own.is_empty(), whole && !torn) {
        (true, _) => "missing",
        (false, true) => "covered",
        (false, false) => "partial",
    };
    CoverageRow {
        source: source.id.to_owned(),
        system: source.system(&context.policy.target.provider).to_owned(),
        from: own.iter().map(|listing| listing.taken_at).chain(gone().map(|gone| gone.taken_at)).min(),
        to: latest,
        records: own.iter().map(|listing| listing.rows).chain(gone().map(|gone| gone.rows)).sum(),
        gap: None,
        verdict: verdict.to_owned(),
        log: false,
        gaps: Vec::new(),
    }
}
