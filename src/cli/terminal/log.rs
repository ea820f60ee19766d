//! `--log json`: what is said to standard error, as one JSON object a line, for whatever collects logs.
//!
//! Only what is said to people anyway, and how far the job is; never a record that was read, and no secret.

use std::io::Write as _;
use std::sync::OnceLock;

use serde_json::{Map, Value};

use super::super::job::now;
use crate::model::time::Timestamp;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Level {
    /// How far the job is.
    Info,
    /// Something needs attention.
    Warning,
    /// The command did not do its job.
    Error,
}

impl Level {
    const fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// The log of this process; there is one standard error. Unset: messages are words.
static LOG: OnceLock<Log> = OnceLock::new();

#[derive(Debug)]
struct Log {
    quiet: bool,
    as_of: OnceLock<Timestamp>,
    run_id: OnceLock<String>,
}

/// From now on messages are JSON. A moment that was asked for is told from the first line on, also where nothing comes to be judged.
pub(super) fn open(quiet: bool, asked: Option<Timestamp>) {
    let as_of = asked.map_or_else(OnceLock::new, OnceLock::from);
    let _once = LOG.set(Log { quiet, as_of, run_id: OnceLock::new() });
}

/// Whether messages are JSON.
pub(super) fn is_open() -> bool {
    LOG.get().is_some()
}

/// Which moment is judged at: it tells the lines of one run before its id is known.
pub(in crate::cli) fn judging(as_of: Timestamp) {
    if let Some(log) = LOG.get() {
        let _once = log.as_of.set(as_of);
    }
}

/// Which run it came to; the id comes from the content, so it is known late.
pub(in crate::cli) fn of_run(run_id: &str) {
    if let Some(log) = LOG.get() {
        let _once = log.run_id.set(run_id.to_owned());
    }
}

/// How far the job is. Nothing where messages are words.
pub(in crate::cli) fn stage(message: &str, fields: Value) {
    event(Level::Info, message, fields);
}

/// Writes a line, and answers whether messages are JSON. `fields` is an object.
pub(super) fn event(level: Level, message: &str, fields: Value) -> bool {
    let Some(log) = LOG.get() else { return false };
    if log.quiet && level == Level::Info {
        return true;
    }
    let mut line = Map::new();
    line.insert("time".to_owned(), now().to_string().into());
    line.insert("level".to_owned(), level.word().into());
    line.insert("pid".to_owned(), std::process::id().into());
    line.insert("as_of".to_owned(), log.as_of.get().map(ToString::to_string).into());
    line.insert("run_id".to_owned(), log.run_id.get().cloned().into());
    line.insert("message".to_owned(), message.into());
    line.insert("fields".to_owned(), fields);
    // One write for each line, so that lines of two processes never mix.
    let text = format!("{}\n", Value::Object(line));
    let _closed = std::io::stderr().write_all(text.as_bytes());
    true
}
