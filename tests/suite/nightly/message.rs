//! The message as a function of the report: what is counted, and that nobody is named.

use std::collections::BTreeSet;

use scimdrift::model::report::Report;
use scimdrift::model::time::Timestamp;
use scimdrift::notify::{Message, Trouble};
use scimdrift::store::Store;
use serde_json::Value;

use crate::support::{AS_OF, acme, folder, run};

fn report() -> Report {
    let folder = folder();
    run(&acme().join("scimdrift.toml"), folder.path(), &["-q"]);
    let store = Store::open_to_read(&folder.path().join("store.db")).expect("a store");
    store.report(Timestamp::parse(AS_OF).expect("a moment")).expect("readable").expect("a report")
}

fn told(message: &Message) -> Value {
    serde_json::from_str(&message.json()).expect("JSON")
}

#[test]
fn it_counts_what_is_new_and_names_nobody() {
    let report = report();
    let news = report.news(&BTreeSet::new());
    let message = Message::of_run(&report, &news, Trouble::default(), 3, Some("/r/report.html")).expect("something is new");
    let json = told(&message);
    let counted = |rows: &Value| rows.as_array().expect("rows").iter().filter_map(|row| row["count"].as_u64()).sum::<u64>();
    assert_eq!(counted(&json["news"]), news.len() as u64);
    assert_eq!(json["news_by_rule"].as_object().expect("rules").values().filter_map(Value::as_u64).sum::<u64>(), news.len() as u64);
    assert_eq!(json["findings"].as_array().map(Vec::len), Some(news.len()));
    assert_eq!((&json["news"][0]["severity"], &json["run_id"]), (&Value::from("critical"), &Value::from(report.head.run_id.as_str())));
    let logins = report.findings.iter().flat_map(|row| [&row.account, &row.person, &row.person_login, &row.credential, &row.group]);
    let accounts = report.accounts.iter().flat_map(|row| [&row.account, &row.email, &row.account_id, &row.external_id, &row.person_login]);
    let names: BTreeSet<&String> = logins.chain(accounts).filter(|name| name.len() > 4).collect();
    assert!(names.len() > 30, "{names:?}");
    for body in [message.json(), message.slack()] {
        for name in &names {
            assert!(!body.contains(name.as_str()), "{name}: {body}");
        }
    }
}

#[test]
fn it_names_fifty_and_counts_all_and_says_nothing_of_nothing() {
    let mut report = report();
    let one = report.findings.iter().find(|row| row.status.word() == "open").expect("one is open").clone();
    report.findings =
        (0..60).map(|number| scimdrift::model::report::FindingRow { finding_id: format!("{number:016}"), ..one.clone() }).collect();
    let news = report.news(&BTreeSet::new());
    let json = told(&Message::of_run(&report, &news, Trouble::default(), 0, None).expect("something is new"));
    assert_eq!((json["news"][0]["count"].as_u64(), json["findings"].as_array().map(Vec::len)), (Some(60), Some(50)));
    assert!(json["report"].is_null());
    assert_eq!(Message::of_run(&report, &[], Trouble::default(), 3, None), None);
    for trouble in [Trouble { newly_refused: 2, grown: 0 }, Trouble { newly_refused: 0, grown: 2 }] {
        let json = told(&Message::of_run(&report, &[], trouble, 3, None).expect("something is broken"));
        let text = json["text"].as_str().expect("a text");
        assert!(text.contains("2 inputs that can no longer") != text.contains("2 waived gaps or rejects"), "{text}");
    }
}

#[test]
fn an_error_is_told_at_some_length_only() {
    let long = "é".repeat(5_000);
    let failure = Message::of_failure("Acme Corp", 2, &long);
    assert_eq!(told(&failure)["error"].as_str().map(|error| error.chars().count()), Some(500));
    assert!(failure.slack().chars().count() < 3_000);
}
