//! Findings: each reads as a sentence, and opens to what it rests on.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;

use super::evidence::{Budget, Exhibit};
use super::{ROWS, filters, index};
use crate::model::finding::Status;
use crate::model::report::{FindingRow, Head, Report, RuleRow};
use crate::model::time::Span;

/// All findings, by status and severity.
#[derive(Template)]
#[template(path = "report/findings.html", whitespace = "minimize")]
pub(super) struct Section<'r> {
    groups: Vec<Group<'r>>,
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
    /// The rule, where it was run.
    rule: Option<&'r RuleRow>,
    /// What it is about, in one line: the most telling name.
    subject: &'r str,
    /// What else names the subject.
    names: Vec<(&'static str, &'r str)>,
    age: Option<Span>,
    /// The frameworks, each with the ids of its controls.
    controls: BTreeMap<&'r str, BTreeSet<&'r str>>,
    exhibits: Vec<Exhibit<'r>>,
    /// How many more records findings.csv names.
    more: usize,
}

impl<'r> Section<'r> {
    pub(super) fn of(report: &'r Report) -> Self {
        let mut budget = Budget::default();
        let rules: BTreeMap<_, _> = report.rules.iter().map(|rule| (rule.id.as_str(), rule)).collect();
        let mut groups: Vec<Group<'r>> = Vec::new();
        for row in index::in_order(report).take(ROWS) {
            let (status, severity) = (row.status.word(), row.severity.word());
            let item = item(row, rules.get(row.rule.as_str()).copied(), &report.head, &mut budget);
            match groups.last_mut().filter(|group| (group.status, group.severity) == (status, severity)) {
                Some(group) => group.items.push(item),
                None => groups.push(Group { status, severity, items: vec![item] }),
            }
        }
        Self {
            total: report.findings.len(),
            shown: report.findings.len().min(ROWS),
            groups,
            accounts: report.accounts.len(),
            controls: report.controls.len(),
        }
    }
}

impl Item<'_> {
    /// Everything that `needle` in the list of filters may be compared with: the controls as one value each.
    fn control_words(&self) -> String {
        self.row.controls.join("|")
    }

    fn lasting(&self) -> &'static str {
        super::ages::label(self.age)
    }
}

fn item<'r>(row: &'r FindingRow, rule: Option<&'r RuleRow>, head: &Head, budget: &mut Budget) -> Item<'r> {
    let (exhibits, more) = budget.exhibits(row);
    let telling = [&row.account, &row.person_login, &row.credential, &row.group, &row.object, &row.person];
    let subject = telling.into_iter().map(String::as_str).find(|name| !name.is_empty()).unwrap_or_default();
    let names = [
        ("account", &row.account),
        ("account id", &row.account_id),
        ("person", &row.person_login),
        ("person id", &row.person),
        ("credential", &row.credential),
        ("group", &row.group),
        ("object", &row.object),
    ];
    let mut controls: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for control in &row.controls {
        let (framework, id) = control.rsplit_once(' ').unwrap_or(("", control));
        controls.entry(framework).or_default().insert(id);
    }
    Item {
        row,
        rule,
        subject,
        names: names.into_iter().map(|(label, name)| (label, name.as_str())).filter(|(_, name)| !name.is_empty()).collect(),
        age: age(row, head),
        controls,
        exhibits,
        more,
    }
}

/// How long it has lasted; of a resolved one, how long it had when last seen.
pub(super) fn age(row: &FindingRow, head: &Head) -> Option<Span> {
    let until = if row.status == Status::Resolved { row.last_seen } else { head.as_of };
    row.since.map(|since| until.since(since)).filter(|age| age.micros() >= 0)
}
