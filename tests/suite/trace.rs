//! `trace`: one person over all systems, and every diagnosis against its fixtures. `fixtures/diagnoses/<id>` holds small
//! companies in the true formats: in `hit` the trace of Mia Holm names the diagnosis first, as `golden.txt` shows; in
//! `miss`, a look-alike, and in every other `miss-…`, it does not name it at all.
//!
//! `UPDATE_GOLDEN=1` writes the golden files anew; read the difference before committing it.

use std::path::Path;
use std::process::Output;

use scimdrift::diagnosis::{ALL, Diagnosis};
use serde_json::Value;

use crate::support::{AS_OF, acme, folder, root, rows, run, scimdrift, stderr, stdout};

/// Whom every company of the fixtures is asked about.
const MIA: &str = "mia.holm@acme.example";

/// The diagnoses that people meet most: each has a look-alike, a company that a hasty reader would take for it.
const MET_MOST: [&str; 10] = [
    "assigned-before-provisioning",
    "deactivation-switched-off",
    "existing-account",
    "expired-scim-token",
    "invalid-user-name",
    "invitation-not-accepted",
    "not-effectively-entitled",
    "required-name-missing",
    "role-awaits-login",
    "user-name-of-another",
];

/// A company that was ingested and analyzed.
struct Company {
    folder: tempfile::TempDir,
    config: std::path::PathBuf,
}

impl Company {
    fn analyzed(config: &Path) -> Self {
        let company = Self { folder: folder(), config: config.to_owned() };
        let output = run(&company.config, company.folder.path(), &["-q"]);
        assert!(matches!(output.status.code(), Some(0 | 3)), "{}: {}", config.display(), stderr(&output));
        company
    }

    fn of(diagnosis: &Diagnosis, kind: &str) -> Self {
        Self::analyzed(&root().join("fixtures/diagnoses").join(diagnosis.id).join(kind).join("scimdrift.toml"))
    }

    fn trace(&self, arguments: &[&str]) -> Output {
        let mut command = scimdrift();
        command.arg("trace").args(arguments).arg("--config").arg(&self.config);
        command.arg("--store").arg(self.folder.path().join("store.db")).output().expect("the program starts")
    }

    fn json(&self, person: &str) -> Value {
        let output = self.trace(&[person, "--format", "json"]);
        assert_eq!(output.status.code(), Some(0), "{person}: {}", stderr(&output));
        serde_json::from_slice(&output.stdout).expect("JSON")
    }
}

fn diagnoses(trace: &Value) -> Vec<String> {
    let rows = trace["diagnoses"].as_array().expect("a list");
    rows.iter().map(|row| row["id"].as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn every_diagnosis_is_named_first_as_the_golden_files_say() {
    #[expect(clippy::disallowed_methods, reason = "a switch of this test, not of the product")]
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    let mut problems = Vec::new();
    for diagnosis in ALL {
        let company = Company::of(diagnosis, "hit");
        let found = diagnoses(&company.json(MIA));
        if found.first().map(String::as_str) != Some(diagnosis.id) {
            problems.push(format!("{}: found {found:?}", diagnosis.id));
        }
        let golden = root().join("fixtures/diagnoses").join(diagnosis.id).join("hit/golden.txt");
        let text = stdout(&company.trace(&[MIA]));
        if update {
            std::fs::write(&golden, &text).expect("a golden file");
        } else if std::fs::read_to_string(&golden).ok().as_ref() != Some(&text) {
            problems.push(format!("{}; UPDATE_GOLDEN=1 writes it anew:\n{text}", golden.display()));
        }
    }
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

/// The look-alikes of a diagnosis: its folders `miss`, `miss-forbidden`, …
fn look_alikes(id: &str) -> Vec<String> {
    let folder = std::fs::read_dir(root().join("fixtures/diagnoses").join(id)).expect("its fixtures");
    let names = folder.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
    let mut kinds: Vec<String> = names.filter(|name| name.starts_with("miss")).collect();
    kinds.sort();
    kinds
}

/// What a look-alike says that the trace names first: `# First: ID` in the head of its config.
fn said_first(config: &Path) -> Option<String> {
    let text = std::fs::read_to_string(config).expect("a config");
    text.lines().find_map(|line| line.strip_prefix("# First: ").map(ToOwned::to_owned))
}

#[test]
fn look_alikes_are_not_named() {
    let mut problems = Vec::new();
    for id in MET_MOST.iter().filter(|id| look_alikes(id).is_empty()) {
        problems.push(format!("{id}: is met often, and has no look-alike"));
    }
    for diagnosis in ALL {
        for kind in look_alikes(diagnosis.id) {
            let company = Company::of(diagnosis, &kind);
            let found = diagnoses(&company.json(MIA));
            if found.iter().any(|found| found == diagnosis.id) {
                problems.push(format!("{}/{kind}: found {found:?}", diagnosis.id));
            }
            let first = said_first(&company.config);
            if first.is_some() && first.as_ref() != found.first() {
                problems.push(format!("{}/{kind}: says {first:?} comes first, found {found:?}", diagnosis.id));
            }
        }
    }
    assert!(MET_MOST.iter().all(|id| scimdrift::diagnosis::find(id).is_some()), "a diagnosis that there is not");
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

#[test]
fn any_key_names_the_person_and_everybody_is_traced() {
    let company = Company::analyzed(&acme().join("scimdrift.toml"));
    let accounts = rows(&company.folder.path().join("report/accounts.csv"));
    let mut asked = 0;
    for account in accounts.iter().filter(|account| account["system"] == "huggingface" && account["situation"] == "linked") {
        for key in ["person", "person_login", "account", "account_id"] {
            let output = company.trace(&[&account[key], "--format", "json"]);
            match output.status.code() {
                Some(0) => {
                    let trace: Value = serde_json::from_slice(&output.stdout).expect("JSON");
                    assert_eq!(trace["person"]["id"].as_str(), Some(account["person"].as_str()), "{key} {}", account[key]);
                    assert!(trace["timeline"].as_array().is_some_and(|line| !line.is_empty()));
                    asked += 1;
                }
                // A name that several have is never guessed.
                Some(2) => assert!(stdout(&output).contains(&account["person"]), "{}", stderr(&output)),
                other => panic!("{other:?}: {}", stderr(&output)),
            }
        }
    }
    assert!(asked > 10, "{asked}");
}

#[test]
fn several_are_listed_and_nobody_is_guessed() {
    let company = Company::analyzed(&acme().join("scimdrift.toml"));
    let several = company.trace(&["acme.example"]);
    assert_eq!(several.status.code(), Some(2));
    assert!(several.stdout.is_empty() && stderr(&several).contains("does not name exactly one person"), "{}", stderr(&several));
    let nobody = company.trace(&["nobody-has-this-name"]);
    assert_eq!(nobody.status.code(), Some(2));
    assert!(stderr(&nobody).contains("nobody is known by this key"), "{}", stderr(&nobody));
}

#[test]
fn a_failure_that_no_diagnosis_fits_is_told() {
    let company = Company::analyzed(&root().join("fixtures/rules/failed-sync/hit/scimdrift.toml"));
    let trace = company.json("00u1fin");
    assert_eq!(trace["open_failures"].as_array().map(Vec::len), Some(1), "{trace:#}");
}

#[test]
fn a_window_narrows_the_time_line_alone_and_markdown_is_inert() {
    let diagnosis = scimdrift::diagnosis::find("expired-scim-token").expect("a diagnosis");
    let company = Company::of(diagnosis, "hit");
    let whole = company.json(MIA);
    let part = company.trace(&[MIA, "--format", "json", "--until", "2026-06-26T12:00:00Z"]);
    let part: Value = serde_json::from_slice(&part.stdout).expect("JSON");
    assert_eq!(part["diagnoses"], whole["diagnoses"]);
    assert!(part["timeline"].as_array().map(Vec::len) < whole["timeline"].as_array().map(Vec::len));
    let markdown = stdout(&company.trace(&[MIA, "--format", "md"]));
    assert!(markdown.starts_with("# mia.holm@acme.example (okta 00u1mia)\n") && markdown.contains("expired-scim-token"), "{markdown}");
    let again = stdout(&company.trace(&[MIA, "--format", "md", "--as-of", AS_OF]));
    assert_eq!(markdown, again);
}

#[test]
fn what_an_analysis_kept_answers_as_a_replay_does() {
    let mut asked = 0;
    let hits = ALL.iter().map(|diagnosis| (root().join("fixtures/diagnoses").join(diagnosis.id).join("hit"), 1));
    for (fixture, of_each) in hits.chain([(acme(), 3)]) {
        let company = Company::analyzed(&fixture.join("scimdrift.toml"));
        let accounts = rows(&company.folder.path().join("report/accounts.csv"));
        let keys = accounts
            .iter()
            .step_by(of_each)
            .map(|account| if account["person"].is_empty() { &account["account"] } else { &account["person"] });
        let keys: Vec<&str> = keys.map(String::as_str).chain([MIA, "acme", "a"]).collect();
        let kept: Vec<Output> = keys.iter().map(|key| company.trace(&[key, "--format", "json"])).collect();
        let store = rusqlite::Connection::open(company.folder.path().join("store.db")).expect("a store");
        assert_eq!(store.execute("DELETE FROM dossier_run", []).expect("valid SQL"), 1, "nothing was kept");
        drop(store);
        for (key, kept) in keys.iter().zip(kept) {
            let replayed = company.trace(&[key, "--format", "json"]);
            assert_eq!(stdout(&kept), stdout(&replayed), "{key} of {}", fixture.display());
            assert_eq!(stderr(&kept), stderr(&replayed), "{key} of {}", fixture.display());
            asked += usize::from(kept.status.success());
        }
    }
    assert!(asked > 60, "{asked}");
}

#[test]
fn what_was_read_since_the_analysis_is_in_the_trace() {
    let folder = folder();
    let config = crate::support::config(folder.path(), "from = 2026-06-01\nto = 2026-06-30");
    let people = |login: &str| {
        format!(
            r#"[{{"id":"00u1","status":"ACTIVE","created":"2025-01-01T00:00:00.000Z","profile":{{"login":"{login}"}},"credentials":{{}}}}]"#
        )
    };
    crate::support::input(folder.path(), "users-2026-06-01T120000Z.json", people("ada@acme.example").as_bytes());
    let company = Company::analyzed(&config);
    assert_eq!(company.json("00u1")["person"]["login"], "ada@acme.example");
    crate::support::input(folder.path(), "users-2026-06-02T120000Z.json", people("ada.bloom@acme.example").as_bytes());
    let mut ingest = scimdrift();
    ingest.args(["ingest", "-q", "--config"]).arg(&config).arg("--store").arg(company.folder.path().join("store.db"));
    assert_eq!(ingest.output().expect("the program starts").status.code(), Some(0));
    assert_eq!(company.json("00u1")["person"]["login"], "ada.bloom@acme.example");
}
