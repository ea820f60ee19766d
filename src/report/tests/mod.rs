//! What every format promises: the contract's columns, inert text, the same bytes twice, and whole folders.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::sample::{self, HOSTILE};
use super::{ALL, ReportError, by_id, write_folder};
use crate::model::digest::Digest;
use crate::model::finding::Status;
use crate::model::report::Report;

mod document;
mod hostile;
mod schema;

/// The columns of CONTRACT section 7.
const COLUMNS: [(&str, &str); 13] = [
    (
        "findings",
        "finding_id,rule,reason,severity,confidence,status,change,system,account,person,credential,group,object,expected,observed,since,explanation,remediation,controls,evidence,waiver_reason,waiver_approver,waiver_expires,first_seen,last_seen",
    ),
    (
        "accounts",
        "system,account,account_id,external_id,email,class,state,person,person_login,person_state,entitled,situation,match_key,confidence,role_expected,role_observed,resource_groups,last_activity,created_at,findings,manager_email",
    ),
    ("leavers", "person,person_login,lapsed_at,lapse,system,account,deprovisioned_at,lag_hours,sla_hours,verdict,hr_end_date,hr_lag_hours"),
    ("tokens", "system,credential,name,kind,owner,owner_state,created_at,last_used_at,expires_at,rotated_at,status,findings"),
    ("failures", "connector,cause,person,person_login,operation,first_failed_at,last_failed_at,attempts,code,message,remediation"),
    ("joiners", "person,person_login,entitled_at,system,account,appeared_at,lag_hours,origin,by"),
    ("changes", "at,system,account,person,kind,from,to,by,origin,evidence"),
    ("coverage", "source,system,from,to,records,gap_hours,verdict"),
    ("inputs", "file,sha256,bytes,source,read,used,irrelevant,duplicate,rejected,first_at,last_at,taken_at,complete"),
    ("rejects", "file,line,reason,excerpt"),
    ("controls", "framework,control,title,rules,population,exceptions,waived,conclusion"),
    (
        "worksheet",
        "finding_id,severity,rule,reason,system,account,person,person_login,credential,group,object,since,explanation,expected,observed,remediation,confidence,change,first_seen,controls,evidence,decision,justification,reviewer,decided_at,ticket",
    ),
    (
        "access-review",
        "system,account,account_id,email,class,person,person_login,person_state,entitled,situation,confidence,manager_email,role_observed,role_expected,resource_groups,created_at,last_activity,findings,decision,justification,reviewer,decided_at,ticket",
    ),
];

fn written(report: &Report, id: &str) -> String {
    let mut bytes = Vec::new();
    (by_id(id).expect("a known format").write)(report, &mut bytes).expect("memory takes everything");
    String::from_utf8(bytes).expect("UTF-8")
}

fn rows(report: &Report, id: &str) -> Vec<BTreeMap<String, String>> {
    let text = written(report, id);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().collect::<Result<_, _>>().expect("RFC 4180")
}

#[test]
fn every_table_has_the_columns_of_the_contract_and_all_its_rows() {
    let report = sample::acme();
    for (id, columns) in COLUMNS {
        let text = written(&report, id);
        assert_eq!(text.split("\r\n").next(), Some(columns), "{id}");
        assert!(!text.replace("\r\n", "").contains(['\n', '\r']), "{id}: a row stays on one line");
    }
    assert_eq!(rows(&report, "findings").len(), report.findings.len());
    assert_eq!(rows(&report, "accounts").len(), report.accounts.len());
    assert_eq!(rows(&report, "rejects").len(), report.rejects.len());
}

#[test]
fn what_people_fill_in_is_empty_and_asks_about_what_is_open_alone() {
    let report = sample::acme();
    let worksheet = rows(&report, "worksheet");
    let open = report.findings.iter().filter(|row| row.status == Status::Open).map(|row| row.finding_id.as_str());
    assert_eq!(worksheet.iter().map(|row| row["finding_id"].as_str()).collect::<Vec<_>>(), open.collect::<Vec<_>>());
    let review = rows(&report, "access-review");
    let active = report.accounts.iter().filter(|row| row.state == "active").map(|row| row.account_id.as_str());
    assert_eq!(review.iter().map(|row| row["account_id"].as_str()).collect::<Vec<_>>(), active.collect::<Vec<_>>());
    for row in worksheet.iter().chain(&review) {
        for blank in ["decision", "justification", "reviewer", "decided_at", "ticket"] {
            assert_eq!(row[blank], "");
        }
    }
}

#[test]
fn cells_say_what_the_contract_says() {
    let report = sample::acme();
    let inputs = rows(&report, "inputs");
    let refused = inputs.iter().find(|row| row["file"] == "inputs/notes.docx").expect("a refused file has its row");
    assert_eq!((refused["sha256"].as_str(), refused["bytes"].as_str(), refused["read"].as_str()), ("", "", "0"));
    assert_eq!(inputs.iter().map(|row| row["complete"].as_str()).filter(|complete| *complete == "false").count(), 1);
    let leavers = rows(&report, "leavers");
    assert_eq!((leavers[0]["lag_hours"].as_str(), leavers[0]["sla_hours"].as_str()), ("0.0214", "24.0000"));
    let findings = rows(&report, "findings");
    let several = findings.iter().find(|row| row["evidence"].contains("; ")).expect("a finding with two records");
    assert!(several["evidence"].starts_with("inputs/okta/system-log-2026-09.ndjson.gz#12"), "{several:?}");
    assert_eq!(several["controls"], "ISO 27001 A.5.18; NIST 800-53 AC-2(3); SOC 2 CC6.2");
    let controls = rows(&report, "controls");
    let population = |control: &str| {
        let row = controls.iter().find(|row| row["control"] == control).expect("a control");
        row["population"].as_str()
    };
    assert_eq!(population("CC6.2"), "active accounts: 60; lapses: 60");
    assert_eq!(population("5.3"), "", "of what was not evaluated nothing was looked at");
}

fn is_word(text: &str) -> bool {
    ["low", "medium", "high", "critical", "open", "waived", "resolved", "new", "persisting", "reopened"].contains(&text)
}

#[test]
fn the_policy_names_the_hashes_of_what_is_inline() {
    let page = written(&sample::acme(), "html");
    let inline = |tag: &str| {
        let (_, rest) = page.split_once(&format!("<{tag}>")).expect("an inline element");
        rest.split_once(&format!("</{tag}>")).expect("its end").0
    };
    for tag in ["style", "script"] {
        let digest = decode(&format!("{tag}-src 'sha256-"), &page);
        assert_eq!(digest, Digest::of(inline(tag).as_bytes()).bytes(), "{tag}");
    }
    let body = page.split_once("<body>").expect("a body").1.split_once("<script>").expect("a script").0;
    assert!(!body.contains(" style=") && !body.contains(" onclick="), "no inline style or handler: the policy forbids them");
    for outside in ["http://", "https://", "@import", "url(http"] {
        assert!(!page.contains(&format!("\"{outside}")), "nothing is loaded from {outside}");
    }
}

/// The bytes of the base64 text that follows `before`.
fn decode(before: &str, page: &str) -> Vec<u8> {
    let coded = page.split_once(before).expect("a hash").1.split('\'').next().expect("its end");
    let six = |character: char| match character {
        'A'..='Z' => character as u32 - 'A' as u32,
        'a'..='z' => character as u32 - 'a' as u32 + 26,
        '0'..='9' => character as u32 - '0' as u32 + 52,
        '+' => 62,
        _ => 63,
    };
    let (mut bytes, mut bits, mut held) = (Vec::new(), 0_u32, 0);
    for character in coded.trim_end_matches('=').chars() {
        (bits, held) = (bits << 6 | six(character), held + 6);
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held & 0xff) as u8);
        }
    }
    bytes
}

#[test]
fn the_page_says_its_verdict_and_what_it_could_not_check() {
    let page = written(&sample::acme(), "html");
    for said in ["Exceptions found", "Unable to conclude", ">2 of 8 controls</a>", "2 of ", "1 file refused"] {
        assert!(page.contains(said), "{said}");
    }
    let clean = written(&sample::nothing_found(), "html");
    assert!(clean.contains("<h3>No exceptions</h3>") && clean.contains("Nothing left unchecked"));
    let mut gap = sample::nothing_found();
    gap.gaps = sample::acme().gaps;
    let gap = written(&gap, "html");
    assert!(gap.contains("<h3>Unable to conclude</h3>") && gap.contains("<h3>Not all could be read</h3>"), "a gap never reads as a pass");
    let mut refused = sample::nothing_found();
    refused.refused = sample::acme().refused;
    assert!(written(&refused, "html").contains("<h3>Unable to conclude</h3>"), "nor does a refused file");
    let mut unasked = sample::nothing_found();
    unasked.controls.extend(sample::acme().controls.into_iter().filter(|control| control.conclusion == "not evaluated"));
    assert!(written(&unasked, "html").contains("<h3>Not all was evaluated</h3>"), "nor does what was not asked");
}

#[test]
fn the_summary_agrees_with_the_tables() {
    let report = sample::acme();
    let summary: Value = serde_json::from_str(&written(&report, "summary")).expect("JSON");
    let findings = rows(&report, "findings");
    let count = |column: &str, word: &str| findings.iter().filter(|row| row[column] == word).count();
    for status in ["open", "waived", "resolved"] {
        assert_eq!(summary["findings"][status], count("status", status), "{status}");
    }
    assert_eq!(summary["findings"]["by_change"]["new"], count("change", "new"));
    assert_eq!(summary["schema"], "scimdrift/summary/1");
    assert_eq!(summary["verdict"], format!("exceptions ({})", count("status", "open")));
    assert_eq!(summary["inputs"]["rejected"], 2);
    assert_eq!(summary["coverage"][3]["gap_hours"], 79.7);
}

#[test]
fn a_huge_report_stays_small_and_says_where_the_rest_is() {
    let page = written(&sample::huge(100_000, 3_000), "html");
    assert!(page.len() < 10_000_000, "{} bytes", page.len());
    for said in ["1,000 of 100,000 accounts", "1,000 of 3,000 findings", "1,000 of 100,000 tokens", "1,000 of 100,000 lapses"] {
        assert!(page.contains(&format!("This page shows the first {said}")), "{said}");
    }
    assert_eq!(page.matches("<article class=\"finding ").count(), 1_000);
}

#[test]
fn a_folder_is_written_whole_and_the_same_twice() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let (one, other) = (place.path().join("deep/one"), place.path().join("other"));
    write_folder(&sample::acme(), &one).expect("a report");
    write_folder(&sample::acme(), &other).expect("a report");
    assert_eq!(contents(&one), contents(&other));
    let held: Vec<_> = contents(&one).into_keys().collect();
    let mut wanted: Vec<_> = ALL.iter().map(|format| format.file.to_owned()).chain(["manifest.json".into(), "SHA256SUMS".into()]).collect();
    wanted.sort();
    assert_eq!(held, wanted);
    assert_eq!(fs::read_dir(place.path().join("deep")).expect("a folder").count(), 1, "nothing is left beside it");
}

#[test]
fn the_checksums_are_those_of_the_files() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let dir = place.path().join("report");
    write_folder(&sample::acme(), &dir).expect("a report");
    let files = contents(&dir);
    let sums = String::from_utf8(files["SHA256SUMS"].clone()).expect("UTF-8");
    let mut named: Vec<_> = sums
        .lines()
        .map(|line| {
            let (digest, file) = line.split_once("  ").expect("two columns");
            assert_eq!(digest, Digest::of(&files[file]).to_string(), "{file}");
            file.to_owned()
        })
        .collect();
    named.push("SHA256SUMS".into());
    named.sort();
    assert_eq!(named, files.keys().cloned().collect::<Vec<_>>());
    let manifest: Value = serde_json::from_slice(&files["manifest.json"]).expect("JSON");
    assert_eq!(manifest["files"][0]["sha256"], Digest::of(&files["report.html"]).to_string());
    assert_eq!(manifest["files"][0]["bytes"], files["report.html"].len());
    assert_eq!(manifest["inputs"].as_array().map(Vec::len), Some(9));
}

#[test]
fn only_a_report_is_replaced() {
    let place = tempfile::tempdir().expect("a temporary folder");
    let dir = place.path().join("report");
    fs::create_dir(&dir).expect("an empty folder");
    write_folder(&sample::acme(), &dir).expect("an empty folder is taken");
    write_folder(&sample::nothing_found(), &dir).expect("a report is replaced");
    let mut summary = String::from_utf8(contents(&dir)["summary.json"].clone()).expect("UTF-8");
    assert!(summary.contains("\"no exceptions\""));

    fs::write(dir.join("notes.txt"), "mine").expect("a file of the user");
    let error = write_folder(&sample::acme(), &dir).expect_err("a file of the user is not deleted");
    assert!(matches!(&error, ReportError::Foreign { because, .. } if because.contains("notes.txt")), "{error}");
    assert!(error.hint().contains("--out"));
    summary.clear();
    summary.push_str(&fs::read_to_string(dir.join("notes.txt")).expect("still there"));
    assert_eq!(summary, "mine");

    for (name, held) in [("package", r#"{"name": "x"}"#), ("broken", "{")] {
        let foreign = place.path().join(name);
        fs::create_dir(&foreign).expect("a folder");
        fs::write(foreign.join("manifest.json"), held).expect("a manifest of something else");
        write_folder(&sample::acme(), &foreign).expect_err("a manifest of something else is no report");
    }
    let file = place.path().join("file");
    fs::write(&file, "mine").expect("a file");
    write_folder(&sample::acme(), &file).expect_err("a file is no report");
    write_folder(&sample::acme(), Path::new("/")).expect_err("the root has no name");
    assert_eq!(fs::read_dir(place.path()).expect("a folder").count(), 4, "nothing is left beside them");
}

#[cfg(unix)]
#[test]
fn a_report_is_for_its_owner_alone_and_links_are_not_followed() {
    use std::os::unix::fs::PermissionsExt as _;

    let place = tempfile::tempdir().expect("a temporary folder");
    let dir = place.path().join("report");
    write_folder(&sample::acme(), &dir).expect("a report");
    let mode = |path: &Path| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    assert_eq!((mode(&dir), mode(&dir.join("report.html"))), (0o700, 0o600));

    let link = place.path().join("link");
    std::os::unix::fs::symlink(&dir, &link).expect("a link");
    write_folder(&sample::acme(), &link).expect_err("a link is not followed");
}

#[test]
fn the_dictionary_names_every_file_and_column() {
    let dictionary = include_str!("../../../reports/README.md");
    for format in ALL {
        assert!(dictionary.contains(&format!("## `{}`", format.file)), "{}", format.file);
    }
    for (id, columns) in COLUMNS {
        let file = by_id(id).expect("a known format").file;
        let section = dictionary.split_once(&format!("## `{file}`")).expect("its section").1;
        let section = section.split("\n## ").next().unwrap_or_default();
        let told: Vec<_> = section.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
        assert_eq!(told.join(","), columns, "{file}");
    }
}

/// Leaves pages in `target/tmp` for people and browsers to look at.
#[test]
fn pages_to_look_at() {
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/tmp/report");
    fs::create_dir_all(&place).expect("target can be written");
    for (name, report) in [
        ("acme", sample::acme()),
        ("clean", sample::nothing_found()),
        ("incomplete", Report { gaps: sample::acme().gaps, coverage: sample::acme().coverage, ..sample::nothing_found() }),
        ("huge", sample::huge(100_000, 2_000)),
        ("hostile", hostile::poisoned(&HOSTILE.concat())),
    ] {
        let page = written(&report, "html");
        assert!(page.ends_with("</html>\n"), "{name}");
        fs::write(place.join(format!("{name}.html")), page).expect("target can be written");
    }
}

fn contents(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(dir).expect("a folder");
    entries
        .map(|entry| {
            let entry = entry.expect("an entry");
            (entry.file_name().into_string().expect("a name of ours"), fs::read(entry.path()).expect("a file"))
        })
        .collect()
}
