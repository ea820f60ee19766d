//! What the tests share: the program, the company of the fixtures, and CSV read as a spreadsheet reads it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The moment that the fixtures' company is judged at.
pub(crate) const AS_OF: &str = "2026-06-30T06:00:00Z";

/// The root of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The folder of the fixtures' company.
pub(crate) fn acme() -> PathBuf {
    root().join("fixtures/acme")
}

/// A folder of one test's own, gone when the test is.
pub(crate) fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// The program, with nothing of the surroundings.
pub(crate) fn scimdrift() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_scimdrift"));
    command.env_clear();
    command
}

/// Runs the whole job; the report is in `report` below `folder`, the store is `store.db`.
pub(crate) fn run(config: &Path, folder: &Path, more: &[&str]) -> Output {
    let mut command = scimdrift();
    command.arg("run").arg("--config").arg(config).args(["--as-of", AS_OF]);
    command.arg("--store").arg(folder.join("store.db")).arg("--out").arg(folder.join("report")).args(more);
    command.output().expect("the program starts")
}

/// Standard output as text.
pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Standard error as text.
pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The rows of a CSV file, by column.
pub(crate) fn rows(path: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).expect("a table");
    reader.deserialize().collect::<Result<_, _>>().expect("rows under a header")
}

/// A config for one folder of inputs.
pub(crate) fn config(folder: &Path, more: &str) -> PathBuf {
    let path = folder.join("scimdrift.toml");
    let text = format!(
        "[report]\norganization = \"Acme Corp\"\n{more}\n[[input]]\npath = \"inputs\"\n[idp]\nprovider = \"okta\"\napplication = \"Hugging Face\"\n\
         [target]\nprovider = \"huggingface\"\nname = \"acme\"\ndefault_role = \"read\"\nscim_actors = [\"acme-scim\"]\n"
    );
    std::fs::create_dir_all(folder.join("inputs")).expect("a folder");
    std::fs::write(&path, text).expect("a config");
    path
}

/// Writes an input below [`config`]'s folder.
pub(crate) fn input(folder: &Path, name: &str, content: &[u8]) {
    std::fs::write(folder.join("inputs").join(name), content).expect("an input");
}

/// Every file at or below a folder.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

/// Whether a program of the system is there; else says that what it would check is not checked.
#[expect(clippy::print_stderr, reason = "a check that is left out must be seen")]
pub(crate) fn has(program: &str) -> bool {
    let folders = ["/usr/bin", "/bin", "/usr/sbin", "/usr/local/bin"];
    let found = folders.iter().any(|folder| Path::new(folder).join(program).exists());
    if !found {
        eprintln!("not checked: {program} is not there");
    }
    found
}
