//! The store: what it refuses, and that a file is in it with everything it brought or not at all.

use rusqlite::Connection;
use scimdrift::model::event::{Activity, Event, NamedRef, Outcome, PersonRef};
use scimdrift::model::record::Origin;
use scimdrift::model::time::Timestamp;
use scimdrift::store::{EventRow, FileHead, FileTail, Store, StoreError};

use crate::support::folder;

fn event(native_id: &str, login: &str, record: u64) -> EventRow {
    let person = PersonRef { id: Some("00u1".to_owned()), login: Some(login.to_owned()), name: None };
    telling(native_id, Activity::Profile { person }, record)
}

fn telling(native_id: &str, activity: Activity, record: u64) -> EventRow {
    let event = Event {
        at: Timestamp::parse("2026-06-01T12:00:00.000Z").expect("a time"),
        source: "okta-system-log".to_owned(),
        native_id: native_id.to_owned(),
        outcome: Outcome::Success,
        actor: None,
        failure: None,
        correlation: None,
        token: None,
        activity,
        origin: Origin { record, line: record, offset: 0, length: 1 },
    };
    EventRow::new(event, format!("original of {native_id} at {record}")).expect("a row")
}

fn tail(bytes: &[u8], relevant: u64) -> FileTail<'static> {
    let sha256 = scimdrift::model::digest::Digest::of(bytes);
    let bytes = bytes.len() as u64;
    FileTail { sha256, bytes, records: relevant, relevant, rejected: 0, span: None, listing: None, hours: &[], looks: None, line_end: None }
}

fn read(store: &mut Store, name: &str, events: &[EventRow]) {
    let mut writer = store.writer(&FileHead { name, source: "okta-system-log", grown_from: None }).expect("a writer");
    for event in events {
        writer.event(event).expect("kept");
    }
    writer.finish(&tail(name.as_bytes(), events.len() as u64)).expect("finished");
}

fn natives(store: &Store) -> Vec<(String, u64)> {
    let mut found = Vec::new();
    store.events(Timestamp::LAST, |stored| found.push((stored.event.native_id, stored.event.origin.record))).expect("readable");
    found
}

#[test]
fn the_same_event_is_kept_once_and_in_its_first_place() {
    let folder = folder();
    for order in [["a.ndjson", "b.ndjson"], ["b.ndjson", "a.ndjson"]] {
        let mut store = Store::open(&folder.path().join(order[0])).expect("a store");
        for name in order {
            let record = if name == "a.ndjson" { 7 } else { 1 };
            read(&mut store, name, &[event("e1", "ada@acme.example", record)]);
        }
        assert_eq!(natives(&store), [("e1".to_owned(), 7)], "read as {order:?}");
    }
}

#[test]
fn a_label_that_is_told_later_is_not_known_yet() {
    let folder = folder();
    let mut store = Store::open(&folder.path().join("store.db")).expect("a store");
    let application = NamedRef { id: Some("0oa1".to_owned()), name: Some("Wiki".to_owned()) };
    read(&mut store, "a.ndjson", &[telling("e1", Activity::SignOn { person: PersonRef::default(), application }, 1)]);
    let label = |until: &str| store.applications(Timestamp::parse(until).expect("a time")).expect("readable").remove("0oa1");
    assert_eq!(label("2026-06-01T11:59:59.999Z"), None);
    assert_eq!(label("2026-06-01T12:00:00.000Z").as_deref(), Some("Wiki"));
}

#[test]
fn of_two_versions_the_fuller_stands() {
    let folder = folder();
    let mut store = Store::open(&folder.path().join("store.db")).expect("a store");
    read(&mut store, "a.ndjson", &[event("e1", "a", 1)]);
    read(&mut store, "b.ndjson", &[event("e1", "ada@acme.example", 2)]);
    let mut logins = Vec::new();
    store
        .events(Timestamp::LAST, |stored| {
            assert_eq!(stored.versions, 2);
            if let Activity::Profile { person } = stored.event.activity {
                logins.extend(person.login);
            }
        })
        .expect("readable");
    assert_eq!(logins, ["ada@acme.example"]);
}

#[test]
fn a_file_that_was_not_finished_left_nothing() {
    let folder = folder();
    let mut store = Store::open(&folder.path().join("store.db")).expect("a store");
    let mut writer = store.writer(&FileHead { name: "a.ndjson", source: "okta-system-log", grown_from: None }).expect("a writer");
    writer.event(&event("e1", "ada@acme.example", 1)).expect("kept");
    drop(writer);
    assert_eq!(natives(&store), []);
    assert_eq!(store.files().expect("readable"), []);
}

#[test]
fn what_is_not_ours_is_refused_and_left_alone() {
    let folder = folder();
    let make = |name: &str, sql: &str| {
        let path = folder.path().join(name);
        drop(Store::open(&path));
        let connection = Connection::open(&path).expect("a database");
        connection.execute_batch(sql).expect("valid SQL");
        path
    };
    let newer = make("newer.db", "PRAGMA user_version = 99;");
    for opened in [Store::open(&newer), Store::open_to_read(&newer)] {
        match opened {
            Err(error @ StoreError::Newer { found: 99, .. }) => assert!(error.hint().contains("install the version"), "{}", error.hint()),
            other => panic!("{other:?}"),
        }
    }
    let cases = [
        (make("other.db", "PRAGMA application_id = 7;"), "not one of scimdrift"),
        (make("trigger.db", "CREATE TRIGGER t AFTER INSERT ON event BEGIN DELETE FROM event; END;"), "trigger t"),
        (make("view.db", "DROP VIEW v_events; CREATE VIEW v_events AS SELECT 1 AS at;"), "v_events"),
    ];
    for (path, words) in cases {
        let before = std::fs::read(&path).expect("a file");
        match Store::open(&path) {
            Err(StoreError::Foreign { reason, .. }) => assert!(reason.contains(words), "{reason}"),
            other => panic!("{}: {other:?}", path.display()),
        }
        assert_eq!(std::fs::read(&path).expect("a file"), before, "{}", path.display());
    }
}

#[test]
fn the_bundled_sqlite_is_past_the_wal_reset_bug() {
    let numbers: Vec<u32> = rusqlite::version().split('.').filter_map(|part| part.parse().ok()).collect();
    assert!(numbers >= vec![3, 51, 3], "{numbers:?}");
}

/// Every schema that there was before this one, as it was made.
const OLDER: [&str; 3] = [
    include_str!("../../fixtures/store/schema-1.sql"),
    include_str!("../../fixtures/store/schema-2.sql"),
    include_str!("../../fixtures/store/schema-3.sql"),
];

/// A store as an older schema made it, with one run.
fn store_of(schema: &str, path: &std::path::Path) {
    let connection = Connection::open(path).expect("a database");
    connection.execute_batch(schema).expect("a schema");
    connection
        .execute_batch(
            r#"INSERT INTO file (name, sha256, bytes, source, records, relevant, rejected) VALUES ('a.ndjson', hex(zeroblob(32)), 1, 'okta-system-log', 1, 1, 0);
               INSERT INTO run (as_of, run_id, tool, report) VALUES (1000000, 'abc', '0.0.1', '{"accounts":[{"system":"huggingface","account":"ada"}]}');
               INSERT INTO finding VALUES (1000000, 'f1', 'orphaned-account', 'high', 'open', '{}');"#,
        )
        .expect("valid SQL");
}

#[test]
fn a_store_of_an_older_schema_is_brought_up_to_date_and_loses_nothing() {
    for schema in OLDER {
        let folder = folder();
        let path = folder.path().join("store.db");
        store_of(schema, &path);
        let before = std::fs::read(&path).expect("a file");
        match Store::open_to_read(&path) {
            Err(error @ StoreError::Older { .. }) => assert!(error.hint().contains("`scimdrift run`"), "{}", error.hint()),
            other => panic!("{other:?}"),
        }
        assert_eq!(std::fs::read(&path).expect("a file"), before, "who only reads brings nothing up to date");
        for _ in 0..2 {
            let store = Store::open(&path).expect("brought up to date");
            let runs = store.runs().expect("readable");
            let run = scimdrift::store::RunRow {
                as_of: Timestamp::from_micros(1_000_000),
                run_id: "abc".into(),
                tool: "0.0.1".into(),
                manifest: None,
            };
            assert_eq!(runs, [run]);
            assert_eq!(store.kept_findings(Timestamp::from_micros(1_000_000)).expect("readable")[0].finding_id, "f1");
            assert!(matches!(store.report(Timestamp::from_micros(1_000_000)), Err(StoreError::OtherForm { .. })));
            assert_eq!(store.files().expect("readable").len(), 1);
        }
        let connection = Connection::open(&path).expect("a database");
        let account: String = connection.query_row("SELECT account FROM v_accounts", [], |row| row.get(0)).expect("the view");
        assert_eq!(account, "ada");
        // Findings still go with their run.
        connection.execute("DELETE FROM run", []).expect("valid SQL");
        let left: i64 = connection.query_row("SELECT count(*) FROM finding", [], |row| row.get(0)).expect("a count");
        assert_eq!(left, 0);
        Store::open_to_read(&path).expect("the schema is the one that is made");
    }
}

#[test]
fn an_older_schema_that_was_changed_is_left_alone() {
    let folder = folder();
    let path = folder.path().join("store.db");
    store_of(OLDER[0], &path);
    Connection::open(&path)
        .expect("a database")
        .execute_batch("CREATE TRIGGER t AFTER INSERT ON run BEGIN DELETE FROM event; END;")
        .expect("valid SQL");
    let before = std::fs::read(&path).expect("a file");
    assert!(matches!(Store::open(&path), Err(StoreError::Foreign { .. })));
    assert!(matches!(Store::open_to_read(&path), Err(StoreError::Foreign { .. })), "no run brings it up to date");
    assert_eq!(std::fs::read(&path).expect("a file"), before);
}
