//! `changes.csv`: every role, group and resource group that was given, changed or taken in the period.

use std::io;

use super::Format;
use super::table::{self, Column, moment, text};
use crate::model::report::{ChangeRow, Report};

/// The card of this format.
pub(super) const FORMAT: Format =
    Format { id: "changes", file: "changes.csv", doc: "every change of a role, group or resource group, and who made it", write };

const COLUMNS: &[Column<ChangeRow>] = &[
    ("at", |row| moment(row.at)),
    ("system", |row| text(&row.system)),
    ("account", |row| text(&row.account)),
    ("person", |row| text(&row.person)),
    ("kind", |row| text(&row.kind)),
    ("from", |row| text(&row.from)),
    ("to", |row| text(&row.to)),
    ("by", |row| text(&row.by)),
    ("origin", |row| text(&row.origin)),
    ("evidence", |row| text(&row.evidence)),
];

fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    table::write(COLUMNS, &report.changes, out)
}
