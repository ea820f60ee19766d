//! Rules and controls: what was asked, of how many, with what answer, and what each rule cannot see.

use askama::Template;

use super::{ages, filters};
use crate::model::report::{ControlRow, Report, RuleRow};

/// The conclusion per control.
#[derive(Template)]
#[template(path = "report/controls.html", whitespace = "minimize")]
pub(super) struct Controls<'r> {
    rows: &'r [ControlRow],
    /// In the order of the controls.
    frameworks: Vec<(&'r str, [u64; CONCLUSIONS.len()])>,
}

/// The conclusions, without their counts, in the order in which they matter.
const CONCLUSIONS: [&str; 4] = ["exceptions", "unable to conclude", "not evaluated", "no exceptions"];

impl<'r> Controls<'r> {
    pub(super) fn of(report: &'r Report) -> Self {
        let mut frameworks: Vec<(&str, [u64; CONCLUSIONS.len()])> = Vec::new();
        for row in &report.controls {
            if frameworks.last().is_none_or(|(framework, _)| *framework != row.framework) {
                frameworks.push((&row.framework, [0; CONCLUSIONS.len()]));
            }
            let place = CONCLUSIONS.iter().position(|word| *word == conclusion_word(&row.conclusion));
            let counts = frameworks.last_mut().map(|(_, counts)| counts);
            if let Some(count) = counts.zip(place).and_then(|(counts, place)| counts.get_mut(place)) {
                *count += 1;
            }
        }
        Self { rows: &report.controls, frameworks }
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

/// A conclusion without its count: what rows are filtered by.
fn conclusion_word(conclusion: &str) -> &str {
    conclusion.split(" (").next().unwrap_or_default()
}

/// The section and the filter that show what a rule looked at; `None` where the page has no such rows.
fn population(words: &str) -> Option<(&'static str, &'static str)> {
    const PLACES: [(&str, &str, &str); 9] = [
        ("active accounts", "accounts", "state=active"),
        ("accounts", "accounts", ""),
        ("administrators", "accounts", "role=admin"),
        ("live credentials", "tokens", "state=active"),
        ("credentials", "tokens", ""),
        ("lapses", "leavers", ""),
        ("files", "inputs", ""),
        ("logs", "coverage", ""),
        ("sources", "coverage", ""),
    ];
    PLACES.into_iter().find(|(start, ..)| words.starts_with(start)).map(|(_, section, filter)| (section, filter))
}

/// Open findings by rule and severity.
#[derive(Template)]
#[template(path = "report/counts.html", whitespace = "minimize")]
pub(super) struct Counts<'r> {
    rows: &'r [RuleRow],
    open: [u64; 4],
    waived: u64,
    ages: ages::Section,
}

impl<'r> Counts<'r> {
    pub(super) fn of(report: &'r Report) -> Self {
        let rows = &report.rules;
        let open = |place: usize| rows.iter().filter_map(|row| row.open.get(place)).sum();
        Self {
            rows,
            open: [open(0), open(1), open(2), open(3)],
            waived: rows.iter().map(|row| row.waived).sum(),
            ages: ages::Section::of(report),
        }
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
