//! `doctor`: every fault of a set-up is a line with its next step, one fault hides no other, and nothing is written.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use serde_json::Value;

use crate::support::{AS_OF, acme, config, folder, input, root, run, scimdrift, stderr, stdout};

/// A log of one day with what touches nothing.
fn log() -> String {
    let event = |hour: u32| {
        format!(
            r#"{{"uuid":"0000{hour:04}-aaaa-bbbb-cccc-000000000000","published":"2026-06-30T{hour:02}:00:00.000Z","eventType":"policy.evaluate_sign_on","actor":{{"id":"00u1","type":"User","alternateId":"ada@acme.example"}},"outcome":{{"result":"ALLOW"}},"target":[]}}"#
        )
    };
    format!("{}\n{}\n", event(0), event(5))
}

/// A small company: a config, a log, and a store after one run.
struct Company {
    folder: tempfile::TempDir,
    config: PathBuf,
}

impl Company {
    fn new() -> Self {
        let folder = folder();
        let config = config(folder.path(), "from = 2026-06-30\nto = 2026-06-30");
        input(folder.path(), "system-log.ndjson", log().as_bytes());
        Self { folder, config }
    }

    fn after_a_run() -> Self {
        let company = Self::new();
        let output = run(&company.config, company.folder.path(), &["-q"]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        company
    }

    fn store(&self) -> PathBuf {
        self.folder.path().join("store.db")
    }

    fn doctor(&self) -> (Option<i32>, Value) {
        let output = doctor(&self.config, &self.store(), &["--format", "json"]);
        (output.status.code(), serde_json::from_slice(&output.stdout).expect("JSON"))
    }
}

fn doctor(config: &Path, store: &Path, more: &[&str]) -> Output {
    let mut command = scimdrift();
    command.arg("doctor").arg("--config").arg(config).arg("--store").arg(store).args(["--as-of", AS_OF]).args(more);
    command.output().expect("the program starts")
}

/// The check about this subject, in full or by its end.
fn check<'v>(check_up: &'v Value, area: &str, subject: &str) -> &'v Value {
    let checks = check_up["checks"].as_array().expect("checks");
    let fits = |check: &&Value| check["area"] == area && check["subject"].as_str().is_some_and(|found| found.ends_with(subject));
    // Of several the worst, which is what a test is about.
    checks.iter().filter(fits).find(|check| check["level"] != "ok").or_else(|| checks.iter().find(fits)).unwrap_or(&Value::Null)
}

fn says(check: &Value, level: &str, text: &str, next: &str) {
    let (said, step) = (check["says"].as_str().unwrap_or_default(), check["next"].as_str().unwrap_or_default());
    assert!(check["level"] == level && said.contains(text) && step.contains(next), "{check:#}");
}

#[test]
fn a_sound_set_up_ends_with_zero_and_every_area_is_looked_at() {
    let company = Company::after_a_run();
    let (code, check_up) = company.doctor();
    assert_eq!(code, Some(0), "{check_up:#}");
    let checks = check_up["checks"].as_array().expect("checks");
    for area in ["config", "inputs", "sources", "rules", "store", "disk", "permissions", "clock"] {
        assert!(checks.iter().any(|check| check["area"] == area), "{area}");
    }
    assert!(checks.iter().all(|check| check["next"].as_str().is_some_and(|next| !next.is_empty())), "every line has its next step");
    says(check(&check_up, "sources", "okta-system-log"), "ok", "the last 1 h ago", "nothing to do");
    says(check(&check_up, "permissions", "files"), "ok", "nobody else", "");
}

#[test]
fn a_rule_without_its_source_is_named() {
    let (_, check_up) = Company::after_a_run().doctor();
    says(check(&check_up, "rules", "or huggingface-audit-log"), "warning", "dormant-account", "export one");
    let subjects: Vec<&str> = check_up["checks"]
        .as_array()
        .expect("checks")
        .iter()
        .filter(|check| check["area"] == "rules")
        .filter_map(|check| check["subject"].as_str())
        .collect();
    assert!(subjects.iter().all(|subject| !subject.contains("entra")), "what Okta cannot give is not asked for: {subjects:?}");
    // What waits on disk to be read is not missing.
    let waiting = Company::new();
    let people =
        r#"[{"id":"00u1","status":"ACTIVE","created":"2025-01-01T00:00:00.000Z","profile":{"login":"ada@acme.example"},"credentials":{}}]"#;
    input(waiting.folder.path(), "users-2026-06-30T020000Z.json", people.as_bytes());
    let (code, check_up) = waiting.doctor();
    assert_eq!(code, Some(0));
    assert!(
        check_up["checks"]
            .as_array()
            .expect("checks")
            .iter()
            .all(|check| check["area"] != "rules" || !check["subject"].as_str().is_some_and(|subject| subject.contains("okta-users")))
    );
    says(check(&check_up, "store", "store.db"), "note", "there is none yet", "scimdrift run");
    assert!(!waiting.store().exists(), "looking makes no store");
}

#[test]
fn a_config_that_names_nothing_is_a_warning() {
    let company = Company::after_a_run();
    let text = std::fs::read_to_string(&company.config).expect("the config");
    let named = |line: &&str| line.starts_with("name = ") || line.starts_with("organization = ");
    assert_eq!(text.lines().filter(named).count(), 2, "{text}");
    let blank =
        |line: &str| if named(&line) { format!("{}= \"\"\n", line.split('=').next().unwrap_or_default()) } else { format!("{line}\n") };
    std::fs::write(&company.config, text.lines().map(blank).collect::<String>()).expect("the config");
    let (code, check_up) = company.doctor();
    assert_eq!(code, Some(0), "{check_up:#}");
    says(check(&check_up, "config", "target.name"), "warning", "is empty", "set it to the name");
    says(check(&check_up, "config", "report.organization"), "warning", "is empty", "set it to the name");
}

#[test]
fn evidence_that_is_incomplete_ends_with_three() {
    let company = Company::after_a_run();
    let text = std::fs::read_to_string(&company.config).expect("the config");
    std::fs::write(&company.config, format!("{text}[[input]]\npath = \"exports/*.json\"\n")).expect("the config");
    input(company.folder.path(), "recording.ndjson", b"{\"method\":\"GET\",\"body\":\"[]\"}\n");
    let (code, check_up) = company.doctor();
    assert_eq!(code, Some(3));
    says(check(&check_up, "inputs", "exports/*.json"), "incomplete", "no file matches", "check the path");
    says(check(&check_up, "inputs", "recording.ndjson"), "incomplete", "no source reads this", "source = ");
    says(check(&check_up, "inputs", "new"), "note", "recording.ndjson", "scimdrift run");
    // What the rules about the evidence find is found here too, and by a run.
    let acme = acme().join("scimdrift.toml");
    let kept = folder();
    assert_eq!(run(&acme, kept.path(), &["-q"]).status.code(), Some(3));
    let output = doctor(&acme, &kept.path().join("store.db"), &[]);
    assert_eq!(output.status.code(), Some(3));
    let said = stdout(&output);
    assert!(said.contains("log-gap: ") && said.contains("rejected-records: ") && said.contains("would end with exit code 3"), "{said}");
}

#[test]
fn an_export_that_stopped_is_stale() {
    let company = Company::after_a_run();
    let text = std::fs::read_to_string(&company.config).expect("the config");
    std::fs::write(&company.config, text.replace("path = \"inputs\"", "path = \"inputs\"\nmax_age = \"30m\"")).expect("the config");
    let (code, check_up) = company.doctor();
    assert_eq!(code, Some(3));
    says(check(&check_up, "sources", "okta-system-log"), "incomplete", "stale-input: ", "find out why the export did not run");
}

#[test]
fn what_cannot_work_ends_with_two_and_hides_nothing_else() {
    let company = Company::after_a_run();
    let bad = company.folder.path().join("bad.toml");
    std::fs::write(&bad, "[report]\norganisation = \"Acme Corp\"\n").expect("a config");
    let output = doctor(&bad, &company.store(), &["--format", "json"]);
    assert_eq!(output.status.code(), Some(2));
    let check_up: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    says(check(&check_up, "config", "bad.toml"), "broken", "line 2", "");
    says(check(&check_up, "store", "integrity"), "ok", "no damage", "");

    let missing = doctor(&company.folder.path().join("none.toml"), &company.store(), &[]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(stdout(&missing).contains("--config"), "{}", stdout(&missing));

    let diary = company.folder.path().join("diary.txt");
    std::fs::write(&diary, "my diary").expect("a file");
    let output = doctor(&company.config, &diary, &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stdout(&output).contains("no SQLite database") && stdout(&output).contains("okta-system-log"), "{}", stdout(&output));

    let text = std::fs::read_to_string(&company.config).expect("the config");
    std::fs::write(&company.config, text.replace("application = \"Hugging Face\"", "application = \"Another\"")).expect("the config");
    let (code, check_up) = company.doctor();
    assert_eq!(code, Some(2));
    says(check(&check_up, "store", "idp.application"), "broken", "Another", "set it back");
}

#[test]
fn a_store_of_an_older_version_is_no_fault() {
    let company = Company::new();
    let older = rusqlite::Connection::open(company.store()).expect("a database");
    older.execute_batch(include_str!("../../fixtures/store/schema-3.sql")).expect("a schema");
    drop(older);
    let (code, check_up) = company.doctor();
    assert_eq!(code, Some(0), "{check_up:#}");
    says(check(&check_up, "store", "store.db"), "note", "an older scimdrift", "run `scimdrift run`, which brings it up to date");
}

#[test]
fn a_damaged_store_is_told() {
    let company = Company::after_a_run();
    let mut bytes = std::fs::read(company.store()).expect("the store");
    let middle = bytes.len() / 2;
    bytes[middle..].fill(0x5a);
    std::fs::write(company.store(), bytes).expect("the store");
    let (code, check_up) = company.doctor();
    assert_eq!(code, Some(2));
    assert!(
        check_up["checks"].as_array().expect("checks").iter().any(|check| check["area"] == "store" && check["level"] == "broken"),
        "{check_up:#}"
    );
}

#[test]
fn what_others_may_read_or_change_is_a_warning() {
    let company = Company::after_a_run();
    let mode = |path: &Path, mode: u32| std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("its mode");
    mode(&company.store(), 0o644);
    mode(&company.config, 0o666);
    mode(company.folder.path(), 0o777);
    let (code, check_up) = company.doctor();
    assert_eq!(code, Some(0), "warnings are no failure");
    says(check(&check_up, "permissions", "store.db"), "warning", "may be read by others (mode 644)", "chmod 600");
    says(check(&check_up, "permissions", "scimdrift.toml"), "warning", "may be written to by others", "chmod go-w");
    let folder = company.folder.path().file_name().and_then(|name| name.to_str()).expect("a name");
    says(check(&check_up, "permissions", folder), "warning", "who may replace the store", "chmod go-w");
}

#[test]
fn a_clock_behind_the_records_and_what_is_over_are_warnings() {
    let company = Company::new();
    input(company.folder.path(), "later.ndjson", log().replace("2026-06-30", "2999-06-30").replace("0000", "1111").as_bytes());
    let text = std::fs::read_to_string(&company.config).expect("the config");
    std::fs::write(&company.config, format!("{text}scim_token_expires = 2026-06-01\n")).expect("the config");
    let waiver = "[[waiver]]\nrule = \"orphaned-account\"\naccount = \"ada\"\nreason = \"moves\"\napprover = \"ciso@acme.example\"\nexpires = 2026-06-29\n";
    std::fs::write(company.folder.path().join("waivers.toml"), waiver).expect("waivers");
    run(&company.config, company.folder.path(), &["-q"]);
    let (_, check_up) = company.doctor();
    says(check(&check_up, "clock", "this machine"), "warning", "2999-06-30", "set the clock");
    says(check(&check_up, "config", "target.scim_token_expires"), "warning", "2026-06-01", "make a new SCIM token");
    says(check(&check_up, "config", "waiver for ada"), "warning", "2026-06-29", "renew it");
}

#[test]
fn nothing_is_written_and_a_closed_pipe_is_success() {
    let company = Company::after_a_run();
    let before = std::fs::read(company.store()).expect("the store");
    let files = crate::support::files(company.folder.path());
    company.doctor();
    assert!(before == std::fs::read(company.store()).expect("the store"));
    assert_eq!(files, crate::support::files(company.folder.path()));
    assert_eq!(doctor(&company.config, &company.store(), &["--format", "md"]).status.code(), Some(2));
    let mut command = scimdrift();
    command.arg("doctor").arg("--config").arg(&company.config).arg("--store").arg(company.store()).args(["--as-of", AS_OF]);
    let mut child = command.stdout(Stdio::piped()).spawn().expect("the program starts");
    drop(child.stdout.take());
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}

#[test]
fn the_guide_has_every_field_and_word() {
    let guide = std::fs::read_to_string(root().join("docs/guides/answers.md")).expect("the guide");
    let section = guide.split("\n## `doctor`\n").nth(1).and_then(|rest| rest.split("\n## ").next()).expect("its section");
    let (_, check_up) = Company::after_a_run().doctor();
    let fields = check_up.as_object().expect("an object").keys().chain(check_up["checks"][0].as_object().expect("an object").keys());
    let levels = ["ok", "note", "warning", "incomplete", "broken"].map(ToOwned::to_owned);
    let missing: Vec<&String> = fields.chain(&levels).filter(|name| !section.contains(&format!("`{name}`"))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
