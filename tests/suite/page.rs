//! The page in a real browser: nothing is fetched, the script runs under its policy, and no name runs beside it.

use std::path::PathBuf;
use std::process::Command;

use crate::support::{folder, root};

/// A Chromium on this machine; without one there is nothing to see the page in.
fn chromium() -> Option<PathBuf> {
    let places = ["/usr/bin", "/usr/local/bin", "/opt/google/chrome", "/snap/bin"];
    let names = ["chromium", "chromium-browser", "google-chrome", "chrome"];
    places.iter().flat_map(|place| names.map(|name| PathBuf::from(place).join(name))).find(|path| path.is_file())
}

#[expect(clippy::print_stdout, reason = "whoever runs the tests should know what was not looked at")]
fn skipped() {
    println!("skipped: no Chromium on this machine");
}

/// The document after its script ran, at a fragment of the sample report; and what the browser complained about.
fn rendered(browser: &PathBuf, fragment: &str) -> (String, String) {
    let profile = folder();
    let page = root().join("reports/sample/report.html");
    let output = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"])
        .args(["--disable-component-update", "--disable-sync", "--enable-logging=stderr", "--v=0", "--dump-dom"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("file://{}{fragment}", page.display()))
        .output()
        .expect("the browser starts");
    (String::from_utf8_lossy(&output.stdout).into_owned(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[test]
fn the_script_runs_and_no_name_does() {
    let Some(browser) = chromium() else { return skipped() };
    let (document, complaints) = rendered(&browser, "");
    assert!(document.contains("<title>") && document.contains("showing 34 of 34"), "the script did not run: {complaints}");
    for trespass in ["Content Security Policy", "Refused to", "net::ERR"] {
        assert!(!complaints.contains(trespass), "{complaints}");
    }
}

#[test]
fn a_fragment_restores_the_filters() {
    let Some(browser) = chromium() else { return skipped() };
    let (document, _) = rendered(&browser, "#findings?severity=critical");
    assert!(document.contains("showing 7 of 34"), "six are open, one is waived");
}
