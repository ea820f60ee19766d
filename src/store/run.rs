//! Runs: what each analysis found, so that the next one can say what is new.

use std::collections::BTreeMap;

use rusqlite::params;

use super::{Store, StoreError};
use crate::model::finding::Status;
use crate::model::report::{FindingRow, Report};
use crate::model::time::Timestamp;

/// What earlier runs say of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PastFinding {
    /// The as-of time of the first run that found it.
    pub first_seen: Timestamp,
    /// The as-of time of the latest.
    pub last_seen: Timestamp,
}

impl Store {
    /// The as-of time of the latest run before `as_of`.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn previous_run(&self, as_of: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        let latest: Option<i64> = self.sql("read the runs", |connection| {
            connection.query_row("SELECT max(as_of) FROM run WHERE as_of < ?1", [as_of.micros()], |row| row.get(0))
        })?;
        Ok(latest.map(Timestamp::from_micros))
    }

    /// Every finding of the runs before `as_of`, by id: when it was first and last found.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn past_findings(&self, as_of: Timestamp) -> Result<BTreeMap<String, PastFinding>, StoreError> {
        let query = "SELECT finding_id, min(as_of), max(as_of) FROM finding WHERE as_of < ?1 GROUP BY finding_id";
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

    /// The findings of one run, by id.
    ///
    /// # Errors
    /// When the store cannot be read, or a row does not hold a finding.
    pub fn findings_of(&self, as_of: Timestamp) -> Result<Vec<FindingRow>, StoreError> {
        let bodies: Vec<String> = self.sql("read earlier findings", |connection| {
            connection
                .prepare("SELECT body FROM finding WHERE as_of = ?1 ORDER BY finding_id")?
                .query_map([as_of.micros()], |row| row.get(0))?
                .collect()
        })?;
        bodies.iter().map(|body| serde_json::from_str(body).map_err(|error| self.damaged("finding", &error))).collect()
    }

    /// Keeps a run and its report; an earlier run of the same as-of time is replaced.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn keep_run(&mut self, report: &Report) -> Result<(), StoreError> {
        let body = serde_json::to_string(report).map_err(|error| self.damaged("run", &error))?;
        let as_of = report.head.as_of.micros();
        let kept = report.findings.iter().filter(|finding| finding.status != Status::Resolved);
        let bodies: Vec<_> = kept
            .map(|finding| serde_json::to_string(finding).map(|body| (finding, body)))
            .collect::<Result<_, _>>()
            .map_err(|error| self.damaged("finding", &error))?;
        let path = self.path.clone();
        let mut keep = || -> rusqlite::Result<()> {
            let transaction = self.connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
            transaction.execute("DELETE FROM run WHERE as_of = ?1", [as_of])?;
            transaction.execute("UPDATE run SET report = NULL WHERE report IS NOT NULL", [])?;
            transaction.execute(
                "INSERT INTO run (as_of, run_id, tool, report) VALUES (?1, ?2, ?3, ?4)",
                params![as_of, report.head.run_id, report.head.tool, body],
            )?;
            for (finding, body) in &bodies {
                transaction
                    .prepare_cached(
                        "INSERT INTO finding (as_of, finding_id, rule, severity, status, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                    )?
                    .execute(params![as_of, finding.finding_id, finding.rule, finding.severity.word(), finding.status.word(), body])?;
            }
            transaction.commit()
        };
        keep().map_err(|source| StoreError::Sql { path, doing: "keep a run", source })
    }

    /// The report of the last analysis.
    ///
    /// # Errors
    /// When the store cannot be read, or the row does not hold a report.
    pub fn last_report(&self) -> Result<Option<Report>, StoreError> {
        let body: Option<String> =
            self.optional("read the last report", "SELECT report FROM run WHERE report IS NOT NULL", |row| row.get(0))?;
        body.map(|body| serde_json::from_str(&body).map_err(|error| self.damaged("run", &error))).transpose()
    }

    fn damaged(&self, table: &'static str, error: &serde_json::Error) -> StoreError {
        StoreError::Damaged { path: self.path.clone(), table, reason: error.to_string() }
    }
}
