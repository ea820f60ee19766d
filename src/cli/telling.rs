//! After a run: who is told of it, besides whoever reads what it printed. None of it changes how the run ends.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Instant;

use serde_json::json;

use super::digest::WAIVER_WARN;
use super::exit::{Exit, Failure};
use super::job::now;
use super::notify;
use super::terminal::Terminal;
use crate::metrics::{self, Run};
use crate::model::report::{FindingRow, Report};
use crate::model::time::{Span, Timestamp};
use crate::notify::{Message, Trouble};
use crate::pipeline::{Ingested, Setup};
use crate::store::{Reader, Store, StoreError};

/// How long the run has been going on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Watch(Instant);

impl Watch {
    pub(super) fn start() -> Self {
        Self(Instant::now())
    }

    pub(super) fn took(self) -> Span {
        self.0.elapsed().into()
    }
}

/// What the store knew before the run, without which nobody can say what is new to whom.
#[derive(Debug)]
pub(super) struct Before {
    /// Whether a run of the same as-of time is replaced.
    pub(super) replaces: bool,
    /// What those who read the digest missed.
    pub(super) untold: BTreeSet<String>,
    /// The findings of the run before.
    pub(super) findings: Vec<FindingRow>,
    webhook: Webhook,
}

/// What the webhook knew.
#[derive(Debug)]
struct Webhook {
    /// What it missed.
    untold: BTreeSet<String>,
    /// What the run that is replaced told it.
    told: BTreeSet<String>,
    /// All findings of that run.
    known: Option<Vec<FindingRow>>,
    /// The inputs it knows to be unreadable.
    refused: BTreeSet<String>,
}

impl Before {
    pub(super) fn of(store: &Store, as_of: Timestamp) -> Result<Self, StoreError> {
        let replaces = store.runs()?.iter().any(|run| run.as_of == as_of);
        let untold = store.untold(Reader::Digest, as_of)?;
        // What was refused is known to the webhook only if it heard of the run before.
        let previous = store.previous_run(as_of)?.map(|run| run.as_of);
        let findings = previous.map(|previous| store.findings_of(previous)).transpose()?.unwrap_or_default();
        let heard = previous <= store.told(Reader::Webhook)?;
        let refused = if heard { store.refused()?.into_iter().map(|row| row.file).collect() } else { BTreeSet::new() };
        let (missed, told) = (store.untold(Reader::Webhook, as_of)?, store.told_before(Reader::Webhook, as_of)?);
        let is_known = replaces && store.told(Reader::Webhook)? >= Some(as_of);
        let known = is_known.then(|| store.findings_of(as_of)).transpose()?;
        Ok(Self { replaces, untold, findings, webhook: Webhook { untold: missed, told, known, refused } })
    }
}

/// A run that did its job.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ran<'r> {
    pub(super) report: &'r Report,
    pub(super) ingested: &'r Ingested,
    pub(super) page: &'r Path,
    pub(super) before: &'r Before,
    pub(super) exit: Exit,
}

/// Keeps that this reader knows of the run. Where that cannot be kept, it is told again.
pub(super) fn keep(store: &Store, reader: Reader, as_of: Timestamp) {
    if let Err(error) = store.tell(reader, as_of) {
        Terminal::warning(&error.to_string());
    }
}

/// Tells of a run that did its job: a message where something is new, and metrics. Answers whether the webhook, where there is
/// one, knows what there is to know.
pub(super) fn ran(setup: &Setup, ran: &Ran<'_>, watch: Watch, terminal: &Terminal) -> bool {
    let Ran { report, ingested, before, exit, .. } = *ran;
    let Webhook { untold, told, known, refused } = &before.webhook;
    let refused = report.refused.iter().filter(|row| !refused.contains(&row.file)).count();
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    let trouble = Trouble { newly_refused: count(refused), grown: count(report.grown(known.as_ref().unwrap_or(&before.findings)).len()) };
    let mut news = report.news(untold);
    news.retain(|row| !told.contains(&row.finding_id));
    let page = ran.page.display().to_string();
    let message = || Message::of_run(report, &news, trouble, exit.code(), Some(&page));
    let notify_failed = tell(setup, terminal, message);
    write_metrics(setup, |_| {
        let files = (ingested.files, ingested.unchanged);
        let run = Run { ended: now(), took: watch.took(), exit_code: exit.code(), notify_failed, files };
        let expiring = report.waivers_ending_within(WAIVER_WARN).len();
        metrics::of_run(report, &run, count(expiring))
    });
    notify_failed != Some(true)
}

/// Tells of a run that could not do its job. One that found another at work is no news.
pub(super) fn failed(setup: &Setup, failure: &Failure, watch: Watch, terminal: &Terminal) {
    if matches!(failure, Failure::ClosedPipe) || failure.is_held() {
        return;
    }
    let message = || Some(Message::of_failure(&setup.policy.organization, Exit::Failed.code(), &failure.to_string()));
    let notify_failed = tell(setup, terminal, message);
    write_metrics(setup, |before| {
        let run = Run { ended: now(), took: watch.took(), exit_code: Exit::Failed.code(), notify_failed, files: (0, 0) };
        metrics::of_failure(before, &run)
    });
}

/// Whether a message could not be sent; `None` where nobody is to be told.
fn tell(setup: &Setup, terminal: &Terminal, message: impl FnOnce() -> Option<Message>) -> Option<bool> {
    let notify = setup.policy.notify.as_ref()?;
    Some(message().is_some_and(|message| !notify::send(setup, notify, &message, terminal)))
}

/// Writes what `text` makes of the metrics so far, where the config names a file for them.
fn write_metrics(setup: &Setup, text: impl FnOnce(&str) -> String) {
    let Some(path) = setup.policy.metrics.as_ref().map(|path| setup.base.join(path)) else { return };
    let before = std::fs::read_to_string(&path).unwrap_or_default();
    if let Err(error) = metrics::write(&path, &text(&before)) {
        let text = format!("{}: the metrics were not written: {error}", path.display());
        Terminal::warning_about(&text, json!({"file": path.display().to_string()}));
    }
}
