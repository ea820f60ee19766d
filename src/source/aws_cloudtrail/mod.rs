//! `aws-cloudtrail`: what CloudTrail records of IAM users and their credentials, of signing in to the console, and of
//! the SCIM endpoint of IAM Identity Center.
//!
//! Most records are about other services and are told apart by `eventSource` and `eventName` alone. [`form`] has the
//! shapes, [`iam`] and [`identity_center`] say what a request changes.

mod form;
mod iam;
mod identity_center;

use super::recognition::{certain, has_all, has_any};
use super::wire::{json, part, reject};
use super::{Source, System};
use crate::model::event::{Activity, Event, Failure, Outcome};
use crate::model::record::{Decoded, Kind, RawRecord, Recognition, Reject, Sample, Scope};
use form::Record;

pub(super) const SOURCE: Source = Source {
    id: "aws-cloudtrail",
    title: "AWS CloudTrail",
    doc: include_str!("../../../docs/sources/aws-cloudtrail.md"),
    kind: Kind::Log,
    system: System::Provider(SYSTEM),
    scope: None,
    recognizes,
    decode,
};

const SYSTEM: &str = "aws";

fn recognizes(sample: &Sample<'_>) -> Recognition {
    certain(sample, |record| {
        has_all(record, &["eventSource", "eventName", "eventTime"]) && has_any(record, &["eventVersion", "eventID", "awsRegion"])
    })
}

fn decode(record: &RawRecord<'_>, _: &Scope) -> Result<Decoded, Reject> {
    let trail: Record<'_> = json(record)?;
    // CloudTrail writes UTC; exports that leave the zone out mean the same.
    let at = trail.event_time.read_utc("eventTime").map_err(|reason| reject(record, reason))?;
    let at = at.ok_or_else(|| reject(record, "has no eventTime"))?;
    let service = trail.event_source.get().ok_or_else(|| reject(record, "has no eventSource"))?;
    let name = trail.event_name.get().ok_or_else(|| reject(record, "has no eventName"))?;
    let Some(activity) = activity(record, &trail, service, name)? else {
        return Ok(Decoded::Irrelevant(Some(at)));
    };
    Ok(Decoded::Used(Box::new(Event {
        at,
        source: SOURCE.id.to_owned(),
        native_id: trail.event_id.keep().ok_or_else(|| reject(record, "has no eventID"))?,
        outcome: if trail.error_code.get().is_some() { Outcome::Failure } else { Outcome::Success },
        actor: trail.user_identity.0.actor(),
        failure: failure(&trail),
        correlation: trail.request_id.keep(),
        token: None,
        activity,
        origin: record.origin,
    })))
}

/// What happened; `None` if it does not touch access.
fn activity(record: &RawRecord<'_>, trail: &Record<'_>, service: &str, name: &str) -> Result<Option<Activity>, Reject> {
    let identity = &trail.user_identity.0;
    let is_refused = trail.error_code.get().is_some();
    match service {
        "iam.amazonaws.com" => {
            let Some(concern) = iam::concern(name) else { return Ok(None) };
            let parameters = part(record, trail.request_parameters)?;
            let answer = part(record, trail.response_elements)?;
            let own = identity.account().filter(|_| !is_refused);
            Ok(Some(iam::activity(concern, &parameters, &answer, own)))
        }
        "signin.amazonaws.com" if name == "ConsoleLogin" => Ok(iam::sign_in(&part(record, trail.response_elements)?, identity)),
        "identitystore-scim.amazonaws.com" => {
            let Some(method) = identity_center::method(name) else { return Ok(None) };
            let parameters = part(record, trail.request_parameters)?;
            let answer = part(record, trail.response_elements)?;
            let raw_answer = trail.response_elements.filter(|_| !is_refused);
            let exchange = identity_center::asked(method, &parameters, &answer, raw_answer);
            Ok(Some(Activity::Exchange(Box::new(exchange.map_err(|reason| reject(record, reason))?))))
        }
        _ => Ok(None),
    }
}

fn failure(trail: &Record<'_>) -> Option<Failure> {
    let code = trail.error_code.keep()?;
    Some(Failure { code: Some(code), message: trail.error_message.keep().unwrap_or_default() })
}
