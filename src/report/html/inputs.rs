//! Inputs: every file with its hash, what became of its records, and the records that could not be read.

use askama::Template;

use super::{Shown, filters};
use crate::model::report::{InputRow, PruningRow, RefusedRow, RejectRow, Report, WithdrawnRow};

/// All files.
#[derive(Template)]
#[template(path = "report/inputs.html", whitespace = "minimize")]
pub(super) struct Section<'r> {
    shown: Shown<'r, InputRow>,
    refused: &'r [RefusedRow],
    withdrawn: &'r [WithdrawnRow],
    prunings: &'r [PruningRow],
    sums: [u64; 5],
}

impl<'r> Section<'r> {
    pub(super) fn of(report: &'r Report) -> Self {
        let rows = &report.inputs;
        let sum = |of: fn(&InputRow) -> u64| rows.iter().map(of).sum();
        Self {
            shown: Shown::of(rows, rows.len(), "inputs.csv"),
            refused: &report.refused,
            withdrawn: &report.withdrawn,
            prunings: &report.prunings,
            sums: [sum(|row| row.read), sum(|row| row.used), sum(|row| row.irrelevant), sum(|row| row.duplicate), sum(|row| row.rejected)],
        }
    }
}

/// The records that could not be read.
#[derive(Template)]
#[template(path = "report/rejects.html", whitespace = "minimize")]
pub(super) struct Rejects<'r> {
    shown: Shown<'r, RejectRow>,
    read: u64,
}

impl<'r> Rejects<'r> {
    pub(super) fn of(report: &'r Report) -> Self {
        Self {
            shown: Shown::of(&report.rejects, report.rejects.len(), "rejects.csv"),
            read: report.inputs.iter().map(|row| row.read).sum(),
        }
    }
}

/// The sums with the names of their columns.
fn labelled(sums: &[u64; 5]) -> [(&'static str, u64); 5] {
    let [read, used, irrelevant, duplicate, rejected] = *sums;
    [("Read", read), ("Used", used), ("Irrelevant", irrelevant), ("Duplicate", duplicate), ("Rejected", rejected)]
}
