//! `inputs.csv`: every file that was named, what was read from it, and its hash.
//!
//! A refused file has its row too, with no hash, no source and no records, so that the list of files is whole.

use std::io;

use super::Format;
use super::table::{self, Column, count, flag, moment, text};
use crate::model::report::{InputRow, RefusedRow, Report};

/// The card of this format.
pub(super) const FORMAT: Format =
    Format { id: "inputs", file: "inputs.csv", doc: "every input file with its hash and what became of its records", write };

const COLUMNS: &[Column<InputRow>] = &[
    ("file", |row| text(&row.file)),
    ("sha256", |row| text(&row.sha256)),
    ("bytes", |row| if row.sha256.is_empty() { text("") } else { count(row.bytes) }),
    ("source", |row| text(&row.source)),
    ("read", |row| count(row.read)),
    ("used", |row| count(row.used)),
    ("irrelevant", |row| count(row.irrelevant)),
    ("duplicate", |row| count(row.duplicate)),
    ("rejected", |row| count(row.rejected)),
    ("first_at", |row| moment(row.first_at)),
    ("last_at", |row| moment(row.last_at)),
    ("taken_at", |row| moment(row.taken_at)),
    ("complete", |row| flag(row.complete)),
];

fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let refused: Vec<_> = report.refused.iter().map(unread).collect();
    let mut rows: Vec<_> = report.inputs.iter().chain(&refused).collect();
    rows.sort_by(|one, other| one.file.cmp(&other.file));
    table::write(COLUMNS, rows, out)
}

/// The row of a file of which nothing is known but its name.
fn unread(refused: &RefusedRow) -> InputRow {
    InputRow {
        file: refused.file.clone(),
        sha256: String::new(),
        bytes: 0,
        source: String::new(),
        read: 0,
        used: 0,
        irrelevant: 0,
        duplicate: 0,
        rejected: 0,
        first_at: None,
        last_at: None,
        taken_at: None,
        complete: None,
    }
}
