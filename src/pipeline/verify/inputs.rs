//! Input files that still stand, against what was read: that one moved away, or grew, is no fault of a report.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use rayon::prelude::*;
use serde::Serialize;

use crate::model::digest::Hasher;
use crate::report::Hashed;

/// The inputs of a run, as they stand now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct InputsNow {
    /// How many hold what was read.
    pub unchanged: usize,
    /// Those that hold something else.
    pub changed: Vec<String>,
    /// Those that are not there, or cannot be read.
    pub absent: Vec<String>,
}

impl InputsNow {
    /// Hashes every file whole. Of a name that stands for several generations, any of them will do.
    pub(super) fn of(base: &Path, inputs: &[Hashed]) -> Self {
        let mut names: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for input in inputs {
            names.entry(&input.file).or_default().insert(&input.sha256);
        }
        let names: Vec<_> = names.into_iter().collect();
        let hashes: Vec<Option<String>> = names.par_iter().map(|(name, _)| hash(&base.join(name))).collect();
        let mut now = Self::default();
        for ((name, wanted), found) in names.into_iter().zip(hashes) {
            match found {
                Some(found) if wanted.contains(found.as_str()) => now.unchanged += 1,
                Some(_) => now.changed.push(name.to_owned()),
                None => now.absent.push(name.to_owned()),
            }
        }
        now
    }
}

/// Nothing but files is opened: a pipe would never end.
fn hash(path: &Path) -> Option<String> {
    if !std::fs::metadata(path).ok()?.is_file() {
        return None;
    }
    let mut file = File::open(path).ok()?;
    let mut hasher = Hasher::default();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer).ok()? {
            0 => return Some(hasher.finish().to_string()),
            read => hasher.update(buffer.get(..read)?),
        }
    }
}
