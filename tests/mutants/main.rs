//! Switches the conditions of every rule off, one at a time, and shows that the rule's fixtures notice.
//!
//! `cargo test --test mutants` tries every mutant of `fixtures/rules/*/mutants.toml` in a copy of the repository below
//! `target/`, which takes an hour; `cargo test --test mutants -- stale-token` those of one rule, and
//! `cargo test --test mutants -- --first` the first of each rule. It prints a table, and fails when a mutant
//! survives, or cannot be built.

#![expect(clippy::print_stdout, reason = "the table is what it is for")]

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use scimdrift::analyzer::{ALL, Analyzer};

#[path = "../suite/companies.rs"]
mod companies;
#[path = "../suite/mutant.rs"]
mod mutant;

use companies::Judge;
use mutant::Mutant;

/// The moment that the fixtures of the rules are judged at.
const AS_OF: &str = "2026-06-30T06:00:00Z";

/// What the program is built from.
const PARTS: &[&str] = &["Cargo.toml", "Cargo.lock", "rust-toolchain.toml", "schema.sql", "src", "templates", "docs", "tests", "benches"];

fn main() -> ExitCode {
    let (options, chosen): (Vec<String>, Vec<String>) = std::env::args().skip(1).partition(|argument| argument.starts_with('-'));
    let of_each = if options.iter().any(|option| option == "--first") { 1 } else { usize::MAX };
    match tried(&chosen, of_each) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(survivors) => {
            println!("{survivors} survived");
            ExitCode::FAILURE
        }
        Err(problem) => {
            println!("{problem}");
            ExitCode::FAILURE
        }
    }
}

/// Tries so many mutants of each of the chosen rules, or of all; how many survived.
fn tried(chosen: &[String], of_each: usize) -> Result<usize, String> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let copy = Copy::of(top)?;
    let whole = Judge { top, program: Path::new(env!("CARGO_BIN_EXE_scimdrift")), as_of: AS_OF };
    let (mut survivors, mut total) = (0, 0);
    for rule in ALL.iter().filter(|rule| chosen.is_empty() || chosen.iter().any(|one| one == rule.id)) {
        whole.hits(rule, false).and_then(|()| whole.misses(rule)).map_err(|problem| format!("without any mutant: {problem}"))?;
        for mutant in Mutant::of(top, rule.id)?.into_iter().take(of_each) {
            let noticed = copy.noticed(rule, &mutant);
            let word = match &noticed {
                Ok(Some(noticed)) => noticed,
                Ok(None) => "SURVIVED",
                Err(_) => "BROKEN",
            };
            total += 1;
            survivors += usize::from(!matches!(noticed, Ok(Some(_))));
            println!("{word:8}  {:24} {:22} {}", rule.id, mutant.reason, mutant.off);
            if let Err(problem) = noticed {
                println!("{problem}");
            }
        }
    }
    println!("{} of {total} mutants caught", total - survivors);
    Ok(survivors)
}

/// A copy of the repository that may be broken.
struct Copy<'a> {
    /// The repository, with its fixtures.
    top: &'a Path,
    /// Where the copy stands, and what is built from it.
    folder: PathBuf,
}

impl<'a> Copy<'a> {
    fn of(top: &'a Path) -> Result<Self, String> {
        let folder = top.join("target/mutants");
        let tree = folder.join("tree");
        if tree.exists() {
            std::fs::remove_dir_all(&tree).map_err(|error| format!("{}: {error}", tree.display()))?;
        }
        std::fs::create_dir_all(&tree).map_err(|error| format!("{}: {error}", tree.display()))?;
        for part in PARTS.iter().filter(|part| top.join(part).exists()) {
            copy(&top.join(part), &tree.join(part)).map_err(|error| format!("{part}: {error}"))?;
        }
        Ok(Self { top, folder })
    }

    /// Which fixtures notice the mutant: `hit`, `miss`, or none. One that does not compile is an error: it shows nothing.
    fn noticed(&self, rule: &Analyzer, mutant: &Mutant) -> Result<Option<&'static str>, String> {
        let path = self.folder.join("tree").join(&mutant.file);
        let before = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", mutant.file))?;
        let write = |text: &str| std::fs::write(&path, text).map_err(|error| format!("{}: {error}", mutant.file));
        write(&mutant.applied(self.top)?)?;
        let program = self.built().map_err(|problem| format!("{}: {}: {problem}", rule.id, mutant.off));
        write(&before)?;
        let program = program?;
        let judge = Judge { top: self.top, program: &program, as_of: AS_OF };
        Ok(match (judge.hits(rule, false), judge.misses(rule)) {
            (Err(_), _) => Some("hit"),
            (Ok(()), Err(_)) => Some("miss"),
            (Ok(()), Ok(())) => None,
        })
    }

    /// Builds the program.
    fn built(&self) -> Result<PathBuf, String> {
        let target = self.folder.join("target");
        let mut command = Command::new(env!("CARGO"));
        command.args(["build", "--quiet", "--locked", "--bin", "scimdrift"]).current_dir(self.folder.join("tree"));
        command.env("CARGO_TARGET_DIR", &target).env("CARGO_PROFILE_DEV_DEBUG", "0").env("RUSTFLAGS", "--cap-lints=allow");
        let output = command.output().map_err(|error| error.to_string())?;
        if output.status.success() {
            Ok(target.join("debug/scimdrift"))
        } else {
            Err(format!("it does not compile:\n{}", String::from_utf8_lossy(&output.stderr)))
        }
    }
}

/// Copies a file, or a folder with everything in it.
fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    if !from.is_dir() {
        return std::fs::copy(from, to).map(drop);
    }
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}
