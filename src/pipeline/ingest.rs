//! Reading: files in order of name, blocks in order of place, decoding in parallel, one writer.

use std::collections::BTreeSet;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use rayon::prelude::*;

use super::decode::{DecodedBlock, Tally, decode};
use super::reading::Plan;
use super::standing::{Behind, Change, Known, Standing};
use super::{InputPath, PipelineError, Setup, Workers, withdraw};
use crate::input::{self, Block, Finished, Input, InputError};
use crate::model::identity::Looks;
use crate::model::record::Kind;
use crate::model::time::Timestamp;
use crate::policy::InputRule;
use crate::source::{self, Source};
use crate::store::{FileHead, FileRow, FileTail, HourRow, Store};

/// What is told while reading goes on.
#[derive(Clone, Copy, Debug)]
pub enum Progress<'a> {
    /// A file is about to be read.
    File(&'a str),
    /// So many bytes were decoded.
    Bytes(u64),
}

/// What reading came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ingested {
    /// Files that were read, whole or from where they had ended.
    pub files: u64,
    /// Files that were there already, unchanged.
    pub unchanged: u64,
    /// Files that were withdrawn, and are not read again.
    pub withdrawn: u64,
    /// Files that are not as they were when they were read, and what became of them. All but the rotated ones were read.
    pub changed: Vec<(String, Change)>,
    /// Files that could not be read at all, and why.
    pub refused: Vec<(String, String)>,
    /// Records read.
    pub records: u64,
    /// Records that touch access, duplicates included.
    pub relevant: u64,
    /// Records that could not be read.
    pub rejected: u64,
}

/// Reads files into the store, of those that grew what is new. Reading anything again changes nothing; a file that cannot be
/// read is kept as refused. `now` tells which files were touched so shortly before that they may be touched again unseen.
///
/// # Errors
/// When the store fails, or was filled for another application.
pub fn ingest(
    setup: &Setup,
    store: &mut Store,
    files: &[InputPath],
    workers: &Workers,
    now: Timestamp,
    progress: &dyn Fn(Progress<'_>),
) -> Result<Ingested, PipelineError> {
    check_sources(setup)?;
    check_application(setup, store)?;
    let refused: BTreeSet<String> = store.refused()?.into_iter().map(|row| row.file).collect();
    let mut ingested = Ingested::default();
    let mut known = Known::default();
    let mut touched = Vec::new();
    for file in files {
        progress(Progress::File(&file.name));
        let default = InputRule::default();
        let rule = file.rule.and_then(|index| setup.policy.inputs.get(index)).unwrap_or(&default);
        let task = Task { setup, workers, progress, file, rule };
        let barred = withdraw::barred(store, file)?;
        match barred.map_or_else(|| task.read(store, now, &mut known, &mut touched), Ok)? {
            Outcome::Read { tally, change } => {
                ingested.files += 1;
                ingested.records += tally.records;
                ingested.relevant += tally.relevant;
                ingested.rejected += tally.rejected;
                ingested.changed.extend(change.map(|change| (file.name.clone(), change)));
            }
            Outcome::Rotated(from) => ingested.changed.push((file.name.clone(), Change::Rotated(from))),
            Outcome::Unchanged => {
                ingested.unchanged += 1;
                if refused.contains(&file.name) {
                    store.withdraw_refusal(&file.name)?;
                }
            }
            Outcome::Withdrawn => ingested.withdrawn += 1,
            Outcome::Refused(reason) => {
                store.refuse(&file.name, &reason)?;
                ingested.refused.push((file.name.clone(), reason));
            }
        }
    }
    store.remember(&touched)?;
    Ok(ingested)
}

/// A source that there is not cannot be what a file is.
fn check_sources(setup: &Setup) -> Result<(), PipelineError> {
    let unknown = setup.policy.inputs.iter().find_map(|rule| {
        let id = rule.source.as_deref().filter(|id| source::find(id).is_none())?;
        Some((rule.path.clone(), id.to_owned()))
    });
    match unknown {
        None => Ok(()),
        Some((path, id)) => Err(PipelineError::UnknownSource { path, id }),
    }
}

/// Logins to other applications are not kept, so a store serves one application.
fn check_application(setup: &Setup, store: &Store) -> Result<(), PipelineError> {
    let wanted = setup.policy.idp.application.as_deref().unwrap_or("");
    let kept = store.setting("idp.application", wanted)?;
    if kept == wanted {
        return Ok(());
    }
    let (path, wanted) = (store.path().to_owned(), wanted.to_owned());
    Err(crate::store::StoreError::Setting { path, key: "idp.application", kept, wanted }.into())
}

pub(super) enum Outcome {
    /// What was read this time, and what had become of the file.
    Read {
        tally: Tally,
        change: Option<Change>,
    },
    Unchanged,
    /// It holds what this other file holds.
    Rotated(String),
    /// It holds what was withdrawn.
    Withdrawn,
    Refused(String),
}

impl From<InputError> for Outcome {
    fn from(error: InputError) -> Self {
        Self::Refused(format!("{}; {}", error.reason(), error.hint()))
    }
}

/// One file to be read.
struct Task<'a> {
    setup: &'a Setup,
    workers: &'a Workers,
    progress: &'a dyn Fn(Progress<'_>),
    file: &'a InputPath,
    rule: &'a InputRule,
}

impl Task<'_> {
    /// Adds a file that holds what was read, though something about it is new, to `touched`.
    fn read(
        &self,
        store: &mut Store,
        now: Timestamp,
        known: &mut Known,
        touched: &mut Vec<(FileRow, Looks)>,
    ) -> Result<Outcome, PipelineError> {
        if let Some(reason) = irregular(self.file) {
            return Ok(Outcome::Refused(reason));
        }
        let looks = match input::look(&self.file.path, now) {
            Ok(looks) => looks,
            Err(error) => return Ok(error.into()),
        };
        match known.standing(store, self.file, self.rule, &looks)? {
            Err(error) => Ok(error.into()),
            Ok(Standing::Same(row)) => Ok(self.unchanged(&row)),
            Ok(Standing::Touched(row)) => {
                let outcome = self.unchanged(&row);
                touched.push((row, looks));
                Ok(outcome)
            }
            Ok(Standing::Rotated(twin)) if store.keep_twin(&self.file.name, &twin, &looks)? => Ok(Outcome::Rotated(twin.name)),
            Ok(Standing::Rotated(_) | Standing::New) => self.read_whole(store, &looks, None, None),
            Ok(Standing::Truncated) => self.read_whole(store, &looks, None, Some(Change::Truncated)),
            Ok(Standing::Replaced) => self.read_whole(store, &looks, None, Some(Change::Replaced)),
            Ok(Standing::Grown(row)) => self.read_whole(store, &looks, Some((row.id, 0)), Some(Change::Grown)),
            Ok(Standing::GoesOn(behind)) => self.go_on(store, &looks, *behind),
        }
    }

    fn read_whole(
        &self,
        store: &mut Store,
        looks: &Looks,
        grown_from: Option<(i64, u64)>,
        change: Option<Change>,
    ) -> Result<Outcome, PipelineError> {
        let mut input = match input::open(&self.file.path) {
            Ok(input) => input,
            Err(error) => return Ok(error.into()),
        };
        let plan = match Plan::make(self.setup, &self.file.name, self.rule, &mut input) {
            Ok(plan) => plan,
            Err(reason) => return Ok(Outcome::Refused(reason)),
        };
        let decoded = self.decode(store, input, &plan, looks, grown_from, Tally::default())?;
        Ok(decoded.map_or_else(Outcome::from, |tally| Outcome::Read { tally, change }))
    }

    /// Reads what stands behind what was read.
    fn go_on(&self, store: &mut Store, looks: &Looks, behind: Behind) -> Result<Outcome, PipelineError> {
        let Behind { row, source, records, input } = behind;
        let plan = Plan::go_on(self.setup, source);
        let before = || Ok::<_, PipelineError>(Tally::of(&row, records, &store.hours_of(&row)?));
        let (before, begun) = (before()?, before()?);
        let decoded = self.decode(store, input, &plan, looks, Some((row.id, records)), begun)?;
        Ok(decoded.map_or_else(Outcome::from, |tally| Outcome::Read { tally: tally.since(&before), change: Some(Change::Grown) }))
    }

    /// Decodes an input to its end and keeps it; `tally` is what was read of it before.
    fn decode(
        &self,
        store: &mut Store,
        input: Input,
        plan: &Plan,
        looks: &Looks,
        grown_from: Option<(i64, u64)>,
        mut tally: Tally,
    ) -> Result<Result<Tally, InputError>, PipelineError> {
        let mut writer = store.writer(&FileHead { name: &self.file.name, source: plan.source.id, grown_from })?;
        let mut failure = None;
        let finished = decode_in_parallel(input, plan, self.workers, |decoded| {
            if failure.is_none() {
                let bytes = decoded.bytes;
                failure = keep(&mut writer, &mut tally, decoded).err();
                (self.progress)(Progress::Bytes(bytes as u64));
            }
            failure.is_none()
        });
        if let Some(error) = failure {
            return Err(error.into());
        }
        let finished = match finished {
            Ok(finished) => finished,
            Err(error) => return Ok(Err(error)),
        };
        let listing = plan.listing(self.rule, &finished, &tally);
        let hours: Vec<HourRow> = tally.hours.values().copied().collect();
        writer.finish(&FileTail {
            sha256: finished.sha256,
            bytes: finished.bytes,
            records: tally.records,
            relevant: tally.relevant,
            rejected: tally.rejected,
            span: tally.span(),
            listing: listing.as_ref().map(|(scope, taken_at, complete, declared)| (scope.as_str(), *taken_at, *complete, *declared)),
            hours: if plan.source.kind == Kind::Log { &hours } else { &[] },
            looks: Some(looks),
            line_end: finished.line_end,
        })?;
        Ok(Ok(tally))
    }

    /// A file that is here already must not be read in another way than before.
    fn unchanged(&self, row: &FileRow) -> Outcome {
        let Self { setup, file, rule, .. } = self;
        if rule.source.is_none() && rule.taken_at.is_none() && rule.complete.is_none() {
            return Outcome::Unchanged;
        }
        let plan =
            input::open(&file.path).map_err(|error| error.reason()).and_then(|mut input| Plan::make(setup, &file.name, rule, &mut input));
        let other = match plan {
            Err(reason) => Some(reason),
            Ok(plan) if plan.source.id != row.source => Some(format!("as {}", plan.source.id)),
            Ok(plan) if plan.scope.taken_at != row.taken_at => Some("as taken at another time".to_owned()),
            Ok(_) if rule.complete == Some(false) && row.complete == Some(true) => Some("as incomplete".to_owned()),
            Ok(_) if rule.complete == Some(true) && row.complete == Some(false) && row.rejected == 0 => Some("as complete".to_owned()),
            Ok(_) => None,
        };
        match other {
            None => Outcome::Unchanged,
            Some(other) => Outcome::Refused(format!(
                "was read before in another way than the config now says ({other}); read the inputs into a new store with --store"
            )),
        }
    }
}

/// Why what stands there is no file to be read, and what to do.
fn irregular(file: &InputPath) -> Option<String> {
    match std::fs::metadata(&file.path) {
        Ok(about) if about.is_file() => None,
        Ok(about) if about.is_dir() => Some("is a folder behind a link, or one that cannot be listed; name it by its own path".to_owned()),
        Ok(_) => Some("is no regular file; write the export to a file first".to_owned()),
        Err(error) => Some(format!("cannot be opened: {error}; check the link, the path and the permissions")),
    }
}

/// The source that a file is of, as far as its beginning tells; else why it cannot be read, and what to do.
pub(super) fn source_of(setup: &Setup, file: &InputPath) -> Result<&'static Source, String> {
    if let Some(reason) = irregular(file) {
        return Err(reason);
    }
    let default = InputRule::default();
    let rule = file.rule.and_then(|index| setup.policy.inputs.get(index)).unwrap_or(&default);
    let mut input = input::open(&file.path).map_err(|error| format!("{}; {}", error.reason(), error.hint()))?;
    Ok(Plan::make(setup, &file.name, rule, &mut input)?.source)
}

fn keep(writer: &mut crate::store::Writer<'_>, tally: &mut Tally, decoded: DecodedBlock) -> Result<(), crate::store::StoreError> {
    for row in &decoded.rows {
        writer.event(row)?;
    }
    for (reject, excerpt) in &decoded.rejects {
        writer.reject(reject, excerpt)?;
    }
    tally.add(decoded.tally);
    Ok(())
}

/// Reads blocks on one thread, decodes them on the workers, and gives them to `keep` in order on this one.
/// Stops early when `keep` says so.
pub(super) fn decode_in_parallel(
    mut input: Input,
    plan: &Plan,
    workers: &Workers,
    mut keep: impl FnMut(DecodedBlock) -> bool,
) -> Result<Finished, InputError> {
    let width = workers.count() * 2;
    thread::scope(|scope| {
        let (blocks_out, blocks) = sync_channel::<Vec<Block>>(1);
        let (decoded_out, decoded) = sync_channel::<Vec<DecodedBlock>>(1);
        let reader = scope.spawn(move || read_blocks(&mut input, width, &blocks_out).map(|()| input));
        scope.spawn(move || decode_blocks(plan, workers, &blocks, &decoded_out));
        'all: for batch in &decoded {
            for block in batch {
                if !keep(block) {
                    break 'all;
                }
            }
        }
        drop(decoded);
        let input = reader.join().expect("the reading thread does not panic")?;
        Ok(input.finish())
    })
}

/// Reads until the end, or until nobody listens any more.
fn read_blocks(input: &mut Input, width: usize, out: &SyncSender<Vec<Block>>) -> Result<(), InputError> {
    loop {
        let mut batch = Vec::with_capacity(width);
        while batch.len() < width {
            match input.next_block()? {
                Some(block) => batch.push(block),
                None => break,
            }
        }
        if batch.is_empty() || out.send(batch).is_err() {
            return Ok(());
        }
    }
}

fn decode_blocks(plan: &Plan, workers: &Workers, blocks: &Receiver<Vec<Block>>, out: &SyncSender<Vec<DecodedBlock>>) {
    for batch in blocks {
        let decoded = workers.run(|| batch.par_iter().map(|block| decode(block, plan.source, &plan.scope)).collect());
        if out.send(decoded).is_err() {
            return;
        }
    }
}
