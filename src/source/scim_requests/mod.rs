//! `scim-requests`: SCIM requests with their answers (RFC 7644), one JSON object each, as a proxy or a server logs them.
//!
//! Bodies are read for what they change and never stored. [`form`] has the shape of the record, [`patch`] the
//! dialects of PATCH.

mod form;
mod patch;

use serde_json::Value;

use super::recognition::certain;
use super::wire::{GroupForm, UserForm, json, keep, reject, shorten};
use super::{Source, System};
use crate::model::event::{Activity, Event, Exchange, Failure, Operation, Outcome};
use crate::model::facts::{ScimGroup, ScimUser};
use crate::model::record::{Decoded, Kind, RawRecord, Recognition, Reject, Sample, Scope};
use form::{Content, Record, Resource};
use serde::Deserialize;

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
        let address = ["path", "url", "uri"].iter().find_map(|key| record.get(key)).and_then(Value::as_str).unwrap_or_default();
        let scim = ["/Users", "/Groups", "scim"].iter().any(|part| address.contains(part));
        record.get("method").is_some_and(Value::is_string) && scim && !form::is_management_api(address)
    })
}

fn decode(record: &RawRecord<'_>, _: &Scope) -> Result<Decoded, Reject> {
    let exchange: Record<'_> = json(record)?;
    let at = exchange.at().map_err(|reason| reject(record, reason))?;
    let at = at.ok_or_else(|| reject(record, "has no time: none of timestamp, time, ts and @timestamp"))?;
    let method = exchange.method.keep().ok_or_else(|| reject(record, "has no method"))?.to_ascii_uppercase();
    let address = exchange.address().ok_or_else(|| reject(record, "has none of path, url and uri"))?;
    let status = exchange.status().map_err(|reason| reject(record, reason))?;
    let Some(resource) = Resource::of(&address) else {
        return Ok(Decoded::Irrelevant(Some(at)));
    };
    let outcome = match status {
        None => Outcome::Unknown,
        Some(200..300) => Outcome::Success,
        Some(_) => Outcome::Failure,
    };
    let request = Content::of(exchange.request);
    let native_id = exchange.request_id.keep().unwrap_or_else(|| form::native_id(at, &method, &address, status, &request));
    // The answer to a question can be long, and is of use only if it tells a failure.
    let response = if method == "GET" && outcome == Outcome::Success { Content::Nothing } else { Content::of(exchange.response) };
    let told = said(&method, &resource, &request, (outcome == Outcome::Success).then_some(&response));
    let path = keep(form::without_query(&address));
    Ok(Decoded::Used(Box::new(Event {
        at,
        source: SOURCE.id.to_owned(),
        native_id,
        outcome,
        actor: None,
        failure: (outcome == Outcome::Failure).then(|| failure(status, &response)),
        correlation: exchange.request_id.keep(),
        token: None,
        activity: Activity::Exchange(Box::new(Exchange { method, path, status, ..told })),
        origin: record.origin,
    })))
}

/// What the request was about to do, and to whom. `answer` is there after success alone.
fn said(method: &str, resource: &Resource, request: &Content, answer: Option<&Content>) -> Exchange {
    let mut said = Exchange::default();
    match (resource, method) {
        (Resource::User(id), "DELETE") => {
            said.operation = Some(Operation::Delete);
            said.user = Some(ScimUser { id: id.clone(), ..ScimUser::default() });
        }
        (Resource::User(id), "PATCH") => {
            let changes = patch::user(request.json());
            said.operation = Some(update(&changes.user, changes.has_more));
            said.user = Some(ScimUser { id: id.clone(), ..changes.user });
        }
        (Resource::User(id), "POST" | "PUT") => {
            let (asked, told) = (user(request), answer.map(user).unwrap_or_default());
            let intent = ScimUser { active: asked.active.or(told.active), ..asked.clone() };
            said.operation = Some(if method == "POST" { Operation::Create } else { update(&intent, false) });
            said.user = Some(merged(told, asked, id.clone()));
        }
        (Resource::Group(id), "DELETE") => {
            said.operation = Some(Operation::GroupPush);
            said.group = Some(ScimGroup { id: id.clone(), ..ScimGroup::default() });
        }
        (Resource::Group(id), "PATCH") => {
            said.operation = Some(Operation::GroupPush);
            said.group = Some(ScimGroup { id: id.clone(), ..patch::group(request.json()) });
        }
        (Resource::Group(id), "POST" | "PUT") => {
            let (asked, told) = (group(request), answer.map(group).unwrap_or_default());
            said.operation = Some(Operation::GroupPush);
            said.group = Some(merged_group(told, asked, id.clone()));
        }
        _ => {}
    }
    said
}

/// Whether a change of a user takes access away, gives it back, or neither.
fn update(user: &ScimUser, has_more: bool) -> Operation {
    let only_active = ScimUser { id: user.id.clone(), active: user.active, ..ScimUser::default() };
    match user.active {
        Some(false) => Operation::Disable,
        Some(true) if !has_more && *user == only_active => Operation::Enable,
        _ => Operation::Update,
    }
}

fn user(content: &Content) -> ScimUser {
    let read = |body: &Value| UserForm::deserialize(body).map(|form| form.attributes()).ok();
    content.json().and_then(|body| read(body).or_else(|| read(&readable(body, |field| read(field).is_some())))).unwrap_or_default()
}

fn group(content: &Content) -> ScimGroup {
    let read = |body: &Value| GroupForm::deserialize(body).map(|form| form.attributes()).ok();
    content.json().and_then(|body| read(body).or_else(|| read(&readable(body, |field| read(field).is_some())))).unwrap_or_default()
}

/// The attributes of a body that can be read each by itself. Bodies that a target refuses are often malformed,
/// and the rest of them still says what was meant.
fn readable(body: &Value, is_readable: impl Fn(&Value) -> bool) -> Value {
    let alone = |name: &String, value: &Value| Value::Object([(name.clone(), value.clone())].into_iter().collect());
    let fields = body.as_object().into_iter().flatten();
    Value::Object(
        fields.filter(|(name, value)| is_readable(&alone(name, value))).map(|(name, value)| (name.clone(), value.clone())).collect(),
    )
}

/// What the answer tells, and where it tells nothing what was asked for.
fn merged(told: ScimUser, asked: ScimUser, id: Option<String>) -> ScimUser {
    ScimUser {
        id: told.id.or(id).or(asked.id),
        external_id: told.external_id.or(asked.external_id),
        user_name: told.user_name.or(asked.user_name),
        given_name: told.given_name.or(asked.given_name),
        family_name: told.family_name.or(asked.family_name),
        emails: if told.emails.is_empty() { asked.emails } else { told.emails },
        active: told.active.or(asked.active),
        created_at: None,
    }
}

fn merged_group(told: ScimGroup, asked: ScimGroup, id: Option<String>) -> ScimGroup {
    ScimGroup {
        id: told.id.or(id).or(asked.id),
        external_id: told.external_id.or(asked.external_id),
        display_name: told.display_name.or(asked.display_name),
        members: told.members.or(asked.members),
        added: Vec::new(),
        removed: Vec::new(),
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
