//! An explanation for the terminal.

use std::io::{self, Write};

use super::Explanation;
use super::history::Stretch;
use crate::cli::terminal::{severity_style, visible};
use crate::model::finding::Status;
use crate::model::report::{Evidence, FindingRow};

/// The width of the names on the left.
const MARGIN: &str = "           ";

pub(super) fn write(out: &mut dyn Write, explanation: &Explanation) -> io::Result<()> {
    let row = &explanation.finding;
    head(out, row)?;
    for (name, value) in fields(row).iter().filter(|(_, value)| !value.trim().is_empty()) {
        writeln!(out, "{name:<11}{}", visible(value.trim()))?;
    }
    for (index, key) in row.keys.iter().enumerate() {
        let name = if index == 0 { "keys tried" } else { "" };
        let value = if key.value.is_empty() { String::new() } else { format!("{}: ", key.value) };
        writeln!(out, "{name:<11}{:<12} {:<9} {}", key.key, key.outcome, visible(&format!("{value}{}", key.because)))?;
    }
    rule(out, explanation)?;
    for (index, stretch) in explanation.history.iter().enumerate() {
        writeln!(out, "{:<11}{}", if index == 0 { "history" } else { "" }, in_words(stretch))?;
    }
    for (index, way) in explanation.goes_away.iter().enumerate() {
        writeln!(out, "{:<11}{}", if index == 0 { "goes away" } else { "" }, visible(way))?;
    }
    for (index, step) in explanation.rule.how_to_fix.iter().enumerate() {
        writeln!(out, "{:<11}{step}", if index == 0 { "how to fix" } else { "" })?;
    }
    if row.status == Status::Open {
        writeln!(out, "\naccept it, in waivers.toml:\n{MARGIN}{}", visible(&explanation.waiver).replace('\n', &format!("\n{MARGIN}")))?;
    }
    row.evidence.iter().try_for_each(|evidence| proof(out, evidence))
}

fn head(out: &mut dyn Write, row: &FindingRow) -> io::Result<()> {
    let style = severity_style(row.severity);
    let reason = if row.reason.is_empty() { String::new() } else { format!(" · {}", row.reason) };
    writeln!(
        out,
        "{style}{}{style:#}  {}{reason}  {} · {}  {}",
        row.severity,
        row.rule,
        row.status.word(),
        row.change.word(),
        row.finding_id
    )?;
    writeln!(out, "\n{}\n", visible(&row.explanation))
}

/// What there is to say in one line each, by name.
pub(super) fn fields(row: &FindingRow) -> [(&'static str, String); 12] {
    let since = row.since.map(|since| format!("{} UTC", since.minute())).unwrap_or_default();
    [
        ("account", [row.system.as_str(), row.account.as_str()].join(" ")),
        ("person", [row.person.as_str(), row.person_login.as_str()].join(" ")),
        ("credential", row.credential.clone()),
        ("group", row.group.clone()),
        ("about", row.object.clone()),
        ("expected", row.expected.clone()),
        ("observed", row.observed.clone()),
        ("since", since),
        ("matched by", row.matched.clone()),
        ("seen", format!("first {}, last {}", row.first_seen, row.last_seen)),
        ("waiver", [row.waiver_reason.as_str(), row.waiver_approver.as_str(), row.waiver_expires.as_str()].join(" ")),
        ("controls", row.controls.join("; ")),
    ]
}

fn rule(out: &mut dyn Write, explanation: &Explanation) -> io::Result<()> {
    let rule = &explanation.rule;
    writeln!(out, "{:<11}{}: {}", "rule", rule.id, rule.title)?;
    for parameter in &rule.parameters {
        let value = parameter.value.as_deref().unwrap_or("see the config");
        let default = if parameter.default.is_empty() { String::new() } else { format!(" (default {})", parameter.default) };
        writeln!(out, "{MARGIN}{}", visible(&format!("{} = {value}{default}: {}", parameter.key, parameter.meaning)))?;
    }
    if rule.note.is_empty() { Ok(()) } else { writeln!(out, "{MARGIN}parameters: {}", rule.note) }
}

/// `2026-06-02T06:00:00Z to 2026-06-28T06:00:00Z, 27 runs: persisting, high, open`
pub(super) fn in_words(stretch: &Stretch) -> String {
    let when =
        if stretch.runs == 1 { stretch.from.to_string() } else { format!("{} to {}, {} runs", stretch.from, stretch.to, stretch.runs) };
    let found = if stretch.status.is_empty() { String::new() } else { format!(", {}, {}", stretch.severity, stretch.status) };
    format!("{when}: {}{found}", stretch.change)
}

fn proof(out: &mut dyn Write, evidence: &Evidence) -> io::Result<()> {
    let at = evidence.at.map(|at| format!("  {at}")).unwrap_or_default();
    let line = evidence.line.map(|line| format!("  line {line}")).unwrap_or_default();
    writeln!(out, "\n{:<11}{}{line}{at}  {}", "evidence", visible(&evidence.reference()), evidence.source)?;
    if !evidence.sha256.is_empty() {
        writeln!(out, "{MARGIN}sha256 {}", evidence.sha256)?;
    }
    writeln!(out, "{MARGIN}{}", visible(&evidence.original).replace('\n', &format!("\n{MARGIN}")))
}
