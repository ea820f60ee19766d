//! The server, started for one test and stopped with it, and as much of an HTTP client as it takes.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Once;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::root;

/// How long the server may take to start, and to answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// A SCIM server on loopback.
pub(super) struct Server {
    child: Child,
    port: u16,
}

impl Server {
    /// An empty one; `None`, said loudly, where it is not installed.
    pub(super) fn start() -> Option<Self> {
        let Some(program) = program() else {
            missing("scim2-server is not installed: the plan is not tried against it (.ci/run installs it into target/scim2-server)");
            return None;
        };
        let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port();
        let mut command = Command::new(&program);
        command.args(["--hostname", "127.0.0.1", "--port", &port.to_string()]).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().expect("the server starts");
        let mut server = Self { child, port };
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            let ended = server.child.try_wait().expect("a process");
            assert!(ended.is_none() && begun.elapsed() < PATIENCE, "{} does not answer: {ended:?}", program.display());
            std::thread::sleep(Duration::from_millis(50));
        }
        Some(server)
    }

    /// Makes a resource and gives its id.
    pub(super) fn made(&self, resources: &str, body: &Value) -> String {
        let (status, answer) = self.ask("POST", resources, Some(&body.to_string()));
        assert_eq!(status, 201, "{answer}");
        let answer: Value = serde_json::from_str(&answer).expect("JSON");
        answer["id"].as_str().expect("an id").to_owned()
    }

    /// One request below the endpoint, and its answer: status and body.
    pub(super) fn ask(&self, method: &str, resource: &str, body: Option<&str>) -> (u16, String) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("a connection");
        stream.set_read_timeout(Some(PATIENCE)).expect("a time limit");
        let body = body.unwrap_or_default();
        let kind = if body.is_empty() { "" } else { "Content-Type: application/scim+json\r\n" };
        let head = format!(
            "{method} /v2/{resource} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nAccept: application/scim+json\r\n{kind}Content-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes())).expect("the request is taken");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("an answer");
        let answer = String::from_utf8(answer).expect("UTF-8");
        let (head, body) = answer.split_once("\r\n\r\n").expect("an HTTP answer");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        assert!(!head.to_lowercase().contains("transfer-encoding: chunked"), "{head}");
        (status, body.to_owned())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _ended = self.child.wait();
    }
}

fn program() -> Option<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "where the server is can be said by the environment")]
    let named = std::env::var_os("SCIMDRIFT_SCIM_SERVER").map(PathBuf::from);
    let installed = root().join("target/scim2-server/bin/scim2-server");
    named.or_else(|| installed.exists().then_some(installed))
}

/// Says that something was not tested, unless it has to be.
fn missing(what: &str) {
    static SAID: Once = Once::new();
    #[expect(clippy::disallowed_methods, reason = "whether the server must be there is said by the environment")]
    let required = std::env::var_os("SCIMDRIFT_REQUIRE_SCIM_SERVER").is_some();
    assert!(!required, "{what}; SCIMDRIFT_REQUIRE_SCIM_SERVER is set, so it must be there");
    SAID.call_once(|| {
        let _lost = writeln!(std::io::stderr(), "\nNOT TESTED: {what}\n");
    });
}
