//! What is shipped beside the program: units that systemd accepts, a command that works as they confine it, scripts that are sound.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::support::{folder, has, root, stderr, stdout};

fn units() -> PathBuf {
    root().join("packaging/systemd")
}

fn output(program: &str, arguments: &[&str], folder: &Path) -> Output {
    Command::new(program).args(arguments).current_dir(folder).output().expect("it starts")
}

#[test]
fn systemd_accepts_the_units() {
    if !has("systemd-analyze") {
        return;
    }
    // With every drop-in, as it is when all of them are installed.
    let place = folder();
    for unit in ["scimdrift.service", "scimdrift.timer", "scimdrift-export.service"] {
        std::fs::copy(units().join(unit), place.path().join(unit)).expect("a copy");
    }
    let verify = |what: &str| {
        let verified = output(
            "systemd-analyze",
            &["verify", "--man=no", "scimdrift.service", "scimdrift.timer", "scimdrift-export.service"],
            place.path(),
        );
        assert!(verified.status.success() && stderr(&verified).is_empty(), "{what}: {}", stderr(&verified));
    };
    verify("as they are");
    let drop_ins = place.path().join("scimdrift.service.d");
    std::fs::create_dir(&drop_ins).expect("a folder");
    for drop_in in ["notify.conf", "metrics.conf"] {
        std::fs::copy(units().join(drop_in), drop_ins.join(drop_in)).expect("a copy");
    }
    verify("with drop-ins");
    // A fault is seen.
    let unit = std::fs::read_to_string(units().join("scimdrift.service")).expect("the unit");
    std::fs::write(place.path().join("scimdrift.service"), unit.replace("ProtectSystem=strict", "ProtectSistem=strict")).expect("a unit");
    let verified = output("systemd-analyze", &["verify", "--man=no", "scimdrift.service"], place.path());
    assert!(!stderr(&verified).is_empty(), "a key that there is not");
}

#[test]
fn the_service_is_confined() {
    if !has("systemd-analyze") {
        return;
    }
    let score = output("systemd-analyze", &["security", "--offline=true", "--threshold=10", "scimdrift.service"], &units());
    assert!(score.status.success(), "exposed by more than 1.0 of 10: {}", stdout(&score));
}

#[test]
fn its_command_runs_as_nobody_in_the_state_folder_alone() {
    let is_root = || output("id", &["-u"], root()).stdout == b"0\n";
    let may_unshare = || output("unshare", &["--mount", "--net", "true"], root()).status.success();
    if !(has("unshare") && has("setpriv") && is_root() && may_unshare()) {
        return;
    }
    let tried = output("sh", &["packaging/systemd/try.sh", env!("CARGO_BIN_EXE_scimdrift")], root());
    assert_eq!(tried.status.code(), Some(3), "the evidence of the company has a gap: {}{}", stdout(&tried), stderr(&tried));
    let made = stdout(&tried);
    assert!(made.contains("-rw------- nobody state/scimdrift.db") && made.contains("drwx------ nobody state/reports"), "{made}");
}

#[test]
fn cron_and_systemd_run_the_same() {
    let cron = std::fs::read_to_string(root().join("packaging/cron/scimdrift")).expect("the line");
    let unit = std::fs::read_to_string(units().join("scimdrift.service")).expect("the unit");
    let of_unit = unit.lines().find_map(|line| line.strip_prefix("ExecStart=/bin/sh -c 'exec ")).expect("a command").trim_end_matches('\'');
    let of_cron = cron.lines().rfind(|line| line.contains("scimdrift run")).and_then(|line| line.split("; ").nth(1)).expect("a command");
    // Each escapes % in its own way, and only one is told where the state is.
    let of_unit = of_unit.replace("%%", "%").replace("\"$STATE_DIRECTORY/scimdrift.db\"", "/var/lib/scimdrift/scimdrift.db");
    assert_eq!(of_unit.replace("$STATE_DIRECTORY", "/var/lib/scimdrift"), of_cron.replace("\\%", "%"));
}

#[test]
fn every_script_is_sound() {
    let scripts: Vec<PathBuf> = crate::support::files(&root().join("packaging"))
        .into_iter()
        .filter(|path| std::fs::read_to_string(path).is_ok_and(|text| text.starts_with("#!/bin/sh")))
        .collect();
    assert!(!scripts.is_empty());
    for script in &scripts {
        let text = std::fs::read_to_string(script).expect("a script");
        assert!(text.contains("\nset -eu\n"), "{}: stops at the first fault", script.display());
        let parsed = Command::new("sh").arg("-n").arg(script).output().expect("it starts");
        assert!(parsed.status.success(), "{}: {}", script.display(), stderr(&parsed));
    }
    if has("shellcheck") {
        let checked =
            Command::new("shellcheck").arg("-x").args(&scripts).current_dir(root().join("packaging/export")).output().expect("it starts");
        assert!(checked.status.success(), "{}", stdout(&checked));
    }
}
