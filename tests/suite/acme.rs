//! The fixtures' company, end to end: exactly what was planted is found, and nothing else.

use std::collections::BTreeMap;
use std::path::Path;

use crate::support::{acme, folder, rows, run, stderr};

type Row = BTreeMap<String, String>;

#[test]
fn exactly_what_was_planted_is_found() {
    let folder = folder();
    let output = run(&acme().join("scimdrift.toml"), folder.path(), &[]);
    assert_eq!(output.status.code(), Some(3), "a log has a gap and two records are broken: {}", stderr(&output));
    let report = folder.path().join("report");
    compare(
        &report,
        "findings.csv",
        &["rule", "reason", "credential", "object", "account", "person"],
        &["severity", "confidence", "status", "system"],
    );
    let columns = ["person", "state", "class", "situation", "match_key", "role_expected", "role_observed"];
    compare(&report, "accounts.csv", &["system", "account"], &columns);
    compare(&report, "leavers.csv", &["person", "lapsed_at", "account"], &["verdict", "lag_hours"]);
    compare(&report, "tokens.csv", &["system", "credential"], &["status", "owner_state"]);
    compare(&report, "failures.csv", &["person", "operation"], &["cause", "code", "attempts", "connector"]);
    compare(&report, "joiners.csv", &["account", "appeared_at"], &["person", "lag_hours", "origin", "by"]);
    compare(&report, "changes.csv", &["at", "system", "account", "kind"], &["person", "from", "to", "by", "origin"]);
    compare(&report, "inputs.csv", &["file"], &["source", "read", "rejected"]);
}

/// Compares a report's file with what is expected: the same keys, and under each the same values. `*` is not compared.
fn compare(report: &Path, file: &str, keys: &[&str], columns: &[&str]) {
    let expected = rows(&acme().join("expected").join(file));
    let found = rows(&report.join(file));
    let same = |one: &str, other: &str| {
        one == "*" || one == other || (one.parse::<f64>().ok().zip(other.parse::<f64>().ok()).is_some_and(|(a, b)| (a - b).abs() < 0.001))
    };
    let of = |wanted: &Row, row: &Row| keys.iter().all(|key| same(&wanted[*key], &row[*key]));
    for row in &found {
        assert!(
            expected.iter().any(|wanted| of(wanted, row)),
            "{file}: not planted: {:?}",
            keys.iter().map(|key| &row[*key]).collect::<Vec<_>>()
        );
    }
    for wanted in &expected {
        let matching: Vec<&Row> = found.iter().filter(|row| of(wanted, row)).collect();
        assert_eq!(matching.len(), 1, "{file}: {} rows for {wanted:?}", matching.len());
        for column in columns {
            assert!(same(&wanted[*column], &matching[0][*column]), "{file}: {column} of {wanted:?} is {:?}", matching[0][*column]);
        }
    }
}

#[test]
fn every_record_is_accounted_for() {
    let folder = folder();
    run(&acme().join("scimdrift.toml"), folder.path(), &["-q"]);
    for row in rows(&folder.path().join("report/inputs.csv")) {
        let count = |column: &str| row[column].parse::<u64>().expect("a count");
        assert_eq!(count("read"), count("used") + count("irrelevant") + count("duplicate") + count("rejected"), "{row:?}");
    }
}

#[test]
fn no_secret_leaves_a_trace() {
    let folder = folder();
    run(&acme().join("scimdrift.toml"), folder.path(), &["-v"]);
    let secrets = std::fs::read_to_string(acme().join("expected/secrets.txt")).expect("the secrets");
    let planted: Vec<&str> = secrets.lines().filter(|line| !line.is_empty()).collect();
    assert!(planted.len() >= 3);
    for file in crate::support::files(folder.path()) {
        let bytes = std::fs::read(&file).expect("a file");
        for secret in &planted {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{} holds a secret", file.display());
        }
    }
    // The check could fail: the secrets do stand in the inputs.
    let inputs: Vec<Vec<u8>> = crate::support::files(&acme().join("inputs")).iter().filter_map(|file| std::fs::read(file).ok()).collect();
    let stands = |secret: &&str| inputs.iter().any(|bytes| bytes.windows(secret.len()).any(|window| window == secret.as_bytes()));
    assert!(planted.iter().all(stands), "{planted:?}");
}

#[test]
fn the_page_shows_hostile_names_as_text() {
    let folder = folder();
    run(&acme().join("scimdrift.toml"), folder.path(), &["-q"]);
    let page = std::fs::read_to_string(folder.path().join("report/report.html")).expect("the page");
    assert!(!page.contains("<script>alert(1)"), "a name runs");
    for file in ["findings.csv", "accounts.csv", "leavers.csv", "tokens.csv", "rejects.csv"] {
        for row in rows(&folder.path().join("report").join(file)) {
            let formula = row.values().find(|cell| cell.starts_with(['=', '+', '@', '\t', '\r']));
            assert_eq!(formula, None, "{file}");
        }
    }
}

#[test]
fn controls_say_what_was_looked_at() {
    let folder = folder();
    run(&acme().join("scimdrift.toml"), folder.path(), &["-q"]);
    let summary = std::fs::read_to_string(folder.path().join("report/summary.json")).expect("the summary");
    let summary: serde_json::Value = serde_json::from_str(&summary).expect("JSON");
    let looked_at = |rule: &str| {
        let row = summary["rules"].as_array().expect("rules").iter().find(|row| row["id"] == rule).expect("a rule that was run");
        format!("{}: {}", row["population_of"].as_str().expect("a noun"), row["population"])
    };
    let controls = rows(&folder.path().join("report/controls.csv"));
    for row in &controls {
        assert!(!row["title"].is_empty(), "{row:?}");
        assert_eq!(row["population"].is_empty(), row["conclusion"] == "not evaluated", "{row:?}");
        let of_rules: Vec<String> = row["rules"].split("; ").map(looked_at).collect();
        let kinds: Vec<&str> = row["population"].split("; ").filter(|kind| !kind.is_empty()).collect();
        assert!(kinds.iter().all(|kind| of_rules.iter().any(|of| of == kind)), "{row:?}");
        assert!(kinds.windows(2).all(|pair| pair[0] < pair[1]), "each kind once, in order: {row:?}");
    }
    let cell = |control: &str, column: &str| controls.iter().find(|row| row["control"] == control).expect("a control")[column].clone();
    assert_eq!(cell("AC-2(7)", "population"), looked_at("mismatched-role"));
    assert_eq!(cell("AC-6(5)", "conclusion"), "not evaluated", "nothing tells who has a second factor");
    // What several rules of a control look at stands once.
    assert_eq!(cell("A.6.5", "population"), "active accounts of people: 27; credentials: 20; lapses of people with an account: 13");
}
