//! The export scripts against servers on loopback that answer in the shape of the real ones: what they write is read without a
//! reject, and what breaks off leaves no file.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

use crate::support::{config, files, folder, has, root, scimdrift, stderr};

/// The server of one test, gone when the test is.
struct Server {
    process: Child,
    port: u16,
}

impl Server {
    /// `None`, and said so, where a program is missing.
    fn start() -> Option<Self> {
        if !["curl", "jq", "python3"].into_iter().all(has) {
            return None;
        }
        let script = root().join("tests/suite/exports/server.py");
        let mut command = Command::new("python3");
        command.arg(script).arg(root().join("fixtures/sources")).stdout(Stdio::piped());
        let mut process = command.spawn().expect("the server starts");
        let mut line = String::new();
        let mut lines = BufReader::new(process.stdout.take().expect("its output"));
        lines.read_line(&mut line).expect("its port");
        // Somebody has to listen, or the server stops.
        std::thread::spawn(move || lines.lines().for_each(drop));
        Some(Self { port: line.trim().parse().expect("a port"), process })
    }

    /// Runs one script against it, in a mode of the server.
    fn export(&self, script: &str, mode: &str, into: &Path) -> Output {
        let base = |kind: &str| format!("http://127.0.0.1:{}/{mode}/{kind}", self.port);
        let token = into.join(".token");
        std::fs::write(&token, "made-up-token\n").expect("a token");
        let mut command = Command::new(root().join(format!("packaging/export/{script}.sh")));
        command.arg(into).env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin");
        command.env("OKTA_URL", base("okta")).env("GRAPH_URL", base("graph")).env("HF_URL", base("hf"));
        command.env("OKTA_APP", "0oa1hfacme").env("HF_ORG", "acme").env("ENTRA_SERVICE_PRINCIPAL", "33333333-0000-4000-8000-000000000001");
        command.env("OKTA_TOKEN_FILE", &token).env("GRAPH_TOKEN_FILE", &token).env("HF_TOKEN_FILE", &token);
        command.output().expect("the script starts")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _gone = self.process.kill();
        let _gone = self.process.wait();
    }
}

/// The names of all scripts that ask a server with curl.
fn scripts() -> Vec<String> {
    let all = files(&root().join("packaging/export")).into_iter();
    let names = all.filter_map(|path| Some(path.file_name()?.to_str()?.strip_suffix(".sh")?.to_owned()));
    let names: Vec<String> = names.filter(|name| !matches!(name.as_str(), "lib" | "all") && !name.starts_with("aws-")).collect();
    assert!(names.len() >= 18, "{names:?}");
    names
}

/// How many records of a source the server has.
fn records(source: &str) -> usize {
    let text = std::fs::read_to_string(root().join(format!("fixtures/sources/{source}/ok.ndjson"))).expect("records");
    text.lines().filter(|line| !line.trim().is_empty()).count()
}

/// What a script left in its folder, without the token.
fn left(folder: &Path) -> Vec<PathBuf> {
    files(folder).into_iter().filter(|path| !path.ends_with(".token")).collect()
}

#[test]
fn what_a_script_writes_is_read_without_a_reject() {
    let Some(server) = Server::start() else { return };
    for script in scripts() {
        let place = folder();
        let config = config(place.path(), "");
        let output = server.export(&script, "ok", &place.path().join("inputs"));
        assert_eq!(output.status.code(), Some(0), "{script}: {}", stderr(&output));
        std::fs::remove_file(place.path().join("inputs/.token")).expect("the token");
        let kept = left(&place.path().join("inputs"));
        assert!(!kept.is_empty(), "{script}");
        for file in &kept {
            let export: Value = serde_json::from_slice(&std::fs::read(file).expect("the export")).expect("JSON");
            assert_eq!((&export["source"], &export["complete"]), (&Value::from(script.as_str()), &Value::from(true)), "{script}");
            assert!(export["items"].as_array().is_some_and(|items| !items.is_empty()), "{script}");
            let mode = std::os::unix::fs::PermissionsExt::mode(&file.metadata().expect("its mode").permissions());
            assert_eq!(mode & 0o077, 0, "{script}: nobody else reads it");
        }
        let mut command = scimdrift();
        let ingested = command.arg("ingest").arg("--config").arg(&config).args(["--format", "json"]).output().expect("the program starts");
        let answer: Value = serde_json::from_slice(&ingested.stdout).expect("JSON");
        assert_eq!(
            (&answer["files"], &answer["rejected"]),
            (&Value::from(kept.len()), &Value::from(0)),
            "{script}: {answer} {}",
            stderr(&ingested)
        );
    }
}

/// As many records as the server has: of each page, and none twice.
#[test]
fn every_page_is_fetched() {
    let Some(server) = Server::start() else { return };
    for script in ["okta-system-log", "okta-users", "okta-app-users", "entra-audit", "huggingface-audit-log", "scim-users", "scim-groups"] {
        let place = folder();
        let output = server.export(script, "ok", place.path());
        let file = left(place.path()).pop().unwrap_or_else(|| panic!("{script}: {}", stderr(&output)));
        let export: Value = serde_json::from_slice(&std::fs::read(file).expect("the export")).expect("JSON");
        let expected = records(script);
        assert!(expected > 1, "{script}: more than a page");
        assert_eq!(export["items"].as_array().map(Vec::len), Some(expected), "{script}");
    }
}

#[test]
fn what_breaks_off_or_leads_away_leaves_no_file() {
    let Some(server) = Server::start() else { return };
    let mut broken = 0;
    for (mode, code) in [("broken", 1), ("foreign", 4)] {
        for script in scripts() {
            if mode == "foreign" && script.starts_with("scim-") {
                continue; // Its pages are counted, not linked.
            }
            let place = folder();
            let output = server.export(&script, mode, place.path());
            // Its records fill one page, or it is made of several listings.
            if records(&script) <= 1
                || matches!(script.as_str(), "okta-users" | "okta-group-users" | "entra-groups") && output.status.success()
            {
                continue;
            }
            broken += 1;
            assert_eq!(output.status.code(), Some(code), "{script}, {mode}: {}", stderr(&output));
            assert!(left(place.path()).is_empty(), "{script}, {mode}: {:?}", left(place.path()));
            assert!(!stderr(&output).contains("made-up-token"), "{script}");
        }
    }
    assert!(broken > 20, "{broken}");
}

#[test]
fn a_log_goes_on_where_the_last_file_ended_and_a_short_listing_says_so() {
    let Some(server) = Server::start() else { return };
    let place = folder();
    std::fs::write(place.path().join("okta-system-log-2026-09-30T020000Z.json"), "{}").expect("an older export");
    let output = server.export("okta-system-log", "ok", place.path());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let file =
        left(place.path()).into_iter().rfind(|path| !path.ends_with("okta-system-log-2026-09-30T020000Z.json")).expect("the new one");
    let export: Value = serde_json::from_slice(&std::fs::read(file).expect("the export")).expect("JSON");
    assert_eq!(export["params"]["since"], "2026-09-30T00:00:00Z", "two hours earlier");

    let place = folder();
    let output = server.export("scim-users", "short", place.path());
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    let export: Value = serde_json::from_slice(&std::fs::read(&left(place.path())[0]).expect("the export")).expect("JSON");
    assert_eq!(export["complete"], false);
}

#[test]
fn a_script_without_what_it_needs_says_what() {
    if !["curl", "jq"].into_iter().all(has) {
        return;
    }
    let place = folder();
    let run = |environment: &[(&str, &str)]| {
        let mut command = Command::new(root().join("packaging/export/okta-users.sh"));
        command.arg(place.path()).env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").envs(environment.iter().copied());
        let output = command.output().expect("the script starts");
        (output.status.code(), stderr(&output))
    };
    for (environment, said) in [
        (&[][..], "OKTA_URL is not set"),
        (&[("OKTA_URL", "https://acme.okta.example")], "neither OKTA_TOKEN_FILE nor OKTA_TOKEN is set"),
        (&[("OKTA_URL", "http://acme.okta.example"), ("OKTA_TOKEN", "x")], "only https is asked"),
        (&[("OKTA_URL", "https://acme.okta.example"), ("OKTA_TOKEN", "x\nHost: evil")], "holds what no token has"),
    ] {
        let (code, message) = run(environment);
        assert_eq!(code, Some(2), "{message}");
        assert!(message.contains(said), "{message}");
    }
    assert!(left(place.path()).is_empty());
}

/// The AWS command line signs and pages by itself; a script in its place answers with the fixtures.
#[test]
fn what_the_aws_scripts_write_is_read_without_a_reject() {
    if !["jq", "base64"].into_iter().all(has) {
        return;
    }
    let tools = folder();
    let records = root().join("fixtures/sources");
    let aws = format!(
        "#!/bin/sh\ncase \"$1 $2\" in\n'iam generate-credential-report') echo '{{\"State\":\"COMPLETE\"}}' ;;\n\
         'iam get-credential-report') base64 -w 0 '{0}/aws-credential-report/ok.csv' | jq -R '{{Content: ., GeneratedTime: \"2026-10-01T01:59:30+00:00\"}}' ;;\n\
         'cloudtrail lookup-events') case \"$*\" in *=iam.amazonaws.com) jq -s '{{Events: map({{CloudTrailEvent: tojson}})}}' '{0}/aws-cloudtrail/ok.ndjson' ;; *) echo '{{\"Events\":[]}}' ;; esac ;;\n\
         *) exit 9 ;;\nesac\n",
        records.display()
    );
    std::fs::write(tools.path().join("aws"), aws).expect("a script");
    std::fs::set_permissions(tools.path().join("aws"), std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("its mode");
    for (script, name) in [("aws-credential-report", Some("aws-credential-report-2026-10-01T015930Z.csv")), ("aws-cloudtrail", None)] {
        let place = folder();
        let config = config(place.path(), "");
        let mut command = Command::new(root().join(format!("packaging/export/{script}.sh")));
        let path = format!("{}:/usr/local/bin:/usr/bin:/bin", tools.path().display());
        let output = command.arg(place.path().join("inputs")).env_clear().env("PATH", path).output().expect("the script starts");
        assert_eq!(output.status.code(), Some(0), "{script}: {}", stderr(&output));
        assert!(name.is_none_or(|name| place.path().join("inputs").join(name).exists()), "{script}: of the time that AWS says");
        let mut command = scimdrift();
        let ingested = command.arg("ingest").arg("--config").arg(&config).args(["--format", "json"]).output().expect("the program starts");
        let answer: Value = serde_json::from_slice(&ingested.stdout).expect("JSON");
        assert_eq!((&answer["files"], &answer["rejected"]), (&Value::from(1), &Value::from(0)), "{script}: {answer} {}", stderr(&ingested));
        assert!(answer["records"].as_u64() > Some(1), "{script}: {answer}");
    }
}
