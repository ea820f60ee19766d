//! A headless Chromium, told what to do over a pipe: its debugging protocol, a JSON message after another, each ended by a NUL.
//!
//! No port and no library. A shell hands our pipes to the browser as the descriptors it asks for, 3 and 4.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Once;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

/// How long the browser may think about one request.
const PATIENCE: Duration = Duration::from_secs(180);

/// A page in a browser of its own.
pub(super) struct Browser {
    child: Child,
    to: ChildStdin,
    from: Receiver<Value>,
    session: String,
    asked: u64,
    /// What the browser told without being asked.
    pub(super) events: Vec<Value>,
    _profile: tempfile::TempDir,
}

impl Browser {
    /// A browser with an empty page; `None`, said loudly, where there is no Chromium on this machine.
    pub(super) fn start() -> Option<Self> {
        let Some(program) = chromium() else {
            missing("no Chromium on this machine: the page is not looked at (Debian: apt-get install chromium)");
            return None;
        };
        let profile = crate::support::folder();
        let mut child = Command::new("sh")
            .args(["-c", "exec \"$0\" \"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>/dev/null"])
            .arg(program)
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"])
            .args(["--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"])
            .arg("--remote-debugging-pipe")
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell");
        let (to, out) = (child.stdin.take().expect("a pipe"), child.stdout.take().expect("a pipe"));
        let (tell, from) = channel();
        std::thread::spawn(move || {
            for message in BufReader::new(out).split(0).map_while(Result::ok) {
                let message = serde_json::from_slice(&message).expect("the browser speaks JSON");
                if tell.send(message).is_err() {
                    break;
                }
            }
        });
        let mut browser = Self { child, to, from, session: String::new(), asked: 0, events: Vec::new(), _profile: profile };
        let targets = browser.ask("Target.getTargets", &json!({}));
        let page = targets["targetInfos"].as_array().and_then(|all| all.iter().find(|target| target["type"] == "page")).cloned();
        let id = page.expect("a page")["targetId"].clone();
        let attached = browser.ask("Target.attachToTarget", &json!({"targetId": id, "flatten": true}));
        attached["sessionId"].as_str().expect("a session").clone_into(&mut browser.session);
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.ask(&format!("{domain}.enable"), &json!({}));
        }
        browser.size(1280, 900);
        Some(browser)
    }

    /// Asks for something and waits for the answer.
    pub(super) fn ask(&mut self, method: &str, params: &Value) -> Value {
        self.asked += 1;
        let mut message = json!({"id": self.asked, "method": method, "params": params});
        if !self.session.is_empty() {
            message["sessionId"] = json!(self.session);
        }
        let mut bytes = message.to_string().into_bytes();
        bytes.push(0);
        self.to.write_all(&bytes).expect("the browser listens");
        loop {
            let message = self.hear(method);
            if message["id"] == self.asked {
                assert!(message.get("error").is_none(), "{method}: {message}");
                return message["result"].clone();
            }
            self.events.push(message);
        }
    }

    /// Opens an address and waits until all of it is there.
    pub(super) fn open(&mut self, address: &str) {
        self.ask("Page.navigate", &json!({"url": "about:blank"}));
        self.events.clear();
        self.ask("Page.navigate", &json!({"url": address}));
        let is_address = |event: &Value| event["method"] == "Page.frameNavigated" && event["params"]["frame"]["url"] != "about:blank";
        let loaded = |events: &[Value]| {
            let begun = events.iter().position(is_address);
            begun.is_some_and(|begun| events[begun..].iter().any(|event| event["method"] == "Page.loadEventFired"))
        };
        while !loaded(&self.events) {
            let event = self.hear(address);
            self.events.push(event);
        }
    }

    /// What an expression of the page gives.
    pub(super) fn eval(&mut self, expression: &str) -> Value {
        let params = json!({"expression": expression, "returnByValue": true, "awaitPromise": true, "userGesture": true});
        let answer = self.ask("Runtime.evaluate", &params);
        assert!(answer.get("exceptionDetails").is_none(), "{expression}: {answer}");
        answer["result"]["value"].clone()
    }

    /// What an expression of the page gives, as a text.
    pub(super) fn text(&mut self, expression: &str) -> String {
        self.eval(expression).as_str().map(ToOwned::to_owned).unwrap_or_default()
    }

    /// What an expression of the page gives, as a count.
    pub(super) fn count(&mut self, expression: &str) -> usize {
        self.eval(expression).as_u64().and_then(|count| usize::try_from(count).ok()).expect("a count")
    }

    /// Makes the window so large.
    pub(super) fn size(&mut self, width: u32, height: u32) {
        let params = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600});
        self.ask("Emulation.setDeviceMetricsOverride", &params);
    }

    /// Prefers a theme: `light` or `dark`.
    pub(super) fn theme(&mut self, theme: &str) {
        self.ask("Emulation.setEmulatedMedia", &json!({"features": [{"name": "prefers-color-scheme", "value": theme}]}));
    }

    /// Presses and releases a key, which types this text.
    pub(super) fn press(&mut self, key: &str, code: u32, text: &str) {
        for kind in [if text.is_empty() { "rawKeyDown" } else { "keyDown" }, "keyUp"] {
            let text = if kind == "keyUp" { "" } else { text };
            let params = json!({"type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code, "text": text});
            self.ask("Input.dispatchKeyEvent", &params);
        }
    }

    fn hear(&self, about: &str) -> Value {
        self.from.recv_timeout(PATIENCE).unwrap_or_else(|_| unreachable!("the browser fell silent: {about}"))
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _gone = self.to.write_all(b"{\"id\":0,\"method\":\"Browser.close\"}\0");
        // It closes by itself; where it does not, it is ended.
        for _ in 0..50 {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::sleep(Duration::from_millis(40));
        }
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

/// Says loudly that something is not tested because a program is missing. It fails where the surroundings say that it must be there.
pub(super) fn missing(what: &str) {
    static SAID: Once = Once::new();
    #[expect(clippy::disallowed_methods, reason = "whether a browser must be there is said by the environment")]
    let required = std::env::var_os("SCIMDRIFT_REQUIRE_BROWSER").is_some();
    assert!(!required, "{what}; SCIMDRIFT_REQUIRE_BROWSER is set, so it must be there");
    // Not `eprintln`, which the test command keeps to itself when a test passes.
    SAID.call_once(|| {
        let _lost = writeln!(std::io::stderr(), "\nNOT TESTED: {what}\n");
    });
}

/// A Chromium on this machine.
fn chromium() -> Option<PathBuf> {
    let places = ["/usr/bin", "/usr/local/bin", "/opt/google/chrome", "/snap/bin"];
    let names = ["chromium", "chromium-browser", "google-chrome", "chrome"];
    places.iter().flat_map(|place| names.map(|name| PathBuf::from(place).join(name))).find(|path| path.is_file())
}

/// The bytes behind base64.
pub(super) fn base64(text: &str) -> Vec<u8> {
    let (mut bytes, mut bits, mut held) = (Vec::with_capacity(text.len() / 4 * 3), 0_u32, 0);
    for byte in text.bytes() {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => break,
        };
        (bits, held) = (bits << 6 | u32::from(six), held + 6);
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held & 0xff) as u8);
        }
    }
    bytes
}
