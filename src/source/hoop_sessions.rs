//! `hoop-sessions`: who opened which connection through hoop.dev, as `GET /api/sessions` lists them.
//!
//! That a session took place is all that is read. What was typed and answered in it never is.

use serde::Deserialize;

use super::recognition::{certain, has_all, has_any};
use super::wire::{Moment, Text, json, reject};
use super::{Source, System};
use crate::model::event::{AccountRef, Activity, Event, Outcome};
use crate::model::record::{Decoded, Kind, RawRecord, Recognition, Reject, Sample, Scope};

pub(super) const SOURCE: Source = Source {
    id: "hoop-sessions",
    title: "hoop.dev sessions",
    doc: include_str!("../../docs/sources/hoop-sessions.md"),
    kind: Kind::Log,
    system: System::Provider("hoop"),
    scope: None,
    recognizes,
    decode,
};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Session<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    user: Text<'a>,
    #[serde(borrow)]
    user_id: Text<'a>,
    #[serde(borrow)]
    identity_type: Text<'a>,
    #[serde(borrow)]
    machine_identity_id: Text<'a>,
    #[serde(borrow)]
    correlation_id: Text<'a>,
    #[serde(borrow)]
    start_date: Moment<'a>,
}

fn recognizes(sample: &Sample<'_>) -> Recognition {
    certain(sample, |record| {
        has_all(record, &["id", "start_date"])
            && has_any(record, &["user_id", "machine_identity_id"])
            && has_any(record, &["connection", "role_name"])
    })
}

fn decode(record: &RawRecord<'_>, _: &Scope) -> Result<Decoded, Reject> {
    let session: Session<'_> = json(record)?;
    let at = session.start_date.read("start_date").map_err(|reason| reject(record, reason))?;
    let (account, kind) = session.opened_by();
    if account.id.is_none() && account.name.is_none() {
        return Err(reject(record, "names nobody: no user_id, user or machine_identity_id"));
    }
    Ok(Decoded::Used(Box::new(Event {
        at: at.ok_or_else(|| reject(record, "has no start_date"))?,
        source: SOURCE.id.to_owned(),
        native_id: session.id.keep().ok_or_else(|| reject(record, "has no id"))?,
        // It was open, whatever became of the commands in it.
        outcome: Outcome::Success,
        actor: None,
        failure: None,
        correlation: session.correlation_id.keep(),
        token: None,
        activity: Activity::Act { account, kind: kind.to_owned() },
        origin: record.origin,
    })))
}

impl Session<'_> {
    /// Whose session it is. Records from before there were machine identities have no `identity_type`.
    fn opened_by(&self) -> (AccountRef, &'static str) {
        let is_machine = self.identity_type.get().is_some_and(|kind| kind.eq_ignore_ascii_case("machine"));
        let (id, kind) = if is_machine { (&self.machine_identity_id, "machine-session") } else { (&self.user_id, "session") };
        (AccountRef { system: Some("hoop".to_owned()), id: id.keep(), name: self.user.keep() }, kind)
    }
}
