//! The shape of a provisioning record. The serialisations differ in case, in nesting and in what is a JSON text
//! inside JSON, so one lenient reader serves them all.

use std::borrow::Cow;

use chrono::NaiveDateTime;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::model::record::{Body, RawRecord, Reject, Row};
use crate::model::time::Timestamp;
use crate::source::wire::{Moment, json, keep, reject};

/// What an entry says, its nested columns opened.
#[derive(Debug)]
pub(super) struct Entry {
    /// The envelope of a diagnostic record (Azure Monitor); empty where there is none.
    envelope: Map<String, Value>,
    fields: Map<String, Value>,
}

/// Nested objects, and what a plain text in their place is: a name, a status, a reason.
const OBJECTS: &[(&str, &str)] = &[
    ("provisioningstatusinfo", "status"),
    ("statusinfo", "status"),
    ("serviceprincipal", "displayname"),
    ("sourceidentity", "displayname"),
    ("targetidentity", "displayname"),
    ("sourcesystem", "displayname"),
    ("targetsystem", "displayname"),
    ("initiatedby", "displayname"),
    ("errorinformation", "reason"),
    ("details", "text"),
];

const LISTS: &[&str] = &["provisioningsteps", "modifiedproperties"];

/// Deeper than any record nests its columns.
const DEPTH: usize = 4;

impl Entry {
    /// Reads a record of any serialisation.
    pub(super) fn read(record: &RawRecord<'_>) -> Result<Self, Reject> {
        let fields = match record.body {
            Body::Json(_) => json(record)?,
            Body::Row(row) => of_row(&row),
        };
        Self::of(fields).map_err(|reason| reject(record, reason))
    }

    fn of(mut fields: Map<String, Value>) -> Result<Self, String> {
        let mut envelope = Map::new();
        let properties = fields.keys().find(|name| same(name, "properties")).cloned();
        if let Some(mut properties) = properties.and_then(|name| fields.remove(&name)) {
            open("properties", &mut properties)?;
            if let Value::Object(inner) = properties {
                envelope = std::mem::replace(&mut fields, inner);
            }
        }
        unfold(&mut fields, DEPTH)?;
        Ok(Self { envelope, fields })
    }

    /// The value under the first of these names that tells something, inside before the envelope.
    fn value(&self, names: &[&str]) -> Option<&Value> {
        Fields(Some(&self.fields)).value(names).or_else(|| Fields(Some(&self.envelope)).value(names))
    }

    /// The text under the first of these names, inside before the envelope.
    pub(super) fn text(&self, names: &[&str]) -> Option<Cow<'_, str>> {
        self.value(names).and_then(scalar)
    }

    /// The same, fit to be stored.
    pub(super) fn keep(&self, names: &[&str]) -> Option<String> {
        self.text(names).as_deref().map(keep)
    }

    /// The object under this name; an empty one where there is none.
    pub(super) fn object(&self, name: &str) -> Fields<'_> {
        Fields(Some(&self.fields)).object(name)
    }

    /// The objects under this name, be it one or a list of them.
    pub(super) fn list(&self, name: &str) -> Vec<Fields<'_>> {
        Fields(Some(&self.fields)).list(name)
    }

    /// When it happened. Every serialisation is documented to be in UTC (Microsoft Graph `provisioningObjectSummary`,
    /// the table `AADProvisioningLogs`, downloads of the portal), so a time without a zone is.
    pub(super) fn at(&self) -> Result<Option<Timestamp>, String> {
        const NAMES: &[&str] = &["activitydatetime", "time", "timegenerated", "timegeneratedutc", "dateutc"];
        let Some(value) = self.value(NAMES) else {
            return Ok(None);
        };
        let moment = Moment::deserialize(value).map_err(|_| "activityDateTime is no time".to_owned())?;
        let at = moment.read_utc("activityDateTime").or_else(|reason| value.as_str().and_then(us_time).map(Some).ok_or(reason))?;
        match at {
            // .NET writes its zero, 0001-01-01, for a time that is not there.
            Some(at) if at.micros() <= 0 => Err(format!("activityDateTime is no time of an event: {at}")),
            at => Ok(at),
        }
    }
}

/// The fields of an object. Names count without case and without what separates words.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields<'a>(Option<&'a Map<String, Value>>);

impl<'a> Fields<'a> {
    fn value(self, names: &[&str]) -> Option<&'a Value> {
        let under = |wanted: &&str| self.0?.iter().find(|(name, value)| same(name, wanted) && tells(value)).map(|(_, value)| value);
        names.iter().find_map(under)
    }

    /// The text under the first of these names that tells something; numbers and truth values as they are written.
    pub(super) fn text(self, names: &[&str]) -> Option<Cow<'a, str>> {
        self.value(names).and_then(scalar)
    }

    /// The same, fit to be stored.
    pub(super) fn keep(self, names: &[&str]) -> Option<String> {
        self.text(names).as_deref().map(keep)
    }

    /// The object under this name; an empty one where there is none.
    pub(super) fn object(self, name: &str) -> Self {
        self.list(name).first().copied().unwrap_or(Fields(None))
    }

    fn list(self, name: &str) -> Vec<Self> {
        match self.value(&[name]) {
            Some(Value::Object(fields)) => vec![Fields(Some(fields))],
            Some(Value::Array(items)) => items.iter().filter_map(Value::as_object).map(|fields| Fields(Some(fields))).collect(),
            _ => Vec::new(),
        }
    }

    /// Whether this word stands in one of its names or texts, in any case.
    pub(super) fn mentions(self, word: &str) -> bool {
        let text = self.0.and_then(|fields| serde_json::to_string(fields).ok()).unwrap_or_default();
        text.to_ascii_lowercase().contains(&word.to_ascii_lowercase())
    }
}

/// Whether two names are the same: exports write `changeId`, `ChangeId`, `Change ID` and `change_id`.
pub(super) fn same(name: &str, wanted: &str) -> bool {
    letters(name).eq(letters(wanted))
}

/// A name in lower case, without what separates its words.
pub(super) fn plain(name: &str) -> String {
    letters(name).collect()
}

fn letters(name: &str) -> impl Iterator<Item = char> {
    name.chars().filter(|letter| !letter.is_whitespace() && !"_-.:/[]()".contains(*letter)).map(|letter| letter.to_ascii_lowercase())
}

fn tells(value: &Value) -> bool {
    !value.is_null() && value.as_str().is_none_or(|text| !text.trim().is_empty())
}

fn scalar(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(Cow::Borrowed(text.trim())),
        Value::Number(number) => Some(Cow::Owned(number.to_string())),
        Value::Bool(truth) => Some(Cow::Owned(truth.to_string())),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Opens the columns that are objects or lists, which Log Analytics stores as texts that hold JSON.
fn unfold(fields: &mut Map<String, Value>, depth: usize) -> Result<(), String> {
    for (name, value) in fields.iter_mut() {
        let object = OBJECTS.iter().find(|(known, _)| same(known, name));
        let is_list = LISTS.iter().any(|known| same(known, name));
        if !is_list && object.is_none() {
            continue;
        }
        open(name, value)?;
        match (&*value, object) {
            (Value::Null | Value::Array(_) | Value::Object(_), _) => {}
            (_, Some((_, inner))) => *value = Value::Object(Map::from_iter([((*inner).to_owned(), value.take())])),
            (_, None) => return Err(format!("field {name}: expected a list")),
        }
        if let Some(depth) = depth.checked_sub(1) {
            match value {
                Value::Object(inner) => unfold(inner, depth)?,
                Value::Array(items) => items.iter_mut().filter_map(Value::as_object_mut).try_for_each(|inner| unfold(inner, depth))?,
                _ => {}
            }
        }
    }
    Ok(())
}

/// Reads a text that holds JSON, in its place.
fn open(name: &str, value: &mut Value) -> Result<(), String> {
    let Value::String(text) = &*value else {
        return Ok(());
    };
    let opened = match text.trim() {
        "" => Value::Null,
        text if text.starts_with(['{', '[']) => {
            serde_json::from_str(text).map_err(|error| format!("field {name} holds JSON that cannot be read: {error}"))?
        }
        _ => return Ok(()),
    };
    *value = opened;
    Ok(())
}

/// A row in the nested form, `sourceIdentity.displayName` as a field of `sourceIdentity`.
fn of_row(row: &Row<'_>) -> Map<String, Value> {
    let mut fields = Map::new();
    for name in row.header {
        if let Some(text) = row.get(name) {
            insert(&mut fields, &plain(name), text, DEPTH);
        }
    }
    fields
}

fn insert(fields: &mut Map<String, Value>, name: &str, text: &str, depth: usize) {
    let nested = OBJECTS.iter().find_map(|(known, _)| Some((*known, name.strip_prefix(known).filter(|rest| !rest.is_empty())?)));
    match (nested, depth.checked_sub(1)) {
        (Some((known, rest)), Some(depth)) => {
            let slot = fields.entry(known).or_insert(Value::Null);
            if !slot.is_object() {
                *slot = Value::Object(Map::new());
            }
            if let Value::Object(inner) = slot {
                insert(inner, rest, text, depth);
            }
        }
        _ => {
            fields.entry(name).or_insert_with(|| Value::String(text.to_owned()));
        }
    }
}

/// The form of the portal's downloads in American English, `7/14/2026, 2:55:51 AM`. Others that begin with the day
/// write their halves of the day in lower case or not at all, and are refused.
fn us_time(text: &str) -> Option<Timestamp> {
    let text = text.trim().replace('\u{202f}', " ").replace(',', "");
    if !text.ends_with("AM") && !text.ends_with("PM") {
        return None;
    }
    let time = NaiveDateTime::parse_from_str(&text, "%m/%d/%Y %I:%M:%S%.f %p").ok()?;
    Some(Timestamp::from(time.and_utc()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn entry(value: &Value) -> Result<Entry, String> {
        Entry::of(value.as_object().cloned().unwrap_or_default())
    }

    #[test]
    fn american_times_are_read_and_others_are_not_taken_for_them() {
        let moment = Timestamp::parse("2026-07-08T14:55:51Z");
        for text in ["7/8/2026 2:55:51 PM", "07/08/2026, 02:55:51.000 PM", "7/8/2026, 2:55:51\u{202f}PM", "2026-07-08 14:55:51"] {
            let at = entry(&json!({"activityDateTime": text})).and_then(|entry| entry.at());
            assert_eq!(at, Ok(moment), "{text}");
        }
        for text in ["8/7/2026 14:55:51", "8/7/2026, 2:55:51 pm", "13/7/2026 2:55:51 PM", "redacted", "0001-01-01T00:00:00Z"] {
            assert!(entry(&json!({"activityDateTime": text})).and_then(|entry| entry.at()).is_err(), "{text}");
        }
    }

    #[test]
    fn the_inside_counts_before_the_envelope() {
        let diagnostic = json!({"time": "2026-07-08T00:00:00Z", "correlationId": "outer", "resultType": "Success",
            "properties": "{\"ActivityDateTime\":\"2026-07-08T14:55:51Z\",\"CorrelationId\":\"\"}"});
        let entry = entry(&diagnostic).expect("a record");
        assert_eq!(entry.at(), Ok(Timestamp::parse("2026-07-08T14:55:51Z")));
        assert_eq!(entry.text(&["correlationid"]).as_deref(), Some("outer"), "an empty text tells nothing");
    }

    #[test]
    fn a_flat_row_is_nested_again() {
        let header: Vec<String> = [
            "change id",
            "sourceidentity.details.userprincipalname",
            "service principal",
            "serviceprincipal_id",
            "statusinfo.errorinformation.errorcode",
        ]
        .map(str::to_owned)
        .to_vec();
        let row = Row { header: &header, fields: &["c1", "mara@acme.example", "Hub", "sp1", "EntryConflict"] };
        let entry = Entry::of(of_row(&row)).expect("a record");
        assert_eq!(entry.text(&["changeId"]).as_deref(), Some("c1"));
        assert_eq!(entry.object("sourceIdentity").object("details").text(&["userPrincipalName"]).as_deref(), Some("mara@acme.example"));
        assert_eq!(entry.object("servicePrincipal").text(&["id"]).as_deref(), Some("sp1"));
        assert_eq!(entry.object("statusInfo").object("errorInformation").text(&["errorCode"]).as_deref(), Some("EntryConflict"));
        let deep = [format!("details{}", "details".repeat(100_000))];
        assert!(Entry::of(of_row(&Row { header: &deep, fields: &["x"] })).is_ok());
    }
}
