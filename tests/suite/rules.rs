//! Every rule against its fixtures: `fixtures/rules/<id>` holds small companies in the true formats. In `hit*` the rule
//! finds what stands in `golden.csv`, between them every reason of its card; in `miss*` stand the look-alikes, and the
//! rule, though it judges them, finds nothing.
//!
//! `UPDATE_GOLDEN=1` writes the golden files anew; read the difference before committing it. `RULE=stale-token` looks at
//! one rule alone.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use scimdrift::analyzer::{ALL, Analyzer};
use serde_json::Value;

use crate::mutant::Mutant;
use crate::support::{folder, root, rows, run, stderr};

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

/// The rules to look at: all of them, or the one that `RULE` names.
fn chosen() -> impl Iterator<Item = &'static Analyzer> {
    #[expect(clippy::disallowed_methods, reason = "a switch of this test, not of the product")]
    let only = std::env::var("RULE").ok();
    let chosen: Vec<&Analyzer> = ALL.iter().filter(|rule| only.as_ref().is_none_or(|only| only == rule.id)).collect();
    assert!(!chosen.is_empty(), "there is no rule {only:?}");
    chosen.into_iter()
}

/// What the program made of one company.
struct Judged {
    /// The rule's findings, the columns of [`COLUMNS`].
    findings: Vec<Vec<String>>,
    /// How many subjects the rule looked at.
    population: u64,
}

fn judged(rule: &Analyzer, company: &Path) -> Judged {
    let own = folder();
    let output = run(&company.join("scimdrift.toml"), own.path(), &["-q"]);
    let allowed: &[i32] = if ABOUT_INPUTS.contains(&rule.id) { &[0, 3] } else { &[0] };
    let code = output.status.code().unwrap_or(-1);
    assert!(allowed.contains(&code), "{}: code {code}: {}", company.display(), stderr(&output));
    let report = own.path().join("report");
    let finding = |row: &BTreeMap<String, String>| COLUMNS.iter().map(|column| row[*column].clone()).collect();
    let found = rows(&report.join("findings.csv"));
    let findings = found.iter().filter(|row| row["rule"] == rule.id && row["status"] != "resolved").map(finding).collect();
    let summary = std::fs::read(report.join("summary.json")).expect("a summary");
    let summary: Value = serde_json::from_slice(&summary).expect("JSON");
    let card = summary["rules"].as_array().and_then(|rules| rules.iter().find(|card| card["id"] == rule.id)).expect("every rule");
    Judged { findings, population: card["population"].as_u64().expect("a count") }
}

/// The companies of a rule whose folders begin with `kind`.
fn companies(rule: &Analyzer, kind: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(root().join("fixtures/rules").join(rule.id)).expect("a folder of fixtures for every rule");
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.expect("a folder entry").path()).filter(|path| path.is_dir()).collect();
    found.retain(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(kind)));
    found.sort();
    assert!(!found.is_empty(), "{} has no {kind}", rule.id);
    found
}

fn csv(rows: &[Vec<String>]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS).expect("memory takes it");
    for row in rows {
        writer.write_record(row).expect("memory takes it");
    }
    String::from_utf8(writer.into_inner().expect("memory takes it")).expect("text")
}

#[test]
fn every_reason_is_found_as_the_golden_files_say() {
    #[expect(clippy::disallowed_methods, reason = "a switch of this test, not of the product")]
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    for rule in chosen() {
        let mut given = BTreeSet::new();
        for company in companies(rule, "hit") {
            let judged = judged(rule, &company);
            given.extend(judged.findings.iter().map(|row| row[0].clone()));
            let golden = company.join("golden.csv");
            let text = csv(&judged.findings);
            if update {
                std::fs::write(&golden, &text).expect("a writable golden file");
            }
            let expected = std::fs::read_to_string(&golden).expect("a golden file for every hit");
            assert_eq!(text, expected, "{}; UPDATE_GOLDEN=1 writes it anew", golden.display());
        }
        let reasons: BTreeSet<String> = rule.reasons.iter().map(|reason| reason.id.to_owned()).collect();
        assert_eq!(given, reasons, "{}: the reasons that its fixtures show, and those of its card", rule.id);
    }
}

#[test]
fn look_alikes_are_judged_and_not_found() {
    for rule in chosen() {
        for company in companies(rule, "miss") {
            let judged = judged(rule, &company);
            assert_eq!(judged.findings, Vec::<Vec<String>>::new(), "{}", company.display());
            assert!(judged.population > 0, "{}: the rule looked at nothing", company.display());
        }
    }
}

#[test]
fn every_reason_has_a_mutant_that_fits_the_code() {
    for rule in chosen() {
        let mutants = Mutant::of(root(), rule.id).expect("mutants for every rule");
        for mutant in &mutants {
            mutant.applied(root()).expect("the text to replace");
        }
        let given: BTreeSet<&str> = mutants.iter().map(|mutant| mutant.reason.as_str()).collect();
        let reasons: BTreeSet<&str> = rule.reasons.iter().map(|reason| reason.id).collect();
        assert_eq!(given, reasons, "{}: the reasons of its mutants, and those of its card", rule.id);
    }
}
