//! `prune`: what is judged after the cut does not change, what was removed is shown and does not come back, and what anything
//! rests on stays.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use proptest::prelude::*;
use scimdrift::model::report::Report;
use scimdrift::model::time::{Span, Timestamp};
use scimdrift::pipeline::{Setup, Workers, analyze, expand, ingest, prune};
use scimdrift::store::Store;

use super::killing::{Dice, content};
use crate::support::{AS_OF, acme, config, files, folder, input, scimdrift, stderr, stdout};

/// The first night of the company, the first day of the period, and the moments it is judged at.
const FIRST: &str = "2026-04-01T00:00:00Z";
const FROM: &str = "2026-05-01T00:00:00Z";
const JUDGED: [&str; 3] = ["2026-05-12T06:00:00Z", "2026-05-13T06:00:00Z", "2026-07-30T06:00:00Z"];

fn moment(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("a time")
}

/// A company of a dozen people, listed every night for forty nights; some join, some leave, some get another role, and all
/// sign in. Which and when, the dice say.
fn company(folder: &Path, dice: &mut Dice) -> PathBuf {
    let config = config(folder, "from = 2026-05-01");
    let people = 12;
    let joined: Vec<u64> = (0..people).map(|_| dice.below(2) * dice.below(38)).collect();
    let left: Vec<u64> = (0..people).map(|_| if dice.below(3) == 0 { dice.below(60) } else { 99 }).collect();
    let promoted: Vec<u64> = (0..people).map(|_| if dice.below(3) == 0 { dice.below(40) } else { 99 }).collect();
    let (mut okta, mut hub) = (String::new(), String::new());
    for night in 0..40 {
        let at = moment(FIRST).plus(Span::from_hours(24 * i64::try_from(night).expect("small")));
        let day = at.day();
        let (mut users, mut assigned) = (Vec::new(), Vec::new());
        // Nobody's, from the first night on.
        let stray = r#"{"_id":"65a100000000000000000099","user":"stray","fullname":"Somebody","avatarUrl":"https://a.example/a.png","role":"read"}"#;
        let mut members = vec![stray.to_owned()];
        for who in 0..people {
            let index = usize::try_from(who).expect("small");
            if night < joined[index] {
                continue;
            }
            let (active, role) = (night < left[index], if night < promoted[index] { "read" } else { "write" });
            let status = if active { "ACTIVE" } else { "DEPROVISIONED" };
            users.push(format!(
                r#"{{"id":"00u{who:02}","status":"{status}","created":"2026-01-01T00:00:00.000Z","lastLogin":"{day}T00:00:01.000Z","profile":{{"login":"p{who}@acme.example"}},"credentials":{{}}}}"#
            ));
            if active {
                assigned.push(format!(
                    r#"{{"id":"00u{who:02}","externalId":"65a1000000000000000000{who:02}","created":"2026-01-01T00:00:00.000Z","scope":"USER","status":"PROVISIONED","syncState":"SYNCHRONIZED","credentials":{{"userName":"p{who}@acme.example"}},"_links":{{"app":{{"href":"https://acme.okta.example/api/v1/apps/0oa1hub"}},"user":{{"href":"https://acme.okta.example/api/v1/users/00u{who:02}"}}}}}}"#
                ));
            }
            // Some stay behind in the target.
            if active || who % 4 == 0 {
                members.push(format!(
                    r#"{{"_id":"65a1000000000000000000{who:02}","user":"p{who}","fullname":"Person {who}","avatarUrl":"https://a.example/a.png","role":"{role}"}}"#
                ));
                for hour in [9, 15] {
                    let _string = writeln!(
                        okta,
                        r#"{{"uuid":"sso-{night}-{who}-{hour}","published":"{day}T{hour:02}:00:{who:02}.000Z","eventType":"user.authentication.sso","outcome":{{"result":"SUCCESS"}},"actor":{{"id":"00u{who:02}","type":"User","alternateId":"p{who}@acme.example"}},"target":[{{"id":"0oa1hub","type":"AppInstance","displayName":"Hugging Face"}}]}}"#
                    );
                    let _string = writeln!(
                        hub,
                        r#"{{"_id":"login-{night}-{who}-{hour}","createdAt":"{day}T{hour:02}:00:{who:02}.500Z","type":"org.sso_login","message":"p{who} logged in with SSO","author":{{"_id":"65a1000000000000000000{who:02}","user":"p{who}","type":"user"}}}}"#
                    );
                }
            }
        }
        for (name, rows) in [("okta-users", users), ("okta-app-users", assigned), ("huggingface-members", members)] {
            input(folder, &format!("{name}-{day}T020000Z.json"), format!("[{}]", rows.join(",\n")).as_bytes());
        }
    }
    input(folder, "okta-system-log.ndjson", okta.as_bytes());
    input(folder, "huggingface-audit-log.ndjson", hub.as_bytes());
    config
}

fn workers() -> Workers {
    Workers::new(2).expect("threads")
}

/// The config, with everything read.
fn read(config: &Path, store: &Path) -> Setup {
    let setup = Setup::read(config).expect("a config");
    let (files, _) = expand(&setup).expect("inputs");
    let ingested = ingest(&setup, &mut Store::open(store).expect("a store"), &files, &workers(), Timestamp::LAST, &|_| {}).expect("read");
    assert_eq!(ingested.refused, []);
    setup
}

/// What is concluded at these moments, one after the other, without what names the pruning.
fn conclude(setup: &Setup, store: &Path, moments: &[&str]) -> Vec<Report> {
    let mut store = Store::open(store).expect("a store");
    let mut concluded = Vec::new();
    for as_of in moments {
        let mut report = analyze(setup, &mut store, moment(as_of), &workers()).expect("judged").report;
        report.prunings.clear();
        let head = &mut report.head;
        head.previous_manifest = None;
        head.run_id.clear();
        head.read_sha256.clear();
        concluded.push(report);
    }
    concluded
}

/// Prunes a copy, and compares everything that is said later; how many records went.
fn prune_and_compare(setup: &Setup, all: &Path, cut: Timestamp, moments: &[&str]) -> u64 {
    let pruned = all.with_extension("pruned");
    let untouched = all.with_extension("untouched");
    for copy in [&pruned, &untouched] {
        fs::copy(all, copy).expect("a copy");
    }
    let removed =
        prune(setup, &Store::open(&pruned).expect("a store"), (cut, moment(moments[0])), moment(moments[0]), &workers()).expect("pruned");
    let (before, after) = (conclude(setup, &untouched, moments), conclude(setup, &pruned, moments));
    for ((before, after), as_of) in before.iter().zip(&after).zip(moments) {
        assert_eq!(before.findings, after.findings, "{as_of}, cut at {cut}");
        assert_eq!(before.accounts, after.accounts, "{as_of}, cut at {cut}");
        assert_eq!(before.coverage, after.coverage, "{as_of}, cut at {cut}");
        assert_eq!(before.inputs, after.inputs, "{as_of}, cut at {cut}");
        assert!(before == after, "{as_of}, cut at {cut}: another report");
    }
    removed.map_or(0, |pruned| pruned.removed.removed.iter().map(|kind| kind.records).sum())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4, max_shrink_iters: 0, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_said_after_the_cut_is_the_same(seed in any::<u64>(), days in 8_i64..=30) {
        let folder = folder();
        let config = company(folder.path(), &mut Dice(seed));
        let all = folder.path().join("all.db");
        let setup = read(&config, &all);
        let removed = prune_and_compare(&setup, &all, moment(FIRST).plus(Span::from_hours(24 * days)), &JUDGED);
        prop_assert!(removed > 0);
    }

    #[test]
    fn of_the_fixtures_company_too(hours in 24_i64..=50 * 24) {
        let folder = folder();
        let text = fs::read_to_string(acme().join("scimdrift.toml")).expect("a config").replace("from = 2026-05-01", "from = 2026-06-20");
        assert!(text.contains("from = 2026-06-20"));
        std::os::unix::fs::symlink(acme().join("inputs"), folder.path().join("inputs")).expect("a link");
        fs::copy(acme().join("waivers.toml"), folder.path().join("waivers.toml")).expect("the waivers");
        let config = folder.path().join("scimdrift.toml");
        fs::write(&config, text).expect("a config");
        let all = folder.path().join("all.db");
        let setup = read(&config, &all);
        prune_and_compare(&setup, &all, moment("2026-05-01T00:00:00Z").plus(Span::from_hours(hours)), &[AS_OF, "2026-07-15T06:00:00Z"]);
    }
}

/// The company of a fixed throw, read and judged, and a command on it.
struct Kept {
    folder: tempfile::TempDir,
    config: PathBuf,
}

impl Kept {
    fn new() -> Self {
        let folder = folder();
        let config = company(folder.path(), &mut Dice(5));
        Self { folder, config }
    }

    fn store(&self) -> PathBuf {
        self.folder.path().join("scimdrift.db")
    }

    fn call(&self, as_of: &str, arguments: &[&str]) -> Output {
        let output = scimdrift().args(arguments).args(["--as-of", as_of, "--config"]).arg(&self.config).output();
        output.expect("the program starts")
    }

    fn run(&self, as_of: &str) -> PathBuf {
        let out = self.folder.path().join("reports").join(as_of);
        let output = self.call(as_of, &["run", "-q", "--out", out.to_str().expect("UTF-8")]);
        assert_ne!(output.status.code(), Some(2), "{}", stderr(&output));
        out
    }

    fn count(&self, query: &str) -> i64 {
        rusqlite::Connection::open(self.store()).and_then(|store| store.query_row(query, [], |row| row.get(0))).expect("a count")
    }
}

#[test]
fn what_was_removed_is_shown_and_does_not_come_back() {
    let kept = Kept::new();
    let (older, last) = (kept.run("2026-04-10T06:00:00Z"), kept.run(JUDGED[0]));
    let before = super::report(&last);
    let events = kept.count("SELECT count(*) FROM event");
    let output = kept.call(JUDGED[0], &["prune", "--keep", "11d"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let left = kept.count("SELECT count(*) FROM event");
    assert!(left < events / 2, "{left} of {events} are left");
    assert!(!fs::read(kept.store()).expect("a store").windows(10).any(|bytes| bytes == b"sso-3-1-15"), "its text is left");
    // Judged again it is the same but for what names the pruning.
    kept.run(JUDGED[0]);
    let after = super::report(&last);
    assert_eq!(super::differing(&before, &after), ["SHA256SUMS", "manifest.json", "report.html", "summary.json"]);
    for file in ["summary.json", "report.html"] {
        assert!(String::from_utf8_lossy(&after[file]).contains("2026-05-01"), "{file}");
    }
    // Reading it all again, under other names, in other pieces, or a log that has grown, brings nothing back.
    let log = fs::read_to_string(kept.folder.path().join("inputs/okta-system-log.ndjson")).expect("a log");
    input(kept.folder.path(), "a-copy.ndjson", log.as_bytes());
    input(kept.folder.path(), "half.ndjson", log.lines().step_by(2).flat_map(|line| [line, "\n"]).collect::<String>().as_bytes());
    input(kept.folder.path(), "okta-system-log.ndjson", (log.clone() + log.lines().next().expect("a line") + "\n").as_bytes());
    kept.run(JUDGED[1]);
    assert_eq!(kept.count("SELECT count(*) FROM event"), left);
    assert_eq!(kept.count("SELECT count(*) FROM finding WHERE rule = 'altered-input'"), 0);
    let rows = crate::support::rows(&kept.folder.path().join("reports").join(JUDGED[1]).join("inputs.csv"));
    for row in rows {
        let number = |column: &str| row[column].parse::<u64>().expect("a number");
        assert_eq!(number("read"), number("used") + number("irrelevant") + number("duplicate") + number("rejected"), "{row:?}");
    }
    // The store verifies, with the runs of before and after.
    for folder in [&older, &last] {
        let output = kept.call(JUDGED[1], &["verify", folder.to_str().expect("UTF-8")]);
        assert!(output.status.code() == Some(0) && stdout(&output).contains("by prune"), "{}{}", stdout(&output), stderr(&output));
    }
}

#[test]
fn old_runs_go_and_what_they_found_stays_known() {
    let kept = Kept::new();
    for day in 10..14 {
        kept.run(&format!("2026-04-{day}T06:00:00Z"));
    }
    let folder = kept.run(JUDGED[0]);
    let seen = |folder: &Path| {
        crate::support::rows(&folder.join("findings.csv"))
            .iter()
            .map(|row| (row["finding_id"].clone(), row["first_seen"].clone()))
            .collect::<Vec<_>>()
    };
    let before = seen(&folder);
    assert!(before.iter().any(|(_, first)| first.starts_with("2026-04-10")), "{before:?}");
    assert_eq!(kept.call(JUDGED[0], &["prune", "--keep", "11d"]).status.code(), Some(0));
    assert_eq!((kept.count("SELECT count(*) FROM run"), kept.count("SELECT count(*) FROM pruned_run")), (2, 3));
    let verified = kept.call(JUDGED[0], &["verify", folder.to_str().expect("UTF-8")]);
    assert_eq!(verified.status.code(), Some(0), "{}", stdout(&verified));
    assert_eq!(seen(&kept.run(JUDGED[0])), before);
    let gone = kept.folder.path().join("reports/2026-04-10T06:00:00Z");
    let verified = kept.call(JUDGED[0], &["verify", gone.to_str().expect("UTF-8")]);
    assert!(verified.status.code() == Some(3) && stdout(&verified).contains("removed from the store by prune"), "{}", stdout(&verified));
}

#[test]
fn a_dry_run_says_what_would_go_and_writes_nothing() {
    let kept = Kept::new();
    kept.run(JUDGED[0]);
    let bytes = || files(kept.folder.path()).into_iter().map(|file| (fs::read(&file).expect("a file"), file)).collect::<Vec<_>>();
    let before = bytes();
    let planned = kept.call(JUDGED[0], &["prune", "--keep", "11d", "--dry-run", "--format", "json"]);
    assert_eq!(planned.status.code(), Some(0), "{}", stderr(&planned));
    assert!(before == bytes(), "something was written");
    let pruned = kept.call(JUDGED[0], &["prune", "--keep", "11d", "--format", "json"]);
    let said = |output: &Output| serde_json::from_slice::<serde_json::Value>(&output.stdout).expect("JSON");
    let (planned, pruned) = (said(&planned), said(&pruned));
    assert_eq!((&planned["removed"], &planned["listings"]), (&pruned["removed"], &pruned["listings"]));
    assert!(planned["listings"].as_u64() > Some(0) && planned["dry_run"] == true && pruned["dry_run"] == false);
    let nothing = kept.call(JUDGED[0], &["prune", "--keep", "11d"]);
    assert!(stdout(&nothing).contains("nothing before"), "{}", stdout(&nothing));
}

#[test]
fn the_period_is_not_pruned_into_and_one_that_begins_before_is_not_concluded_on() {
    let kept = Kept::new();
    let out = kept.run(JUDGED[0]);
    let before = content(&kept.store()).expect("a store");
    let refused = kept.call(JUDGED[0], &["prune", "--keep", "5d"]);
    assert!(refused.status.code() == Some(2) && stderr(&refused).contains("begins on 2026-05-01"), "{}", stderr(&refused));
    assert_eq!(content(&kept.store()).expect("a store"), before);
    let config = fs::read_to_string(&kept.config).expect("a config");
    fs::write(&kept.config, config.replace("from = 2026-05-01\n", "")).expect("a config");
    let refused = kept.call(JUDGED[0], &["prune", "--keep", "30d"]);
    assert!(refused.status.code() == Some(2) && stderr(&refused).contains("[report] from"), "{}", stderr(&refused));
    fs::write(&kept.config, &config).expect("a config");
    assert_eq!(kept.call(JUDGED[0], &["prune", "--keep", "11d"]).status.code(), Some(0));
    fs::write(&kept.config, config.replace(FROM.split('T').next().expect("a day"), "2026-04-15")).expect("a config");
    kept.run(JUDGED[0]);
    for row in crate::support::rows(&out.join("controls.csv")) {
        assert_ne!(row["conclusion"], "no exceptions", "{row:?}");
    }
    let summary = fs::read_to_string(out.join("summary.json")).expect("a summary");
    assert!(summary.contains("the period begins earlier"), "{summary}");
    fs::write(&kept.config, &config).expect("a config");
    let summary = fs::read_to_string(kept.run("2026-04-10T00:00:00Z").join("summary.json")).expect("a summary");
    assert!(summary.contains("this report speaks of a time before that"), "{summary}");
}

#[test]
fn what_stands_for_removed_records_is_not_withdrawn() {
    let kept = Kept::new();
    kept.run(JUDGED[0]);
    assert_eq!(kept.call(JUDGED[0], &["prune", "--keep", "11d"]).status.code(), Some(0));
    let refused = kept.call(JUDGED[0], &["forget", "inputs/okta-system-log.ndjson", "--reason", "wrong"]);
    assert!(
        refused.status.code() == Some(2) && stderr(&refused).contains("removed because such records stand for them"),
        "{}",
        stderr(&refused)
    );
    let young = kept.call(JUDGED[0], &["forget", "inputs/okta-users-2026-05-05T020000Z.json", "--reason", "wrong"]);
    assert_eq!(young.status.code(), Some(0), "{}", stderr(&young));
}
