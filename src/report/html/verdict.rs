//! The verdict, and as high beside it what could not be checked.

use askama::Template;

use super::{filters, strip};
use crate::model::finding::{Severity, Status};
use crate::model::report::Report;
use crate::report::tally::{self, Standing, Turns, Verdict};

/// How many rules are named.
const RULES: usize = 4;

/// How many gaps are told before the rest is left to the coverage table.
const GAPS: usize = 6;

/// The first thing on the page.
#[derive(Template)]
#[template(path = "report/verdict.html", whitespace = "minimize")]
pub(super) struct Section<'r> {
    verdict: Verdict,
    standing: Standing,
    severities: Vec<(&'static str, u64)>,
    /// The rules with the most open findings.
    rules: Vec<(&'r str, u64)>,
    more_rules: usize,
    turns: Turns,
    has_previous: bool,
    accounts: usize,
    accounts_with_findings: u64,
    days: u64,
    controls: usize,
    unable: usize,
    not_evaluated: usize,
    gaps: Vec<&'r str>,
    more_gaps: usize,
    refused: usize,
    read: u64,
    rejected: u64,
}

impl<'r> Section<'r> {
    pub(super) fn of(report: &'r Report) -> Self {
        let open = |severity| report.findings.iter().filter(|row| row.severity == severity && row.status == Status::Open).count() as u64;
        let open_findings = report.findings.iter().filter(|row| row.status == Status::Open);
        let mut rules: Vec<_> = tally::by_word(open_findings, |row| &row.rule).into_iter().collect();
        rules.sort_by_key(|(_, open)| std::cmp::Reverse(*open));
        let more_rules = rules.len().saturating_sub(RULES);
        rules.truncate(RULES);
        Self {
            rules,
            more_rules,
            verdict: Verdict::of(report),
            standing: Standing::of(&report.findings),
            severities: Severity::ALL.into_iter().map(|severity| (severity.word(), open(severity))).filter(|(_, open)| *open > 0).collect(),
            turns: Turns::of(report),
            has_previous: report.head.previous.is_some(),
            accounts: report.accounts.len(),
            accounts_with_findings: tally::accounts_with_open_findings(report),
            days: strip::days(&report.head),
            controls: report.controls.len(),
            unable: report.controls.iter().filter(|control| tally::is_unable(control)).count(),
            not_evaluated: report.controls.iter().filter(|control| control.conclusion == "not evaluated").count(),
            gaps: report.gaps.iter().take(GAPS).map(String::as_str).collect(),
            more_gaps: report.gaps.len().saturating_sub(GAPS),
            refused: report.refused.len(),
            read: report.inputs.iter().map(|row| row.read).sum(),
            rejected: report.inputs.iter().map(|row| row.rejected).sum(),
        }
    }

    /// Whether whatever was given could be read and speaks for the whole period.
    fn is_whole(&self) -> bool {
        self.gaps.is_empty() && self.refused == 0 && self.rejected == 0
    }

    fn checked_everything(&self) -> bool {
        self.is_whole() && self.concluded() == self.controls
    }

    /// On how many controls there is a conclusion.
    fn concluded(&self) -> usize {
        self.controls - self.unable - self.not_evaluated
    }
}
