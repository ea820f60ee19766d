//! `scimdrift forget`: a wrong input is withdrawn, and that is evidence too.

use super::arguments::{ForgetArguments, Global};
use super::desk::Desk;
use super::exit::{Exit, Failure};
use super::job;
use super::terminal::{Terminal, visible};
use crate::pipeline;

pub(super) fn forget(global: &Global, asked: &ForgetArguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let mut desk = Desk::open(global)?;
    let rows = pipeline::forget(&desk.setup, &mut desk.store, &asked.file, &asked.reason, job::as_of(global), &desk.workers)?;
    terminal.outcome(&rows, |out| {
        for row in &rows {
            let (file, stay) = (visible(&row.file), row.read.saturating_sub(row.removed));
            writeln!(
                out,
                "withdrawn  {file}: {} of its {} records went, {stay} touch no access or stand elsewhere too",
                row.removed, row.read
            )?;
        }
        writeln!(out, "           run `scimdrift analyze` or `scimdrift run` to judge without it")
    })?;
    Ok(Exit::Done)
}
