//! Rules and controls: what was asked, of how many, with what answer, and what each rule cannot see.

use askama::Template;

use super::filters;
use crate::model::report::{ControlRow, Report, RuleRow};

/// The conclusion per control.
#[derive(Template)]
#[template(path = "report/controls.html", whitespace = "minimize")]
pub(super) struct Controls<'r> {
    rows: &'r [ControlRow],
}

impl<'r> Controls<'r> {
    pub(super) fn of(report: &'r Report) -> Self {
        Self { rows: &report.controls }
    }
}

/// The class that colours a conclusion.
fn conclusion_class(conclusion: &str) -> &'static str {
    match conclusion {
        "no exceptions" => "ok",
        "unable to conclude" => "unable",
        "not evaluated" => "off",
        _ => "bad",
    }
}

/// Open findings by rule and severity.
#[derive(Template)]
#[template(path = "report/counts.html", whitespace = "minimize")]
pub(super) struct Counts<'r> {
    rows: &'r [RuleRow],
    open: [u64; 4],
    waived: u64,
}

impl<'r> Counts<'r> {
    pub(super) fn of(report: &'r Report) -> Self {
        let rows = &report.rules;
        let open = |place: usize| rows.iter().filter_map(|row| row.open.get(place)).sum();
        Self { rows, open: [open(0), open(1), open(2), open(3)], waived: rows.iter().map(|row| row.waived).sum() }
    }

    fn total(&self) -> u64 {
        self.open.iter().sum()
    }
}

/// Open counts with the words of their severities.
fn by_severity(open: &[u64; 4]) -> [(&'static str, u64); 4] {
    [("critical", open[0]), ("high", open[1]), ("medium", open[2]), ("low", open[3])]
}

/// What each rule looks at and cannot see.
#[derive(Template)]
#[template(path = "report/rules.html", whitespace = "minimize")]
pub(super) struct Section<'r> {
    rows: &'r [RuleRow],
}

impl<'r> Section<'r> {
    pub(super) fn of(report: &'r Report) -> Self {
        Self { rows: &report.rules }
    }
}
