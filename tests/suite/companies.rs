//! The companies of `fixtures/rules/<id>`, judged by a program: what its fixtures say of a rule, as a result rather than
//! a failed test, so that mutants can be held to them too.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use scimdrift::analyzer::Analyzer;
use serde_json::Value;

/// What a golden file says of each finding: who it is about, what is wrong, and in which words.
const COLUMNS: &[&str] = &[
    "reason",
    "severity",
    "confidence",
    "system",
    "account",
    "person",
    "credential",
    "group",
    "object",
    "expected",
    "observed",
    "since",
    "explanation",
];

/// Rules about broken inputs: their companies cannot be read without fault.
const ABOUT_INPUTS: &[&str] = &["altered-input", "log-gap", "rejected-records", "shrunken-listing", "stale-input", "suspect-correlation"];

/// A program that judges, and the moment it judges at.
pub(crate) struct Judge<'a> {
    /// The repository whose fixtures it reads.
    pub(crate) top: &'a Path,
    /// The program.
    pub(crate) program: &'a Path,
    /// RFC 3339.
    pub(crate) as_of: &'a str,
}

/// What the program made of one company.
struct Judged {
    /// The rule's findings, the columns of [`COLUMNS`].
    findings: Vec<Vec<String>>,
    /// How many subjects the rule looked at.
    population: u64,
}

impl Judge<'_> {
    /// Whether the rule finds in every `hit*` what the golden file says, and between them every reason of its card.
    /// With `update`, the golden files are written anew first.
    pub(crate) fn hits(&self, rule: &Analyzer, update: bool) -> Result<(), String> {
        let mut given = BTreeSet::new();
        for company in self.companies(rule, "hit")? {
            let judged = self.judged(rule, &company)?;
            given.extend(judged.findings.iter().map(|row| row[0].clone()));
            let golden = company.join("golden.csv");
            let text = csv(&judged.findings);
            if update {
                std::fs::write(&golden, &text).map_err(|error| format!("{}: {error}", golden.display()))?;
            }
            let expected = std::fs::read_to_string(&golden).map_err(|error| format!("{}: {error}", golden.display()))?;
            if text != expected {
                return Err(format!("{}; UPDATE_GOLDEN=1 writes it anew:\n{}", golden.display(), differing(&expected, &text)));
            }
        }
        let reasons: BTreeSet<String> = rule.reasons.iter().map(|reason| reason.id.to_owned()).collect();
        if given == reasons { Ok(()) } else { Err(format!("{}: its fixtures show {given:?}, its card has {reasons:?}", rule.id)) }
    }

    /// Whether the rule judges the companies of every `miss*` and finds nothing.
    pub(crate) fn misses(&self, rule: &Analyzer) -> Result<(), String> {
        for company in self.companies(rule, "miss")? {
            let judged = self.judged(rule, &company)?;
            if let Some(row) = judged.findings.first() {
                return Err(format!("{}: is found: {row:?}", company.display()));
            }
            if judged.population == 0 {
                return Err(format!("{}: the rule looked at nothing", company.display()));
            }
        }
        Ok(())
    }

    fn judged(&self, rule: &Analyzer, company: &Path) -> Result<Judged, String> {
        let own = tempfile::tempdir().map_err(|error| error.to_string())?;
        let report = own.path().join("report");
        let mut command = Command::new(self.program);
        command.env_clear().args(["run", "-q", "--as-of", self.as_of]).arg("--config").arg(company.join("scimdrift.toml"));
        command.arg("--store").arg(own.path().join("store.db")).arg("--out").arg(&report);
        let output = command.output().map_err(|error| error.to_string())?;
        let allowed: &[i32] = if ABOUT_INPUTS.contains(&rule.id) { &[0, 3] } else { &[0] };
        if !output.status.code().is_some_and(|code| allowed.contains(&code)) {
            return Err(format!("{}: {}: {}", company.display(), output.status, String::from_utf8_lossy(&output.stderr)));
        }
        let summary = std::fs::read(report.join("summary.json")).map_err(|error| error.to_string())?;
        let summary: Value = serde_json::from_slice(&summary).map_err(|error| error.to_string())?;
        let card = summary["rules"].as_array().and_then(|rules| rules.iter().find(|card| card["id"] == rule.id));
        let population = card.and_then(|card| card["population"].as_u64()).ok_or_else(|| format!("{}: no population", rule.id))?;
        Ok(Judged { findings: findings(&report.join("findings.csv"), rule)?, population })
    }

    /// The companies of a rule whose folders begin with `kind`.
    fn companies(&self, rule: &Analyzer, kind: &str) -> Result<Vec<PathBuf>, String> {
        let folder = self.top.join("fixtures/rules").join(rule.id);
        let entries = std::fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let mut found: Vec<PathBuf> = entries.filter_map(Result::ok).map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
        found.retain(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(kind)));
        found.sort();
        if found.is_empty() { Err(format!("{} has no {kind}", folder.display())) } else { Ok(found) }
    }
}

/// The findings of one rule that stand in a report.
fn findings(path: &Path, rule: &Analyzer) -> Result<Vec<Vec<String>>, String> {
    let mut reader = csv::Reader::from_path(path).map_err(|error| error.to_string())?;
    let mut findings = Vec::new();
    for row in reader.deserialize() {
        let row: BTreeMap<String, String> = row.map_err(|error| error.to_string())?;
        if row.get("rule").is_some_and(|id| id == rule.id) && row.get("status").is_some_and(|status| status != "resolved") {
            findings.push(COLUMNS.iter().map(|column| row.get(*column).cloned().unwrap_or_default()).collect());
        }
    }
    Ok(findings)
}

fn csv(rows: &[Vec<String>]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS).expect("memory takes it");
    for row in rows {
        writer.write_record(row).expect("memory takes it");
    }
    String::from_utf8(writer.into_inner().expect("memory takes it")).expect("text")
}

/// The lines that only one of two texts has.
fn differing(expected: &str, found: &str) -> String {
    let only = |one: &str, other: &str, sign: char| {
        let lines = one.lines().filter(|line| !other.lines().any(|same| same == *line));
        lines.fold(String::new(), |text, line| format!("{text}{sign} {line}\n"))
    };
    only(expected, found, '-') + &only(found, expected, '+')
}
