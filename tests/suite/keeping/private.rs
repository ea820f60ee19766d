//! Whatever the umask, nobody else may read the store, what stands beside it, the reports, or a backup.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use rusqlite::Connection;

use crate::support::{AS_OF, config, files, folder, input};

const LINE: &str = r#"{"uuid":"e1","published":"2026-06-01T12:00:00.000Z","eventType":"user.lifecycle.create","outcome":{"result":"SUCCESS"},"actor":{"id":"00u9","type":"User"},"target":[{"id":"00u1","type":"User","alternateId":"ada@acme.example"}]}"#;

/// Every file and folder below that others may read, write or enter.
fn open_to_others(folder: &Path) -> Vec<String> {
    let mut paths = files(folder);
    paths.extend(fs::read_dir(folder).expect("a folder").flatten().map(|entry| entry.path()).filter(|path| path.is_dir()));
    let mode = |path: &Path| fs::metadata(path).expect("a file").permissions().mode() & 0o777;
    paths.iter().filter(|path| mode(path) & 0o077 != 0).map(|path| format!("{} {:o}", path.display(), mode(path))).collect()
}

#[test]
fn everything_that_is_written_is_for_its_owner_alone() {
    for umask in ["000", "022"] {
        let (company, out) = (folder(), folder());
        let config = config(company.path(), "from = 2026-06-01\nto = 2026-06-01");
        for name in ["a.ndjson", "b.ndjson"] {
            input(company.path(), name, format!("{LINE}\n").as_bytes());
        }
        let at = |name: &str| out.path().join(name).display().to_string();
        let call = |arguments: &[&str]| {
            let mut command = Command::new("sh");
            command.env_clear().arg("-c").arg(format!("umask {umask}; exec \"$0\" \"$@\"")).arg(env!("CARGO_BIN_EXE_scimdrift"));
            command.args(arguments).args(["--as-of", AS_OF, "--store", &at("store.db"), "--config"]).arg(&config);
            let output = command.output().expect("a shell");
            assert_ne!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stderr));
        };
        call(&["run", "--out", &at("report")]);
        // While somebody reads, the journal stays beside the store.
        let reader = Connection::open(out.path().join("store.db")).expect("a database");
        reader.execute_batch("BEGIN; SELECT count(*) FROM event;").expect("valid SQL");
        call(&["analyze"]);
        assert!(out.path().join("store.db-wal").exists());
        call(&["report", "--out", &at("part"), "--only", "findings.csv"]);
        call(&["backup", &at("copy.db")]);
        assert_eq!(open_to_others(out.path()), Vec::<String>::new(), "umask {umask}");
        drop(reader);
        call(&["forget", "inputs/b.ndjson", "--reason", "twice"]);
        call(&["prune", "--keep", "60d"]);
        assert_eq!(open_to_others(out.path()), Vec::<String>::new(), "umask {umask}");
    }
}
