//! The store: one SQLite file, and the only place that knows SQL.
//!
//! It keeps events, where they were read, and what was concluded. It does not know what an event means: replaying
//! is `state`, reading files is `input`, and both meet the store in `pipeline`. `schema.sql` is the only DDL.

mod error;
mod event;
mod file;
mod run;
mod writer;

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, OptionalExtension, config::DbConfig, limits::Limit};

pub use error::StoreError;
pub use event::{EventEvidence, KeptVersion, Place, StoredEvent};
pub use file::{FileRow, ListingRow};
pub use run::PastFinding;
pub use writer::{EventRow, FileHead, FileTail, HourRow, Writer};

const SCHEMA: &str = include_str!("../../schema.sql");
const APPLICATION_ID: i64 = 0x5343_4d44;
const VERSION: i64 = 1;
/// Damage is noticed, a committed batch survives a power cut, references hold, and 16 MiB of pages stay in memory.
const PRAGMAS: &str =
    "PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0; PRAGMA foreign_keys = ON; PRAGMA cache_size = -16384; PRAGMA synchronous = FULL;";

/// An open store.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    path: PathBuf,
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
        let store = Self { connection, path: path.to_owned() };
        store.harden()?;
        store.claim()?;
        store.sql("set up", |connection| connection.execute_batch(PRAGMAS))?;
        Ok(store)
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

    /// Makes the schema in an empty file; refuses one that is not ours.
    fn claim(&self) -> Result<(), StoreError> {
        let refused = |reason: String| StoreError::Foreign { path: self.path.clone(), reason };
        let number = |pragma: &str| self.connection.query_row(pragma, [], |row| row.get::<_, i64>(0));
        let not_sqlite = |_| refused("it is no SQLite database".to_owned());
        let application: i64 = number("PRAGMA application_id").map_err(not_sqlite)?;
        let version: i64 = number("PRAGMA user_version").map_err(not_sqlite)?;
        let objects: i64 = number("SELECT count(*) FROM sqlite_schema").map_err(not_sqlite)?;
        match (application, version, objects) {
            (0, 0, 0) => {
                self.use_wal()?;
                self.sql("make the schema", |connection| connection.execute_batch(&format!("BEGIN IMMEDIATE;\n{SCHEMA}\nCOMMIT;")))
            }
            (APPLICATION_ID, VERSION, _) => {
                self.compare_schema()?;
                self.use_wal()
            }
            (APPLICATION_ID, newer, _) if newer > VERSION => {
                Err(refused(format!("it was made by a newer scimdrift (schema {newer}; this one knows {VERSION})")))
            }
            _ => Err(refused("it is a database, but not one of scimdrift".to_owned())),
        }
    }

    /// `PRAGMA journal_mode` answers the old mode instead of failing, so the answer is read.
    fn use_wal(&self) -> Result<(), StoreError> {
        let mode: String =
            self.sql("switch to WAL", |connection| connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0)))?;
        if mode != "wal" {
            return Err(StoreError::Foreign {
                path: self.path.clone(),
                reason: format!("its journal stays in mode {mode}, WAL is needed"),
            });
        }
        Ok(())
    }

    /// Every table and view has to be the one that `schema.sql` makes: a view in a table's place could lie.
    fn compare_schema(&self) -> Result<(), StoreError> {
        let objects = "SELECT type || ' ' || name, coalesce(sql, '') FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY 1";
        let list = |connection: &Connection| -> rusqlite::Result<Vec<(String, String)>> {
            connection.prepare(objects)?.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
        };
        let found = self.sql("read the schema", list)?;
        let wanted = self.sql("read the schema", |_| {
            let memory = Connection::open_in_memory()?;
            memory.execute_batch(SCHEMA)?;
            list(&memory)
        })?;
        match found.iter().zip(&wanted).find(|(found, wanted)| found != wanted) {
            None if found.len() == wanted.len() => Ok(()),
            Some(((name, _), _)) => {
                Err(StoreError::Foreign { path: self.path.clone(), reason: format!("its {name} is not as scimdrift makes it") })
            }
            None => Err(StoreError::Foreign {
                path: self.path.clone(),
                reason: "it has more, or fewer, tables than scimdrift makes".to_owned(),
            }),
        }
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
