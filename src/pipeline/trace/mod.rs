//! Tracing: one person over all sources, from the store's events to a [`Trace`].
//!
//! The store is replayed as for an analysis, which tells who is who; then the events that name the person are read again
//! for the time line. Nothing is kept.

mod identity;
mod line;
mod role;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use super::altered::Versions;
use super::analyze::{Replayed, input_files, listings_up_to, logs, replay};
use super::guard::{Guarded, guard};
use super::{PipelineError, Setup, Workers};
use crate::analyzer::{self, Context};
use crate::diagnosis::{Case, Diagnosis, Symptom, diagnose};
use crate::model::coverage::Coverage;
use crate::model::event::{Activity, Event};
use crate::model::finding::Finding;
use crate::model::page::section;
use crate::model::time::Timestamp;
use crate::model::trace::{Candidate, DiagnosisRow, Place, Trace};
use crate::policy::Provider;
use crate::state::Person;
use crate::store::{EventEvidence, Store};

use identity::Subject;

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
    let Guarded { rest_on: listings, kept_out, .. } = guard(listings_up_to(store, as_of)?, &setup.policy, as_of);
    let mut versions = Versions::of(store, as_of)?;
    let Replayed { directory, spoken, .. } = replay(setup, store, as_of, &listings, &kept_out, &mut versions)?;
    let subject = match identity::find(&directory, key) {
        Ok(subject) => subject,
        Err(candidates) if candidates.is_empty() => return Ok(Answer::Nobody),
        Err(candidates) => return Ok(Answer::Several(candidates)),
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
        altered: &[],
    };
    let named = events_of(store, as_of, &subject, &context)?;
    let findings = workers.run(|| analyzer::run(&context));
    let proofs: BTreeSet<u32> = subject.person(&directory).map(|person| proofs(person, &findings)).unwrap_or_default();
    let wanted = named.iter().map(|named| named.ordinal).chain(proofs).collect();
    let evidence = store.evidence(as_of, &wanted, &BTreeSet::new())?;
    let person = subject.person(&directory);
    let diagnoses = person.map(|person| diagnoses(&context, person, &findings, &named, &evidence)).unwrap_or_default();
    Ok(Answer::Found(Box::new(Trace {
        as_of,
        person: person.map(|person| identity::person(&context, person)),
        accounts: identity::accounts(&context, &subject),
        entitlement: person.map(|person| role::entitlement(&context, person)).unwrap_or_default(),
        expected_role: person.map(|person| role::expected(&context, person)).unwrap_or_default(),
        observed_role: role::observed(&named, &subject, &context),
        timeline: line::timeline(&context, person, &subject, &named, &evidence, window),
        diagnoses,
        open_failures: person.map(|person| open_failures(&context, person)).unwrap_or_default(),
    })))
}

/// The events that name the subject, in order.
fn events_of(store: &Store, as_of: Timestamp, subject: &Subject, context: &Context<'_>) -> Result<Vec<Named>, PipelineError> {
    let keys = subject.keys(context.directory);
    let mut versions = Versions::of(store, as_of)?;
    let mut named = Vec::new();
    store.events(as_of, |stored| {
        if versions.stands(&stored.event, stored.ordinal) && stored.event.mentions().iter().any(|mention| keys.name(mention)) {
            named.push(Named { ordinal: stored.ordinal, event: stored.event });
        }
    })?;
    Ok(named)
}

/// The events that the findings about a person rest on, and those of attempts.
fn proofs(person: &Person, findings: &[Finding]) -> BTreeSet<u32> {
    let own: Vec<Finding> = findings.iter().filter(|finding| finding.subject.person == person.id).cloned().collect();
    super::analyze::ordinals(&own).into_iter().chain(person.attempts.iter().map(|attempt| attempt.proof)).collect()
}

/// What failed and was not repaired, in words.
fn open_failures(context: &Context<'_>, person: &Person) -> Vec<String> {
    let sentence = |row: &analyzer::Unrepaired<'_>| {
        let told = row.words().first().map(|failure| words::failure(failure)).unwrap_or_default();
        let times = if row.attempts() == 1 { "once".to_owned() } else { format!("{} times in a row", row.attempts()) };
        format!("the {} failed {times}, last on {} UTC ({told})", row.noun(), row.last_at().minute())
    };
    analyzer::unrepaired_of(context, person).iter().map(sentence).collect()
}

fn diagnoses(
    context: &Context<'_>,
    person: &Person,
    findings: &[Finding],
    named: &[Named],
    evidence: &BTreeMap<u32, EventEvidence>,
) -> Vec<DiagnosisRow> {
    let requests = named.iter().filter(|named| matches!(named.event.activity, Activity::Exchange(_)));
    let originals = requests.filter_map(|named| Some((named.ordinal, evidence.get(&named.ordinal)?.evidence.original.as_str()))).collect();
    let mut by_person: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in findings {
        by_person.entry(&finding.subject.person).or_default().push(finding);
    }
    let of = |person: &Person| by_person.get(person.id.as_str()).cloned().unwrap_or_default();
    let found = diagnose(&Case::of(context, person, of(person), originals));
    // Nearly everybody is well: only whoever failed or was found at all can show the same.
    let others: Vec<Case<'_>> = context
        .directory
        .persons
        .iter()
        .filter(|other| other.id != person.id && !found.is_empty())
        .filter(|other| by_person.contains_key(other.id.as_str()) || !other.attempts.is_empty())
        .map(|other| Case::of(context, other, of(other), BTreeMap::new()))
        .collect();
    let scope = |diagnosis: &Diagnosis| {
        let same = others.iter().filter(|case| diagnose(case).first().is_some_and(|(first, _)| first.id == diagnosis.id));
        same.count() as u64
    };
    found.into_iter().map(|(diagnosis, symptom)| row(context, diagnosis, symptom, scope(diagnosis), evidence)).collect()
}

fn row(
    context: &Context<'_>,
    diagnosis: &Diagnosis,
    symptom: Symptom,
    others: u64,
    evidence: &BTreeMap<u32, EventEvidence>,
) -> DiagnosisRow {
    let (at_provider, elsewhere) = match context.policy.idp.provider {
        Provider::Okta => ("Fix in Okta", "In Entra,"),
        Provider::Entra => ("Fix in Entra", "In Okta,"),
    };
    let at_target = steps(diagnosis.doc, "Fix at Hugging Face").map(|step| format!("At Hugging Face: {step}"));
    let fix = steps(diagnosis.doc, at_provider).map(ToOwned::to_owned).chain(at_target);
    let test = steps(diagnosis.doc, "Test with one user").filter(|step| !step.starts_with(elsewhere)).map(ToOwned::to_owned);
    let mut places: Vec<Place> = symptom.proofs.iter().filter_map(|proof| evidence.get(proof)).map(place).collect();
    places.sort();
    places.dedup();
    DiagnosisRow {
        id: diagnosis.id.to_owned(),
        title: diagnosis.title.to_owned(),
        confidence: symptom.confidence,
        because: symptom.because,
        since: symptom.since,
        others,
        fix: numbered(fix),
        test: numbered(test),
        evidence: places,
    }
}

/// The steps of a section, without their numbers.
fn steps(page: &'static str, heading: &'static str) -> impl Iterator<Item = &'static str> {
    section(page, heading).map(|line| line.split_once(". ").map_or(line, |(_, step)| step))
}

fn numbered(steps: impl Iterator<Item = String>) -> Vec<String> {
    steps.zip(1..).map(|(step, number)| format!("{number}. {step}")).collect()
}

fn place(evidence: &EventEvidence) -> Place {
    let evidence = &evidence.evidence;
    Place { source: evidence.source.clone(), file: evidence.file.clone(), line: evidence.line }
}
