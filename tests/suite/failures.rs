//! `failures`: the rows of failures.csv grouped, what is over, and what was never tried; and how any long answer is shown.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use serde_json::Value;

use crate::support::{acme, folder, root, rows, run, scimdrift, stderr, stdout};

/// A company that was run once: its report and its store.
struct Company {
    folder: tempfile::TempDir,
    config: PathBuf,
}

impl Company {
    fn of(config: PathBuf) -> Self {
        let company = Self { folder: folder(), config };
        let output = run(&company.config, company.folder.path(), &["-q"]);
        assert!(matches!(output.status.code(), Some(0 | 3)), "{}: {}", company.config.display(), stderr(&output));
        company
    }

    fn diagnosis(id: &str) -> Self {
        Self::of(root().join("fixtures/diagnoses").join(id).join("hit/scimdrift.toml"))
    }

    fn store(&self) -> PathBuf {
        self.folder.path().join("store.db")
    }

    fn failures(&self, more: &[&str]) -> Output {
        ask(&self.config, &self.store(), more)
    }

    fn json(&self, more: &[&str]) -> Value {
        let output = self.failures(&[more, &["--format", "json"]].concat());
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        serde_json::from_slice(&output.stdout).expect("JSON")
    }
}

fn ask(config: &Path, store: &Path, more: &[&str]) -> Output {
    let mut command = scimdrift();
    command.arg("failures").arg("--config").arg(config).arg("--store").arg(store).args(more).output().expect("the program starts")
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
}

fn list<'v>(value: &'v Value, name: &str) -> &'v Vec<Value> {
    value[name].as_array().expect(name)
}

/// The groups as cause and state.
fn groups(summary: &Value) -> Vec<(String, String)> {
    list(summary, "groups").iter().map(|group| (text(&group["cause"]), text(&group["state"]))).collect()
}

#[test]
fn the_rows_are_those_of_the_table_for_every_company_of_the_fixtures() {
    let folders = std::fs::read_dir(root().join("fixtures/diagnoses")).expect("fixtures");
    let configs = folders.map(|entry| entry.expect("a folder").path().join("hit/scimdrift.toml"));
    let mut compared = 0;
    for config in configs.chain([acme().join("scimdrift.toml")]) {
        let company = Company::of(config);
        let table = rows(&company.folder.path().join("report/failures.csv"));
        let summary = company.json(&[]);
        let told: Vec<BTreeMap<String, String>> = list(&summary, "failures")
            .iter()
            .map(|row| {
                let columns = table.first().into_iter().flat_map(BTreeMap::keys);
                columns.map(|column| (column.clone(), text(&row[column]))).collect()
            })
            .collect();
        // The table guards texts that a spreadsheet would run.
        let plain = |row: &BTreeMap<String, String>| -> BTreeMap<String, String> {
            row.iter().map(|(column, cell)| (column.clone(), cell.strip_prefix('\'').unwrap_or(cell).to_owned())).collect()
        };
        assert_eq!(told, table.iter().map(plain).collect::<Vec<_>>(), "{}", company.config.display());
        let failing: u64 = list(&summary, "groups").iter().filter_map(|group| group["still_failing"].as_u64()).sum();
        assert_eq!(failing, table.len() as u64, "{}: every row is in one group", company.config.display());
        compared += table.len();
    }
    assert!(compared > 15, "{compared} rows");
}

#[test]
fn what_nobody_tried_and_what_the_target_did_stand_by_themselves() {
    let never = Company::diagnosis("assigned-before-provisioning").json(&[]);
    assert_eq!(groups(&never), [("never-attempted".to_owned(), "never-attempted".to_owned())]);
    assert_eq!(never["never_attempted"][0]["person_login"], "mia.holm@acme.example");
    let done = Company::diagnosis("success-logged-as-failure").json(&[]);
    assert!(groups(&done).contains(&("done-at-target".to_owned(), "done-at-target".to_owned())), "{done:#}");
}

#[test]
fn each_way_of_grouping_holds_every_row_once() {
    let company = Company::diagnosis("existing-account");
    let by = |word: &str| company.json(&["--by", word]);
    let cause = by("cause");
    let people: Vec<String> = list(&by("person"), "groups").iter().map(|group| text(&group["key"])).collect();
    assert!(people.contains(&"mia.holm@acme.example".to_owned()), "{people:?}");
    for word in ["cause", "person", "operation", "connector"] {
        let summary = by(word);
        assert_eq!(summary["by"], word);
        for count in ["still_failing", "recovered", "superseded", "attempts"] {
            let sum = |summary: &Value| list(summary, "groups").iter().filter_map(|group| group[count].as_u64()).sum::<u64>();
            assert_eq!(sum(&summary), sum(&cause), "{word}: {count}");
        }
    }
}

#[test]
fn what_failed_last_before_is_left_out() {
    let company = Company::diagnosis("existing-account");
    let last = text(&company.json(&[])["groups"][0]["last_seen"]);
    assert_eq!(list(&company.json(&["--since", &last]), "failures").len(), 1);
    let nothing = company.failures(&["--since", "2026-06-30T05:59:59Z"]);
    assert!(stdout(&nothing).contains("nothing failed, and nobody was left out"), "{}", stdout(&nothing));
}

#[test]
fn a_question_makes_no_store_and_changes_none() {
    let empty = folder();
    let missing = empty.path().join("store.db");
    let config = acme().join("scimdrift.toml");
    for command in [&["failures"][..], &["trace", "mia"], &["findings"], &["explain", "0123"]] {
        let mut asked = scimdrift();
        let output = asked.args(command).arg("--config").arg(&config).arg("--store").arg(&missing).output().expect("the program starts");
        assert_eq!(output.status.code(), Some(2), "{command:?}");
        assert!(stderr(&output).contains("nothing was analyzed yet"), "{command:?}: {}", stderr(&output));
        assert!(!missing.exists(), "{command:?} made a store");
    }
    let company = Company::diagnosis("rate-limit");
    let before = std::fs::read(company.store()).expect("the store");
    company.failures(&[]);
    assert!(before == std::fs::read(company.store()).expect("the store"));
    assert!(!company.folder.path().join("store.db-wal").exists(), "nothing is left beside it");
}

#[test]
fn what_is_no_answer_ends_with_two() {
    let company = Company::diagnosis("rate-limit");
    let refused = |more: &[&str], says: &str| {
        let output = company.failures(more);
        assert_eq!(output.status.code(), Some(2), "{more:?}");
        assert!(stderr(&output).contains(says), "{more:?}: {}", stderr(&output));
    };
    refused(&["--format", "md"], "--format md");
    refused(&["--by", "colour"], "invalid value");
    refused(&["--since", "yesterday"], "RFC 3339");
    refused(&["--as-of", "2020-01-01T00:00:00Z"], "no report as of");
    let diary = company.folder.path().join("diary.txt");
    std::fs::write(&diary, "my diary").expect("a file");
    let output = ask(&company.config, &diary, &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("no SQLite database"), "{}", stderr(&output));
}

#[test]
fn a_closed_pipe_is_success() {
    let company = Company::diagnosis("rate-limit");
    let mut command = scimdrift();
    command.arg("failures").arg("--config").arg(&company.config).arg("--store").arg(company.store());
    let mut child = command.stdout(Stdio::piped()).spawn().expect("the program starts");
    drop(child.stdout.take());
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}

#[test]
fn lines_keep_to_the_screen_and_colour_to_the_terminal() {
    let company = Company::diagnosis("existing-account");
    let plain = stdout(&company.failures(&[]));
    assert!(!plain.contains('\u{1b}') && plain.lines().any(|line| line.len() > 100), "{plain}");
    let mut narrow = scimdrift();
    narrow.env("COLUMNS", "60").arg("failures").arg("--config").arg(&company.config).arg("--store").arg(company.store());
    let narrow = stdout(&narrow.output().expect("the program starts"));
    assert!(narrow.lines().all(|line| line.chars().count() <= 60), "{narrow}");
    let words = |text: &str| text.split_whitespace().map(ToOwned::to_owned).collect::<Vec<_>>();
    assert_eq!(words(&narrow), words(&plain));
    assert!(stdout(&company.failures(&["--color", "always"])).contains('\u{1b}'));
}

/// Every name of a field, at any depth.
fn fields(value: &Value, names: &mut std::collections::BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            names.extend(object.keys().cloned());
            object.values().for_each(|value| fields(value, names));
        }
        Value::Array(values) => values.iter().for_each(|value| fields(value, names)),
        _ => {}
    }
}

#[test]
fn the_guide_has_every_field() {
    let company = Company::diagnosis("existing-account");
    let mut trace = scimdrift();
    trace.args(["trace", "mia.holm@acme.example", "--format", "json", "--config"]).arg(&company.config).arg("--store").arg(company.store());
    let trace = serde_json::from_slice(&trace.output().expect("the program starts").stdout).expect("JSON");
    let guide = std::fs::read_to_string(root().join("docs/guides/answers.md")).expect("the guide");
    let never = Company::diagnosis("assigned-before-provisioning").json(&[]);
    for (command, answers) in [("failures", vec![company.json(&[]), never]), ("trace", vec![trace])] {
        let section = guide.split(&format!("\n## `{command}`\n")).nth(1).and_then(|rest| rest.split("\n## ").next()).expect("its section");
        let mut names = std::collections::BTreeSet::new();
        fields(&Value::Array(answers), &mut names);
        let missing: Vec<&String> = names.iter().filter(|name| !section.contains(&format!("`{name}`"))).collect();
        assert!(names.len() > 15 && missing.is_empty(), "{command}: the guide does not have {missing:?}");
    }
}

/// On a screen of five lines, as `script` gives one.
#[cfg(target_os = "linux")]
fn on_a_screen(company: &Company, pager: &str, more: &str) -> String {
    let program = env!("CARGO_BIN_EXE_scimdrift");
    let (config, store) = (company.config.display(), company.folder.path().join("store.db"));
    let line =
        format!("stty rows 5 cols 80; PAGER='{pager}' '{program}' failures --config '{config}' --store '{}' {more}", store.display());
    let mut script = std::process::Command::new("script");
    let output = script.args(["-qec", &line, "/dev/null"]).stdin(Stdio::null()).output().expect("script, of util-linux, starts");
    stdout(&output)
}

#[test]
#[cfg(target_os = "linux")]
fn a_long_answer_on_a_screen_goes_through_the_pager() {
    let company = Company::diagnosis("existing-account");
    let paged = on_a_screen(&company, "sed s/^/paged:/", "");
    assert!(paged.lines().count() > 5 && paged.lines().all(|line| line.starts_with("paged:")), "{paged}");
    assert!(!on_a_screen(&company, "sed s/^/paged:/", "--format json").contains("paged:"));
    assert!(!on_a_screen(&company, "sed s/^/paged:/", "--since 2026-06-30T05:59:59Z").contains("paged:"), "it fits");
    let unpaged = on_a_screen(&company, "cat", "");
    assert!(unpaged.contains("Sync failures by cause") && unpaged == on_a_screen(&company, "no-such-pager", ""), "{unpaged}");
}
