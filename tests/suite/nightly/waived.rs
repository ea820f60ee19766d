//! Evidence that will never be complete again is waived like any other finding, so that exit code 3 means now.

use serde_json::Value;

use super::{Company, NIGHTS, output};
use crate::support::{stderr, stdout};

fn night(company: &Company, as_of: &str, expected: i32) -> Value {
    let mut run = company.run(as_of);
    run.args(["--format", "json"]);
    let output = output(run);
    assert_eq!(output.status.code(), Some(expected), "{}{}", stdout(&output), stderr(&output));
    serde_json::from_str(&stdout(&output)).expect("JSON")
}

#[test]
fn a_waived_gap_reject_and_age_end_with_zero_until_something_happens_now() {
    // Silent from one to nine, one bad line, and a listing that is older than it may be.
    let company = Company::new("log_gap = \"2h\"\n[[input]]\npath = \"inputs/users-*\"\nmax_age = \"1h\"\n");
    let hours: Vec<String> = [0, 1, 9, 11, 13, 15, 17, 19, 21, 23].map(Company::event).to_vec();
    let log = format!("{}\nno json\n", hours.join("\n"));
    company.export("system-log.ndjson", &log);
    company.members(1, &[]);
    let first = night(&company, NIGHTS[0], 3);
    let evidence = first["evidence"].as_array().expect("findings");
    let rules: Vec<&str> = evidence.iter().filter_map(|row| row["rule"].as_str()).collect();
    assert_eq!(rules, ["log-gap", "rejected-records", "stale-input"]);
    let waiver = |row: &Value| {
        format!(
            "[[waiver]]\nfinding = {}\nreason = \"the provider keeps it no longer\"\napprover = \"ciso@acme.example\"\nexpires = 2026-06-03\n",
            row["finding_id"]
        )
    };
    let waivers: Vec<String> = evidence.iter().map(waiver).collect();
    std::fs::write(company.path("waivers.toml"), waivers.join("\n")).expect("waivers");
    let second = night(&company, NIGHTS[1], 0);
    assert_eq!((&second["waivers"]["findings"], &second["waivers"]["last_end"]), (&Value::from(3), &Value::from("2026-06-03")));
    assert_eq!(second["waivers"]["ending"].as_array().map(Vec::len), Some(3), "today");
    assert!(second["evidence"].as_array().expect("findings").iter().all(|row| row["waived_until"] == "2026-06-03"));
    let grown = |night: &Value| night["evidence"].as_array().expect("findings").iter().filter(|row| row["grown"] == true).count();
    assert_eq!(grown(&second), 0);
    let said = stdout(&output(company.run(NIGHTS[1])));
    assert!(
        said.contains("3 findings waived, until 2026-06-03") && said.contains("waiver    log-gap okta-system-log ends today"),
        "{said}"
    );
    // A waiver is about a source: what happens there later is accepted with the rest, and told all the same.
    company.export("system-log-2.ndjson", "no json either\n{}\n".replace("{}", &Company::event(23)).as_str());
    assert_eq!(grown(&night(&company, NIGHTS[1], 0)), 1);
    let said = stdout(&output(company.run(NIGHTS[1])));
    assert!(said.contains("waived    rejected-records okta-system-log has something new in it"), "{said}");
    std::fs::remove_file(company.path("inputs/system-log-2.ndjson")).expect("an input");
    // Something happens now.
    company.export("broken.ndjson", "no json at all\n");
    let third = night(&company, NIGHTS[1], 3);
    assert_eq!(third["inputs"]["refused"].as_array().map(Vec::len), Some(1));
    std::fs::remove_file(company.path("inputs/broken.ndjson")).expect("an input");
    assert_eq!(night(&company, NIGHTS[1], 0)["exit_code"], 0);
    // And when the waivers have run out, all of it is said again, once.
    let last = night(&company, "2026-06-04T06:00:00Z", 3);
    assert_eq!((&last["reopened"], last["waivers"]["expired"].as_array().map(Vec::len)), (&Value::from(3), Some(3)));
    assert_eq!(night(&company, "2026-06-05T06:00:00Z", 3)["reopened"], 0);
}
