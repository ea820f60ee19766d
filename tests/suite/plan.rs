//! `plan`: the dry run on the company of the fixtures, as its golden files say; its parts, its guard, and that it writes nothing.
//!
//! `UPDATE_GOLDEN=1` writes the golden files anew; read the difference before committing it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;

use crate::support::{AS_OF, acme, files, folder, run, scimdrift, stderr, stdout};

/// The company of the fixtures, analyzed, with a config of its own.
struct Company {
    folder: tempfile::TempDir,
    config: PathBuf,
}

impl Company {
    fn analyzed() -> Self {
        let company = Self { folder: folder(), config: acme().join("scimdrift.toml") };
        let output = run(&company.config, company.folder.path(), &["-q"]);
        assert!(matches!(output.status.code(), Some(0 | 3)), "{}", stderr(&output));
        company
    }

    fn store(&self) -> PathBuf {
        self.folder.path().join("store.db")
    }

    /// Another config for the same store.
    fn config_with(&self, from: &str, to: &str) -> PathBuf {
        let text = std::fs::read_to_string(acme().join("scimdrift.toml")).expect("a config");
        assert!(text.contains(from), "{from}");
        let path = self.folder.path().join("other.toml");
        std::fs::write(&path, text.replace(from, to)).expect("a config");
        path
    }

    fn plan_under(&self, config: &Path, arguments: &[&str]) -> Output {
        let mut command = scimdrift();
        command.arg("plan").args(arguments).arg("--config").arg(config).arg("--store").arg(self.store());
        command.output().expect("the program starts")
    }

    fn plan(&self, arguments: &[&str]) -> Output {
        self.plan_under(&self.config, arguments)
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let output = self.plan(&[&["--format", "json"], arguments].concat());
        assert!(matches!(output.status.code(), Some(0 | 3)), "{arguments:?}: {}", stderr(&output));
        serde_json::from_slice(&output.stdout).expect("JSON")
    }
}

fn operations(plan: &Value) -> &Vec<Value> {
    plan["operations"].as_array().expect("a list")
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[test]
fn the_plan_is_as_the_golden_files_say() {
    #[expect(clippy::disallowed_methods, reason = "a switch of this test, not of the product")]
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    let company = Company::analyzed();
    let csv = company.folder.path().join("plan.csv");
    let human = company.plan(&["--out", &csv.display().to_string()]);
    assert_eq!(human.status.code(), Some(0), "{}", stderr(&human));
    let json = company.plan(&["--format", "json"]);
    let csv = std::fs::read(&csv).expect("a table");
    let mut problems = Vec::new();
    for (name, bytes) in [("plan.txt", human.stdout), ("plan.json", json.stdout), ("plan.csv", csv)] {
        let golden = acme().join("expected").join(name);
        if update {
            std::fs::write(&golden, &bytes).expect("a golden file");
        } else if std::fs::read(&golden).ok() != Some(bytes) {
            problems.push(format!("{} differs; UPDATE_GOLDEN=1 writes it anew", golden.display()));
        }
    }
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

#[test]
fn the_parts_of_everybody_are_the_whole() {
    let company = Company::analyzed();
    let whole = company.json(&[]);
    let mut people: Vec<String> = whole["people"].as_array().expect("a list").iter().map(|row| text(&row["person"]).to_owned()).collect();
    people.extend(operations(&whole).iter().map(|row| text(&row["person"]).to_owned()).filter(|person| !person.is_empty()));
    people.extend(whole["undecided"].as_array().expect("a list").iter().map(|row| text(&row["person"]).to_owned()));
    people.sort();
    people.dedup();
    assert!(people.len() > 20, "{}", people.len());
    let mut union: BTreeMap<u64, Value> = BTreeMap::new();
    let (mut effects, mut undecided) = (Vec::new(), Vec::new());
    for person in &people {
        let part = company.json(&["--only", person]);
        assert_eq!(text(&part["only"]), person);
        for operation in operations(&part) {
            let step = operation["step"].as_u64().expect("a number");
            let own = text(&operation["person"]) == person;
            let needed = operations(&part).iter().any(|other| other["needs"].as_array().is_some_and(|needs| needs.contains(&step.into())));
            assert!(own || needed, "{operation:#}");
            union.insert(step, operation.clone());
        }
        effects.extend(part["people"].as_array().expect("a list").iter().cloned());
        undecided.extend(part["undecided"].as_array().expect("a list").iter().cloned());
    }
    assert_eq!(union.into_values().collect::<Vec<_>>(), *operations(&whole));
    assert_eq!(&effects, whole["people"].as_array().expect("a list"));
    undecided.sort_by_key(ToString::to_string);
    let mut all = whole["undecided"].as_array().expect("a list").clone();
    all.sort_by_key(ToString::to_string);
    assert_eq!(undecided, all);
}

#[test]
fn nothing_is_written() {
    let company = Company::analyzed();
    let beside = |company: &Company| files(company.folder.path()).into_iter().map(|file| (std::fs::read(&file).expect("a file"), file));
    let before: Vec<_> = beside(&company).collect();
    for arguments in [&[][..], &["--format", "json"], &["--only", "silasquenby"], &["-v"]] {
        let output = company.plan(arguments);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert_eq!(beside(&company).collect::<Vec<_>>(), before, "{arguments:?}: the store, and all there is beside it");
    }
}

#[test]
fn the_order_of_reading_does_not_show() {
    let company = Company::analyzed();
    let other = folder();
    let mut inputs = files(&acme().join("inputs"));
    inputs.reverse();
    for input in inputs {
        let mut ingest = scimdrift();
        ingest.arg("ingest").arg(&input).arg("-q").arg("--config").arg(&company.config);
        let output = ingest.arg("--store").arg(other.path().join("store.db")).output().expect("the program starts");
        assert!(matches!(output.status.code(), Some(0 | 3)), "{}: {}", input.display(), stderr(&output));
    }
    let mut plan = scimdrift();
    plan.args(["plan", "--format", "json", "--as-of", AS_OF, "--jobs", "1", "--config"]).arg(&company.config);
    let shuffled = plan.arg("--store").arg(other.path().join("store.db")).output().expect("the program starts");
    let straight = company.plan(&["--format", "json", "--as-of", AS_OF, "--jobs", "3"]);
    assert!(!straight.stdout.is_empty() && straight.stdout == shuffled.stdout, "{}", stderr(&shuffled));
}

#[test]
fn too_much_is_refused_with_its_numbers() {
    let company = Company::analyzed();
    let config = company.config_with("[thresholds]", "[thresholds]\nmax_change = \"10%\"");
    let csv = company.folder.path().join("plan.csv");
    let refused = company.plan_under(&config, &["--out", &csv.display().to_string()]);
    assert_eq!(refused.status.code(), Some(3), "{}", stdout(&refused));
    let numbers = "deactivations 4 of 23 active accounts at the endpoint, more than 10%";
    assert!(stdout(&refused).contains("REFUSED") && stdout(&refused).contains(numbers), "{}", stdout(&refused));
    assert!(stderr(&refused).contains(numbers), "{}", stderr(&refused));
    assert!(!csv.exists(), "a plan that is refused is not handed on");
    let one = company.plan_under(&config, &["--only", "silasquenby"]);
    assert_eq!(one.status.code(), Some(0), "one person can be tested: {}", stdout(&one));
}

#[test]
fn what_was_not_listed_in_full_is_not_planned() {
    let company = Company::analyzed();
    let partial = company.config_with("path = \"inputs/scim/users-*.json\"", "path = \"inputs/scim/users-*.json\"\ncomplete = false");
    let other = folder();
    let config = acme().join("partial.toml");
    // The config has to stand where the inputs are named from; the store is elsewhere.
    let base = format!("path = \"{}/", acme().display());
    let text = std::fs::read_to_string(&partial).expect("a config").replace("path = \"inputs/", &format!("{base}inputs/"));
    let config = other.path().join(config.file_name().expect("a name"));
    std::fs::write(&config, text).expect("a config");
    let output = run(&config, other.path(), &["-q"]);
    assert!(matches!(output.status.code(), Some(0 | 3)), "{}", stderr(&output));
    let mut command = scimdrift();
    command.args(["plan", "--format", "json", "--config"]).arg(&config).arg("--store").arg(other.path().join("store.db"));
    let output = command.output().expect("the program starts");
    assert_eq!(output.status.code(), Some(3), "the evidence is incomplete: {}", stderr(&output));
    let plan: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let gaps = plan["gaps"].to_string();
    assert!(gaps.contains("The target's SCIM users were not listed in full"), "{gaps}");
    assert!(operations(&plan).iter().all(|operation| operation["kind"] != "create"), "{plan:#}");
    assert!(operations(&plan).iter().any(|operation| operation["kind"] == "deactivate"), "what is known is planned: {plan:#}");
}

#[test]
fn nobody_is_guessed() {
    let company = Company::analyzed();
    let several = company.plan(&["--only", "acme.example"]);
    assert_eq!((several.status.code(), several.stdout.len()), (Some(2), 0), "{}", stderr(&several));
    let nobody = company.plan(&["--only", "nobody-has-this-name"]);
    assert_eq!(nobody.status.code(), Some(2));
    assert!(stderr(&nobody).contains("nobody is known by this key"), "{}", stderr(&nobody));
}

/// A file of people.
fn people(company: &Company, name: &str, text: &str) -> String {
    let path = company.folder.path().join(name);
    std::fs::write(&path, text).expect("a file");
    path.display().to_string()
}

fn supposed(plan: &Value) -> Vec<String> {
    let word = |one: &Value| format!("{} {}", text(&one["kind"]), text(&one["account"]));
    operations(plan).iter().filter(|one| one["supposed"] == true).map(word).collect()
}

#[test]
fn what_if_somebody_left() {
    let company = Company::analyzed();
    let file = people(&company, "leavers.txt", "\n# two who leave\n00u757CiQ72i2BKyAc5e # by id\nfenella.grubb@acme.example\n");
    let plan = company.json(&["--deactivate", &file]);
    assert_eq!(supposed(&plan).iter().filter(|step| step.starts_with("deactivate ")).count(), 2, "{:#?}", supposed(&plan));
    assert!(supposed(&plan).contains(&"deactivate fenellagrubb".to_owned()), "{:#?}", supposed(&plan));
    let rows = plan["operations"].as_array().into_iter().flatten();
    let evidence: Vec<&Value> = rows.filter(|one| one["supposed"] == true).map(|one| &one["evidence"]).collect();
    assert!(evidence.iter().any(|places| places.to_string().contains("leavers.txt")), "{evidence:#?}");
    assert_eq!(plan["comparison"]["supposed"][0], "2 people are deactivated");
    let holder = plan["people"].as_array().into_iter().flatten().find(|row| row["person"] == "00u757CiQ72i2BKyAc5e").expect("a row");
    assert!(holder["tokens_left"].to_string().contains("okta 00T7MQH5BAmpSAPtAc5e"), "{holder:#}");
    let appear = plan["comparison"]["appear"].as_array().expect("a list");
    let left: Vec<&Value> = appear.iter().filter(|row| row["rule"] == "stale-token" && row["reason"] == "owner-inactive").collect();
    assert_eq!(left.len(), 4, "{appear:#?}");
    assert!(appear.iter().all(|row| row["rule"] != "orphaned-account"), "the sync does its part: {appear:#?}");
    let falls = plan["comparison"]["no_longer"].to_string();
    assert!(falls.contains("role-raise fenellagrubb"), "{falls}");
}

#[test]
fn what_if_somebody_joined_a_group() {
    let company = Company::analyzed();
    let file = people(&company, "users.txt", "fenella.grubb@acme.example\n");
    let plan = company.json(&["--add-to-group", "hf-admins", "--users", &file]);
    assert_eq!(supposed(&plan), ["role-raise fenellagrubb"]);
    let (appear, go) = (&plan["comparison"]["appear"], &plan["comparison"]["go"]);
    assert_eq!((appear[0]["reason"].as_str(), appear[1].is_null()), (Some("awaiting-login"), true), "{appear:#}");
    assert_eq!((go[0]["reason"].as_str(), go[1].is_null()), (Some("under-privileged"), true), "{go:#}");
    let human = stdout(&company.plan(&["--add-to-group", "hf-admins", "--users", &file]));
    assert!(human.contains("findings that would appear: 1"), "{human}");
    let nobody = company.plan(&["--add-to-group", "no-such-group", "--users", &file]);
    assert_eq!((nobody.status.code(), nobody.stdout.len()), (Some(2), 0));
    assert!(stderr(&nobody).contains("hf-admins"), "the groups there are: {}", stderr(&nobody));
    let unknown = people(&company, "unknown.txt", "fenella.grubb@acme.example\nwho-is-this\n");
    let unnamed = company.plan(&["--add-to-group", "hf-admins", "--users", &unknown]);
    assert_eq!(unnamed.status.code(), Some(2));
    assert!(stderr(&unnamed).contains("unknown.txt:2: who-is-this"), "{}", stderr(&unnamed));
    assert_eq!(company.plan(&["--users", &file]).status.code(), Some(2), "people without a group are no question");
}

#[test]
fn what_if_the_mapping_were_another() {
    let company = Company::analyzed();
    let config = company.config_with("\"research-staff\" = \"contributor\"", "\"research-staff\" = \"write\"");
    let output = company.plan_under(&config, &["--format", "json"]);
    let plan: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let reasons = |list: &Value| list.as_array().into_iter().flatten().map(|row| text(&row["rule"]).to_owned()).collect::<Vec<_>>();
    let (appear, go) = (reasons(&plan["comparison"]["appear"]), reasons(&plan["comparison"]["go"]));
    assert!(!appear.is_empty() && appear.iter().chain(&go).all(|rule| rule == "mismatched-role"), "{appear:?} {go:?}");
    assert!(company.json(&[])["comparison"].is_null(), "the config of the run is compared with nothing");
}

/// Every key of an object, and of what is in it; the bodies of requests have keys of their own.
fn keys(value: &Value, found: &mut std::collections::BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields.iter().filter(|(key, _)| *key != "body") {
                found.insert(key.clone());
                keys(value, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| keys(item, found)),
        _ => {}
    }
}

#[test]
fn the_page_names_every_key_column_and_kind() {
    let page = std::fs::read_to_string(crate::support::root().join("docs/guides/plan.md")).expect("the page");
    let company = Company::analyzed();
    let table = company.folder.path().join("plan.csv");
    company.plan(&["--out", &table.display().to_string()]);
    let table = std::fs::read_to_string(table).expect("a table");
    let mut named = std::collections::BTreeSet::new();
    keys(&company.json(&[]), &mut named);
    let file = people(&company, "users.txt", "fenella.grubb@acme.example\n");
    keys(&company.json(&["--add-to-group", "hf-admins", "--users", &file]), &mut named);
    named.extend(table.lines().next().into_iter().flat_map(|header| header.split(',')).map(str::to_owned));
    named.extend(scimdrift::model::plan::Kind::ALL.into_iter().map(|kind| kind.word().to_owned()));
    assert!(named.len() > 40, "{named:?}");
    let missing: Vec<&String> = named.iter().filter(|name| !page.contains(&format!("`{name}`"))).collect();
    assert!(missing.is_empty(), "docs/guides/plan.md does not name {missing:?}");
}
