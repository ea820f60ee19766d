//! `--log json`: standard error for programs.

use serde_json::Value;

use super::{Company, NIGHTS, output};
use crate::support::{stderr, stdout};

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect("every line is JSON")).collect()
}

#[test]
fn every_line_is_an_object_and_names_its_run() {
    let company = Company::new("");
    let (secret, payload) = ("s3cret-t0ken-of-a-record", "Payload Of A Record");
    company.export("broken.ndjson", "no json\n");
    company.export("system-log.ndjson", &format!("{}\n{{\"password\": \"{secret}\", \"name\": \"{payload}\"\n", Company::event(0)));
    let mut run = company.run(NIGHTS[0]);
    run.args(["--log", "json", "-v"]);
    let output = output(run);
    assert_eq!(output.status.code(), Some(3));
    let lines = lines(&stderr(&output));
    let messages: Vec<&str> = lines.iter().filter_map(|line| line["message"].as_str()).collect();
    assert_eq!(messages.len(), 6, "{messages:?}");
    for (index, start) in [
        (0, "run started"),
        (1, "inputs/broken.ndjson was not read"),
        (2, "inputs read"),
        (3, "analysis done"),
        (4, "report written"),
        (5, "run ended"),
    ] {
        assert!(messages[index].starts_with(start), "{messages:?}");
    }
    assert!(lines.iter().all(|line| line["as_of"] == NIGHTS[0] && line["pid"].is_u64() && line["fields"].is_object()));
    let times: Vec<&str> = lines.iter().filter_map(|line| line["time"].as_str()).collect();
    assert!(times.len() == lines.len() && times.iter().all(|time| time.ends_with('Z')), "{times:?}");
    assert_eq!((&lines[1]["level"], &lines[1]["fields"]["file"]), (&Value::from("warning"), &Value::from("inputs/broken.ndjson")));
    let run_id = stdout(&output).split("run ").nth(1).and_then(|rest| rest.split_whitespace().next().map(ToOwned::to_owned));
    assert!(lines[..3].iter().all(|line| line["run_id"].is_null()));
    assert!(lines[3..].iter().all(|line| line["run_id"].as_str() == run_id.as_deref()), "{run_id:?}");
    assert_eq!(lines[5]["fields"]["exit_code"], 3);
    assert!(!stderr(&output).contains(secret) && !stderr(&output).contains(payload));
}

#[test]
fn an_error_is_a_line_too_and_quiet_leaves_what_is_bad() {
    let company = Company::new("");
    // It fails before anything is judged.
    let nameless = Company::new("");
    std::fs::remove_file(&nameless.config).expect("a config");
    let mut run = nameless.run(NIGHTS[0]);
    run.args(["--log", "json"]);
    let said = lines(&stderr(&output(run)));
    assert!(!said.is_empty() && said.iter().all(|line| line["as_of"] == NIGHTS[0]), "{said:?}");
    let mut run = company.failing_run(NIGHTS[0]);
    run.args(["--log", "json"]);
    let failed = output(run);
    assert_eq!(failed.status.code(), Some(2));
    let said = lines(&stderr(&failed));
    let last = said.last().expect("a line");
    assert_eq!(last["level"], "error");
    assert!(last["fields"]["next"].as_str().is_some_and(|next| !next.is_empty()));
    company.export("broken.ndjson", "no json\n");
    let mut run = company.run(NIGHTS[0]);
    run.args(["--log", "json", "-q"]);
    let levels: Vec<Value> = lines(&stderr(&output(run))).iter().map(|line| line["level"].clone()).collect();
    assert_eq!(levels, ["warning"]);
}

#[test]
fn without_it_messages_are_words() {
    let company = Company::new("");
    company.export("broken.ndjson", "no json\n");
    let said = stderr(&output(company.run(NIGHTS[0])));
    assert!(said.starts_with("warning: inputs/broken.ndjson was not read: ") && said.lines().count() == 1, "{said}");
}
