//! Reading: from bytes to a typed record, and from a failure to a reason that a person understands.

use std::sync::LazyLock;

use regex::bytes::Regex;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::error::Category;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::model::event::{Activity, Event, Outcome};
use crate::model::facts::Observation;
use crate::model::record::{Body, Decoded, RawRecord, Reject, Row, Scope};
use crate::model::secret;

/// More than this of a reason helps nobody.
const REASON: usize = 240;

/// The start of a field, to name the one that a failure stands in.
static KEY: LazyLock<Regex> = LazyLock::new(|| Regex::new(r#""([A-Za-z0-9_@.$-]{1,60})"\s*:"#).expect("a fixed pattern"));

/// A JSON record in its typed form.
///
/// # Errors
///
/// The record is a CSV row, no JSON object, or does not fit the form.
pub(crate) fn json<'a, T: Deserialize<'a>>(record: &RawRecord<'a>) -> Result<T, Reject> {
    match record.body {
        Body::Json(bytes) => nested_json(record, bytes),
        Body::Row(_) => Err(reject(record, "is a CSV row, where a JSON object is expected")),
    }
}

/// A JSON object that stands inside a record.
pub(crate) fn nested_json<'a, T: Deserialize<'a>>(record: &RawRecord<'_>, bytes: &'a [u8]) -> Result<T, Reject> {
    let is_object = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
    if !is_object {
        return Err(match serde_json::from_slice::<IgnoredAny>(bytes) {
            Ok(_) => reject(record, "is no JSON object"),
            Err(error) => reject(record, unreadable(bytes, &error)),
        });
    }
    serde_json::from_slice(bytes).map_err(|error| reject(record, unreadable(bytes, &error)))
}

/// A part of a record that is read by itself; one that is missing or `null` is an empty one.
pub(crate) fn part<'a, T: Deserialize<'a> + Default>(record: &RawRecord<'_>, raw: Option<&'a RawValue>) -> Result<T, Reject> {
    raw.filter(|raw| raw.get() != "null").map_or_else(|| Ok(T::default()), |raw| nested_json(record, raw.get().as_bytes()))
}

/// A row of a CSV file.
///
/// # Errors
///
/// The record is JSON.
pub(crate) fn row<'a>(record: &RawRecord<'a>) -> Result<Row<'a>, Reject> {
    match record.body {
        Body::Row(row) => Ok(row),
        Body::Json(_) => Err(reject(record, "is JSON, where a row of a CSV file is expected")),
    }
}

/// A refusal of this record. Reasons quote what was read, so credentials are replaced in them too.
pub(crate) fn reject(record: &RawRecord<'_>, reason: impl AsRef<str>) -> Reject {
    Reject { origin: record.origin, reason: shorten(&secret::redact(reason.as_ref()), REASON) }
}

/// The first `limit` characters, with a mark where something was cut off.
pub(crate) fn shorten(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// The event that a row of a listing is.
///
/// # Errors
///
/// The listing has no time.
pub(crate) fn observed(
    record: &RawRecord<'_>,
    scope: &Scope,
    source: &str,
    native_id: String,
    observation: Observation,
) -> Result<Decoded, Reject> {
    let at = scope.taken_at.ok_or_else(|| reject(record, "stands in a listing whose time is not told"))?;
    Ok(Decoded::Used(Box::new(Event {
        at,
        source: source.to_owned(),
        native_id,
        outcome: Outcome::Success,
        actor: None,
        failure: None,
        correlation: None,
        token: None,
        activity: Activity::Observe(Box::new(observation)),
        origin: record.origin,
    })))
}

/// The object under `key`, for recognition.
pub(crate) fn object<'a>(record: &'a Value, key: &str) -> Option<&'a Map<String, Value>> {
    record.get(key).and_then(Value::as_object)
}

/// Says in words why bytes are not the expected JSON. Positions count from the record's first byte.
fn unreadable(bytes: &[u8], error: &serde_json::Error) -> String {
    let text = error.to_string();
    let what = text.rfind(" at line ").and_then(|end| text.get(..end)).unwrap_or(&text);
    let place = match (error.line(), error.column()) {
        (0, _) => String::new(),
        (1, column) => format!(" at column {column}"),
        (line, column) => format!(" at line {line}, column {column}"),
    };
    match error.classify() {
        Category::Eof => format!("is cut off: {what}{place}"),
        Category::Syntax | Category::Io => format!("is not valid JSON: {what}{place}"),
        Category::Data => match field_before(bytes, error.line(), error.column()) {
            Some(field) => format!("field {field}: {what}"),
            None => format!("has an unexpected form: {what}{place}"),
        },
    }
}

/// The name of the field that begins last before a position.
fn field_before(bytes: &[u8], line: usize, column: usize) -> Option<String> {
    let start: usize = bytes.split(|byte| *byte == b'\n').take(line.checked_sub(1)?).map(|line| line.len() + 1).sum();
    let before = bytes.get(..start.saturating_add(column).min(bytes.len()))?;
    let name = KEY.captures_iter(before).last()?.get(1)?;
    Some(String::from_utf8_lossy(name.as_bytes()).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::record::Origin;
    use crate::source::wire::Text;

    #[derive(Debug, Default, Deserialize)]
    #[serde(default, rename_all = "camelCase")]
    struct Form<'a> {
        #[serde(borrow)]
        id: Text<'a>,
        #[serde(borrow)]
        user_name: Text<'a>,
    }

    fn reason(bytes: &[u8]) -> Option<String> {
        let record = RawRecord { origin: Origin::default(), body: Body::Json(bytes) };
        json::<Form<'_>>(&record).err().map(|reject| reject.reason)
    }

    #[test]
    fn reasons_name_the_field_and_the_place() {
        let cases = [
            ("", "is cut off: EOF while parsing a value"),
            ("error code: 502", "is not valid JSON: expected value at column 1"),
            ("[1]", "is no JSON object"),
            (r#"{"id":"1","userNa"#, "is cut off: EOF while parsing a string at column 17"),
            (r#"{"id":"1" "userName":"x"}"#, "is not valid JSON: expected `,` or `}` at column 11"),
            ("{\n \"id\": \"1\",\n \"userName\": []}", "field userName: invalid type: sequence, expected a string"),
        ];
        for (bytes, expected) in cases {
            let reason = reason(bytes.as_bytes()).expect(bytes);
            assert!(reason.starts_with(expected), "{bytes}: {reason}");
        }
    }

    #[test]
    fn reasons_are_short_and_hold_no_secret() {
        let record = RawRecord { origin: Origin::default(), body: Body::Json(b"{}") };
        let reason = reject(&record, format!("was told Bearer abc123DEF456 {}", "é".repeat(1_000))).reason;
        assert!(!reason.contains("abc123DEF456"));
        assert_eq!(reason.chars().count(), REASON + 1);
    }
}
