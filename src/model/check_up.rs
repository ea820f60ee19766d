//! A check-up: whether the set-up is sound, and what to do where it is not. Plain rows, as `doctor` shows them.

use serde::Serialize;

use super::time::Timestamp;

/// What a check-up came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CheckUp {
    /// The moment everything was looked at.
    pub at: Timestamp,
    /// The worst of all checks.
    pub verdict: Level,
    /// Every check, by area.
    pub checks: Vec<Check>,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Where it belongs.
    pub area: Area,
    /// How it stands.
    pub level: Level,
    /// What was looked at: a file, a source, a rule.
    pub subject: String,
    /// What was seen.
    pub says: String,
    /// What to do next.
    pub next: String,
}

/// What checks are about, in the order in which they are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Area {
    /// `scimdrift.toml` and `waivers.toml`.
    Config,
    /// What `[[input]]` names.
    Inputs,
    /// What was read so far: how fresh it is, and what it covers.
    Sources,
    /// What cannot be judged with it.
    Rules,
    /// The store.
    Store,
    /// Free space.
    Disk,
    /// Who may read and write what.
    Permissions,
    /// The clock of this machine.
    Clock,
}

impl Area {
    /// As a heading names it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::Inputs => "inputs",
            Self::Sources => "sources",
            Self::Rules => "rules",
            Self::Store => "store",
            Self::Disk => "disk",
            Self::Permissions => "permissions",
            Self::Clock => "clock",
        }
    }
}

/// How something stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// In order.
    Ok,
    /// Worth knowing.
    Note,
    /// Should be mended; a run does its job all the same.
    Warning,
    /// A run would end with exit code 3: the evidence is incomplete.
    Incomplete,
    /// A run would end with exit code 2: it cannot do its job.
    Broken,
}

impl Level {
    /// As it is read.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Incomplete => "incomplete",
            Self::Broken => "broken",
        }
    }
}

impl Check {
    /// Something that is in order.
    #[must_use]
    pub fn ok(area: Area, subject: impl Into<String>, says: impl Into<String>) -> Self {
        Self::new(area, Level::Ok, subject, says, "nothing to do")
    }

    /// Something that asks for a step.
    #[must_use]
    pub fn new(area: Area, level: Level, subject: impl Into<String>, says: impl Into<String>, next: impl Into<String>) -> Self {
        Self { area, level, subject: subject.into(), says: says.into(), next: next.into() }
    }
}
