//! History: what the runs say of one finding, from the first to the last.

use std::collections::BTreeMap;

use super::{Store, StoreError};
use crate::model::report::FindingRow;
use crate::model::time::Timestamp;

/// What earlier runs say of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PastFinding {
    /// The as-of time of the first run that found it.
    pub first_seen: Timestamp,
    /// The as-of time of the latest.
    pub last_seen: Timestamp,
}

/// One run, and what it says of a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// The as-of time of the run.
    pub as_of: Timestamp,
    /// The severity and the status it gave; `None` where it did not find it.
    pub found: Option<(String, String)>,
}

impl Store {
    /// Every finding of the runs before `as_of`, by id: when it was first and last found.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn past_findings(&self, as_of: Timestamp) -> Result<BTreeMap<String, PastFinding>, StoreError> {
        let query = "SELECT finding_id, min(first_seen), max(last_seen) FROM (
                         SELECT finding_id, as_of AS first_seen, as_of AS last_seen FROM finding WHERE as_of < ?1
                         UNION ALL SELECT finding_id, first_seen, last_seen FROM pruned_finding WHERE last_seen < ?1)
                     GROUP BY finding_id";
        self.sql("read earlier findings", |connection| {
            connection
                .prepare(query)?
                .query_map([as_of.micros()], |row| {
                    let past =
                        PastFinding { first_seen: Timestamp::from_micros(row.get(1)?), last_seen: Timestamp::from_micros(row.get(2)?) };
                    Ok((row.get(0)?, past))
                })?
                .collect()
        })
    }

    /// Every run up to `as_of`, and what it says of a finding.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn sightings(&self, finding_id: &str, as_of: Timestamp) -> Result<Vec<Sighting>, StoreError> {
        let query = "SELECT run.as_of, severity, status FROM run LEFT JOIN finding ON finding.as_of = run.as_of AND finding_id = ?1
                     WHERE run.as_of <= ?2 ORDER BY run.as_of";
        self.sql("read a finding's history", |connection| {
            connection
                .prepare(query)?
                .query_map((finding_id, as_of.micros()), |row| {
                    let found = row.get::<_, Option<String>>(1)?.zip(row.get(2)?);
                    Ok(Sighting { as_of: Timestamp::from_micros(row.get(0)?), found })
                })?
                .collect()
        })
    }

    /// The findings of all runs whose ids begin so, each as the latest run has it, by id.
    ///
    /// # Errors
    /// When the store cannot be read, or a row does not hold a finding.
    pub fn findings_like(&self, beginning: &str) -> Result<Vec<FindingRow>, StoreError> {
        // Of several rows, SQLite gives the bare column of the one that has the maximum.
        let query = "SELECT body, max(as_of) FROM finding WHERE substr(finding_id, 1, length(?1)) = ?1
                     GROUP BY finding_id ORDER BY finding_id";
        let bodies: Vec<String> =
            self.sql("read earlier findings", |connection| connection.prepare(query)?.query_map([beginning], |row| row.get(0))?.collect())?;
        bodies.iter().map(|body| serde_json::from_str(body).map_err(|error| self.damaged("finding", &error.to_string()))).collect()
    }
}
