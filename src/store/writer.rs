//! Writing: everything one file brings, in one transaction.

use rusqlite::{OptionalExtension, Transaction, params};

use super::{Store, StoreError, likeness, pruning};
use crate::model::digest::Digest;
use crate::model::event::{Activity, Actor, Event, Failure, Outcome};
use crate::model::identity::{LineEnd, Looks};
use crate::model::record::{Origin, Reject};
use crate::model::time::Timestamp;

/// A file that is about to be read.
#[derive(Clone, Debug)]
pub struct FileHead<'a> {
    /// Its name, as the report shows it.
    pub name: &'a str,
    /// The source it is read by.
    pub source: &'a str,
    /// The row of the generation that it continues, where the file has only grown, and how many of its records stay as they were
    /// read.
    pub grown_from: Option<(i64, u64)>,
}

/// What is known of a file once it was read to its end.
#[derive(Clone, Debug)]
pub struct FileTail<'a> {
    /// The digest of the bytes on disk.
    pub sha256: Digest,
    /// How many there are.
    pub bytes: u64,
    /// Records read.
    pub records: u64,
    /// Records that became events, duplicates included.
    pub relevant: u64,
    /// Records that could not be read.
    pub rejected: u64,
    /// The first and the last moment a record speaks of.
    pub span: Option<(Timestamp, Timestamp)>,
    /// For listings: scope, moment, whether it is complete, and how many rows it says it has.
    pub listing: Option<(&'a str, Timestamp, bool, Option<u64>)>,
    /// Its hours with records.
    pub hours: &'a [HourRow],
    /// What it looked like when it was opened.
    pub looks: Option<&'a Looks>,
    /// Where its whole lines end.
    pub line_end: Option<LineEnd>,
}

/// One hour of one file that has records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HourRow {
    /// The first record of the hour.
    pub first: Timestamp,
    /// The last.
    pub last: Timestamp,
    /// How many.
    pub records: u64,
}

impl HourRow {
    /// The hour a moment is in, counted since 1970.
    #[must_use]
    pub const fn hour_of(at: Timestamp) -> i64 {
        at.micros().div_euclid(3_600_000_000)
    }
}

/// An event as the store keeps it; made on the threads that decode.
#[derive(Clone, Debug)]
pub struct EventRow {
    pub(super) at: Timestamp,
    pub(super) source: String,
    pub(super) native_id: String,
    pub(super) digest: [u8; 16],
    pub(super) activity: &'static str,
    pub(super) outcome: &'static str,
    pub(super) body: String,
    pub(super) origin: Origin,
    pub(super) original: String,
}

#[derive(serde::Serialize)]
struct BodyRef<'a> {
    outcome: Outcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<&'a Actor>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<&'a Failure>,
    #[serde(skip_serializing_if = "Option::is_none")]
    correlation: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    token: Option<&'a str>,
    activity: &'a Activity,
}

impl EventRow {
    /// The row of an event and of the record it was read from, already without secrets.
    ///
    /// # Errors
    /// Never for events made by a source; the signature is that of the JSON writer.
    pub fn new(event: Event, original: String) -> Result<Self, serde_json::Error> {
        let body = serde_json::to_string(&BodyRef {
            outcome: event.outcome,
            actor: event.actor.as_ref(),
            failure: event.failure.as_ref(),
            correlation: event.correlation.as_deref(),
            token: event.token.as_deref(),
            activity: &event.activity,
        })?;
        let mut digest = [0; 16];
        digest.copy_from_slice(&Digest::of(body.as_bytes()).bytes()[..16]);
        let (activity, outcome) = (event.activity.word(), event.outcome.word());
        Ok(Self {
            at: event.at,
            source: event.source,
            native_id: event.native_id,
            digest,
            activity,
            outcome,
            body,
            origin: event.origin,
            original,
        })
    }
}

/// The transaction of one file.
#[derive(Debug)]
pub struct Writer<'a> {
    transaction: Transaction<'a>,
    path: std::path::PathBuf,
    name: String,
    source: String,
    file: i64,
    /// An original that no event took, because the event was known: the next new event takes it. To take one back from
    /// the store looks through all events for one that rests on it, so that is done once for a file.
    spare: Option<i64>,
    /// What is older may have been removed for its age, and does not come back.
    pruned_before: Timestamp,
}

impl Store {
    /// Begins to read a file. Nothing is kept until [`Writer::finish`].
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn writer(&mut self, head: &FileHead<'_>) -> Result<Writer<'_>, StoreError> {
        let path = self.path.clone();
        let failed = |source| StoreError::Sql { path: path.clone(), doing: "begin to read a file", source };
        let transaction = self.connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).map_err(failed)?;
        let begun = || -> rusqlite::Result<i64> {
            if let Some((file, stay)) = head.grown_from {
                for table in ["coverage", "listing_part"] {
                    transaction.execute(&format!("DELETE FROM {table} WHERE file = ?1"), [file])?;
                }
                transaction.execute("DELETE FROM reject WHERE file = ?1 AND record > ?2", params![file, number(stay)])?;
                return Ok(file);
            }
            // A digest that no file has stands until the file was read.
            let placeholder = Digest::of_parts([head.name, "unread"]).to_string();
            transaction.execute(
                "INSERT INTO file (name, sha256, bytes, source, records, relevant, rejected) VALUES (?1, ?2, 0, ?3, 0, 0, 0)",
                params![head.name, placeholder, head.source],
            )?;
            Ok(transaction.last_insert_rowid())
        };
        let file = begun().map_err(failed)?;
        let pruned: Option<i64> = transaction
            .query_row("SELECT max(cut) FROM pruning", [], |row| row.get(0))
            .map_err(|source| StoreError::Sql { path: self.path.clone(), doing: "begin to read a file", source })?;
        let pruned_before = pruned.map_or(Timestamp::from_micros(i64::MIN), Timestamp::from_micros);
        let (path, name, source) = (self.path.clone(), head.name.to_owned(), head.source.to_owned());
        Ok(Writer { transaction, path, name, source, file, spare: None, pruned_before })
    }
}

impl Writer<'_> {
    /// Keeps an event, once: of all the places it stands in, the first by file name and record is remembered.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn event(&mut self, row: &EventRow) -> Result<(), StoreError> {
        self.keep_event(row).map_err(|source| self.failed("keep an event", source))
    }

    fn keep_event(&mut self, row: &EventRow) -> rusqlite::Result<()> {
        if row.at < self.pruned_before && self.was_pruned(row)? {
            return Ok(());
        }
        let taken = self.spare.take();
        let original = match taken {
            Some(spare) => spare,
            None => self.insert_original(&row.original)?,
        };
        if !self.insert_event(row, original)? {
            self.spare = Some(original);
            return self.keep_first_place(row);
        }
        if taken.is_some() { self.update_original(original, &row.original) } else { Ok(()) }
    }

    /// Whether the record was removed for its age; of the files that brought it the first by name is remembered.
    fn was_pruned(&self, row: &EventRow) -> rusqlite::Result<bool> {
        let key = pruning::key(row.at, &row.source, &row.native_id, row.activity);
        let query = "SELECT name FROM pruned JOIN file ON file.id = pruned.file WHERE key = ?1";
        let name: Option<String> = self.transaction.prepare_cached(query)?.query_row([key], |found| found.get(0)).optional()?;
        if name.as_ref().is_some_and(|name| self.name < *name) {
            self.transaction.prepare_cached("UPDATE pruned SET file = ?2 WHERE key = ?1")?.execute(params![key, self.file])?;
        }
        Ok(name.is_some())
    }

    fn insert_original(&self, body: &str) -> rusqlite::Result<i64> {
        self.transaction.prepare_cached("INSERT INTO original (body) VALUES (?1)")?.execute([body])?;
        Ok(self.transaction.last_insert_rowid())
    }

    fn update_original(&self, id: i64, body: &str) -> rusqlite::Result<()> {
        self.transaction.prepare_cached("UPDATE original SET body = ?2 WHERE id = ?1")?.execute(params![id, body]).map(drop)
    }

    /// Whether the event is new. One that is known stays as it is.
    fn insert_event(&self, row: &EventRow, original: i64) -> rusqlite::Result<bool> {
        let EventRow { at, source, native_id, digest, activity, outcome, body, origin, .. } = row;
        let inserted = self
            .transaction
            .prepare_cached(
                "INSERT INTO event (at, source, native_id, digest, activity, outcome, body, file, record, line, offset, length, original)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) ON CONFLICT DO NOTHING",
            )?
            .execute(params![
                at.micros(),
                source,
                native_id,
                digest,
                activity,
                outcome,
                body,
                self.file,
                number(origin.record),
                number(origin.line),
                number(origin.offset),
                number(origin.length),
                original
            ])?;
        Ok(inserted > 0)
    }

    /// The event is known: the earlier of the two places stands.
    fn keep_first_place(&self, row: &EventRow) -> rusqlite::Result<()> {
        let key = params![row.at.micros(), row.source, row.native_id, row.digest];
        let (name, record, original): (String, i64, i64) = self
            .transaction
            .prepare_cached(
                "SELECT file.name, record, original FROM event JOIN file ON file.id = event.file
                 WHERE at = ?1 AND event.source = ?2 AND native_id = ?3 AND digest = ?4",
            )?
            .query_row(key, |found| Ok((found.get(0)?, found.get(1)?, found.get(2)?)))?;
        if (name.as_str(), record) <= (self.name.as_str(), number(row.origin.record)) {
            return Ok(());
        }
        self.update_original(original, &row.original)?;
        let place = params![
            row.at.micros(),
            row.source,
            row.native_id,
            row.digest,
            self.file,
            number(row.origin.record),
            number(row.origin.line),
            number(row.origin.offset),
            number(row.origin.length)
        ];
        self.transaction
            .prepare_cached(
                "UPDATE event SET file = ?5, record = ?6, line = ?7, offset = ?8, length = ?9
                 WHERE at = ?1 AND source = ?2 AND native_id = ?3 AND digest = ?4",
            )?
            .execute(place)
            .map(drop)
    }

    /// Keeps a record that could not be read, with an excerpt that holds no secret.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn reject(&mut self, reject: &Reject, excerpt: &str) -> Result<(), StoreError> {
        let insert = || {
            self.transaction
                .prepare_cached("INSERT OR REPLACE INTO reject (file, record, line, reason, excerpt) VALUES (?1, ?2, ?3, ?4, ?5)")?
                .execute(params![self.file, number(reject.origin.record), number(reject.origin.line), reject.reason, excerpt])
        };
        insert().map(drop).map_err(|source| self.failed("keep a reject", source))
    }

    /// Keeps the file with everything it brought. A file whose content is already here under this name is let go again.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn finish(self, tail: &FileTail<'_>) -> Result<(), StoreError> {
        let finished = || -> rusqlite::Result<()> {
            if let Some(spare) = self.spare {
                self.transaction.execute("DELETE FROM original WHERE id = ?1", [spare])?;
            }
            let sha256 = tail.sha256.to_string();
            let twin: Option<i64> = self
                .transaction
                .query_row(
                    "SELECT id FROM file WHERE name = ?1 AND sha256 = ?2 AND id <> ?3",
                    params![self.name, sha256, self.file],
                    |row| row.get(0),
                )
                .optional()?;
            if let Some(twin) = twin {
                self.transaction.execute("UPDATE event SET file = ?1 WHERE file = ?2", [twin, self.file])?;
                self.transaction.execute("UPDATE pruned SET file = ?1 WHERE file = ?2", [twin, self.file])?;
                self.transaction.execute("DELETE FROM file WHERE id = ?1", [self.file])?;
                return likeness::keep(&self.transaction, &self.name, twin, tail.looks, tail.line_end);
            }
            self.write_tail(tail, &sha256)?;
            likeness::keep(&self.transaction, &self.name, self.file, tail.looks, tail.line_end)
        };
        finished().map_err(|source| self.failed("keep a file", source))?;
        let (path, transaction) = (self.path, self.transaction);
        transaction.commit().map_err(|source| StoreError::Sql { path, doing: "commit a file", source })
    }

    fn write_tail(&self, tail: &FileTail<'_>, sha256: &str) -> rusqlite::Result<()> {
        let (first, last) = tail.span.unzip();
        self.transaction.execute(
            "UPDATE file SET sha256 = ?2, bytes = ?3, records = ?4, relevant = ?5, rejected = ?6, first_at = ?7, last_at = ?8, taken_at = ?9, complete = ?10
             WHERE id = ?1",
            params![
                self.file, sha256, number(tail.bytes), number(tail.records), number(tail.relevant), number(tail.rejected),
                first.map(Timestamp::micros), last.map(Timestamp::micros),
                tail.listing.map(|(_, taken_at, ..)| taken_at.micros()), tail.listing.map(|(_, _, complete, _)| complete)
            ],
        )?;
        if let Some((scope, taken_at, complete, declared)) = tail.listing {
            self.transaction.execute(
                "INSERT INTO listing_part (file, source, scope, taken_at, complete, rows, declared) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![self.file, self.source, scope, taken_at.micros(), complete, number(tail.relevant), declared.map(number)],
            )?;
        }
        for hour in tail.hours {
            self.transaction
                .prepare_cached("INSERT INTO coverage (source, hour, file, first_at, last_at, records) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
                .execute(params![
                    self.source,
                    HourRow::hour_of(hour.first),
                    self.file,
                    hour.first.micros(),
                    hour.last.micros(),
                    number(hour.records)
                ])?;
        }
        self.transaction.execute("DELETE FROM refused WHERE name = ?1", [&self.name])?;
        Ok(())
    }

    fn failed(&self, doing: &'static str, source: rusqlite::Error) -> StoreError {
        StoreError::Sql { path: self.path.clone(), doing, source }
    }
}

/// SQLite's integers are signed; counts and offsets stay far below their end.
pub(super) fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
