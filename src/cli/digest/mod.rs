//! The digest of a run: what it read, what is new, what could not be checked, on one screen. For people and for programs.

mod text;

use std::path::Path;

use serde::Serialize;

use super::exit::Exit;
use crate::model::finding::{Severity, Status, Turn};
use crate::model::report::{FindingRow, RefusedRow, Report, WaiverRow};
use crate::model::time::{Span, Timestamp};
use crate::pipeline::Ingested;
use crate::report::{Standing, Turns};

pub(super) use text::write;

/// How many days before its end a waiver is announced.
pub(super) const WAIVER_WARN: i64 = 14;

/// What a run came to.
#[derive(Debug, Serialize)]
pub(super) struct RunDigest<'r> {
    #[serde(skip)]
    about: &'r Report,
    run_id: &'r str,
    as_of: Timestamp,
    /// The run that this one is compared with.
    previous: Option<Timestamp>,
    /// Whether a run of the same as-of time was there before, whose place this one took.
    replaces: bool,
    open: OpenCounts,
    waived: u64,
    new: u64,
    persisting: u64,
    reopened: u64,
    resolved: u64,
    inputs: Inputs<'r>,
    /// Every open finding that nobody was told of before; worst first.
    news: Vec<News<'r>>,
    /// Every finding that says the evidence is incomplete, guards among them.
    evidence: Vec<EvidenceFinding<'r>>,
    /// What could not be checked, as sentences.
    gaps: &'r [String],
    /// Controls for which the evidence is too thin.
    unable: Vec<Unable<'r>>,
    waivers: Waivers<'r>,
    report: Option<String>,
    seconds: f64,
    exit_code: u8,
}

#[derive(Clone, Copy, Debug, Serialize)]
struct OpenCounts {
    critical: u64,
    high: u64,
    medium: u64,
    low: u64,
}

#[derive(Debug, Serialize)]
struct Inputs<'r> {
    /// What this run read; `None` where it read nothing, as `analyze` does.
    reading: Option<Reading>,
    refused: &'r [RefusedRow],
    /// Every source that was read, the one longest without news first.
    sources: Vec<Freshness<'r>>,
}

#[derive(Clone, Copy, Debug, Serialize)]
struct Reading {
    read: u64,
    unchanged: u64,
    /// Files that `forget` withdrew and that are left alone.
    withdrawn: u64,
    records: u64,
    relevant: u64,
    rejected: u64,
}

#[derive(Clone, Copy, Debug, Serialize)]
struct Freshness<'r> {
    source: &'r str,
    /// Its last record, or its last listing.
    last: Timestamp,
    age_hours: f64,
}

#[derive(Clone, Copy, Debug, Serialize)]
struct News<'r> {
    finding_id: &'r str,
    rule: &'r str,
    reason: &'r str,
    severity: Severity,
    change: Turn,
    system: &'r str,
    account: &'r str,
    person_login: &'r str,
    explanation: &'r str,
}

#[derive(Clone, Copy, Debug, Serialize)]
struct EvidenceFinding<'r> {
    finding_id: &'r str,
    rule: &'r str,
    object: &'r str,
    severity: Severity,
    status: Status,
    change: Turn,
    explanation: &'r str,
    /// Empty where it is not waived.
    waived_until: &'r str,
    /// Whether it is waived and has something new in it.
    grown: bool,
}

#[derive(Clone, Copy, Debug, Serialize)]
struct Unable<'r> {
    framework: &'r str,
    control: &'r str,
    because: &'r str,
}

#[derive(Debug, Serialize)]
struct Waivers<'r> {
    /// How many findings are accepted.
    findings: u64,
    /// The first and the last day on which one of these acceptances ends.
    first_end: Option<&'r str>,
    last_end: Option<&'r str>,
    /// Those in force that end soon, the first first.
    ending: Vec<Ending<'r>>,
    /// Those that ran out and whose finding is open again.
    expired: Vec<&'r WaiverRow>,
    /// Those that match nothing.
    unused: Vec<&'r WaiverRow>,
}

#[derive(Clone, Copy, Debug, Serialize)]
struct Ending<'r> {
    #[serde(flatten)]
    waiver: &'r WaiverRow,
    days_left: i64,
}

/// What stands beside the report.
#[derive(Clone, Copy, Debug)]
pub(super) struct Circumstances<'r> {
    /// The findings that nobody was told of before.
    pub(super) news: &'r [&'r FindingRow],
    /// The waived findings about the evidence with something new in them.
    pub(super) grown: &'r [&'r FindingRow],
    /// What was read.
    pub(super) ingested: Option<&'r Ingested>,
    /// The page of the report.
    pub(super) page: Option<&'r Path>,
    /// Whether a run of the same as-of time was there before.
    pub(super) replaces: bool,
    /// How long it took.
    pub(super) took: Span,
    /// How it ends.
    pub(super) exit: Exit,
}

impl<'r> RunDigest<'r> {
    pub(super) fn of(report: &'r Report, circumstances: &Circumstances<'r>) -> Self {
        let open = |severity| Standing::of_severity(report, severity).open;
        let Turns { new, persisting, reopened, resolved } = Turns::of(report);
        let unable = report.controls.iter().filter(|control| control.conclusion == "unable to conclude");
        Self {
            about: report,
            run_id: &report.head.run_id,
            as_of: report.head.as_of,
            previous: report.head.previous,
            replaces: circumstances.replaces,
            open: OpenCounts {
                critical: open(Severity::Critical),
                high: open(Severity::High),
                medium: open(Severity::Medium),
                low: open(Severity::Low),
            },
            waived: Standing::of(&report.findings).waived,
            new,
            persisting,
            reopened,
            resolved,
            inputs: Inputs::of(report, circumstances.ingested),
            news: circumstances.news.iter().map(|row| News::of(row)).collect(),
            evidence: report.evidence_findings().map(|row| EvidenceFinding::of(row, circumstances.grown)).collect(),
            gaps: &report.gaps,
            unable: unable.map(|row| Unable { framework: &row.framework, control: &row.control, because: &row.because }).collect(),
            waivers: Waivers::of(report),
            report: circumstances.page.map(|page| page.display().to_string()),
            seconds: circumstances.took.hours() * 3_600.0,
            exit_code: circumstances.exit.code(),
        }
    }
}

impl<'r> Inputs<'r> {
    fn of(report: &'r Report, ingested: Option<&Ingested>) -> Self {
        let reading = |ingested: &Ingested| Reading {
            read: ingested.files,
            unchanged: ingested.unchanged,
            withdrawn: ingested.withdrawn,
            records: ingested.records,
            relevant: ingested.relevant,
            rejected: ingested.rejected,
        };
        let freshness = |(source, last)| Freshness { source, last, age_hours: report.head.as_of.since(last).hours() };
        let dated = report.coverage.iter().filter_map(|row| Some((row.source.as_str(), row.to?)));
        let mut sources: Vec<_> = dated.map(freshness).collect();
        sources.sort_by_key(|row| row.last);
        Self { reading: ingested.map(reading), refused: &report.refused, sources }
    }
}

impl<'r> News<'r> {
    fn of(row: &'r FindingRow) -> Self {
        Self {
            finding_id: &row.finding_id,
            rule: &row.rule,
            reason: &row.reason,
            severity: row.severity,
            change: row.change,
            system: &row.system,
            account: &row.account,
            person_login: &row.person_login,
            explanation: &row.explanation,
        }
    }
}

impl<'r> EvidenceFinding<'r> {
    fn of(row: &'r FindingRow, grown: &[&FindingRow]) -> Self {
        Self {
            finding_id: &row.finding_id,
            rule: &row.rule,
            object: &row.object,
            severity: row.severity,
            status: row.status,
            change: row.change,
            explanation: &row.explanation,
            waived_until: if row.status == Status::Waived { &row.waiver_expires } else { "" },
            grown: grown.iter().any(|grown| grown.finding_id == row.finding_id),
        }
    }
}

impl<'r> Waivers<'r> {
    fn of(report: &'r Report) -> Self {
        let waived = || report.findings.iter().filter(|row| row.status == Status::Waived);
        // Days as 2026-12-31 stand in their order as texts.
        let ends = || waived().map(|row| row.waiver_expires.as_str());
        let in_state = |state: &str| report.waivers.iter().filter(|waiver| waiver.state == state).collect();
        let ending = report.waivers_ending_within(WAIVER_WARN).into_iter();
        Self {
            findings: u64::try_from(waived().count()).unwrap_or(u64::MAX),
            first_end: ends().min(),
            last_end: ends().max(),
            ending: ending.map(|(waiver, days_left)| Ending { waiver, days_left }).collect(),
            expired: in_state("expired"),
            unused: in_state("unused"),
        }
    }
}
