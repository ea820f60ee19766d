//! Integrity: whether records still are what was read. SQLite notices broken pages, not changed content; the digest
//! that each event was kept with does.

use rusqlite::params;

use super::{Store, StoreError};
use crate::model::digest::Digest;
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
}

impl Store {
    /// Compares every event with the digest that it was kept with.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn compare_events(&self) -> Result<ComparedEvents, StoreError> {
        let names = self.file_names()?;
        let query = "SELECT body, digest, source, native_id, file, record FROM event";
        self.sql("compare the events", |connection| {
            let mut statement = connection.prepare(query)?;
            let mut rows = statement.query([])?;
            let mut compared = ComparedEvents::default();
            while let Some(row) = rows.next()? {
                compared.count += 1;
                let digest = Digest::of(row.get_ref(0)?.as_bytes()?);
                if digest.bytes().starts_with(row.get_ref(1)?.as_blob()?) {
                    continue;
                }
                let file = names.get(&row.get(4)?).map(String::as_str).unwrap_or_default();
                let reference = format!("{file}#{}", row.get::<_, i64>(5)?);
                compared.altered.push(AlteredEvent { source: row.get(2)?, native_id: row.get(3)?, reference });
            }
            Ok(compared)
        })
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
