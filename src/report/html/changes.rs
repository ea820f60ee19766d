//! What changed since the run before.

use askama::Template;

use super::filters;
use super::index::Index;
use crate::model::finding::Turn;
use crate::model::report::{FindingRow, Head, Report};
use crate::report::tally::{Standing, Turns};

/// How many findings of each kind are named.
const NAMED: usize = 8;

/// Findings that came and went.
#[derive(Template)]
#[template(path = "report/changes.html", whitespace = "minimize")]
pub(super) struct Section<'r> {
    head: &'r Head,
    turns: Turns,
    waived: u64,
    groups: Vec<Group<'r>>,
    /// Whether the inputs speak for the whole period.
    whole: bool,
    index: &'r Index<'r>,
}

/// The findings that took one turn.
struct Group<'r> {
    word: &'static str,
    rows: Vec<&'r FindingRow>,
    more: usize,
}

impl<'r> Section<'r> {
    pub(super) fn of(report: &'r Report, index: &'r Index<'r>) -> Self {
        let group = |turn: Turn| {
            let mut rows: Vec<_> = report.findings.iter().filter(|row| row.change == turn).collect();
            let more = rows.len().saturating_sub(NAMED);
            rows.truncate(NAMED);
            Group { word: turn.word(), rows, more }
        };
        let groups = [Turn::New, Turn::Reopened, Turn::Resolved].map(group);
        Self {
            head: &report.head,
            turns: Turns::of(report),
            waived: Standing::of(&report.findings).waived,
            groups: groups.into_iter().filter(|group| !group.rows.is_empty()).collect(),
            whole: report.gaps.is_empty() && report.refused.is_empty(),
            index,
        }
    }
}
