//! Likeness: what files looked like when they were last known to hold what was read, so that they need not be read to tell.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::file::{FILES, FileRow, count, read_file};
use super::writer::number;
use super::{HourRow, Store, StoreError};
use crate::model::identity::{Beginning, Identity, LineEnd, Looks};
use crate::model::time::Timestamp;

/// What the file of a name looked like when it was last known to hold what was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Likeness {
    /// The file.
    pub file: FileRow,
    /// Who it was, where that was certain.
    pub identity: Option<Identity>,
    /// How it began.
    pub beginning: Beginning,
    /// Where its whole lines ended.
    pub line_end: Option<LineEnd>,
}

impl Store {
    /// What the file of this name looked like when it was last known to hold what was read.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn likeness(&self, name: &str) -> Result<Option<Likeness>, StoreError> {
        let query =
            format!("SELECT file.*, likeness.* FROM likeness JOIN ({FILES}) AS file ON file.id = likeness.file WHERE likeness.name = ?1");
        self.sql("read the files", |connection| connection.prepare_cached(&query)?.query_row([name], read_likeness).optional())
    }

    /// Remembers what files look like that hold what was read under their name, though something about them is new.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn remember(&mut self, files: &[(FileRow, Looks)]) -> Result<(), StoreError> {
        if files.is_empty() {
            return Ok(());
        }
        let path = self.path.clone();
        let mut remember = || -> rusqlite::Result<()> {
            let transaction = self.connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
            for (file, looks) in files {
                let line_end = line_end_of(&transaction, file.id)?;
                keep(&transaction, &file.name, file.id, Some(looks), line_end)?;
            }
            transaction.commit()
        };
        remember().map_err(|source| StoreError::Sql { path, doing: "remember the files", source })
    }

    /// Keeps a log that holds what another file holds whose name comes first, with all that it brings. Answers whether it did:
    /// the other has to be what it was.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn keep_twin(&mut self, name: &str, of: &FileRow, looks: &Looks) -> Result<bool, StoreError> {
        let path = self.path.clone();
        let mut keep_twin = || -> rusqlite::Result<bool> {
            let transaction = self.connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
            let kept = transaction.execute(
                "INSERT INTO file (name, sha256, bytes, source, records, relevant, rejected, first_at, last_at)
                 SELECT ?1, sha256, bytes, source, records, relevant, rejected, first_at, last_at
                 FROM file WHERE id = ?2 AND sha256 = ?3 AND name < ?1 AND taken_at IS NULL",
                params![name, of.id, of.sha256],
            )?;
            if kept == 0 {
                return Ok(false);
            }
            let file = transaction.last_insert_rowid();
            for (table, columns) in [("coverage", "source, hour, first_at, last_at, records"), ("reject", "record, line, reason, excerpt")]
            {
                let copy = format!("INSERT INTO {table} (file, {columns}) SELECT ?1, {columns} FROM {table} WHERE file = ?2");
                transaction.execute(&copy, [file, of.id])?;
            }
            transaction.execute("DELETE FROM refused WHERE name = ?1", [name])?;
            let line_end = line_end_of(&transaction, of.id)?;
            keep(&transaction, name, file, Some(looks), line_end)?;
            transaction.commit()?;
            Ok(true)
        };
        keep_twin().map_err(|source| StoreError::Sql { path, doing: "keep a file", source })
    }

    /// The hours in which a file has records.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn hours_of(&self, file: &FileRow) -> Result<Vec<HourRow>, StoreError> {
        let query = "SELECT first_at, last_at, records FROM coverage WHERE file = ?1 ORDER BY hour";
        let read = |row: &Row<'_>| {
            let (first, last) = (Timestamp::from_micros(row.get(0)?), Timestamp::from_micros(row.get(1)?));
            Ok(HourRow { first, last, records: count(row, 2)? })
        };
        self.sql("read the coverage", |connection| connection.prepare_cached(query)?.query_map([file.id], read)?.collect())
    }

    /// Every file, by how many bytes it has.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn files_by_length(&self) -> Result<BTreeMap<u64, Vec<FileRow>>, StoreError> {
        let mut files: BTreeMap<u64, Vec<FileRow>> = BTreeMap::new();
        for file in self.files()? {
            files.entry(file.bytes).or_default().push(file);
        }
        Ok(files)
    }
}

/// Keeps what the file of this name looks like; an earlier generation looks like that no more. Without looks it is forgotten.
pub(super) fn keep(
    connection: &Connection,
    name: &str,
    file: i64,
    looks: Option<&Looks>,
    line_end: Option<LineEnd>,
) -> rusqlite::Result<()> {
    let Some(looks) = looks else {
        return connection.prepare_cached("DELETE FROM likeness WHERE name = ?1")?.execute([name]).map(drop);
    };
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO likeness (name, file, seen, beginning, ends_at, lines, records) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            name,
            file,
            looks.identity.as_ref().map(Identity::as_str),
            looks.beginning.as_str(),
            line_end.map(|end| number(end.at)),
            line_end.map(|end| number(end.lines)),
            line_end.map(|end| number(end.records)),
        ])
        .map(drop)
}

fn line_end_of(connection: &Connection, file: i64) -> rusqlite::Result<Option<LineEnd>> {
    let query = "SELECT ends_at, lines, records FROM likeness WHERE file = ?1";
    connection.prepare_cached(query)?.query_row([file], |row| read_line_end(row, 0)).optional().map(Option::flatten)
}

fn read_likeness(row: &Row<'_>) -> rusqlite::Result<Likeness> {
    Ok(Likeness {
        file: read_file(row)?,
        identity: row.get::<_, Option<String>>("seen")?.map(Identity::kept),
        beginning: Beginning::kept(row.get("beginning")?),
        line_end: read_line_end(row, row.as_ref().column_index("ends_at")?)?,
    })
}

fn read_line_end(row: &Row<'_>, first: usize) -> rusqlite::Result<Option<LineEnd>> {
    if row.get::<_, Option<i64>>(first)?.is_none() {
        return Ok(None);
    }
    Ok(Some(LineEnd { at: count(row, first)?, lines: count(row, first + 1)?, records: count(row, first + 2)? }))
}
