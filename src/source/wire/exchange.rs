//! What a SCIM request was about to do, and to whom (RFC 7644 section 3), from its method, its resource and the bodies.
//!
//! Where the record came from, a proxy's log or a cloud's, makes no difference here.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::patch;
use super::scim::{GroupForm, UserForm};
use crate::model::event::{Exchange, Operation};
use crate::model::facts::{ScimGroup, ScimUser};

/// What a request is about, with the id where it names one.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Resource {
    /// A user, or all of them.
    User(Option<String>),
    /// A group, or all of them.
    Group(Option<String>),
}

/// The body of a request or an answer.
#[derive(Debug)]
pub(crate) enum Content {
    /// There is none.
    Nothing,
    /// JSON, or a text that holds JSON.
    Json(Value),
    /// Any other text.
    Text(String),
}

impl Content {
    /// A body as a record holds it: as JSON, or as a text.
    pub(crate) fn of(raw: Option<&RawValue>) -> Self {
        match raw.and_then(|raw| serde_json::from_str(raw.get()).ok()) {
            None | Some(Value::Null) => Self::Nothing,
            Some(Value::String(text)) if text.trim().is_empty() => Self::Nothing,
            Some(Value::String(text)) => match serde_json::from_str(&text) {
                Ok(value @ (Value::Object(_) | Value::Array(_))) => Self::Json(value),
                _ => Self::Text(text),
            },
            Some(value) => Self::Json(value),
        }
    }

    /// The body, where it is JSON.
    pub(crate) fn json(&self) -> Option<&Value> {
        if let Self::Json(value) = self { Some(value) } else { None }
    }

    /// The body, where it is any other text.
    pub(crate) fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }
}

/// What the request was about to do, and to whom. `answer` is there after success alone.
pub(crate) fn exchange(method: &str, resource: &Resource, request: &Content, answer: Option<&Content>) -> Exchange {
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
    if let (Some(user), Some(body)) = (&mut said.user, request.json()) {
        user.active_as_text = has_active_as_text(body);
    }
    said
}

/// Whether a resource, or a change of one, has `active` as a text.
fn has_active_as_text(value: &Value) -> bool {
    let is_text = |value: &Value| value.as_str().is_some_and(|text| ["true", "false"].contains(&text.to_lowercase().as_str()));
    let names = |name: &str| name.eq_ignore_ascii_case("active");
    match value {
        Value::Object(fields) => {
            let changed = fields.get("path").and_then(Value::as_str).is_some_and(names) && fields.get("value").is_some_and(is_text);
            changed || fields.iter().any(|(name, value)| (names(name) && is_text(value)) || has_active_as_text(value))
        }
        Value::Array(values) => values.iter().any(has_active_as_text),
        _ => false,
    }
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
        active_as_text: asked.active_as_text,
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
