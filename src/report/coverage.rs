//! `coverage.csv`: how much of the period each source speaks for.

use std::io;

use super::Format;
use super::table::{self, Column, count, hours, moment, text};
use crate::model::report::{CoverageRow, Report};

/// The card of this format.
pub(super) const FORMAT: Format =
    Format { id: "coverage", file: "coverage.csv", doc: "every source, the time it speaks for, and its gaps", write };

const COLUMNS: &[Column<CoverageRow>] = &[
    ("source", |row| text(&row.source)),
    ("system", |row| text(&row.system)),
    ("from", |row| moment(row.from)),
    ("to", |row| moment(row.to)),
    ("records", |row| count(row.records)),
    ("gap_hours", |row| hours(row.gap)),
    ("verdict", |row| text(&row.verdict)),
];

fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    table::write(COLUMNS, &report.coverage, out)
}
