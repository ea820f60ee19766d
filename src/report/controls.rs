//! `controls.csv`: every control, what the rules looked at for it, and the conclusion.

use std::borrow::Cow;
use std::io;

use super::Format;
use super::table::{self, Column, count, list, text, texts};
use crate::model::report::{ControlRow, Report};

/// The card of this format.
pub(super) const FORMAT: Format =
    Format { id: "controls", file: "controls.csv", doc: "every control, its population, exceptions and conclusion", write };

const COLUMNS: &[Column<ControlRow>] = &[
    ("framework", |row| text(&row.framework)),
    ("control", |row| text(&row.control)),
    ("title", |row| text(&row.title)),
    ("rules", |row| texts(&row.rules)),
    ("population", |row| list(row.population.iter().map(|(count, name)| Cow::Owned(format!("{name}: {count}"))))),
    ("exceptions", |row| count(row.exceptions)),
    ("waived", |row| count(row.waived)),
    ("conclusion", |row| text(&row.conclusion)),
];

fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    table::write(COLUMNS, &report.controls, out)
}
