//! Leavers: how soon access ended after people left, as a line near the top, as a chart, and as a table.

use askama::Template;

use super::chart::{Bin, Columns};
use super::{Shown, filters};
use crate::model::report::{LeaverRow, Report};
use crate::model::time::Span;

/// The line and the chart near the top of the page.
#[derive(Template)]
#[template(path = "report/lags.html", whitespace = "minimize")]
pub(super) struct Lags {
    lapses: usize,
    people: usize,
    limit: Span,
    within: usize,
    late: usize,
    open: usize,
    other: usize,
    chart: Columns,
}

/// Where columns end, as parts of the limit: four up to it, three beyond it.
const EDGES: [(i64, i64); 7] = [(1, 4), (1, 2), (3, 4), (1, 1), (2, 1), (4, 1), (8, 1)];

/// How many columns stand before the line of the limit.
const WITHIN: usize = 4;

impl Lags {
    pub(super) fn of(report: &Report) -> Self {
        let rows = &report.leavers;
        let verdict = |word: &str| rows.iter().filter(|row| row.verdict == word).count();
        let mut people: Vec<_> = rows.iter().map(|row| row.person.as_str()).collect();
        people.sort_unstable();
        people.dedup();
        let (within, late, open) = (verdict("within-sla"), verdict("over-sla"), verdict("open"));
        Self {
            lapses: rows.len(),
            people: people.len(),
            limit: limit(report),
            within,
            late,
            open,
            other: rows.len() - within - late - open,
            chart: chart(report),
        }
    }
}

/// The table, with the chart and what it says.
#[derive(Template)]
#[template(path = "report/leavers.html", whitespace = "minimize")]
pub(super) struct Section<'r> {
    shown: Shown<'r, LeaverRow>,
    limit: Span,
    scale: Scale,
    chart: Columns,
    has_roster: bool,
}

impl<'r> Section<'r> {
    pub(super) fn of(report: &'r Report) -> Self {
        Self {
            shown: Shown::of(&report.leavers, report.leavers.len(), "leavers.csv"),
            limit: limit(report),
            scale: Scale::of(limit(report)),
            chart: chart(report),
            has_roster: report.leavers.iter().any(|row| !row.hr_end_date.is_empty()),
        }
    }
}

/// The limit of the first lapse: all have the same.
fn limit(report: &Report) -> Span {
    report.leavers.first().map_or(Span::ZERO, |row| row.sla)
}

fn chart(report: &Report) -> Columns {
    let limit = limit(report);
    let scale = Scale::of(limit);
    let mut counts = [0_u64; EDGES.len() + 2];
    for column in report.leavers.iter().filter_map(|row| scale.column(row)) {
        if let Some(count) = counts.get_mut(column) {
            *count += 1;
        }
    }
    let bins = (0..counts.len()).zip(counts).map(|(column, count)| Bin {
        label: scale.label(column),
        short: scale.short(column),
        count,
        kind: match column {
            ..WITHIN => "within",
            _ if column <= EDGES.len() => "late",
            _ => "open",
        },
    });
    let label =
        format!("Lapses by the time it took to end access, with the limit of {limit}. A table of the same numbers is under Leavers.");
    Columns::new(label, bins.collect()).with_limit(WITHIN, format!("limit {limit}"))
}

/// The columns of the chart: lapses that ended after so long, then those that are still open.
struct Scale {
    edges: [Span; EDGES.len()],
}

impl Scale {
    fn of(limit: Span) -> Self {
        Self { edges: EDGES.map(|(times, parts)| Span::from_micros((limit.micros() / parts).saturating_mul(times))) }
    }

    /// The column of a lapse; `None` where access neither ended in a known time nor is still open.
    fn column(&self, row: &LeaverRow) -> Option<usize> {
        if row.verdict == "open" {
            return Some(EDGES.len() + 1);
        }
        // Where the verdict is not known, the lag may belong to either side of the limit.
        let lag = row.lag.filter(|_| row.deprovisioned_at.is_some() && row.verdict != "unknown")?;
        Some(self.edges.iter().position(|edge| lag <= *edge).unwrap_or(EDGES.len()))
    }

    /// The words by which rows of this column are found; empty for a row that is in none.
    fn word(&self, row: &LeaverRow) -> String {
        self.column(row).map(|column| self.label(column)).unwrap_or_default()
    }

    fn label(&self, column: usize) -> String {
        match (self.edges.get(column), self.edges.last()) {
            (Some(edge), _) => format!("up to {edge}"),
            (None, Some(last)) if column == EDGES.len() => format!("longer than {last}"),
            _ => "still open".to_owned(),
        }
    }

    fn short(&self, column: usize) -> String {
        match (self.edges.get(column), self.edges.last()) {
            (Some(edge), _) => format!("≤ {edge}"),
            (None, Some(last)) if column == EDGES.len() => format!("> {last}"),
            _ => "open".to_owned(),
        }
    }
}
