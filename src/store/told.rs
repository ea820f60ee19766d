//! How far readers were told of runs, so that one that was killed before it could say what is new, or a webhook that was down,
//! loses nothing: the next one says it.

use std::collections::BTreeSet;

use super::{Store, StoreError};
use crate::model::time::Timestamp;

/// Who is told what is new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// Whoever reads what a run prints.
    Digest,
    /// The webhook.
    Webhook,
}

impl Reader {
    const fn key(self) -> &'static str {
        match self {
            Self::Digest => "told.digest",
            Self::Webhook => "told.webhook",
        }
    }
}

impl Store {
    /// The as-of time of the latest run that this reader was told of.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn told(&self, reader: Reader) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.kept_setting(reader.key())?.and_then(|moment| Timestamp::parse(&moment)))
    }

    /// Keeps that this reader was told of a run. Of an earlier one than the latest it says nothing.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn tell(&self, reader: Reader, as_of: Timestamp) -> Result<(), StoreError> {
        if self.told(reader)? >= Some(as_of) {
            return Ok(());
        }
        let insert = "INSERT INTO setting (key, value) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = excluded.value";
        self.sql("keep who was told", |connection| connection.execute(insert, (reader.key(), as_of.to_string())).map(drop))
    }

    /// The findings that were new, or came back, in runs before `as_of` that this reader was not told of.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn untold(&self, reader: Reader, as_of: Timestamp) -> Result<BTreeSet<String>, StoreError> {
        let told = self.told(reader)?.map_or(i64::MIN, Timestamp::micros);
        self.news_of_runs("as_of > ?1 AND as_of < ?2", told, as_of)
    }

    /// The findings that were new, or came back, in the run as of this moment, if this reader was told of it.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn told_before(&self, reader: Reader, as_of: Timestamp) -> Result<BTreeSet<String>, StoreError> {
        let told = self.told(reader)?.map_or(i64::MIN, Timestamp::micros);
        self.news_of_runs("as_of <= ?1 AND as_of = ?2", told, as_of)
    }

    fn news_of_runs(&self, runs: &str, told: i64, as_of: Timestamp) -> Result<BTreeSet<String>, StoreError> {
        let query = format!(
            "SELECT DISTINCT finding_id FROM finding
             WHERE {runs} AND status = 'open' AND json_extract(body, '$.change') IN ('new', 'reopened')"
        );
        self.sql("read what nobody was told", |connection| {
            connection.prepare(&query)?.query_map((told, as_of.micros()), |row| row.get(0))?.collect()
        })
    }
}
