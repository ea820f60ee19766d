//! Keeping: nothing is lost when a run is killed or the disk is full, and what is removed on purpose goes whole and is recorded.

mod backup;
mod forget;
mod killed;
mod killing;
mod migration;
mod places;
mod private;
mod prune;

use std::collections::BTreeMap;
use std::path::Path;

use crate::support::files;

/// The files of a report folder, by name.
fn report(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let name = |path: &Path| path.file_name().expect("a name").to_string_lossy().into_owned();
    files(folder).iter().map(|path| (name(path), std::fs::read(path).expect("a file"))).collect()
}

/// The files of two reports that differ.
fn differing(one: &BTreeMap<String, Vec<u8>>, other: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    let names: std::collections::BTreeSet<&String> = one.keys().chain(other.keys()).collect();
    names.into_iter().filter(|name| one.get(*name) != other.get(*name)).cloned().collect()
}
