//! Altered records: which of the store's versions of one record say different things in the fields that both have.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::PipelineError;
use crate::analyzer::Altered;
use crate::model::event::Event;
use crate::model::finding::Proof;
use crate::model::listing::Absence;
use crate::model::record::Kind;
use crate::model::time::Timestamp;
use crate::source;
use crate::store::{KeptVersion, Store};

/// A form whose time was cut to the second is no other time.
const SECOND: i64 = 1_000_000;

/// Which record: its moment, source and native id.
type Key = (Timestamp, String, String);

/// What the store's versions of records come to.
#[derive(Debug, Default)]
pub(super) struct Versions {
    altered: Vec<Altered>,
    /// Which altered record a version belongs to.
    forms: BTreeMap<Key, usize>,
    /// Versions of a log's records that do not stand, since a fuller one gives another time.
    overruled: BTreeSet<Key>,
}

impl Versions {
    /// Compares the versions of every record that has several up to the as-of time.
    pub(super) fn of(store: &Store, as_of: Timestamp) -> Result<Self, PipelineError> {
        // A log's record has one time for good; a listing's row comes back with every listing.
        let logs: Vec<&str> = source::ALL.iter().filter(|source| source.kind == Kind::Log).map(|source| source.id).collect();
        // Two rows of one roster may be two employments under one number.
        let is_roster =
            |version: &KeptVersion| source::find(&version.source).is_some_and(|source| source.kind == Kind::Listing(Absence::Employee));
        let mut compared = Self::default();
        store.versions_that_differ(as_of, &logs, |versions| {
            if !versions.iter().any(is_roster) {
                compared.add(versions);
            }
        })?;
        Ok(compared)
    }

    fn add(&mut self, versions: &[KeptVersion]) {
        let Some((standing, altered)) = compare(versions) else { return };
        let key = |version: &KeptVersion| (version.at, version.source.clone(), version.native_id.clone());
        self.overruled.extend(versions.iter().filter(|version| version.at != standing.at).map(key));
        if let Some(altered) = altered {
            self.forms.extend(versions.iter().map(|version| (key(version), self.altered.len())));
            self.altered.push(altered);
        }
    }

    /// Takes note of an event, and says whether it is the version that stands.
    pub(super) fn stands(&mut self, event: &Event, ordinal: u32) -> bool {
        if self.forms.is_empty() && self.overruled.is_empty() {
            return true;
        }
        let key = (event.at, event.source.clone(), event.native_id.clone());
        if let Some(altered) = self.forms.get(&key).and_then(|index| self.altered.get_mut(*index)) {
            altered.proofs.push(Proof::Event(ordinal));
        }
        !self.overruled.contains(&key)
    }

    /// The altered records, by source and id.
    pub(super) fn into_altered(self) -> Vec<Altered> {
        self.altered
    }
}

/// Compares every version with the fullest one, which stands, and tells that one; the record is altered where they differ.
fn compare(versions: &[KeptVersion]) -> Option<(&KeptVersion, Option<Altered>)> {
    let parsed = |version: &KeptVersion| serde_json::from_str(&version.body).unwrap_or(Value::Null);
    let smaller = |index: &usize| std::cmp::Reverse(*index);
    let fullest = (0..versions.len()).max_by_key(|index| (versions[*index].body.len(), smaller(index)))?;
    let (standing, body) = (&versions[fullest], parsed(&versions[fullest]));
    let mut fields = BTreeSet::new();
    for version in versions {
        if !same_time(version.at, standing.at) {
            fields.insert("at".to_owned());
        }
        differences("", &parsed(version), &body, &mut fields);
    }
    let note =
        |version: &KeptVersion| format!("line {}: one form of {}, dated {} UTC", version.line, version.native_id, version.at.minute());
    let proof = |version: &KeptVersion| Proof::Input { source: version.source.clone(), file: version.file.clone(), note: note(version) };
    let altered = (!fields.is_empty()).then(|| Altered {
        source: standing.source.clone(),
        native_id: standing.native_id.clone(),
        at: standing.at,
        fields: fields.into_iter().collect(),
        proofs: versions.iter().map(proof).collect(),
    });
    Some((standing, altered))
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
        compare(versions).and_then(|(_, altered)| altered).map(|altered| altered.fields).unwrap_or_default()
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
    fn of_two_times_the_fuller_form_stands_alone() {
        let (thin, full) = (r#"{"outcome":"success"}"#, r#"{"outcome":"success","correlation":"c1"}"#);
        let mut versions = Versions::default();
        versions.add(&[version(1_000_000, thin), version(9_000_000, full)]);
        let event = |at| Event {
            at: Timestamp::from_micros(at),
            source: "okta-system-log".to_owned(),
            native_id: "uuid-1".to_owned(),
            outcome: crate::model::event::Outcome::Success,
            actor: None,
            failure: None,
            correlation: None,
            token: None,
            activity: crate::model::event::Activity::Login { account: crate::model::event::AccountRef::default() },
            origin: crate::model::record::Origin::default(),
        };
        assert_eq!((versions.stands(&event(1_000_000), 3), versions.stands(&event(9_000_000), 7)), (false, true));
        let altered = versions.into_altered();
        assert!(altered[0].proofs.contains(&Proof::Event(3)) && altered[0].proofs.contains(&Proof::Event(7)));
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
