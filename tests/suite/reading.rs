//! Reading night after night: what is new is read, what was read is not, and the store is the same as if all had been read at once.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;

use rusqlite::Connection;
use rusqlite::types::Value as Cell;
use serde_json::{Value, json};

use crate::support::{config, folder, input, rows, run, scimdrift, stderr};

/// An event of this number: one in three touches access, one in seven is no JSON.
fn line(number: u32) -> String {
    let at = format!("2026-06-{:02}T{:02}:{:02}:00.000Z", 1 + number / 1440, number / 60 % 24, number % 60);
    let kind = if number.is_multiple_of(3) { "user.lifecycle.deactivate" } else { "policy.evaluate_sign_on" };
    let broken = if number.is_multiple_of(7) { "}" } else { "" };
    format!(
        r#"{{"uuid":"0000{number:04}-aaaa-bbbb-cccc-000000000000","published":"{at}","eventType":"{kind}","actor":{{"id":"00u1","type":"User","alternateId":"ada@acme.example"}},"outcome":{{"result":"SUCCESS"}},"target":[{{"id":"00u{number:04}","type":"User","alternateId":"p{number}@acme.example"}}]}}{broken}"#
    )
}

fn lines(numbers: std::ops::Range<u32>) -> String {
    numbers.map(|number| line(number) + "\n").collect()
}

fn ingest(folder: &Path, store: &str) -> Value {
    let mut command = scimdrift();
    command.args(["ingest", "--format", "json", "--config"]).arg(folder.join("scimdrift.toml"));
    let output = command.arg("--store").arg(folder.join(store)).output().expect("the program starts");
    assert!(matches!(output.status.code(), Some(0 | 3)), "{}", stderr(&output));
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// Everything that was read, table by table, with files by their names.
fn read(store: &Path) -> BTreeMap<&'static str, Vec<Vec<Cell>>> {
    let connection = Connection::open(store).expect("a store");
    let tables = [
        ("file", "SELECT name, sha256, bytes, source, records, relevant, rejected, first_at, last_at FROM file ORDER BY 1, 2"),
        (
            "event",
            "SELECT at, event.source, native_id, digest, activity, outcome, event.body, name, record, line, offset, length, original.body
                   FROM event JOIN file ON file.id = file JOIN original ON original.id = original ORDER BY 1, 2, 3, 4",
        ),
        (
            "coverage",
            "SELECT coverage.source, hour, name, sha256, coverage.first_at, coverage.last_at, coverage.records FROM coverage JOIN file ON id = file ORDER BY 1, 2, 3, 4",
        ),
        ("reject", "SELECT name, sha256, record, line, reason, excerpt FROM reject JOIN file ON id = file ORDER BY 1, 2, 3"),
        ("original", "SELECT count(*) FROM original"),
        ("refused", "SELECT * FROM refused"),
    ];
    let rows = |query: &str| {
        let mut statement = connection.prepare(query).expect("valid SQL");
        let columns = statement.column_count();
        let rows = statement.query_map([], |row| (0..columns).map(|column| row.get(column)).collect()).expect("rows");
        rows.collect::<Result<Vec<Vec<Cell>>, _>>().expect("rows")
    };
    tables.into_iter().map(|(table, query)| (table, rows(query))).collect()
}

#[test]
fn a_log_that_grows_is_read_on_wherever_it_was_cut() {
    let whole = lines(1..41);
    let folder = folder();
    config(folder.path(), "");
    input(folder.path(), "system-log.ndjson", whole.as_bytes());
    ingest(folder.path(), "at-once.db");
    let at_once = read(&folder.path().join("at-once.db"));
    assert!(at_once["reject"].len() == 5 && at_once["event"].len() == 12, "{at_once:#?}");
    let ends: Vec<usize> = whole.match_indices('\n').map(|(at, _)| at + 1).collect();
    for cut in [ends[0] - 1, ends[0], ends[0] + 1, ends[6] - 3, ends[6], ends[20] - 150, ends[20] - 1, ends[19] - 1, ends[20], ends[38]] {
        let store = format!("{cut}.db");
        input(folder.path(), "system-log.ndjson", &whole.as_bytes()[..cut]);
        let first = ingest(folder.path(), &store)["records"].as_u64().expect("a number");
        let log = folder.path().join("inputs/system-log.ndjson");
        File::options().append(true).open(&log).and_then(|mut log| log.write_all(&whole.as_bytes()[cut..])).expect("appended");
        let then = ingest(folder.path(), &store);
        assert_eq!(then["changed"], json!([{"file": "inputs/system-log.ndjson", "change": "grown"}]), "{then}");
        let (torn, ended) = (u64::from(!ends.contains(&cut)), [ends[0] - 1, ends[19] - 1].contains(&cut));
        // A last line that may be whole is read with all the others once there is more.
        let read_again = if ended { 40 } else { 40 - (first - torn) };
        assert_eq!(then["records"], read_again, "cut at {cut}: {then}");
        assert!(read(&folder.path().join(&store)) == at_once, "cut at {cut}");
        let again = ingest(folder.path(), &store);
        assert_eq!((&again["files"], &again["unchanged"], &again["records"]), (&json!(0), &json!(1), &json!(0)));
    }
}

#[test]
fn a_log_that_was_rotated_brings_nothing_new() {
    let folder = folder();
    config(folder.path(), "");
    input(folder.path(), "system-log.ndjson", lines(0..30).as_bytes());
    ingest(folder.path(), "store.db");
    let inputs = folder.path().join("inputs");
    fs::rename(inputs.join("system-log.ndjson"), inputs.join("system-log.ndjson.1")).expect("renamed");
    input(folder.path(), "system-log.ndjson", lines(30..40).as_bytes());
    let said = ingest(folder.path(), "store.db");
    let changed = json!([
        {"file": "inputs/system-log.ndjson", "change": "replaced"},
        {"file": "inputs/system-log.ndjson.1", "change": "rotated"},
    ]);
    assert_eq!((&said["files"], &said["records"], &said["changed"]), (&json!(1), &json!(10), &changed));
    // The same as if the log had been read again under its new name.
    let mut wanted = read(&folder.path().join("store.db"));
    Connection::open(folder.path().join("store.db"))
        .expect("a store")
        .execute_batch("PRAGMA foreign_keys = ON; DELETE FROM file WHERE name LIKE '%.1';")
        .expect("valid SQL");
    assert!(read(&folder.path().join("store.db")) != wanted);
    fs::write(inputs.join("system-log.ndjson.2"), "").expect("written");
    fs::remove_file(inputs.join("system-log.ndjson.2")).expect("removed");
    assert_eq!(ingest(folder.path(), "store.db")["changed"], json!([{"file": "inputs/system-log.ndjson.1", "change": "rotated"}]));
    assert!(read(&folder.path().join("store.db")) == wanted);
    // A name that comes first is the first place of its records, so the log is read.
    fs::rename(inputs.join("system-log.ndjson.1"), inputs.join("old.ndjson")).expect("renamed");
    let said = ingest(folder.path(), "store.db");
    assert_eq!((&said["files"], &said["records"]), (&json!(1), &json!(30)));
    wanted = read(&folder.path().join("store.db"));
    let fresh = ingest(folder.path(), "fresh.db");
    assert_eq!(fresh["records"], 40);
    assert!(read(&folder.path().join("fresh.db"))["event"] == wanted["event"]);
}

#[test]
fn what_became_of_a_file_is_said() {
    let folder = folder();
    config(folder.path(), "");
    input(folder.path(), "a.ndjson", lines(0..30).as_bytes());
    input(folder.path(), "b.ndjson", lines(100..130).as_bytes());
    ingest(folder.path(), "store.db");
    input(folder.path(), "a.ndjson", lines(0..20).as_bytes());
    input(folder.path(), "b.ndjson", lines(200..220).as_bytes());
    let mut command = scimdrift();
    command.args(["ingest", "-v", "--config"]).arg(folder.path().join("scimdrift.toml")).arg("--store").arg(folder.path().join("store.db"));
    let output = command.output().expect("the program starts");
    let said = stderr(&output);
    assert!(said.contains("inputs/a.ndjson is shorter than it was, and begins like it: truncated"), "{said}");
    assert!(said.contains("inputs/b.ndjson holds something else than it did: replaced"), "{said}");
    let counted = crate::support::stdout(&output);
    assert!(counted.starts_with("2 files read, 0 unchanged, 1 replaced, 1 truncated, 0 refused; 40 records"), "{counted}");
}

#[test]
fn a_refusal_goes_when_the_file_is_what_it_was() {
    let folder = folder();
    let config = config(folder.path(), "from = 2026-06-01\nto = 2026-06-01");
    input(folder.path(), "system-log.ndjson", lines(0..3).as_bytes());
    run(&config, folder.path(), &["-q"]);
    input(folder.path(), "system-log.ndjson", b"<html>");
    run(&config, folder.path(), &["-q"]);
    assert_eq!(read(&folder.path().join("store.db"))["refused"].len(), 1);
    input(folder.path(), "system-log.ndjson", lines(0..3).as_bytes());
    run(&config, folder.path(), &["-q"]);
    assert_eq!(read(&folder.path().join("store.db"))["refused"].len(), 0);
}

/// Whoever can write to a file can give it back its time. `verify` and `doctor` hash it whole.
#[test]
fn a_change_in_the_middle_is_found_by_verify_and_doctor() {
    let folder = folder();
    let config = config(folder.path(), "from = 2026-06-01\nto = 2026-06-01");
    input(folder.path(), "system-log.ndjson", lines(1..900).as_bytes());
    run(&config, folder.path(), &["-q"]);
    let ask = |command: &str| {
        let mut asked = scimdrift();
        asked.args([command, "--format", "json", "--as-of", crate::support::AS_OF, "--config"]).arg(&config);
        asked.arg("--store").arg(folder.path().join("store.db"));
        if command == "verify" {
            asked.arg(folder.path().join("report"));
        }
        serde_json::from_slice::<Value>(&asked.output().expect("the program starts").stdout).expect("JSON")
    };
    let new = |check_up: &Value| check_up["checks"].as_array().expect("checks").iter().any(|check| check["subject"] == "new");
    assert!(!new(&ask("doctor")));
    assert_eq!(ask("verify")["inputs"]["unchanged"], 1);
    let log = folder.path().join("inputs/system-log.ndjson");
    let written = fs::metadata(&log).expect("a file").modified().expect("a time");
    fs::write(&log, lines(1..900).replace("p450@", "p999@")).expect("written");
    File::options().write(true).open(&log).and_then(|log| log.set_modified(written)).expect("set");
    assert!(new(&ask("doctor")));
    assert_eq!(ask("verify")["inputs"]["changed"], json!(["inputs/system-log.ndjson"]));
    let inputs = |folder: &Path| rows(&folder.join("report/inputs.csv")).len();
    run(&config, folder.path(), &["-q"]);
    assert_eq!(inputs(folder.path()), 2, "the next run reads it");
}
