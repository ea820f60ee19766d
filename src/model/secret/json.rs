//! JSON: credentials by the names of their fields, at any depth, in texts that hold JSON too.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::name::{self, Credential, Kind};
use super::{REDACTED, is_done, may_hold_secret, redact, replaced, stand_in};
use crate::model::time::Timestamp;

/// Replaces every credential in a JSON value: by the name of its field, and by what it looks like.
pub fn redact_json(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Cow::Owned(clean) = redact_nested(text) {
                *text = clean;
            }
        }
        Value::Array(items) => {
            items.iter_mut().for_each(redact_json);
            hide_behind_names(items);
        }
        Value::Object(fields) => redact_fields(fields, |_, field| redact_json(field)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A text may itself hold JSON, whose field names count too.
pub(super) fn redact_nested(text: &str) -> Cow<'_, str> {
    if text.trim_start().starts_with(['{', '['])
        && may_hold_secret(text)
        && let Ok(mut inner) = serde_json::from_str::<Value>(text)
    {
        let before = inner.clone();
        redact_json(&mut inner);
        return if inner == before { Cow::Borrowed(text) } else { Cow::Owned(inner.to_string()) };
    }
    redact(text)
}

/// An object: what its names say, then `other` for what they say nothing of.
fn redact_fields(fields: &mut Map<String, Value>, other: impl Fn(&str, &mut Value)) {
    for (name, field) in fields.iter_mut() {
        match name::credential(name) {
            Some(credential) => hide(field, credential),
            None if name::is_query(name) => redact_query(field),
            None => other(name, field),
        }
    }
    hide_labelled(fields);
    redact_names(fields);
}

/// A name may be a credential too.
fn redact_names(fields: &mut Map<String, Value>) {
    if fields.keys().any(|name| matches!(redact(name), Cow::Owned(clean) if clean != *name)) {
        *fields = std::mem::take(fields).into_iter().map(|(name, field)| (redact(&name).into_owned(), field)).collect();
    }
}

/// A header written as `{"name": "Authorization", "value": "…"}`, or a change as `{"path": "password", "value": "…"}`.
fn hide_labelled(fields: &mut Map<String, Value>) {
    let mut labels = fields.iter().filter(|(name, _)| name::is_label(name)).filter_map(|(_, label)| label.as_str());
    let Some(credential) = labels.find_map(name::named_credential) else { return };
    for (_, field) in fields.iter_mut().filter(|(name, _)| name::is_labelled(name)) {
        hide(field, credential);
    }
}

/// Headers written as a list, in which names and values take turns.
fn hide_behind_names(items: &mut [Value]) {
    // These stand side by side in lists of grants, attributes and methods (RFC 8176).
    const WORDS: [&str; 14] = [
        "authorization_code",
        "refresh_token",
        "client_credentials",
        "client_secret",
        "password",
        "pwd",
        "mfa",
        "otp",
        "rsa",
        "sms",
        "hwk",
        "swk",
        "pin",
        "fpt",
    ];
    let mut behind: Option<Credential> = None;
    for item in items {
        let text = item.as_str().unwrap_or_default().to_owned();
        match behind.take() {
            Some(credential) if !WORDS.contains(&text.as_str()) && !item.is_object() => hide(item, credential),
            _ => behind = name::credential(&text).filter(|_| !text.contains('=')),
        }
    }
}

/// The parameters of a URL, as an object or as a list of names and values.
fn redact_query(value: &mut Value) {
    let token = Credential { kind: Kind::Token, exact: false };
    match value {
        Value::Object(fields) => {
            let labels = fields.iter().filter(|(name, _)| name::is_label(name)).filter_map(|(_, label)| label.as_str());
            let is_labelled = labels.into_iter().any(name::is_url_credential);
            redact_fields(fields, |name, field| {
                if name::is_url_credential(name) || (is_labelled && name::is_labelled(name)) {
                    hide(field, token);
                } else {
                    redact_json(field);
                }
            });
        }
        Value::Array(items) => items.iter_mut().for_each(redact_query),
        _ => redact_json(value),
    }
}

/// Replaces what stands under a credential's name.
pub(super) fn hide(value: &mut Value, credential: Credential) {
    match value {
        Value::String(text) if is_done(text) => {}
        // Under a name that only speaks of a credential: when it was changed.
        Value::String(text) if !credential.exact && Timestamp::parse_utc(text).is_some() => {}
        Value::String(text) => {
            // JSON in it may have ids that are to stay.
            *text = match serde_json::from_str::<Value>(text) {
                Ok(mut inner @ Value::Object(_)) => {
                    hide(&mut inner, credential);
                    inner.to_string()
                }
                _ => replaced(text, credential.kind),
            };
        }
        Value::Number(number) if credential.exact => {
            *value = Value::String(match credential.kind {
                Kind::Password => REDACTED.to_owned(),
                Kind::Header | Kind::Token => stand_in(&number.to_string()),
            });
        }
        Value::Array(items) => items.iter_mut().for_each(|item| hide(item, credential)),
        Value::Object(fields) => redact_fields(fields, |name, field| hide_inner(name, field, credential)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A field of an object that stands for a credential: the credential itself, or what is told of it, such as its id.
fn hide_inner(name: &str, field: &mut Value, credential: Credential) {
    match field {
        _ if name::is_inner(name) => hide(field, credential),
        Value::Object(fields) => redact_fields(fields, |name, field| hide_inner(name, field, credential)),
        Value::Array(items) => items.iter_mut().for_each(|item| match item {
            Value::Object(_) => hide(item, credential),
            _ => redact_json(item),
        }),
        _ => redact_json(field),
    }
}
