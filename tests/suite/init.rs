//! `init`: asks nothing, writes what the exports tell, says what they do not, and a run works with it at once.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Output;

use serde_json::Value;

use crate::support::{AS_OF, acme, files, folder, root, scimdrift, stderr, stdout};

/// The program in a folder, as somebody would type it.
fn in_folder(folder: &Path, arguments: &[&str]) -> Output {
    scimdrift().current_dir(folder).args(arguments).output().expect("the program starts")
}

/// A folder with the exports of the made-up company.
fn exports() -> tempfile::TempDir {
    let copy = folder();
    for file in files(&acme().join("inputs")) {
        let to = copy.path().join(file.strip_prefix(acme()).expect("below"));
        std::fs::create_dir_all(to.parent().expect("a folder")).expect("a folder");
        std::fs::copy(&file, to).expect("a copy");
    }
    copy
}

fn read(path: &Path) -> toml::Table {
    std::fs::read_to_string(path).expect("a config").parse().expect("TOML")
}

/// The files that were read, each with its source; one that was refused has none.
fn files_read(table: &Path) -> BTreeSet<(String, String)> {
    let rows = crate::support::rows(table).into_iter().map(|row| (row["file"].clone(), row["source"].clone()));
    rows.filter(|(_, source)| !source.is_empty()).collect()
}

#[test]
fn the_config_of_the_company_is_the_golden_one() {
    let company = exports();
    let output = in_folder(company.path(), &["init", "inputs"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = std::fs::read_to_string(company.path().join("scimdrift.toml")).expect("the config");
    let golden = root().join("fixtures/acme/expected/init.toml");
    #[expect(clippy::disallowed_methods, reason = "whether to bless is asked of the environment")]
    let bless = std::env::var_os("UPDATE_GOLDEN").is_some();
    if bless {
        std::fs::write(&golden, &text).expect("the golden file");
    }
    assert_eq!(text, std::fs::read_to_string(golden).expect("the golden file"));
    assert!(stdout(&output).contains("not known") && stdout(&output).contains("target.default_role"), "{}", stdout(&output));
}

#[test]
fn what_the_exports_can_tell_is_what_was_written_by_hand() {
    let company = exports();
    in_folder(company.path(), &["init", "-q"]);
    let (made, by_hand) = (read(&company.path().join("scimdrift.toml")), read(&acme().join("scimdrift.toml")));
    for (table, key) in [
        ("idp", "provider"),
        ("idp", "application"),
        ("target", "provider"),
        ("target", "name"),
        ("target", "sso"),
        ("target", "scim_actors"),
        ("target", "user_name"),
    ] {
        assert_eq!(made[table][key], by_hand[table][key], "{table}.{key}");
    }
    // The same files are read, and each as the same: what a run says of them differs only where a time was given by hand.
    let run = in_folder(company.path(), &["run", "--as-of", AS_OF, "--out", "report", "--format", "json"]);
    assert_eq!(run.status.code(), Some(3), "three listings do not tell their time: {}", stderr(&run));
    let read = files_read(&company.path().join("report/inputs.csv"));
    let wanted = files_read(&acme().join("expected/inputs.csv"));
    let timeless = ["inputs/okta/app-users.json.gz", "inputs/scim/groups.json", "inputs/tokens/inventory.csv"];
    let missing: Vec<&str> = wanted.difference(&read).map(|(file, _)| file.as_str()).collect();
    assert_eq!(missing, timeless);
    assert!(timeless.iter().all(|file| stderr(&run).contains(file)), "{}", stderr(&run));
    // With their times, nothing is missing.
    let config = company.path().join("scimdrift.toml");
    let text = std::fs::read_to_string(&config).expect("the config");
    std::fs::write(&config, text.replace("# taken_at = YYYY-MM-DDTHH:MM:SSZ", "taken_at = 2026-06-30T02:00:00Z")).expect("the config");
    let run = in_folder(company.path(), &["run", "--as-of", AS_OF, "--out", "again"]);
    assert_eq!(files_read(&company.path().join("again/inputs.csv")), wanted, "{}", stderr(&run));
}

#[test]
fn the_answer_is_for_programs_too() {
    let company = exports();
    let output = in_folder(company.path(), &["init", "inputs", "--format", "json"]);
    let answer: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(answer["config"], "scimdrift.toml");
    assert_eq!(answer["proposal"]["application"]["value"], "0oa7f4aLaRdlgeQbAc5e");
    let keys: Vec<&str> = answer["proposal"]["unknown"].as_array().expect("a list").iter().filter_map(|row| row["key"].as_str()).collect();
    assert!(keys.contains(&"roles") && keys.contains(&"inputs/okta/app-users.json.gz"), "{keys:?}");
}

#[test]
fn nothing_is_overwritten() {
    let company = exports();
    let config = company.path().join("scimdrift.toml");
    std::fs::write(&config, "mine").expect("a config");
    let output = in_folder(company.path(), &["init"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("scimdrift.toml: is there already") && stderr(&output).contains("--config"), "{}", stderr(&output));
    assert_eq!(std::fs::read_to_string(&config).expect("the config"), "mine");
    // A link is not followed.
    std::os::unix::fs::symlink("nowhere.toml", company.path().join("link.toml")).expect("a link");
    assert_eq!(in_folder(company.path(), &["init", "--config", "link.toml"]).status.code(), Some(2));
    assert!(!company.path().join("nowhere.toml").exists());
    std::fs::remove_file(company.path().join("link.toml")).expect("gone");
    // Another one goes beside it, and the first is no export.
    let output = in_folder(company.path(), &["init", "--config", "other.toml"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(!stdout(&output).contains("left out"), "{}", stdout(&output));
}

#[test]
fn a_folder_without_exports_makes_no_config() {
    let empty = folder();
    std::fs::write(empty.path().join("diary.txt"), "my diary").expect("a file");
    for arguments in [["init", "."], ["init", "missing"]] {
        let output = in_folder(empty.path(), &arguments);
        assert_eq!(output.status.code(), Some(2));
        assert_eq!(files(empty.path()).len(), 1, "nothing was written");
        assert!(stderr(&output).contains("diary.txt: ") || stderr(&output).contains("missing: cannot be listed"), "{}", stderr(&output));
    }
}

#[test]
fn hostile_names_stay_names() {
    let folder = folder();
    let evil = "x\"]\n[idp]\napplication = \"evil\" #";
    let groups = serde_json::json!([{"id": "00g1", "type": "OKTA_GROUP", "objectClass": ["okta:user_group"], "profile": {"name": evil, "description": null}}]);
    let name = "groups \"[a]\n*-2026-06-30T020000Z.json";
    std::fs::write(folder.path().join(name), groups.to_string()).expect("a file");
    std::fs::write(folder.path().join("b\u{1b}[31m.txt"), "no export").expect("a file");
    let output = in_folder(folder.path(), &["init"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = std::fs::read_to_string(folder.path().join("scimdrift.toml")).expect("the config");
    assert!(!text.contains('\u{1b}') && !stdout(&output).contains('\u{1b}'), "{text}");
    let config: toml::Table = text.parse().expect("TOML");
    assert!(config["idp"].get("application").is_none(), "{text}");
    assert_eq!(config["input"].as_array().expect("inputs").len(), 1);
    let run = in_folder(folder.path(), &["ingest", "--format", "json"]);
    let answer: Value = serde_json::from_slice(&run.stdout).expect("JSON");
    assert_eq!((run.status.code(), &answer["files"]), (Some(0), &Value::from(1)), "{text}{}", stderr(&run));
}

#[test]
fn the_guide_has_every_field() {
    let guide = std::fs::read_to_string(root().join("docs/guides/answers.md")).expect("the guide");
    let section = guide.split("\n## `init`\n").nth(1).and_then(|rest| rest.split("\n## ").next()).expect("its section");
    let company = exports();
    std::fs::write(company.path().join("diary.txt"), "my diary").expect("a file");
    let output = in_folder(company.path(), &["init", "--format", "json"]);
    let answer: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let proposal = answer["proposal"].as_object().expect("an object");
    let rows = proposal.values().filter_map(|value| value.as_array().map_or(Some(value), |rows| rows.first()).and_then(Value::as_object));
    let fields = answer.as_object().expect("an object").keys().chain(proposal.keys()).chain(rows.flat_map(serde_json::Map::keys));
    let missing: Vec<&String> = fields.filter(|name| !section.contains(&format!("`{name}`"))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
