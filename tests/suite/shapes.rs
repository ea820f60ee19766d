//! Companies of other shapes than the fixtures': one listing that is odd, missing, partial or broken must not turn into accusations.

use std::collections::BTreeMap;
use std::path::Path;

use crate::support::{config, folder, input, rows, run, stderr};

const ADA: &str = "00u1ada0000000000001";
const BEN: &str = "00u1ben0000000000002";

fn person(id: &str, login: &str, status: &str) -> String {
    format!(
        r#"{{"id":"{id}","status":"{status}","created":"2025-01-01T00:00:00.000Z","statusChanged":"2025-01-01T00:00:00.000Z","profile":{{"login":"{login}@acme.example","email":"{login}@acme.example","firstName":"A","lastName":"B"}}}}"#
    )
}

fn member(id: u32, name: &str) -> String {
    format!(
        r#"{{"_id":"65a1000000000000000000{id:02}","user":"{name}","fullname":"{name}","avatarUrl":"https://a.example/a.png","role":"read"}}"#
    )
}

fn scim_user(id: u32, name: &str, external_id: &str) -> String {
    format!(
        r#"{{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"65a1000000000000000000{id:02}","userName":"{name}","externalId":"{external_id}","active":true}}"#
    )
}

fn assigned(person: &str) -> String {
    format!(
        r#"{{"id":"{person}","scope":"USER","status":"ACTIVE","syncState":"DISABLED","created":"2025-01-01T00:00:00.000Z","credentials":{{"userName":"x"}},"profile":{{}}}}"#
    )
}

fn listing(source: &str, params: &str, taken_at: &str, items: &[String]) -> String {
    let items = items.join(",");
    format!(
        r#"{{"scimdrift":"listing/1","source":"{source}","params":{{{params}}},"collected_at":"{taken_at}","complete":true,"items":[{items}]}}"#
    )
}

/// Two people with an account each, both in order.
fn company(folder: &Path) -> std::path::PathBuf {
    let path = config(folder, "from = 2026-06-01\nto = 2026-06-29");
    let people = [person(ADA, "ada", "ACTIVE"), person(BEN, "ben", "ACTIVE")];
    put(folder, "users.json", &listing("okta-users", "", "2026-06-30T01:00:00Z", &people));
    put(folder, "members.json", &listing("huggingface-members", "", "2026-06-30T02:00:00Z", &[member(1, "ada"), member(2, "ben")]));
    put(folder, "scim.json", &listing("scim-users", "", "2026-06-30T02:00:00Z", &[scim_user(1, "ada", ADA), scim_user(2, "ben", BEN)]));
    path
}

fn put(folder: &Path, name: &str, content: &str) {
    input(folder, name, content.as_bytes());
}

/// Rule and reason of every finding, and the account or credential it is about.
fn findings(folder: &Path) -> Vec<(String, String, String)> {
    let subject = |row: &BTreeMap<String, String>| {
        ["account", "credential", "object"].iter().find_map(|name| Some(row[*name].clone()).filter(|cell| !cell.is_empty()))
    };
    let all = rows(&folder.join("report/findings.csv"));
    all.iter().map(|row| (row["rule"].clone(), row["reason"].clone(), subject(row).unwrap_or_default())).collect()
}

fn judged(folder: &Path, config: &Path) -> Vec<(String, String, String)> {
    let output = run(config, folder, &["-q"]);
    assert!(matches!(output.status.code(), Some(0 | 3)), "{}", stderr(&output));
    findings(folder)
}

fn found(rule: &str, reason: &str, subject: &str) -> (String, String, String) {
    (rule.to_owned(), reason.to_owned(), subject.to_owned())
}

#[test]
fn a_company_in_order_has_no_finding() {
    let folder = folder();
    let config = company(folder.path());
    assert_eq!(judged(folder.path(), &config), []);
}

#[test]
fn assignments_are_read_with_and_without_the_application_in_the_envelope() {
    for params in ["", r#""appId":"Hugging Face""#] {
        let folder = folder();
        let config = company(folder.path());
        put(folder.path(), "app.json", &listing("okta-app-users", params, "2026-06-30T01:00:00Z", &[assigned(ADA)]));
        assert_eq!(judged(folder.path(), &config), [found("orphaned-account", "owner-unassigned", "ben")], "{params}");
    }
}

#[test]
fn the_assignments_of_another_application_prove_nothing_about_ours() {
    let folder = folder();
    let config = company(folder.path());
    let text = std::fs::read_to_string(&config).expect("the config").replace("\"Hugging Face\"", "\"0oa1hfacme0000000000\"");
    std::fs::write(&config, text).expect("the config");
    put(
        folder.path(),
        "app.json",
        &listing("okta-app-users", r#""appId":"0oa1hfacme0000000000""#, "2026-06-30T01:00:00Z", &[assigned(ADA), assigned(BEN)]),
    );
    put(folder.path(), "chat.json", &listing("okta-app-users", r#""appId":"0oa1chatacme00000000""#, "2026-06-30T01:30:00Z", &[]));
    assert_eq!(judged(folder.path(), &config), []);
}

#[test]
fn a_listing_that_lost_a_row_proves_nobodys_absence() {
    let folder = folder();
    let config = company(folder.path());
    let broken = listing("okta-users", "", "2026-06-30T01:00:00Z", &[person(ADA, "ada", "ACTIVE"), r#"{"id":7,"status":[]}"#.to_owned()]);
    put(folder.path(), "users.json", &broken);
    put(
        folder.path(),
        "earlier.json",
        &listing("okta-users", "", "2026-06-20T01:00:00Z", &[person(ADA, "ada", "ACTIVE"), person(BEN, "ben", "ACTIVE")]),
    );
    assert_eq!(judged(folder.path(), &config), [found("rejected-records", "", "okta-users")]);
}

#[test]
fn a_single_resource_is_no_full_listing() {
    let folder = folder();
    let config = company(folder.path());
    put(folder.path(), "one-2026-06-30T03:00:00Z.json", &person(ADA, "ada", "ACTIVE"));
    assert_eq!(judged(folder.path(), &config), []);
}

#[test]
fn a_listing_that_came_back_empty_is_kept_out() {
    let folder = folder();
    let config = company(folder.path());
    put(folder.path(), "later.json", &listing("huggingface-members", "", "2026-06-30T04:00:00Z", &[]));
    put(folder.path(), "people.json", &listing("okta-users", "", "2026-06-30T04:00:00Z", &[]));
    let kept_out = |source| found("shrunken-listing", "", source);
    assert_eq!(judged(folder.path(), &config), [kept_out("huggingface-members"), kept_out("okta-users")]);
}

#[test]
fn an_inventory_of_one_system_says_nothing_about_another() {
    let folder = folder();
    let config = company(folder.path());
    let header = "system,token_id,name,kind,owner,scopes,created_at,last_used_at,expires_at,rotated_at,status";
    let row = |system: &str, id: &str| {
        format!(
            "{header}\n{system},{id},n,personal,ada@acme.example,read,2026-01-01T00:00:00Z,2026-01-02T00:00:00Z,2027-01-01T00:00:00Z,,active\n"
        )
    };
    put(folder.path(), "cloud-2026-06-28.csv", &row("cloud", "c1"));
    put(folder.path(), "hub-2026-06-29.csv", &row("huggingface", "h1"));
    assert_eq!(judged(folder.path(), &config), [found("stale-token", "unused", "c1"), found("stale-token", "unused", "h1")]);
}

#[test]
fn a_partial_roster_does_not_replace_the_full_one() {
    let folder = folder();
    let config = company(folder.path());
    let text = std::fs::read_to_string(&config).expect("the config");
    let partial = "[[input]]\npath = \"inputs/new-2026-06-29.csv\"\ncomplete = false\n";
    std::fs::write(&config, text.replace("[[input]]\npath = \"inputs\"", &format!("{partial}[[input]]\npath = \"inputs\"")))
        .expect("the config");
    let header = "employee_id,email,full_name,employment_type,start_date,end_date,manager_email";
    put(
        folder.path(),
        "all-2026-06-01.csv",
        &format!("{header}\n1,ada@acme.example,Ada,contractor,2025-01-01,2026-06-10,\n2,ben@acme.example,Ben,employee,2025-01-01,,\n"),
    );
    put(folder.path(), "new-2026-06-29.csv", &format!("{header}\n3,cleo@acme.example,Cleo,employee,2026-06-29,,\n"));
    assert_eq!(judged(folder.path(), &config), [found("orphaned-account", "contract-ended", "ada")]);
}

#[test]
fn listings_alone_make_a_period_and_a_leaver_between_two_of_them_has_no_verdict_within_it() {
    let folder = folder();
    let config = company(folder.path());
    let text = std::fs::read_to_string(&config).expect("the config");
    std::fs::write(&config, text.replace("from = 2026-06-01\nto = 2026-06-29\n", "")).expect("the config");
    let people = |taken_at: &str, people: &[String]| listing("okta-users", "", taken_at, people);
    put(folder.path(), "users.json", &people("2026-06-23T01:00:00Z", &[person(ADA, "ada", "ACTIVE"), person(BEN, "ben", "ACTIVE")]));
    put(folder.path(), "users-later.json", &people("2026-06-30T01:00:00Z", &[person(ADA, "ada", "ACTIVE")]));
    put(folder.path(), "members.json", &listing("huggingface-members", "", "2026-06-23T02:00:00Z", &[member(1, "ada"), member(2, "ben")]));
    put(folder.path(), "members-later.json", &listing("huggingface-members", "", "2026-06-30T02:00:00Z", &[member(1, "ada")]));
    assert_eq!(judged(folder.path(), &config), []);
    let leavers = rows(&folder.path().join("report/leavers.csv"));
    assert_eq!(leavers.iter().map(|row| (row["account"].as_str(), row["verdict"].as_str())).collect::<Vec<_>>(), [("ben", "unknown")]);
    // Without a log nothing can be said of the logs.
    let controls = rows(&folder.path().join("report/controls.csv"));
    let logs_alone = controls.iter().find(|row| row["rules"] == "log-gap").expect("a control of that rule alone");
    assert_eq!(logs_alone["conclusion"], "not evaluated");
}

#[test]
fn a_group_of_the_mapping_that_nobody_listed_is_said_and_no_pass() {
    let folder = folder();
    let config = company(folder.path());
    let text = std::fs::read_to_string(&config).expect("the config");
    std::fs::write(&config, format!("{text}[roles]\n\"hf-admins\" = \"admin\"\n")).expect("the config");
    assert_eq!(judged(folder.path(), &config), []);
    let summary = std::fs::read_to_string(folder.path().join("report/summary.json")).expect("the summary");
    assert!(summary.contains("hf-admins") && summary.contains("unable to conclude"), "{summary}");
}

#[test]
fn a_moment_beyond_the_calendar_is_a_reject_and_the_next_run_works() {
    let folder = folder();
    let config = company(folder.path());
    let event = r#"{"uuid":"u1","published":"9999-12-31T23:59:59-05:00","eventType":"user.lifecycle.deactivate","outcome":{"result":"SUCCESS"},"target":[{"id":"00u1","type":"User"}]}"#;
    put(folder.path(), "log.ndjson", &format!("{event}\n"));
    judged(folder.path(), &config);
    assert!(judged(folder.path(), &config).contains(&found("rejected-records", "", "okta-system-log")));
}

#[test]
fn whoever_comes_back_has_no_role_from_before_and_a_second_disable_counts() {
    let folder = folder();
    let config = company(folder.path());
    let change = |n: u32, at: &str, kind: &str, data: &str| {
        format!(
            r#"{{"_id":"a{n}","createdAt":"2026-06-30T0{at}:00.000Z","type":"{kind}","message":"m","author":{{"_id":"65a100000000000000000099","user":"root","type":"user"}},"data":{data}}}"#
        )
    };
    let ben = r#"{"user":"ben","userId":"65a100000000000000000002"}"#;
    let log = [change(1, "2:10", "org.remove_user", ben), change(2, "2:20", "org.add_user", ben)];
    put(folder.path(), "audit.json", &format!("[{}]", log.join(",")));
    judged(folder.path(), &config);
    let accounts = rows(&folder.path().join("report/accounts.csv"));
    let of = |name: &str| accounts.iter().find(|row| row["account"] == name).expect("a row").clone();
    assert_eq!((of("ben")["state"].as_str(), of("ben")["role_observed"].as_str()), ("active", ""));
    let disable = |id: &str, at: &str| {
        format!(
            r#"{{"timestamp":"2026-06-30T0{at}:00.000Z","request_id":"{id}","method":"PATCH","path":"/scim/v2/Users/65a100000000000000000002","status":200,"request":{{"Operations":[{{"op":"replace","value":{{"active":false}}}}]}}}}"#
        )
    };
    put(folder.path(), "requests.ndjson", &format!("{}\n{}\n", disable("r1", "2:05"), disable("r2", "3:00")));
    judged(folder.path(), &config);
    let accounts = rows(&folder.path().join("report/accounts.csv"));
    assert!(accounts.iter().any(|row| row["account"] == "ben" && row["state"] == "inactive"), "{accounts:?}");
}

#[test]
fn a_scim_user_that_no_member_listing_names_is_out_whichever_was_taken_first() {
    for (scim_at, members_at) in [("2026-06-30T02:00:00Z", "2026-06-30T02:10:00Z"), ("2026-06-30T02:10:00Z", "2026-06-30T02:00:00Z")] {
        let folder = folder();
        let config = company(folder.path());
        let users = [scim_user(1, "ada", ADA), scim_user(2, "ben", BEN).replace(r#""active":true"#, r#""active":false"#)];
        put(folder.path(), "scim.json", &listing("scim-users", "", scim_at, &users));
        put(folder.path(), "members.json", &listing("huggingface-members", "", members_at, &[member(1, "ada")]));
        judged(folder.path(), &config);
        let accounts = rows(&folder.path().join("report/accounts.csv"));
        let states: Vec<_> = accounts.iter().map(|row| (row["account"].as_str(), row["state"].as_str())).collect();
        assert_eq!(states, [("ada", "active"), ("ben", "inactive")], "SCIM {scim_at}, members {members_at}");
    }
}

/// The conclusion on one control, and why it is unable to conclude.
fn conclusion(folder: &Path, control: &str) -> String {
    let rows = rows(&folder.join("report/controls.csv"));
    rows.iter().find(|row| row["control"] == control).expect("a control of the catalogue")["conclusion"].clone()
}

#[test]
fn a_rule_without_its_inputs_is_no_pass_of_a_control_that_others_were_evaluated_for() {
    let folder = folder();
    let config = config(folder.path(), "from = 2026-06-01\nto = 2026-06-29");
    let tokens = "system,token_id,name,kind,owner,scopes,created_at,last_used_at,expires_at,rotated_at,status\n\
                  vault,t1,deploy,api,,read,2026-06-20T00:00:00Z,2026-06-29T00:00:00Z,2026-12-01T00:00:00Z,,active\n";
    put(folder.path(), "tokens-2026-06-30T020000Z.csv", tokens);
    assert_eq!(judged(folder.path(), &config), []);
    // Tokens were judged for it, accounts and people were not.
    assert_eq!(conclusion(folder.path(), "AC-2(3)"), "unable to conclude");
    assert_eq!(conclusion(folder.path(), "8.6.3"), "unable to conclude", "neither service accounts nor the provider's own tokens");
    assert_eq!(conclusion(folder.path(), "A.8.17"), "not evaluated", "clocks alone");
}

#[test]
fn what_could_be_judged_in_part_is_no_pass() {
    // Nobody's assignments were read.
    let first = folder();
    let config = company(first.path());
    assert_eq!(judged(first.path(), &config), []);
    assert_eq!(conclusion(first.path(), "5.1"), "unable to conclude");
    assert!(gaps(first.path()).contains("orphaned-account: of 2 active accounts nothing tells"), "{}", gaps(first.path()));
    // With them, two people are no doubt any more.
    put(first.path(), "assigned.json", &listing("okta-app-users", "", "2026-06-30T01:00:00Z", &[assigned(ADA), assigned(BEN)]));
    assert_eq!(judged(first.path(), &config), []);
    assert!(!gaps(first.path()).contains("entitled"), "{}", gaps(first.path()));
    // Whose lapse lies between two listings may have left in time or not.
    let second = folder();
    let config = company(second.path());
    let people = [person(ADA, "ada", "ACTIVE"), person(BEN, "ben", "DEPROVISIONED")];
    put(
        second.path(),
        "users.json",
        &listing("okta-users", "", "2026-06-10T01:00:00Z", &[person(ADA, "ada", "ACTIVE"), person(BEN, "ben", "ACTIVE")]),
    );
    put(second.path(), "users-later.json", &listing("okta-users", "", "2026-06-29T01:00:00Z", &people));
    put(second.path(), "members.json", &listing("huggingface-members", "", "2026-06-10T02:00:00Z", &[member(1, "ada"), member(2, "ben")]));
    put(second.path(), "members-later.json", &listing("huggingface-members", "", "2026-06-29T02:00:00Z", &[member(1, "ada")]));
    judged(second.path(), &config);
    assert!(gaps(second.path()).contains("late-deprovisioning: of one lapse it is not known"), "{}", gaps(second.path()));
}

/// What could not be checked, as the summary says it.
fn gaps(folder: &Path) -> String {
    let summary = std::fs::read(folder.join("report/summary.json")).expect("a summary");
    let summary: serde_json::Value = serde_json::from_slice(&summary).expect("JSON");
    summary["gaps"].to_string()
}

#[test]
fn a_waiver_that_accepts_a_listing_is_in_use() {
    let folder = folder();
    let output = run(&crate::support::root().join("fixtures/rules/shrunken-listing/hit-waived/scimdrift.toml"), folder.path(), &[]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(!crate::support::stdout(&output).contains("unused"), "{}", crate::support::stdout(&output));
    let summary = std::fs::read(folder.path().join("report/summary.json")).expect("a summary");
    let summary: serde_json::Value = serde_json::from_slice(&summary).expect("JSON");
    assert_eq!(summary["waivers"][0]["state"], "in force", "{}", summary["waivers"]);
}
