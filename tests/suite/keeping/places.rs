//! Hostile places: a full disk, a folder that may not be written to, a store that somebody else holds, and stores that are not what
//! they were. Each is said with the file's name and the next step, ends with 2, and nothing is lost.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use rusqlite::Connection;

use super::killing::content;
use super::{differing, report};
use crate::support::{AS_OF, acme, files, folder, run, scimdrift, stderr};

/// Nobody, who may not write to what is root's.
const NOBODY: u32 = 65_534;

/// What a run that nobody disturbs leaves.
fn undisturbed() -> tempfile::TempDir {
    let folder = folder();
    assert_ne!(acme_run(folder.path()).status.code(), Some(2));
    folder
}

fn acme_run(folder: &Path) -> Output {
    run(&acme().join("scimdrift.toml"), folder, &["--jobs", "2"])
}

/// That the run failed, and said which file and what to do.
fn assert_failed(output: &Output, words: &[&str]) {
    let said = stderr(output);
    assert_eq!(output.status.code(), Some(2), "{said}");
    for word in words {
        assert!(said.contains(word), "{word}: {said}");
    }
}

fn assert_same(one: &Path, other: &Path) {
    assert_eq!(content(&one.join("store.db")).expect("a store"), content(&other.join("store.db")).expect("a store"));
    assert_eq!(differing(&report(&one.join("report")), &report(&other.join("report"))), Vec::<String>::new());
}

#[test]
fn a_file_that_may_not_grow_is_an_error_and_the_next_run_goes_on() {
    let wanted = undisturbed();
    let bytes = |path: &Path| fs::metadata(path).expect("a file").len();
    let largest = files(wanted.path()).iter().map(|path| bytes(path)).max().expect("files");
    let mut failed = 0;
    for share in [0, 2, 5, 20, 40, 60, 80, 95] {
        let folder = folder();
        let blocks = largest * share / 100 / 512;
        let mut command = Command::new("sh");
        command.env_clear().arg("-c").arg(format!("ulimit -f {blocks}; exec \"$0\" \"$@\"")).arg(env!("CARGO_BIN_EXE_scimdrift"));
        command.args(["run", "--as-of", AS_OF, "--config"]).arg(acme().join("scimdrift.toml"));
        command.arg("--store").arg(folder.path().join("store.db")).arg("--out").arg(folder.path().join("report"));
        let output = command.output().expect("a shell");
        if output.status.code() == Some(2) {
            failed += 1;
            let said = stderr(&output);
            assert!(said.contains("store.db") || said.contains("report"), "{blocks}: {said}");
            assert!(said.contains("space"), "{blocks}: {said}");
            assert!(!folder.path().join("report").exists(), "{blocks}: half a report");
        }
        assert!(matches!(output.status.code(), Some(2 | 3)), "{blocks}: {:?}", output.status);
        assert_ne!(acme_run(folder.path()).status.code(), Some(2));
        assert_same(wanted.path(), folder.path());
        assert_eq!(files(folder.path()).len(), files(wanted.path()).len(), "{blocks}: something is left over");
    }
    assert!(failed >= 5, "{failed}");
}

#[test]
fn a_folder_that_may_not_be_written_to_is_named() {
    // Root may write everywhere, so the program runs as nobody where the tests run as root.
    let place = folder();
    let at = |name: &str| place.path().join(name);
    let own = fs::metadata(place.path()).expect("a folder").uid();
    let copied = |from: &Path, to: &Path| Command::new("cp").arg("-r").arg(from).arg(to).status().is_ok_and(|status| status.success());
    assert!(copied(&acme(), &at("acme")) && copied(Path::new(env!("CARGO_BIN_EXE_scimdrift")), &at("program")));
    let mode = |path: &Path, mode: u32| fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("permissions");
    mode(place.path(), 0o755);
    for name in ["open", "closed"] {
        fs::create_dir(at(name)).expect("a folder");
    }
    mode(&at("open"), 0o777);
    mode(&at("closed"), 0o555);
    let as_nobody = |store: PathBuf, out: PathBuf| {
        let mut command = Command::new(at("program"));
        command.env_clear().args(["run", "--as-of", AS_OF, "--config"]).arg(at("acme/scimdrift.toml"));
        command.arg("--store").arg(store).arg("--out").arg(out);
        if own == 0 {
            command.uid(NOBODY).gid(NOBODY);
        }
        command.output().expect("the program starts")
    };
    let said = as_nobody(at("closed/store.db"), at("open/report"));
    assert_failed(&said, &["closed/store.db", "Permission denied", "may be written to"]);
    let said = as_nobody(at("open/store.db"), at("closed/report"));
    assert_failed(&said, &["closed", "can be written"]);
    // The store was kept; a folder that cannot be written to any more, with a store that is there, is named too.
    let said = as_nobody(at("open/store.db"), at("open/report"));
    assert_eq!(said.status.code(), Some(3), "{}", stderr(&said));
    let wanted = undisturbed();
    assert_same(wanted.path(), &at("open"));
    mode(&at("open"), 0o555);
    let said = as_nobody(at("open/store.db"), place.path().join("open/other"));
    assert_failed(&said, &["open", "may be written to"]);
    mode(&at("open"), 0o755);
    mode(&at("closed"), 0o755);
}

#[test]
fn a_store_that_somebody_else_writes_to_is_waited_for_and_then_named() {
    let folder = undisturbed();
    let before = content(&folder.path().join("store.db")).expect("a store");
    let connection = Connection::open(folder.path().join("store.db")).expect("a database");
    connection.execute_batch("BEGIN EXCLUSIVE; DELETE FROM finding;").expect("valid SQL");
    assert_failed(&acme_run(folder.path()), &["store.db", "locked", "another program is writing to it"]);
    drop(connection);
    assert_ne!(acme_run(folder.path()).status.code(), Some(2));
    assert_eq!(content(&folder.path().join("store.db")).expect("a store"), before);
}

#[test]
fn a_store_of_a_newer_version_is_left_as_it_is() {
    let folder = undisturbed();
    let path = folder.path().join("store.db");
    Connection::open(&path).expect("a database").execute_batch("PRAGMA user_version = 99;").expect("valid SQL");
    let before = fs::read(&path).expect("a file");
    for command in ["run", "ingest", "analyze", "report", "findings", "failures"] {
        let mut program = scimdrift();
        program.arg(command).args(["--as-of", AS_OF, "--config"]).arg(acme().join("scimdrift.toml")).arg("--store").arg(&path);
        assert_failed(
            &program.output().expect("the program starts"),
            &["store.db", "newer scimdrift", "schema 99", "install the version that wrote it"],
        );
    }
    assert!(fs::read(&path).expect("a file") == before, "it was written to");
}

/// The place of these bytes in the store.
fn find(store: &Path, text: &str) -> usize {
    let bytes = fs::read(store).expect("a store");
    bytes.windows(text.len()).rposition(|window| window == text.as_bytes()).expect("the text is there")
}

fn flip(store: &Path, place: usize) {
    let mut bytes = fs::read(store).expect("a store");
    bytes[place] ^= 1;
    fs::write(store, bytes).expect("a store");
}

#[test]
fn a_record_that_is_not_what_was_read_is_named_and_nothing_rests_on_it() {
    let folder = undisturbed();
    let path = folder.path().join("store.db");
    let connection = Connection::open(&path).expect("a database");
    let query = "SELECT body, file.name || '#' || record FROM event JOIN file ON file.id = event.file WHERE activity = 'profile' LIMIT 1";
    let (body, reference): (String, String) = connection.query_row(query, [], |row| Ok((row.get(0)?, row.get(1)?))).expect("an event");
    drop(connection);
    let before = report(&folder.path().join("report"));
    flip(&path, find(&path, &body) + body.find("00u").expect("an id") + 3);
    assert_failed(&acme_run(folder.path()), &["store.db", &reference, "restore the store from a backup"]);
    assert_eq!(differing(&before, &report(&folder.path().join("report"))), Vec::<String>::new());
}

#[test]
fn a_broken_page_is_named_and_never_a_panic() {
    let wanted = undisturbed();
    let bytes = fs::read(wanted.path().join("store.db")).expect("a store");
    let page = 4096;
    for number in [0, 1, 2, 5, bytes.len() / page / 2] {
        let folder = folder();
        let path = folder.path().join("store.db");
        fs::copy(wanted.path().join("store.db"), &path).expect("a store");
        // The first byte of a page says of what kind it is; of the file it is the first letter of SQLite's name.
        flip(&path, number * page);
        let output = acme_run(folder.path());
        let said = stderr(&output);
        assert!(matches!(output.status.code(), Some(2 | 3)), "{number}: {:?} {said}", output.status);
        if output.status.code() == Some(2) {
            assert!(said.contains("store.db") && (said.contains("backup") || said.contains("--store")), "{number}: {said}");
        }
        let mut doctor = scimdrift();
        doctor.args(["doctor", "--as-of", AS_OF, "--config"]).arg(acme().join("scimdrift.toml")).arg("--store").arg(&path);
        assert_eq!(doctor.output().expect("the program starts").status.code(), Some(2), "{number}");
    }
}

#[test]
fn an_output_that_takes_nothing_is_said_and_nothing_is_lost() {
    let wanted = undisturbed();
    let folder = folder();
    for command in ["run", "ingest", "analyze", "report", "findings", "failures", "plan", "doctor", "rules", "sources"] {
        let mut program = scimdrift();
        program.arg(command).args(["--as-of", AS_OF, "--config"]).arg(acme().join("scimdrift.toml"));
        program.arg("--store").arg(folder.path().join("store.db"));
        if ["run", "report"].contains(&command) {
            program.arg("--out").arg(folder.path().join("report"));
        }
        program.stdout(fs::OpenOptions::new().write(true).open("/dev/full").expect("/dev/full"));
        assert_failed(&program.output().expect("the program starts"), &["standard output", "space"]);
    }
    // What nobody could be told is told by the next run.
    assert_ne!(acme_run(folder.path()).status.code(), Some(2));
    assert_same(wanted.path(), folder.path());
}
