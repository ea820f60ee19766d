//! The wiring: arguments, exit codes, streams.

use crate::support::{acme, config, folder, input, rows, run, scimdrift, stderr, stdout};

/// One System Log event of no interest.
fn noise(n: u32) -> String {
    format!(
        r#"{{"uuid":"0000{n:04}-aaaa-bbbb-cccc-000000000000","published":"2026-06-01T{:02}:00:00.000Z","eventType":"policy.evaluate_sign_on","actor":{{"id":"00u1","type":"User","alternateId":"ada@acme.example"}},"outcome":{{"result":"ALLOW"}},"target":[]}}"#,
        n % 24
    )
}

#[test]
fn exactly_the_bad_lines_are_rejected() {
    let folder = folder();
    let config = config(folder.path(), "from = 2026-06-01\nto = 2026-06-01");
    let lines = format!("\u{feff}{}\r\n\r\n{{\"uuid\": garbage\r\n{}\r\n{{\"uuid\":\"torn", noise(0), noise(23));
    input(folder.path(), "system-log.ndjson", lines.as_bytes());
    let output = run(&config, folder.path(), &[]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    let rejects = rows(&folder.path().join("report/rejects.csv"));
    let places: Vec<(&str, &str)> = rejects.iter().map(|row| (row["file"].as_str(), row["line"].as_str())).collect();
    assert_eq!(places, [("inputs/system-log.ndjson", "3"), ("inputs/system-log.ndjson", "5")]);
    let inputs = rows(&folder.path().join("report/inputs.csv"));
    assert_eq!((inputs[0]["read"].as_str(), inputs[0]["irrelevant"].as_str(), inputs[0]["rejected"].as_str()), ("4", "2", "2"));
}

#[test]
fn a_torn_line_is_read_when_the_file_has_grown() {
    let folder = folder();
    let config = config(folder.path(), "from = 2026-06-01\nto = 2026-06-01");
    let whole = format!("{}\n{}\n{}\n", noise(0), noise(12), noise(23));
    input(folder.path(), "system-log.ndjson", &whole.as_bytes()[..whole.len() - 40]);
    assert_eq!(run(&config, folder.path(), &["-q"]).status.code(), Some(3));
    input(folder.path(), "system-log.ndjson", whole.as_bytes());
    let output = run(&config, folder.path(), &["-q"]);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    assert_eq!(rows(&folder.path().join("report/rejects.csv")).len(), 0);
    assert_eq!(rows(&folder.path().join("report/inputs.csv"))[0]["read"], "3");
}

#[test]
fn a_credential_in_a_request_leaves_no_trace() {
    let folder = folder();
    let config = config(folder.path(), "from = 2026-06-01\nto = 2026-06-01");
    let (bearer, token, password) = ("b3arerb3arerb3arer", "t0kent0kent0ken", "P4ssword!P4ss");
    let request = format!(
        r#"{{"timestamp":"2026-06-01T12:00:00.000Z","request_id":"r1","method":"POST","path":"/api/organizations/acme/scim/v2/Users?token={token}","status":201,"headers":{{"Authorization":"Bearer {bearer}"}},"request":"{{\"userName\":\"ada\",\"password\":\"{password}\",\"active\":true,\"externalId\":\"00u1\"}}","response":{{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"65a100000000000000000001","userName":"ada","active":true}}}}"#
    );
    input(
        folder.path(),
        "requests.ndjson",
        format!("{request}\n{{\"broken\": \"Authorization: Bearer {bearer}\", \"password\": \"{password}\n").as_bytes(),
    );
    run(&config, folder.path(), &["-v"]);
    for file in crate::support::files(folder.path()).into_iter().filter(|file| !file.starts_with(folder.path().join("inputs"))) {
        let bytes = std::fs::read(&file).expect("a file");
        for secret in [bearer, token, password] {
            assert!(!bytes.windows(secret.len()).any(|window| window == secret.as_bytes()), "{} holds {secret}", file.display());
        }
    }
    assert!(rows(&folder.path().join("report/accounts.csv")).iter().any(|row| row["account"] == "ada"), "the record itself was used");
}

#[test]
fn other_formats_are_refused_with_what_can_be_read() {
    let folder = folder();
    let config = config(folder.path(), "");
    input(folder.path(), "recording.ndjson", b"{\"method\":\"GET\",\"url\":\"https://acme.example/api/v1/users\",\"body\":\"[]\"}\n");
    let output = run(&config, folder.path(), &[]);
    assert_eq!(output.status.code(), Some(3));
    let said = stderr(&output);
    assert!(said.contains("inputs/recording.ndjson was not read") && said.contains("method") && said.contains("okta-system-log"), "{said}");
}

#[test]
fn a_listing_without_its_moment_is_refused_and_says_how_to_give_it() {
    let folder = folder();
    let config = config(folder.path(), "");
    input(
        folder.path(),
        "members.json",
        br#"[{"_id":"65a100000000000000000001","user":"ada","fullname":"Ada","avatarUrl":"https://a.example/a.png","role":"read"}]"#,
    );
    let output = run(&config, folder.path(), &[]);
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains("taken_at"), "{}", stderr(&output));
}

#[test]
fn fail_on_ends_with_one_and_incomplete_evidence_with_three() {
    let folder = folder();
    // One of one account without an owner would make the matching suspect.
    let path = config(folder.path(), "from = 2026-06-01\nto = 2026-06-01\n[thresholds]\nmax_change = \"100%\"");
    input(
        folder.path(),
        "members-2026-06-01T120000Z.json",
        br#"[{"_id":"65a100000000000000000001","user":"stray","fullname":"Stray","avatarUrl":"https://a.example/a.png","role":"read"}]"#,
    );
    let people =
        r#"[{"id":"00u1","status":"ACTIVE","created":"2025-01-01T00:00:00.000Z","profile":{"login":"ada@acme.example"},"credentials":{}}]"#;
    input(folder.path(), "users-2026-06-01T120000Z.json", people.as_bytes());
    assert_eq!(run(&path, folder.path(), &["-q"]).status.code(), Some(0));
    assert_eq!(run(&path, folder.path(), &["-q", "--fail-on", "high"]).status.code(), Some(1), "an orphaned account is high");
    assert_eq!(run(&path, folder.path(), &["-q", "--fail-on", "critical"]).status.code(), Some(0));
    input(folder.path(), "broken.ndjson", b"no json\n");
    assert_eq!(run(&path, folder.path(), &["-q", "--fail-on", "high"]).status.code(), Some(3), "three stands before one");
}

#[test]
fn wrong_usage_and_bad_config_end_with_two() {
    let folder = folder();
    let of = |arguments: &[&str]| scimdrift().args(arguments).current_dir(folder.path()).output().expect("the program starts");
    assert_eq!(of(&["nonsense"]).status.code(), Some(2));
    let missing = of(&["run"]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(stderr(&missing).contains("scimdrift.toml"), "{}", stderr(&missing));
    std::fs::write(folder.path().join("scimdrift.toml"), "[report]\norganisation = \"Acme Corp\"\n").expect("a config");
    let bad = of(&["run"]);
    assert_eq!(bad.status.code(), Some(2));
    assert!(stderr(&bad).contains("scimdrift.toml, line 2") && stderr(&bad).contains("organisation"), "{}", stderr(&bad));
    assert_eq!(of(&["--help"]).status.code(), Some(0));
}

#[test]
fn a_file_that_is_no_store_is_left_alone() {
    let folder = folder();
    std::fs::write(folder.path().join("store.db"), "my diary").expect("a file");
    let output = run(&acme().join("scimdrift.toml"), folder.path(), &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("no SQLite database"), "{}", stderr(&output));
    assert_eq!(std::fs::read_to_string(folder.path().join("store.db")).ok().as_deref(), Some("my diary"));
}

#[test]
fn the_parts_of_the_job_make_the_whole() {
    let (whole, parts) = (folder(), folder());
    run(&acme().join("scimdrift.toml"), whole.path(), &["-q"]);
    for command in ["ingest", "analyze", "report"] {
        let mut part = scimdrift();
        part.arg(command).arg("--config").arg(acme().join("scimdrift.toml")).args(["-q", "--as-of", crate::support::AS_OF]);
        part.arg("--store").arg(parts.path().join("store.db"));
        if command == "report" {
            part.arg("--out").arg(parts.path().join("report"));
        }
        let output = part.output().expect("the program starts");
        assert_eq!(output.status.code(), Some(3), "{command}: {}", stderr(&output));
    }
    let page = |folder: &std::path::Path| std::fs::read(folder.join("report/report.html")).expect("the page");
    assert!(page(whole.path()) == page(parts.path()));
    let mut list = scimdrift();
    list.arg("findings").arg("--config").arg(acme().join("scimdrift.toml")).arg("--store").arg(parts.path().join("store.db"));
    list.args(["--format", "json", "--rule", "orphaned-account", "--severity", "critical"]);
    let found: serde_json::Value = serde_json::from_slice(&list.output().expect("the program starts").stdout).expect("JSON");
    assert_eq!(found.as_array().map(Vec::len), Some(3));
}

#[test]
fn explain_prints_the_page_of_every_rule() {
    for rule in scimdrift::analyzer::ALL {
        let output = scimdrift().args(["explain", rule.id]).output().expect("the program starts");
        assert_eq!(output.status.code(), Some(0), "{}: {}", rule.id, stderr(&output));
        let page = std::fs::read_to_string(crate::support::root().join(format!("docs/rules/{}.md", rule.id))).expect("its page");
        assert_eq!(stdout(&output), page, "{}", rule.id);
    }
}

#[test]
fn rules_and_findings_are_explained() {
    let folder = folder();
    run(&acme().join("scimdrift.toml"), folder.path(), &["-q"]);
    let of = |id: &str| {
        let mut explain = scimdrift();
        explain.args(["explain", id]).arg("--config").arg(acme().join("scimdrift.toml")).arg("--store").arg(folder.path().join("store.db"));
        explain.output().expect("the program starts")
    };
    for row in rows(&folder.path().join("report/findings.csv")) {
        let said = stdout(&of(&row["finding_id"]));
        assert!(said.contains(&row["rule"]) && said.contains("evidence") && !said.contains('\u{1b}'), "{said}");
    }
    assert_eq!(of("nonsense").status.code(), Some(2));
}

#[test]
fn a_closed_pipe_is_success() {
    let mut child = scimdrift().args(["sources"]).stdout(std::process::Stdio::piped()).spawn().expect("the program starts");
    drop(child.stdout.take());
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}

#[test]
fn the_store_is_readable_by_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = folder();
    run(&acme().join("scimdrift.toml"), folder.path(), &["-q"]);
    {
        let name = "store.db";
        let mode = std::fs::metadata(folder.path().join(name)).expect("a file").permissions().mode();
        assert_eq!(mode & 0o077, 0, "{name}");
    }
}

#[test]
fn every_rule_and_source_is_listed() {
    for (command, least, one) in [("sources", 15, "okta-system-log"), ("rules", 6, "orphaned-account")] {
        let said = stdout(&scimdrift().arg(command).output().expect("the program starts"));
        assert!(said.lines().count() >= least && said.contains(one), "{said}");
    }
}

#[test]
fn a_pattern_may_begin_with_a_wildcard_beside_the_config() {
    for (pattern, name) in
        [("*.ndjson", "system-log.ndjson"), ("**/*.ndjson", "nights/system-log.ndjson"), ("n*/*", "nights/system-log.ndjson")]
    {
        let folder = folder();
        let config = config(folder.path(), "from = 2026-06-01\nto = 2026-06-01");
        let text = std::fs::read_to_string(&config).expect("the config");
        std::fs::write(&config, text.replace("path = \"inputs\"", &format!("path = \"{pattern}\""))).expect("the config");
        std::fs::create_dir(folder.path().join("nights")).expect("a folder");
        std::fs::write(folder.path().join(name), format!("{}\n{}\n", noise(0), noise(23))).expect("an input");
        // By default the config is `scimdrift.toml` in the folder where one stands.
        let mut command = scimdrift();
        command.current_dir(folder.path()).args(["run", "--as-of", "2026-06-02T00:00:00Z", "--out", "report"]);
        let output = command.output().expect("the program starts");
        assert_eq!(output.status.code(), Some(0), "{pattern}: {}", stderr(&output));
        let inputs = rows(&folder.path().join("report/inputs.csv"));
        assert_eq!(inputs.iter().map(|row| row["file"].as_str()).collect::<Vec<_>>(), [name], "{pattern}");
    }
}
