//! Verifying: whether a report folder is what the run wrote, whether the store still is what the run left, and whether
//! the runs still are a chain.
//!
//! `folder` compares files with hashes, `kept` the store with the run, `chain` the runs with one another, `inputs`
//! the input files that still stand. Each says what differs, and what it could not check: what was not checked never
//! reads as verified. Nothing is written.

mod chain;
mod folder;
mod inputs;
mod kept;

use std::path::Path;

use serde::Serialize;

use super::{PipelineError, Workers};
use crate::model::time::Timestamp;
use crate::report::Format;
use crate::store::{Store, StoreError};

use folder::Folder;
pub use inputs::InputsNow;
use kept::Kept;

/// What is to be verified, and by what.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// The report folder.
    pub dir: &'a Path,
    /// The files that are to be there; empty: all.
    pub only: &'a [&'static Format],
    /// The store; else why there is none.
    pub store: Result<&'a Store, &'a str>,
    /// The folder that the names of inputs are relative to.
    pub base: Option<&'a Path>,
}

/// What a difference is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A file of the folder has other content.
    Changed,
    /// A file that the manifest names is not there.
    Missing,
    /// A file is there that the manifest does not name.
    Added,
    /// A file stands under another name.
    Renamed,
    /// The manifest is not the one of the run.
    Manifest,
    /// The checksums are not those of the manifest.
    Checksums,
    /// The store gives another file than the folder holds.
    Rendering,
    /// The store holds another run, or other columns of it.
    Run,
    /// A finding in the store is not the one of the run.
    Finding,
    /// A record in the store is not the one that was read.
    Record,
    /// A run does not know the run before it.
    Chain,
}

/// One thing that is not as it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// What it is about.
    pub kind: Kind,
    /// The file, the finding, the record or the run.
    pub subject: String,
    /// Where in it, as far as that can be told.
    #[serde(rename = "where")]
    pub place: String,
    /// What should be there.
    pub expected: String,
    /// What is.
    pub found: String,
    /// All of it as a sentence.
    pub sentence: String,
}

impl Difference {
    fn new(kind: Kind, subject: impl Into<String>, sentence: impl Into<String>) -> Self {
        let (place, expected, found) = (String::new(), String::new(), String::new());
        Self { kind, subject: subject.into(), place, expected, found, sentence: sentence.into() }
    }

    /// Adds where it is, and what differs there.
    fn at(self, place: impl Into<String>, expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self { place: place.into(), expected: expected.into(), found: found.into(), ..self }
    }
}

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Everything was checked, and is as it was.
    Verified,
    /// Nothing differs, and not everything could be checked.
    NotWhollyChecked,
    /// Something differs.
    Differs,
}

/// The run that a folder is the report of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RunName {
    /// Its id.
    pub run_id: String,
    /// Its as-of time.
    pub as_of: Timestamp,
    /// The version that analyzed.
    pub tool: String,
}

/// What verifying came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verification {
    /// How it ended.
    pub verdict: Verdict,
    /// The folder.
    pub folder: String,
    /// The run; `None` where nothing names it.
    pub run: Option<RunName>,
    /// The files of the report that are not there, and that the checksums do not name either; empty for a whole report.
    pub left_out: Vec<String>,
    /// What was checked and is as it was: what, and how many or how far.
    pub agrees: Vec<(&'static str, String)>,
    /// What differs.
    pub differences: Vec<Difference>,
    /// What could not be checked, and why.
    pub unchecked: Vec<String>,
    /// What is worth knowing, and no fault.
    pub notes: Vec<String>,
    /// The inputs that still stand; `None` where nobody says where they are.
    pub inputs: Option<InputsNow>,
}

impl Verification {
    /// Nothing checked yet.
    fn of(folder: String) -> Self {
        Self {
            verdict: Verdict::NotWhollyChecked,
            folder,
            run: None,
            left_out: Vec::new(),
            agrees: Vec::new(),
            differences: Vec::new(),
            unchecked: Vec::new(),
            notes: Vec::new(),
            inputs: None,
        }
    }

    fn agree(&mut self, what: &'static str, how: impl Into<String>) {
        self.agrees.push((what, how.into()));
    }

    /// The value; else what the failure of the store means: a row that was changed, or something that cannot be checked.
    fn settle<T>(&mut self, result: Result<T, StoreError>) -> Option<T> {
        match result {
            Ok(value) => return Some(value),
            Err(error @ StoreError::Damaged { .. }) => self.differences.push(Difference::new(Kind::Run, "store", error.to_string())),
            Err(error) => self.unchecked.push(error.to_string()),
        }
        None
    }

    fn concluded(mut self) -> Self {
        self.verdict = match (self.differences.is_empty(), self.unchecked.is_empty()) {
            (true, true) => Verdict::Verified,
            (true, false) => Verdict::NotWhollyChecked,
            (false, _) => Verdict::Differs,
        };
        self
    }
}

/// Verifies a store by itself: its structure, every record, every run, and the chain of them.
#[must_use]
pub fn store_alone(store: &Store) -> Verification {
    let mut said = Verification::of(String::new());
    let manifests = chain::compare(store, &mut said);
    kept::compare_records(store, &manifests, &mut said);
    said.concluded()
}

/// Verifies a report folder.
///
/// # Errors
/// When the folder cannot be read, or is no report. What is wrong with a report, or with its store, is no error.
pub fn verify(ask: &Ask<'_>, workers: &Workers) -> Result<Verification, PipelineError> {
    let folder = Folder::read(ask.dir)?;
    let mut said = Verification::of(ask.dir.display().to_string());
    let kept = match ask.store {
        Ok(store) => Kept::find(store, &folder, &mut said),
        Err(why) => {
            said.unchecked
                .push(format!("{why}: the folder was compared with its own hashes alone, which whoever changes it can change too"));
            None
        }
    };
    let reference = folder.reference(kept.as_ref(), &mut said);
    let rendering = kept.as_ref().and_then(|kept| kept.rendering(&reference, &mut said));
    folder.compare(&reference, rendering.as_ref(), ask.only, &mut said);
    if let Ok(store) = ask.store {
        if let Some(kept) = &kept {
            kept.compare_evidence(store, &mut said);
        }
        let manifests = chain::compare(store, &mut said);
        kept::compare_records(store, &manifests, &mut said);
        if !store.is_unchanged() {
            said.unchecked.push("the store was written to meanwhile: verify again when nothing else is running".to_owned());
        }
    }
    if let (Some(base), Some(manifest)) = (ask.base, &reference.manifest) {
        said.inputs = Some(workers.run(|| InputsNow::of(base, &manifest.inputs)));
    }
    said.run = reference.manifest.map(|manifest| RunName { run_id: manifest.run_id, as_of: manifest.as_of, tool: manifest.tool.version });
    Ok(said.concluded())
}
