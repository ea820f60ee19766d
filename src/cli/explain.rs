//! `scimdrift explain`: the page of a rule, or one finding with everything it rests on.

use std::io::{self, Write};

use super::arguments::Global;
use super::exit::{Exit, Failure};
use super::job;
use super::terminal::{Terminal, severity_style, visible};
use crate::analyzer;
use crate::model::report::{Evidence, FindingRow};

pub(super) fn explain(global: &Global, id: &str, terminal: &Terminal) -> Result<Exit, Failure> {
    if let Some(rule) = analyzer::find(id) {
        let json = serde_json::json!({"id": rule.id, "title": rule.title, "page": rule.doc});
        terminal.data(&json, |out| write!(out, "{}", rule.doc))?;
        return Ok(Exit::Done);
    }
    let report = job::kept_report(global)?;
    let Some(row) = report.findings.iter().find(|row| row.finding_id == id) else { return Err(Failure::UnknownId(id.to_owned())) };
    terminal.data(row, |out| finding(out, row))?;
    Ok(Exit::Done)
}

fn finding(out: &mut dyn Write, row: &FindingRow) -> io::Result<()> {
    let style = severity_style(row.severity);
    let reason = if row.reason.is_empty() { String::new() } else { format!(" · {}", row.reason) };
    writeln!(out, "{style}{}{style:#}  {}{reason}  {} · {}", row.severity, row.rule, row.status.word(), row.change.word())?;
    writeln!(out, "\n{}\n", visible(&row.explanation))?;
    let since = row.since.map(|since| format!("{} UTC", since.minute())).unwrap_or_default();
    let seen = format!("first {}, last {}", row.first_seen, row.last_seen);
    let fields = [
        ("account", [row.system.as_str(), row.account.as_str()].join(" ")),
        ("person", [row.person.as_str(), row.person_login.as_str()].join(" ")),
        ("credential", row.credential.clone()),
        ("group", row.group.clone()),
        ("about", row.object.clone()),
        ("expected", row.expected.clone()),
        ("observed", row.observed.clone()),
        ("since", since),
        ("matched by", row.matched.clone()),
        ("seen", seen),
        ("waiver", [row.waiver_reason.as_str(), row.waiver_approver.as_str(), row.waiver_expires.as_str()].join(" ")),
        ("controls", row.controls.join("; ")),
        ("do", row.remediation.clone()),
    ];
    for (name, value) in fields.iter().filter(|(_, value)| !value.trim().is_empty()) {
        writeln!(out, "{name:<11}{}", visible(value.trim()))?;
    }
    row.evidence.iter().try_for_each(|evidence| proof(out, evidence))
}

fn proof(out: &mut dyn Write, evidence: &Evidence) -> io::Result<()> {
    let at = evidence.at.map(|at| format!("  {at}")).unwrap_or_default();
    writeln!(out, "\nevidence   {}{at}  {}", visible(&evidence.reference()), evidence.source)?;
    if !evidence.sha256.is_empty() {
        writeln!(out, "           sha256 {}", evidence.sha256)?;
    }
    writeln!(out, "           {}", visible(&evidence.original).replace('\n', "\n           "))
}
