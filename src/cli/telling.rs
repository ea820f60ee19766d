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
use crate::model::report::Report;
use crate::model::time::{Span, Timestamp};
use crate::notify::Message;
use crate::pipeline::{Ingested, Setup};
use crate::store::{Store, StoreError};

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

/// What the store knew before the run, without which nobody can say what is new to whoever was told.
#[derive(Debug, Default)]
pub(super) struct Before {
    refused: BTreeSet<String>,
    /// Whether a run of the same as-of time is replaced.
    pub(super) replaces: bool,
    /// The findings that this run told of.
    told: BTreeSet<String>,
}

impl Before {
    pub(super) fn of(store: &Store, as_of: Timestamp) -> Result<Self, StoreError> {
        let refused = store.refused()?.into_iter().map(|row| row.file).collect();
        let replaces = store.runs()?.iter().any(|run| run.as_of == as_of);
        // A report in a form that is no longer known says nothing of what was told.
        let report = if replaces { store.report(as_of).ok().flatten() } else { None };
        let told = report.iter().flat_map(Report::news).map(|row| row.finding_id.clone()).collect();
        Ok(Self { refused, replaces, told })
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

/// Tells of a run that did its job: a message where something is new, and metrics.
pub(super) fn ran(setup: &Setup, ran: &Ran<'_>, watch: Watch, terminal: &Terminal) {
    let Ran { report, ingested, before, exit, .. } = *ran;
    let refused = report.refused.iter().filter(|row| !before.refused.contains(&row.file)).count();
    let refused = u64::try_from(refused).unwrap_or(u64::MAX);
    let message = || Message::of_run(report, exit.code(), &before.told, refused, &ran.page.display().to_string());
    let notify_failed = tell(setup, terminal, message);
    write_metrics(setup, |_| {
        let files = (ingested.files, ingested.unchanged);
        let run = Run { ended: now(), took: watch.took(), exit_code: exit.code(), notify_failed, files };
        let expiring = report.waivers_ending_within(WAIVER_WARN).len();
        metrics::of_run(report, &run, u64::try_from(expiring).unwrap_or(u64::MAX))
    });
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
