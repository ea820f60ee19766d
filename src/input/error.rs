//! Why a file cannot be read at all, and what to do about it. A bad record is no error but a reject.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// A file that gives no records.
#[derive(Debug, Error)]
pub enum InputError {
    /// It cannot be opened.
    #[error("cannot open {}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It was opened, but reading it failed.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// It is a file of another kind.
    #[error("{} is {found}, not JSON or CSV", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What was recognised, in words.
        found: &'static str,
        /// The next step.
        advice: &'static str,
    },
    /// It is a CSV file whose header cannot be read.
    #[error("the header row of {} cannot be read: {reason}", path.display())]
    Header {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// It is an envelope that says something unreadable about itself.
    #[error("the envelope of {} cannot be read: {reason}", path.display())]
    Envelope {
        /// The file.
        path: PathBuf,
        /// Which key, and what is wrong with it.
        reason: String,
    },
}

impl InputError {
    /// The file it is about.
    #[must_use]
    pub fn path(&self) -> &Path {
        match self {
            Self::Open { path, .. }
            | Self::Read { path, .. }
            | Self::Foreign { path, .. }
            | Self::Header { path, .. }
            | Self::Envelope { path, .. } => path,
        }
    }

    /// What is wrong, without the file's path, which differs from machine to machine.
    #[must_use]
    pub fn reason(&self) -> String {
        match self {
            Self::Open { source, .. } => format!("cannot be opened: {source}"),
            Self::Read { source, .. } => format!("cannot be read: {source}"),
            Self::Foreign { found, .. } => format!("is {found}, not JSON or CSV"),
            Self::Header { reason, .. } => format!("its header row cannot be read: {reason}"),
            Self::Envelope { reason, .. } => format!("its envelope cannot be read: {reason}"),
        }
    }

    /// The next step, as a sentence without its full stop.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Open { .. } => "check that the file exists and that this user may read it",
            Self::Read { .. } => "check that it is a regular file and that the disk or share it lies on is sound",
            Self::Foreign { advice, .. } => advice,
            Self::Header { .. } => "export the file again as CSV in UTF-8, with the column names in the first row",
            Self::Envelope { .. } => {
                "write \"scimdrift\": \"listing/1\", \"source\", \"params\", \"collected_at\" (RFC 3339), \"complete\" and \"items\""
            }
        }
    }
}
