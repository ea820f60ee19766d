//! Thirty nights of a small company: what an operator may rely on, whatever happens to the exports.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::support::folder;

#[path = "../nights/company.rs"]
mod company;
#[path = "../nights/story.rs"]
mod story;

use company::{NIGHTS, note};
use story::Night;

/// The nights on which something is broken and nobody has accepted it.
const BROKEN: [u32; 11] = [9, 10, 11, 15, 17, 20, 22, 23, 24, 28, 29];

#[test]
fn thirty_nights_are_told_truly() {
    let folder = folder();
    let nights = story::told(folder.path(), Path::new(env!("CARGO_BIN_EXE_scimdrift")));
    assert_eq!(nights.len(), NIGHTS as usize);
    for night in &nights {
        let expected = if BROKEN.contains(&night.number) { 3 } else { 0 };
        let what = format!("night {}, {}: {}{}", night.number, note(night.number), night.digest, night.warnings);
        assert_eq!(night.code, expected, "{what}");
        announced(night, &what);
        // Nobody is an orphan but the two who left and kept an account.
        for row in open(night).filter(|row| row["rule"] == "orphaned-account") {
            assert!(matches!(row["account"].as_str(), "person07" | "person09"), "{row:?}");
        }
        let rules: BTreeSet<&str> = open(night).map(|row| row["rule"].as_str()).collect();
        let known = ["late-deprovisioning", "log-gap", "orphaned-account", "rejected-records", "shrunken-listing"];
        assert!(rules.iter().all(|rule| known.contains(rule)), "{what}");
    }
    once(&nights);
}

fn open(night: &Night) -> impl Iterator<Item = &BTreeMap<String, String>> {
    night.findings.iter().filter(|row| row["status"] == "open")
}

/// The digest names what is new, and nothing that was new before.
fn announced(night: &Night, what: &str) {
    let begins = |rule: &str| [format!(" {rule}: "), format!(" {rule} again: ")];
    let named = |rule: &str| night.digest.lines().any(|line| begins(rule).iter().any(|begin| line.contains(begin)));
    for rule in open(night).map(|row| row["rule"].as_str()).collect::<BTreeSet<_>>() {
        let news = open(night).any(|row| row["rule"] == rule && matches!(row["change"].as_str(), "new" | "reopened"));
        assert_eq!(named(rule), news, "{rule}, {what}");
    }
}

/// A finding is new on one night, then persisting until it is resolved; and reopened only after that, or when its waiver is over.
fn once(nights: &[Night]) {
    let mut stood: BTreeMap<String, (String, String)> = BTreeMap::new();
    let mut news: BTreeMap<(String, String), Vec<u32>> = BTreeMap::new();
    for night in nights {
        for row in &night.findings {
            let (status, change) = (row["status"].clone(), row["change"].clone());
            let before = stood.insert(row["finding_id"].clone(), (status.clone(), change.clone()));
            let before = before.as_ref().map(|(status, change)| (status.as_str(), change.as_str()));
            let fits = match change.as_str() {
                "new" => before.is_none(),
                "persisting" => matches!(before, Some(("open" | "waived", _))),
                "reopened" => matches!(before, Some(("resolved" | "waived", _))),
                "resolved" => status == "resolved" && before.is_some(),
                _ => false,
            };
            assert!(fits, "night {}: {row:?} after {before:?}", night.number);
            if change != "persisting" && change != "resolved" {
                news.entry((row["rule"].clone(), row["account"].clone())).or_default().push(night.number);
            }
        }
    }
    let told = |rule: &str, account: &str| news.get(&(rule.to_owned(), account.to_owned())).cloned().unwrap_or_default();
    assert_eq!(told("orphaned-account", "person07"), [6]);
    assert_eq!(told("orphaned-account", "person09"), [22]);
    assert_eq!(told("late-deprovisioning", "person07"), [12]);
    assert_eq!(told("log-gap", ""), [9, 22, 28]);
    assert_eq!(told("shrunken-listing", ""), [15, 15]);
    assert_eq!(told("rejected-records", ""), [17, 20]);
}
