//! Switches the conditions of every rule off, one at a time, and shows that the rule's fixtures notice.
//!
//! `cargo test --test mutants` tries every mutant of `fixtures/rules/*/mutants.toml` in a copy of the repository below
//! `target/`, which takes a quarter of an hour; `cargo test --test mutants -- stale-token` those of one rule. It ends
//! with a table, and fails when a mutant survives.

#![expect(clippy::print_stdout, reason = "the table is what it is for")]

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};

use scimdrift::analyzer::ALL;

#[path = "../suite/mutant.rs"]
mod mutant;

use mutant::Mutant;

/// What the copy consists of.
const PARTS: &[&str] = &[
    "Cargo.toml",
    "Cargo.lock",
    "rust-toolchain.toml",
    "schema.sql",
    "src",
    "templates",
    "docs",
    "fixtures",
    "reports",
    "tests",
    "benches",
];

fn main() -> ExitCode {
    let chosen: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    match tried(&chosen) {
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

/// Tries the mutants of the chosen rules, or of all; how many survived.
fn tried(chosen: &[String]) -> Result<usize, String> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let copy = Copy::of(top)?;
    let rules: Vec<&str> = ALL.iter().map(|rule| rule.id).filter(|id| chosen.is_empty() || chosen.iter().any(|one| one == id)).collect();
    let (mut survivors, mut total) = (0, 0);
    for rule in rules {
        if copy.fails(rule)? {
            return Err(format!("{rule}: its fixtures fail without any mutant"));
        }
        for mutant in Mutant::of(top, rule)? {
            let caught = copy.catches(rule, &mutant)?;
            total += 1;
            survivors += usize::from(!caught);
            let verdict = if caught { "caught  " } else { "SURVIVED" };
            println!("{verdict}  {rule:26} {:24} {}", mutant.reason, mutant.off);
        }
    }
    println!("{} of {total} mutants caught", total - survivors);
    Ok(survivors)
}

/// A copy of the repository that may be broken.
struct Copy(PathBuf);

impl Copy {
    fn of(top: &Path) -> Result<Self, String> {
        let folder = top.join("target/mutants");
        let tree = folder.join("tree");
        if tree.exists() {
            std::fs::remove_dir_all(&tree).map_err(|error| format!("{}: {error}", tree.display()))?;
        }
        std::fs::create_dir_all(&tree).map_err(|error| format!("{}: {error}", tree.display()))?;
        for part in PARTS.iter().filter(|part| top.join(part).exists()) {
            copy(&top.join(part), &tree.join(part)).map_err(|error| format!("{part}: {error}"))?;
        }
        Ok(Self(folder))
    }

    /// Whether the rule's fixtures notice the mutant. One that does not compile is an error: it shows nothing.
    fn catches(&self, rule: &str, mutant: &Mutant) -> Result<bool, String> {
        let tree = self.0.join("tree");
        let path = tree.join(&mutant.file);
        let before = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", mutant.file))?;
        let write = |text: &str| std::fs::write(&path, text).map_err(|error| format!("{}: {error}", mutant.file));
        write(&mutant.applied(&tree)?)?;
        let caught = self.fails(rule).map_err(|problem| format!("{rule}: {}: {problem}", mutant.off));
        write(&before)?;
        caught
    }

    /// Whether the tests of the rule's fixtures fail.
    fn fails(&self, rule: &str) -> Result<bool, String> {
        let cargo = |more: &[&str]| {
            let mut command = Command::new(env!("CARGO"));
            command.args(["test", "--quiet", "--locked", "--test", "suite"]).args(more);
            command.current_dir(self.0.join("tree")).env("CARGO_TARGET_DIR", self.0.join("target")).env("RULE", rule);
            command.env("RUSTFLAGS", "--cap-lints=allow").stdout(Stdio::null()).stderr(Stdio::null());
            command.status().map(|status| status.success()).map_err(|error| error.to_string())
        };
        if !cargo(&["--no-run"])? {
            return Err("it does not compile".to_owned());
        }
        Ok(!cargo(&["rules::"])?)
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
