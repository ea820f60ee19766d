//! Whether the inputs are there, and what they are.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::counted;
use crate::input;
use crate::model::check_up::{Area, Check, Level};
use crate::pipeline::{InputPath, Setup, expand, ingest};
use crate::store::Store;

/// So many names are shown of one kind.
const NAMES: usize = 3;

/// What the files are.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The sources of those that are recognised.
    pub(super) sources: BTreeSet<&'static str>,
    /// The names of those that cannot be read.
    pub(super) unreadable: BTreeSet<String>,
}

/// Looks at the beginning of every file.
pub(super) fn look(setup: &Setup, store: Option<&Store>, checks: &mut Vec<Check>) -> Found {
    let (files, empty) = match expand(setup) {
        Ok(found) => found,
        Err(error) => {
            checks.push(Check::new(Area::Inputs, Level::Broken, "[[input]]", error.to_string(), error.hint()));
            return Found::default();
        }
    };
    let mut found = Found::default();
    let mut by_source: BTreeMap<&'static str, Vec<&InputPath>> = BTreeMap::new();
    for file in &files {
        match ingest::source_of(setup, file) {
            Ok(source) => by_source.entry(source.id).or_default().push(file),
            Err(reason) => {
                let (says, next) = in_two(&reason);
                checks.push(Check::new(Area::Inputs, Level::Incomplete, file.name.clone(), says, next));
                found.unreadable.insert(file.name.clone());
            }
        }
    }
    for pattern in empty {
        let next = "check the path of this [[input]], or that the export ran";
        checks.push(Check::new(Area::Inputs, Level::Incomplete, &pattern, "no file matches it", next));
        found.unreadable.insert(pattern);
    }
    for (source, files) in &by_source {
        let names: Vec<&str> = files.iter().take(NAMES).map(|file| file.name.as_str()).collect();
        let more = if files.len() > NAMES { format!(", and {} more", files.len() - NAMES) } else { String::new() };
        let says = format!("{}: {}{more}", counted(files.len(), "file", "files"), names.join(", "));
        checks.push(Check::ok(Area::Inputs, *source, says));
    }
    checks.extend(store.and_then(|store| unread(store, &files)));
    found.sources = by_source.into_keys().collect();
    found
}

/// Files that the store does not have as they are now. They are hashed whole: what a file looks like is enough for a run, which
/// is to be quick, and not for who asks whether all is well.
fn unread(store: &Store, files: &[InputPath]) -> Option<Check> {
    let kept = store.files().ok()?;
    let mut known: BTreeMap<&str, BTreeSet<(u64, &str)>> = BTreeMap::new();
    for file in &kept {
        known.entry(&file.name).or_default().insert((file.bytes, &file.sha256));
    }
    let is_kept = |file: &&InputPath| {
        let bytes = std::fs::metadata(&file.path).map_or(0, |about| about.len());
        let known = known.get(file.name.as_str()).filter(|known| known.iter().any(|(length, _)| *length == bytes));
        known.is_some_and(|known| {
            input::digests(&file.path, 0).is_ok_and(|now| known.contains(&(now.bytes, now.whole.to_string().as_str())))
        })
    };
    let unread: Vec<&str> = files.par_iter().filter(|file| !is_kept(file)).map(|file| file.name.as_str()).collect();
    let first = unread.first()?;
    let more = if unread.len() > 1 { format!(", {first} first") } else { format!(", {first}") };
    let says = format!("{} not in the store yet, or changed since{more}", counted(unread.len(), "is", "are"));
    Some(Check::new(Area::Inputs, Level::Note, "new", says, "run `scimdrift run`"))
}

/// A reason says what is the matter and, behind a semicolon, what to do.
fn in_two(reason: &str) -> (String, String) {
    match reason.split_once("; ") {
        Some((says, next)) => (says.to_owned(), next.to_owned()),
        None => (reason.to_owned(), "export it again, or leave it out of the [[input]]".to_owned()),
    }
}
