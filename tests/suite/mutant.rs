//! Mutants: for every rule, `fixtures/rules/<id>/mutants.toml` lists changes of the program that switch one of its
//! conditions off. Each has to be caught by the rule's fixtures; `cargo test --test mutants` tries them all.

use std::path::Path;

use serde::Deserialize;

/// One condition switched off.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mutant {
    /// The reason whose condition it is; empty for rules that list none.
    pub(crate) reason: String,
    /// What no longer holds, in words: "the grace is not waited for".
    pub(crate) off: String,
    /// The file, from the top of the repository.
    pub(crate) file: String,
    /// The text that is replaced; it stands there exactly once.
    pub(crate) replace: String,
    /// What stands there instead.
    pub(crate) with: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    mutant: Vec<Mutant>,
}

impl Mutant {
    /// The mutants of a rule, as its file lists them.
    pub(crate) fn of(top: &Path, rule: &str) -> Result<Vec<Self>, String> {
        let name = format!("fixtures/rules/{rule}/mutants.toml");
        let text = std::fs::read_to_string(top.join(&name)).map_err(|error| format!("{name}: {error}"))?;
        let file: File = toml::from_str(&text).map_err(|error| format!("{name}: {error}"))?;
        Ok(file.mutant)
    }

    /// The file as this mutant has it.
    pub(crate) fn applied(&self, top: &Path) -> Result<String, String> {
        let text = std::fs::read_to_string(top.join(&self.file)).map_err(|error| format!("{}: {error}", self.file))?;
        match text.matches(&self.replace).count() {
            1 if self.replace != self.with => Ok(text.replacen(&self.replace, &self.with, 1)),
            1 => Err(format!("{}: {}: nothing is replaced", self.file, self.off)),
            count => Err(format!("{}: {}: the text to replace stands there {count} times", self.file, self.off)),
        }
    }
}
