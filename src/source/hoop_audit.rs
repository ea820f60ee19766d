//! `hoop-audit`: what administrators changed in hoop.dev, as `GET /api/audit/logs` lists it.

use serde::Deserialize;

use super::recognition::{certain, has_all, has_any};
use super::wire::{Flag, Moment, Text, json, keep, reject};
use super::{Source, System};
use crate::model::event::{AccountRef, Activity, Event, Failure, Outcome};
use crate::model::record::{Decoded, Kind, RawRecord, Recognition, Reject, Sample, Scope};

pub(super) const SOURCE: Source = Source {
    id: "hoop-audit",
    title: "hoop.dev audit log",
    doc: include_str!("../../docs/sources/hoop-audit.md"),
    kind: Kind::Log,
    system: System::Provider("hoop"),
    scope: None,
    recognizes,
    decode,
};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Entry<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    actor_subject: Text<'a>,
    #[serde(borrow)]
    actor_email: Text<'a>,
    #[serde(borrow)]
    created_at: Moment<'a>,
    #[serde(borrow)]
    resource_type: Text<'a>,
    #[serde(borrow)]
    action: Text<'a>,
    outcome: Flag,
    #[serde(borrow)]
    http_status: Text<'a>,
    #[serde(borrow)]
    error_message: Text<'a>,
}

fn recognizes(sample: &Sample<'_>) -> Recognition {
    certain(sample, |record| has_all(record, &["resource_type", "action"]) && has_any(record, &["actor_subject", "actor_email"]))
}

fn decode(record: &RawRecord<'_>, _: &Scope) -> Result<Decoded, Reject> {
    let entry: Entry<'_> = json(record)?;
    let at = entry.created_at.read("created_at").map_err(|reason| reject(record, reason))?;
    let account = AccountRef { system: Some("hoop".to_owned()), id: entry.actor_subject.keep(), name: entry.actor_email.keep() };
    if account.id.is_none() && account.name.is_none() {
        return Err(reject(record, "names nobody: no actor_subject or actor_email"));
    }
    let outcome = match entry.outcome.0 {
        Some(true) => Outcome::Success,
        Some(false) => Outcome::Failure,
        None => Outcome::Unknown,
    };
    Ok(Decoded::Used(Box::new(Event {
        at: at.ok_or_else(|| reject(record, "has no created_at"))?,
        source: SOURCE.id.to_owned(),
        native_id: entry.id.keep().ok_or_else(|| reject(record, "has no id"))?,
        outcome,
        actor: None,
        failure: (outcome == Outcome::Failure).then(|| entry.failure()),
        correlation: None,
        token: None,
        activity: Activity::Act { account, kind: entry.kind().ok_or_else(|| reject(record, "has no resource_type or no action"))? },
        origin: record.origin,
    })))
}

impl Entry<'_> {
    fn kind(&self) -> Option<String> {
        Some(keep(&format!("{}.{}", self.resource_type.get()?, self.action.get()?)))
    }

    fn failure(&self) -> Failure {
        Failure { code: self.http_status.keep(), message: self.error_message.keep().unwrap_or_default() }
    }
}
