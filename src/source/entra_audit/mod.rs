//! `entra-audit`: the directory audit log of Microsoft Entra, as Microsoft Graph (`directoryAudits`), the diagnostic
//! settings of Azure Monitor and tables of Log Analytics write it.
//!
//! Most entries do not touch access. They are told apart by the name of their activity, before targets are read:
//! [`form`] has the shapes, [`meaning`] what each activity says. What the provisioning engine does to single users is
//! in a log of its own, `entra-provisioning`.

mod form;
mod meaning;

use super::wire::entra::{self, Diagnostic, EntraLog};
use super::wire::{Text, reject};
use super::{Source, System};
use crate::model::event::{Actor, Event, Failure, Outcome};
use crate::model::record::{Decoded, Kind, RawRecord, Recognition, Reject, Sample, Scope};
use crate::model::time::Timestamp;
use form::{AuditEntry, Head};
use meaning::Concern;

pub(super) const SOURCE: Source = Source {
    id: "entra-audit",
    title: "Entra audit log",
    doc: include_str!("../../../docs/sources/entra-audit.md"),
    kind: Kind::Log,
    system: System::Provider("entra"),
    scope: None,
    recognizes,
    decode,
};

fn recognizes(sample: &Sample<'_>) -> Recognition {
    EntraLog::Audit.recognized(sample)
}

fn decode(record: &RawRecord<'_>, scope: &Scope) -> Result<Decoded, Reject> {
    let (envelope, text) = Diagnostic::open(record)?;
    let head: Head<'_> = entra::entry(record, &text)?;
    let at = at(&head, &envelope).map_err(|reason| reject(record, reason))?;
    if let (None, true) = (head.activity(), is_of_another_log(&head, &envelope)) {
        return Ok(Decoded::Irrelevant(at));
    }
    let activity = head.activity().or_else(|| envelope.operation_name.get());
    let activity = activity.ok_or_else(|| reject(record, "is no audit entry: it has no activityDisplayName"))?;
    let at = at.ok_or_else(|| reject(record, "has no activityDateTime"))?;
    let Some(concern) = Concern::of(activity, &head) else {
        return Ok(Decoded::Irrelevant(Some(at)));
    };
    let nested = head.unfold();
    let entry = AuditEntry::read(record, activity, &head, &nested)?;
    let Some(activity) = meaning::activity(concern, &entry, scope) else {
        return Ok(Decoded::Irrelevant(Some(at)));
    };
    let outcome = outcome(&head);
    Ok(Decoded::Used(Box::new(Event {
        at,
        source: SOURCE.id.to_owned(),
        native_id: head.id.keep().ok_or_else(|| reject(record, "has no id"))?,
        outcome,
        actor: actor(&entry),
        failure: (outcome == Outcome::Failure).then(|| failure(&head)),
        correlation: head.correlation_id.keep(),
        token: None,
        activity,
        origin: record.origin,
    })))
}

/// When it happened. Entra's times are in UTC, also where an export leaves the zone out.
fn at(head: &Head<'_>, envelope: &Diagnostic<'_>) -> Result<Option<Timestamp>, String> {
    if let Some(at) = head.activity_date_time.read_utc("activityDateTime")? {
        return Ok(Some(at));
    }
    match head.created_date_time.read_utc("createdDateTime")? {
        Some(at) => Ok(Some(at)),
        None => envelope.at(),
    }
}

/// Streams mix the logs of Entra; what names no activity is of another one, unless its envelope says otherwise.
fn is_of_another_log(head: &Head<'_>, envelope: &Diagnostic<'_>) -> bool {
    let category = envelope.category.get().unwrap_or_default();
    !category.eq_ignore_ascii_case("AuditLogs") && (head.app_id.get().is_some() || !category.is_empty())
}

/// How it ended. Nothing says that what timed out took effect.
fn outcome(head: &Head<'_>) -> Outcome {
    match head.result.get().map(str::to_ascii_lowercase).as_deref() {
        Some("success") => Outcome::Success,
        Some("failure" | "failed" | "timeout") => Outcome::Failure,
        _ => Outcome::Unknown,
    }
}

fn failure(head: &Head<'_>) -> Failure {
    let reason = head.reason().and_then(Text::keep);
    let result = head.result.keep().filter(|result| result.eq_ignore_ascii_case("timeout"));
    Failure { code: result, message: reason.unwrap_or_default() }
}

/// Who did it: a user, else an application.
fn actor(entry: &AuditEntry<'_>) -> Option<Actor> {
    let (user, app) = (&entry.initiated_by.user.0, &entry.initiated_by.app.0);
    let user = Actor { id: user.id.keep(), name: user.name(), kind: Some("user".to_owned()) };
    let app = Actor { id: app.id(), name: app.display_name.keep(), kind: Some("app".to_owned()) };
    [user, app].into_iter().find(|actor| actor.id.is_some() || actor.name.is_some())
}
