//! `summary.json`: the counts, parameters, gaps and conclusions of a report, for programs.
//!
//! Keys stand in a fixed order; a key is never left out, what is not known is `null`.

use std::collections::BTreeMap;
use std::io;

use serde::Serialize;

use super::Format;
use super::tally::{self, Standing, Turns, Verdict};
use crate::model::finding::{Severity, Status};
use crate::model::report::{ControlRow, CoverageRow, EVIDENCE_RULES, PruningRow, Report, WaiverRow, WithdrawnRow};
use crate::model::time::Timestamp;

/// The card of this format.
pub(super) const FORMAT: Format =
    Format { id: "summary", file: "summary.json", doc: "counts, parameters, gaps and conclusions, for programs", write };

#[derive(Serialize)]
struct Summary<'r> {
    schema: &'static str,
    tool: Tool<'r>,
    run_id: &'r str,
    organization: &'r str,
    target: &'r str,
    provider: &'r str,
    period: Period,
    as_of: Timestamp,
    previous_as_of: Option<Timestamp>,
    verdict: String,
    gaps: &'r [String],
    findings: Findings<'r>,
    people: People,
    accounts: Accounts<'r>,
    leavers: Leavers<'r>,
    tokens: Tokens<'r>,
    failures: Failures<'r>,
    joiners: Joiners<'r>,
    changes: Changes<'r>,
    guards: Guards<'r>,
    controls: Vec<Judged<'r>>,
    rules: Vec<Rule<'r>>,
    coverage: Vec<Coverage<'r>>,
    inputs: Inputs,
    refused: Vec<Refused<'r>>,
    withdrawn: &'r [WithdrawnRow],
    prunings: &'r [PruningRow],
    parameters: Vec<Parameter<'r>>,
    waivers: Vec<Waiver<'r>>,
    config_sha256: &'r str,
    rules_sha256: &'r str,
}

/// The program that made a report.
#[derive(Serialize)]
struct Tool<'r> {
    name: &'static str,
    version: &'r str,
}

impl<'r> Tool<'r> {
    /// This program, in the version the report names.
    fn of(report: &'r Report) -> Self {
        Self { name: "scimdrift", version: &report.head.tool }
    }
}

#[derive(Serialize)]
struct Period {
    from: Timestamp,
    to: Timestamp,
}

#[derive(Serialize)]
struct Findings<'r> {
    #[serde(flatten)]
    standing: Standing,
    by_severity: BySeverity,
    open_by_confidence: BTreeMap<&'r str, u64>,
    by_rule: BTreeMap<&'r str, Standing>,
    by_change: Turns,
}

#[derive(Serialize)]
struct BySeverity {
    critical: Standing,
    high: Standing,
    medium: Standing,
    low: Standing,
}

#[derive(Serialize)]
struct People {
    known: u64,
    entitled: u64,
}

#[derive(Serialize)]
struct Accounts<'r> {
    total: usize,
    with_open_findings: u64,
    by_system: BTreeMap<&'r str, u64>,
    by_class: BTreeMap<&'r str, u64>,
    by_state: BTreeMap<&'r str, u64>,
    by_situation: BTreeMap<&'r str, u64>,
}

#[derive(Serialize)]
struct Leavers<'r> {
    total: usize,
    by_verdict: BTreeMap<&'r str, u64>,
}

#[derive(Serialize)]
struct Tokens<'r> {
    total: usize,
    by_status: BTreeMap<&'r str, u64>,
}

#[derive(Serialize)]
struct Failures<'r> {
    total: usize,
    by_cause: BTreeMap<&'r str, u64>,
}

#[derive(Serialize)]
struct Joiners<'r> {
    total: usize,
    by_origin: BTreeMap<&'r str, u64>,
}

#[derive(Serialize)]
struct Changes<'r> {
    total: usize,
    by_kind: BTreeMap<&'r str, u64>,
}

/// What says that the evidence is incomplete.
#[derive(Serialize)]
struct Guards<'r> {
    incomplete: bool,
    /// Open findings of the rules that say so.
    open: BTreeMap<&'r str, u64>,
    refused: usize,
}

#[derive(Serialize)]
struct Judged<'r> {
    framework: &'r str,
    control: &'r str,
    title: &'r str,
    conclusion: &'r str,
    because: &'r str,
    exceptions: u64,
    waived: u64,
    rules: &'r [String],
    population: Vec<LookedAt<'r>>,
}

/// How many subjects of one kind were looked at.
#[derive(Serialize)]
struct LookedAt<'r> {
    of: &'r str,
    count: u64,
}

#[derive(Serialize)]
struct Rule<'r> {
    id: &'r str,
    population: u64,
    population_of: &'r str,
}

#[derive(Serialize)]
struct Coverage<'r> {
    source: &'r str,
    system: &'r str,
    verdict: &'r str,
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    records: u64,
    gap_hours: Option<f64>,
    gaps: Vec<Period>,
}

#[derive(Default, Serialize)]
struct Inputs {
    files: u64,
    bytes: u64,
    read: u64,
    used: u64,
    irrelevant: u64,
    duplicate: u64,
    rejected: u64,
}

#[derive(Serialize)]
struct Refused<'r> {
    file: &'r str,
    reason: &'r str,
}

#[derive(Serialize)]
struct Parameter<'r> {
    key: &'r str,
    value: &'r str,
}

#[derive(Serialize)]
struct Waiver<'r> {
    rule: &'r str,
    subject: &'r str,
    state: &'r str,
    expires: &'r str,
    approver: &'r str,
    reason: &'r str,
    ticket: &'r str,
}

fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    write_json(&summary(report), out)
}

/// Writes a value as JSON that people can read, with a line end.
pub(super) fn write_json(value: &impl Serialize, out: &mut dyn io::Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, value)?;
    out.write_all(b"\n")
}

fn summary(report: &Report) -> Summary<'_> {
    let head = &report.head;
    Summary {
        schema: "scimdrift/summary/1",
        tool: Tool::of(report),
        run_id: &head.run_id,
        organization: &head.organization,
        target: &head.target,
        provider: &head.provider,
        period: Period { from: head.from, to: head.to },
        as_of: head.as_of,
        previous_as_of: head.previous,
        verdict: Verdict::of(report).words(),
        gaps: &report.gaps,
        findings: findings(report),
        people: People { known: head.people, entitled: head.entitled },
        accounts: accounts(report),
        leavers: Leavers { total: report.leavers.len(), by_verdict: tally::by_word(&report.leavers, |row| &row.verdict) },
        tokens: Tokens { total: report.tokens.len(), by_status: tally::by_word(&report.tokens, |row| &row.status) },
        failures: Failures { total: report.failures.len(), by_cause: tally::by_word(&report.failures, |row| &row.cause) },
        joiners: Joiners { total: report.joiners.len(), by_origin: tally::by_word(&report.joiners, |row| &row.origin) },
        changes: Changes { total: report.changes.len(), by_kind: tally::by_word(&report.changes, |row| &row.kind) },
        guards: guards(report),
        controls: report.controls.iter().map(control).collect(),
        rules: report
            .rules
            .iter()
            .map(|row| Rule { id: &row.id, population: row.population.0, population_of: &row.population.1 })
            .collect(),
        coverage: report.coverage.iter().map(coverage).collect(),
        inputs: inputs(report),
        refused: report.refused.iter().map(|row| Refused { file: &row.file, reason: &row.reason }).collect(),
        withdrawn: &report.withdrawn,
        prunings: &report.prunings,
        parameters: report.parameters.iter().map(|(key, value)| Parameter { key, value }).collect(),
        waivers: report.waivers.iter().map(waiver).collect(),
        config_sha256: &head.config_sha256,
        rules_sha256: &head.rules_sha256,
    }
}

fn findings(report: &Report) -> Findings<'_> {
    let rules = report.rules.iter().map(|rule| rule.id.as_str());
    let found = report.findings.iter().map(|finding| finding.rule.as_str());
    let open = report.findings.iter().filter(|finding| finding.status == Status::Open);
    Findings {
        standing: Standing::of(&report.findings),
        by_severity: BySeverity {
            critical: Standing::of_severity(report, Severity::Critical),
            high: Standing::of_severity(report, Severity::High),
            medium: Standing::of_severity(report, Severity::Medium),
            low: Standing::of_severity(report, Severity::Low),
        },
        open_by_confidence: tally::by_word(open, |finding| finding.confidence.word()),
        by_rule: tally::standing_by_rule(report, rules.chain(found)),
        by_change: Turns::of(report),
    }
}

fn accounts(report: &Report) -> Accounts<'_> {
    let rows = &report.accounts;
    Accounts {
        total: rows.len(),
        with_open_findings: tally::accounts_with_open_findings(report),
        by_system: tally::by_word(rows, |row| &row.system),
        by_class: tally::by_word(rows, |row| &row.class),
        by_state: tally::by_word(rows, |row| &row.state),
        by_situation: tally::by_word(rows, |row| &row.situation),
    }
}

fn guards(report: &Report) -> Guards<'_> {
    let standing = tally::standing_by_rule(report, EVIDENCE_RULES);
    let open = standing.into_iter().map(|(rule, standing)| (rule, standing.open)).collect();
    Guards { incomplete: report.is_incomplete(), open, refused: report.refused.len() }
}

fn control(row: &ControlRow) -> Judged<'_> {
    Judged {
        framework: &row.framework,
        control: &row.control,
        title: &row.title,
        conclusion: &row.conclusion,
        because: &row.because,
        exceptions: row.exceptions,
        waived: row.waived,
        rules: &row.rules,
        population: row.population.iter().map(|(count, of)| LookedAt { of, count: *count }).collect(),
    }
}

fn coverage(row: &CoverageRow) -> Coverage<'_> {
    Coverage {
        source: &row.source,
        system: &row.system,
        verdict: &row.verdict,
        from: row.from,
        to: row.to,
        records: row.records,
        gap_hours: row.gap.map(|gap| (gap.hours() * 10_000.0).round() / 10_000.0),
        gaps: row.gaps.iter().map(|&(from, to)| Period { from, to }).collect(),
    }
}

fn inputs(report: &Report) -> Inputs {
    report.inputs.iter().fold(Inputs::default(), |sum, row| Inputs {
        files: sum.files + 1,
        bytes: sum.bytes.saturating_add(row.bytes),
        read: sum.read.saturating_add(row.read),
        used: sum.used.saturating_add(row.used),
        irrelevant: sum.irrelevant.saturating_add(row.irrelevant),
        duplicate: sum.duplicate.saturating_add(row.duplicate),
        rejected: sum.rejected.saturating_add(row.rejected),
    })
}

fn waiver(row: &WaiverRow) -> Waiver<'_> {
    Waiver {
        rule: &row.rule,
        subject: &row.subject,
        state: &row.state,
        expires: &row.expires,
        approver: &row.approver,
        reason: &row.reason,
        ticket: &row.ticket,
    }
}
