//! Reading events back: in one total order, up to a moment, of several versions of one record the one that stands.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Row;
use serde::Deserialize;

use super::integrity::EventSeal;
use super::{Store, StoreError};
use crate::model::digest::Digest;
use crate::model::event::{Activity, Actor, Event, Failure, Outcome};
use crate::model::record::Origin;
use crate::model::report::Evidence;
use crate::model::time::Timestamp;

/// Where a record stands: the file's row and the place in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file's row.
    pub file: i64,
    /// The place in the file.
    pub origin: Origin,
}

/// An event as it is replayed.
#[derive(Debug)]
pub struct StoredEvent {
    /// Its place in the total order.
    pub ordinal: u32,
    /// The event that stands.
    pub event: Event,
    /// The file that the version that stands came in.
    pub file: i64,
    /// The file that brought it first, by name.
    pub first_file: i64,
    /// How many versions of it there are.
    pub versions: usize,
}

/// One version of a record that has several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptVersion {
    /// Its moment.
    pub at: Timestamp,
    /// Its source.
    pub source: String,
    /// Its id in its source.
    pub native_id: String,
    /// What it says, as JSON, without moment, source and id.
    pub body: String,
    /// The file that brought it first, by name.
    pub file: String,
    /// The line in it.
    pub line: u64,
}

/// An event as evidence, with the native id that findings about it are named by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventEvidence {
    /// Its id in its source.
    pub native_id: String,
    /// Who did it, where that is told.
    pub actor: Option<Actor>,
    /// The record.
    pub evidence: Evidence,
}

#[derive(Deserialize)]
struct BodyOwned {
    outcome: Outcome,
    actor: Option<Actor>,
    failure: Option<Failure>,
    correlation: Option<String>,
    token: Option<String>,
    activity: Activity,
}

/// One row of `event`, not yet parsed.
struct Version {
    at: i64,
    source: String,
    native_id: String,
    digest: Vec<u8>,
    body: String,
    place: Place,
    original: i64,
}

const COLUMNS: &str = "SELECT at, source, native_id, digest, body, file, record, line, offset, length, original FROM event";

impl Store {
    /// Visits every event up to and including `until`, in order of time, source, native id.
    /// Of several versions of one record the fuller stands, else the one with the smaller digest.
    /// Answers the digest of all of them, versions included, with their places.
    ///
    /// # Errors
    /// When the store cannot be read, or a row does not hold the event that was kept in it.
    pub fn events(&self, until: Timestamp, mut visit: impl FnMut(StoredEvent)) -> Result<Digest, StoreError> {
        let names = self.file_names()?;
        let mut seal = EventSeal::default();
        let mut ordinal = 0;
        self.versions(until, |versions| {
            for version in versions {
                let file = names.get(&version.place.file).map(String::as_str).unwrap_or_default();
                let record = i64::try_from(version.place.origin.record).unwrap_or(i64::MAX);
                seal.take(version.at, &version.source, &version.native_id, &version.digest, (file, record));
                if !Digest::of(version.body.as_bytes()).bytes().starts_with(&version.digest) {
                    return Err(self.damaged("event", &format!("{file}#{record} is not the record that was read")));
                }
            }
            let stands = standing(versions);
            let event = self.parse(stands)?;
            let first = versions.iter().min_by_key(|version| (names.get(&version.place.file), version.place.origin.record));
            let first_file = first.map_or(0, |version| version.place.file);
            visit(StoredEvent { ordinal, event, file: stands.place.file, first_file, versions: versions.len() });
            ordinal += 1;
            Ok(())
        })?;
        Ok(seal.finish())
    }

    /// The version that stands of the record with this moment, source and native id, and the name of its file.
    ///
    /// # Errors
    /// When the store cannot be read, or the row does not hold an event.
    pub fn event_at(&self, at: Timestamp, source: &str, native_id: &str) -> Result<Option<(Event, String)>, StoreError> {
        let query = format!("{COLUMNS} WHERE at = ?1 AND source = ?2 AND native_id = ?3 ORDER BY digest");
        let versions: Vec<Version> = self.sql("read an event", |connection| {
            connection.prepare_cached(&query)?.query_map(rusqlite::params![at.micros(), source, native_id], read_version)?.collect()
        })?;
        if versions.is_empty() {
            return Ok(None);
        }
        let stands = standing(&versions);
        let file = self.sql("read the files", |connection| {
            connection.prepare_cached("SELECT name FROM file WHERE id = ?1")?.query_row([stands.place.file], |row| row.get(0))
        })?;
        Ok(Some((self.parse(stands)?, file)))
    }

    /// Visits the versions of every record that has several up to and including `until`, record by record: of records of
    /// these logs whatever moment they give, of other records at the same moment. The smaller digest comes first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn versions_that_differ(&self, until: Timestamp, logs: &[&str], mut visit: impl FnMut(&[KeptVersion])) -> Result<(), StoreError> {
        let query = "WITH twin AS MATERIALIZED (
                         SELECT source, native_id, iif(source IN (SELECT value FROM json_each(?2)), NULL, at) AS moment FROM event
                         WHERE at <= ?1 GROUP BY 1, 2, 3 HAVING count(*) > 1)
                     SELECT event.at, event.source, event.native_id, event.body, file.name, event.line, twin.moment
                     FROM event CROSS JOIN twin ON event.source = twin.source AND event.native_id = twin.native_id
                     AND event.at = coalesce(twin.moment, event.at) JOIN file ON file.id = event.file WHERE event.at <= ?1
                     ORDER BY event.source, event.native_id, twin.moment, event.digest, event.at";
        let logs = serde_json::to_string(logs).unwrap_or_default();
        let versions: Vec<(KeptVersion, Option<i64>)> = self.sql("compare the versions of records", |connection| {
            connection.prepare(query)?.query_map(rusqlite::params![until.micros(), logs], read_kept)?.collect()
        })?;
        let same = |one: &(KeptVersion, Option<i64>), other: &(KeptVersion, Option<i64>)| {
            (&one.0.source, &one.0.native_id, one.1) == (&other.0.source, &other.0.native_id, other.1)
        };
        for group in versions.chunk_by(same) {
            let group: Vec<KeptVersion> = group.iter().map(|(version, _)| version.clone()).collect();
            visit(&group);
        }
        Ok(())
    }

    /// The labels of applications by id, as far as any record up to and including `until` tells them; of several the last in
    /// the alphabet.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn applications(&self, until: Timestamp) -> Result<BTreeMap<String, String>, StoreError> {
        let query = "SELECT DISTINCT body ->> '$.activity.application.id', body ->> '$.activity.application.name' FROM event
                     WHERE at <= ?1 AND activity IN ('assignment', 'sign-on', 'provisioning', 'group-assignment')
                     AND body ->> '$.activity.application.id' IS NOT NULL AND body ->> '$.activity.application.name' IS NOT NULL
                     ORDER BY 1, 2";
        self.sql("read the applications", |connection| {
            connection.prepare(query)?.query_map([until.micros()], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
        })
    }

    /// The records behind these ordinals of [`Store::events`] with the same `until`, as evidence; of those that are `named` alone
    /// without the original and its hash.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn evidence(
        &self,
        until: Timestamp,
        shown: &BTreeSet<u32>,
        named: &BTreeSet<u32>,
    ) -> Result<BTreeMap<u32, EventEvidence>, StoreError> {
        let files = self.file_names()?;
        let mut ordinal = 0;
        let mut found = BTreeMap::new();
        self.versions(until, |versions| {
            let is_shown = shown.contains(&ordinal);
            if is_shown || named.contains(&ordinal) {
                let version = standing(versions);
                let original: String = if is_shown { self.original(version.original)? } else { String::new() };
                let evidence = Evidence {
                    source: version.source.clone(),
                    file: files.get(&version.place.file).cloned().unwrap_or_default(),
                    record: Some(version.place.origin.record),
                    line: Some(version.place.origin.line),
                    at: Some(Timestamp::from_micros(version.at)),
                    sha256: if is_shown { Digest::of(original.as_bytes()).to_string() } else { String::new() },
                    original,
                };
                let actor = self.parse(version)?.actor;
                found.insert(ordinal, EventEvidence { native_id: version.native_id.clone(), actor, evidence });
            }
            ordinal += 1;
            Ok(())
        })?;
        Ok(found)
    }

    fn original(&self, id: i64) -> Result<String, StoreError> {
        self.sql("read an original", |connection| {
            connection.prepare_cached("SELECT body FROM original WHERE id = ?1")?.query_row([id], |row| row.get(0))
        })
    }

    /// Visits the versions of every record, record by record.
    fn versions(&self, until: Timestamp, mut visit: impl FnMut(&[Version]) -> Result<(), StoreError>) -> Result<(), StoreError> {
        let failed = |source| StoreError::Sql { path: self.path.clone(), doing: "read the events", source };
        let query = format!("{COLUMNS} WHERE at <= ?1 ORDER BY at, source, native_id, digest");
        let mut statement = self.connection.prepare(&query).map_err(failed)?;
        let mut rows = statement.query([until.micros()]).map_err(failed)?;
        let mut group: Vec<Version> = Vec::new();
        while let Some(row) = rows.next().map_err(failed)? {
            let version = read_version(row).map_err(failed)?;
            let same = group
                .last()
                .is_some_and(|last| (last.at, &last.source, &last.native_id) == (version.at, &version.source, &version.native_id));
            if !same && !group.is_empty() {
                visit(&group)?;
                group.clear();
            }
            group.push(version);
        }
        if group.is_empty() { Ok(()) } else { visit(&group) }
    }

    fn parse(&self, version: &Version) -> Result<Event, StoreError> {
        let body: BodyOwned = serde_json::from_str(&version.body).map_err(|error| StoreError::Damaged {
            path: self.path.clone(),
            table: "event",
            reason: error.to_string(),
        })?;
        let BodyOwned { outcome, actor, failure, correlation, token, activity } = body;
        Ok(Event {
            at: Timestamp::from_micros(version.at),
            source: version.source.clone(),
            native_id: version.native_id.clone(),
            outcome,
            actor,
            failure,
            correlation,
            token,
            activity,
            origin: version.place.origin,
        })
    }

    /// The files' names by row.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn file_names(&self) -> Result<BTreeMap<i64, String>, StoreError> {
        self.sql("read the files", |connection| {
            connection.prepare("SELECT id, name FROM file")?.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
        })
    }
}

/// The version that stands: the fuller, else the one with the smaller digest.
fn standing(versions: &[Version]) -> &Version {
    let mut best = &versions[0];
    for version in &versions[1..] {
        let fuller = version.body.len() > best.body.len();
        if fuller || (version.body.len() == best.body.len() && version.digest < best.digest) {
            best = version;
        }
    }
    best
}

fn read_kept(row: &Row<'_>) -> rusqlite::Result<(KeptVersion, Option<i64>)> {
    let version = KeptVersion {
        at: Timestamp::from_micros(row.get(0)?),
        source: row.get(1)?,
        native_id: row.get(2)?,
        body: row.get(3)?,
        file: row.get(4)?,
        line: row.get::<_, i64>(5).map(|line| u64::try_from(line).unwrap_or(0))?,
    };
    Ok((version, row.get(6)?))
}

fn read_version(row: &Row<'_>) -> rusqlite::Result<Version> {
    let count = |index: usize| row.get::<_, i64>(index).map(|number| u64::try_from(number).unwrap_or(0));
    let origin = Origin { record: count(6)?, line: count(7)?, offset: count(8)?, length: count(9)? };
    Ok(Version {
        at: row.get(0)?,
        source: row.get(1)?,
        native_id: row.get(2)?,
        digest: row.get(3)?,
        body: row.get(4)?,
        place: Place { file: row.get(5)?, origin },
        original: row.get(10)?,
    })
}
