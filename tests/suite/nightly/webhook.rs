//! The webhook: what a real HTTPS server receives, whom nothing is sent to, and that nobody learns its address.

use std::process::{Command, Output};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::server::Server;
use super::{Company, NIGHTS, output};
use crate::support::{files, stderr, stdout};

/// The part of the address that only its owner knows.
const SECRET: &str = "T0s3cretB0s3cretXs3cret";

const NOTIFY: &str = "[notify]\nwebhook_env = \"SCIMDRIFT_WEBHOOK\"\n";

fn company(format: &str) -> Company {
    let company = Company::new(&format!("{NOTIFY}format = \"{format}\"\n[metrics]\nfile = \"scimdrift.prom\""));
    company.members(1, &["stray"]);
    company.export("system-log.ndjson", &format!("{}\n{}\n", Company::event(0), Company::event(23)));
    company
}

/// The address at the server, which is trusted.
fn to(mut command: Command, server: &Server, host: &str) -> Command {
    let address = format!("https://{host}:{}/services/{SECRET}?key={SECRET}", server.port);
    command.env("SCIMDRIFT_WEBHOOK", address).env("SSL_CERT_FILE", server.authority());
    command
}

/// Nothing that the program printed or wrote tells the address.
fn is_kept_secret(company: &Company, output: &Output) {
    assert!(!stdout(output).contains(SECRET) && !stderr(output).contains(SECRET), "{}{}", stdout(output), stderr(output));
    for file in files(company.folder.path()) {
        let bytes = std::fs::read(&file).expect("a file");
        assert!(!bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes()), "{}", file.display());
    }
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

#[test]
fn what_is_new_is_told_once_in_numbers() {
    let (server, company) = (Server::start("localhost", &["200 OK"]), company("json"));
    let first = output(to(company.run(NIGHTS[0]), &server, "localhost"));
    assert_eq!((first.status.code(), stderr(&first)), (Some(0), String::new()));
    is_kept_secret(&company, &first);
    let received = server.received();
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].line, format!("POST /services/{SECRET}?key={SECRET} HTTP/1.1"));
    assert!(received[0].headers.iter().any(|header| header == "content-type: application/json"), "{:?}", received[0].headers);
    let told = json(&received[0].body);
    assert_eq!((&told["scimdrift"], &told["kind"]), (&Value::from("notification/1"), &Value::from("news")));
    assert_eq!(told["text"], "Acme Corp: 1 new finding (1 high)");
    assert_eq!((&told["as_of"], &told["exit_code"], &told["open"]), (&Value::from(NIGHTS[0]), &Value::from(0), &Value::from(1)));
    let found = &told["findings"][0];
    assert_eq!(
        (&found["rule"], &found["severity"], &found["change"]),
        (&Value::from("orphaned-account"), &Value::from("high"), &Value::from("new"))
    );
    assert!(told["report"].as_str().is_some_and(|page| page.ends_with("/report/report.html")));
    assert!(!received[0].body.contains("stray") && !received[0].body.contains("ada"), "no names: {}", received[0].body);

    // The next night nothing is new; and the same moment again tells nobody what they know.
    for as_of in [NIGHTS[1], NIGHTS[0], NIGHTS[1]] {
        assert_eq!(output(to(company.run(as_of), &server, "localhost")).status.code(), Some(0), "{as_of}");
        assert_eq!(server.received().len(), 1, "{as_of}");
    }
    // An input that can no longer be read is news once.
    company.export("broken.ndjson", "no json\n");
    for as_of in ["2026-06-04T06:00:00Z", "2026-06-05T06:00:00Z"] {
        assert_eq!(output(to(company.run(as_of), &server, "localhost")).status.code(), Some(3), "{as_of}");
    }
    assert_eq!(server.received().len(), 2);
    assert_eq!(json(&server.received()[1].body)["text"], "Acme Corp: 1 input that can no longer be read");
    // A run that fails is news each time; one that finds another at work is not.
    let failing = to(company.failing_run(NIGHTS[1]), &server, "localhost");
    let failed = output(failing);
    assert_eq!(failed.status.code(), Some(2));
    is_kept_secret(&company, &failed);
    let told = json(&server.received()[2].body);
    assert_eq!((&told["kind"], &told["exit_code"]), (&Value::from("failed"), &Value::from(2)));
    assert!(told["error"].as_str().is_some_and(|error| error.contains("/dev/null")), "{told}");
    let now = scimdrift::model::time::Timestamp::parse(NIGHTS[0]).expect("a moment");
    let _lock = scimdrift::store::Lock::take(&company.path("store.db"), now).expect("free");
    assert_eq!(output(to(company.run(NIGHTS[1]), &server, "localhost")).status.code(), Some(2));
    assert_eq!(server.received().len(), 3);
}

#[test]
fn slack_gets_its_own_shape_and_no_text_rings_there() {
    let (server, company) = (Server::start("localhost", &["200 OK"]), company("slack"));
    let config = super::read(&company.config).replace("\"Acme Corp\"", "\"<!channel> @here & https://evil.example\"");
    std::fs::write(&company.config, config).expect("a config");
    assert_eq!(output(to(company.run(NIGHTS[0]), &server, "localhost")).status.code(), Some(0));
    let body = server.received()[0].body.clone();
    let told = json(&body);
    let section = &told["blocks"][0];
    let text = section["text"]["text"].as_str().expect("a text");
    assert_eq!(
        (&section["type"], &section["text"]["type"], &section["text"]["verbatim"]),
        (&"section".into(), &"mrkdwn".into(), &true.into())
    );
    assert!(
        text.contains("1 new finding (1 high)") && text.contains("orphaned-account 1") && text.contains("report/report.html"),
        "{text}"
    );
    for text in [text, told["text"].as_str().expect("a summary")] {
        assert!(text.contains("&lt;!channel&gt;") && text.contains("&amp;"), "{text}");
        for dead in ["<", "@here", "https://"] {
            assert!(!text.contains(dead), "{dead}: {text}");
        }
    }
    let mut trial = to(company.command("notify"), &server, "localhost");
    trial.arg("--test");
    let said = output(trial);
    assert_eq!((said.status.code(), stdout(&said)), (Some(0), "localhost answered 200 OK\n".to_owned()));
    assert!(server.received()[1].body.contains("a test, nothing happened"));
    // And the message of the last run can be had again.
    assert_eq!(output(to(company.command("notify"), &server, "localhost")).status.code(), Some(0));
    assert_eq!(json(&server.received()[2].body)["text"], told["text"]);
    is_kept_secret(&company, &said);
}

/// A run whose message does not arrive: it ends as it would, with a warning that says this.
fn warned(company: &Company, run: Command, says: &str) {
    let done = output(run);
    assert_eq!(done.status.code(), Some(0), "{}", stderr(&done));
    assert!(stderr(&done).starts_with("warning: the message was not sent: ") && stderr(&done).contains(says), "{}", stderr(&done));
    assert_eq!(stderr(&done).lines().count(), 1, "{}", stderr(&done));
    assert!(company.path("report/report.html").exists());
    is_kept_secret(company, &done);
    assert!(super::read(&company.path("scimdrift.prom")).contains("scimdrift_last_notification_failed 1\n"));
}

#[test]
fn a_redirect_leads_nowhere() {
    let elsewhere = Server::start("localhost", &["200 OK"]);
    let answer: &'static str = format!("302 Found\r\nLocation: https://localhost:{}/", elsewhere.port).leak();
    let answers: &'static [&'static str] = vec![answer].leak();
    let (server, company) = (Server::start("localhost", answers), company("json"));
    warned(&company, to(company.run(NIGHTS[0]), &server, "localhost"), "localhost answered 302 Found; redirects are not followed");
    assert_eq!((server.received().len(), elsewhere.met()), (1, 0));
    let mut trial = to(company.command("notify"), &server, "localhost");
    let said = output({
        trial.arg("--test");
        trial
    });
    assert_eq!(said.status.code(), Some(2));
    assert!(stderr(&said).contains("302") && !stderr(&said).contains(SECRET), "{}", stderr(&said));
}

#[test]
fn who_cannot_be_trusted_is_told_nothing() {
    let company = company("json");
    let (named, stranger) = (Server::start("hooks.acme.example", &["200 OK"]), Server::start("localhost", &["200 OK"]));
    warned(&company, to(company.run(NIGHTS[0]), &named, "localhost"), "certificate");
    std::fs::remove_file(company.path("store.db")).expect("a store");
    let mut run = to(company.run(NIGHTS[0]), &stranger, "localhost");
    run.env("SSL_CERT_FILE", named.authority());
    warned(&company, run, "certificate");
    assert!(named.met() > 0 && stranger.met() > 0);
    assert_eq!((named.received().len(), stranger.received().len()), (0, 0));
}

#[test]
fn only_an_https_address_of_a_host_is_one() {
    let (server, company) = (Server::start("localhost", &["200 OK"]), company("json"));
    let port = server.port;
    for (address, says) in [
        (format!("http://localhost:{port}/{SECRET}"), "does not begin with https://"),
        (format!("https://{SECRET}@localhost:{port}/"), "names a user"),
        (format!("localhost:{port}/{SECRET}"), "no address such as https://"),
        (String::new(), "is empty"),
    ] {
        let mut run = company.run(NIGHTS[0]);
        run.env("SCIMDRIFT_WEBHOOK", address).env("SSL_CERT_FILE", server.authority());
        // The same night again tells nobody what they know, so each is the first.
        let _fresh = std::fs::remove_file(company.path("store.db"));
        warned(&company, run, says);
    }
    std::fs::remove_file(company.path("store.db")).expect("a store");
    warned(&company, company.run(NIGHTS[0]), "the environment variable SCIMDRIFT_WEBHOOK is not set");
    let mut test = company.command("notify");
    test.arg("--test");
    let unset = output(test);
    assert_eq!(unset.status.code(), Some(2));
    assert!(stderr(&unset).contains("set SCIMDRIFT_WEBHOOK to the address of the webhook"), "{}", stderr(&unset));
    assert_eq!(server.met(), 0);
}

#[test]
fn what_may_pass_is_tried_again_and_what_does_not_ends() {
    let (server, company) =
        (Server::start("localhost", &["500 Internal Server Error", "429 Too Many Requests", "204 No Content"]), company("json"));
    let done = output(to(company.run(NIGHTS[0]), &server, "localhost"));
    assert_eq!((done.status.code(), stderr(&done)), (Some(0), String::new()));
    let bodies: Vec<String> = server.received().into_iter().map(|request| request.body).collect();
    assert!(bodies.len() == 3 && bodies.iter().all(|body| *body == bodies[0]), "{bodies:?}");
    assert!(super::read(&company.path("scimdrift.prom")).contains("scimdrift_last_notification_failed 0\n"));
    std::fs::remove_file(company.path("store.db")).expect("a store");
    let begun = Instant::now();
    let broken = Server::start("localhost", &["503 Service Unavailable"]);
    warned(&company, to(company.run(NIGHTS[0]), &broken, "localhost"), "localhost answered 503 Service Unavailable");
    assert!(broken.received().len() == 3 && begun.elapsed() < Duration::from_secs(30));
    std::fs::remove_file(company.path("store.db")).expect("a store");
    let gone = Server::start("localhost", &["410 Gone"]);
    warned(&company, to(company.run(NIGHTS[0]), &gone, "localhost"), "localhost answered 410 Gone");
    assert_eq!(gone.received().len(), 1, "that does not pass");
}

#[test]
fn what_could_not_be_sent_is_sent_with_the_next() {
    let (server, company) = (Server::start("localhost", &["410 Gone", "410 Gone", "200 OK"]), company("json"));
    company.export("broken.ndjson", "no json\n");
    for (as_of, received) in [(NIGHTS[0], 1), (NIGHTS[1], 2), (NIGHTS[1], 3), ("2026-06-04T06:00:00Z", 3)] {
        assert_eq!(output(to(company.run(as_of), &server, "localhost")).status.code(), Some(3), "{as_of}");
        assert_eq!(server.received().len(), received, "{as_of}");
    }
    for request in server.received() {
        assert_eq!(json(&request.body)["text"], "Acme Corp: 1 new finding (1 high), 1 input that can no longer be read");
    }
}

#[test]
fn the_address_may_stand_in_a_file() {
    let (server, company) = (Server::start("localhost", &["200 OK"]), company("json"));
    let config = super::read(&company.config).replace("webhook_env = \"SCIMDRIFT_WEBHOOK\"", "webhook_file = \"hook\"");
    std::fs::write(&company.config, config).expect("a config");
    let test = || {
        let mut test = company.command("notify");
        test.arg("--test").env("SSL_CERT_FILE", server.authority());
        output(test)
    };
    let missing = test();
    assert_eq!(missing.status.code(), Some(2));
    assert!(stderr(&missing).contains("/hook: ") && stderr(&missing).contains("into that file"), "{}", stderr(&missing));
    std::fs::write(company.path("hook"), format!("https://localhost:{}/{SECRET}\n", server.port)).expect("written");
    assert_eq!(test().status.code(), Some(0));
    assert_eq!(server.received()[0].line, format!("POST /{SECRET} HTTP/1.1"));
}

#[test]
fn without_a_webhook_there_is_nobody_to_tell() {
    let said = output(Company::new("").command("notify"));
    assert_eq!(said.status.code(), Some(2));
    assert!(stderr(&said).contains("no [notify]") && stderr(&said).contains("webhook_env"), "{}", stderr(&said));
}
