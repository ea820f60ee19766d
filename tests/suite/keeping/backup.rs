//! `backup`: a copy of one moment, private, checked, and never half.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};

use rusqlite::Connection;

use super::killing::content;
use crate::support::{acme, files, folder, run, scimdrift, stderr, stdout};

fn command(store: &Path, to: &Path) -> Command {
    let mut command = scimdrift();
    command.arg("backup").arg(to).arg("--store").arg(store);
    command
}

fn backup(store: &Path, to: &Path, more: &[&str]) -> Output {
    command(store, to).args(more).output().expect("the program starts")
}

fn acme_in(folder: &Path) -> std::path::PathBuf {
    assert_ne!(run(&acme().join("scimdrift.toml"), folder, &[]).status.code(), Some(2));
    folder.join("store.db")
}

#[test]
fn a_copy_holds_the_same_is_private_and_stands_alone() {
    let (folder, apart) = (folder(), folder());
    let store = acme_in(folder.path());
    let to = apart.path().join("copy.db");
    let output = backup(&store, &to, &[]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stdout(&output).contains("chain") && stdout(&output).contains("records"), "{}", stdout(&output));
    assert_eq!(files(apart.path()), std::slice::from_ref(&to), "one file, and nothing beside it");
    assert_eq!(fs::metadata(&to).expect("a file").permissions().mode() & 0o777, 0o600);
    assert_eq!(content(&to).expect("a store"), content(&store).expect("a store"));
    let mut verify = scimdrift();
    verify.arg("verify").arg(folder.path().join("report")).arg("--store").arg(&to);
    assert_eq!(verify.output().expect("the program starts").status.code(), Some(0));
}

#[test]
fn what_stands_there_is_replaced_only_when_asked_and_the_store_never() {
    let folder = folder();
    let store = acme_in(folder.path());
    let to = folder.path().join("copy.db");
    fs::write(&to, "mine").expect("a file");
    let output = backup(&store, &to, &[]);
    assert!(output.status.code() == Some(2) && stderr(&output).contains("--force"), "{}", stderr(&output));
    assert_eq!(fs::read(&to).expect("a file"), b"mine");
    assert_eq!(backup(&store, &to, &["--force"]).status.code(), Some(0));
    assert_eq!(content(&to).expect("a store"), content(&store).expect("a store"));
    let link = folder.path().join("link.db");
    std::os::unix::fs::symlink(&store, &link).expect("a link");
    for place in [&store, &link] {
        let output = backup(&store, place, &["--force"]);
        assert!(output.status.code() == Some(2) && stderr(&output).contains("the store itself"), "{}", stderr(&output));
    }
    let nowhere = backup(&store, &folder.path().join("no/copy.db"), &[]);
    assert!(nowhere.status.code() == Some(2) && stderr(&nowhere).contains("no"), "{}", stderr(&nowhere));
}

#[test]
fn a_store_into_which_nothing_was_read_is_not_copied() {
    let folder = folder();
    let (store, to) = (folder.path().join("store.db"), folder.path().join("copy.db"));
    drop(scimdrift::store::Store::open(&store).expect("a store"));
    let output = backup(&store, &to, &[]);
    assert!(output.status.code() == Some(2) && stderr(&output).contains("nothing was read"), "{}", stderr(&output));
    assert!(!to.exists());
}

#[test]
fn a_store_that_is_not_what_it_was_is_not_copied() {
    let folder = folder();
    let store = acme_in(folder.path());
    let connection = Connection::open(&store).expect("a database");
    connection
        .execute_batch("UPDATE event SET body = json_set(body, '$.outcome', 'failure') WHERE activity = 'profile'")
        .expect("valid SQL");
    drop(connection);
    let before = files(folder.path());
    let output = backup(&store, &folder.path().join("copy.db"), &[]);
    let said = stderr(&output);
    assert!(output.status.code() == Some(2) && said.contains("store.db") && said.contains("not the one that was read"), "{said}");
    assert_eq!(files(folder.path()), before, "no copy, and nothing beside it");
}

#[test]
fn a_copy_that_is_taken_while_runs_write_is_of_one_moment() {
    let folder = folder();
    let store = acme_in(folder.path());
    let config = acme().join("scimdrift.toml");
    let mut copies = 0;
    for night in 1..=4 {
        let mut writing = scimdrift();
        writing
            .arg("run")
            .arg("--config")
            .arg(&config)
            .arg("--store")
            .arg(&store)
            .args(["--as-of", &format!("2026-07-0{night}T06:00:00Z")]);
        let mut writing =
            writing.arg("--out").arg(folder.path().join("other")).stdout(std::process::Stdio::null()).spawn().expect("starts");
        while writing.try_wait().expect("a child").is_none() {
            let output = backup(&store, &folder.path().join("copy.db"), &["--force"]);
            assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
            copies += 1;
        }
    }
    assert!(copies > 0);
}

#[test]
fn what_a_killed_backup_left_goes_with_the_next() {
    let folder = folder();
    let store = acme_in(folder.path());
    fs::write(folder.path().join(".scimdrift-abc.backup"), "half").expect("a file");
    assert_eq!(backup(&store, &folder.path().join("copy.db"), &[]).status.code(), Some(0));
    assert!(!folder.path().join(".scimdrift-abc.backup").exists());
}
