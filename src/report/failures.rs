//! `failures.csv`: what the sync tried, failed to do, and has not done since.

use std::io;

use super::Format;
use super::table::{self, Column, count, moment, text};
use crate::model::report::{FailureRow, Report};

/// The card of this format.
pub(super) const FORMAT: Format = Format {
    id: "failures",
    file: "failures.csv",
    doc: "every failure of the sync that nothing repaired, with its cause and what to do",
    write,
};

const COLUMNS: &[Column<FailureRow>] = &[
    ("connector", |row| text(&row.connector)),
    ("cause", |row| text(&row.cause)),
    ("person", |row| text(&row.person)),
    ("person_login", |row| text(&row.person_login)),
    ("operation", |row| text(&row.operation)),
    ("first_failed_at", |row| moment(row.first_failed_at)),
    ("last_failed_at", |row| moment(row.last_failed_at)),
    ("attempts", |row| count(row.attempts)),
    ("code", |row| text(&row.code)),
    ("message", |row| text(&row.message)),
    ("remediation", |row| text(&row.remediation)),
];

fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    table::write(COLUMNS, &report.failures, out)
}
