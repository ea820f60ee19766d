//! The check-up: config, inputs, what was read so far, what cannot be judged with it, store, and machine.
//!
//! Nothing is written, and nobody is judged: of the rules only those run that look at the evidence itself. What cannot be
//! looked at is a line too, so that one fault does not hide the others.

mod config;
mod inputs;
mod machine;
mod rules;
mod sources;
mod stored;

use std::path::{Path, PathBuf};

use super::Setup;
use crate::model::check_up::{Area, Check, CheckUp, Level};
use crate::model::time::Timestamp;

use sources::Read;
use stored::Stored;

/// What is to be looked at, and when.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// The config.
    pub config: &'a Path,
    /// The store; without it the one that the config names.
    pub store: Option<&'a Path>,
    /// The moment to judge freshness at.
    pub as_of: Timestamp,
    /// What the clock of this machine says.
    pub now: Timestamp,
    /// The host of the webhook, or why its address cannot be used; `None` where there is no `[notify]`.
    pub webhook: Option<Result<&'a str, &'a str>>,
}

/// Looks at everything.
#[must_use]
pub fn doctor(ask: &Ask<'_>) -> CheckUp {
    let mut checks = Vec::new();
    let setup = config::look(ask, &mut checks);
    let path = ask.store.map(Path::to_owned).or_else(|| setup.as_ref().map(Setup::store_path));
    let stored = path.as_deref().map(|path| Stored::open(path, setup.as_ref(), &mut checks));
    let store = stored.as_ref().and_then(|stored| stored.store.as_ref());
    if let Some(setup) = &setup {
        let found = inputs::look(setup, store, &mut checks);
        match Read::of(setup, store, ask.as_of) {
            Ok(read) => {
                sources::look(&read, &found, &mut checks);
                rules::look(setup, &read, &found, &mut checks);
            }
            Err(error) => checks.push(Check::new(Area::Store, Level::Broken, "content", error.to_string(), error.hint())),
        }
    }
    let places = Places { config: ask.config, setup: setup.as_ref(), store: path };
    machine::look(&places, store, ask.now, &mut checks);
    // Of equals the order stays as they were looked at.
    checks.sort_by_key(|check| check.area);
    let verdict = checks.iter().map(|check| check.level).max().unwrap_or(Level::Ok);
    CheckUp { at: ask.as_of, verdict, checks }
}

/// Where everything is.
struct Places<'a> {
    config: &'a Path,
    setup: Option<&'a Setup>,
    store: Option<PathBuf>,
}

/// A remedy as a step among others: without its full stop, and without a capital letter.
fn step(remedy: &str) -> String {
    let mut letters = remedy.trim_end_matches('.').chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

/// What is said of something, without its name, which stands beside it.
fn without(name: &str, said: &str) -> String {
    said.strip_prefix(name).and_then(|rest| rest.strip_prefix(": ")).unwrap_or(said).to_owned()
}

/// `1 file`, `3 files`
fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
