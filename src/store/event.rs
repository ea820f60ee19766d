//! Reading events back: in one total order, up to a moment, of several versions of one record the one that stands.

use std::borrow::Cow;
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

/// Of the body of an event what it tells of an application.
#[derive(Deserialize)]
struct Told<'a> {
    #[serde(borrow)]
    activity: Tells<'a>,
}

#[derive(Deserialize)]
struct Tells<'a> {
    #[serde(borrow)]
    application: Option<TellsOf<'a>>,
}

#[derive(Deserialize)]
struct TellsOf<'a> {
    #[serde(borrow)]
    id: Option<Cow<'a, str>>,
    #[serde(borrow)]
    name: Option<Cow<'a, str>>,
}

/// Moment, source and native id.
type Key = (i64, String, String);

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
            let Some(stands) = standing(versions) else { return Ok(()) };
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
        let versions = self.versions_of(at.micros(), source, native_id)?;
        let Some(stands) = standing(&versions) else { return Ok(None) };
        let file = self.sql("read the files", |connection| {
            connection.prepare_cached("SELECT name FROM file WHERE id = ?1")?.query_row([stands.place.file], |row| row.get(0))
        })?;
        Ok(Some((self.parse(stands)?, file)))
    }

    /// The labels of applications by id, as far as any record up to and including `until` tells them; of several the last in
    /// the alphabet.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn applications(&self, until: Timestamp) -> Result<BTreeMap<String, String>, StoreError> {
        let query = "SELECT body FROM event WHERE at <= ?1 AND activity IN ('assignment', 'sign-on', 'provisioning', 'group-assignment')";
        let mut labels: BTreeMap<String, String> = BTreeMap::new();
        self.sql("read the applications", |connection| {
            let mut statement = connection.prepare(query)?;
            let mut rows = statement.query([until.micros()])?;
            while let Some(row) = rows.next()? {
                let told: Option<Told<'_>> = serde_json::from_slice(row.get_ref(0)?.as_bytes()?).ok();
                let Some(TellsOf { id: Some(id), name: Some(name) }) = told.and_then(|told| told.activity.application) else { continue };
                match labels.get_mut(id.as_ref()) {
                    None => drop(labels.insert(id.into_owned(), name.into_owned())),
                    Some(label) if label.as_str() < name.as_ref() => *label = name.into_owned(),
                    Some(_) => {}
                }
            }
            Ok(labels)
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
        let wanted = self.keys_of(until, |ordinal| shown.contains(&ordinal) || named.contains(&ordinal))?;
        let mut found = BTreeMap::new();
        for (ordinal, (at, source, native_id)) in wanted {
            let is_shown = shown.contains(&ordinal);
            let versions = self.versions_of(at, &source, &native_id)?;
            if let Some(version) = standing(&versions) {
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
                found.insert(ordinal, EventEvidence { native_id, actor, evidence });
            }
        }
        Ok(found)
    }

    /// Where the records of these ordinals stand.
    fn keys_of(&self, until: Timestamp, is_wanted: impl Fn(u32) -> bool) -> Result<Vec<(u32, Key)>, StoreError> {
        let (mut last, mut next): (Key, u32) = ((0, String::new(), String::new()), 0);
        let mut wanted = Vec::new();
        self.keys(until, |at, source, native_id| {
            if next > 0 && (last.0, last.1.as_str(), last.2.as_str()) == (at, source, native_id) {
                return Ok(());
            }
            if is_wanted(next) {
                wanted.push((next, (at, source.to_owned(), native_id.to_owned())));
            }
            last.0 = at;
            for (last, now) in [(&mut last.1, source), (&mut last.2, native_id)] {
                last.clear();
                last.push_str(now);
            }
            next += 1;
            Ok(())
        })?;
        Ok(wanted)
    }

    /// Visits moment, source and native id of every version, in their order. What else it says is not looked at.
    pub(super) fn keys(&self, until: Timestamp, mut visit: impl FnMut(i64, &str, &str) -> rusqlite::Result<()>) -> Result<(), StoreError> {
        self.sql("read the events", |connection| {
            let mut statement =
                connection.prepare("SELECT at, source, native_id FROM event WHERE at <= ?1 ORDER BY at, source, native_id")?;
            let mut rows = statement.query([until.micros()])?;
            while let Some(row) = rows.next()? {
                visit(row.get(0)?, row.get_ref(1)?.as_str()?, row.get_ref(2)?.as_str()?)?;
            }
            Ok(())
        })
    }

    /// The versions of one record, the smaller digest first.
    fn versions_of(&self, at: i64, source: &str, native_id: &str) -> Result<Vec<Version>, StoreError> {
        let query = format!("{COLUMNS} WHERE at = ?1 AND source = ?2 AND native_id = ?3 ORDER BY digest");
        self.sql("read an event", |connection| {
            connection.prepare_cached(&query)?.query_map(rusqlite::params![at, source, native_id], read_version)?.collect()
        })
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
fn standing(versions: &[Version]) -> Option<&Version> {
    let (mut best, others) = versions.split_first()?;
    for version in others {
        let fuller = version.body.len() > best.body.len();
        if fuller || (version.body.len() == best.body.len() && version.digest < best.digest) {
            best = version;
        }
    }
    Some(best)
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
