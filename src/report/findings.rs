//! `findings.csv`: every finding, open, waived or resolved, with what it rests on.

use std::borrow::Cow;
use std::io;

use super::Format;
use super::table::{self, Column, list, moment, text, texts};
use crate::model::report::{FindingRow, Report};

/// The card of this format.
pub(super) const FORMAT: Format =
    Format { id: "findings", file: "findings.csv", doc: "every finding with its evidence, waiver and history", write };

const COLUMNS: &[Column<FindingRow>] = &[
    ("finding_id", |row| text(&row.finding_id)),
    ("rule", |row| text(&row.rule)),
    ("reason", |row| text(&row.reason)),
    ("severity", |row| text(row.severity.word())),
    ("confidence", |row| text(row.confidence.word())),
    ("status", |row| text(row.status.word())),
    ("change", |row| text(row.change.word())),
    ("system", |row| text(&row.system)),
    ("account", |row| text(&row.account)),
    ("person", |row| text(&row.person)),
    ("credential", |row| text(&row.credential)),
    ("group", |row| text(&row.group)),
    ("object", |row| text(&row.object)),
    ("expected", |row| text(&row.expected)),
    ("observed", |row| text(&row.observed)),
    ("since", |row| moment(row.since)),
    ("explanation", |row| text(&row.explanation)),
    ("remediation", |row| text(&row.remediation)),
    ("controls", |row| texts(&row.controls)),
    ("evidence", |row| list(row.evidence.iter().map(|evidence| Cow::Owned(evidence.reference())))),
    ("waiver_reason", |row| text(&row.waiver_reason)),
    ("waiver_approver", |row| text(&row.waiver_approver)),
    ("waiver_expires", |row| text(&row.waiver_expires)),
    ("first_seen", |row| moment(row.first_seen)),
    ("last_seen", |row| moment(row.last_seen)),
];

fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    table::write(COLUMNS, &report.findings, out)
}
