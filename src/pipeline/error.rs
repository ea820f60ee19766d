//! What can stop a run.

use std::path::PathBuf;

use crate::input::InputError;
use crate::model::proposal::Unread;
use crate::model::time::Timestamp;
use crate::policy::PolicyError;
use crate::report::ReportError;
use crate::store::StoreError;

/// A run that cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum PipelineError {
    /// The config, or the waivers, cannot be read.
    #[error("{}: {source}", path.display())]
    Config {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The config, or the waivers, do not say what can be done.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// An `[[input]]` or a path on the command line is no path or glob that can be followed.
    #[error("{pattern}: {reason}")]
    Pattern {
        /// As it was given.
        pattern: String,
        /// Why.
        reason: String,
    },
    /// An `[[input]]` names a source that there is not.
    #[error("[[input]] with path = {path:?}: source = {id:?} is no source")]
    UnknownSource {
        /// The input's path.
        path: String,
        /// The source it names.
        id: String,
    },
    /// A file fails while it is read.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The store fails.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The report cannot be written.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// A folder that is to be verified is no report.
    #[error("{} holds neither manifest.json nor SHA256SUMS: it is no report", .0.display())]
    NoReport(PathBuf),
    /// A file that is to be withdrawn was never read.
    #[error("{0}: no such file was read")]
    NotRead(String),
    /// A file may hold records that stand in one that is to be withdrawn, and cannot be asked.
    #[error("{sharing}: it holds, or may hold, records that {file} holds too, and {reason}")]
    Unasked {
        /// The file that is to be withdrawn.
        file: String,
        /// The file that may share records with it.
        sharing: String,
        /// Why it cannot be read.
        reason: String,
    },
    /// What a file brought may stand for records that were removed for their age.
    #[error("{file}: it holds records from before {before}, where others were removed because such records stand for them", before = before.minute())]
    StandsForPruned {
        /// The file.
        file: String,
        /// Before when records were removed.
        before: Timestamp,
    },
    /// What is to be removed for its age is of the audit period.
    #[error("records before {before} cannot be removed: the audit period begins {}", from.map_or_else(|| "with the first record".to_owned(), |from| format!("on {}", from.day())), before = before.minute())]
    PeriodPruned {
        /// Before when records were to be removed.
        before: Timestamp,
        /// When the period begins; `None` where the config does not say.
        from: Option<Timestamp>,
    },
    /// Removing anything for its age would change what is concluded.
    #[error("removing records before {} would change the report as of {as_of}, and nothing was removed", before.minute())]
    NothingToPrune {
        /// Before when records were to be removed.
        before: Timestamp,
        /// The as-of time.
        as_of: Timestamp,
    },
    /// What is known of everybody cannot be packed.
    #[error("cannot pack what is known of everybody: {0}")]
    Dossiers(String),
    /// There is a config already.
    #[error("{}: is there already, and is not overwritten", .0.display())]
    ConfigExists(PathBuf),
    /// The new config cannot be written.
    #[error("{}: cannot be written: {source}", path.display())]
    ConfigWrite {
        /// Where to.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// No file of these folders can be read.
    #[error("{}: no file is one that can be read{}", shown(folders), reasons(unread))]
    NothingToRead {
        /// The folders.
        folders: Vec<PathBuf>,
        /// What is there, and why it cannot be read.
        unread: Vec<Unread>,
    },
    /// The system gives no threads.
    #[error("cannot start worker threads: {0}")]
    Threads(String),
}

impl PipelineError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Config { .. } => "name the config with --config, or with SCIMDRIFT_CONFIG".to_owned(),
            Self::Policy(error) => error.hint().to_owned(),
            Self::Pattern { .. } => {
                "a path is a file, a folder, or a glob such as okta/system-log-*.ndjson.gz, relative to the config".to_owned()
            }
            Self::UnknownSource { .. } => {
                "`scimdrift sources` lists them; without the key the file is recognised by what it holds".to_owned()
            }
            Self::Input(error) => error.hint().to_string(),
            Self::Store(error) => error.hint().to_owned(),
            Self::Report(error) => error.hint().to_string(),
            Self::NoReport(_) => "name the folder that `scimdrift run` or `scimdrift report` wrote".to_owned(),
            Self::NotRead(_) => "name it as inputs.csv does, or by its SHA-256".to_owned(),
            Self::Unasked { .. } => {
                "if it only grew, run `scimdrift ingest` first, then `scimdrift forget` again; else put that file back as it was read, or \
                 read the inputs into a new store with --store"
                    .to_owned()
            }
            Self::StandsForPruned { .. } => {
                "nothing was changed; read the inputs, without this one, into a new store with --store".to_owned()
            }
            Self::PeriodPruned { from: None, .. } => {
                "say in [report] from when on the next reports judge, or keep more with --keep".to_owned()
            }
            Self::PeriodPruned { .. } => "keep more with --keep, or move [report] from on when the period has been reported".to_owned(),
            Self::NothingToPrune { .. } => "keep more with --keep".to_owned(),
            Self::Dossiers(_) => "the machine has too little memory for this many people".to_owned(),
            Self::ConfigExists(_) => "look at it, or name another file with --config; nothing was changed".to_owned(),
            Self::ConfigWrite { .. } => "check that the folder exists and may be written to, or name another file with --config".to_owned(),
            Self::NothingToRead { .. } => {
                "name the folder that holds the exports; `scimdrift sources` says what can be read and how to export it".to_owned()
            }
            Self::Threads(_) => "try --jobs 1".to_owned(),
        }
    }
}

fn shown(folders: &[PathBuf]) -> String {
    folders.iter().map(|folder| folder.display().to_string()).collect::<Vec<_>>().join(", ")
}

/// The first files, each on a line of its own.
fn reasons(unread: &[Unread]) -> String {
    const SHOWN: usize = 5;
    let mut lines: Vec<String> = unread.iter().take(SHOWN).map(|file| format!("  {}: {}", file.file, file.reason)).collect();
    if unread.len() > SHOWN {
        lines.push(format!("  and {} more", unread.len() - SHOWN));
    }
    lines.into_iter().map(|line| format!("\n{line}")).collect::<Vec<_>>().concat()
}
