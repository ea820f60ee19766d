//! `huggingface-resource-groups`: the resource groups of an organization, as `GET …/resource-groups` lists them.

use serde::Deserialize;
use serde_json::Value;

use super::recognition::{certain, has_any};
use super::wire::{Flag, Object, Text, json, observed, reject};
use super::{Source, System};
use crate::model::facts::{Observation, ResourceGroupFacts};
use crate::model::listing::Absence;
use crate::model::record::{Decoded, Kind, RawRecord, Recognition, Reject, Sample, Scope};

pub(super) const SOURCE: Source = Source {
    id: "huggingface-resource-groups",
    title: "Hugging Face resource groups",
    doc: include_str!("../../docs/sources/huggingface-resource-groups.md"),
    kind: Kind::Listing(Absence::ResourceGroup),
    system: System::Provider("huggingface"),
    scope: None,
    recognizes,
    decode,
};

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ResourceGroup<'a> {
    #[serde(borrow, alias = "_id")]
    id: Text<'a>,
    #[serde(borrow)]
    name: Text<'a>,
    auto_join: Object<AutoJoin>,
    #[serde(borrow)]
    users: Option<Vec<Object<User<'a>>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct AutoJoin {
    enabled: Flag,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct User<'a> {
    #[serde(borrow, rename = "_id")]
    id: Text<'a>,
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    role: Text<'a>,
}

fn recognizes(sample: &Sample<'_>) -> Recognition {
    certain(sample, |record| {
        record.get("users").is_some_and(Value::is_array) && has_any(record, &["autoJoin", "name"]) && has_any(record, &["id", "_id"])
    })
}

fn decode(record: &RawRecord<'_>, scope: &Scope) -> Result<Decoded, Reject> {
    let group: ResourceGroup<'_> = json(record)?;
    let facts = facts(&group).map_err(|reason| reject(record, reason))?;
    observed(record, scope, SOURCE.id, facts.id.clone(), Observation::ResourceGroup(facts))
}

fn facts(group: &ResourceGroup<'_>) -> Result<ResourceGroupFacts, &'static str> {
    let mut users = Vec::new();
    for user in group.users.iter().flatten().map(|user| &user.0) {
        let id = user.id.keep().ok_or("names a user without an _id")?;
        users.push((id, user.name.keep().ok_or("names a user without a name")?, user.role.keep()));
    }
    Ok(ResourceGroupFacts {
        id: group.id.keep().ok_or("has no id")?,
        name: group.name.keep().ok_or("has no name")?,
        auto_join: group.auto_join.0.enabled.0 == Some(true),
        users,
    })
}
