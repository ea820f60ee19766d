//! Coverage in full: the table behind the strip, and each gap.

use askama::Template;

use super::filters;
use crate::model::report::{CoverageRow, Report};

/// All sources.
#[derive(Template)]
#[template(path = "report/coverage.html", whitespace = "minimize")]
pub(super) struct Section<'r> {
    rows: &'r [CoverageRow],
    gaps: &'r [String],
}

impl<'r> Section<'r> {
    pub(super) fn of(report: &'r Report) -> Self {
        Self { rows: &report.coverage, gaps: &report.gaps }
    }
}

/// The class that colours a verdict.
fn verdict_class(verdict: &str) -> &'static str {
    match verdict {
        "covered" => "ok",
        _ => "unable",
    }
}
