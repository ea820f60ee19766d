//! Leavers: how soon access ended after people left, as a chart and as a table.

use askama::Template;

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
    bins: Vec<Bin>,
}

/// One column of the chart.
struct Bin {
    /// `up to 6 h`.
    label: String,
    /// `≤ 6 h`, under the column.
    short: String,
    count: usize,
    kind: &'static str,
    /// In per cent of the chart's width and height.
    x: f64,
    width: f64,
    height: f64,
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
        let limit = rows.first().map_or(Span::ZERO, |row| row.sla);
        Self {
            lapses: rows.len(),
            people: people.len(),
            limit,
            within,
            late,
            open,
            other: rows.len() - within - late - open,
            bins: bins(rows, limit, open),
        }
    }

    /// Where the line of the limit stands, in per cent.
    fn limit_at(&self) -> f64 {
        self.bins.get(WITHIN).map_or(0.0, |bin| bin.x)
    }
}

fn bins(rows: &[LeaverRow], limit: Span, open: usize) -> Vec<Bin> {
    let edges = EDGES.map(|(times, parts)| Span::from_micros((limit.micros() / parts).saturating_mul(times)));
    let mut counts = [0_usize; EDGES.len() + 1];
    // Where the verdict is not known, the lag may belong to either side of the limit.
    let told = rows.iter().filter(|row| row.verdict != "unknown" && row.deprovisioned_at.is_some());
    for lag in told.filter_map(|row| row.lag) {
        let column = edges.iter().position(|edge| lag <= *edge).unwrap_or(EDGES.len());
        if let Some(count) = counts.get_mut(column) {
            *count += 1;
        }
    }
    let words = edges.iter().map(|edge| (format!("up to {edge}"), format!("≤ {edge}")));
    let beyond = edges.last().map(|edge| (format!("longer than {edge}"), format!("> {edge}")));
    let ended = words
        .chain(beyond)
        .zip(counts)
        .enumerate()
        .map(|(column, (label, count))| (label, count, if column < WITHIN { "within" } else { "late" }));
    let still = (("still open".to_owned(), "open".to_owned()), open, "open");
    columns(ended.chain([still]).collect())
}

#[expect(clippy::cast_precision_loss, reason = "places in a chart, drawn with two decimals")]
fn columns(counted: Vec<((String, String), usize, &'static str)>) -> Vec<Bin> {
    let most = counted.iter().map(|(_, count, _)| *count).max().unwrap_or_default().max(1) as f64;
    let width = 100.0 / counted.len().max(1) as f64;
    let bin = |(column, ((label, short), count, kind)): (usize, ((String, String), usize, &'static str))| Bin {
        label,
        short,
        count,
        kind,
        x: column as f64 * width,
        width,
        height: count as f64 / most * 100.0,
    };
    counted.into_iter().enumerate().map(bin).collect()
}

/// The table.
#[derive(Template)]
#[template(path = "report/leavers.html", whitespace = "minimize")]
pub(super) struct Section<'r> {
    shown: Shown<'r, LeaverRow>,
    has_roster: bool,
}

impl<'r> Section<'r> {
    pub(super) fn of(report: &'r Report) -> Self {
        Self {
            shown: Shown::of(&report.leavers, report.leavers.len(), "leavers.csv"),
            has_roster: report.leavers.iter().any(|row| !row.hr_end_date.is_empty()),
        }
    }
}
