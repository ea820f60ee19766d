//! Coverage in full: a strip per source and day, the table that says the same, and each gap.

use askama::Template;

use super::filters;
use super::strip::{self, Strip};
use crate::model::report::{CoverageRow, Head, Report};

/// All sources.
#[derive(Template)]
#[template(path = "report/coverage.html", whitespace = "minimize")]
pub(super) struct Section<'r> {
    head: &'r Head,
    strip: Strip<'r>,
    rows: &'r [CoverageRow],
    gaps: &'r [String],
    days: u64,
}

impl<'r> Section<'r> {
    pub(super) fn of(report: &'r Report) -> Self {
        let head = &report.head;
        Self { head, strip: Strip::by_source(report), rows: &report.coverage, gaps: &report.gaps, days: strip::days(head) }
    }

    /// The days on which a log is silent nowhere.
    fn whole_days(&self, row: &CoverageRow) -> u64 {
        if row.verdict == "missing" { 0 } else { self.days.saturating_sub(strip::silent_days(row, self.head)) }
    }
}

/// The class that colours a verdict.
fn verdict_class(verdict: &str) -> &'static str {
    match verdict {
        "covered" => "ok",
        _ => "unable",
    }
}
