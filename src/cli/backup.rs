//! `scimdrift backup`: a copy of the store that is known to be good before it has its name.

use super::arguments::{BackupArguments, Global};
use super::exit::{Exit, Failure};
use super::terminal::{Terminal, visible};
use crate::pipeline::Setup;
use crate::pipeline::verify::{self, Verdict};
use crate::store::Store;

pub(super) fn backup(global: &Global, asked: &BackupArguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let path = match &global.store {
        Some(store) => store.clone(),
        None => Setup::read(&global.config)?.store_path(),
    };
    let copy = Store::open_to_copy(&path)?.copy_beside(&asked.file, asked.force)?;
    let store = Store::open_to_read(copy.path())?;
    let verification = verify::store_alone(&store);
    if verification.verdict != Verdict::Verified {
        let differences =
            verification.differences.into_iter().map(|difference| difference.sentence).chain(verification.unchecked).collect();
        return Err(Failure::Unsound { path, differences });
    }
    let runs = store.runs()?;
    if runs.is_empty() && store.files()?.is_empty() {
        return Err(Failure::NoStore(path.display().to_string()));
    }
    drop(store);
    copy.put_in_place(asked.force)?;
    let (file, last) = (asked.file.display().to_string(), runs.last().map(|run| run.as_of));
    let json = serde_json::json!({ "backup": file, "store": path.display().to_string(), "runs": runs.len(), "last_as_of": last });
    terminal.outcome(&json, |out| {
        writeln!(out, "{:<11}{}", "backup", visible(&file))?;
        verification.agrees.iter().try_for_each(|(what, how)| writeln!(out, "{what:<11}{}", visible(how)))
    })?;
    Ok(Exit::Done)
}
