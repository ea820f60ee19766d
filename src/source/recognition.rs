//! Recognition: which source a file is of, by what its first records look like. File names are never asked.

use serde_json::Value;

use super::{ALL, Source, find};
use crate::model::record::{Recognition, Sample};
use crate::model::secret;

/// A file that no source, or more than one, claims.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Unrecognized {
    /// The envelope names a source that does not exist.
    #[error("the envelope names the source {id:?}, which does not exist; can be read: {}", readable())]
    UnknownSource {
        /// What it names.
        id: String,
    },
    /// No source claims it.
    #[error("no source reads this: {seen}; `source = \"…\"` in the config says what it is; can be read: {}", readable())]
    NoSource {
        /// What the file holds.
        seen: String,
    },
    /// Several sources claim it.
    #[error("this may be {}: {seen}; `source = \"…\"` in the config says which; can be read: {}", .claims.join(" or "), readable())]
    SeveralSources {
        /// The ids of those that do.
        claims: Vec<&'static str>,
        /// What the file holds.
        seen: String,
    },
}

/// The source that a file is of: the one its envelope names, else the only one that is certain, else the only one
/// that finds it likely.
///
/// # Errors
///
/// There is no such source. The message says what was seen and what can be done.
pub fn recognize(sample: &Sample<'_>) -> Result<&'static Source, Unrecognized> {
    if let Some(id) = sample.envelope.and_then(|envelope| envelope.source.as_deref()) {
        return find(id).ok_or_else(|| Unrecognized::UnknownSource { id: shown(id) });
    }
    for sureness in [Recognition::Certain, Recognition::Likely] {
        let claims: Vec<&Source> = ALL.iter().filter(|source| (source.recognizes)(sample) == sureness).collect();
        match claims.as_slice() {
            [] => {}
            [source] => return Ok(source),
            several => {
                let claims = several.iter().map(|source| source.id).collect();
                return Err(Unrecognized::SeveralSources { claims, seen: seen(sample) });
            }
        }
    }
    Err(Unrecognized::NoSource { seen: seen(sample) })
}

/// `Certain` where some record of the sample satisfies `is_own`.
pub(super) fn certain(sample: &Sample<'_>, is_own: impl Fn(&Value) -> bool) -> Recognition {
    if sample.records.iter().any(is_own) { Recognition::Certain } else { Recognition::No }
}

/// Whether every one of these keys is there and tells something.
pub(super) fn has_all(record: &Value, keys: &[&str]) -> bool {
    keys.iter().all(|key| record.get(key).is_some_and(|value| !value.is_null()))
}

/// Whether one of these keys is there, whatever it tells.
pub(super) fn has_any(record: &Value, keys: &[&str]) -> bool {
    keys.iter().any(|key| record.get(key).is_some())
}

/// `Certain` where the CSV header has every one of `all` and one of `any`.
pub(super) fn columns(sample: &Sample<'_>, all: &[&str], any: &[&str]) -> Recognition {
    let has = |name: &&str| sample.header.iter().any(|column| column == name);
    if all.iter().all(has) && any.iter().any(has) { Recognition::Certain } else { Recognition::No }
}

fn readable() -> String {
    ALL.iter().map(|source| source.id).collect::<Vec<_>>().join(", ")
}

fn seen(sample: &Sample<'_>) -> String {
    if !sample.header.is_empty() {
        return format!("the CSV header is {}", names(sample.header.iter().map(String::as_str)));
    }
    let Some(first) = sample.records.first() else {
        return "it has no records".to_owned();
    };
    let keys = first.as_object().map(|fields| names(fields.keys().map(String::as_str))).unwrap_or_default();
    match other_kind(first) {
        Some(kind) => format!("it is {kind}, with the keys {keys}"),
        None => format!("its first record has the keys {keys}"),
    }
}

/// Kinds that are often mistaken for what can be read.
fn other_kind(record: &Value) -> Option<String> {
    let schemas = record.get("schemas").and_then(Value::as_array);
    let schemas = schemas.into_iter().flatten().filter_map(Value::as_str);
    for schema in schemas {
        if let Some(message) = schema.strip_prefix("urn:ietf:params:scim:api:messages:2.0:") {
            return Some(format!("a SCIM {} message, not a listing", shown(message)));
        }
        if let Some(resource) = schema.strip_prefix("urn:ietf:params:scim:schemas:core:2.0:") {
            let listed = matches!(resource, "User" | "Group") && record.get("id").is_none();
            return Some(if listed {
                format!("a SCIM {resource} without an id, not a listing")
            } else {
                format!("a SCIM {}", shown(resource))
            });
        }
    }
    // An HTTP archive has the request one level down.
    let request = record.get("request").filter(|request| request.get("url").is_some()).unwrap_or(record);
    let url = ["url", "path", "uri"].iter().find_map(|key| request.get(key)).and_then(Value::as_str).unwrap_or_default();
    match url {
        _ if request.get("method").is_none() => None,
        url if url.contains("/api/v1/") => {
            Some("a recording of requests to Okta's management API (only the bodies of the answers can be read)".to_owned())
        }
        _ => Some("a recording of HTTP requests, but not of SCIM ones".to_owned()),
    }
}

/// The first names, each fit to be shown in a terminal.
fn names<'a>(all: impl Iterator<Item = &'a str>) -> String {
    const SHOWN: usize = 16;
    let all: Vec<&str> = all.collect();
    let mut text = all.iter().take(SHOWN).map(|name| shown(name)).collect::<Vec<_>>().join(", ");
    if all.len() > SHOWN {
        text.push_str(", …");
    }
    text
}

fn shown(name: &str) -> String {
    super::wire::shorten(&secret::redact(name), 40).escape_debug().to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::record::Envelope;

    fn of(records: &[Value]) -> Result<&'static str, String> {
        let sample = Sample { envelope: None, header: &[], records };
        recognize(&sample).map(|source| source.id).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_refused_is_told_what_it_is() {
        let cases = [
            (json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": []}), "a SCIM PatchOp message"),
            (json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "a"}), "a SCIM User without an id"),
            (
                json!({"method": "GET", "url": "https://acme.okta.example/api/v1/users", "status": 200, "body": "[]"}),
                "Okta's management API",
            ),
            (
                json!({"startedDateTime": "2026-09-08T14:02:14Z", "request": {"method": "GET", "url": "https://acme.example/"}, "response": {}}),
                "a recording of HTTP requests, but not of SCIM ones",
            ),
            (json!({"a\u{1b}[31m": 1}), "the keys a\\u{1b}[31m"),
        ];
        for (record, expected) in cases {
            let message = of(&[record]).expect_err(expected);
            assert!(message.contains(expected), "{message}");
            assert!(message.contains("`source = \"…\"`") && message.contains("okta-system-log"), "{message}");
        }
        assert!(of(&[]).expect_err("nothing").contains("it has no records"));
    }

    #[test]
    fn the_envelope_decides() {
        let envelope = |id: &str| Envelope { source: Some(id.to_owned()), ..Envelope::default() };
        let (known, unknown) = (envelope("okta-group-users"), envelope("okta-rooms"));
        let sample = |envelope| Sample { envelope: Some(envelope), header: &[], records: &[] };
        assert_eq!(recognize(&sample(&known)).map(|source| source.id), Ok("okta-group-users"));
        let error = recognize(&sample(&unknown)).map(|source| source.id);
        assert_eq!(error, Err(Unrecognized::UnknownSource { id: "okta-rooms".to_owned() }));
    }

    #[test]
    fn the_same_rows_are_members_where_the_envelope_names_a_group() {
        let rows = [json!({"id": "00u1", "status": "ACTIVE", "profile": {"login": "a@acme.example"}})];
        assert_eq!(of(&rows), Ok("okta-users"));
        let envelope = Envelope { params: [("groupId".to_owned(), "00g1".to_owned())].into(), ..Envelope::default() };
        let sample = Sample { envelope: Some(&envelope), header: &[], records: &rows };
        assert_eq!(recognize(&sample).map(|source| source.id), Ok("okta-group-users"));
    }
}
