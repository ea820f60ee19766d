//! Planning: from the store's events to a [`Plan`], with the records behind every row. Nothing is kept.
//!
//! A plan may suppose what did not happen: the same events are replayed with and without it, and what differs is marked.

mod comparison;
mod supposition;
mod world;

use std::collections::{BTreeMap, BTreeSet};

use super::trace::{Everybody, place};
use super::{PipelineError, Setup, Workers};
use crate::model::plan::Plan;
use crate::model::time::Timestamp;
use crate::model::trace::{Candidate, Place};
use crate::plan;
use crate::store::Store;

use supposition::Supposed;
use world::World;

pub use supposition::{Named, Suppositions};

/// What the question for a plan is answered with.
#[derive(Debug)]
pub enum PlanAnswer {
    /// The plan, or the part of it that was asked for.
    Planned(Box<Plan>),
    /// Somebody is not named exactly; these may be meant, and none where nobody is.
    Unnamed {
        /// Who was asked for, and where.
        asked: String,
        /// Who may be meant.
        among: Vec<Candidate>,
    },
    /// No group, or several groups, of the identity provider have the name.
    UnnamedGroup {
        /// What was asked for.
        asked: String,
        /// The groups there are: those of this name by id, else all names.
        among: Vec<String>,
    },
}

/// What the next sync would do, as of a moment; `only` narrows it to one person.
///
/// # Errors
/// When the store fails.
pub fn plan(
    setup: &Setup,
    store: &Store,
    as_of: Timestamp,
    only: Option<&str>,
    suppositions: &Suppositions,
    workers: &Workers,
) -> Result<PlanAnswer, PipelineError> {
    let world = World::of(setup, store, as_of)?;
    let real = world.replayed([])?;
    let everybody = Everybody::of(&real.directory);
    let person = match only.map(|key| (key, everybody.named(key))) {
        None => None,
        Some((_, Ok(person))) => Some(person.to_owned()),
        Some((key, Err(among))) => return Ok(PlanAnswer::Unnamed { asked: key.to_owned(), among }),
    };
    let supposed = match suppositions.resolve(&real.directory, &everybody) {
        Ok(supposed) => supposed,
        Err(unnamed) => return Ok(*unnamed),
    };
    let mut plan = real.judged(as_of, |context| workers.run(|| plan::plan(context)));
    if supposed.is_empty() {
        plan.comparison = comparison::with_last_run(&world, &real, workers)?;
    } else {
        let other = world.replayed(supposed.activities())?;
        let what_if = other.judged(as_of, |context| workers.run(|| plan::plan(context)));
        plan = comparison::suppose(&world, &plan, what_if, &supposed, workers)?;
    }
    if let Some(person) = person {
        plan = plan.only(&person);
    }
    show_evidence(&mut plan, store, as_of, &supposed)?;
    Ok(PlanAnswer::Planned(Box::new(plan)))
}

/// Says where the records stand that each operation rests on; of what was supposed, the line of its file.
fn show_evidence(plan: &mut Plan, store: &Store, as_of: Timestamp, supposed: &Supposed) -> Result<(), PipelineError> {
    let proofs: BTreeSet<u32> = plan.operations.iter().flat_map(|operation| operation.proofs.iter().copied()).collect();
    let records = store.evidence(as_of, &BTreeSet::new(), &proofs)?;
    let mut places: BTreeMap<u32, Place> = records.iter().map(|(ordinal, record)| (*ordinal, place(record))).collect();
    places.extend(supposed.places());
    for operation in &mut plan.operations {
        operation.evidence = operation.proofs.iter().filter_map(|proof| places.get(proof)).cloned().collect();
        operation.evidence.sort();
        operation.evidence.dedup();
    }
    Ok(())
}
