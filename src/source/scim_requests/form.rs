//! The record of a request: its fields under any of their names, its address, its bodies.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::model::digest::Digest;
use crate::model::time::Timestamp;
use crate::source::wire::{Moment, Text};

/// One record. Each name has its own field, since loggers write several of them side by side.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Record<'a> {
    #[serde(borrow)]
    timestamp: Moment<'a>,
    #[serde(borrow)]
    time: Moment<'a>,
    #[serde(borrow)]
    ts: Moment<'a>,
    #[serde(borrow, rename = "@timestamp")]
    at_timestamp: Moment<'a>,
    #[serde(borrow)]
    pub(super) request_id: Text<'a>,
    #[serde(borrow)]
    pub(super) method: Text<'a>,
    #[serde(borrow)]
    path: Text<'a>,
    #[serde(borrow)]
    url: Text<'a>,
    #[serde(borrow)]
    uri: Text<'a>,
    #[serde(borrow)]
    status: Text<'a>,
    #[serde(borrow)]
    status_code: Text<'a>,
    #[serde(borrow, rename = "statusCode")]
    status_code_camel: Text<'a>,
    #[serde(borrow)]
    pub(super) request: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) response: Option<&'a RawValue>,
}

impl Record<'_> {
    /// When it was sent.
    pub(super) fn at(&self) -> Result<Option<Timestamp>, String> {
        for (name, moment) in [("timestamp", &self.timestamp), ("time", &self.time), ("ts", &self.ts), ("@timestamp", &self.at_timestamp)] {
            if let Some(at) = moment.read(name)? {
                return Ok(Some(at));
            }
        }
        Ok(None)
    }

    /// The path with its query, without scheme and host.
    pub(super) fn address(&self) -> Option<String> {
        let address = [&self.path, &self.url, &self.uri].into_iter().find_map(Text::get)?;
        let Some((_, rest)) = address.split_once("://") else { return Some(address.to_owned()) };
        Some(rest.find('/').and_then(|start| rest.get(start..)).unwrap_or("/").to_owned())
    }

    /// The status of the answer; `None` where none came, which some loggers write as 0.
    pub(super) fn status(&self) -> Result<Option<u16>, String> {
        let fields = [&self.status, &self.status_code, &self.status_code_camel];
        let Some(text) = fields.into_iter().find_map(Text::get) else { return Ok(None) };
        match text.trim().parse::<u16>() {
            Ok(0) => Ok(None),
            Ok(status @ 100..600) => Ok(Some(status)),
            _ => Err(format!("status is no HTTP status: {text}")),
        }
    }
}

/// What a request is about, with the id where it names one.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Resource {
    User(Option<String>),
    Group(Option<String>),
}

impl Resource {
    /// By the end of the path: `…/Users`, `…/Users/{id}`, and the same for groups.
    pub(super) fn of(address: &str) -> Option<Self> {
        if is_management_api(address) {
            return None;
        }
        let mut segments = without_query(address).split('/').rev().filter(|segment| !segment.is_empty());
        let last = segments.next()?;
        Self::named(last, None).or_else(|| Self::named(segments.next()?, Some(unescaped(last))))
    }

    fn named(segment: &str, id: Option<String>) -> Option<Self> {
        match segment {
            // A search is a question, whatever its method.
            _ if id.as_deref() == Some(".search") => None,
            _ if segment.eq_ignore_ascii_case("Users") => Some(Self::User(id)),
            _ if segment.eq_ignore_ascii_case("Groups") => Some(Self::Group(id)),
            _ => None,
        }
    }
}

/// Whether this is an address of Okta's management API, which speaks no SCIM.
pub(super) fn is_management_api(address: &str) -> bool {
    address.contains("/api/v1/")
}

/// The path alone.
pub(super) fn without_query(address: &str) -> &str {
    address.split(['?', '#']).next().unwrap_or(address)
}

/// Percent-encoding undone, where what it stands for is UTF-8.
fn unescaped(segment: &str) -> String {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let code = tail.get(..2).filter(|code| *first == b'%' && code.iter().all(u8::is_ascii_hexdigit));
        let code = code.and_then(|code| u8::from_str_radix(std::str::from_utf8(code).ok()?, 16).ok());
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { tail.get(2..).unwrap_or_default() } else { tail };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| segment.to_owned())
}

/// The body of a request or an answer.
#[derive(Debug)]
pub(super) enum Content {
    /// There is none.
    Nothing,
    /// JSON, or a text that holds JSON.
    Json(Value),
    /// Any other text.
    Text(String),
}

impl Content {
    pub(super) fn of(raw: Option<&RawValue>) -> Self {
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

    pub(super) fn json(&self) -> Option<&Value> {
        if let Self::Json(value) = self { Some(value) } else { None }
    }

    pub(super) fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }
}

/// An id for a request that has none: the same however its fields are named and its body is written.
pub(super) fn native_id(at: Timestamp, method: &str, address: &str, status: Option<u16>, request: &Content) -> String {
    let status = status.map(|status| status.to_string()).unwrap_or_default();
    let body = match request {
        Content::Nothing => String::new(),
        Content::Json(value) => value.to_string(),
        Content::Text(text) => text.clone(),
    };
    Digest::of_parts([at.to_string().as_str(), method, address, &status, &body]).short(16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resources_are_told_by_the_end_of_the_path() {
        let user = |id: &str| Some(Resource::User(Some(id.to_owned())));
        let cases = [
            ("/api/organizations/acme/scim/v2/Users", Some(Resource::User(None))),
            ("/scim/v2/Users?filter=userName eq \"a/Groups\"", Some(Resource::User(None))),
            ("/scim/v2/Users/67f0", user("67f0")),
            ("/scim/v2/Users/a%40acme.example/", user("a@acme.example")),
            ("/scim/v2/Users/100%", user("100%")),
            ("/scim/v2/Users/%+f", user("%+f")),
            ("/scim/v2/Groups", Some(Resource::Group(None))),
            ("/scim/v2/ServiceProviderConfig", None),
            ("/scim/v2/Users/.search", None),
            ("/scim/v2/Users/1/roles", None),
            ("/api/v1/users", None),
            ("", None),
        ];
        for (address, resource) in cases {
            assert_eq!(Resource::of(address), resource, "{address}");
        }
    }
}
