//! A company that was analyzed three nights in a row, and what somebody does to its reports and its store afterwards.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::LazyLock;

use rusqlite::Connection;
use serde_json::Value;

use crate::support::{config, files, folder, input, scimdrift, stderr, stdout};

/// When the company was analyzed.
pub(crate) const NIGHTS: [&str; 3] = ["2026-06-02T06:00:00Z", "2026-06-03T06:00:00Z", "2026-06-04T06:00:00Z"];

/// A small company with an account without an owner, analyzed three nights in a row.
pub(crate) struct Company {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) config: PathBuf,
}

/// Made once, and copied for each test.
static MADE: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("three-nights");
    let _absent = fs::remove_dir_all(&folder);
    let config = config(&folder, "from = 2026-06-01\nto = 2026-06-04\n[thresholds]\nmax_change = \"100%\"");
    let member = |id: u32, name: &str| {
        format!(
            r#"{{"_id":"65a10000000000000000000{id}","user":"{name}","fullname":"Somebody","avatarUrl":"https://a.example/a.png","role":"read"}}"#
        )
    };
    let members = format!("[{},{}]", member(1, "stray"), member(2, "astray"));
    input(&folder, "members-2026-06-01T120000Z.json", members.as_bytes());
    let people =
        r#"[{"id":"00u1","status":"ACTIVE","created":"2025-01-01T00:00:00.000Z","profile":{"login":"ada@acme.example"},"credentials":{}}]"#;
    input(&folder, "users-2026-06-01T120000Z.json", people.as_bytes());
    for night in NIGHTS {
        let mut run = scimdrift();
        run.args(["run", "-q", "--as-of", night]).arg("--config").arg(&config).arg("--out").arg(folder.join(night));
        let output = run.output().expect("the program starts");
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    }
    folder
});

impl Company {
    /// A copy of one's own.
    pub(crate) fn new() -> Self {
        let folder = folder();
        for file in files(&MADE) {
            let copy = folder.path().join(file.strip_prefix(&*MADE).expect("below"));
            fs::create_dir_all(copy.parent().expect("a folder")).expect("a folder");
            fs::copy(file, copy).expect("a copy");
        }
        let config = folder.path().join("scimdrift.toml");
        Self { folder, config }
    }

    /// The folder of a night's report.
    pub(crate) fn night(&self, as_of: &str) -> PathBuf {
        self.folder.path().join(as_of)
    }

    /// The report of the second night: it has a run before and one after.
    pub(crate) fn report(&self) -> PathBuf {
        self.night(NIGHTS[1])
    }

    /// The store of all nights.
    pub(crate) fn store(&self) -> PathBuf {
        self.folder.path().join("scimdrift.db")
    }

    /// Runs a command on it.
    pub(crate) fn call(&self, arguments: &[&str]) -> Output {
        scimdrift().args(arguments).arg("--config").arg(&self.config).output().expect("the program starts")
    }

    /// What `verify` says of a folder, with its exit code.
    pub(crate) fn verify(&self, dir: &Path, more: &[&str]) -> (Option<i32>, Value) {
        let dir = dir.to_str().expect("UTF-8");
        let output = self.call(&[&["verify", dir, "--format", "json"], more].concat());
        let said: Option<Value> = serde_json::from_slice(&output.stdout).ok();
        assert!(said.is_some(), "{}", stderr(&output));
        (output.status.code(), said.unwrap_or_default())
    }

    /// Runs SQL in the store, as somebody with a database tool would.
    pub(crate) fn edit(&self, sql: &str) {
        let changed = Connection::open(self.store()).and_then(|store| store.execute(sql, []));
        assert_eq!(changed.expect("valid SQL"), 1, "{sql}");
    }

    /// Verifies the second night's report, which has to differ, in exactly these kinds.
    #[track_caller]
    pub(crate) fn differs(&self, kinds: &[&str]) -> Vec<Value> {
        let (code, said) = self.verify(&self.report(), &[]);
        assert_eq!((code, &said["verdict"]), (Some(3), &Value::from("differs")), "{said:#}");
        let differences = said["differences"].as_array().expect("a list").clone();
        let found: Vec<&str> = differences.iter().filter_map(|difference| difference["kind"].as_str()).collect();
        assert_eq!(found, kinds, "{said:#}");
        let words = stdout(&self.call(&["verify", self.report().to_str().expect("UTF-8")]));
        for difference in &differences {
            assert!(words.contains(difference["sentence"].as_str().expect("a sentence")), "{words}");
        }
        differences
    }
}

/// Changes the first place where a text stands in a file.
pub(crate) fn replace(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).expect("a file");
    assert!(text.contains(from), "{}: {from}", path.display());
    fs::write(path, text.replacen(from, to, 1)).expect("written");
}

/// The hash of a file, as the manifest has it.
pub(crate) fn sha256(path: &Path) -> String {
    scimdrift::model::digest::Digest::of(&fs::read(path).expect("a file")).to_string()
}
