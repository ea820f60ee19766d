//! Metrics of the last run, in a file that Prometheus' node exporter reads (its textfile collector).
//!
//! [`of_run`] and [`of_failure`] make the text, [`write()`] puts it in its place. A run that failed knows nothing of findings:
//! what the file said of the last one that did its job stands, so that no series breaks off. It knows `model` alone.

mod family;

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::path::Path;

use crate::model::finding::{Severity, Status, Turn};
use crate::model::report::{InputRow, Report};
use crate::model::time::{Span, Timestamp};
use family::Families;

/// The families that say how the last run went, whether it did its job or not.
const OF_LAST_RUN: [&str; 4] = [RUN_AT, RUN_EXIT, RUN_SECONDS, NOTIFY_FAILED];

const RUN_AT: &str = "scimdrift_last_run_timestamp_seconds";
const RUN_EXIT: &str = "scimdrift_last_run_exit_code";
const RUN_SECONDS: &str = "scimdrift_last_run_duration_seconds";
const NOTIFY_FAILED: &str = "scimdrift_last_notification_failed";

/// A run, as the clock and the shell saw it.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// When it ended.
    pub ended: Timestamp,
    /// How long it took.
    pub took: Span,
    /// Its exit code.
    pub exit_code: u8,
    /// Whether a message could not be sent; `None` where `[notify]` is not configured.
    pub notify_failed: Option<bool>,
    /// Files that it read, and those that were known and unchanged.
    pub files: (u64, u64),
}

/// The metrics of a run that did its job.
#[must_use]
pub fn of_run(report: &Report, run: &Run, waivers_expiring: u64) -> String {
    let mut families = Families::default();
    let of = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    families.add("scimdrift_build_info", "The version that ran; always 1.").is(&[("version", &report.head.tool)], 1);
    last_run(&mut families, run);
    families.add("scimdrift_last_success_timestamp_seconds", "When a run last did its job, whatever it found.").is(&[], seconds(run.ended));
    families.add("scimdrift_as_of_timestamp_seconds", "The moment that run judged at.").is(&[], seconds(report.head.as_of));
    let files = families.add("scimdrift_files", "Input files of that run, by what was done with them.");
    for (outcome, count) in [("read", run.files.0), ("unchanged", run.files.1), ("refused", of(report.refused.len()))] {
        files.is(&[("outcome", outcome)], count);
    }
    records(&mut families, &report.inputs);
    coverage(&mut families, report);
    findings(&mut families, report);
    let waivers = families.add("scimdrift_waivers", "Waivers, by state.");
    for state in ["in force", "expired", "unused"] {
        waivers.is(&[("state", state)], of(report.waivers.iter().filter(|waiver| waiver.state == state).count()));
    }
    families.add("scimdrift_waivers_expiring", "Waivers in force that end within 14 days.").is(&[], waivers_expiring);
    let controls = families.add("scimdrift_controls_unable_to_conclude", "Controls for which the evidence is too thin.");
    controls.is(&[], of(report.controls.iter().filter(|control| control.conclusion == "unable to conclude").count()));
    families.text()
}

/// The metrics after a run that failed: how it went, and what the file said before of everything else.
#[must_use]
pub fn of_failure(before: &str, run: &Run) -> String {
    let mut families = Families::default();
    last_run(&mut families, run);
    families.keep(before, &OF_LAST_RUN);
    families.text()
}

/// Writes beside and renames, so that the collector never reads half of it. It may be read by all, as the collector is
/// somebody else; it names no person.
///
/// # Errors
/// When the folder is not there, or cannot be written to.
pub fn write(path: &Path, text: &str) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // The collector reads `*.prom` alone; what is left of a killed run is not one.
    let mut file = tempfile::Builder::new().prefix(".scimdrift-").suffix(".tmp").tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

fn last_run(families: &mut Families, run: &Run) {
    families.add(RUN_AT, "When the last run ended.").is(&[], seconds(run.ended));
    families.add(RUN_EXIT, "Its exit code: 0 done, 1 findings, 2 failed, 3 incomplete evidence.").is(&[], run.exit_code);
    families.add(RUN_SECONDS, "How long it took.").is(&[], seconds(Timestamp::from_micros(run.took.micros())));
    if let Some(failed) = run.notify_failed {
        families.add(NOTIFY_FAILED, "Whether its message could not be sent.").is(&[], u8::from(failed));
    }
}

fn records(families: &mut Families, inputs: &[InputRow]) {
    let mut counts: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for input in inputs {
        let outcomes =
            [("used", input.used), ("irrelevant", input.irrelevant), ("duplicate", input.duplicate), ("rejected", input.rejected)];
        for (outcome, count) in outcomes {
            *counts.entry((&input.source, outcome)).or_default() += count;
        }
    }
    let family = families.add("scimdrift_records", "Records read so far, by source and what became of them.");
    for ((source, outcome), count) in counts {
        family.is(&[("source", source), ("outcome", outcome)], count);
    }
}

fn coverage(families: &mut Families, report: &Report) {
    let last = families.add("scimdrift_source_last_record_timestamp_seconds", "The last record, or the last listing, of a source.");
    for (row, to) in report.coverage.iter().filter_map(|row| Some((row, row.to?))) {
        last.is(&[("source", &row.source)], seconds(to));
    }
    let gaps = families.add("scimdrift_gap_hours", "Hours of the period that no record of a log speaks for, beyond what is allowed.");
    for (row, gap) in report.coverage.iter().filter_map(|row| Some((row, row.gap?))) {
        gaps.is(&[("source", &row.source)], gap.hours());
    }
}

fn findings(families: &mut Families, report: &Report) {
    let mut counts: BTreeMap<(&str, Severity, Status), u64> = BTreeMap::new();
    for rule in &report.rules {
        for severity in Severity::ALL {
            for status in [Status::Open, Status::Waived] {
                counts.insert((&rule.id, severity, status), 0);
            }
        }
    }
    for row in report.findings.iter().filter(|row| row.status != Status::Resolved) {
        *counts.entry((&row.rule, row.severity, row.status)).or_default() += 1;
    }
    // Every rule has its rows, so that a rate begins at zero.
    let family = families.add("scimdrift_findings", "Findings, by rule, severity and status.");
    for ((rule, severity, status), count) in counts {
        family.is(&[("rule", rule), ("severity", severity.word()), ("status", status.word())], count);
    }
    let family =
        families.add("scimdrift_findings_by_change", "Findings, open or waived, against the run before; resolved ones are no more.");
    for change in [Turn::New, Turn::Persisting, Turn::Reopened, Turn::Resolved] {
        let count = report.findings.iter().filter(|row| row.change == change).count();
        family.is(&[("change", change.word())], u64::try_from(count).unwrap_or(u64::MAX));
    }
}

/// Since 1970, as Prometheus counts.
#[expect(clippy::cast_precision_loss, reason = "exact for some centuries")]
fn seconds(moment: Timestamp) -> f64 {
    moment.micros() as f64 / 1e6
}
