//! Prunings: old records go, with what is left of them: how many, a digest of all, and of each one a digest that keeps it from
//! coming back. What may go is for others to say.

use std::collections::BTreeMap;

use rusqlite::{Transaction, TransactionBehavior, params};

use super::integrity::EventSeal;
use super::writer::number;
use super::{Store, StoreError};
use crate::model::digest::Digest;
use crate::model::report::{PrunedCount, PruningRow};
use crate::model::time::Timestamp;

/// A record that is to go.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OldRecord {
    /// Its moment.
    pub at: Timestamp,
    /// Its source.
    pub source: String,
    /// Its id in its source.
    pub native_id: String,
    /// What it tells: `sign-on`, `observe`.
    pub activity: &'static str,
    /// The row of the file that brought it first.
    pub file: i64,
}

/// A listing that goes whole, or went.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OldListing {
    /// When it was taken.
    pub taken_at: Timestamp,
    /// The source id.
    pub source: String,
    /// What the request named; else empty.
    pub scope: String,
    /// How many distinct rows it has.
    pub rows: u64,
}

/// Everything that is to go together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Removal {
    /// The records, no two the same.
    pub records: Vec<OldRecord>,
    /// The listings that some of them are all rows of.
    pub listings: Vec<OldListing>,
    /// The as-of times of the runs.
    pub runs: Vec<Timestamp>,
}

impl Removal {
    /// How many records of what, by source and activity.
    #[must_use]
    pub fn counts(&self) -> Vec<PrunedCount> {
        let mut counts: BTreeMap<(&str, &str), u64> = BTreeMap::new();
        for record in &self.records {
            *counts.entry((&record.source, record.activity)).or_default() += 1;
        }
        let count = |((source, activity), records): ((&str, &str), u64)| PrunedCount {
            source: source.to_owned(),
            activity: activity.to_owned(),
            records,
        };
        counts.into_iter().map(count).collect()
    }
}

/// What a record is known by after it went: a log's by its id alone, since other forms of it may give another moment;
/// a listing's row comes back with every listing.
pub(super) fn key(at: Timestamp, source: &str, native_id: &str, activity: &str) -> [u8; 16] {
    let at = if activity == "observe" { at.micros().to_string() } else { String::new() };
    let mut key = [0; 16];
    key.copy_from_slice(&Digest::of_parts([at.as_str(), source, native_id]).bytes()[..16]);
    key
}

/// A pruning that can still be taken back: what is to go is gone for whoever reads through this store, and for nobody else.
#[derive(Debug)]
pub struct Pruning<'a> {
    transaction: Transaction<'a>,
    path: std::path::PathBuf,
    id: i64,
}

impl Store {
    /// Removes these for the time being. `read` is the digest of everything read, as the store stands before.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn begin_pruning(&self, removal: &Removal, (at, cut): (Timestamp, Timestamp), read: &str) -> Result<Pruning<'_>, StoreError> {
        let begun = || -> rusqlite::Result<(Transaction<'_>, i64)> {
            self.connection.execute_batch("PRAGMA secure_delete = ON;")?;
            let transaction = Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate)?;
            transaction.execute(
                "INSERT INTO pruning (at, cut, digest, read_before, read_after) VALUES (?1, ?2, ?3, ?3, ?3)",
                params![at.micros(), cut.micros(), read],
            )?;
            let id = transaction.last_insert_rowid();
            let digest = remove_records(&transaction, &removal.records)?.to_string();
            transaction.execute("UPDATE pruning SET digest = ?2 WHERE id = ?1", params![id, digest])?;
            for PrunedCount { source, activity, records } in removal.counts() {
                let insert = "INSERT INTO pruned_count (pruning, source, activity, records) VALUES (?1, ?2, ?3, ?4)";
                transaction.execute(insert, params![id, source, activity, number(records)])?;
            }
            for OldListing { taken_at, source, scope, rows } in &removal.listings {
                let insert = "INSERT INTO pruned_listing (pruning, source, scope, taken_at, rows) VALUES (?1, ?2, ?3, ?4, ?5)";
                transaction.execute(insert, params![id, source, scope, taken_at.micros(), number(*rows)])?;
            }
            removal.runs.iter().try_for_each(|as_of| remove_run(&transaction, id, *as_of))?;
            // Dossiers name events by their places among all, which are others now.
            transaction.execute_batch("DELETE FROM dossier_run; DELETE FROM dossier; DELETE FROM mention;")?;
            Ok((transaction, id))
        };
        let path = self.path.clone();
        let (transaction, id) = begun().map_err(|source| StoreError::Sql { path: path.clone(), doing: "remove old records", source })?;
        Ok(Pruning { transaction, path, id })
    }

    /// Every pruning, by time.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn prunings(&self) -> Result<Vec<PruningRow>, StoreError> {
        let query = "SELECT id, at, cut, digest, (SELECT count(*) FROM pruned_listing WHERE pruning = pruning.id),
                     (SELECT count(*) FROM pruned_run WHERE pruning = pruning.id) FROM pruning ORDER BY id";
        self.sql("read what was removed", |connection| {
            let mut counts = connection.prepare("SELECT source, activity, records FROM pruned_count WHERE pruning = ?1 ORDER BY 1, 2")?;
            let mut prunings = Vec::new();
            let mut statement = connection.prepare(query)?;
            let mut rows = statement.query([])?;
            let count = |row: &rusqlite::Row<'_>, index: usize| row.get::<_, i64>(index).map(|count| u64::try_from(count).unwrap_or(0));
            while let Some(row) = rows.next()? {
                let of = |row: &rusqlite::Row<'_>| Ok(PrunedCount { source: row.get(0)?, activity: row.get(1)?, records: count(row, 2)? });
                prunings.push(PruningRow {
                    pruned_at: Timestamp::from_micros(row.get(1)?),
                    before: Timestamp::from_micros(row.get(2)?),
                    removed: counts.query_map([row.get::<_, i64>(0)?], of)?.collect::<rusqlite::Result<_>>()?,
                    listings: count(row, 4)?,
                    runs: count(row, 5)?,
                    removed_sha256: row.get(3)?,
                });
            }
            Ok(prunings)
        })
    }

    /// How many records that went each file had been the first to bring.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn pruned_by_file(&self) -> Result<BTreeMap<i64, u64>, StoreError> {
        self.sql("read what was removed", |connection| {
            let mut statement = connection.prepare("SELECT file, count(*) FROM pruned GROUP BY file")?;
            statement.query_map([], |row| Ok((row.get(0)?, u64::try_from(row.get::<_, i64>(1)?).unwrap_or(0))))?.collect()
        })
    }

    /// The listings that went.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn pruned_listings(&self) -> Result<Vec<OldListing>, StoreError> {
        self.sql("read what was removed", |connection| {
            let query = "SELECT taken_at, source, scope, rows FROM pruned_listing ORDER BY 1, 2, 3";
            let listing = |row: &rusqlite::Row<'_>| {
                let (taken_at, rows) = (Timestamp::from_micros(row.get(0)?), u64::try_from(row.get::<_, i64>(3)?).unwrap_or(0));
                Ok(OldListing { taken_at, source: row.get(1)?, scope: row.get(2)?, rows })
            };
            connection.prepare(query)?.query_map([], listing)?.collect()
        })
    }

    /// The runs that went: the hash of each one's manifest, by as-of time.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn pruned_runs(&self) -> Result<BTreeMap<Timestamp, Option<String>>, StoreError> {
        self.sql("read what was removed", |connection| {
            let mut statement = connection.prepare("SELECT as_of, manifest_sha256 FROM pruned_run")?;
            statement.query_map([], |row| Ok((Timestamp::from_micros(row.get(0)?), row.get(1)?)))?.collect()
        })
    }

    /// What the digest of everything read became by prunings that came after it.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn read_after_prunings(&self, read: &str) -> Result<String, StoreError> {
        let prunings: Vec<(String, String)> = self.sql("read what was removed", |connection| {
            let mut statement = connection.prepare("SELECT read_before, read_after FROM pruning ORDER BY id")?;
            statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
        })?;
        Ok(prunings.into_iter().fold(read.to_owned(), |read, (before, after)| if read == before { after } else { read }))
    }
}

impl Pruning<'_> {
    /// Makes it so. `read` is the digest of everything read, as the store stands now.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn keep(self, read: &str) -> Result<(), StoreError> {
        let Self { transaction, path, id } = self;
        let kept = transaction.execute("UPDATE pruning SET read_after = ?2 WHERE id = ?1", params![id, read]);
        kept.and_then(|_| transaction.commit()).map_err(|source| StoreError::Sql { path, doing: "remove old records", source })
    }
}

/// Removes records with their originals; answers the digest of them.
fn remove_records(transaction: &Transaction<'_>, records: &[OldRecord]) -> rusqlite::Result<Digest> {
    let mut seal = EventSeal::default();
    let mut originals = transaction.prepare(
        "SELECT original, digest, record, (SELECT name FROM file WHERE id = event.file) FROM event
         WHERE at = ?1 AND source = ?2 AND native_id = ?3 ORDER BY digest",
    )?;
    for record in records {
        let OldRecord { at, source, native_id, activity, file } = record;
        let mut rows = originals.query(params![at.micros(), source, native_id])?;
        let mut found: Vec<i64> = Vec::new();
        while let Some(row) = rows.next()? {
            let name: String = row.get(3)?;
            seal.take(at.micros(), source, native_id, row.get_ref(1)?.as_blob()?, (&name, row.get(2)?));
            found.push(row.get(0)?);
        }
        transaction.prepare_cached("DELETE FROM event WHERE at = ?1 AND source = ?2 AND native_id = ?3")?.execute(params![
            at.micros(),
            source,
            native_id
        ])?;
        for original in found {
            transaction.prepare_cached("DELETE FROM original WHERE id = ?1")?.execute([original])?;
        }
        transaction
            .prepare_cached("INSERT OR IGNORE INTO pruned (key, file) VALUES (?1, ?2)")?
            .execute(params![key(*at, source, native_id, activity), file])?;
    }
    Ok(seal.finish())
}

/// Removes a run with its report and findings; when it found what stays known.
fn remove_run(transaction: &Transaction<'_>, pruning: i64, as_of: Timestamp) -> rusqlite::Result<()> {
    let manifest: Option<String> =
        transaction.query_row("SELECT manifest FROM run WHERE as_of = ?1", [as_of.micros()], |row| row.get(0))?;
    let sha256 = manifest.map(|manifest| Digest::of(manifest.as_bytes()).to_string());
    transaction.execute(
        "INSERT INTO pruned_run (as_of, pruning, run_id, manifest_sha256) SELECT as_of, ?2, run_id, ?3 FROM run WHERE as_of = ?1",
        params![as_of.micros(), pruning, sha256],
    )?;
    transaction.execute(
        "INSERT INTO pruned_finding (finding_id, first_seen, last_seen) SELECT finding_id, as_of, as_of FROM finding WHERE as_of = ?1
         ON CONFLICT DO UPDATE SET first_seen = min(first_seen, excluded.first_seen), last_seen = max(last_seen, excluded.last_seen)",
        [as_of.micros()],
    )?;
    transaction.execute("DELETE FROM run WHERE as_of = ?1", [as_of.micros()]).map(drop)
}
