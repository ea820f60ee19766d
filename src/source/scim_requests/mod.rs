//! `scim-requests`: SCIM requests with their answers (RFC 7644), one JSON object each, as a proxy or a server logs them.
//!
//! Bodies are read for what they change and never stored. [`form`] has the shape of the record, [`har`] that of an
//! HTTP archive, [`address`] tells which resource is meant; what a request changes is told by `wire`.

mod address;
mod form;
mod har;

use serde_json::Value;

use super::recognition::certain;
use super::wire::{Content, exchange, json, keep, shorten};
use super::{Source, System};
use crate::model::event::{Activity, Event, Exchange, Failure, Outcome};
use crate::model::record::{Decoded, Kind, RawRecord, Recognition, Reject, Sample, Scope};
use form::{Half, Logged, Record};

pub(super) const SOURCE: Source = Source {
    id: "scim-requests",
    title: "SCIM requests",
    doc: include_str!("../../../docs/sources/scim-requests.md"),
    kind: Kind::Log,
    system: System::Target,
    scope: None,
    recognizes,
    decode,
};

/// The longest part of an answer that is kept as the message of a failure, in characters.
const MESSAGE: usize = 300;

fn recognizes(sample: &Sample<'_>) -> Recognition {
    certain(sample, |record| {
        let request = record.get("request").filter(|_| record.get("startedDateTime").is_some()).unwrap_or(record);
        let address = ["path", "url", "uri"].iter().find_map(|key| request.get(key)).and_then(Value::as_str).unwrap_or_default();
        let scim = ["/Users", "/Groups", "scim"].iter().any(|part| address.contains(part));
        request.get("method").is_some_and(Value::is_string) && scim && !address::is_management_api(address)
    })
}

fn decode(record: &RawRecord<'_>, _: &Scope) -> Result<Decoded, Reject> {
    let logged = json::<Record<'_>>(record)?.logged(record)?;
    let resource = address::resource(&logged.address).filter(|_| logged.half != Half::Neither);
    let Some(resource) = resource else {
        return Ok(Decoded::Irrelevant(Some(logged.at)));
    };
    let outcome = match logged.status {
        None => Outcome::Unknown,
        Some(200..300) => Outcome::Success,
        Some(_) => Outcome::Failure,
    };
    let request = Content::of(logged.request);
    // The answer to a question can be long, and is of use only if it tells a failure.
    let is_answer_of_use = logged.method != "GET" || outcome != Outcome::Success;
    let response = if is_answer_of_use { Content::of(logged.response) } else { Content::Nothing };
    let told = exchange(&logged.method, &resource, &request, (outcome == Outcome::Success).then_some(&response));
    Ok(Decoded::Used(Box::new(Event {
        at: logged.at,
        source: SOURCE.id.to_owned(),
        native_id: native_id(&logged, &request),
        outcome,
        actor: None,
        failure: (outcome == Outcome::Failure).then(|| failure(logged.status, &response)),
        correlation: logged.id,
        token: None,
        activity: Activity::Exchange(Box::new(Exchange {
            method: logged.method,
            path: keep(address::without_query(&logged.address)),
            status: logged.status,
            ..told
        })),
        origin: record.origin,
    })))
}

/// The id of the request. Where request and answer are records of their own, they share it and are told apart.
fn native_id(logged: &Logged<'_>, request: &Content) -> String {
    match (&logged.id, logged.half) {
        (Some(id), Half::Request) => format!("{id}/request"),
        (Some(id), Half::Response) => format!("{id}/response"),
        (Some(id), _) => id.clone(),
        (None, _) => form::made_id(logged, request),
    }
}

/// Why it failed: `detail` and `scimType` of RFC 7644 section 3.12, else what gateways write.
fn failure(status: Option<u16>, response: &Content) -> Failure {
    let field = |names: &[&str]| {
        let body = response.json()?;
        names.iter().filter_map(|name| body.get(*name)?.as_str()).find(|text| !text.is_empty()).map(str::to_owned)
    };
    let code = [status.map(|status| status.to_string()), field(&["scimType"])];
    let code = code.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let message = field(&["detail", "error", "message"]).or_else(|| response.text().map(str::to_owned)).unwrap_or_default();
    Failure { code: (!code.is_empty()).then(|| keep(&code)), message: shorten(&keep(message.trim()), MESSAGE) }
}
