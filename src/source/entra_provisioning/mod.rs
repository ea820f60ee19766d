//! `entra-provisioning`: what Microsoft Entra did, or tried to do, at the applications it provisions, as Microsoft
//! Graph, Azure Monitor, Log Analytics and the portal's downloads write it.
//!
//! [`form`] reads the serialisations into one shape, [`meaning`] says what that shape tells.

mod form;
mod meaning;

use super::recognition::certain;
use super::wire::reject;
use super::{Source, System};
use crate::model::event::{Activity, Event, Operation};
use crate::model::record::{Body, Decoded, Kind, RawRecord, Recognition, Reject, Sample, Scope};
use crate::model::time::Timestamp;
use form::{Entry, plain};
use meaning::Subject;

pub(super) const SOURCE: Source = Source {
    id: "entra-provisioning",
    title: "Microsoft Entra provisioning logs",
    doc: include_str!("../../../docs/sources/entra-provisioning.md"),
    kind: Kind::Log,
    system: System::Provider("entra"),
    scope: None,
    recognizes,
    decode,
};

fn recognizes(sample: &Sample<'_>) -> Recognition {
    if sample.header.is_empty() {
        return certain(sample, meaning::is_summary);
    }
    let header: Vec<String> = sample.header.iter().map(|name| plain(name)).collect();
    if Table::of(&header).is_some() { Recognition::Certain } else { Recognition::No }
}

/// The portal downloads three tables: the records, and of each record its steps and what it changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Table {
    Records,
    /// Steps or changed properties, joined to the records by change id. A row is no event of its own.
    Parts,
}

impl Table {
    /// Which table has these columns, as [`plain`] writes their names.
    fn of(header: &[String]) -> Option<Self> {
        let has = |name: &str| header.iter().any(|column| column == name);
        if !has("changeid") {
            return None;
        }
        if has("action") || has("provisioningaction") {
            return Some(Self::Records);
        }
        ["oldvalue", "newvalue", "provisioningsteptype", "description"].into_iter().any(has).then_some(Self::Parts)
    }
}

fn decode(record: &RawRecord<'_>, scope: &Scope) -> Result<Decoded, Reject> {
    let entry = Entry::read(record)?;
    let at = entry.at().map_err(|reason| reject(record, reason))?;
    if is_part(record) {
        return Ok(Decoded::Irrelevant(at));
    }
    let at = at.ok_or_else(|| reject(record, "has no activityDateTime, time or TimeGenerated"))?;
    let category = entry.text(&["category"]);
    if category.is_some_and(|category| !category.eq_ignore_ascii_case("ProvisioningLogs")) {
        return Ok(Decoded::Irrelevant(Some(at)));
    }
    let event = event(record, &entry, at, scope).map_err(|reason| reject(record, reason))?;
    Ok(event.map_or(Decoded::Irrelevant(Some(at)), |event| Decoded::Used(Box::new(event))))
}

fn is_part(record: &RawRecord<'_>) -> bool {
    let Body::Row(row) = record.body else {
        return false;
    };
    let header: Vec<String> = row.header.iter().map(|name| plain(name)).collect();
    Table::of(&header) == Some(Table::Parts)
}

/// The event; `None` if it is not about the access of a person or a group to the target.
fn event(record: &RawRecord<'_>, entry: &Entry, at: Timestamp, scope: &Scope) -> Result<Option<Event>, String> {
    let action = meaning::action(entry).ok_or("has no provisioningAction")?;
    let native_id = native_id(entry, &action).ok_or("has no id and no changeId")?;
    let Some(application) = meaning::application(entry, scope).filter(|_| !meaning::is_inbound(entry)) else {
        return Ok(None);
    };
    let (operation, person, group) = match meaning::subject(entry).ok_or("does not say whether it is about a user or a group")? {
        Subject::Person(person) => (meaning::operation(entry, &action), Some(person), None),
        Subject::Group(group) => (Operation::GroupPush, None, Some(group)),
        Subject::Other => return Ok(None),
    };
    let outcome = meaning::outcome(entry, &action);
    Ok(Some(Event {
        at,
        source: SOURCE.id.to_owned(),
        native_id,
        outcome,
        actor: meaning::actor(entry),
        failure: meaning::failure(entry, outcome),
        correlation: entry.keep(&["changeId", "correlationId"]),
        token: None,
        activity: Activity::Provisioning { operation, person, group, application, account_id: meaning::account_id(entry) },
        origin: record.origin,
    }))
}

/// The id and the action: records of one change may share all their ids and differ in what was done.
fn native_id(entry: &Entry, action: &str) -> Option<String> {
    // `identity` is where the envelope repeats the id.
    let id = ["id", "identity", "changeId"].into_iter().find_map(|name| entry.keep(&[name]))?;
    Some(format!("{id}/{action}"))
}
