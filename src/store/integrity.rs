//! Integrity: whether records still are what was read. SQLite notices broken pages, not changed content; the digest
//! that each event was kept with does.

use rusqlite::params;
use rusqlite::types::ValueRef;

use super::{Store, StoreError};
use crate::model::digest::{Digest, Hasher};
use crate::model::report::Evidence;

/// What is wrong with a kept record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlteredEvent {
    /// Its source.
    pub source: String,
    /// Its id in its source.
    pub native_id: String,
    /// The file it stands in, and the record's number there: `okta/system-log.ndjson#12`.
    pub reference: String,
}

/// The records that were compared with their digests.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ComparedEvents {
    /// How many there are.
    pub count: u64,
    /// Those that differ.
    pub altered: Vec<AlteredEvent>,
    /// The digest of all of them with their places, as [`Store::events`] answers it.
    pub seal: Option<Digest>,
}

/// The digest of events with their moments, ids and places, in the order of the table.
#[derive(Debug, Default)]
pub(super) struct EventSeal {
    hasher: Hasher,
    row: Vec<u8>,
}

impl EventSeal {
    pub(super) fn take(&mut self, at: i64, source: &str, native_id: &str, digest: &[u8], (file, record): (&str, i64)) {
        self.row.clear();
        self.row.extend_from_slice(&at.to_le_bytes());
        self.row.extend_from_slice(&record.to_le_bytes());
        for part in [digest, source.as_bytes(), native_id.as_bytes(), file.as_bytes()] {
            self.row.extend_from_slice(part);
            self.row.push(0);
        }
        self.hasher.update(&self.row);
    }

    pub(super) fn finish(self) -> Digest {
        self.hasher.finish()
    }
}

/// The tables beside `event` that analysis rests on, in an order that does not depend on how they were filled.
const READ: [&str; 4] = [
    "SELECT name, sha256, bytes, source, taken_at, complete, records, relevant, rejected, first_at, last_at FROM file ORDER BY name, sha256",
    "SELECT name, sha256, part.source, scope, part.taken_at, part.complete, rows, declared
     FROM listing_part AS part JOIN file ON file.id = part.file ORDER BY name, sha256",
    "SELECT coverage.source, hour, name, sha256, coverage.first_at, coverage.last_at, coverage.records
     FROM coverage JOIN file ON file.id = coverage.file ORDER BY coverage.source, hour, name, sha256",
    "SELECT name, sha256, record, line, reason, excerpt FROM reject JOIN file ON file.id = reject.file ORDER BY name, sha256, record",
];

impl Store {
    /// Compares every event with the digest that it was kept with.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn compare_events(&self) -> Result<ComparedEvents, StoreError> {
        let names = self.file_names()?;
        let query = "SELECT body, digest, source, native_id, file, record, at FROM event ORDER BY at, source, native_id, digest";
        self.sql("compare the events", |connection| {
            let mut statement = connection.prepare(query)?;
            let mut rows = statement.query([])?;
            let mut compared = ComparedEvents::default();
            let mut seal = EventSeal::default();
            while let Some(row) = rows.next()? {
                compared.count += 1;
                let (digest, kept) = (Digest::of(row.get_ref(0)?.as_bytes()?), row.get_ref(1)?.as_blob()?);
                let file = names.get(&row.get(4)?).map(String::as_str).unwrap_or_default();
                let (source, native_id, record) = (row.get_ref(2)?.as_str()?, row.get_ref(3)?.as_str()?, row.get::<_, i64>(5)?);
                seal.take(row.get(6)?, source, native_id, kept, (file, record));
                if !digest.bytes().starts_with(kept) {
                    let (source, native_id) = (source.to_owned(), native_id.to_owned());
                    compared.altered.push(AlteredEvent { source, native_id, reference: format!("{file}#{record}") });
                }
            }
            compared.seal = Some(seal.finish());
            Ok(compared)
        })
    }

    /// The digest of everything that was read: of the events, whose digest is given, and of the tables beside them.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn digest_of_read(&self, events: Digest) -> Result<Digest, StoreError> {
        let mut hasher = Hasher::default();
        hasher.update(events.bytes());
        self.sql("digest what was read", |connection| {
            for query in READ {
                let mut statement = connection.prepare(query)?;
                let columns = statement.column_count();
                let mut rows = statement.query([])?;
                while let Some(row) = rows.next()? {
                    for column in 0..columns {
                        match row.get_ref(column)? {
                            ValueRef::Integer(number) => hasher.update(&number.to_le_bytes()),
                            ValueRef::Text(text) => hasher.update(text),
                            ValueRef::Null | ValueRef::Real(_) | ValueRef::Blob(_) => hasher.update(&[1]),
                        }
                        hasher.update(&[0]);
                    }
                }
                hasher.update(&[2]);
            }
            Ok(())
        })?;
        Ok(hasher.finish())
    }

    /// What SQLite says of the structure of the file; `None` where that is sound. It does not see changed content.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn structure(&self) -> Result<Option<String>, StoreError> {
        let said: String =
            self.sql("check the structure", |connection| connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0)))?;
        Ok((said != "ok").then_some(said))
    }

    /// The originals at the place of this evidence, where the file that it names is the only one of its name and still
    /// the one with this digest: then the place holds this record, or none, since an earlier file came to hold it too.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn originals_at(&self, evidence: &Evidence, sha256: &str) -> Result<Vec<String>, StoreError> {
        let (Some(at), Some(record)) = (evidence.at, evidence.record) else { return Ok(Vec::new()) };
        let query = "SELECT original.body FROM event JOIN original ON original.id = event.original
                     WHERE event.at = ?1 AND event.source = ?2 AND event.record = ?3
                     AND event.file = (SELECT min(id) FROM file WHERE name = ?4 HAVING count(*) = 1 AND min(sha256) = ?5)";
        let record = i64::try_from(record).unwrap_or(i64::MAX);
        self.sql("compare the originals", |connection| {
            connection
                .prepare_cached(query)?
                .query_map(params![at.micros(), evidence.source, record, evidence.file, sha256], |row| row.get(0))?
                .collect()
        })
    }
}
