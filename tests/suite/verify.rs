//! `verify`: what was changed after the run, in the folder or in the store, is found and named; what was not changed is not.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::LazyLock;

use rusqlite::Connection;
use serde_json::Value;

use crate::support::{config, files, folder, input, root, rows, scimdrift, stderr, stdout};

pub(crate) const NIGHTS: [&str; 3] = ["2026-06-02T06:00:00Z", "2026-06-03T06:00:00Z", "2026-06-04T06:00:00Z"];

/// A small company with an account without an owner, analyzed three nights in a row.
pub(crate) struct Company {
    pub(crate) folder: tempfile::TempDir,
    config: PathBuf,
}

/// Made once, and copied for each test.
static MADE: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("three-nights");
    let _absent = fs::remove_dir_all(&folder);
    let config = config(&folder, "from = 2026-06-01\nto = 2026-06-04\n[thresholds]\nmax_change = \"100%\"");
    let member = |id: u32, name: &str| {
        format!(
            r#"{{"_id":"65a10000000000000000000{id}","user":"{name}","fullname":"Somebody","avatarUrl":"https://a.example/a.png","role":"read"}}"#
        )
    };
    let members = format!("[{},{}]", member(1, "stray"), member(2, "astray"));
    input(&folder, "members-2026-06-01T120000Z.json", members.as_bytes());
    let people =
        r#"[{"id":"00u1","status":"ACTIVE","created":"2025-01-01T00:00:00.000Z","profile":{"login":"ada@acme.example"},"credentials":{}}]"#;
    input(&folder, "users-2026-06-01T120000Z.json", people.as_bytes());
    for night in NIGHTS {
        let mut run = scimdrift();
        run.args(["run", "-q", "--as-of", night]).arg("--config").arg(&config).arg("--out").arg(folder.join(night));
        let output = run.output().expect("the program starts");
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    }
    folder
});

impl Company {
    pub(crate) fn new() -> Self {
        let folder = folder();
        for file in files(&MADE) {
            let copy = folder.path().join(file.strip_prefix(&*MADE).expect("below"));
            fs::create_dir_all(copy.parent().expect("a folder")).expect("a folder");
            fs::copy(file, copy).expect("a copy");
        }
        let config = folder.path().join("scimdrift.toml");
        Self { folder, config }
    }

    fn night(&self, as_of: &str) -> PathBuf {
        self.folder.path().join(as_of)
    }

    /// The report of the second night: it has a run before and one after.
    pub(crate) fn report(&self) -> PathBuf {
        self.night(NIGHTS[1])
    }

    fn store(&self) -> PathBuf {
        self.folder.path().join("scimdrift.db")
    }

    pub(crate) fn call(&self, arguments: &[&str]) -> Output {
        scimdrift().args(arguments).arg("--config").arg(&self.config).output().expect("the program starts")
    }

    /// What `verify` says of a folder, with its exit code.
    fn verify(&self, dir: &Path, more: &[&str]) -> (Option<i32>, Value) {
        let dir = dir.to_str().expect("UTF-8");
        let output = self.call(&[&["verify", dir, "--format", "json"], more].concat());
        let said: Option<Value> = serde_json::from_slice(&output.stdout).ok();
        assert!(said.is_some(), "{}", stderr(&output));
        (output.status.code(), said.unwrap_or_default())
    }

    /// Runs SQL in the store, as somebody with a database tool would.
    fn edit(&self, sql: &str) {
        let changed = Connection::open(self.store()).and_then(|store| store.execute(sql, []));
        assert_eq!(changed.expect("valid SQL"), 1, "{sql}");
    }

    /// Verifies the second night's report, which has to differ, in exactly these kinds.
    #[track_caller]
    fn differs(&self, kinds: &[&str]) -> Vec<Value> {
        let (code, said) = self.verify(&self.report(), &[]);
        assert_eq!((code, &said["verdict"]), (Some(3), &Value::from("differs")), "{said:#}");
        let differences = said["differences"].as_array().expect("a list").clone();
        let found: Vec<&str> = differences.iter().filter_map(|difference| difference["kind"].as_str()).collect();
        assert_eq!(found, kinds, "{said:#}");
        let words = stdout(&self.call(&["verify", self.report().to_str().expect("UTF-8")]));
        for difference in &differences {
            assert!(words.contains(difference["sentence"].as_str().expect("a sentence")), "{words}");
        }
        differences
    }
}

fn replace(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).expect("a file");
    assert!(text.contains(from), "{}: {from}", path.display());
    fs::write(path, text.replacen(from, to, 1)).expect("written");
}

fn sha256(path: &Path) -> String {
    scimdrift::model::digest::Digest::of(&fs::read(path).expect("a file")).to_string()
}

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
