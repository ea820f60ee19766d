//! `rejects.csv`: every record that could not be read, where it stands and why.

use std::io;

use super::Format;
use super::table::{self, Column, count, text};
use crate::model::report::{RejectRow, Report};

/// The card of this format.
pub(super) const FORMAT: Format = Format { id: "rejects", file: "rejects.csv", doc: "every record that could not be read, and why", write };

const COLUMNS: &[Column<RejectRow>] = &[
    ("file", |row| text(&row.file)),
    ("line", |row| count(row.line)),
    ("reason", |row| text(&row.reason)),
    ("excerpt", |row| text(&row.excerpt)),
];

fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    table::write(COLUMNS, &report.rejects, out)
}
