//! Columns: a small chart drawn by hand as SVG. A table beside it always says the same.

use askama::Template;

use super::filters;

/// Columns over one base line.
#[derive(Template)]
#[template(path = "report/chart.html", whitespace = "minimize")]
pub(super) struct Columns {
    /// What the chart shows, for those who cannot see it.
    label: String,
    bins: Vec<Bin>,
    limit: Option<Limit>,
}

/// One column.
pub(super) struct Bin {
    /// What is counted, in words: `up to 6 h`. It is also the value that rows are filtered by.
    pub(super) label: String,
    /// Short, under the column: `≤ 6 h`.
    pub(super) short: String,
    pub(super) count: u64,
    /// The class that colours it, and the word of the table.
    pub(super) kind: &'static str,
}

/// A dashed line between two columns.
struct Limit {
    x: f64,
    label: String,
}

/// Where a column stands, in per cent of the chart's width and height.
struct Place<'c> {
    bin: &'c Bin,
    x: f64,
    width: f64,
    height: f64,
}

impl Columns {
    pub(super) const fn new(label: String, bins: Vec<Bin>) -> Self {
        Self { label, bins, limit: None }
    }

    /// With a line before the column at `place`.
    pub(super) fn with_limit(self, place: usize, label: String) -> Self {
        let x = self.places().get(place).map_or(0.0, |place| place.x);
        Self { limit: Some(Limit { x, label }), ..self }
    }

    /// The columns, for the table.
    pub(super) fn bins(&self) -> &[Bin] {
        &self.bins
    }

    #[expect(clippy::cast_precision_loss, reason = "places in a chart, drawn with two decimals")]
    fn places(&self) -> Vec<Place<'_>> {
        let most = self.bins.iter().map(|bin| bin.count).max().unwrap_or_default().max(1) as f64;
        let width = 100.0 / self.bins.len().max(1) as f64;
        let place = |(column, bin)| Place { bin, x: column as f64 * width, width, height: bin.count as f64 / most * 100.0 };
        self.bins.iter().enumerate().map(|(column, bin): (usize, &Bin)| place((column, bin))).collect()
    }
}
