//! A store that was edited by hand after the run.

use std::fs;

use rusqlite::Connection;
use serde_json::Value;

use super::nights::{Company, NIGHTS};
use crate::support::{input, rows};

#[test]
fn a_finding_edited_in_the_store_is_named() {
    let company = Company::new();
    let id = rows(&company.report().join("findings.csv"))[0]["finding_id"].clone();
    let of = |table: &str| format!("{table} WHERE finding_id = '{id}' AND as_of = unixepoch('{}') * 1000000", NIGHTS[1]);
    company.edit(&of("UPDATE finding SET severity = 'low'"));
    let differences = company.differs(&["finding"]);
    assert_eq!((&differences[0]["subject"], &differences[0]["where"]), (&Value::from(id.clone()), &Value::from("table finding, severity")));
    company.edit(&of("UPDATE finding SET severity = 'high', body = json_set(body, '$.account', 'nobody')"));
    let differences = company.differs(&["finding"]);
    assert_eq!((&differences[0]["where"], &differences[0]["found"]), (&Value::from("table finding, body.account"), &Value::from("nobody")));
    company.edit(&of("DELETE FROM finding"));
    company.differs(&["finding"]);
}

#[test]
fn a_report_edited_in_the_store_comes_out_otherwise() {
    let company = Company::new();
    // The report of the last analysis stands as text; that of the nights before is packed.
    company.edit("UPDATE run SET report = replace(report, '\"severity\":\"high\"', '\"severity\":\"low\"') WHERE report IS NOT NULL");
    let (code, said) = company.verify(&company.night(NIGHTS[2]), &[]);
    assert_eq!(code, Some(3));
    let of = |kind: &str, subject: &str| {
        let found = said["differences"].as_array().into_iter().flatten().find(|found| found["kind"] == kind && found["subject"] == subject);
        found.unwrap_or_else(|| panic!("{kind} {subject}: {said:#}")).clone()
    };
    let rendering = of("rendering", "findings.csv");
    assert!(rendering["where"].as_str().is_some_and(|place| place.ends_with("severity")), "{rendering:#}");
    assert_eq!((&rendering["expected"], &rendering["found"]), (&Value::from("high"), &Value::from("low")));
    assert_eq!(of("run", "run as of 2026-06-04T06:00:00Z")["where"], "table run, report or archive");
    let (_, said) = company.verify(&company.report(), &[]);
    let kinds: Vec<&str> = said["differences"].as_array().into_iter().flatten().filter_map(|found| found["kind"].as_str()).collect();
    assert!(kinds.contains(&"run") && !kinds.contains(&"rendering"), "the report of the night before is as it was: {said:#}");
}

#[test]
fn a_record_edited_in_the_store_is_named() {
    let company = Company::new();
    company.edit("UPDATE event SET body = replace(body, 'stray', 'other') WHERE body LIKE '%\"stray\"%'");
    let differences = company.differs(&["record"]);
    assert_eq!(differences[0]["subject"], "inputs/members-2026-06-01T120000Z.json#1");
    company.edit("UPDATE event SET body = replace(body, 'other', 'stray') WHERE body LIKE '%\"other\"%'");
    assert_eq!(company.verify(&company.report(), &[]).0, Some(0));
    company.edit("UPDATE original SET body = replace(body, '\"astray\"', '\"other\"') WHERE body LIKE '%\"astray\"%'");
    let differences = company.differs(&["record"]);
    assert_eq!(differences[0]["where"], "table original, body");
}

#[test]
fn rows_added_removed_or_moved_in_the_store_are_noticed() {
    for sql in [
        "UPDATE event SET at = at - 86400000000 WHERE native_id = (SELECT max(native_id) FROM event)",
        "DELETE FROM event WHERE native_id = (SELECT max(native_id) FROM event)",
        "UPDATE file SET records = records + 1 WHERE id = 1",
        "UPDATE listing_part SET complete = 0 WHERE file = 1",
        "INSERT INTO reject VALUES (1, 9, 9, 'made up', '')",
    ] {
        let company = Company::new();
        company.edit(sql);
        let differences = company.differs(&["record"]);
        assert_eq!(differences[0]["where"], "tables event, file, listing_part, coverage, reject", "{sql}");
    }
    // What is read later is no edit.
    let company = Company::new();
    let people = fs::read(company.folder.path().join("inputs/users-2026-06-01T120000Z.json")).expect("an input");
    input(company.folder.path(), "users-2026-06-03T120000Z.json", &people);
    assert_eq!(company.call(&["ingest"]).status.code(), Some(0));
    assert_eq!(company.verify(&company.report(), &[]).0, Some(0));
}

#[test]
fn a_run_in_the_middle_that_was_edited_breaks_the_chain() {
    let middle = format!("as_of = unixepoch('{}') * 1000000", NIGHTS[1]);
    let company = Company::new();
    company.edit(&format!("UPDATE run SET manifest = replace(manifest, '\"refused\": []', '\"refused\": [\"x\"]') WHERE {middle}"));
    // Seen from the last night, whose own run is untouched.
    let (code, said) = company.verify(&company.night(NIGHTS[2]), &[]);
    let kinds = |said: &Value| -> Vec<String> {
        said["differences"].as_array().into_iter().flatten().filter_map(|found| Some(found["kind"].as_str()?.to_owned())).collect()
    };
    assert_eq!((code, kinds(&said)), (Some(3), vec!["chain".to_owned()]), "{said:#}");
    assert!(said["differences"][0]["where"].as_str().is_some_and(|place| place.contains("2026-06-03")), "{said:#}");

    let company = Company::new();
    let store = Connection::open(company.store()).expect("a store");
    let packed: Vec<u8> = store.query_row(&format!("SELECT archive FROM run WHERE {middle}"), [], |row| row.get(0)).expect("an archive");
    let json = String::from_utf8(zstd::decode_all(packed.as_slice()).expect("zstd")).expect("UTF-8");
    let forged = zstd::encode_all(json.replace("Acme Corp", "Acme Inc").as_bytes(), 3).expect("zstd");
    store.execute(&format!("UPDATE run SET archive = ?1 WHERE {middle}"), [forged]).expect("valid SQL");
    drop(store);
    let (_, said) = company.verify(&company.night(NIGHTS[2]), &[]);
    assert_eq!(kinds(&said), ["run"], "{said:#}");

    let company = Company::new();
    company.edit(&format!("DELETE FROM run WHERE {middle}"));
    let (_, said) = company.verify(&company.night(NIGHTS[2]), &[]);
    assert_eq!(kinds(&said), ["chain"], "{said:#}");
    assert!(said["differences"][0]["sentence"].as_str().is_some_and(|sentence| sentence.contains("gone")), "{said:#}");
}

#[test]
fn analyzing_again_keeps_the_chain_while_nothing_else_changed() {
    let company = Company::new();
    for command in ["analyze", "run"] {
        company.call(&[command, "-q", "--as-of", NIGHTS[1]]);
        assert_eq!(company.verify(&company.night(NIGHTS[2]), &[]).0, Some(0), "the same inputs, config and runs before give the same run");
    }
    fs::write(&company.config, fs::read_to_string(&company.config).expect("a config").replace("Acme Corp", "Acme Ltd")).expect("written");
    company.call(&["analyze", "-q", "--as-of", NIGHTS[1]]);
    let (code, said) = company.verify(&company.night(NIGHTS[2]), &[]);
    assert_eq!((code, &said["differences"][0]["kind"]), (Some(3), &Value::from("chain")), "{said:#}");
    company.call(&["analyze", "-q", "--as-of", NIGHTS[2]]);
    let again = company.night("again");
    company.call(&["report", "--as-of", NIGHTS[2], "--out", again.to_str().expect("UTF-8")]);
    assert_eq!(company.verify(&again, &[]).0, Some(0), "analyzing the later night again mends it");
}
