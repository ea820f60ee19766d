//! Findings: each a row that reads as a sentence and opens to what it rests on.

use std::collections::BTreeSet;

use askama::Template;

use super::evidence::{Budget, Exhibit};
use super::{ROWS, filters};
use crate::model::finding::{Severity, Status};
use crate::model::report::{FindingRow, Head, Report};
use crate::model::time::Span;

/// All findings, by status and severity.
#[derive(Template)]
#[template(path = "report/findings.html", whitespace = "minimize")]
pub(super) struct Section<'r> {
    groups: Vec<Group<'r>>,
    rules: BTreeSet<&'r str>,
    total: usize,
    shown: usize,
    accounts: usize,
    controls: usize,
}

/// The findings of one status and severity.
struct Group<'r> {
    status: &'static str,
    severity: &'static str,
    items: Vec<Item<'r>>,
}

/// One finding as the page tells it.
struct Item<'r> {
    row: &'r FindingRow,
    /// What it is about, in one line: the most telling name.
    subject: &'r str,
    /// Everything that names the subject.
    names: Vec<(&'static str, &'r str)>,
    age: Option<Span>,
    exhibits: Vec<Exhibit<'r>>,
    /// How many more records findings.csv names.
    more: usize,
}

impl<'r> Section<'r> {
    pub(super) fn of(report: &'r Report) -> Self {
        let mut budget = Budget::default();
        let mut groups: Vec<Group<'r>> = Vec::new();
        for status in [Status::Open, Status::Waived, Status::Resolved] {
            for severity in Severity::ALL {
                let left = ROWS - groups.iter().map(|group| group.items.len()).sum::<usize>().min(ROWS);
                let rows = report.findings.iter().filter(|row| row.status == status && row.severity == severity).take(left);
                let items: Vec<_> = rows.map(|row| item(row, &report.head, &mut budget)).collect();
                if !items.is_empty() {
                    groups.push(Group { status: status.word(), severity: severity.word(), items });
                }
            }
        }
        Self {
            rules: report.findings.iter().map(|row| row.rule.as_str()).collect(),
            total: report.findings.len(),
            shown: groups.iter().map(|group| group.items.len()).sum(),
            groups,
            accounts: report.accounts.len(),
            controls: report.controls.len(),
        }
    }
}

fn item<'r>(row: &'r FindingRow, head: &Head, budget: &mut Budget) -> Item<'r> {
    let (exhibits, more) = budget.exhibits(&row.evidence);
    let telling = [&row.account, &row.credential, &row.group, &row.object, &row.person_login, &row.person];
    let names = [
        ("system", &row.system),
        ("account", &row.account),
        ("person", &row.person_login),
        ("person id", &row.person),
        ("credential", &row.credential),
        ("group", &row.group),
        ("object", &row.object),
    ];
    let until = if row.status == Status::Resolved { row.last_seen } else { head.as_of };
    Item {
        row,
        subject: telling.into_iter().map(String::as_str).find(|name| !name.is_empty()).unwrap_or_default(),
        names: names.into_iter().map(|(label, name)| (label, name.as_str())).filter(|(_, name)| !name.is_empty()).collect(),
        age: row.since.map(|since| until.since(since)).filter(|age| age.micros() >= 0),
        exhibits,
        more,
    }
}
