//! A report that is written again, whole or in part, and what a part is verified as.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::nights::{Company, NIGHTS};
use crate::support::{files, stderr};

#[test]
fn a_report_is_written_again_to_the_byte_whole_or_in_part() {
    let company = Company::new();
    let (again, part) = (company.night("again"), company.night("part"));
    let of = |folder: &Path, name: &str| fs::read(folder.join(name)).expect("a file");
    company.call(&["report", "--as-of", NIGHTS[0], "--out", again.to_str().expect("UTF-8")]);
    for file in files(&company.night(NIGHTS[0])) {
        let name = file.file_name().and_then(|name| name.to_str()).expect("a name");
        assert!(of(&again, name) == fs::read(&file).expect("a file"), "{name}");
    }
    let chosen = "findings.csv,report.html";
    let output = company.call(&["report", "--as-of", NIGHTS[0], "--only", chosen, "--out", part.to_str().expect("UTF-8")]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let names: Vec<_> = files(&part).iter().map(|file| file.file_name().expect("a name").to_owned()).collect();
    assert_eq!(names, ["SHA256SUMS", "findings.csv", "manifest.json", "report.html"]);
    for name in ["findings.csv", "report.html", "manifest.json"] {
        assert!(of(&part, name) == of(&again, name), "{name}");
    }
    let sums = String::from_utf8(of(&part, "SHA256SUMS")).expect("UTF-8");
    assert_eq!(sums.lines().count(), 3, "sha256sum -c looks for what is there alone: {sums}");

    let (code, said) = company.verify(&part, &[]);
    assert_eq!((code, &said["verdict"]), (Some(3), &Value::from("not-wholly-checked")), "a part is not the whole: {said:#}");
    assert!(said["left_out"].as_array().is_some_and(|left| left.len() > 5 && left.contains(&Value::from("accounts.csv"))), "{said:#}");
    assert_eq!(company.verify(&part, &["--only", chosen]).0, Some(0), "and is verified as what it is");
    assert_eq!(company.verify(&part, &["--only", "findings.csv,tokens.csv"]).0, Some(3), "but not as another part");
    fs::remove_file(part.join("report.html")).expect("removed");
    let (_, said) = company.verify(&part, &["--only", chosen]);
    assert_eq!(said["differences"][0]["kind"], "missing", "{said:#}");
}

#[test]
fn a_part_never_takes_the_place_of_the_whole() {
    let company = Company::new();
    let whole = company.report();
    let refused = company.call(&["report", "--as-of", NIGHTS[1], "--only", "findings.csv", "--out", whole.to_str().expect("UTF-8")]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("--out"), "{}", stderr(&refused));
    assert!(whole.join("report.html").exists());
    let unknown = company.call(&["report", "--only", "findings.csv,people.csv"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(stderr(&unknown).contains("people.csv") && stderr(&unknown).contains("accounts.csv"), "{}", stderr(&unknown));
    assert_eq!(company.call(&["report", "--as-of", NIGHTS[1], "--only", "findings.csv"]).status.code(), Some(0));
    assert!(company.folder.path().join("reports/2026-06-03T060000Z-part/findings.csv").exists(), "a part has a folder of its own");
    let never = company.call(&["report", "--as-of", "2026-06-05T06:00:00Z"]);
    assert_eq!(never.status.code(), Some(2));
    assert!(stderr(&never).contains("2026-06-05T06:00:00Z"), "{}", stderr(&never));
}
