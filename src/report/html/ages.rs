//! Ages: for how long open findings have lasted, as a chart and as a table.

use askama::Template;

use super::chart::{Bin, Columns};
use super::{filters, findings};
use crate::model::finding::{Severity, Status};
use crate::model::report::Report;
use crate::model::time::Span;

/// Open findings by age.
#[derive(Template)]
#[template(path = "report/ages.html", whitespace = "minimize")]
pub(super) struct Section {
    chart: Columns,
    /// A line for each severity: its word, and its counts in the order of [`LABELS`].
    rows: Vec<(&'static str, [u64; LABELS.len()])>,
    totals: [u64; LABELS.len()],
}

/// Where columns end, in days.
const EDGES: [i64; 4] = [1, 7, 30, 90];

/// Their names, with the two that have no end.
const LABELS: [&str; EDGES.len() + 2] = ["under 1 d", "1–6 d", "7–29 d", "30–89 d", "90 d and more", "not known"];

impl Section {
    pub(super) fn of(report: &Report) -> Self {
        let mut totals = [0; LABELS.len()];
        let mut rows = Severity::ALL.map(|severity| (severity.word(), [0; LABELS.len()]));
        for row in report.findings.iter().filter(|row| row.status == Status::Open) {
            let column = column(findings::age(row, &report.head));
            let line = rows.iter_mut().find(|(word, _)| *word == row.severity.word()).map(|(_, counts)| counts);
            for count in [line, Some(&mut totals)].into_iter().flatten().filter_map(|counts| counts.get_mut(column)) {
                *count += 1;
            }
        }
        let bins = LABELS.into_iter().zip(totals).map(|(label, count)| Bin {
            label: label.to_owned(),
            short: label.to_owned(),
            count,
            kind: "plain",
        });
        let label = "Open findings by the time they have lasted. A table of the same numbers follows.";
        Self {
            chart: Columns::new(label.to_owned(), bins.collect()),
            rows: rows.into_iter().filter(|(_, counts)| counts.iter().any(|count| *count > 0)).collect(),
            totals,
        }
    }

    fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// The word for an age.
pub(super) fn label(age: Option<Span>) -> &'static str {
    LABELS.get(column(age)).copied().unwrap_or_default()
}

fn column(age: Option<Span>) -> usize {
    let Some(age) = age else { return EDGES.len() + 1 };
    EDGES.iter().position(|days| age < Span::from_days(*days)).unwrap_or(EDGES.len())
}
