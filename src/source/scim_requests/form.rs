//! The record of a request: its fields under any of their names, and the lines of a server's log.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::address::without_host;
use super::har;
use crate::model::digest::Digest;
use crate::model::record::{RawRecord, Reject};
use crate::model::secret;
use crate::model::time::Timestamp;
use crate::source::wire::{Content, Moment, Object, Text, keep, reject};

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
    #[serde(borrow, rename = "startedDateTime")]
    started: Moment<'a>,
    #[serde(borrow)]
    request_id: Text<'a>,
    #[serde(borrow, rename = "requestId")]
    request_id_camel: Text<'a>,
    #[serde(borrow)]
    method: Text<'a>,
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
    request: Option<&'a RawValue>,
    #[serde(borrow)]
    response: Option<&'a RawValue>,
    #[serde(borrow)]
    category: Option<&'a RawValue>,
    #[serde(borrow)]
    message: Option<&'a RawValue>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
}

/// A request, whatever shape its record has.
#[derive(Debug)]
pub(super) struct Logged<'a> {
    pub(super) at: Timestamp,
    /// The id that its server or proxy gave it.
    pub(super) id: Option<String>,
    pub(super) half: Half,
    /// In capital letters.
    pub(super) method: String,
    /// The path with its query.
    pub(super) address: String,
    /// The status of the answer, if one came.
    pub(super) status: Option<u16>,
    pub(super) request: Option<&'a RawValue>,
    pub(super) response: Option<&'a RawValue>,
}

/// How much of an exchange a record holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Half {
    /// Request and answer.
    Both,
    /// The request, in a server's log that has a line for each.
    Request,
    /// The answer in such a log.
    Response,
    /// A line of such a log in between, about neither.
    Neither,
}

impl<'a> Record<'a> {
    /// The request that it is about.
    ///
    /// # Errors
    ///
    /// It has no time, method or address, or one that cannot be read.
    pub(super) fn logged(&self, record: &RawRecord<'_>) -> Result<Logged<'a>, Reject> {
        match self.started.read("startedDateTime").map_err(|reason| reject(record, reason))? {
            Some(at) => har::logged(record, at, self.request, self.response),
            None => self.own().map_err(|reason| reject(record, reason)),
        }
    }

    fn own(&self) -> Result<Logged<'a>, String> {
        let half = self.half();
        Ok(Logged {
            at: self.at()?.ok_or("has no time: none of timestamp, time, ts and @timestamp")?,
            id: self.id(),
            half,
            method: method(&self.method)?,
            address: [&self.path, &self.url, &self.uri]
                .into_iter()
                .find_map(Text::get)
                .map(|address| without_host(address).to_owned())
                .ok_or("has none of path, url and uri")?,
            status: self.answered(half)?,
            request: self.request,
            response: self.response,
        })
    }

    /// When it was sent.
    fn at(&self) -> Result<Option<Timestamp>, String> {
        for (name, moment) in [("timestamp", &self.timestamp), ("time", &self.time), ("ts", &self.ts), ("@timestamp", &self.at_timestamp)] {
            if let Some(at) = moment.read(name)? {
                return Ok(Some(at));
            }
        }
        Ok(None)
    }

    fn id(&self) -> Option<String> {
        self.request_id.keep().or_else(|| self.request_id_camel.keep())
    }

    /// Servers that log request and answer apart give every line a category, and mark the two with an arrow.
    fn half(&self) -> Half {
        if text(self.category).is_none() || self.id().is_none() {
            return Half::Both;
        }
        let message = text(self.message).unwrap_or_default();
        let begins = |marks: [&str; 2]| marks.iter().any(|mark| message.trim_start().starts_with(mark));
        match () {
            () if begins(["→", "->"]) => Half::Request,
            () if begins(["←", "<-"]) => Half::Response,
            () => Half::Neither,
        }
    }

    fn answered(&self, half: Half) -> Result<Option<u16>, String> {
        let own = status([&self.status, &self.status_code, &self.status_code_camel])?;
        if half != Half::Response || own.is_some() {
            return Ok(own);
        }
        let data = self.data.and_then(|raw| serde_json::from_str::<Object<Data<'_>>>(raw.get()).ok()).unwrap_or_default();
        status([&data.0.status])
    }
}

/// What a line of a server's log says beside its message.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Data<'a> {
    #[serde(borrow)]
    status: Text<'a>,
}

fn text(raw: Option<&RawValue>) -> Option<String> {
    raw.and_then(|raw| serde_json::from_str(raw.get()).ok())
}

/// The method in capital letters.
pub(super) fn method(method: &Text<'_>) -> Result<String, String> {
    method.keep().map(|method| method.to_ascii_uppercase()).ok_or_else(|| "has no method".to_owned())
}

/// The first status that is told; `None` where no answer came, which some loggers write as 0.
pub(super) fn status<'t, const N: usize>(fields: [&'t Text<'t>; N]) -> Result<Option<u16>, String> {
    let Some(text) = fields.into_iter().find_map(Text::get) else { return Ok(None) };
    match text.trim().parse::<u16>() {
        Ok(0) => Ok(None),
        Ok(status @ 100..600) => Ok(Some(status)),
        _ => Err(format!("status is no HTTP status: {text}")),
    }
}

/// An id for a request that has none: the same however its fields are named and its body is written. A password is no
/// part of it, since a stored hash of one can be guessed.
pub(super) fn made_id(logged: &Logged<'_>, request: &Content) -> String {
    let status = logged.status.map(|status| status.to_string()).unwrap_or_default();
    let body = match request {
        Content::Nothing => String::new(),
        Content::Json(value) => secret::redact_record(value.to_string().as_bytes()),
        Content::Text(text) => secret::redact(text).into_owned(),
    };
    Digest::of_parts([logged.at.to_string().as_str(), &logged.method, &keep(&logged.address), &status, &body]).short(16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_no_part_of_a_made_id() {
        let id = |address: &str, body: &str| {
            let logged = Logged {
                at: Timestamp::parse("2026-09-08T14:02:14Z").expect("a time"),
                id: None,
                half: Half::Both,
                method: "PATCH".to_owned(),
                address: address.to_owned(),
                status: Some(200),
                request: None,
                response: None,
            };
            made_id(&logged, &Content::Json(serde_json::from_str(body).expect(body)))
        };
        let change = |value: &str| format!(r#"{{"Operations":[{{"op":"replace","path":"password","value":"{value}"}}]}}"#);
        assert_eq!(id("/Users/1", &change("one")), id("/Users/1", &change("two")));
        assert_eq!(id("/Users/1", r#"{"password":"one"}"#), id("/Users/1", r#"{"password":"two"}"#));
        assert_ne!(id("/Users/1", r#"{"userName":"one"}"#), id("/Users/1", r#"{"userName":"two"}"#));
        assert_ne!(id("/Users/1", "{}"), id("/Users/2", "{}"));
    }
}
