//! An entry of an HTTP archive (HAR 1.2), as browsers and recording proxies write it.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::address::without_host;
use super::form::{Half, Logged, method, status};
use crate::model::record::{RawRecord, Reject};
use crate::model::time::Timestamp;
use crate::source::wire::{Object, Text, part, reject};

/// `request` of an entry.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Request<'a> {
    #[serde(borrow)]
    method: Text<'a>,
    #[serde(borrow)]
    url: Text<'a>,
    #[serde(borrow)]
    headers: Option<Vec<Object<Header<'a>>>>,
    #[serde(borrow)]
    post_data: Object<Body<'a>>,
}

/// `response` of an entry.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Response<'a> {
    #[serde(borrow)]
    status: Text<'a>,
    #[serde(borrow)]
    headers: Option<Vec<Object<Header<'a>>>>,
    #[serde(borrow)]
    content: Object<Body<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Header<'a> {
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    value: Text<'a>,
}

/// `postData` and `content`: a body as a text.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Body<'a> {
    #[serde(borrow)]
    text: Option<&'a RawValue>,
    #[serde(borrow)]
    encoding: Text<'a>,
}

impl<'a> Body<'a> {
    /// The text as it was sent. Bodies in base64 are those of images and the like.
    fn sent(&self) -> Option<&'a RawValue> {
        self.text.filter(|_| self.encoding.get().is_none())
    }
}

/// The request of an entry.
///
/// # Errors
///
/// It has no method or address, or is no entry.
pub(super) fn logged<'a>(
    record: &RawRecord<'_>,
    at: Timestamp,
    request: Option<&'a RawValue>,
    response: Option<&'a RawValue>,
) -> Result<Logged<'a>, Reject> {
    let request: Request<'a> = part(record, request)?;
    let response: Response<'a> = part(record, response)?;
    let refuse = |reason: String| reject(record, reason);
    Ok(Logged {
        at,
        id: request_id(response.headers.as_deref()).or_else(|| request_id(request.headers.as_deref())),
        half: Half::Both,
        method: method(&request.method).map_err(refuse)?,
        address: request.url.get().map(|address| without_host(address).to_owned()).ok_or_else(|| reject(record, "has no url"))?,
        status: status([&response.status]).map_err(refuse)?,
        request: request.post_data.0.sent(),
        response: response.content.0.sent(),
    })
}

/// The id that a proxy or the server gave the request. Header names have no case (RFC 9110 section 5.1).
fn request_id(headers: Option<&[Object<Header<'_>>]>) -> Option<String> {
    let named = |header: &&Object<Header<'_>>| header.0.name.get().is_some_and(|name| name.eq_ignore_ascii_case("x-request-id"));
    headers?.iter().find(named)?.0.value.keep()
}
