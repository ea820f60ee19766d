//! `scimdrift forget`: a wrong input is withdrawn, and that is evidence too.

use super::arguments::{ForgetArguments, Global};
use super::desk::Desk;
use super::exit::{Exit, Failure};
use super::job;
use super::terminal::{Terminal, visible};
use crate::pipeline;

pub(super) fn forget(global: &Global, asked: &ForgetArguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let mut desk = Desk::open_kept(global)?;
    let rows = pipeline::forget(&desk.setup, &mut desk.store, &asked.file, &asked.reason, job::now(), &desk.workers)?;
    desk.give_back_space();
    let stay = desk.store.files()?;
    terminal.outcome(&rows, |out| {
        for row in &rows {
            let (file, others) = (visible(&row.file), row.read.saturating_sub(row.removed));
            writeln!(
                out,
                "withdrawn  {file}: {} of its {} records went, {others} touch no access or stand elsewhere too",
                row.removed, row.read
            )?;
            // A rotated log is one content under two names.
            if let Some(twin) = stay.iter().find(|kept| kept.sha256 == row.sha256) {
                writeln!(
                    out,
                    "           the same content stays as {}: `scimdrift forget {}` withdraws it everywhere",
                    visible(&twin.name),
                    row.sha256
                )?;
            }
        }
        writeln!(out, "           run `scimdrift analyze` or `scimdrift run` to judge without it")
    })?;
    Ok(Exit::Done)
}
