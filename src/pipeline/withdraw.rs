//! Withdrawing: a wrong input goes with everything that it alone brought, as if it had never been read, and that it went
//! is kept. What has its content is not read again, unless somebody asks for it.

use std::path::Path;

use super::ingest::{Outcome, decode_in_parallel};
use super::reading::Plan;
use super::{InputPath, PipelineError, Setup, Workers, inputs};
use crate::input;
use crate::model::report::WithdrawnRow;
use crate::model::secret;
use crate::model::time::Timestamp;
use crate::policy::InputRule;
use crate::store::{FileRow, Store, StoreError, Withdrawal};

/// Withdraws the file that is called so, in all its generations, or the one with this SHA-256.
///
/// Records of it that stand in other files too stay. Which those are, the files themselves tell: every one that may hold
/// such a record is read again.
///
/// # Errors
/// When no such file was read, when one that may share records with it is not there as it was read, or when the store fails.
/// Nothing was changed then.
pub fn forget(
    setup: &Setup,
    store: &mut Store,
    file: &str,
    reason: &str,
    at: Timestamp,
    workers: &Workers,
) -> Result<Vec<WithdrawnRow>, PipelineError> {
    let name = inputs::name_of(&setup.base, Path::new(file));
    let leaving: Vec<FileRow> =
        store.files()?.into_iter().filter(|row| row.name == file || row.name == name || row.sha256 == file).collect();
    let Some(called) = leaving.first().map(|row| row.name.clone()) else { return Err(PipelineError::NotRead(file.to_owned())) };
    let first = store.first_record_of(&leaving)?;
    if let Some(before) =
        store.prunings()?.iter().map(|pruning| pruning.before).max().filter(|before| first < Some(*before) && first.is_some())
    {
        return Err(PipelineError::StandsForPruned { file: called, before });
    }
    let sharing = store.sharing_with(&leaving)?;
    let mut withdrawal = store.withdraw(&leaving)?;
    for row in &sharing {
        ask(setup, row, &mut withdrawal, workers)?.map_err(|reason| PipelineError::Unasked {
            file: called.clone(),
            sharing: row.name.clone(),
            reason,
        })?;
    }
    let rows = withdrawal.finish(&leaving, at, &secret::redact(reason))?;
    Ok(rows)
}

/// Reads a file again and says of each of its records that it stands there; else why that cannot be done.
fn ask(setup: &Setup, row: &FileRow, withdrawal: &mut Withdrawal<'_>, workers: &Workers) -> Result<Result<(), String>, PipelineError> {
    let default = InputRule::default();
    let rule = inputs::rule_of(setup, &row.name).and_then(|index| setup.policy.inputs.get(index)).unwrap_or(&default);
    let opened = input::open(&setup.base.join(&row.name)).map_err(|error| error.reason());
    let planned = opened.and_then(|mut input| Plan::make(setup, &row.name, rule, &mut input).map(|plan| (input, plan)));
    let (input, plan) = match planned {
        Ok((input, plan)) if plan.source.id == row.source && plan.scope.taken_at == row.taken_at => (input, plan),
        Ok(_) => return Ok(Err("the config now reads it in another way".to_owned())),
        Err(reason) => return Ok(Err(reason)),
    };
    let mut failure: Option<StoreError> = None;
    let finished = decode_in_parallel(input, &plan, workers, |decoded| {
        failure = decoded.rows.iter().find_map(|event| withdrawal.stands_in(row, event).err());
        failure.is_none()
    });
    if let Some(error) = failure {
        return Err(error.into());
    }
    Ok(match finished {
        Ok(finished) if finished.sha256.to_string() == row.sha256 => Ok(()),
        Ok(_) => Err("it is not there as it was read".to_owned()),
        Err(error) => Err(error.reason()),
    })
}

/// Lets these files be read though they were withdrawn.
///
/// # Errors
/// When a file cannot be read, or the store fails.
pub fn ask_again(store: &Store, files: &[InputPath]) -> Result<(), PipelineError> {
    let withdrawn = in_force(store)?;
    for file in files {
        let size = std::fs::metadata(&file.path).map_or(0, |about| about.len());
        for row in withdrawn.iter().filter(|row| begins_with(file, size, row)) {
            store.ask_again(&row.sha256)?;
        }
    }
    Ok(())
}

/// What was withdrawn, and was not asked for again.
fn in_force(store: &Store) -> Result<Vec<WithdrawnRow>, StoreError> {
    Ok(store.withdrawn()?.into_iter().filter(|row| !row.again).collect())
}

/// Whether a file of this size holds what was withdrawn, or begins with it.
fn begins_with(file: &InputPath, size: u64, row: &WithdrawnRow) -> bool {
    let digest = || input::digests(&file.path, row.bytes).is_ok_and(|found| found.part.is_some_and(|part| part.to_string() == row.sha256));
    row.bytes <= size && (row.bytes > 0 || size == 0) && digest()
}

/// What becomes of a file whose content, or beginning, was withdrawn; `None` where that is nothing special.
pub(super) fn barred(store: &Store, file: &InputPath) -> Result<Option<Outcome>, PipelineError> {
    let withdrawn = in_force(store)?;
    let size = std::fs::metadata(&file.path).ok().filter(std::fs::Metadata::is_file).map(|about| about.len());
    let Some(size) = size.filter(|_| !withdrawn.is_empty()) else { return Ok(None) };
    // What is known under another name was looked at when it was new.
    let is_new = store.generations(&file.name)?.is_empty();
    let may_be = |row: &&WithdrawnRow| row.bytes == size || row.file == file.name || is_new;
    let Some(row) = withdrawn.iter().filter(may_be).find(|row| begins_with(file, size, row)) else { return Ok(None) };
    if row.bytes < size {
        return Ok(Some(Outcome::Refused(format!(
            "it begins with what was withdrawn on {} ({}); ask for it with `scimdrift ingest --again`, or move it out of the inputs",
            row.withdrawn_at.day(),
            row.reason
        ))));
    }
    // Another file of the same content may have been read, and stay.
    let stays = store.generations(&file.name)?.iter().any(|known| known.sha256 == row.sha256);
    Ok((!stays).then_some(Outcome::Withdrawn))
}
