//! One run at a time: the lock, who holds it, and what goes on meanwhile.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::output;
use crate::support::{AS_OF, acme, folder, scimdrift, stderr};

const NEXT: &str = "2026-07-01T06:00:00Z";

fn command(name: &str, folder: &Path, more: &[&str]) -> Command {
    let mut command = scimdrift();
    command.arg(name).arg("--config").arg(acme().join("scimdrift.toml")).arg("--store").arg(folder.join("store.db")).args(more);
    command
}

fn run(folder: &Path, as_of: &str, more: &[&str]) -> Command {
    let mut command = command("run", folder, &["--as-of", as_of, "-q"]);
    command.arg("--out").arg(folder.join("report")).args(more).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

fn signal(name: &str, pid: u32) {
    let told = Command::new("sh").args(["-c", &format!("kill -{name} {pid}")]).status().expect("a shell");
    assert!(told.success(), "{name} {pid}");
}

/// The first of these whom the lock names, stopped while it holds it.
fn stopped(folder: &Path, runs: &[Child]) -> u32 {
    let begun = Instant::now();
    loop {
        let text = std::fs::read_to_string(folder.join("store.db.lock")).unwrap_or_default();
        let holder = runs.iter().map(Child::id).find(|pid| text.starts_with(&format!("pid {pid}\n")));
        if let Some(pid) = holder {
            signal("STOP", pid);
            return pid;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "nobody took the lock");
        sleep(Duration::from_millis(2));
    }
}

#[test]
fn of_twenty_that_start_together_one_works_and_the_others_say_who() {
    let folder = folder();
    let mut runs: Vec<Child> = (0..20).map(|_| run(folder.path(), AS_OF, &[]).spawn().expect("the program starts")).collect();
    // Stopped, it cannot be done before the last of the others has asked.
    let holder = stopped(folder.path(), &runs);
    let index = runs.iter().position(|run| run.id() == holder).expect("one of them");
    let worker = runs.remove(index);
    for other in runs {
        let said = other.wait_with_output().expect("it ends");
        assert_eq!(said.status.code(), Some(2), "{}", stderr(&said));
        let said = stderr(&said);
        let begins = format!("another scimdrift (process {holder}) is working on it since 20");
        assert!(said.contains(&begins) && said.contains("--wait 10m"), "{said}");
    }
    signal("CONT", holder);
    let done = worker.wait_with_output().expect("it ends");
    assert_eq!(done.status.code(), Some(3), "{}", stderr(&done));
    assert!(folder.path().join("report/report.html").exists());
    // It stays, since of two files of one name both could be locked.
    let mode = std::fs::metadata(folder.path().join("store.db.lock")).expect("the lock").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn questions_are_answered_while_another_works_and_its_end_frees_the_store() {
    let folder = folder();
    let first = output(run(folder.path(), AS_OF, &[]));
    assert_eq!(first.status.code(), Some(3), "{}", stderr(&first));
    let mut holder = run(folder.path(), NEXT, &[]).spawn().expect("the program starts");
    let pid = stopped(folder.path(), std::slice::from_ref(&holder));
    let report = folder.path().join("report");
    let report = report.to_str().expect("UTF-8");
    for (question, more) in [
        ("findings", &[][..]),
        ("trace", &["silas.quenby@acme.example"]),
        ("plan", &["--as-of", AS_OF]),
        ("failures", &[]),
        ("doctor", &["--as-of", AS_OF]),
        ("verify", &[report]),
    ] {
        let answer = output(command(question, folder.path(), more));
        assert!(matches!(answer.status.code(), Some(0 | 3)), "{question}: {}", stderr(&answer));
        assert!(!answer.stdout.is_empty(), "{question}");
    }
    for writer in ["run", "ingest", "analyze", "report"] {
        let begun = Instant::now();
        let refused = output(command(writer, folder.path(), &["--wait", "300ms"]));
        assert_eq!(refused.status.code(), Some(2), "{writer}");
        assert!(stderr(&refused).contains(&format!("process {pid}")) && stderr(&refused).contains("waiting for it"), "{writer}");
        assert!(begun.elapsed() >= Duration::from_millis(300), "{writer}");
    }
    // Who waits begins when the holder is gone, however it went.
    let waiting = run(folder.path(), NEXT, &["--wait", "10m"]).spawn().expect("the program starts");
    sleep(Duration::from_millis(300));
    holder.kill().expect("it is there");
    holder.wait().expect("it ends");
    let done = waiting.wait_with_output().expect("it ends");
    assert_eq!(done.status.code(), Some(3), "{}", stderr(&done));
}

#[test]
fn a_length_of_time_that_is_none_is_wrong_usage() {
    let folder = folder();
    let output = output(run(folder.path(), AS_OF, &["--wait", "soon"]));
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("10m") && !folder.path().join("store.db").exists(), "{}", stderr(&output));
}
