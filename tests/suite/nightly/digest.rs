//! What a run prints: a screen, the news once, and the same for programs.

use serde_json::Value;

use super::{Company, NIGHTS, output};
use crate::support::{acme, config, folder, stderr, stdout};

#[test]
fn a_finding_is_news_in_one_run() {
    let company = Company::new("");
    company.members(1, &["stray"]);
    let first = stdout(&output(company.run(NIGHTS[0])));
    assert!(first.contains("high      orphaned-account: ") && first.contains("1 new · 0 reopened · 0 persisting"), "{first}");
    let second = stdout(&output(company.run(NIGHTS[1])));
    assert!(!second.contains("\nhigh ") && second.contains("0 new · 0 reopened · 1 persisting"), "{second}");
    // A run of the same moment takes the place of the one that was there, and is compared as that was.
    let again = stdout(&output(company.run(NIGHTS[0])));
    assert!(again.contains("replaces the run of this moment") && again.contains("1 new"), "{again}");
    assert!(!second.contains("replaces"), "{second}");
    // Gone, and back.
    company.members(3, &[]);
    let gone = stdout(&output(company.run("2026-06-04T06:00:00Z")));
    assert!(gone.contains("1 resolved"), "{gone}");
    company.members(4, &["stray"]);
    let back = stdout(&output(company.run("2026-06-05T06:00:00Z")));
    assert!(back.contains("high      orphaned-account again: ") && back.contains("0 new · 1 reopened"), "{back}");
}

#[test]
fn what_a_run_could_not_say_is_said_by_the_next() {
    let company = Company::new("");
    company.members(1, &["stray"]);
    // Judged and kept, but ended before it could say anything.
    let failed = output(company.failing_run(NIGHTS[0]));
    assert_eq!((failed.status.code(), stdout(&failed)), (Some(2), String::new()));
    let next = stdout(&output(company.run(NIGHTS[1])));
    assert!(next.contains("\nhigh      orphaned-account: ") && next.contains("0 new · 0 reopened · 1 persisting"), "{next}");
    let after = stdout(&output(company.run("2026-06-04T06:00:00Z")));
    assert!(!after.contains("\nhigh "), "{after}");
}

#[test]
fn it_fits_on_a_screen_however_much_there_is() {
    let folder = folder();
    let path = config(folder.path(), "from = 2026-06-01\nto = 2026-06-20");
    for number in 0..9 {
        crate::support::input(folder.path(), &format!("broken-{number}.ndjson"), b"no json\n");
    }
    let users: Vec<String> = (0..60).map(|number| format!("stray-{number}")).collect();
    let users: Vec<&str> = users.iter().map(String::as_str).collect();
    let company = Company { folder, config: path };
    company.members(1, &users);
    company.export("system-log.ndjson", &format!("{}\nno json\n", Company::event(0)));
    let waiver = |number: u32| {
        format!(
            "[[waiver]]\nrule = \"orphaned-account\"\naccount = \"stray-{number}\"\nreason = \"r\"\napprover = \"a\"\nexpires = 2026-06-0{}\n",
            number % 9 + 1
        )
    };
    std::fs::write(company.path("waivers.toml"), (0..40).map(waiver).collect::<String>()).expect("waivers");
    let mut run = company.run(NIGHTS[0]);
    run.env("COLUMNS", "80");
    let output = output(run);
    let said = stdout(&output);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert_eq!(said.lines().count(), 24, "{said}");
    assert!(!said.contains("broken-0.ndjson could not be read"), "said as refused already: {said}");
    let title = said.lines().next().expect("a title");
    assert!(said.lines().all(|line| line == title || line.chars().count() <= 80), "{said}");
    for part in ["refused ", "and 8 more", "unchecked ", "waiver ", "new", "report ", "ended     with exit code 3 after "] {
        assert!(said.contains(part), "{part}: {said}");
    }
}

#[test]
fn every_reason_of_the_exit_code_is_there_on_a_narrow_screen() {
    let company = Company::new("log_gap = \"2h\"\n");
    let hours: Vec<String> = [0, 1, 9, 11, 13, 15, 17, 19, 21, 23].map(Company::event).to_vec();
    company.export("system-log.ndjson", &format!("{}\nno json\n", hours.join("\n")));
    company.export("broken.ndjson", "no json\n");
    let mut run = company.run(NIGHTS[0]);
    run.env("COLUMNS", "80");
    let said = stdout(&output(run));
    let ended = said.split("\nended ").nth(1).expect("the last line");
    for reason in ["log-gap okta-system-log", "rejected-records okta-system-log", "1 refused input"] {
        assert!(ended.split_whitespace().collect::<Vec<_>>().join(" ").contains(reason), "{reason}: {said}");
    }
    assert!(ended.lines().count() == 2 && said.lines().count() <= 24, "{said}");
}

#[test]
fn what_ran_out_long_ago_hides_no_waiver_that_ends_soon_or_has_just_ended() {
    let company = Company::new("");
    company.members(1, &["stray-0", "stray-1", "stray-2", "stray-3", "stray-4"]);
    let waiver = |(number, day): (usize, &str)| {
        format!(
            "[[waiver]]\nrule = \"orphaned-account\"\naccount = \"stray-{number}\"\nreason = \"r\"\napprover = \"a\"\nexpires = 2026-{day}\n"
        )
    };
    let waive = |last: &str| {
        let days = ["05-01", "05-01", "05-01", "05-01", last];
        std::fs::write(company.path("waivers.toml"), days.into_iter().enumerate().map(waiver).collect::<String>()).expect("waivers");
    };
    waive(&NIGHTS[0][5..10]);
    let soon = stdout(&output(company.run(NIGHTS[0])));
    assert!(soon.contains("waiver    orphaned-account stray-4 ends today"), "{soon}");
    let over = stdout(&output(company.run(NIGHTS[1])));
    assert!(over.contains("waiver    orphaned-account stray-4 is expired"), "{over}");
    // The night after that is no news any more.
    let later = stdout(&output(company.run("2026-06-04T06:00:00Z")));
    assert!(later.contains("waiver    orphaned-account stray-0 is expired") && !later.contains("stray-4 is expired"), "{later}");
}

#[test]
fn programs_are_told_the_same() {
    let folder = folder();
    let told = crate::support::run(&acme().join("scimdrift.toml"), folder.path(), &["--format", "json"]);
    let told: Value = serde_json::from_str(&stdout(&told)).expect("JSON");
    let news = told["news"].as_array().expect("news");
    assert_eq!(news.len() as u64, told["open"].as_object().expect("counts").values().filter_map(Value::as_u64).sum::<u64>());
    assert!(news.iter().all(|row| row["finding_id"].as_str().is_some_and(|id| id.len() == 16) && row["change"] == "new"));
    assert_eq!(
        (&told["inputs"]["reading"]["read"], &told["exit_code"], &told["replaces"]),
        (&Value::from(30), &Value::from(3), &Value::from(false))
    );
    let sources = told["inputs"]["sources"].as_array().expect("sources");
    let ages: Vec<f64> = sources.iter().filter_map(|row| row["age_hours"].as_f64()).collect();
    assert!(ages.len() == sources.len() && ages.is_sorted_by(|one, other| one >= other), "the oldest first: {ages:?}");
    assert!(told["seconds"].as_f64().is_some_and(|seconds| seconds > 0.0));
    // The guide names every field, and no other.
    let guide = super::read(&crate::support::root().join("docs/guides/answers.md"));
    let section = guide.split("\n## ").find(|section| section.starts_with("`run`")).expect("a section on run");
    for (field, value) in told.as_object().expect("an object") {
        assert!(section.contains(&format!("`{field}`")), "docs/guides/answers.md does not tell of {field}");
        let inside = value.as_array().and_then(|rows| rows.first()).unwrap_or(value);
        for field in inside.as_object().into_iter().flat_map(serde_json::Map::keys) {
            assert!(section.contains(&format!("`{field}`")), "docs/guides/answers.md does not tell of {field}");
        }
    }
}
