//! `forget`: after it everything is as if the file had never been read, and that it was withdrawn is shown.

use std::fs;
use std::path::Path;
use std::process::Output;

use scimdrift::model::report::Report;
use scimdrift::model::time::Timestamp;
use scimdrift::pipeline::{InputPath, Setup, Workers, analyze, expand, forget, ingest};
use scimdrift::store::Store;

use super::killing::content;
use crate::support::{AS_OF, acme, config, folder, input, rows, run, scimdrift, stderr};

const LINE: &str = r#"{"uuid":"UUID","published":"2026-06-01T12:00:00.000Z","eventType":"user.lifecycle.create","outcome":{"result":"SUCCESS"},"actor":{"id":"00u9","type":"User"},"target":[{"id":"00uWHO","type":"User","alternateId":"WHO@acme.example"}]}"#;

fn line(uuid: &str, who: &str) -> String {
    LINE.replace("UUID", uuid).replace("WHO", who) + "\n"
}

fn as_of() -> Timestamp {
    Timestamp::parse(AS_OF).expect("a time")
}

fn read(setup: &Setup, store: &mut Store, files: &[InputPath], workers: &Workers) {
    assert_eq!(ingest(setup, store, files, workers, Timestamp::LAST, &|_| {}).expect("read").refused, []);
}

/// What is concluded, without what names the withdrawal.
fn conclude(setup: &Setup, store: &mut Store, workers: &Workers) -> (Vec<String>, Report) {
    let mut report = analyze(setup, store, as_of(), workers).expect("judged").report;
    let withdrawn = report.withdrawn.drain(..).map(|row| format!("{}: {}", row.file, row.reason)).collect();
    report.head.run_id.clear();
    (withdrawn, report)
}

#[test]
fn of_every_file_of_the_company_what_is_left_is_as_if_it_had_never_been_read() {
    let setup = Setup::read(&acme().join("scimdrift.toml")).expect("a config");
    let workers = Workers::new(2).expect("threads");
    let (files, _) = expand(&setup).expect("inputs");
    let folder = folder();
    let all = folder.path().join("all.db");
    read(&setup, &mut Store::open(&all).expect("a store"), &files, &workers);
    for file in &files {
        let (forgotten, never) = (folder.path().join("forgotten.db"), folder.path().join("never.db"));
        fs::copy(&all, &forgotten).expect("a copy");
        let _none = fs::remove_file(&never);
        let mut store = Store::open(&forgotten).expect("a store");
        let reason = "of another company";
        let gone = forget(&setup, &mut store, &file.name, reason, as_of(), &workers).expect("withdrawn");
        assert_eq!(gone.len(), 1, "{}", file.name);
        let (withdrawn, report) = conclude(&setup, &mut store, &workers);
        assert_eq!(withdrawn, [format!("{}: {reason}", file.name)]);
        let others: Vec<InputPath> = files.iter().filter(|other| *other != file).cloned().collect();
        let mut store = Store::open(&never).expect("a store");
        read(&setup, &mut store, &others, &workers);
        let (_, wanted) = conclude(&setup, &mut store, &workers);
        assert_eq!(report.inputs, wanted.inputs, "{}", file.name);
        assert!(report == wanted, "{}: another report", file.name);
        let mut tables = [&forgotten, &never].map(|path| content(path).expect("a store"));
        for tables in &mut tables {
            // The run's own row and its dossiers tell of the withdrawal.
            for table in ["withdrawn", "run"] {
                tables.remove(table);
            }
        }
        for (table, rows) in &tables[1] {
            assert!(tables[0].get(table) == Some(rows), "{}: another {table}", file.name);
        }
    }
}

fn program(config: &Path, folder: &Path, arguments: &[&str]) -> Output {
    let mut command = scimdrift();
    command.args(arguments).args(["--as-of", AS_OF, "--config"]).arg(config).arg("--store").arg(folder.join("store.db"));
    command.output().expect("the program starts")
}

#[test]
fn it_is_not_read_again_until_it_is_asked_for() {
    let folder = folder();
    let config = config(folder.path(), "from = 2026-06-01\nto = 2026-06-01");
    input(folder.path(), "good.ndjson", line("e1", "ada").as_bytes());
    input(folder.path(), "wrong.ndjson", (line("e1", "ada") + &line("e2", "eve")).as_bytes());
    let names = || rows(&folder.path().join("report/inputs.csv")).iter().map(|row| row["file"].clone()).collect::<Vec<_>>();
    run(&config, folder.path(), &[]);
    assert_eq!(names(), ["inputs/good.ndjson", "inputs/wrong.ndjson"]);
    let forgotten = program(&config, folder.path(), &["forget", "inputs/wrong.ndjson", "--reason", "of the test tenant"]);
    assert_eq!(forgotten.status.code(), Some(0), "{}", stderr(&forgotten));
    // Also under another name, and the page and summary.json say so.
    fs::copy(folder.path().join("inputs/wrong.ndjson"), folder.path().join("inputs/again.ndjson")).expect("a copy");
    run(&config, folder.path(), &[]);
    assert_eq!(names(), ["inputs/good.ndjson"]);
    for file in ["summary.json", "report.html"] {
        let text = fs::read_to_string(folder.path().join("report").join(file)).expect("a file");
        assert!(text.contains("inputs/wrong.ndjson") && text.contains("of the test tenant"), "{file}");
    }
    let store = fs::read(folder.path().join("store.db")).expect("a store");
    // Older reports are evidence, and stay; of the records themselves nothing is left.
    let connection = rusqlite::Connection::open(folder.path().join("store.db")).expect("a database");
    let left: i64 = connection
        .query_row(
            "SELECT (SELECT count(*) FROM event WHERE body LIKE '%eve@%') + (SELECT count(*) FROM original WHERE body LIKE '%eve@%')",
            [],
            |row| row.get(0),
        )
        .expect("a count");
    assert!(left == 0 && !store.is_empty());
    // A log that goes on after what was withdrawn is refused, not read in part.
    input(folder.path(), "wrong.ndjson", (line("e1", "ada") + &line("e2", "eve") + &line("e3", "bob")).as_bytes());
    let refused = run(&config, folder.path(), &[]);
    assert!(refused.status.code() == Some(3) && stderr(&refused).contains("begins with what was withdrawn"), "{}", stderr(&refused));
    let (grown, rotated) = (folder.path().join("inputs/wrong.ndjson"), folder.path().join("inputs/wrong-1.ndjson"));
    fs::rename(&grown, &rotated).expect("rotated");
    let refused = run(&config, folder.path(), &[]);
    assert!(stderr(&refused).contains("inputs/wrong-1.ndjson was not read: it begins with what was withdrawn"), "{}", stderr(&refused));
    fs::rename(&rotated, &grown).expect("taken back");
    let again = program(&config, folder.path(), &["ingest", "--again", &grown.display().to_string()]);
    assert_eq!(again.status.code(), Some(0), "{}", stderr(&again));
    run(&config, folder.path(), &[]);
    assert_eq!(names(), ["inputs/again.ndjson", "inputs/good.ndjson", "inputs/wrong.ndjson"]);
}

#[test]
fn a_file_that_shares_records_and_is_gone_is_asked_for_and_nothing_is_changed() {
    let folder = folder();
    let config = config(folder.path(), "from = 2026-06-01\nto = 2026-06-01");
    input(folder.path(), "a.ndjson", line("e1", "ada").as_bytes());
    input(folder.path(), "b.ndjson", line("e1", "ada").as_bytes());
    run(&config, folder.path(), &[]);
    let before = content(&folder.path().join("store.db")).expect("a store");
    fs::remove_file(folder.path().join("inputs/b.ndjson")).expect("removed");
    let refused = program(&config, folder.path(), &["forget", "inputs/a.ndjson", "--reason", "wrong"]);
    let said = stderr(&refused);
    assert!(refused.status.code() == Some(2) && said.contains("inputs/b.ndjson") && said.contains("put that file back"), "{said}");
    let unknown = program(&config, folder.path(), &["forget", "inputs/c.ndjson", "--reason", "wrong"]);
    assert!(unknown.status.code() == Some(2) && stderr(&unknown).contains("inputs.csv"), "{}", stderr(&unknown));
    assert_eq!(content(&folder.path().join("store.db")).expect("a store"), before);
    // The one whose records the other holds all can go without it.
    let forgotten = program(&config, folder.path(), &["forget", "inputs/b.ndjson", "--reason", "twice"]);
    assert_eq!(forgotten.status.code(), Some(0), "{}", stderr(&forgotten));
}

#[test]
fn nothing_is_taken_back_from_a_store_that_is_not_there() {
    let folder = folder();
    let config = config(folder.path(), "from = 2026-06-01\nto = 2026-06-01");
    for command in [&["forget", "inputs/a.ndjson", "--reason", "wrong"][..], &["prune", "--keep", "400d"]] {
        let refused = program(&config, folder.path(), command);
        assert!(refused.status.code() == Some(2) && stderr(&refused).contains("--store"), "{}", stderr(&refused));
    }
    assert!(!folder.path().join("store.db").exists());
}

#[test]
fn nothing_of_what_went_is_left_in_the_file() {
    let folder = folder();
    let config = config(folder.path(), "from = 2026-06-01\nto = 2026-06-01");
    input(folder.path(), "good.ndjson", line("e1", "ada").as_bytes());
    input(folder.path(), "wrong.ndjson", line("e2", "canary-eve").as_bytes());
    let store = folder.path().join("store.db");
    program(&config, folder.path(), &["ingest"]);
    let holds = || fs::read(&store).expect("a store").windows(10).any(|window| window == b"canary-eve");
    assert!(holds());
    program(&config, folder.path(), &["forget", "inputs/wrong.ndjson", "--reason", "wrong"]);
    assert!(!holds() && !folder.path().join("store.db-wal").exists());
}
