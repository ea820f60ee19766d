//! Files: what was read, what was refused, which listings they make up, and for which hours they speak.

use std::collections::BTreeMap;

use rusqlite::Row;

use super::{Store, StoreError};
use crate::model::coverage::Coverage;
use crate::model::report::{RefusedRow, RejectRow};
use crate::model::time::Timestamp;

/// One row of `file`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRow {
    /// The row.
    pub id: i64,
    /// Its name, as the report shows it.
    pub name: String,
    /// The digest of the bytes on disk.
    pub sha256: String,
    /// How many there are.
    pub bytes: u64,
    /// The source.
    pub source: String,
    /// What the listing is of, where the request named it; else empty.
    pub scope: String,
    /// When the listing was taken.
    pub taken_at: Option<Timestamp>,
    /// Whether the listing is the full state.
    pub complete: Option<bool>,
    /// Records read.
    pub records: u64,
    /// Records that became events, duplicates included.
    pub relevant: u64,
    /// Records that could not be read.
    pub rejected: u64,
    /// The first moment a record speaks of.
    pub first_at: Option<Timestamp>,
    /// The last.
    pub last_at: Option<Timestamp>,
}

/// A listing, put together from its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListingRow {
    /// When it was taken.
    pub taken_at: Timestamp,
    /// The source id.
    pub source: String,
    /// What the request named; else empty.
    pub scope: String,
    /// Whether all of it was read, and what it does not name was absent.
    pub complete: bool,
    /// How many distinct rows it has.
    pub rows: u64,
    /// A file it came in; the first by name.
    pub file: String,
}

pub(super) const FILES: &str = "SELECT id, name, sha256, bytes, source, taken_at, complete, records, relevant, rejected, first_at, last_at,
                            coalesce((SELECT scope FROM listing_part WHERE listing_part.file = file.id), '')
                     FROM file";

impl Store {
    /// Every file, by name and digest.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn files(&self) -> Result<Vec<FileRow>, StoreError> {
        let query = format!("{FILES} ORDER BY name, sha256");
        self.sql("read the files", |connection| connection.prepare(&query)?.query_map([], read_file)?.collect())
    }

    /// Every generation of the file with this name, the latest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn generations(&self, name: &str) -> Result<Vec<FileRow>, StoreError> {
        let query = format!("{FILES} WHERE name = ?1 ORDER BY id DESC");
        self.sql("read the files", |connection| connection.prepare_cached(&query)?.query_map([name], read_file)?.collect())
    }

    /// Keeps that a file could not be read.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn refuse(&self, name: &str, reason: &str) -> Result<(), StoreError> {
        let insert = "INSERT INTO refused (name, reason) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET reason = excluded.reason";
        self.sql("keep a refusal", |connection| connection.execute(insert, [name, reason]).map(drop))
    }

    /// Forgets that a file could not be read.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn withdraw_refusal(&self, name: &str) -> Result<(), StoreError> {
        self.sql("withdraw refusals", |connection| connection.execute("DELETE FROM refused WHERE name = ?1", [name]).map(drop))
    }

    /// Forgets refusals of all names but these: the config does not name the others any more.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn withdraw_refusals_except(&self, names: &[&str]) -> Result<(), StoreError> {
        let kept = serde_json::Value::from(names.to_vec()).to_string();
        let delete = "DELETE FROM refused WHERE name NOT IN (SELECT value FROM json_each(?1))";
        self.sql("withdraw refusals", |connection| connection.execute(delete, [kept]).map(drop))
    }

    /// Files that could not be read, by name.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn refused(&self) -> Result<Vec<RefusedRow>, StoreError> {
        self.sql("read the refusals", |connection| {
            connection
                .prepare("SELECT name, reason FROM refused ORDER BY name")?
                .query_map([], |row| Ok(RefusedRow { file: row.get(0)?, reason: row.get(1)? }))?
                .collect()
        })
    }

    /// Records that could not be read, by file and place.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn rejects(&self) -> Result<Vec<RejectRow>, StoreError> {
        let query = "SELECT file.name, line, reason, excerpt, source FROM reject JOIN file ON file.id = reject.file
                     ORDER BY file.name, record, file.sha256";
        self.sql("read the rejects", |connection| {
            connection
                .prepare(query)?
                .query_map([], |row| {
                    Ok(RejectRow {
                        file: row.get(0)?,
                        line: count(row, 1)?,
                        reason: row.get(2)?,
                        excerpt: row.get(3)?,
                        source: row.get(4)?,
                    })
                })?
                .collect()
        })
    }

    /// Every listing taken up to and including `until`, its parts put together: complete where all parts are, and
    /// where it says how many rows it has, no fewer were read.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn listings(&self, until: Timestamp) -> Result<Vec<ListingRow>, StoreError> {
        // The rows are counted for all scopes at once: a listing of each group's members is as many scopes as groups.
        let query = "WITH moment AS MATERIALIZED (SELECT DISTINCT taken_at, source FROM listing_part WHERE taken_at <= ?1),
                     counted AS MATERIALIZED (
                         SELECT event.source, own.scope, event.at, count(DISTINCT native_id) AS rows
                         FROM moment CROSS JOIN event ON event.at = moment.taken_at AND event.source = moment.source
                         CROSS JOIN listing_part AS own ON own.file = event.file GROUP BY event.source, own.scope, event.at)
                     SELECT part.source, part.scope, part.taken_at, min(part.complete), coalesce(max(counted.rows), 0),
                            max(part.declared), min(file.name)
                     FROM listing_part AS part JOIN file ON file.id = part.file
                     LEFT JOIN counted ON counted.source = part.source AND counted.scope = part.scope AND counted.at = part.taken_at
                     WHERE part.taken_at <= ?1 AND NOT EXISTS (SELECT 1 FROM pruned_listing AS gone
                         WHERE gone.source = part.source AND gone.scope = part.scope AND gone.taken_at = part.taken_at)
                     GROUP BY part.source, part.scope, part.taken_at ORDER BY part.taken_at, part.source, part.scope";
        self.sql("read the listings", |connection| {
            connection
                .prepare(query)?
                .query_map([until.micros()], |row| {
                    let (rows, declared) = (count(row, 4)?, row.get::<_, Option<i64>>(5)?.and_then(|number| u64::try_from(number).ok()));
                    Ok(ListingRow {
                        taken_at: Timestamp::from_micros(row.get(2)?),
                        source: row.get(0)?,
                        scope: row.get(1)?,
                        complete: row.get::<_, bool>(3)? && declared.is_none_or(|declared| rows >= declared),
                        rows,
                        file: row.get(6)?,
                    })
                })?
                .collect()
        })
    }

    /// For every source, the hours with records up to and including `until`.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn coverage(&self, until: Timestamp) -> Result<Vec<Coverage>, StoreError> {
        let query =
            "SELECT source, min(first_at), max(last_at) FROM coverage WHERE first_at <= ?1 GROUP BY source, hour ORDER BY source, hour";
        let hours: Vec<(String, i64, i64)> = self.sql("read the coverage", |connection| {
            connection.prepare(query)?.query_map([until.micros()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?.collect()
        })?;
        let mut sources: BTreeMap<String, Coverage> = BTreeMap::new();
        for (source, first, last) in hours {
            let coverage = sources.entry(source.clone()).or_insert_with(|| Coverage { source, ..Coverage::default() });
            // Of an hour that goes on beyond `until` only the first record is known to lie before it.
            let last = if last <= until.micros() { last } else { first };
            coverage.hours.push((Timestamp::from_micros(first), Timestamp::from_micros(last)));
        }
        Ok(sources.into_values().collect())
    }
}

pub(super) fn read_file(row: &Row<'_>) -> rusqlite::Result<FileRow> {
    let moment = |index: usize| row.get::<_, Option<i64>>(index).map(|micros| micros.map(Timestamp::from_micros));
    Ok(FileRow {
        id: row.get(0)?,
        name: row.get(1)?,
        sha256: row.get(2)?,
        bytes: count(row, 3)?,
        source: row.get(4)?,
        taken_at: moment(5)?,
        complete: row.get(6)?,
        records: count(row, 7)?,
        relevant: count(row, 8)?,
        rejected: count(row, 9)?,
        first_at: moment(10)?,
        last_at: moment(11)?,
        scope: row.get(12)?,
    })
}

pub(super) fn count(row: &Row<'_>, index: usize) -> rusqlite::Result<u64> {
    row.get::<_, i64>(index).map(|number| u64::try_from(number).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::digest::Digest;
    use crate::store::{FileHead, FileTail};

    #[test]
    fn a_listing_that_was_taken_later_is_not_there_yet() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut store = Store::open(&folder.path().join("store.db")).expect("a store");
        for hour in [1, 2, 3] {
            let (name, taken_at) = (format!("users-{hour}.json"), Timestamp::from_micros(hour * 3_600_000_000));
            let tail = FileTail {
                sha256: Digest::of(name.as_bytes()),
                bytes: 2,
                records: 0,
                relevant: 0,
                rejected: 0,
                span: None,
                listing: Some(("", taken_at, true, None)),
                hours: &[],
                looks: None,
                line_end: None,
            };
            let head = FileHead { name: &name, source: "scim-users", grown_from: None };
            store.writer(&head).expect("a writer").finish(&tail).expect("kept");
        }
        let names = |until: i64| -> Vec<String> {
            store.listings(Timestamp::from_micros(until)).expect("listings").into_iter().map(|row| row.file).collect()
        };
        assert_eq!(names(2 * 3_600_000_000), ["users-1.json", "users-2.json"]);
        assert_eq!(names(2 * 3_600_000_000 - 1), ["users-1.json"]);
        assert_eq!(names(0), Vec::<String>::new());
    }
}
