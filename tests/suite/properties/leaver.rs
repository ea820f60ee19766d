//! One more leaver changes what is said of the leaver alone: the findings that appear or go are about that person,
//! their accounts and what they answer for.
//!
//! No rule about the evidence is exempt here: the record is one more of a log that is not silent at that time, and the listing
//! one more that is as long as the one before. What may change with one person elsewhere is an outage of the connector, which
//! is five people's; the company has none.

use std::collections::BTreeSet;
use std::fs;

use scimdrift::model::report::{FindingRow, Report};
use scimdrift::pipeline::{InputPath, Setup, Workers, analyze, expand, ingest};
use scimdrift::policy::Policy;
use scimdrift::store::Store;
use serde_json::{Value, json};

use super::as_of;
use super::company::{Taken, take_apart, written};
use crate::support::{acme, folder};

/// A company that was read, and can be judged with one file more.
struct Company {
    setup: Setup,
    store: tempfile::TempDir,
}

impl Company {
    fn read() -> Self {
        let setup = Setup::read(&acme().join("scimdrift.toml")).expect("a config");
        let store = folder();
        let (files, _) = expand(&setup).expect("inputs");
        let mut opened = Store::open(&store.path().join("store.db")).expect("a store");
        ingest(&setup, &mut opened, &files, &Workers::new(2).expect("threads"), scimdrift::model::time::Timestamp::LAST, &|_| {})
            .expect("read");
        Self { setup, store }
    }

    /// What is concluded with one file more.
    fn with(&self, name: &str, content: &[u8]) -> Report {
        let folder = folder();
        let (path, copy) = (folder.path().join(name), folder.path().join("store.db"));
        fs::write(&path, content).expect("a file");
        fs::copy(self.store.path().join("store.db"), &copy).expect("a copy");
        let mut store = Store::open(&copy).expect("a store");
        let workers = Workers::new(2).expect("threads");
        let file = InputPath { path, name: name.to_owned(), rule: None };
        let ingested = ingest(&self.setup, &mut store, &[file], &workers, scimdrift::model::time::Timestamp::LAST, &|_| {}).expect("read");
        assert_eq!((ingested.refused, ingested.rejected), (Vec::new(), 0));
        analyze(&self.setup, &mut store, as_of(), &workers).expect("judged").report
    }
}

/// Everybody who is entitled and has an active account in the organization that is theirs, by id.
fn candidates(report: &Report) -> BTreeSet<String> {
    let theirs = report.accounts.iter().filter(|row| {
        (row.system.as_str(), row.state.as_str(), row.entitled.as_str(), row.class.as_str()) == ("huggingface", "active", "true", "human")
    });
    theirs.map(|row| row.person.clone()).collect()
}

/// Accounts and credentials of a person, and those of machines that the person answers for: system and name or id.
fn belongings(person: &str, report: &Report, policy: &Policy) -> BTreeSet<(String, String)> {
    let own = report.accounts.iter().filter(|row| row.person == person);
    let logins: BTreeSet<&str> = own.clone().map(|row| row.person_login.as_str()).collect();
    let answered_for = policy.accounts.iter().filter(|rule| rule.owner.as_deref().is_some_and(|owner| logins.contains(owner)));
    let mut found: BTreeSet<(String, String)> = own.map(|row| (row.system.clone(), row.account.clone())).collect();
    found.extend(answered_for.map(|rule| (rule.system.clone(), rule.name.clone())));
    let names: BTreeSet<&str> = found.iter().map(|(_, name)| name.as_str()).collect();
    let held = |owner: &str| owner == person || logins.contains(owner) || names.contains(owner);
    let tokens: Vec<_> =
        report.tokens.iter().filter(|row| held(&row.owner)).map(|row| (row.system.clone(), row.credential.clone())).collect();
    found.extend(tokens);
    found
}

/// The findings that only one of two reports has.
fn differences<'r>(one: &'r Report, other: &'r Report) -> Vec<&'r FindingRow> {
    let only = |these: &'r Report, those: &Report| these.findings.iter().filter(|row| !those.findings.contains(row)).collect::<Vec<_>>();
    [only(one, other), only(other, one)].concat()
}

/// Compares what is concluded with and without the leaver; how many findings differ.
fn assert_about(person: &str, without: &Report, with: &Report, policy: &Policy) -> usize {
    let belongings = belongings(person, without, policy);
    let differences = differences(without, with);
    for row in &differences {
        let theirs = [&row.account, &row.credential].into_iter().any(|name| belongings.contains(&(row.system.clone(), name.clone())));
        assert!(row.person == person || theirs, "{person} left, and this changed: {row:?}");
    }
    let others = |report: &Report| report.accounts.iter().filter(|row| row.person != person).cloned().collect::<Vec<_>>();
    let untouched = |report: &Report| {
        let of_others = others(report).into_iter();
        of_others.filter(|row| !belongings.contains(&(row.system.clone(), row.account.clone()))).collect::<Vec<_>>()
    };
    assert_eq!(untouched(without), untouched(with), "{person} left");
    let orphaned =
        |row: &&FindingRow| (row.rule.as_str(), row.reason.as_str(), row.person.as_str()) == ("orphaned-account", "owner-inactive", person);
    assert!(with.findings.iter().any(|row| orphaned(&row)), "{person} left, and nobody noticed");
    differences.len()
}

fn deactivated(number: usize, person: &str) -> String {
    json!({
        "uuid": format!("{number:08}-1eaf-1eaf-1eaf-000000000000"), "published": "2026-06-30T04:00:00.000Z",
        "eventType": "user.lifecycle.deactivate", "outcome": {"result": "SUCCESS"},
        "actor": {"id": "00u757CiQ72i2BKyAc5e", "type": "User", "alternateId": "hermia.bellweather@acme.example"},
        "target": [{"id": person, "type": "User"}],
    })
    .to_string()
}

/// A record of no interest at the same moment.
fn noise() -> String {
    deactivated(0, "00u0nobody0000000000").replace("user.lifecycle.deactivate", "policy.evaluate_sign_on")
}

#[test]
fn deactivated_in_the_log() {
    let company = Company::read();
    let without = company.with("leaver.ndjson", noise().as_bytes());
    let people = candidates(&without);
    assert!(people.len() >= 10, "{people:?}");
    for (number, person) in people.iter().enumerate() {
        let with = company.with("leaver.ndjson", deactivated(number, person).as_bytes());
        assert!(assert_about(person, &without, &with, &company.setup.policy) > 0);
    }
}

#[test]
fn deactivated_in_the_listing() {
    let company = Company::read();
    let mut report = company.with("noise.ndjson", noise().as_bytes());
    report.inputs.retain(|row| row.source == "okta-users");
    let files = take_apart(&report);
    let users = files.first().expect("a listing of people");
    let name = "users-2026-06-30T030000Z.json";
    let without = company.with(name, &written(users, &users.records));
    for person in candidates(&without) {
        let with = company.with(name, &written(users, &without_access(users, &person)));
        assert!(assert_about(&person, &without, &with, &company.setup.policy) > 0);
    }
}

/// The rows of a listing of Okta users, one of them deactivated half an hour before.
fn without_access(users: &Taken, person: &str) -> Vec<Vec<u8>> {
    let row = |record: &Vec<u8>| {
        let mut row: Value = serde_json::from_slice(record).expect("a user");
        if row["id"] == person {
            (row["status"], row["statusChanged"]) = (json!("DEPROVISIONED"), json!("2026-06-30T02:30:00.000Z"));
        }
        row.to_string().into_bytes()
    };
    users.records.iter().map(row).collect()
}
