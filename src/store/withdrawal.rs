//! Withdrawals: a file goes with everything that it alone brought, and that it went is kept.
//!
//! Of a record that stands in several files the store knows the first place alone. So whoever withdraws reads those files
//! again that may hold one of its records, and says of each where else it stands; what is not claimed goes.

use rusqlite::{Row, Transaction, params};

use super::integrity::EventSeal;
use super::writer::{EventRow, number};
use super::{FileRow, Store, StoreError};
use crate::model::report::WithdrawnRow;
use crate::model::time::Timestamp;

/// The transaction in which files are withdrawn.
#[derive(Debug)]
pub struct Withdrawal<'a> {
    transaction: Transaction<'a>,
    path: std::path::PathBuf,
    /// The rows of the files, as JSON.
    files: String,
}

impl Store {
    /// Files that may hold records whose known place is in one of these: of the same source, with records of the same time
    /// that are no first ones. By name.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn sharing_with(&self, files: &[FileRow]) -> Result<Vec<FileRow>, StoreError> {
        let query = "WITH leaving AS (SELECT value AS id FROM json_each(?1)),
                     span AS (SELECT source, min(at) AS first, max(at) AS last FROM event WHERE file IN (SELECT id FROM leaving) GROUP BY source),
                     own AS (SELECT file, count(*) AS records FROM event GROUP BY file)
                     SELECT file.id FROM file JOIN span ON span.source = file.source LEFT JOIN own ON own.file = file.id
                     WHERE file.id NOT IN (SELECT id FROM leaving) AND file.relevant > coalesce(own.records, 0) + (SELECT count(*) FROM pruned WHERE pruned.file = file.id)
                     AND coalesce(file.taken_at, file.first_at, span.first) <= span.last
                     AND coalesce(file.taken_at, file.last_at, span.last) >= span.first";
        let ids: Vec<i64> = self.sql("look for files that share records", |connection| {
            connection.prepare(query)?.query_map([rows_of(files)], |row| row.get(0))?.collect()
        })?;
        Ok(self.files()?.into_iter().filter(|file| ids.contains(&file.id)).collect())
    }

    /// The first moment of a record that was kept of these files; `None` where there is none.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn first_record_of(&self, files: &[FileRow]) -> Result<Option<Timestamp>, StoreError> {
        let query = "SELECT min(at) FROM (SELECT at FROM event WHERE file IN (SELECT value FROM json_each(?1))
                     UNION ALL SELECT first_at FROM file WHERE id IN (SELECT value FROM json_each(?1)))";
        let first: Option<i64> =
            self.sql("read the events", |connection| connection.query_row(query, [rows_of(files)], |row| row.get(0)))?;
        Ok(first.map(Timestamp::from_micros))
    }

    /// Begins to withdraw these files. Nothing is changed until [`Withdrawal::finish`].
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn withdraw(&mut self, files: &[FileRow]) -> Result<Withdrawal<'_>, StoreError> {
        let path = self.path.clone();
        let failed = |source| StoreError::Sql { path: path.clone(), doing: "begin to withdraw a file", source };
        // What is removed is overwritten.
        self.connection.execute_batch("PRAGMA secure_delete = ON;").map_err(failed)?;
        let transaction = self.connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).map_err(failed)?;
        Ok(Withdrawal { transaction, path: self.path.clone(), files: rows_of(files) })
    }

    /// Every withdrawal, by time.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn withdrawn(&self) -> Result<Vec<WithdrawnRow>, StoreError> {
        let query =
            "SELECT name, sha256, bytes, source, records, events, digest, at, reason, again FROM withdrawn ORDER BY at, name, sha256";
        self.sql("read the withdrawals", |connection| connection.prepare(query)?.query_map([], read_withdrawn)?.collect())
    }

    /// Lets what has this content be read again, though it was withdrawn; answers whether it was.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn ask_again(&self, sha256: &str) -> Result<bool, StoreError> {
        let update = "UPDATE withdrawn SET again = 1 WHERE sha256 = ?1";
        self.sql("ask for a file again", |connection| Ok(connection.execute(update, [sha256])? > 0))
    }
}

impl Withdrawal<'_> {
    /// Says that a record stands in another file too: of all such places the first by file name and record is remembered.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn stands_in(&mut self, file: &FileRow, row: &EventRow) -> Result<(), StoreError> {
        self.claim(file, row).map_err(|source| self.failed("keep another place of a record", source))
    }

    fn claim(&self, file: &FileRow, row: &EventRow) -> rusqlite::Result<()> {
        let EventRow { at, source, native_id, digest, origin, original, .. } = row;
        // The place that goes counts as the last of all; between others it is as when they were read.
        let claimed = self
            .transaction
            .prepare_cached(
                "UPDATE event SET file = ?5, record = ?6, line = ?7, offset = ?8, length = ?9
                 WHERE at = ?1 AND source = ?2 AND native_id = ?3 AND digest = ?4
                 AND (file IN (SELECT value FROM json_each(?10)) OR (?11, ?6) < (SELECT name, event.record FROM file WHERE id = event.file))",
            )?
            .execute(params![
                at.micros(), source, native_id, digest, file.id, number(origin.record), number(origin.line), number(origin.offset),
                number(origin.length), self.files, file.name
            ])?;
        if claimed > 0 {
            self.transaction
                .prepare_cached(
                    "UPDATE original SET body = ?5 WHERE id =
                     (SELECT original FROM event WHERE at = ?1 AND source = ?2 AND native_id = ?3 AND digest = ?4)",
                )?
                .execute(params![at.micros(), source, native_id, digest, original])?;
        }
        Ok(())
    }

    /// Removes the files with all that nothing else brought, and keeps that they went.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn finish(self, files: &[FileRow], at: Timestamp, reason: &str) -> Result<Vec<WithdrawnRow>, StoreError> {
        let finished = || -> rusqlite::Result<Vec<WithdrawnRow>> {
            let mut rows = Vec::new();
            for file in files {
                let row = self.remove(file, at, reason)?;
                self.transaction.execute(
                    "INSERT OR REPLACE INTO withdrawn (at, name, sha256, bytes, source, records, events, digest, reason, again)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0)",
                    params![
                        at.micros(),
                        row.file,
                        row.sha256,
                        number(row.bytes),
                        row.source,
                        number(row.read),
                        number(row.removed),
                        row.removed_sha256,
                        row.reason
                    ],
                )?;
                rows.push(row);
            }
            // What the latest analysis knew of everybody rests on what is gone.
            self.transaction.execute_batch("DELETE FROM dossier_run; DELETE FROM dossier; DELETE FROM mention;")?;
            Ok(rows)
        };
        let rows = finished().map_err(|source| self.failed("withdraw a file", source))?;
        let Self { transaction, path, .. } = self;
        transaction.commit().map_err(|source| StoreError::Sql { path, doing: "withdraw a file", source })?;
        Ok(rows)
    }

    fn remove(&self, file: &FileRow, at: Timestamp, reason: &str) -> rusqlite::Result<WithdrawnRow> {
        let query =
            "SELECT at, source, native_id, digest, record, original FROM event WHERE file = ?1 ORDER BY at, source, native_id, digest";
        let mut statement = self.transaction.prepare(query)?;
        let mut rows = statement.query([file.id])?;
        let (mut seal, mut removed) = (EventSeal::default(), Vec::new());
        while let Some(row) = rows.next()? {
            let (source, native_id, digest) = (row.get_ref(1)?.as_str()?, row.get_ref(2)?.as_str()?, row.get_ref(3)?.as_blob()?);
            seal.take(row.get(0)?, source, native_id, digest, (&file.name, row.get(4)?));
            removed.push(row.get::<_, i64>(5)?);
        }
        self.transaction.execute("DELETE FROM event WHERE file = ?1", [file.id])?;
        for original in &removed {
            self.transaction.prepare_cached("DELETE FROM original WHERE id = ?1")?.execute([original])?;
        }
        self.transaction.execute("DELETE FROM pruned WHERE file = ?1", [file.id])?;
        // Rejects, hours and the part of a listing go with their file.
        self.transaction.execute("DELETE FROM file WHERE id = ?1", [file.id])?;
        Ok(WithdrawnRow {
            file: file.name.clone(),
            sha256: file.sha256.clone(),
            bytes: file.bytes,
            source: file.source.clone(),
            read: file.records,
            removed: removed.len() as u64,
            removed_sha256: seal.finish().to_string(),
            withdrawn_at: at,
            reason: reason.to_owned(),
            again: false,
        })
    }

    fn failed(&self, doing: &'static str, source: rusqlite::Error) -> StoreError {
        StoreError::Sql { path: self.path.clone(), doing, source }
    }
}

/// The rows of files, as JSON that SQL can read.
fn rows_of(files: &[FileRow]) -> String {
    serde_json::Value::from(files.iter().map(|file| file.id).collect::<Vec<_>>()).to_string()
}

fn read_withdrawn(row: &Row<'_>) -> rusqlite::Result<WithdrawnRow> {
    let count = |index: usize| row.get::<_, i64>(index).map(|count| u64::try_from(count).unwrap_or(0));
    Ok(WithdrawnRow {
        file: row.get(0)?,
        sha256: row.get(1)?,
        bytes: count(2)?,
        source: row.get(3)?,
        read: count(4)?,
        removed: count(5)?,
        removed_sha256: row.get(6)?,
        withdrawn_at: Timestamp::from_micros(row.get(7)?),
        reason: row.get(8)?,
        again: row.get(9)?,
    })
}
