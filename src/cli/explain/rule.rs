//! A rule as it was in force: its parameters, which its page names, with the values that the run used.

use serde::Serialize;

use crate::analyzer::{self, Analyzer};
use crate::model::page::section;
use crate::model::report::{FindingRow, Report};

/// A rule with its parameters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct RuleInForce {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) parameters: Vec<Parameter>,
    /// What its page says where it has no table of parameters.
    pub(super) note: String,
    /// How to fix what it finds, from its page: the steps for this reason.
    pub(super) how_to_fix: Vec<String>,
}

/// One parameter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Parameter {
    pub(super) key: String,
    /// The value in force; `None` where it stands in the config alone.
    pub(super) value: Option<String>,
    pub(super) default: String,
    pub(super) meaning: String,
}

impl RuleInForce {
    pub(super) fn of(finding: &FindingRow, report: &Report) -> Self {
        let id = finding.rule.as_str();
        let Some(rule) = analyzer::find(id) else {
            let (title, note) = (String::new(), "this version does not know the rule".to_owned());
            return Self { id: id.to_owned(), title, parameters: Vec::new(), note, how_to_fix: Vec::new() };
        };
        let lines: Vec<&str> = section(rule.doc, "Parameters").collect();
        let note: Vec<&str> = lines.iter().copied().filter(|line| !line.starts_with('|')).collect();
        Self {
            id: id.to_owned(),
            title: rule.title.to_owned(),
            parameters: lines.iter().skip(2).filter_map(|line| parameters(line, report)).flatten().collect(),
            note: note.join(" "),
            how_to_fix: how_to_fix(rule, &finding.reason),
        }
    }
}

/// The steps of the page about this reason, then those about none; with the page's numbers, by which they refer to one another.
fn how_to_fix(rule: &Analyzer, reason: &str) -> Vec<String> {
    let names = |step: &str, id: &str| !id.is_empty() && step.contains(&format!("`{id}`"));
    let own = |step: &&str| names(step, reason);
    let of_no_reason = |step: &&str| !rule.reasons.iter().any(|other| names(step, other.id));
    let steps = || section(rule.doc, "How to fix");
    steps().filter(own).chain(steps().filter(of_no_reason)).map(ToOwned::to_owned).collect()
}

/// The parameters of a row of the table: one key, several, or a table of the config with all its entries.
fn parameters(line: &str, report: &Report) -> Option<Vec<Parameter>> {
    let cells: Vec<&str> = line.strip_prefix('|')?.strip_suffix('|')?.split('|').map(str::trim).collect();
    let [keys, default, meaning] = cells.as_slice() else { return None };
    let named = keys.split('`').skip(1).step_by(2);
    let of = |key: &str| -> Vec<Parameter> {
        let parameter = |key: &str, value: Option<String>| Parameter {
            key: key.to_owned(),
            value,
            default: default.trim_matches('`').to_owned(),
            meaning: (*meaning).to_owned(),
        };
        let below = key.strip_prefix('[').map(|table| format!("{}.", table.split(['.', ']', '[']).next().unwrap_or_default()));
        let entries = report.parameters.iter().filter(|(known, _)| below.as_ref().is_some_and(|below| known.starts_with(below)));
        let entries: Vec<Parameter> = entries.map(|(known, value)| parameter(known, Some(value.clone()))).collect();
        if entries.is_empty() { vec![parameter(key, value(key, report))] } else { entries }
    };
    Some(named.flat_map(of).collect())
}

fn value(key: &str, report: &Report) -> Option<String> {
    let head = &report.head;
    match key {
        "report.from" => Some(head.from.to_string()),
        "report.to" => Some(head.to.to_string()),
        _ => report.parameters.iter().find(|(known, _)| known == key).map(|(_, value)| value.clone()),
    }
}
