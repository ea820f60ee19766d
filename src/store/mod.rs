//! The store: one SQLite file, and the only place that knows SQL.
//!
//! It keeps events, where they were read, and what was concluded. It does not know what an event means: replaying
//! is `state`, reading files is `input`, and both meet the store in `pipeline`. `schema.sql` is the only DDL.

mod backup;
mod dossier;
mod error;
mod event;
mod file;
mod history;
mod integrity;
mod likeness;
mod lock;
mod pruning;
mod run;
mod schema;
mod told;
mod unchanged;
mod version;
mod withdrawal;
mod writer;

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, OptionalExtension, config::DbConfig, limits::Limit};

use unchanged::Found;

pub use backup::Copy;
pub use dossier::{Dossiers, Packed};
pub use error::StoreError;
pub use event::{EventEvidence, Place, StoredEvent};
pub use file::{FileRow, ListingRow};
pub use history::{PastFinding, Sighting};
pub use integrity::{AlteredEvent, ComparedEvents};
pub use likeness::Likeness;
pub use lock::{Holder, Lock};
pub use pruning::{OldListing, OldRecord, Pruning, Removal};
pub use run::{KeptFinding, RunRow};
pub use told::Reader;
pub use version::KeptVersion;
pub use withdrawal::Withdrawal;
pub use writer::{EventRow, FileHead, FileTail, HourRow, Writer};

/// The setting that says that space is still to be given back.
const UNCOMPACTED: &str = "uncompacted";

/// Damage is noticed, a committed batch survives a power cut, references hold, and 16 MiB of pages stay in memory.
const PRAGMAS: &str =
    "PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0; PRAGMA foreign_keys = ON; PRAGMA cache_size = -16384; PRAGMA synchronous = FULL;";

/// An open store.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    path: PathBuf,
    /// How the file was found, where it is read alone.
    found: Option<Found>,
}

impl Store {
    /// Opens the store at `path`; makes it, readable by its owner alone, where there is none.
    ///
    /// # Errors
    /// When the file cannot be opened, is no store of scimdrift, or was made by a newer version. It is never repaired or replaced.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let failed = |source| StoreError::Sql { path: path.to_owned(), doing: "open", source };
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(|source| StoreError::Io { path: folder.to_owned(), source })?;
        }
        make_private(path)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
        let store = Self { connection, path: path.to_owned(), found: None };
        store.harden()?;
        store.claim()?;
        store.sql("set up", |connection| connection.execute_batch(PRAGMAS))?;
        Ok(store)
    }

    /// Opens the store at `path` to look at it: neither the file nor anything beside it is written to.
    ///
    /// # Errors
    /// When there is no file, it is no store of scimdrift, or it was made by another version.
    pub fn open_to_read(path: &Path) -> Result<Self, StoreError> {
        let failed = |source| StoreError::Sql { path: path.to_owned(), doing: "open", source };
        let found = Found::at(path).map_err(|source| StoreError::Io { path: path.to_owned(), source })?;
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(found.uri(path), flags).map_err(failed)?;
        let store = Self { connection, path: path.to_owned(), found: Some(found) };
        store.harden()?;
        store.sql("set up", |connection| connection.execute_batch("PRAGMA query_only = ON;"))?;
        store.recognise()?;
        store.sql("set up", |connection| connection.execute_batch(PRAGMAS))?;
        Ok(store)
    }

    /// Whether a store that was opened to be read is still as it was found. Nothing is locked meanwhile, so what was
    /// read of one that is not may be half of one and half of the other.
    #[must_use]
    pub fn is_unchanged(&self) -> bool {
        self.found.as_ref().is_none_or(|found| Found::at(&self.path).is_ok_and(|now| now == *found))
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A setting that has to stay the same; the first call sets it. Answers what is kept.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub fn setting(&self, key: &str, value: &str) -> Result<String, StoreError> {
        self.sql("read a setting", |connection| {
            connection.execute("INSERT INTO setting (key, value) VALUES (?1, ?2) ON CONFLICT DO NOTHING", (key, value))?;
            connection.query_row("SELECT value FROM setting WHERE key = ?1", [key], |row| row.get(0))
        })
    }

    /// A setting that was set; `None` where it never was.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn kept_setting(&self, key: &str) -> Result<Option<String>, StoreError> {
        let query = "SELECT value FROM setting WHERE key = ?1";
        self.sql("read a setting", |connection| connection.query_row(query, [key], |row| row.get(0)).optional())
    }

    /// Whether space was to be given back, and could not be.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn is_uncompacted(&self) -> Result<bool, StoreError> {
        Ok(self.kept_setting(UNCOMPACTED)?.is_some())
    }

    /// Gives back the space of what was removed, and leaves nothing of it in the file or in its journal. Until that is done,
    /// it stays on record.
    ///
    /// # Errors
    /// When the store cannot be written, or there is no space for a copy of it.
    pub fn compact(&self) -> Result<(), StoreError> {
        self.sql("give back space", |connection| {
            connection.execute("INSERT OR REPLACE INTO setting (key, value) VALUES (?1, 'yes')", [UNCOMPACTED])?;
            // SQLite makes the new file as a database of its own, which is attached meanwhile.
            connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 1)?;
            let compacted = connection.execute_batch("PRAGMA secure_delete = ON; VACUUM;");
            connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
            compacted?;
            connection.execute("DELETE FROM setting WHERE key = ?1", [UNCOMPACTED])?;
            connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        })
    }

    /// Runs a piece of SQL and gives its error the store's name.
    fn sql<T>(&self, doing: &'static str, run: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, StoreError> {
        run(&self.connection).map_err(|source| StoreError::Sql { path: self.path.clone(), doing, source })
    }

    /// A hostile file must not run code or eat memory.
    fn harden(&self) -> Result<(), StoreError> {
        self.sql("set up", |connection| {
            connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
            connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
            connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
            connection.busy_timeout(std::time::Duration::from_secs(5))
        })
    }

    fn optional<T>(
        &self,
        doing: &'static str,
        query: &str,
        read: impl FnOnce(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, StoreError> {
        self.sql(doing, |connection| connection.query_row(query, [], read).optional())
    }
}

/// SQLite gives its side files the mode of the database, so making that private makes all of them so.
fn make_private(path: &Path) -> Result<(), StoreError> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let opened = std::fs::OpenOptions::new().create(true).append(true).mode(0o600).open(path);
    opened.map(drop).map_err(|source| StoreError::Io { path: path.to_owned(), source })
}
