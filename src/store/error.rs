//! What can go wrong with the store.

use std::path::PathBuf;

use rusqlite::ErrorCode;

use super::Holder;
use crate::model::time::Timestamp;

/// What to do about a store that is not what it was.
const DAMAGED: &str = "restore the store from a backup, or read the inputs into a new one with --store";

/// A store that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file or its folder cannot be reached.
    #[error("{}: {source}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Another process is writing to it.
    #[error("{}: {}", path.display(), busy(*holder))]
    Held {
        /// Which store.
        path: PathBuf,
        /// Who holds it, where that is known.
        holder: Option<Holder>,
    },
    /// An older version made it, and whoever only reads brings nothing up to date.
    #[error("{}: it was made by an older scimdrift (schema {found}; this one needs {wanted}), and is brought up to date by the next run", path.display())]
    Older {
        /// Which store.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// The schema of this version.
        wanted: i64,
    },
    /// A newer version made it.
    #[error("{}: it was made by a newer scimdrift (schema {found}; this one knows {known})", path.display())]
    Newer {
        /// Which store.
        path: PathBuf,
        /// Its schema.
        found: i64,
        /// The schema of this version.
        known: i64,
    },
    /// A copy of the store was to take the place of the store.
    #[error("{}: it is the store itself", path.display())]
    Itself {
        /// Which store.
        path: PathBuf,
    },
    /// The file is not ours, or not as we make it.
    #[error("{}: {reason}", path.display())]
    Foreign {
        /// Which.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// Something stands where a file is to be written.
    #[error("{}: it is there already", path.display())]
    Exists {
        /// Where.
        path: PathBuf,
    },
    /// SQLite says no.
    #[error("{}: cannot {doing}: {source}", path.display())]
    Sql {
        /// Which.
        path: PathBuf,
        /// What was tried.
        doing: &'static str,
        /// Why not.
        source: rusqlite::Error,
    },
    /// A row does not hold what was put into it.
    #[error("{}: a row of `{table}` cannot be read: {reason}", path.display())]
    Damaged {
        /// Which.
        path: PathBuf,
        /// Which table.
        table: &'static str,
        /// Why.
        reason: String,
    },
    /// A report was kept by another version, in a form that this one does not know.
    #[error("{}: the report as of {as_of} was kept by scimdrift {tool}, in a form that this version does not know", path.display())]
    OtherForm {
        /// Which store.
        path: PathBuf,
        /// Of which run.
        as_of: Timestamp,
        /// The version that kept it.
        tool: String,
    },
    /// The store was filled for another application.
    #[error("{}: it was filled with {key} = {kept:?}, and the config says {wanted:?}", path.display())]
    Setting {
        /// Which.
        path: PathBuf,
        /// Which setting.
        key: &'static str,
        /// What the store was filled with.
        kept: String,
        /// What the config says.
        wanted: String,
    },
}

impl StoreError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Io { .. } => "check that the folder exists and may be written to",
            Self::Held { .. } => {
                "wait until it is done, or let --wait 10m do so; if it hangs, end that process, and the lock is free at once"
            }
            Self::Older { .. } => "run `scimdrift run`, which brings it up to date",
            Self::Newer { .. } => "install the version that wrote it, or restore the backup that was made before",
            Self::Itself { .. } => "name another file for the backup",
            Self::Foreign { .. } => "name another file with --store; scimdrift never repairs or replaces a file that is not its own",
            Self::Exists { .. } => "name another file, or replace this one with --force",
            Self::Sql { source, .. } => match source.sqlite_error_code() {
                Some(ErrorCode::DiskFull) => "free some space and run it again: what was committed is kept",
                Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
                    "another program is writing to it, such as another scimdrift or an open sqlite3: wait until it is done, and run it again"
                }
                Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                    "check that the file and its folder may be written to, then run it again: what was committed is kept"
                }
                Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => DAMAGED,
                _ => {
                    "check that the disk works and has space, and that the file may grow (`ulimit -f`), then run it again: what was committed is kept"
                }
            },
            Self::Damaged { .. } => DAMAGED,
            Self::OtherForm { .. } => "analyze as of that moment again, with `scimdrift analyze --as-of`",
            Self::Setting { .. } => "logins to other applications were not kept: read the inputs into a new store with --store",
        }
    }
}

/// Who is at work, and since when.
fn busy(holder: Option<Holder>) -> String {
    match holder {
        Some(Holder { pid, since }) => format!("another scimdrift (process {pid}) is working on it since {} UTC", since.minute()),
        None => "another scimdrift is working on it".to_owned(),
    }
}
