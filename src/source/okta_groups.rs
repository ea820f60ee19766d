//! `okta-groups`: the groups of an Okta organization, as `GET /api/v1/groups` lists them.

use serde::Deserialize;

use super::recognition::{certain, has_all, has_any};
use super::wire::{Object, Text, json, object, observed, reject};
use super::{Source, System};
use crate::model::facts::{GroupFacts, Observation};
use crate::model::listing::Absence;
use crate::model::record::{Decoded, Kind, RawRecord, Recognition, Reject, Sample, Scope};

pub(super) const SOURCE: Source = Source {
    id: "okta-groups",
    title: "Okta groups",
    doc: include_str!("../../docs/sources/okta-groups.md"),
    kind: Kind::Listing(Absence::Group),
    system: System::Provider("okta"),
    scope: None,
    recognizes,
    decode,
};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Group<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    profile: Object<Profile<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Profile<'a> {
    #[serde(borrow)]
    name: Text<'a>,
}

fn recognizes(sample: &Sample<'_>) -> Recognition {
    certain(sample, |record| {
        has_all(record, &["id"])
            && has_any(record, &["objectClass", "type"])
            && object(record, "profile").is_some_and(|profile| profile.contains_key("name"))
    })
}

fn decode(record: &RawRecord<'_>, scope: &Scope) -> Result<Decoded, Reject> {
    let group: Group<'_> = json(record)?;
    let id = group.id.keep().ok_or_else(|| reject(record, "has no id"))?;
    let observation = Observation::Group(GroupFacts { id: Some(id.clone()), name: group.profile.0.name.keep(), ..GroupFacts::default() });
    observed(record, scope, SOURCE.id, id, observation)
}
