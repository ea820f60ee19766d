//! What a command works at: the config, the store, the threads; and whoever writes the store works alone.

use std::io;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use super::arguments::Global;
use super::exit::Failure;
use super::job::now;
use super::terminal::Terminal;
use crate::model::report::Report;
use crate::pipeline::{Setup, Workers};
use crate::store::{Lock, Store, StoreError};

/// How often a lock that another one holds is tried.
const AGAIN: Duration = Duration::from_millis(200);

/// What every part of the job works on.
pub(super) struct Desk {
    pub(super) setup: Setup,
    pub(super) store: Store,
    pub(super) workers: Workers,
    /// Held to the end of the command; none where the store is only read.
    _lock: Option<Lock>,
}

impl Desk {
    /// To write the store. While another one does, waits as long as `--wait` says.
    pub(super) fn open(global: &Global) -> Result<Self, Failure> {
        Self::open_with(Setup::read(&global.config)?, global)
    }

    /// The same with a config that was read.
    pub(super) fn open_with(setup: Setup, global: &Global) -> Result<Self, Failure> {
        let path = global.store.clone().unwrap_or_else(|| setup.store_path());
        let lock = lock(&path, global)?;
        let store = Store::open(&path)?;
        let workers = Workers::new(global.jobs.map_or(0, usize::from))?;
        Ok(Self { setup, store, workers, _lock: Some(lock) })
    }

    /// The same where there has to be a store: what is removed from an empty one would be taken for removed.
    pub(super) fn open_kept(global: &Global) -> Result<Self, Failure> {
        let setup = Setup::read(&global.config)?;
        let path = global.store.clone().unwrap_or_else(|| setup.store_path());
        if path.exists() { Self::open_with(setup, global) } else { Err(Failure::NoStore(path.display().to_string())) }
    }

    /// For a question: the store is read alone, and not made where there is none.
    pub(super) fn open_to_ask(global: &Global) -> Result<Self, Failure> {
        let setup = Setup::read(&global.config)?;
        let path = global.store.clone().unwrap_or_else(|| setup.store_path());
        let store = Store::open_to_read(&path).map_err(|error| match error {
            StoreError::Io { path, source } if source.kind() == io::ErrorKind::NotFound => {
                Failure::NothingAnalyzed(path.display().to_string())
            }
            other => other.into(),
        })?;
        let workers = Workers::new(global.jobs.map_or(0, usize::from))?;
        Ok(Self { setup, store, workers, _lock: None })
    }

    /// Gives back the space of what was removed. Where that fails, the removal stands, and the next run tries again.
    pub(super) fn give_back_space(&self) {
        if let Err(error) = self.store.compact() {
            Terminal::warning(&format!(
                "{error}; what was removed is in no answer any more, but its text may still stand in the file: \
                 free some space, and the next run tries again"
            ));
        }
    }

    /// Whether the store, opened to be read, was left alone meanwhile; else the answer may be half of one run and half of another.
    pub(super) fn unchanged(&self) -> Result<(), Failure> {
        if self.store.is_unchanged() { Ok(()) } else { Err(Failure::Changed(self.store.path().display().to_string())) }
    }

    /// The report of the last analysis, or of the run as of the moment asked for.
    pub(super) fn report(&self, global: &Global) -> Result<Report, Failure> {
        let last = self.store.last_analysis()?;
        let nothing = || Failure::NothingAnalyzed(self.store.path().display().to_string());
        let as_of = global.as_of.or(last).ok_or_else(nothing)?;
        match self.store.report(as_of)? {
            Some(report) => Ok(report),
            None => Err(last.map_or_else(nothing, |last| Failure::OtherMoment { asked: as_of, last })),
        }
    }
}

/// The report of the last analysis, or of the run as of the moment asked for.
pub(super) fn kept_report(global: &Global) -> Result<Report, Failure> {
    let desk = Desk::open_to_ask(global)?;
    let report = desk.report(global)?;
    desk.unchanged()?;
    Ok(report)
}

/// The lock of a store, waited for as long as allowed. Whoever waits says so once.
fn lock(store: &Path, global: &Global) -> Result<Lock, StoreError> {
    let (begun, wait) = (Instant::now(), global.wait.unwrap_or_default());
    let mut told = false;
    loop {
        match Lock::take(store, now()) {
            Err(held @ StoreError::Held { .. }) => {
                let left = wait.saturating_sub(begun.elapsed());
                if left.is_zero() {
                    return Err(held);
                }
                if !told {
                    Terminal::new(global).note(&format!("{held}; waiting for it"));
                    told = true;
                }
                thread::sleep(left.min(AGAIN));
            }
            other => return other,
        }
    }
}
