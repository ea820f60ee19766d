//! Coverage strips: the days of the period that a system, or one source, speaks for.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;

use super::filters;
use crate::model::report::{CoverageRow, Head, Report};
use crate::model::time::Timestamp;

/// The first look: one bar per system.
#[derive(Template)]
#[template(path = "report/glance.html", whitespace = "minimize")]
pub(super) struct Glance<'r> {
    strip: Strip<'r>,
}

/// Bars over one axis.
#[derive(Template)]
#[template(path = "report/strip.html", whitespace = "minimize")]
pub(super) struct Strip<'r> {
    head: &'r Head,
    label: &'static str,
    bars: Vec<Bar<'r>>,
    ticks: Vec<Tick>,
    /// The days of the period; where they are so many that no eye can tell them apart, none.
    days: Option<u64>,
}

/// What one system or source speaks for.
struct Bar<'r> {
    name: &'r str,
    /// What its logs speak for.
    logged: Option<Piece>,
    /// When listings were taken, from the first to the last; the state at those moments alone.
    listed: Option<Piece>,
    gaps: Vec<Piece>,
    /// Whether something is missing.
    warning: bool,
    said: String,
    /// What its words lead to, as a filter of the coverage table.
    filter: String,
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

/// More days than this are not drawn one by one.
const DAYS: u64 = 124;

impl<'r> Glance<'r> {
    pub(super) fn of(report: &'r Report) -> Self {
        let mut systems: BTreeMap<&str, Vec<&CoverageRow>> = BTreeMap::new();
        for row in &report.coverage {
            systems.entry(&row.system).or_default().push(row);
        }
        let days = days(&report.head);
        let axis = Axis::of(&report.head);
        let bar = |(system, rows): (&'r str, Vec<&'r CoverageRow>)| {
            let gaps = rows.iter().map(|row| row.gaps.len()).sum::<usize>();
            let trouble = |verdict: &str| rows.iter().filter(|row| row.verdict == verdict).count();
            let (missing, partial) = (trouble("missing"), trouble("partial"));
            let logs = rows.iter().any(|row| row.log && row.verdict != "missing");
            let mut said = vec![if logs { counted(days, "day", "days") } else { "listings only".to_owned() }];
            said.extend((gaps > 0).then(|| counted(gaps as u64, "gap", "gaps")));
            said.extend((partial > 0).then(|| format!("{partial} of {} partial", rows.len())));
            said.extend((missing > 0).then(|| format!("{missing} of {} missing", rows.len())));
            let warning = said.len() > 1;
            Bar { filter: format!("system={}", super::shown::query(system)), ..axis.bar(system, &rows, warning, said.join(", ")) }
        };
        let bars = systems.into_iter().map(bar).collect();
        Self {
            strip: Strip::of(
                report,
                "Which days of the period each system speaks for. A table of the same is under Coverage by source and day.",
                bars,
            ),
        }
    }
}

impl<'r> Strip<'r> {
    /// One bar per source.
    pub(super) fn by_source(report: &'r Report) -> Self {
        let axis = Axis::of(&report.head);
        let total = days(&report.head);
        let bar = |row: &'r CoverageRow| {
            let silent = silent_days(row, &report.head);
            let said = match (row.log, row.verdict.as_str()) {
                (_, "missing") => "missing".to_owned(),
                (true, "gap") => format!("gap, {} of {}", total.saturating_sub(silent), counted(total, "day", "days")),
                (true, "partial") => format!("{}, partial", counted(total, "day", "days")),
                (true, _) => counted(total, "day", "days"),
                (false, "partial") => "listing, partial".to_owned(),
                (false, _) => "listing".to_owned(),
            };
            Bar {
                filter: format!("q={}", super::shown::query(&row.source)),
                ..axis.bar(&row.source, &[row], row.verdict != "covered", said)
            }
        };
        let bars = report.coverage.iter().map(bar).collect();
        Self::of(report, "Which days of the period each source speaks for. The table below says the same.", bars)
    }

    fn of(report: &'r Report, label: &'static str, bars: Vec<Bar<'r>>) -> Self {
        let days = days(&report.head);
        Self { head: &report.head, label, bars, ticks: Axis::of(&report.head).ticks(), days: (days <= DAYS).then_some(days) }
    }

    fn is_empty(&self) -> bool {
        self.bars.is_empty()
    }
}

/// The days of the period, the first and the last one counted.
pub(super) fn days(head: &Head) -> u64 {
    let seconds = head.to.since(head.from).micros() / 1_000_000;
    u64::try_from(seconds).unwrap_or_default().div_ceil(86_400).max(1)
}

/// How many days of the period a log is silent on, at least in part.
pub(super) fn silent_days(row: &CoverageRow, head: &Head) -> u64 {
    const DAY: i64 = 86_400_000_000;
    let mut silent = BTreeSet::new();
    for (from, to) in &row.gaps {
        let (from, to) = ((*from).max(head.from), (*to).min(head.to));
        silent.extend(from.micros().div_euclid(DAY)..=to.micros().saturating_sub(1).div_euclid(DAY));
    }
    silent.len() as u64
}

fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", super::shown::count(count), if count == 1 { one } else { many })
}

/// The period as a line.
struct Axis {
    from: Timestamp,
    length: f64,
    /// Listings up to this moment speak for the end of the period.
    last: Timestamp,
}

impl Axis {
    fn of(head: &Head) -> Self {
        Self { from: head.from, length: head.to.since(head.from).hours().max(1.0), last: head.to.max(head.as_of) }
    }

    fn bar<'r>(&self, name: &'r str, rows: &[&CoverageRow], warning: bool, said: String) -> Bar<'r> {
        let between = |log: bool| {
            let rows = || rows.iter().filter(|row| row.log == log);
            let (from, to) = (rows().filter_map(|row| row.from).min()?, rows().filter_map(|row| row.to).max()?);
            self.piece(from, to)
        };
        let gaps = rows.iter().flat_map(|row| &row.gaps).filter_map(|&(from, to)| self.piece(from, to)).collect();
        Bar { name, logged: between(true), listed: between(false), gaps, warning, said, filter: String::new() }
    }

    fn at(&self, moment: Timestamp) -> f64 {
        (moment.since(self.from).hours() / self.length * 100.0).clamp(0.0, 100.0)
    }

    /// The part between two moments; `None` where it lies outside the period. Never so thin that it cannot be seen.
    fn piece(&self, from: Timestamp, to: Timestamp) -> Option<Piece> {
        const THINNEST: f64 = 0.4;
        if to < self.from || from > self.last {
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
