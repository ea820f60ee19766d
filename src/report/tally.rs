//! Tallies: the counts that the page, the summary and the terminal all show, made in one place so that they agree.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::model::finding::{Severity, Status, Turn};
use crate::model::report::{AccountRow, ControlRow, FindingRow, Report};

/// How many findings stand where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// They hold.
    pub open: u64,
    /// They hold and were accepted.
    pub waived: u64,
    /// They held in the run before.
    pub resolved: u64,
}

impl Standing {
    /// How many of these findings stand where.
    #[must_use]
    pub fn of<'r>(findings: impl IntoIterator<Item = &'r FindingRow>) -> Self {
        let mut standing = Self::default();
        for finding in findings {
            standing.add(finding.status);
        }
        standing
    }

    fn add(&mut self, status: Status) {
        match status {
            Status::Open => self.open += 1,
            Status::Waived => self.waived += 1,
            Status::Resolved => self.resolved += 1,
        }
    }

    /// Findings of one severity.
    #[must_use]
    pub fn of_severity(report: &Report, severity: Severity) -> Self {
        Self::of(report.findings.iter().filter(|finding| finding.severity == severity))
    }
}

/// How many findings came, stayed and went since the run before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Turns {
    /// Never found before.
    pub new: u64,
    /// Found in the run before too.
    pub persisting: u64,
    /// Found before, but not in the run before.
    pub reopened: u64,
    /// Found in the run before, and no more.
    pub resolved: u64,
}

impl Turns {
    /// Over all findings, waived ones too.
    #[must_use]
    pub fn of(report: &Report) -> Self {
        let mut turns = Self::default();
        for finding in &report.findings {
            match finding.change {
                Turn::New => turns.new += 1,
                Turn::Persisting => turns.persisting += 1,
                Turn::Reopened => turns.reopened += 1,
                Turn::Resolved => turns.resolved += 1,
            }
        }
        turns
    }
}

/// What the whole report says, in the words of CONTRACT section 6.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Findings are open.
    Exceptions(u64),
    /// None is open, and everything asked for could be checked.
    NoExceptions,
    /// None is open, but something could not be checked.
    UnableToConclude,
}

impl Verdict {
    /// The verdict of a report.
    pub(super) fn of(report: &Report) -> Self {
        match Standing::of(&report.findings).open {
            0 if report.gaps.is_empty() && report.refused.is_empty() && !is_unable_on_any(report) => Self::NoExceptions,
            0 => Self::UnableToConclude,
            open => Self::Exceptions(open),
        }
    }

    /// The verdict as the contract words it.
    pub(super) fn words(self) -> String {
        match self {
            Self::Exceptions(open) => format!("exceptions ({open})"),
            Self::NoExceptions => "no exceptions".to_owned(),
            Self::UnableToConclude => "unable to conclude".to_owned(),
        }
    }
}

/// Whether the evidence for a control was too thin to conclude.
pub(super) fn is_unable(control: &ControlRow) -> bool {
    control.conclusion == "unable to conclude"
}

fn is_unable_on_any(report: &Report) -> bool {
    report.controls.iter().any(is_unable)
}

/// How often each word stands in these rows.
pub(super) fn by_word<'r, R: 'r>(rows: impl IntoIterator<Item = &'r R>, word: fn(&'r R) -> &'r str) -> BTreeMap<&'r str, u64> {
    let mut counts = BTreeMap::new();
    for row in rows {
        *counts.entry(word(row)).or_default() += 1;
    }
    counts
}

/// How many accounts have an open finding.
pub(super) fn accounts_with_open_findings(report: &Report) -> u64 {
    let named: BTreeSet<_> = report
        .findings
        .iter()
        .filter(|finding| finding.status == Status::Open && !finding.account.is_empty())
        .map(|finding| (finding.system.as_str(), finding.account.as_str()))
        .collect();
    let is_named = |account: &&AccountRow| named.contains(&(account.system.as_str(), account.account.as_str()));
    u64::try_from(report.accounts.iter().filter(is_named).count()).unwrap_or(u64::MAX)
}

/// How the findings of each of these rules stand.
pub(super) fn standing_by_rule<'r>(report: &Report, rules: impl IntoIterator<Item = &'r str>) -> BTreeMap<&'r str, Standing> {
    let mut standing: BTreeMap<_, _> = rules.into_iter().map(|rule| (rule, Standing::default())).collect();
    for finding in &report.findings {
        if let Some(standing) = standing.get_mut(finding.rule.as_str()) {
            standing.add(finding.status);
        }
    }
    standing
}
