//! Pruning: old records go where a later one, old too, says the same and nothing rests on them.
//!
//! `sayings` looks for log lines that only repeat who was there, `repeats` for listings that repeat the one before. Whatever
//! begins or ends something stays for good, and so does what a kept run cites. At the end the report has to be the same as
//! before, or nothing was removed.

mod repeats;
mod sayings;

use std::collections::BTreeSet;

use super::analyze::{judge, listings_up_to};
use super::guard::guard;
use super::{PipelineError, Setup, Workers};
use crate::model::record::Kind;
use crate::model::report::{FindingRow, PruningRow, Report};
use crate::model::time::Timestamp;
use crate::source;
use crate::store::{Removal, Store};

use repeats::Repeats;
use sayings::Sayings;

/// What pruning came to.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Pruned {
    /// What was removed, or would be.
    #[serde(flatten)]
    pub removed: PruningRow,
    /// Whether nothing was written.
    pub dry_run: bool,
}

/// Moments and sources of records that something rests on.
type Cited = BTreeSet<(Timestamp, String)>;

/// What would be removed as of `as_of`, were everything before `cut` to go that may go. Nothing is written.
///
/// # Errors
/// When the period begins before `cut`, or the store fails.
pub fn prunable(setup: &Setup, store: &Store, cut: Timestamp, as_of: Timestamp, workers: &Workers) -> Result<Pruned, PipelineError> {
    check(setup, cut)?;
    let (report, _) = judge(setup, store, as_of, workers)?;
    let removal = removal(setup, store, (cut, as_of), &report)?;
    let removed = PruningRow {
        pruned_at: as_of,
        before: cut,
        removed: removal.counts(),
        listings: removal.listings.len() as u64,
        runs: removal.runs.len() as u64,
        removed_sha256: String::new(),
    };
    Ok(Pruned { removed, dry_run: true })
}

/// Removes what is older than `cut` and may go, and keeps what was removed, at the moment `at`. `None` where there is nothing.
///
/// # Errors
/// When the period begins before `cut`, when any removal would change the report as of `as_of`, or the store fails.
pub fn prune(
    setup: &Setup,
    store: &Store,
    (cut, as_of): (Timestamp, Timestamp),
    at: Timestamp,
    workers: &Workers,
) -> Result<Option<Pruned>, PipelineError> {
    check(setup, cut)?;
    let (before, _) = judge(setup, store, as_of, workers)?;
    let whole = removal(setup, store, (cut, as_of), &before)?;
    if whole == Removal::default() {
        return Ok(None);
    }
    // Listings say much; where without them something would read otherwise, they stay.
    let logs = Removal {
        records: whole.records.iter().filter(|record| record.activity != "observe").cloned().collect(),
        listings: Vec::new(),
        ..whole.clone()
    };
    for attempt in [whole, logs] {
        let pruning = store.begin_pruning(&attempt, (at, cut), &before.head.read_sha256)?;
        let (after, _) = judge(setup, store, as_of, workers)?;
        if says_the_same(&before, &after) {
            pruning.keep(&after.head.read_sha256)?;
            let removed = store.prunings()?.pop();
            return Ok(removed.map(|removed| Pruned { removed, dry_run: false }));
        }
    }
    Err(PipelineError::NothingToPrune { before: cut, as_of })
}

/// A period that has begun is not pruned into.
fn check(setup: &Setup, cut: Timestamp) -> Result<(), PipelineError> {
    let from = setup.policy.from.map(Timestamp::start_of);
    if from.is_some_and(|from| cut <= from) { Ok(()) } else { Err(PipelineError::PeriodPruned { before: cut, from }) }
}

/// Whether two reports differ in nothing but what names the pruning.
fn says_the_same(before: &Report, after: &Report) -> bool {
    let mut after = after.clone();
    after.head.run_id.clone_from(&before.head.run_id);
    after.head.read_sha256.clone_from(&before.head.read_sha256);
    after.prunings.clone_from(&before.prunings);
    *before == after
}

/// What may go.
fn removal(setup: &Setup, store: &Store, (cut, as_of): (Timestamp, Timestamp), report: &Report) -> Result<Removal, PipelineError> {
    // A run goes with its report, but the last before the cut is what the first one after it is compared with.
    let runs: Vec<Timestamp> = store.runs()?.into_iter().map(|run| run.as_of).collect();
    let old = runs.iter().copied().filter(|run| *run < cut);
    let last = old.clone().next_back();
    let leaving: Vec<Timestamp> = old.filter(|run| Some(*run) != last).collect();
    let mut cited = Cited::new();
    cite(&report.findings, &mut cited);
    for run in runs.iter().filter(|run| !leaving.contains(run)) {
        cite(&store.findings_of(*run)?, &mut cited);
    }
    // Of listings that were kept out, or never whole, nothing can be said.
    let guarded = guard(listings_up_to(store, as_of)?, &setup.policy, as_of);
    let whole = guarded.rest_on.into_iter().filter(|listing| listing.complete && listing.taken_at < cut);
    let mut repeats = Repeats::of(whole, &store.files()?);
    let mut sayings = Sayings::new(several_forms(store)?);
    store.events(cut.minus(crate::model::time::Span::from_micros(1)), |stored| {
        let free = stored.versions == 1 && !cited.contains(&(stored.event.at, stored.event.source.clone()));
        match source::find(&stored.event.source).map(|source| source.kind) {
            Some(Kind::Log) => sayings.take(&stored, free),
            Some(Kind::Listing(_)) => repeats.take(&stored, free),
            None => {}
        }
    })?;
    let (listings, rows) = repeats.finish();
    let mut records = sayings.finish();
    records.extend(rows);
    records.sort_unstable();
    Ok(Removal { records, listings, runs: leaving })
}

fn cite(findings: &[FindingRow], cited: &mut Cited) {
    let evidence = findings.iter().flat_map(|finding| &finding.evidence);
    cited.extend(evidence.filter_map(|evidence| Some((evidence.at?, evidence.source.clone()))));
}

/// Log records that came in several forms with several moments.
fn several_forms(store: &Store) -> Result<BTreeSet<(String, String)>, PipelineError> {
    let logs: Vec<&str> = source::ALL.iter().filter(|source| source.kind == Kind::Log).map(|source| source.id).collect();
    let mut several = BTreeSet::new();
    store.versions_that_differ(Timestamp::LAST, &logs, |versions| {
        several.extend(versions.iter().map(|version| (version.source.clone(), version.native_id.clone())));
    })?;
    Ok(several)
}
