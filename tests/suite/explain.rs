//! `explain`: everything there is to say of a finding, and that it agrees with the tables.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::{acme, folder, input, rows, run, scimdrift, stderr, stdout};
use crate::verify::{Company, NIGHTS};

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[test]
fn the_keys_tried_agree_with_the_accounts() {
    let folder = folder();
    run(&acme().join("scimdrift.toml"), folder.path(), &["-q"]);
    let report = folder.path().join("report");
    let accounts: BTreeMap<(String, String), BTreeMap<String, String>> =
        rows(&report.join("accounts.csv")).into_iter().map(|row| ((row["system"].clone(), row["account"].clone()), row)).collect();
    let mut outcomes: BTreeMap<String, u32> = BTreeMap::new();
    for finding in rows(&report.join("findings.csv")) {
        let of = |format: &str| {
            let mut explain = scimdrift();
            explain.args(["explain", &finding["finding_id"], "--format", format]).arg("--config").arg(acme().join("scimdrift.toml"));
            let output = explain.arg("--store").arg(folder.path().join("store.db")).output().expect("the program starts");
            assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
            output.stdout
        };
        let said: Value = serde_json::from_slice(&of("json")).expect("JSON");
        let markdown = String::from_utf8(of("md")).expect("UTF-8");
        let prose = markdown.split("## Evidence").next().unwrap_or_default();
        assert!(prose.starts_with(&format!("# {}", finding["rule"])) && !prose.contains("<script"), "{markdown}");
        assert!(said["finding"]["evidence"].as_array().is_some_and(|evidence| !evidence.is_empty()), "{said:#}");
        assert_eq!(said["history"].as_array().map(Vec::len), Some(1), "one run");
        let Some(account) = accounts.get(&(finding["system"].clone(), finding["account"].clone())) else { continue };
        let keys = said["finding"]["keys"].as_array().expect("a list");
        let deciding = keys.iter().find(|key| !["silent", "not asked"].contains(&text(&key["outcome"])));
        let (outcome, key) = deciding.map_or(("", ""), |key| (text(&key["outcome"]), text(&key["key"])));
        let (situation, match_key) = match outcome {
            "links" => ("linked", key),
            "disputed" => ("disputed", ""),
            "exempt" => ("exempt", ""),
            _ => ("unmatched", ""),
        };
        assert_eq!((situation, match_key), (account["situation"].as_str(), account["match_key"].as_str()), "{said:#}");
        *outcomes.entry(format!("{situation} {match_key}")).or_default() += 1;
    }
    assert!(outcomes.len() >= 4, "the company has accounts in several situations: {outcomes:?}");
}

#[test]
fn the_beginning_of_an_id_is_enough_while_it_is_the_only_one() {
    let company = Company::new();
    let findings = rows(&company.report().join("findings.csv"));
    let ids: Vec<&str> = findings.iter().map(|row| row["finding_id"].as_str()).collect();
    assert_eq!(ids.len(), 2);
    let same = ids[0].bytes().zip(ids[1].bytes()).take_while(|(one, other)| one == other).count();
    let only = company.call(&["explain", &ids[0][..=same]]);
    assert!(stdout(&only).contains(ids[0]), "{}", stderr(&only));
    let both = company.call(&["explain", &ids[0][..same]]);
    assert_eq!(both.status.code(), Some(2));
    let said = stderr(&both);
    assert!(findings.iter().all(|row| said.contains(&row["finding_id"]) && said.contains(&row["account"])), "{said}");
    assert_eq!(company.call(&["explain", "nonsense"]).status.code(), Some(2));
    let elsewhere = company.call(&["findings", "--format", "md"]);
    assert_eq!((elsewhere.status.code(), stdout(&elsewhere).as_str()), (Some(2), ""), "Markdown is written by explain alone");
}

#[test]
fn a_finding_is_told_from_the_first_run_to_the_last() {
    let company = Company::new();
    let id =
        rows(&company.report().join("findings.csv")).iter().find(|row| row["account"] == "stray").expect("a finding")["finding_id"].clone();
    let one =
        r#"[{"_id":"65a100000000000000000002","user":"astray","fullname":"Somebody","avatarUrl":"https://a.example/a.png","role":"read"}]"#;
    input(company.folder.path(), "members-2026-06-04T120000Z.json", one.as_bytes());
    for night in ["2026-06-05T06:00:00Z", "2026-06-06T06:00:00Z", "2026-06-07T06:00:00Z"] {
        assert_eq!(company.call(&["run", "-q", "--as-of", night]).status.code(), Some(0));
    }
    let of = |more: &[&str]| -> Value {
        let output = company.call(&[&["explain", &id, "--format", "json"], more].concat());
        serde_json::from_slice(&output.stdout).expect("JSON")
    };
    let said = of(&[]);
    let told: Vec<(&str, &str, u64)> = said["history"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|stretch| (text(&stretch["change"]), text(&stretch["from"]), stretch["runs"].as_u64().unwrap_or_default()))
        .collect();
    let expected = [
        ("new", NIGHTS[0], 1),
        ("persisting", NIGHTS[1], 2),
        ("resolved", "2026-06-05T06:00:00Z", 1),
        ("absent", "2026-06-06T06:00:00Z", 2),
    ];
    assert_eq!(told, expected);
    assert_eq!(said["finding"]["status"], "resolved");
    assert!(text(&said["goes_away"][0]).contains(NIGHTS[2]), "{said:#}");
    let then = of(&["--as-of", NIGHTS[1]]);
    assert_eq!((then["history"].as_array().map(Vec::len), &then["finding"]["status"]), (Some(2), &Value::from("open")));
    let grace = then["rule"]["parameters"].as_array().into_iter().flatten().find(|parameter| parameter["key"] == "thresholds.grace");
    assert_eq!(grace.map(|grace| text(&grace["value"])), Some("1 h"), "{then:#}");
    assert!(text(&then["rule"]["how_to_fix"][0]).contains("no-owner"), "the steps are those of the reason: {then:#}");
    let keys: Vec<&str> = then["finding"]["keys"].as_array().into_iter().flatten().map(|key| text(&key["outcome"])).collect();
    assert_eq!(keys, ["silent"; 5], "nobody owns it, and each key says why");
}
