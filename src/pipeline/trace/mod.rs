//! Tracing: one person over all sources, from what the latest analysis kept of them, or from a replay of the store.
//!
//! A [`Dossier`] says who is who, what is expected and what is the matter; the events that name the person are then read
//! again for the time line. Where the analysis is of another moment, or anything was read since, everything is replayed,
//! with the same answer. Nothing is kept by asking.

mod dossier;
mod everybody;
mod kept;
mod line;
mod mentions;
mod role;
mod whom;
mod words;

use std::collections::BTreeSet;

use super::altered::Versions;
use super::analyze::{Replayed, input_files, listings_up_to, logs, replay};
use super::guard::{Guarded, guard};
use super::{PipelineError, Setup, Workers};
use crate::analyzer::{self, Context};
use crate::model::coverage::Coverage;
use crate::model::event::Event;
use crate::model::time::Timestamp;
use crate::model::trace::{Candidate, Dossier, Place, Trace};
use crate::store::{EventEvidence, Store};

pub(super) use dossier::Diagnosed;
pub(super) use everybody::Everybody;
pub(super) use kept::pack;
pub(super) use mentions::Mentions;
use whom::Whom;

/// What a question about somebody is answered with.
#[derive(Debug)]
pub enum Answer {
    /// Exactly one is meant.
    Found(Box<Trace>),
    /// Several may be meant, or nobody is named exactly and these are alike.
    Several(Vec<Candidate>),
    /// Nobody is meant.
    Nobody,
}

/// The part of the time line to show, both ends included.
#[derive(Clone, Copy, Debug, Default)]
pub struct Window {
    /// From when.
    pub since: Option<Timestamp>,
    /// Until when.
    pub until: Option<Timestamp>,
}

/// One event about the subject.
struct Named {
    ordinal: u32,
    event: Event,
    place: Place,
}

/// Everything about the person, or the account, that `key` names.
///
/// # Errors
/// When the store fails.
pub fn trace(
    setup: &Setup,
    store: &Store,
    as_of: Timestamp,
    key: &str,
    window: Window,
    workers: &Workers,
) -> Result<Answer, PipelineError> {
    let found = if kept::is_current(setup, store, as_of)? {
        match kept::find(store, key)? {
            Ok(dossier) => Ok((mentions::named(store, &dossier)?, dossier)),
            Err(candidates) => Err(candidates),
        }
    } else {
        replayed(setup, store, as_of, key, workers)?
    };
    let (named, dossier) = match found {
        Ok(found) => found,
        Err(candidates) if candidates.is_empty() => return Ok(Answer::Nobody),
        Err(candidates) => return Ok(Answer::Several(candidates)),
    };
    Ok(Answer::Found(Box::new(Trace {
        as_of,
        observed_role: role::observed(&named, &dossier, &setup.policy.target.provider),
        timeline: line::timeline(&dossier, &named, window),
        person: dossier.person,
        accounts: dossier.accounts,
        entitlement: dossier.entitlement,
        expected_role: dossier.expected_role,
        diagnoses: dossier.diagnoses,
        open_failures: dossier.open_failures,
    })))
}

/// The dossier of whoever is meant, with the events that name them.
type Found = Result<(Vec<Named>, Dossier), Vec<Candidate>>;

/// As [`trace`], from a replay of everything.
fn replayed(setup: &Setup, store: &Store, as_of: Timestamp, key: &str, workers: &Workers) -> Result<Found, PipelineError> {
    let Guarded { rest_on: listings, kept_out, .. } = guard(listings_up_to(store, as_of)?, &setup.policy, as_of);
    let mut versions = Versions::of(store, as_of)?;
    let Replayed { directory, spoken, .. } = replay(setup, store, as_of, &listings, &kept_out, &mut versions, |_| {})?;
    let subjects = dossier::everybody(&directory);
    let called: Vec<_> = subjects.iter().map(|subject| dossier::named_by(&directory, *subject)).collect();
    let everybody: Vec<Whom<'_>> = called.iter().map(Whom::of).collect();
    let subject = match whom::find(&everybody, key) {
        Ok(index) => subjects[index],
        Err(candidates) => return Ok(Err(candidates)),
    };
    let logs = logs(store, as_of, &spoken)?;
    let inputs = input_files(setup, &store.files()?);
    let first_record = logs.iter().filter_map(Coverage::first).chain(listings.iter().map(|listing| listing.taken_at)).min();
    let context = Context {
        directory: &directory,
        policy: &setup.policy,
        as_of,
        from: first_record.unwrap_or(as_of),
        to: as_of,
        logs: &logs,
        inputs: &inputs,
        kept_out: &kept_out,
        accepted: &[],
        altered: &[],
    };
    let diagnosed = workers.run(|| Diagnosed::of(&context, &analyzer::run(&context)));
    let evidence = store.evidence(as_of, &BTreeSet::new(), &diagnosed.proofs())?;
    let dossier = dossier::dossier(&context, subject, &diagnosed, &evidence);
    let named = events_of(store, as_of, &dossier)?;
    Ok(Ok((named, dossier)))
}

/// The events that name the subject, in order.
fn events_of(store: &Store, as_of: Timestamp, dossier: &Dossier) -> Result<Vec<Named>, PipelineError> {
    let files = store.file_names()?;
    let mut versions = Versions::of(store, as_of)?;
    let mut named = Vec::new();
    store.events(as_of, |stored| {
        if versions.stands(&stored.event, stored.ordinal) && mentions::names(dossier, &stored.event.mentions()) {
            let file = files.get(&stored.file).map(String::as_str).unwrap_or_default();
            named.push(Named { ordinal: stored.ordinal, place: place_of(&stored.event, file), event: stored.event });
        }
    })?;
    Ok(named)
}

fn place_of(event: &Event, file: &str) -> Place {
    Place { source: event.source.clone(), file: file.to_owned(), line: Some(event.origin.line) }
}

pub(super) fn place(evidence: &EventEvidence) -> Place {
    let evidence = &evidence.evidence;
    Place { source: evidence.source.clone(), file: evidence.file.clone(), line: evidence.line }
}
