//! Completions and man pages: made of the one definition of the command line, so they name every command.

use std::process::{Command, Output};

use crate::support::{folder, has, scimdrift, stderr, stdout};

/// Every command, as the help lists them.
fn commands() -> Vec<String> {
    let help = stdout(&scimdrift().arg("--help").output().expect("the program starts"));
    let list = help.split("Commands:\n").nth(1).and_then(|rest| rest.split("\n\n").next()).expect("a list of commands");
    let names =
        list.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   ")).filter_map(|line| line.split_whitespace().next());
    let names: Vec<String> = names.filter(|name| *name != "help").map(ToOwned::to_owned).collect();
    assert!(names.len() > 12 && names.contains(&"run".to_owned()), "{names:?}");
    names
}

fn check(program: &str, arguments: &[&str], text: &str) -> Output {
    let file = folder();
    let path = file.path().join("text");
    std::fs::write(&path, text).expect("a file");
    Command::new(program).args(arguments).arg(&path).env("MANWIDTH", "100").output().expect("it starts")
}

#[test]
fn every_shell_completes_every_command() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let output = scimdrift().args(["completions", shell]).output().expect("the program starts");
        assert_eq!(output.status.code(), Some(0), "{shell}: {}", stderr(&output));
        let script = stdout(&output);
        for command in commands() {
            assert!(script.contains(&command), "{shell} does not complete {command}");
        }
        assert!(script.contains("--as-of") || script.contains("as-of"), "{shell} knows no options");
        let parses: &[&str] = match shell {
            "bash" | "zsh" => &["-n"],
            "fish" => &["--no-execute"],
            _ => continue,
        };
        if has(shell) {
            let checked = check(shell, parses, &script);
            assert!(checked.status.success(), "{shell}: {}", stderr(&checked));
        }
    }
    assert_eq!(scimdrift().args(["completions", "tcsh"]).output().expect("the program starts").status.code(), Some(2));
}

#[test]
fn the_manual_has_a_page_for_every_command() {
    let kept = folder();
    let pages = kept.path().join("share/man1");
    let output = scimdrift().args(["man", "--out"]).arg(&pages).output().expect("the program starts");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let first = stdout(&scimdrift().arg("man").output().expect("the program starts"));
    for command in commands() {
        let page = std::fs::read_to_string(pages.join(format!("scimdrift-{command}.1"))).expect("its page");
        assert!(page.contains(".TH "), "{command}");
        assert!(first.contains(&format!("scimdrift\\-{}(1)", command.replace('-', "\\-"))), "the first page does not name {command}");
        if has("man") {
            let shown = check("man", &["-l"], &page);
            assert!(shown.status.success() && stdout(&shown).contains("SYNOPSIS"), "{command}: {}", stderr(&shown));
        }
    }
    assert!(first.contains("Exit codes"), "scripts look for them");
    let nowhere = scimdrift().args(["man", "--out"]).arg(pages.join("scimdrift.1/below-a-file")).output().expect("the program starts");
    assert_eq!(nowhere.status.code(), Some(2));
    assert!(stderr(&nowhere).contains("name a folder that may be written to"), "{}", stderr(&nowhere));
}
