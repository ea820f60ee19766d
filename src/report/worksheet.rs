//! `worksheet.csv`: every open finding, with empty columns for what a reviewer decides about it.

use std::borrow::Cow;
use std::io;

use super::Format;
use super::table::{self, Column, blank, list, moment, text, texts};
use crate::model::finding::Status;
use crate::model::report::{FindingRow, Report};

/// The card of this format.
pub(super) const FORMAT: Format =
    Format { id: "worksheet", file: "worksheet.csv", doc: "every open finding, with empty columns to decide it in", write };

const COLUMNS: &[Column<FindingRow>] = &[
    ("finding_id", |row| text(&row.finding_id)),
    ("severity", |row| text(row.severity.word())),
    ("rule", |row| text(&row.rule)),
    ("reason", |row| text(&row.reason)),
    ("system", |row| text(&row.system)),
    ("account", |row| text(&row.account)),
    ("person", |row| text(&row.person)),
    ("person_login", |row| text(&row.person_login)),
    ("credential", |row| text(&row.credential)),
    ("group", |row| text(&row.group)),
    ("object", |row| text(&row.object)),
    ("since", |row| moment(row.since)),
    ("explanation", |row| text(&row.explanation)),
    ("expected", |row| text(&row.expected)),
    ("observed", |row| text(&row.observed)),
    ("remediation", |row| text(&row.remediation)),
    ("confidence", |row| text(row.confidence.word())),
    ("change", |row| text(row.change.word())),
    ("first_seen", |row| moment(row.first_seen)),
    ("controls", |row| texts(&row.controls)),
    ("evidence", |row| list(row.evidence.iter().map(|evidence| Cow::Owned(evidence.reference())))),
    ("decision", blank),
    ("justification", blank),
    ("reviewer", blank),
    ("decided_at", blank),
    ("ticket", blank),
];

fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    table::write(COLUMNS, report.findings.iter().filter(|row| row.status == Status::Open), out)
}
