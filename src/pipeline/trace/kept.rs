//! Dossiers that an analysis kept: made with it, and found again while their basis is what it was.

use rayon::prelude::*;

use super::dossier::{Diagnosed, dossier, everybody};
use super::mentions::Mentions;
use super::whom::{self, Whom};
use crate::analyzer::Context;
use crate::model::digest::Digest;
use crate::model::time::Timestamp;
use crate::model::trace::{Candidate, Dossier};
use crate::pipeline::{PipelineError, Setup, Workers};
use crate::store::{Dossiers, EventEvidence, Packed, Store, StoreError};

/// So many dossiers stand together.
const TOGETHER: usize = 256;

/// A dossier of everybody, packed. `diagnosed` and the `records` it rests on are of the same context.
pub(in crate::pipeline) fn pack(
    setup: &Setup,
    store: &Store,
    context: &Context<'_>,
    diagnosed: &Diagnosed,
    records: &std::collections::BTreeMap<u32, EventEvidence>,
    mentions: Mentions,
    workers: &Workers,
) -> Result<Dossiers, PipelineError> {
    let subjects = everybody(context.directory);
    let packed = |part: &[super::dossier::Subject]| -> std::io::Result<(Packed, Packed)> {
        let dossiers: Vec<Dossier> = part.iter().map(|subject| dossier(context, *subject, diagnosed, records)).collect();
        let names: String = dossiers.iter().map(line).collect();
        Ok((Packed::of(&names)?, Packed::of(&serde_json::to_string(&dossiers)?)?))
    };
    let unpackable = |error: std::io::Error| PipelineError::Dossiers(error.to_string());
    let parts = workers.run(|| subjects.par_chunks(TOGETHER).map(packed).collect::<std::io::Result<Vec<_>>>()).map_err(unpackable)?;
    let mentions = workers.run(|| mentions.packed()).map_err(unpackable)?;
    Ok(Dossiers { basis: basis(setup, store)?, parts, mentions })
}

/// Whether the dossiers answer as a replay would.
pub(super) fn is_current(setup: &Setup, store: &Store, as_of: Timestamp) -> Result<bool, PipelineError> {
    Ok(store.has_dossiers(as_of, &basis(setup, store)?)?)
}

/// The dossier of the one who is meant, or candidates.
pub(super) fn find(store: &Store, key: &str) -> Result<Result<Dossier, Vec<Candidate>>, PipelineError> {
    let asked = whom::plain(key);
    let mut found = look(store, &format!("\t{asked}\t"), usize::MAX)?;
    if found.is_empty() && whom::is_long_enough(&asked) {
        found = look(store, &asked, whom::ALIKE)?;
    }
    let everybody: Vec<Whom<'_>> = found.iter().map(Whom::of).collect();
    match whom::find(&everybody, key) {
        Ok(index) => Ok(Ok(found.swap_remove(index))),
        Err(candidates) => Ok(Err(candidates)),
    }
}

/// The dossiers of the first so many whose names hold this text.
fn look(store: &Store, text: &str, most: usize) -> Result<Vec<Dossier>, PipelineError> {
    let mut places: Vec<(i64, usize)> = Vec::new();
    store.dossier_names(|part, names| {
        // Only a part that holds the text anywhere is looked at line by line.
        if names.contains(text) {
            places.extend(names.lines().enumerate().filter(|(_, line)| line.contains(text)).map(|(index, _)| (part, index)));
        }
        places.len() < most
    })?;
    places.truncate(most);
    let mut found = Vec::new();
    for same_part in places.chunk_by(|one, other| one.0 == other.0) {
        let Some((part, _)) = same_part.first() else { continue };
        let dossiers: Vec<Dossier> =
            serde_json::from_str(&store.dossier_part(*part)?).map_err(|error| damaged(store, &error.to_string()))?;
        let wanted = |(index, _): &(usize, Dossier)| same_part.iter().any(|(_, place)| place == index);
        found.extend(dossiers.into_iter().enumerate().filter(wanted).map(|(_, dossier)| dossier));
    }
    Ok(found)
}

/// What somebody may be called by, on one line.
fn line(dossier: &Dossier) -> String {
    let names = dossier.called.iter().flat_map(|called| ["\t".to_owned(), whom::plain(&called.value)]);
    names.chain(["\t\n".to_owned()]).collect()
}

/// What the dossiers hold for: the files that were read, the config, and what judged.
fn basis(setup: &Setup, store: &Store) -> Result<String, PipelineError> {
    let read = store.files()?;
    let config = setup.sha256.to_string();
    let files = read.iter().flat_map(|file| [file.name.as_str(), file.sha256.as_str()]);
    Ok(Digest::of_parts([env!("CARGO_PKG_VERSION"), config.as_str()].into_iter().chain(files)).to_string())
}

fn damaged(store: &Store, reason: &str) -> PipelineError {
    let path = store.path().to_owned();
    PipelineError::Store(StoreError::Damaged { path, table: "dossier", reason: reason.to_owned() })
}
