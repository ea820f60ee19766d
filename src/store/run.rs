//! Runs: what each analysis found, so that the next one can say what is new, and that any can be shown, or checked, again.

use std::io::Read as _;

use rusqlite::{OptionalExtension as _, Row, Transaction, params};

use super::{Store, StoreError};
use crate::model::finding::Status;
use crate::model::report::{FindingRow, Report};
use crate::model::time::Timestamp;

/// No report is longer, unpacked: SQLite's own limit for a text. A blob that claims more is not ours.
const LONGEST: u64 = 1_000_000_000;

/// One run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunRow {
    /// Its as-of time.
    pub as_of: Timestamp,
    /// Its id.
    pub run_id: String,
    /// The version of scimdrift that analyzed.
    pub tool: String,
    /// `manifest.json` of its whole report; `None` where the run was kept before there were any.
    pub manifest: Option<String>,
}

/// One row of `finding`, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptFinding {
    /// The finding's id.
    pub finding_id: String,
    /// The columns beside the body, by name: `rule`, `severity`, `status`.
    pub columns: [(&'static str, String); 3],
    /// The row as JSON.
    pub body: String,
}

impl Store {
    /// Every run, by as-of time.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn runs(&self) -> Result<Vec<RunRow>, StoreError> {
        self.sql("read the runs", |connection| {
            connection.prepare("SELECT as_of, run_id, tool, manifest FROM run ORDER BY as_of")?.query_map([], read_run)?.collect()
        })
    }

    /// The latest run before `as_of`.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn previous_run(&self, as_of: Timestamp) -> Result<Option<RunRow>, StoreError> {
        self.sql("read the runs", |connection| {
            let query = "SELECT as_of, run_id, tool, manifest FROM run WHERE as_of < ?1 ORDER BY as_of DESC LIMIT 1";
            connection.query_row(query, [as_of.micros()], read_run).optional()
        })
    }

    /// The findings of one run, by id.
    ///
    /// # Errors
    /// When the store cannot be read, or a row does not hold a finding.
    pub fn findings_of(&self, as_of: Timestamp) -> Result<Vec<FindingRow>, StoreError> {
        let kept = self.kept_findings(as_of)?;
        kept.iter().map(|kept| serde_json::from_str(&kept.body).map_err(|error| self.damaged("finding", &error.to_string()))).collect()
    }

    /// The findings of one run, by id, as they are kept.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn kept_findings(&self, as_of: Timestamp) -> Result<Vec<KeptFinding>, StoreError> {
        let query = "SELECT finding_id, rule, severity, status, body FROM finding WHERE as_of = ?1 ORDER BY finding_id";
        self.sql("read the findings", |connection| {
            connection
                .prepare(query)?
                .query_map([as_of.micros()], |row| {
                    let columns = [("rule", row.get(1)?), ("severity", row.get(2)?), ("status", row.get(3)?)];
                    Ok(KeptFinding { finding_id: row.get(0)?, columns, body: row.get(4)? })
                })?
                .collect()
        })
    }

    /// Keeps a run: its report, and the manifest of that; an earlier run of the same as-of time is replaced.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub fn keep_run(&mut self, report: &Report, manifest: &str) -> Result<(), StoreError> {
        let json = serde_json::to_string(report).map_err(|error| self.damaged("run", &error.to_string()))?;
        let as_of = report.head.as_of.micros();
        let kept = report.findings.iter().filter(|finding| finding.status != Status::Resolved);
        let bodies: Vec<_> = kept
            .map(|finding| serde_json::to_string(finding).map(|body| (finding, body)))
            .collect::<Result<_, _>>()
            .map_err(|error| self.damaged("finding", &error.to_string()))?;
        let path = self.path.clone();
        let mut keep = || -> rusqlite::Result<()> {
            let transaction = self.connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
            transaction.execute("DELETE FROM run WHERE as_of = ?1", [as_of])?;
            archive_reports(&transaction)?;
            transaction.execute(
                "INSERT INTO run (as_of, run_id, tool, manifest, report) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![as_of, report.head.run_id, report.head.tool, manifest, json],
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

    /// The as-of time of the latest analysis.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn last_analysis(&self) -> Result<Option<Timestamp>, StoreError> {
        let last = self.optional("read the runs", "SELECT as_of FROM run WHERE report IS NOT NULL", |row| row.get(0))?;
        Ok(last.map(Timestamp::from_micros))
    }

    /// The report of the run as of this moment, as JSON; `None` where there is no such run, or it was kept without.
    ///
    /// # Errors
    /// When the store cannot be read, or what is kept cannot be unpacked.
    pub fn report_json(&self, as_of: Timestamp) -> Result<Option<String>, StoreError> {
        let kept: Option<(Option<String>, Option<Vec<u8>>)> = self.sql("read a report", |connection| {
            let query = "SELECT report, archive FROM run WHERE as_of = ?1";
            connection.query_row(query, [as_of.micros()], |row| Ok((row.get(0)?, row.get(1)?))).optional()
        })?;
        let (report, archive) = kept.unwrap_or_default();
        let Some(archive) = archive else { return Ok(report) };
        let mut json = String::new();
        let unpacked = zstd::Decoder::new(archive.as_slice()).and_then(|decoder| decoder.take(LONGEST).read_to_string(&mut json));
        unpacked.map_err(|error| self.damaged("run", &error.to_string()))?;
        Ok(Some(json))
    }

    /// The report of the run as of this moment; `None` as for [`Store::report_json`].
    ///
    /// # Errors
    /// When the store cannot be read, or what is kept is no report that this version knows.
    pub fn report(&self, as_of: Timestamp) -> Result<Option<Report>, StoreError> {
        let Some(json) = self.report_json(as_of)? else { return Ok(None) };
        let error = match serde_json::from_str(&json) {
            Ok(report) => return Ok(Some(report)),
            Err(error) => error,
        };
        let query = "SELECT tool FROM run WHERE as_of = ?1";
        let tool: String = self.sql("read the runs", |connection| connection.query_row(query, [as_of.micros()], |row| row.get(0)))?;
        let (path, other) = (self.path.clone(), error.is_data() && tool != env!("CARGO_PKG_VERSION"));
        Err(if other { StoreError::OtherForm { path, as_of, tool } } else { self.damaged("run", &error.to_string()) })
    }

    pub(super) fn damaged(&self, table: &'static str, reason: &str) -> StoreError {
        StoreError::Damaged { path: self.path.clone(), table, reason: reason.to_owned() }
    }
}

/// Packs the report of the analysis that was the latest so far.
fn archive_reports(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    let reports: Vec<(i64, String)> = transaction
        .prepare("SELECT as_of, report FROM run WHERE report IS NOT NULL")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    for (as_of, json) in reports {
        let packed = zstd::encode_all(json.as_bytes(), 0).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
        transaction.execute("UPDATE run SET report = NULL, archive = ?2 WHERE as_of = ?1", params![as_of, packed])?;
    }
    Ok(())
}

fn read_run(row: &Row<'_>) -> rusqlite::Result<RunRow> {
    Ok(RunRow { as_of: Timestamp::from_micros(row.get(0)?), run_id: row.get(1)?, tool: row.get(2)?, manifest: row.get(3)? })
}
