//! Whether the inputs are there, and what they are.

use std::collections::{BTreeMap, BTreeSet};

use super::counted;
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

/// Files that the store does not have as they are now; by their length, as reading them all would take long.
fn unread(store: &Store, files: &[InputPath]) -> Option<Check> {
    let kept = store.files().ok()?;
    let known: BTreeSet<(&str, u64)> = kept.iter().map(|file| (file.name.as_str(), file.bytes)).collect();
    let length = |file: &&InputPath| std::fs::metadata(&file.path).map_or(0, |about| about.len());
    let unread: Vec<&str> =
        files.iter().filter(|file| !known.contains(&(file.name.as_str(), length(file)))).map(|file| file.name.as_str()).collect();
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
