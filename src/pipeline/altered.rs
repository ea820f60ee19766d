//! Altered records: which of the store's versions of one record say different things in the fields that both have.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::PipelineError;
use crate::analyzer::Altered;
use crate::model::finding::Proof;
use crate::model::listing::Absence;
use crate::model::record::Kind;
use crate::model::time::Timestamp;
use crate::source;
use crate::store::{KeptVersion, Store};

/// A form whose time was cut to the second is no other time.
const SECOND: i64 = 1_000_000;

/// Every altered record up to the as-of time, by source and id.
pub(super) fn altered(store: &Store, as_of: Timestamp) -> Result<Vec<Altered>, PipelineError> {
    // A log's record has one time for good; a listing's row comes back with every listing.
    let logs: Vec<&str> = source::ALL.iter().filter(|source| source.kind == Kind::Log).map(|source| source.id).collect();
    let mut found = Vec::new();
    // Two rows of one roster may be two employments under one number.
    let is_roster =
        |version: &KeptVersion| source::find(&version.source).is_some_and(|source| source.kind == Kind::Listing(Absence::Employee));
    store.versions_that_differ(as_of, &logs, |versions| {
        if !versions.iter().any(is_roster) {
            found.extend(compare(versions));
        }
    })?;
    Ok(found)
}

/// Adds the events, which are known by their ordinals only once they were replayed.
pub(super) fn with_events(altered: Vec<Altered>, ordinals: &BTreeMap<(String, String), Vec<u32>>) -> Vec<Altered> {
    let with = |mut altered: Altered| {
        let key = (altered.source.clone(), altered.native_id.clone());
        altered.proofs.extend(ordinals.get(&key).into_iter().flatten().map(|ordinal| Proof::Event(*ordinal)));
        altered
    };
    altered.into_iter().map(with).collect()
}

/// Compares every version with the fullest one, which stands.
fn compare(versions: &[KeptVersion]) -> Option<Altered> {
    let bodies: Vec<Value> = versions.iter().map(|version| serde_json::from_str(&version.body).unwrap_or(Value::Null)).collect();
    let fullest = (0..versions.len()).max_by_key(|index| (versions[*index].body.len(), std::cmp::Reverse(*index)))?;
    let mut fields = BTreeSet::new();
    for (version, body) in versions.iter().zip(&bodies) {
        if !same_time(version.at, versions[fullest].at) {
            fields.insert("at".to_owned());
        }
        differences("", body, &bodies[fullest], &mut fields);
    }
    let standing = &versions[fullest];
    let note =
        |version: &KeptVersion| format!("line {}: one form of {}, dated {} UTC", version.line, version.native_id, version.at.minute());
    let proof = |version: &KeptVersion| Proof::Input { source: version.source.clone(), file: version.file.clone(), note: note(version) };
    (!fields.is_empty()).then(|| Altered {
        source: standing.source.clone(),
        native_id: standing.native_id.clone(),
        at: standing.at,
        fields: fields.into_iter().collect(),
        proofs: versions.iter().map(proof).collect(),
    })
}

fn same_time(one: Timestamp, other: Timestamp) -> bool {
    let (one, other) = (one.micros(), other.micros());
    let cut = |micros: i64| micros.div_euclid(SECOND) * SECOND;
    one == other || (cut(one) == cut(other) && (cut(one) == one || cut(other) == other))
}

/// The paths of fields that both have and that say different things.
fn differences(path: &str, one: &Value, other: &Value, fields: &mut BTreeSet<String>) {
    match (one, other) {
        _ if !is_told(one) || !is_told(other) => {}
        (Value::Object(one), Value::Object(other)) => {
            for (name, value) in one {
                if let Some(counterpart) = other.get(name) {
                    let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                    differences(&path, value, counterpart, fields);
                }
            }
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() && !is_same_set(one, other) => {
            for (one, other) in one.iter().zip(other) {
                differences(path, one, other, fields);
            }
        }
        (Value::Array(one), Value::Array(other)) if is_same_set(one, other) => {}
        (Value::String(one), Value::String(other)) if is_same_text(one, other) => {}
        _ if one == other => {}
        _ => {
            fields.insert(path.to_owned());
        }
    }
}

/// Whether a value tells something: forms that lack a field leave it empty or call it unknown.
fn is_told(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty() && text != "unknown",
        Value::Array(items) => !items.is_empty(),
        _ => true,
    }
}

/// Lists mean sets here: addresses, members, scopes.
fn is_same_set(one: &[Value], other: &[Value]) -> bool {
    let sorted = |items: &[Value]| {
        let mut texts: Vec<String> = items.iter().map(Value::to_string).collect();
        texts.sort_unstable();
        texts
    };
    one.len() == other.len() && sorted(one) == sorted(other)
}

/// Whether two texts are the same but for white space around them, and for an end that was cut off.
fn is_same_text(one: &str, other: &str) -> bool {
    let cut_of = |short: &str, long: &str| short.strip_suffix('…').is_some_and(|head| long.starts_with(head));
    let (one, other) = (one.trim(), other.trim());
    one == other || cut_of(one, other) || cut_of(other, one)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(at: i64, body: &str) -> KeptVersion {
        KeptVersion {
            at: Timestamp::from_micros(at),
            source: "okta-system-log".to_owned(),
            native_id: "uuid-1".to_owned(),
            body: body.to_owned(),
            file: "log.json".to_owned(),
            line: 1,
        }
    }

    fn fields(versions: &[KeptVersion]) -> Vec<String> {
        compare(versions).map(|altered| altered.fields).unwrap_or_default()
    }

    #[test]
    fn a_thinner_form_is_not_altered_and_another_value_is() {
        let full = r#"{"outcome":"success","activity":{"activity":"sign-on","person":{"id":"00u1","login":"a@acme.example"}}}"#;
        let thin = r#"{"outcome":"unknown","activity":{"activity":"sign-on","person":{"id":"00u1","login":""}}}"#;
        let other = r#"{"outcome":"failure","activity":{"activity":"sign-on","person":{"id":"00u2"}}}"#;
        assert_eq!(fields(&[version(5, full), version(5, thin)]), Vec::<String>::new());
        assert_eq!(fields(&[version(5, full), version(5, other)]), ["activity.person.id", "outcome"]);
        assert_eq!(fields(&[version(5, thin), version(5, full), version(5, other)]), ["activity.person.id", "outcome"]);
    }

    #[test]
    fn another_time_is_altered_unless_one_was_cut_to_the_second() {
        let body = r#"{"outcome":"success"}"#;
        assert_eq!(fields(&[version(1_500_000, body), version(1_000_000, body)]), Vec::<String>::new());
        assert_eq!(fields(&[version(1_500_000, body), version(1_400_000, body)]), ["at"]);
        assert_eq!(fields(&[version(1_500_000, body), version(9_000_000, body)]), ["at"]);
    }

    #[test]
    fn lists_are_sets_and_an_end_that_was_cut_off_is_no_change() {
        let one = r#"{"members":["a","b"],"failure":{"message":"no such attr…"}}"#;
        let same = r#"{"members":["b","a"],"failure":{"message":"no such attribute"}}"#;
        let other = r#"{"members":["a"],"failure":{"message":"no"}}"#;
        assert_eq!(fields(&[version(5, one), version(5, same)]), Vec::<String>::new());
        assert_eq!(fields(&[version(5, same), version(5, other)]), ["failure.message", "members"]);
    }
}
