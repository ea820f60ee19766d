//! `verify`: what was changed after the run, in the folder or in the store, is found and named; what was not changed is not.

mod nights;
mod part;
mod store;

use std::fs;

use serde_json::Value;

use crate::support::{files, input, root, rows, scimdrift, stdout};
pub(crate) use nights::{Company, NIGHTS};
use nights::{replace, sha256};

#[test]
fn what_was_not_changed_is_verified_and_nothing_is_written() {
    let company = Company::new();
    let before: Vec<_> = files(company.folder.path()).into_iter().map(|file| (fs::read(&file).expect("a file"), file)).collect();
    for night in NIGHTS {
        let (code, said) = company.verify(&company.night(night), &[]);
        assert_eq!((code, &said["verdict"]), (Some(0), &Value::from("verified")), "{said:#}");
        let agreed: Vec<&str> = said["agrees"].as_array().expect("a list").iter().filter_map(|agreed| agreed[0].as_str()).collect();
        assert_eq!(agreed, ["manifest", "files", "rendering", "evidence", "chain", "records"]);
        assert_eq!(said["inputs"]["unchanged"], 2);
    }
    let after: Vec<_> = files(company.folder.path()).into_iter().map(|file| (fs::read(&file).expect("a file"), file)).collect();
    assert!(before == after, "verifying wrote something");
}

#[test]
fn a_changed_cell_is_named_by_row_and_column() {
    let company = Company::new();
    let id = rows(&company.report().join("findings.csv"))[0]["finding_id"].clone();
    replace(&company.report().join("findings.csv"), ",high,", ",low,");
    let differences = company.differs(&["changed"]);
    assert_eq!(differences[0]["subject"], "findings.csv");
    assert_eq!(differences[0]["where"], format!("line 2, row {id}, severity"));
    assert_eq!((&differences[0]["expected"], &differences[0]["found"]), (&Value::from("high"), &Value::from("low")));
}

#[test]
fn a_changed_byte_is_named_by_line_and_place() {
    let company = Company::new();
    let page = company.report().join("report.html");
    let mut bytes = fs::read(&page).expect("the page");
    let place = bytes.len() / 2;
    bytes[place] ^= 1;
    fs::write(&page, bytes).expect("written");
    let differences = company.differs(&["changed"]);
    let place_said = differences[0]["where"].as_str().expect("a place");
    assert!(place_said.ends_with(&format!("byte {place}")) && place_said.starts_with("line "), "{place_said}");
}

#[test]
fn added_removed_and_renamed_files_are_told_apart() {
    let company = Company::new();
    let report = company.report();
    fs::write(report.join("notes.txt"), "mine").expect("written");
    fs::remove_file(report.join("tokens.csv")).expect("removed");
    fs::rename(report.join("leavers.csv"), report.join("people.csv")).expect("renamed");
    let differences = company.differs(&["added", "renamed", "missing"]);
    let subjects: Vec<&str> = differences.iter().filter_map(|difference| difference["subject"].as_str()).collect();
    assert_eq!(subjects, ["notes.txt", "leavers.csv", "tokens.csv"]);
    assert_eq!(differences[1]["found"], "people.csv");
}

#[test]
fn a_link_or_a_folder_in_place_of_a_file_is_no_file() {
    let company = Company::new();
    let (report, outside) = (company.report(), company.folder.path().join("page.html"));
    fs::rename(report.join("report.html"), &outside).expect("moved");
    std::os::unix::fs::symlink(&outside, report.join("report.html")).expect("a link");
    fs::create_dir(report.join("more")).expect("a folder");
    let differences = company.differs(&["changed", "added"]);
    assert!(differences[0]["sentence"].as_str().is_some_and(|sentence| sentence.contains("symbolic link")), "{differences:#?}");
}

#[test]
fn a_changed_manifest_is_found_by_the_store() {
    let company = Company::new();
    let manifest = company.report().join("manifest.json");
    let kept = fs::read_to_string(&manifest).expect("a manifest");
    replace(&manifest, "\"refused\": []", "\"refused\": [\"x\"]");
    let differences = company.differs(&["manifest", "checksums"]);
    assert!(differences[0]["found"].as_str().is_some_and(|found| found.contains("refused")), "{differences:#?}");
    fs::write(&manifest, "{").expect("written");
    company.differs(&["manifest", "checksums"]);
    fs::remove_file(&manifest).expect("removed");
    company.differs(&["missing"]);
    fs::write(&manifest, kept).expect("written");
    assert_eq!(company.verify(&company.report(), &[]).0, Some(0));
    fs::remove_file(company.report().join("SHA256SUMS")).expect("removed");
    company.differs(&["checksums"]);
}

#[test]
fn a_folder_that_was_forged_whole_is_found_by_the_store_alone() {
    let company = Company::new();
    let report = company.report();
    let (findings, manifest, sums) = (report.join("findings.csv"), report.join("manifest.json"), report.join("SHA256SUMS"));
    let (before, manifest_before) = (sha256(&findings), sha256(&manifest));
    replace(&findings, ",high,", ",low,");
    replace(&sums, &before, &sha256(&findings));
    replace(&manifest, &before, &sha256(&findings));
    let bytes = fs::metadata(&findings).expect("a file").len();
    replace(&manifest, &format!("\"bytes\": {}", bytes + 1), &format!("\"bytes\": {bytes}"));
    replace(&sums, &manifest_before, &sha256(&manifest));
    let differences = company.differs(&["manifest", "changed", "checksums"]);
    assert!(differences[1]["where"].as_str().is_some_and(|place| place.ends_with("severity")), "{differences:#?}");
    let alone = scimdrift().arg("verify").arg(&report).current_dir(report.parent().expect("a folder").join("inputs")).output();
    let alone = alone.expect("the program starts");
    let said = stdout(&alone);
    assert_eq!(alone.status.code(), Some(3), "{said}");
    assert!(
        said.contains("unchecked") && said.contains("not verified") && !said.contains("\ndiffers"),
        "no store is no verification: {said}"
    );
}

#[test]
fn a_store_that_is_not_there_never_reads_as_verified() {
    let company = Company::new();
    fs::rename(company.store(), company.folder.path().join("elsewhere.db")).expect("moved");
    let (code, said) = company.verify(&company.report(), &[]);
    assert_eq!((code, &said["verdict"]), (Some(3), &Value::from("not-wholly-checked")), "{said:#}");
    assert!(said["unchecked"][0].as_str().is_some_and(|why| why.contains("scimdrift.db")), "{said:#}");
    assert!(!company.store().exists(), "verifying makes no store");
    let elsewhere = company.folder.path().join("elsewhere.db");
    assert_eq!(company.verify(&company.report(), &["--store", elsewhere.to_str().expect("UTF-8")]).0, Some(0));
    let named = company.call(&["verify", company.report().to_str().expect("UTF-8"), "--store", "nowhere.db"]);
    assert_eq!(named.status.code(), Some(2), "a store that was named has to be there");
    let none = company.call(&["verify", company.folder.path().join("inputs").to_str().expect("UTF-8")]);
    assert_eq!(none.status.code(), Some(2), "what is no report cannot be verified");
    // A new store knows nothing of the old report.
    company.call(&["run", "-q", "--as-of", NIGHTS[2], "--out", company.night("new").to_str().expect("UTF-8")]);
    let (code, said) = company.verify(&company.report(), &[]);
    assert_eq!(code, Some(3));
    assert!(said["unchecked"][0].as_str().is_some_and(|why| why.contains("no run as of 2026-06-03")), "{said:#}");
}

#[test]
fn a_changed_input_is_told_and_is_no_fault_of_the_report() {
    let company = Company::new();
    input(company.folder.path(), "members-2026-06-01T120000Z.json", b"[]");
    fs::remove_file(company.folder.path().join("inputs/users-2026-06-01T120000Z.json")).expect("removed");
    let (code, said) = company.verify(&company.report(), &[]);
    assert_eq!(code, Some(0), "{said:#}");
    assert_eq!(said["inputs"]["changed"], serde_json::json!(["inputs/members-2026-06-01T120000Z.json"]));
    assert_eq!(said["inputs"]["absent"], serde_json::json!(["inputs/users-2026-06-01T120000Z.json"]));
}

#[test]
fn the_schema_the_dictionary_and_the_manifest_name_the_same_keys() {
    let read = |path: &str| fs::read_to_string(root().join(path)).expect("a file");
    let schema: Value = serde_json::from_str(&read("docs/schemas/manifest.schema.json")).expect("JSON");
    let keys = |value: &Value| -> Vec<String> { value.as_object().into_iter().flatten().map(|(key, _)| key.clone()).collect() };
    let of = |schema: &Value, value: &Value| {
        assert_eq!(keys(&schema["properties"]), keys(value));
        assert_eq!(schema["required"], Value::from(keys(value)));
    };
    let company = Company::new();
    let manifest: Value = serde_json::from_slice(&fs::read(company.report().join("manifest.json")).expect("a manifest")).expect("JSON");
    let properties = &schema["properties"];
    of(&schema, &manifest);
    of(&properties["tool"], &manifest["tool"]);
    of(&properties["previous"]["anyOf"][1], &manifest["previous"]);
    of(&properties["files"]["items"], &manifest["files"][0]);
    of(&properties["inputs"]["items"], &manifest["inputs"][0]);
    let dictionary = read("reports/README.md");
    let section = dictionary.split_once("## `manifest.json`").expect("its section").1.split("\n## ").next().unwrap_or_default();
    let told: Vec<&str> = section.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    assert_eq!(told, keys(&manifest));
    let before = sha256(&company.night(NIGHTS[0]).join("manifest.json"));
    assert_eq!(manifest["previous"], serde_json::json!({"as_of": NIGHTS[0], "manifest_sha256": before}));
}
