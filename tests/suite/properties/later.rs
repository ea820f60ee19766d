//! What came after the moment of judgement changes nothing: no finding, and no row about accounts, leavers or tokens.

use std::path::Path;

use proptest::prelude::*;
use regex::Regex;
use scimdrift::model::report::{FindingRow, Report};
use scimdrift::model::time::{Span, Timestamp};

use super::as_of;
use super::company::{Taken, conclude, take_apart, written};
use crate::support::{acme, folder};

/// The first moment of the company's records, or a little before.
const BEGINNING: &str = "2026-05-01T00:00:00Z";

proptest! {
    #![proptest_config(ProptestConfig { cases: 4, max_shrink_iters: 0, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn judged_in_the_middle_the_rest_of_the_records_changes_nothing(seconds in 0..60 * 24 * 3600_i64) {
        let moment = Timestamp::parse(BEGINNING).expect("a time").plus(Span::from_micros(seconds * 1_000_000 + 1));
        let (all, until) = (folder(), folder());
        let config = acme().join("scimdrift.toml");
        let (events, report) = conclude(&config, all.path(), moment, 2);
        let dropped = keep_until(&take_apart(&report), moment, until.path());
        let (fewer, shorter) = conclude(&until.path().join("scimdrift.toml"), until.path(), moment, 2);
        prop_assert!(dropped > 0 && fewer.len() < events.len(), "something came later than {}", moment);
        assert_same(&report, &shorter, &moment.to_string());
    }
}

/// The company's year that follows: the same records again, with the same ids, a year later.
#[test]
fn a_year_more_changes_nothing() {
    let (as_it_is, longer) = (folder(), folder());
    let (events, report) = conclude(&acme().join("scimdrift.toml"), as_it_is.path(), as_of(), 2);
    let files = take_apart(&report);
    keep_until(&files, Timestamp::LAST, longer.path());
    for file in &files {
        a_year_later(file, longer.path());
    }
    let (more, later) = conclude(&longer.path().join("scimdrift.toml"), longer.path(), as_of(), 2);
    assert!(more.len() > events.len() * 3 / 2, "{} events, and {} with those of the next year", events.len(), more.len());
    let sources =
        |report: &Report| report.inputs.iter().filter(|row| row.file.contains("2027")).map(|row| row.source.clone()).collect::<Vec<_>>();
    for source in ["okta-system-log", "okta-users", "huggingface-members", "scim-requests", "scim-users", "hr-roster"] {
        assert!(sources(&later).iter().any(|other| other == source), "{source} goes on");
    }
    assert_same(&report, &later, "with a year more");
}

/// Findings, accounts, leavers and tokens are the same. Where a record stands in its file is not compared.
fn assert_same(one: &Report, other: &Report, when: &str) {
    let findings = |report: &Report| {
        let without_records = |row: &FindingRow| FindingRow { evidence: Vec::new(), ..row.clone() };
        report.findings.iter().map(without_records).collect::<Vec<_>>()
    };
    assert_eq!(findings(one), findings(other), "{when}");
    assert_eq!(one.accounts, other.accounts, "{when}");
    assert_eq!(one.leavers, other.leavers, "{when}");
    assert_eq!(one.tokens, other.tokens, "{when}");
}

/// Writes the company into a folder without what came after `moment`; how many records or files were left out.
fn keep_until(files: &[Taken], moment: Timestamp, folder: &Path) -> usize {
    for name in ["scimdrift.toml", "waivers.toml"] {
        std::fs::copy(acme().join(name), folder.join(name)).expect("a copy");
    }
    let mut dropped = 0;
    for file in files {
        let kept: Vec<Vec<u8>> =
            file.records.iter().filter(|record| time_of(file, record).is_none_or(|at| at <= moment)).cloned().collect();
        dropped += file.records.len() - kept.len();
        // A listing is whole, or it is another one.
        let whole = kept.len() == file.records.len() && file.row.taken_at.is_none_or(|at| at <= moment);
        let place = folder.join(&file.row.file);
        std::fs::create_dir_all(place.parent().expect("a folder")).expect("a folder");
        if whole {
            std::fs::copy(acme().join(&file.row.file), place).expect("a copy");
        } else if kept.iter().any(|record| time_of(file, record).is_some()) {
            std::fs::write(place, written(file, &kept)).expect("a file");
        } else {
            dropped += kept.len();
        }
    }
    dropped
}

/// When a record of a log happened; `None` for rows of listings, and for what is no record.
fn time_of(file: &Taken, record: &[u8]) -> Option<Timestamp> {
    if file.row.taken_at.is_some() {
        return None;
    }
    let text = String::from_utf8_lossy(record);
    let time = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z";
    let named = Regex::new(&format!(r#""(?:published|timestamp|@timestamp|time|ts|createdAt|date)"\s*:\s*"({time})""#)).expect("a pattern");
    let bare = Regex::new(&format!("({time})")).expect("a pattern");
    let pattern = if file.header.is_some() { bare } else { named };
    let found = pattern.captures(&text).and_then(|found| Timestamp::parse(&found[1]));
    let broken = file.header.is_none() && serde_json::from_slice::<serde_json::Value>(record).is_err();
    assert!(found.is_some() || broken, "{}: no time in {text}", file.row.file);
    found.filter(|_| !broken)
}

/// Writes a file's whole records once more, a year later.
fn a_year_later(file: &Taken, folder: &Path) {
    let whole = |record: &&Vec<u8>| file.header.is_some() || serde_json::from_slice::<serde_json::Value>(record).is_ok();
    let later = |record: &Vec<u8>| String::from_utf8_lossy(record).replace("2026-", "2027-").into_bytes();
    let records: Vec<Vec<u8>> = file.records.iter().filter(whole).map(later).collect();
    let name = file.row.file.replace("2026", "2027");
    if name != file.row.file && !records.is_empty() {
        std::fs::write(folder.join(name), written(file, &records)).expect("a file");
    }
}
