//! Wrappers: objects around the list that holds the records, and what they say about it.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::model::record::Envelope;
use crate::model::time::Timestamp;

/// The most text of a wrapper that is kept: far more than any has beside its list.
const LONGEST: usize = 1 << 20;

/// What the key of a member means to whom looks for the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// An array here is the list.
    List,
    /// An array here is the list; an object here may have it.
    ListOrDeeper,
    /// An object here may have it.
    Deeper,
    Other,
}

impl Key {
    /// `value` is Microsoft Graph's, `records` Azure Monitor's, `Records` CloudTrail's, `Resources` SCIM's
    /// (RFC 7644 section 3.4.2), `items` the envelope's; `log` and `entries` are HAR's, `entries` alone is the answer
    /// of SCIM servers that are asked for their log; `data` is hoop.dev's, `data` and `events` are an Okta event hook's.
    pub(super) fn named(name: &[u8], depth: usize) -> Self {
        match (name, depth) {
            (b"value" | b"records" | b"Records" | b"Resources", _) | (b"entries", 1 | 2) | (b"events", 2) => Self::List,
            (b"items" | b"data", 1) => Self::ListOrDeeper,
            (b"log", 1) => Self::Deeper,
            _ => Self::Other,
        }
    }
}

/// The text of a wrapper without what is in its list.
#[derive(Debug, Default)]
pub(super) struct Wrapping {
    text: Vec<u8>,
    /// Where its list begins in `text`, and how many objects are open there.
    list: Option<(usize, usize)>,
    /// Whether the text is the whole object.
    whole: bool,
    /// Whether there was too much of it to keep.
    overflown: bool,
    /// What the first wrapper of the file said in full.
    first: Option<Map<String, Value>>,
    declared: Option<u64>,
}

impl Wrapping {
    /// Another object begins.
    pub(super) fn begin(&mut self) {
        self.text.clear();
        self.list = None;
        self.whole = false;
        self.overflown = false;
    }

    pub(super) fn take(&mut self, text: &[u8]) {
        self.overflown |= self.text.len() + text.len() > LONGEST;
        if !self.overflown {
            self.text.extend_from_slice(text);
        }
    }

    /// The list begins, inside this many objects.
    pub(super) fn open_list(&mut self, depth: usize) {
        self.list.get_or_insert((self.text.len(), depth));
    }

    /// Whether this object has a list.
    pub(super) fn has_list(&self) -> bool {
        self.list.is_some()
    }

    /// The object ends: what it was.
    pub(super) fn end(&mut self) -> Wrapper {
        self.whole = !self.overflown;
        let said = self.own().unwrap_or_default();
        let wrapper = Wrapper::of(&said);
        self.declared = self.declared.max(declared(&said));
        self.first.get_or_insert(said);
        wrapper
    }

    /// What the first wrapper says, as far as it was read; its list is empty here.
    pub(super) fn said(&self) -> Option<Map<String, Value>> {
        self.first.clone().or_else(|| self.own())
    }

    /// What this object says: all of it once it has ended, before that what stands in front of its list.
    fn own(&self) -> Option<Map<String, Value>> {
        let whole = self.whole.then(|| serde_json::from_slice(&self.text).ok()).flatten();
        whole.or_else(|| {
            let (length, depth) = self.list?;
            let head = [self.text.get(..length)?, b"]", b"}".repeat(depth).as_slice()].concat();
            serde_json::from_slice(&head).ok()
        })
    }

    /// The envelope, if the wrapper is one; or why it cannot be read.
    pub(super) fn envelope(&self) -> Result<Option<Envelope>, String> {
        self.said().filter(|said| Wrapper::of(said) == Wrapper::Envelope).map(|said| envelope(&said)).transpose()
    }

    /// How many rows a ListResponse says there are; of several pages, the most.
    pub(super) fn declared(&self) -> Option<u64> {
        self.declared.max(self.said().as_ref().and_then(declared))
    }
}

/// The kinds of wrapper that may come without a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wrapper {
    Envelope,
    ListResponse,
    Other,
}

impl Wrapper {
    pub(super) fn of(said: &Map<String, Value>) -> Self {
        if said.contains_key("scimdrift") {
            Self::Envelope
        } else if is_list_response(said) {
            Self::ListResponse
        } else {
            Self::Other
        }
    }
}

fn is_list_response(said: &Map<String, Value>) -> bool {
    let schemas = said.get("schemas").and_then(Value::as_array);
    let named = schemas.is_some_and(|all| all.iter().filter_map(Value::as_str).any(|schema| schema.ends_with(":ListResponse")));
    named || (said.contains_key("totalResults") && said.contains_key("Resources"))
}

fn declared(said: &Map<String, Value>) -> Option<u64> {
    let inner = || said.get("items").and_then(|items| items.get("totalResults"));
    said.get("totalResults").or_else(inner).and_then(Value::as_u64)
}

fn envelope(said: &Map<String, Value>) -> Result<Envelope, String> {
    let present = |key: &str| said.get(key).filter(|value| !value.is_null());
    match present("scimdrift").and_then(Value::as_str) {
        Some("listing/1") => {}
        _ => return Err("\"scimdrift\" is not \"listing/1\", the only form this version reads".to_owned()),
    }
    let source = match present("source") {
        None => None,
        Some(Value::String(source)) => Some(source.clone()),
        Some(_) => return Err("\"source\" is not a string".to_owned()),
    };
    let collected_at = match present("collected_at") {
        None => None,
        Some(time) => {
            let time = time.as_str().and_then(Timestamp::parse);
            Some(time.ok_or_else(|| "\"collected_at\" is not an RFC 3339 time".to_owned())?)
        }
    };
    let complete = match present("complete") {
        None => None,
        Some(complete) => Some(complete.as_bool().ok_or_else(|| "\"complete\" is not true or false".to_owned())?),
    };
    let params = match present("params") {
        None => BTreeMap::new(),
        Some(Value::Object(params)) => params.iter().filter_map(|(name, value)| Some((name.clone(), parameter(value)?))).collect(),
        Some(_) => return Err("\"params\" is not an object".to_owned()),
    };
    Ok(Envelope { source, params, collected_at, complete })
}

/// Strings as they are, all else as JSON writes it.
fn parameter(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}
