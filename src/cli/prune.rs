//! `scimdrift prune`: old records go, and that they went is evidence too.

use super::arguments::{Global, PruneArguments};
use super::desk::Desk;
use super::exit::{Exit, Failure};
use super::job;
use super::terminal::{Terminal, visible};
use crate::model::time::Timestamp;
use crate::pipeline::{self, Pruned};

pub(super) fn prune(global: &Global, asked: &PruneArguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let as_of = job::as_of(global);
    // Whole days, so that what is kept does not depend on when in the night it is asked.
    let cut = Timestamp::start_of(as_of.minus(asked.keep).day());
    let pruned = if asked.dry_run {
        let desk = Desk::open_to_ask(global)?;
        let pruned = pipeline::prunable(&desk.setup, &desk.store, cut, as_of, &desk.workers)?;
        desk.unchanged()?;
        Some(pruned)
    } else {
        let desk = Desk::open_kept(global)?;
        let pruned = pipeline::prune(&desk.setup, &desk.store, (cut, as_of), job::now(), &desk.workers)?;
        desk.give_back_space();
        pruned
    };
    terminal.outcome(&pruned, |out| {
        let Some(Pruned { removed, dry_run }) = &pruned else {
            return writeln!(out, "nothing before {} UTC may go", cut.minute());
        };
        let word = if *dry_run { "would go" } else { "went" };
        writeln!(out, "before     {} UTC", removed.before.minute())?;
        for kind in &removed.removed {
            writeln!(out, "{word:<11}{} {} of {}", kind.records, kind.activity, visible(&kind.source))?;
        }
        writeln!(out, "{word:<11}{} listings whole, {} runs with their reports", removed.listings, removed.runs)
    })?;
    Ok(Exit::Done)
}
