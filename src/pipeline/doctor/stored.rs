//! Whether the store is there, is one of ours, is whole, and what it holds.

use std::path::Path;

use super::{counted, without};
use crate::model::check_up::{Area, Check, Level};
use crate::pipeline::Setup;
use crate::store::{Store, StoreError};

/// The store, as far as it could be opened.
pub(super) struct Stored {
    pub(super) store: Option<Store>,
}

impl Stored {
    pub(super) fn open(path: &Path, setup: Option<&Setup>, checks: &mut Vec<Check>) -> Self {
        let subject = path.display().to_string();
        match Store::open_to_read(path) {
            Err(StoreError::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
                checks.push(Check::new(Area::Store, Level::Note, subject, "there is none yet", "run `scimdrift run`: it makes one"));
                Self { store: None }
            }
            Err(error) => {
                // What the next run mends by itself is no fault.
                let level = if matches!(error, StoreError::Older { .. }) { Level::Note } else { Level::Broken };
                let says = without(&subject, &error.to_string());
                checks.push(Check::new(Area::Store, level, subject, says, error.hint()));
                Self { store: None }
            }
            Ok(store) => {
                match content(&store, setup, &subject) {
                    Ok(found) => checks.extend(found),
                    Err(error) => {
                        let says = without(&subject, &error.to_string());
                        checks.push(Check::new(Area::Store, Level::Broken, subject, says, error.hint()));
                    }
                }
                Self { store: Some(store) }
            }
        }
    }
}

fn content(store: &Store, setup: Option<&Setup>, subject: &str) -> Result<Vec<Check>, StoreError> {
    let (files, runs) = (store.files()?, store.runs()?);
    let last = match runs.last() {
        Some(run) => format!("last run as of {} UTC, by scimdrift {}", run.as_of.minute(), run.tool),
        None => "nothing was analyzed yet".to_owned(),
    };
    let says = format!("{}, {}; {last}", counted(files.len(), "file", "files"), counted(runs.len(), "run", "runs"));
    let mut checks = vec![match runs.last() {
        Some(_) => Check::ok(Area::Store, subject, says),
        None => Check::new(Area::Store, Level::Note, subject, says, "run `scimdrift run`"),
    }];
    let (withdrawn, prunings) = (store.withdrawn()?, store.prunings()?);
    if !withdrawn.is_empty() || !prunings.is_empty() {
        let removed: u64 = prunings.iter().flat_map(|pruning| &pruning.removed).map(|kind| kind.records).sum();
        let before = prunings.iter().map(|pruning| pruning.before).max();
        let before = before.map(|before| format!(" before {} UTC", before.minute())).unwrap_or_default();
        let says = format!("{} withdrawn, {removed} old records{before} removed", counted(withdrawn.len(), "file", "files"));
        checks.push(Check::ok(Area::Store, "removed", says));
    }
    checks.push(match store.structure()? {
        None => {
            let says =
                format!("schema {}, no damage; whether the content is as the runs left it, `scimdrift verify` tells", store.schema());
            Check::ok(Area::Store, "integrity", says)
        }
        Some(damage) => {
            let next = "restore the store from a backup, or read the inputs into a new one with --store";
            Check::new(Area::Store, Level::Broken, "integrity", damage, next)
        }
    });
    if let (Some(setup), Some(kept)) = (setup, store.kept_setting("idp.application")?) {
        let wanted = setup.policy.idp.application.as_deref().unwrap_or_default();
        if kept != wanted {
            let says = format!("it was filled with {kept:?}, and the config says {wanted:?}; logins to other applications were not kept");
            let next = "set it back, or read the inputs into a new store with --store";
            checks.push(Check::new(Area::Store, Level::Broken, "idp.application", says, next));
        }
    }
    Ok(checks)
}
