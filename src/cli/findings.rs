//! `scimdrift findings`: the findings of the last analysis, filtered.

use comfy_table::{ContentArrangement, Table, presets};

use super::arguments::{Filter, Global, StatusWord};
use super::desk;
use super::exit::{Exit, Failure};
use super::terminal::{Terminal, visible};
use crate::model::finding::{Severity, Status};
use crate::model::report::FindingRow;

pub(super) fn list(global: &Global, filter: &Filter, terminal: &Terminal) -> Result<Exit, Failure> {
    let report = desk::kept_report(global)?;
    let rows: Vec<&FindingRow> = report.findings.iter().filter(|row| matches(row, filter)).collect();
    let (shown, all) = (rows.len(), report.findings.len());
    terminal.pages(&rows, |out, _| {
        if shown > 0 {
            writeln!(out, "{}", table(&rows))?;
        }
        writeln!(out, "{shown} of {all} findings, as of {}", report.head.as_of)
    })?;
    Ok(Exit::Done)
}

fn matches(row: &FindingRow, filter: &Filter) -> bool {
    let status = |word| match word {
        StatusWord::Open => Status::Open,
        StatusWord::Waived => Status::Waived,
        StatusWord::Resolved => Status::Resolved,
    };
    filter.rule.as_ref().is_none_or(|rule| *rule == row.rule)
        && filter.severity.is_none_or(|word| row.severity >= Severity::from(word))
        && filter.status.is_none_or(|word| row.status == status(word))
        && filter.account.as_ref().is_none_or(|account| account.eq_ignore_ascii_case(&row.account))
}

fn table(rows: &[&FindingRow]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(["severity", "rule", "reason", "subject", "change", "id"]);
    for row in rows {
        let subject = [&row.account, &row.credential, &row.group, &row.object].into_iter().find(|name| !name.is_empty());
        let subject = format!("{} {}", row.system, subject.map(String::as_str).unwrap_or_default());
        let status = if row.status == Status::Waived { "waived" } else { row.change.word() };
        table.add_row([row.severity.word(), &row.rule, &row.reason, &visible(subject.trim()), status, &row.finding_id]);
    }
    table
}
