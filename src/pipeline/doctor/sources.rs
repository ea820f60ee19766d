//! What was read so far: how fresh it is, what it covers, and what the rules about the evidence say of it.

use std::collections::{BTreeMap, BTreeSet};

use super::inputs::Found;
use super::{counted, step};
use crate::analyzer::{self, Context, InputFile, Judge, KeptOut};
use crate::model::check_up::{Area, Check, Level};
use crate::model::coverage::Coverage;
use crate::model::finding::Finding;
use crate::model::listing::Listing;
use crate::model::report::{CoverageRow, RefusedRow};
use crate::model::time::Timestamp;
use crate::pipeline::analyze::{frame, input_files, listings_up_to, logs};
use crate::pipeline::guard::{Guarded, guard};
use crate::pipeline::{PipelineError, Setup, coverage, findings};
use crate::state::{Directory, Replay};
use crate::store::{FileRow, OldListing, Store};

/// The rules that look at the evidence alone.
const OF_EVIDENCE: [&str; 4] = ["log-gap", "rejected-records", "shrunken-listing", "stale-input"];

/// What was read so far.
pub(super) struct Read {
    as_of: Timestamp,
    files: Vec<FileRow>,
    listings: Vec<Listing>,
    gone: Vec<OldListing>,
    kept_out: Vec<KeptOut>,
    logs: Vec<Coverage>,
    inputs: Vec<InputFile>,
    refused: Vec<RefusedRow>,
    /// What rules said at the last run of their reach, by their ids.
    in_part: Vec<(&'static str, String)>,
    /// Nobody: the rules that are asked here look at no person.
    directory: Directory,
    setup: Setup,
}

impl Read {
    /// What a store has; without one, nothing.
    pub(super) fn of(setup: &Setup, store: Option<&Store>, as_of: Timestamp) -> Result<Self, PipelineError> {
        let nobody = Replay::new(frame(setup, BTreeMap::new()), as_of, &[], []);
        let mut read = Self {
            as_of,
            files: Vec::new(),
            listings: Vec::new(),
            gone: Vec::new(),
            kept_out: Vec::new(),
            logs: Vec::new(),
            inputs: Vec::new(),
            refused: Vec::new(),
            in_part: Vec::new(),
            directory: nobody.finish(&[], setup.policy.target.user_name, &BTreeMap::new()),
            setup: setup.clone(),
        };
        if let Some(store) = store {
            let Guarded { rest_on, kept_out, .. } = guard(listings_up_to(store, as_of)?, &setup.policy, as_of);
            (read.listings, read.kept_out) = (rest_on, kept_out);
            read.logs = logs(store, as_of, &BTreeMap::new())?;
            read.gone = store.pruned_listings()?;
            read.files = store.files()?;
            read.inputs = input_files(setup, &read.files);
            read.refused = store.refused()?;
            read.in_part = in_part(store)?;
        }
        Ok(read)
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// What rules said at the last run of their reach.
    pub(super) fn in_part(&self) -> &[(&'static str, String)] {
        &self.in_part
    }

    pub(super) fn context(&self) -> Context<'_> {
        let policy = &self.setup.policy;
        let first_record =
            || self.logs.iter().filter_map(Coverage::first).chain(self.listings.iter().map(|listing| listing.taken_at)).min();
        Context {
            directory: &self.directory,
            policy,
            as_of: self.as_of,
            from: policy.from.map(Timestamp::start_of).or_else(first_record).unwrap_or(self.as_of),
            to: policy.to.map_or(self.as_of, Timestamp::end_of).min(self.as_of),
            logs: &self.logs,
            inputs: &self.inputs,
            kept_out: &self.kept_out,
            accepted: &[],
            altered: &[],
        }
    }

    pub(super) fn coverage(&self) -> Vec<CoverageRow> {
        coverage::rows(&self.context(), &self.listings, &self.gone, &self.files)
    }

    /// What the rules about the evidence find, unless a waiver accepts it.
    fn findings(&self) -> Vec<Finding> {
        let context = self.context();
        let mut found = Vec::new();
        for rule in OF_EVIDENCE.iter().filter_map(|id| analyzer::find(id)) {
            if let Judge::Once(judge) = rule.judge {
                judge(&context, &mut found);
            }
        }
        found.retain(|finding| !findings::is_accepted(&context, finding));
        found
    }
}

/// The report has a sentence for each rule that could judge a part only: `rule: why.`
fn in_part(store: &Store) -> Result<Vec<(&'static str, String)>, PipelineError> {
    let Some(report) = store.last_analysis()?.map(|as_of| store.report(as_of)).transpose()?.flatten() else { return Ok(Vec::new()) };
    let of_rule = |sentence: &String| {
        let (id, why) = sentence.split_once(": ")?;
        Some((analyzer::find(id)?.id, why.trim_end_matches('.').to_owned()))
    };
    Ok(report.gaps.iter().filter_map(of_rule).collect())
}

pub(super) fn look(read: &Read, on_disk: &Found, checks: &mut Vec<Check>) {
    let found = read.findings();
    let rows = read.coverage();
    for row in rows.iter().filter(|row| row.verdict != "missing") {
        checks.push(source(read, row));
    }
    for finding in &found {
        let says = format!("{}: {}", finding.rule, finding.explanation.trim_end_matches('.'));
        checks.push(Check::new(Area::Sources, Level::Incomplete, &finding.subject.object, says, step(&finding.remediation)));
    }
    // A file that is still there and cannot be read was told of above.
    for refused in read.refused.iter().filter(|refused| !on_disk.unreadable.contains(&refused.file)) {
        let next = "mend it as it says, or take it out of the [[input]]; then run `scimdrift run`";
        checks.push(Check::new(Area::Sources, Level::Incomplete, refused.file.clone(), format!("was not read: {}", refused.reason), next));
    }
    checks.extend(ageless(read));
}

/// `2026-07-01 00:02 to 2026-09-30 23:58 UTC, the last 6 h ago; 12 files, 48000 records`
fn source(read: &Read, row: &CoverageRow) -> Check {
    let own = || read.files.iter().filter(|file| file.source == row.source);
    let records: u64 = own().map(|file| file.records).sum();
    let span = match (row.from, row.to) {
        (Some(from), Some(to)) if from == to => format!("{} UTC, {} ago", to.minute(), read.as_of.since(to)),
        (Some(from), Some(to)) => format!("{} to {} UTC, the last {} ago", from.minute(), to.minute(), read.as_of.since(to)),
        _ => "nothing up to this moment".to_owned(),
    };
    let says = format!("{span}; {}, {records} records", counted(own().count(), "file", "files"));
    match row.verdict.as_str() {
        "partial" if !row.log => {
            let next = "export the whole listing; what a partial one does not name may still be there";
            Check::new(Area::Sources, Level::Warning, &row.source, format!("{says}; the latest is not the full state"), next)
        }
        _ => Check::ok(Area::Sources, &row.source, says),
    }
}

/// Without a limit nobody is told that an export has stopped.
fn ageless(read: &Read) -> Option<Check> {
    let limited =
        |file: &&InputFile| file.rule.and_then(|index| read.setup.policy.inputs.get(index)).is_some_and(|rule| rule.max_age.is_some());
    let with: BTreeSet<&str> = read.inputs.iter().filter(limited).map(|file| file.source.as_str()).collect();
    let without: BTreeSet<&str> = read.inputs.iter().map(|file| file.source.as_str()).filter(|source| !with.contains(source)).collect();
    if without.is_empty() {
        return None;
    }
    let says = format!("nobody is told when an export of these stops: {}", without.into_iter().collect::<Vec<_>>().join(", "));
    Some(Check::new(Area::Sources, Level::Note, "max_age", says, "set max_age for their [[input]], such as \"26h\" for a nightly export"))
}
