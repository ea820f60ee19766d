//! The coverage strip: for each source, the days of the period that it speaks for.

use askama::Template;

use super::filters;
use crate::model::report::{CoverageRow, Head, Report};
use crate::model::time::{Span, Timestamp};

/// One bar per source over the same axis.
#[derive(Template)]
#[template(path = "report/strip.html", whitespace = "minimize")]
pub(super) struct Section<'r> {
    head: &'r Head,
    bars: Vec<Bar<'r>>,
    ticks: Vec<Tick>,
}

/// What one source speaks for.
struct Bar<'r> {
    row: &'r CoverageRow,
    covered: Option<Piece>,
    gaps: Vec<Piece>,
    gaps_in_all: Span,
}

/// A part of the axis, in per cent of its length.
struct Piece {
    x: f64,
    width: f64,
}

/// The start of a month.
struct Tick {
    x: f64,
    label: String,
}

impl<'r> Section<'r> {
    pub(super) fn of(report: &'r Report) -> Self {
        let axis = Axis::of(&report.head);
        Self { head: &report.head, bars: report.coverage.iter().map(|row| bar(&axis, row)).collect(), ticks: axis.ticks() }
    }
}

fn bar<'r>(axis: &Axis, row: &'r CoverageRow) -> Bar<'r> {
    let covered = row.from.zip(row.to).and_then(|(from, to)| axis.piece(from, to));
    let gaps: Vec<_> = row.gaps.iter().filter_map(|&(from, to)| axis.piece(from, to)).collect();
    let micros = row.gaps.iter().map(|(from, to)| to.since(*from).micros()).fold(0, i64::saturating_add);
    Bar { row, covered, gaps, gaps_in_all: Span::from_micros(micros) }
}

/// The period as a line.
struct Axis {
    from: Timestamp,
    length: f64,
}

impl Axis {
    fn of(head: &Head) -> Self {
        Self { from: head.from, length: head.to.since(head.from).hours().max(1.0) }
    }

    fn at(&self, moment: Timestamp) -> f64 {
        (moment.since(self.from).hours() / self.length * 100.0).clamp(0.0, 100.0)
    }

    /// The part between two moments; `None` where it lies outside the period. Never so thin that it cannot be seen.
    fn piece(&self, from: Timestamp, to: Timestamp) -> Option<Piece> {
        const THINNEST: f64 = 0.4;
        let end = self.from.plus(Span::from_micros(hours_to_micros(self.length)));
        if to < self.from || from > end {
            return None;
        }
        let x = self.at(from).min(100.0 - THINNEST);
        Some(Piece { x, width: (self.at(to) - x).max(THINNEST) })
    }

    /// The starts of months, at most twelve, none so near an end that its label would run into another.
    fn ticks(&self) -> Vec<Tick> {
        let months = (self.length / 730.0).ceil();
        let step = [1, 2, 3, 6, 12, 24, 60].into_iter().find(|step| months / f64::from(*step) <= 12.0).unwrap_or(120);
        let start = self.from.minute();
        let number = |from: usize, to: usize| start.get(from..to).and_then(|digits| digits.parse::<i32>().ok());
        let (Some(year), Some(month)) = (number(0, 4), number(5, 7)) else { return Vec::new() };
        let first = year * 12 + month - 1;
        (1..=240)
            .map(|ahead| first + ahead)
            .filter(|month| month % step == 0)
            .filter_map(|month| self.tick(month / 12, month % 12))
            .take_while(|tick| tick.x < 92.0)
            .filter(|tick| tick.x > 8.0)
            .collect()
    }

    fn tick(&self, year: i32, month: i32) -> Option<Tick> {
        const NAMES: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let start = Timestamp::parse_or_date(&format!("{year:04}-{:02}-01", month + 1))?;
        let name = NAMES.get(usize::try_from(month).ok()?)?;
        let label = if month == 0 { format!("{name} {year}") } else { (*name).to_owned() };
        Some(Tick { x: self.at(start), label })
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a cast from a float saturates, and the end of a line needs no more")]
fn hours_to_micros(hours: f64) -> i64 {
    (hours * 3_600_000_000.0) as i64
}
