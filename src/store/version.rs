//! Versions: records that came back with other content.
//!
//! Which records have several is told by their keys alone, so that the content of all the others is not touched.

use rusqlite::Row;

use super::{Store, StoreError};
use crate::model::time::Timestamp;

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

impl Store {
    /// Visits the versions of every record that has several up to and including `until`, record by record: of records of
    /// these logs whatever moment they give, of other records at the same moment. The smaller digest comes first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn versions_that_differ(&self, until: Timestamp, logs: &[&str], mut visit: impl FnMut(&[KeptVersion])) -> Result<(), StoreError> {
        // A log's record has one time for good, so that its versions may give several.
        let moment = |at: i64, source: &str| (!logs.contains(&source)).then_some(at);
        let mut marks = Vec::new();
        self.keys(until, |at, source, native_id| {
            marks.push(mark(source, native_id, moment(at, source)));
            Ok(())
        })?;
        let marks = repeated(marks);
        if marks.is_empty() {
            return Ok(());
        }
        let mut keys = Vec::new();
        self.keys(until, |at, source, native_id| {
            if marks.binary_search(&mark(source, native_id, moment(at, source))).is_ok() {
                keys.push((source.to_owned(), native_id.to_owned(), moment(at, source), at));
            }
            Ok(())
        })?;
        keys.sort_unstable();
        keys.dedup();
        let query = "SELECT event.at, event.source, native_id, body, file.name, line, digest FROM event JOIN file ON file.id = event.file
                     WHERE event.at = ?1 AND event.source = ?2 AND native_id = ?3";
        for record in keys.chunk_by(|one, other| (&one.0, &one.1, one.2) == (&other.0, &other.1, other.2)) {
            let mut versions: Vec<(Vec<u8>, KeptVersion)> = Vec::new();
            for (source, native_id, _, at) in record {
                self.sql("compare the versions of records", |connection| {
                    let mut statement = connection.prepare_cached(query)?;
                    for version in statement.query_map(rusqlite::params![at, source, native_id], read_kept)? {
                        versions.push(version?);
                    }
                    Ok(())
                })?;
            }
            if versions.len() > 1 {
                versions.sort_by(|one, other| (&one.0, one.1.at).cmp(&(&other.0, other.1.at)));
                let versions: Vec<KeptVersion> = versions.into_iter().map(|(_, version)| version).collect();
                visit(&versions);
            }
        }
        Ok(())
    }
}

/// A number that two records hardly ever share.
fn mark(source: &str, native_id: &str, moment: Option<i64>) -> u64 {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    let mut hasher = DefaultHasher::new();
    (source, native_id, moment).hash(&mut hasher);
    hasher.finish()
}

/// Those that there are several times, each once, in order.
fn repeated(mut marks: Vec<u64>) -> Vec<u64> {
    marks.sort_unstable();
    marks.chunk_by(|one, other| one == other).filter(|same| same.len() > 1).filter_map(|same| same.first().copied()).collect()
}

fn read_kept(row: &Row<'_>) -> rusqlite::Result<(Vec<u8>, KeptVersion)> {
    let version = KeptVersion {
        at: Timestamp::from_micros(row.get(0)?),
        source: row.get(1)?,
        native_id: row.get(2)?,
        body: row.get(3)?,
        file: row.get(4)?,
        line: row.get::<_, i64>(5).map(|line| u64::try_from(line).unwrap_or(0))?,
    };
    Ok((row.get(6)?, version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_there_several_times_is_repeated() {
        assert_eq!(repeated(vec![7, 3, 9, 3, 7, 3]), [3, 7]);
        assert_eq!(repeated(vec![1, 2]), Vec::<u64>::new());
    }

    #[test]
    fn a_mark_is_of_all_its_parts() {
        let marks = [mark("a", "bc", None), mark("ab", "c", None), mark("a", "bc", Some(0)), mark("a", "bc", Some(1))];
        assert_eq!(repeated(marks.to_vec()), Vec::<u64>::new());
    }
}
