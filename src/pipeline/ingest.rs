//! Reading: files in order of name, blocks in order of place, decoding in parallel, one writer.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use rayon::prelude::*;

use super::decode::{DecodedBlock, Tally, decode};
use super::{InputPath, PipelineError, Setup, Workers, moment, withdraw};
use crate::input::{self, Block, Finished, Input, InputError};
use crate::model::record::{Envelope, Kind, Scope};
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
    /// Files that were read.
    pub files: u64,
    /// Files that were there already, unchanged.
    pub unchanged: u64,
    /// Files that were withdrawn, and are not read again.
    pub withdrawn: u64,
    /// Files that could not be read at all, and why.
    pub refused: Vec<(String, String)>,
    /// Records read.
    pub records: u64,
    /// Records that touch access, duplicates included.
    pub relevant: u64,
    /// Records that could not be read.
    pub rejected: u64,
}

/// Reads files into the store. Reading anything again changes nothing; a file that cannot be read is kept as refused.
///
/// # Errors
/// When the store fails, or was filled for another application.
pub fn ingest(
    setup: &Setup,
    store: &mut Store,
    files: &[InputPath],
    workers: &Workers,
    progress: &dyn Fn(Progress<'_>),
) -> Result<Ingested, PipelineError> {
    check_sources(setup)?;
    check_application(setup, store)?;
    let mut ingested = Ingested::default();
    for file in files {
        progress(Progress::File(&file.name));
        let barred = withdraw::barred(store, file)?;
        match barred.map_or_else(|| read_file(setup, store, file, workers, progress), Ok)? {
            Outcome::Read(tally) => {
                ingested.files += 1;
                ingested.records += tally.records;
                ingested.relevant += tally.relevant;
                ingested.rejected += tally.rejected;
            }
            Outcome::Unchanged => ingested.unchanged += 1,
            Outcome::Withdrawn => ingested.withdrawn += 1,
            Outcome::Refused(reason) => {
                store.refuse(&file.name, &reason)?;
                ingested.refused.push((file.name.clone(), reason));
            }
        }
    }
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
    Read(Tally),
    Unchanged,
    Withdrawn,
    Refused(String),
}

fn read_file(
    setup: &Setup,
    store: &mut Store,
    file: &InputPath,
    workers: &Workers,
    progress: &dyn Fn(Progress<'_>),
) -> Result<Outcome, PipelineError> {
    let default = InputRule::default();
    let rule = file.rule.and_then(|index| setup.policy.inputs.get(index)).unwrap_or(&default);
    if let Some(reason) = irregular(file) {
        return Ok(Outcome::Refused(reason));
    }
    let known = store.generations(&file.name)?;
    let grown_from = match compare(file, &known) {
        Ok(Known::Unchanged(row)) => return Ok(unchanged(setup, file, row, rule)),
        Ok(Known::Grown(id)) => Some(id),
        Ok(Known::New) => None,
        Err(error) => return Ok(refused(&error)),
    };
    let mut input = match input::open(&file.path) {
        Ok(input) => input,
        Err(error) => return Ok(refused(&error)),
    };
    let plan = match Plan::make(setup, &file.name, rule, &mut input) {
        Ok(plan) => plan,
        Err(reason) => return Ok(Outcome::Refused(reason)),
    };
    let head = FileHead { name: &file.name, source: plan.source.id, grown_from };
    let mut writer = store.writer(&head)?;
    let mut tally = Tally::default();
    let mut failure = None;
    let finished = decode_in_parallel(input, &plan, workers, |decoded| {
        if failure.is_none() {
            let bytes = decoded.bytes;
            failure = keep(&mut writer, &mut tally, decoded).err();
            progress(Progress::Bytes(bytes as u64));
        }
        failure.is_none()
    });
    if let Some(error) = failure {
        return Err(error.into());
    }
    let finished = match finished {
        Ok(finished) => finished,
        Err(error) => return Ok(refused(&error)),
    };
    let listing = plan.listing(rule, &finished, &tally);
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
    })?;
    Ok(Outcome::Read(tally))
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

fn refused(error: &InputError) -> Outcome {
    Outcome::Refused(format!("{}; {}", error.reason(), error.hint()))
}

enum Known<'a> {
    New,
    Unchanged(&'a FileRow),
    Grown(i64),
}

/// Tells a file that is known from one that grew, and from one that has other content under the same name.
fn compare<'a>(file: &InputPath, known: &'a [FileRow]) -> Result<Known<'a>, InputError> {
    let Some(latest) = known.first() else { return Ok(Known::New) };
    let (digest, bytes) = input::digest(&file.path, None)?;
    let digest = digest.to_string();
    if let Some(same) = known.iter().find(|row| row.sha256 == digest) {
        return Ok(Known::Unchanged(same));
    }
    if bytes > latest.bytes {
        let (before, _) = input::digest(&file.path, Some(latest.bytes))?;
        if before.to_string() == latest.sha256 {
            return Ok(Known::Grown(latest.id));
        }
    }
    Ok(Known::New)
}

/// A file that is here already must not be read in another way than before.
fn unchanged(setup: &Setup, file: &InputPath, row: &FileRow, rule: &InputRule) -> Outcome {
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

/// How a file is to be read.
pub(super) struct Plan {
    pub(super) source: &'static Source,
    pub(super) scope: Scope,
    /// What the listing is about, by the envelope's parameter.
    listing_scope: String,
}

impl Plan {
    /// # Errors
    /// Why the file cannot be read, and what to do, as a sentence.
    pub(super) fn make(setup: &Setup, name: &str, rule: &InputRule, input: &mut Input) -> Result<Self, String> {
        let source = match &rule.source {
            Some(id) => {
                source::find(id).ok_or_else(|| format!("the config says source = {id:?}, which is none; `scimdrift sources` lists them"))?
            }
            None => recognize(input)?,
        };
        let envelope = input.envelope().cloned().unwrap_or_default();
        let taken_at = match source.kind {
            Kind::Log => None,
            Kind::Listing(_) => Some(taken_at(name, rule, &envelope).ok_or_else(|| no_moment(source))?),
        };
        let listing_scope = match source.scope {
            Some(parameter) => match envelope.params.get(parameter.name) {
                Some(value) => value.clone(),
                None if parameter.required => {
                    return Err(format!("recognised as {}, which needs an envelope with params.{}", source.id, parameter.name));
                }
                None => String::new(),
            },
            None => String::new(),
        };
        let scope = Scope {
            taken_at,
            params: envelope.params,
            application: setup.policy.idp.application.clone(),
            target: setup.policy.target.provider.clone(),
        };
        Ok(Self { source, scope, listing_scope })
    }

    /// Scope, moment, completeness and declared rows, where it is a listing.
    /// A listing that lost a row proves nobody's absence, and neither does a single resource that stands in no list.
    fn listing(&self, rule: &InputRule, finished: &Finished, tally: &Tally) -> Option<(String, Timestamp, bool, Option<u64>)> {
        let taken_at = self.scope.taken_at?;
        let told = finished.envelope.as_ref().and_then(|envelope| envelope.complete);
        let complete = rule.complete.or(told).unwrap_or(!finished.lone) && tally.rejected == 0;
        Some((self.listing_scope.clone(), taken_at, complete, finished.declared))
    }
}

/// The source that claims the file; where none does because its first record is broken, where that is.
fn recognize(input: &mut Input) -> Result<&'static Source, String> {
    let unrecognized = match source::recognize(&input.sample()) {
        Ok(source) => return Ok(source),
        Err(unrecognized) => format!("{}: {unrecognized}", input.shape()),
    };
    let readable = !input.sample().records.is_empty() || !input.sample().header.is_empty();
    let broken = if readable { None } else { first_error(input) };
    Err(broken.map_or(unrecognized, |broken| format!("{}: its first record {broken}", input.shape())))
}

/// Why the first record is no JSON: what is wrong, on which line and column of the file.
fn first_error(input: &mut Input) -> Option<String> {
    let block = input.next_block().ok()??;
    let mut found = None;
    block.records(|record, raw| {
        if found.is_none() {
            let line = record.as_ref().map_or_else(|reject| reject.origin.line, |record| record.origin.line);
            found = Some(match (record, serde_json::from_slice::<serde::de::IgnoredAny>(raw)) {
                (Err(reject), _) => format!("cannot be read: {} (line {line})", reject.reason),
                (Ok(_), Ok(_)) => "is no JSON object".to_owned(),
                (Ok(_), Err(error)) => {
                    let place = format!("line {}, column {}", line + (error.line() as u64).saturating_sub(1), error.column());
                    let said = error.to_string();
                    format!("is not valid JSON: {} at {place}", said.split(" at line ").next().unwrap_or_default())
                }
            });
        }
    });
    found
}

/// The envelope's word, else the config's, else the name's.
fn taken_at(name: &str, rule: &InputRule, envelope: &Envelope) -> Option<Timestamp> {
    envelope.collected_at.or(rule.taken_at).or_else(|| moment::in_name(name))
}

fn no_moment(source: &Source) -> String {
    format!(
        "recognised as {}, a listing, but nothing says when it was taken; set taken_at for its [[input]], \
         put the time into its name (members-2026-09-14T020000Z.json), or wrap it in an envelope with collected_at",
        source.id
    )
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
