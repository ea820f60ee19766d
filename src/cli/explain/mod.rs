//! `scimdrift explain`: the page of a rule, or one finding with everything it rests on.

mod history;
pub(super) mod markdown;
mod rule;
mod text;

use serde::Serialize;

use super::arguments::Global;
use super::desk::Desk;
use super::exit::{Exit, Failure};
use super::terminal::Terminal;
use crate::analyzer;
use crate::model::finding::{Status, Turn};
use crate::model::report::{FindingRow, Report};
use crate::store::Store;

use history::Stretch;
use rule::RuleInForce;

/// Everything there is to say of a finding.
#[derive(Debug, Serialize)]
struct Explanation {
    finding: FindingRow,
    rule: RuleInForce,
    history: Vec<Stretch>,
    /// What makes it go away, a sentence each.
    goes_away: Vec<String>,
    /// How to accept it until a date: an entry of waivers.toml.
    waiver: String,
}

pub(super) fn explain(global: &Global, id: &str, terminal: &Terminal) -> Result<Exit, Failure> {
    if let Some(rule) = analyzer::find(id) {
        let json = serde_json::json!({"id": rule.id, "title": rule.title, "page": rule.doc});
        terminal.data(&json, |out| write!(out, "{}", rule.doc))?;
        return Ok(Exit::Done);
    }
    let desk = Desk::open_to_ask(global)?;
    let report = desk.report(global)?;
    let finding = find(&report, &desk.store, id)?;
    let history = history::of(&desk.store.sightings(&finding.finding_id, report.head.as_of)?);
    desk.unchanged()?;
    let explanation = Explanation {
        rule: RuleInForce::of(&finding, &report),
        history,
        goes_away: goes_away(&finding),
        waiver: waiver(&finding),
        finding,
    };
    terminal.data(&explanation, |out| {
        if terminal.is_markdown() { markdown::write(out, &explanation) } else { text::write(out, &explanation) }
    })?;
    Ok(Exit::Done)
}

/// The finding with this id, or the only one whose id begins so: of the report, else of any run before.
fn find(report: &Report, store: &Store, id: &str) -> Result<FindingRow, Failure> {
    let of_report: Vec<FindingRow> = report.findings.iter().filter(|row| row.finding_id.starts_with(id)).cloned().collect();
    let mut among = if of_report.is_empty() { gone(report, store, id)? } else { of_report };
    if let Some(exact) = among.iter().position(|row| row.finding_id == id) {
        return Ok(among.swap_remove(exact));
    }
    match among.len() {
        0 => Err(Failure::UnknownId(id.to_owned())),
        1 => Ok(among.swap_remove(0)),
        _ => Err(Failure::AmbiguousId { id: id.to_owned(), among: among.iter().map(name).collect() }),
    }
}

/// Findings of runs before, which the report does not hold any more.
fn gone(report: &Report, store: &Store, id: &str) -> Result<Vec<FindingRow>, Failure> {
    let known = store.findings_like(id)?.into_iter().filter(|row| row.first_seen <= report.head.as_of);
    Ok(known.map(|row| FindingRow { status: Status::Resolved, change: Turn::Resolved, ..row }).collect())
}

/// Id, rule and subject on one line.
fn name(row: &FindingRow) -> String {
    let subject = [&row.account, &row.person, &row.credential, &row.group, &row.object].into_iter().find(|name| !name.is_empty());
    format!("{}  {}  {}", row.finding_id, row.rule, subject.map(String::as_str).unwrap_or_default())
}

/// Rules about an event that has happened (CONTRACT section 5).
const ABOUT_AN_EVENT: [&str; 3] = ["configuration-change", "late-deprovisioning", "out-of-band-change"];

fn goes_away(finding: &FindingRow) -> Vec<String> {
    if finding.status == Status::Resolved {
        return vec![format!("It is gone: no run after the one as of {} found it.", finding.last_seen)];
    }
    let mut ways = vec![finding.remediation.clone()];
    if ABOUT_AN_EVENT.contains(&finding.rule.as_str()) {
        let what =
            "It is about something that has happened: it stays while what that changed stands, and at least to the end of the period.";
        ways.push(what.to_owned());
    } else if !finding.expected.is_empty() && !finding.observed.is_empty() {
        ways.push(format!("It is resolved by the first run whose inputs show “{}” instead of “{}”.", finding.expected, finding.observed));
    } else {
        ways.push("It is resolved by the first run that does not find it.".to_owned());
    }
    ways.retain(|way| !way.is_empty());
    ways
}

fn waiver(finding: &FindingRow) -> String {
    let id = &finding.finding_id;
    format!("[[waiver]]\nfinding = \"{id}\"\nreason = \"\"\napprover = \"\"\nexpires = YYYY-MM-DD # the last day\nticket = \"\"")
}
