//! `okta-system-log`: the events of an Okta organization, as the System Log API, log streaming, SIEMs and the admin
//! console's CSV export write them.
//!
//! Most events do not touch access. They are told apart by their type alone, before the rest of the record is read:
//! [`form`] has the shapes, [`meaning`] what each type says.

#[cfg(test)]
mod agreement;
mod form;
mod meaning;

use super::recognition::{columns, has_all, has_any};
use super::wire::{json, keep, nested_json, reject};
use super::{Source, System};
use crate::model::event::{Activity, Actor, Event, Failure, NamedRef, Outcome, TokenStep};
use crate::model::record::{Body, Decoded, Kind, RawRecord, Recognition, Reject, Row, Sample, Scope};
use crate::model::time::Timestamp;
use form::{Head, LogEvent, Wrapped};
use meaning::Concern;

pub(super) const SOURCE: Source = Source {
    id: "okta-system-log",
    title: "Okta System Log",
    doc: include_str!("../../../docs/sources/okta-system-log.md"),
    kind: Kind::Log,
    system: System::Provider("okta"),
    scope: None,
    recognizes,
    decode,
};

fn recognizes(sample: &Sample<'_>) -> Recognition {
    let own = |record: &serde_json::Value| {
        has_any(record, &["eventType", "eventtype"]) && has_all(record, &["published"]) && has_any(record, &["uuid", "actor"])
    };
    let wrapped = |record: &serde_json::Value| match (record.get("detail"), record.get("event"), record.get("message")) {
        (Some(inner), _, _) | (_, Some(inner), _) if inner.is_object() => own(inner),
        (_, _, Some(serde_json::Value::String(text))) => serde_json::from_str(text).is_ok_and(|inner| own(&inner)),
        _ => false,
    };
    if sample.records.iter().any(|record| own(record) || wrapped(record)) {
        return Recognition::Certain;
    }
    columns(sample, &["event_type"], &["timestamp"]).min(columns(sample, &[], &["uuid", "display_message", "outcome.result"]))
}

fn decode(record: &RawRecord<'_>, scope: &Scope) -> Result<Decoded, Reject> {
    match record.body {
        Body::Json(bytes) => decode_json(record, bytes, Head::skim(bytes), scope),
        Body::Row(row) => decode_row(record, &row, scope),
    }
}

/// Where skimming has no answer, the reference reads the head.
fn decode_json(record: &RawRecord<'_>, bytes: &[u8], skimmed: Option<Head<'_>>, scope: &Scope) -> Result<Decoded, Reject> {
    let head = match skimmed {
        Some(head) => head,
        None => json(record)?,
    };
    if head.event_type.get().is_some() || head.published != form::Published::Absent {
        return decode_event(record, &head, bytes, scope);
    }
    match head.wrapped() {
        Wrapped::Nothing => Err(reject(record, "is no System Log event: it has no eventType and no published")),
        Wrapped::Object(inner) => decode_event(record, &nested_json(record, inner)?, inner, scope),
        Wrapped::Text(inner) => decode_event(record, &nested_json(record, inner.as_bytes())?, inner.as_bytes(), scope),
    }
}

/// Reads the whole event only if its type, or the API token it was done with, makes it matter.
fn decode_event(record: &RawRecord<'_>, head: &Head<'_>, bytes: &[u8], scope: &Scope) -> Result<Decoded, Reject> {
    let (concern, at) = prefix(record, head)?;
    let matters = match concern {
        None => false,
        // Of the events that may matter, signing on to other applications is the most frequent by far.
        Some(Concern::SignOn) => head.targets().is_none_or(|event| meaning::application(&event, scope).is_some()),
        Some(_) => true,
    };
    if !matters && head.token().is_none() {
        return Ok(Decoded::Irrelevant(Some(at)));
    }
    let event: LogEvent<'_> = nested_json(record, bytes)?;
    finish(record, &event, concern, at, scope)
}

fn decode_row(record: &RawRecord<'_>, row: &Row<'_>, scope: &Scope) -> Result<Decoded, Reject> {
    let head = Head::of_row(row);
    let (concern, at) = prefix(record, &head)?;
    if concern.is_none() && head.token().is_none() {
        return Ok(Decoded::Irrelevant(Some(at)));
    }
    finish(record, &LogEvent::of_row(row), concern, at, scope)
}

/// What the type says, and when it happened.
fn prefix(record: &RawRecord<'_>, head: &Head<'_>) -> Result<(Option<Concern>, Timestamp), Reject> {
    let kind = head.event_type.get().ok_or_else(|| reject(record, "has no eventType"))?;
    if kind == "com.okta.event_hook" {
        return Err(reject(record, "is the delivery of an event hook; its events, in data.events, are read one per record"));
    }
    // Exports that leave the zone out are in UTC, as the System Log itself is.
    let at = head.published.read_utc("published").map_err(|reason| reject(record, reason))?;
    Ok((meaning::concern(kind), at.ok_or_else(|| reject(record, "has no published"))?))
}

fn finish(record: &RawRecord<'_>, event: &LogEvent<'_>, concern: Option<Concern>, at: Timestamp, scope: &Scope) -> Result<Decoded, Reject> {
    let token = event.transaction.0.token();
    let activity = concern.and_then(|concern| meaning::activity(concern, event, scope)).or_else(|| {
        let credential = NamedRef { id: Some(token.clone()?), name: None };
        Some(Activity::Credential { system: "okta".to_owned(), credential, step: TokenStep::Used })
    });
    let Some(activity) = activity else {
        return Ok(Decoded::Irrelevant(Some(at)));
    };
    let outcome = meaning::outcome(event);
    Ok(Decoded::Used(Box::new(Event {
        at,
        source: SOURCE.id.to_owned(),
        native_id: event.uuid.keep().ok_or_else(|| reject(record, "has no uuid"))?,
        outcome,
        actor: actor(event, outcome),
        failure: (outcome == Outcome::Failure).then(|| failure(event)),
        correlation: event.transaction.0.id.keep(),
        token,
        activity,
        origin: record.origin,
    })))
}

/// Who did it. What was typed into a failed sign-in is not kept: people type passwords there.
fn actor(event: &LogEvent<'_>, outcome: Outcome) -> Option<Actor> {
    let actor = &event.actor.0;
    let name = if meaning::is_failed_sign_in(event, outcome) { None } else { actor.login() };
    let actor = Actor { id: actor.id(), name, kind: actor.kind.keep() };
    (actor != Actor::default()).then_some(actor)
}

fn failure(event: &LogEvent<'_>) -> Failure {
    let debug = &event.debug_context.0.debug_data.0;
    let reason = event.outcome.0.reason.get().or_else(|| event.display_message.get()).unwrap_or_default();
    let message = match debug.error_field.get() {
        Some(field) if reason.is_empty() => format!("field {field}"),
        Some(field) => format!("{reason} (field {field})"),
        None => reason.to_owned(),
    };
    Failure { code: debug.error_code.keep().or_else(|| meaning::code(event)), message: keep(&message) }
}
