//! `entra-groups`: the groups of a Microsoft Entra tenant, as Microsoft Graph lists them: `/groups` with `members`
//! expanded, and pages of `/groups/delta`.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::recognition::certain;
use super::wire::entra::told;
use super::wire::{Caseless, Moment, Text, caseless_field, json, observed, reject};
use super::{Source, System};
use crate::model::facts::{GroupFacts, Observation};
use crate::model::listing::Absence;
use crate::model::record::{Decoded, Kind, RawRecord, Recognition, Reject, Sample, Scope};

pub(super) const SOURCE: Source = Source {
    id: "entra-groups",
    title: "Entra groups",
    doc: include_str!("../../docs/sources/entra-groups.md"),
    kind: Kind::Listing(Absence::Group),
    system: System::Provider("entra"),
    scope: None,
    recognizes,
    decode,
};

/// The fields of Graph's `group` that are used.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Group<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    display_name: Text<'a>,
    #[serde(borrow)]
    deleted_date_time: Moment<'a>,
    #[serde(borrow)]
    members: Option<Vec<Caseless<Member<'a>>>>,
    /// There are more members than the record has.
    #[serde(borrow, rename = "members@odata.nextLink")]
    more_members: Text<'a>,
    #[serde(borrow, rename = "members@delta")]
    changes: Option<Vec<Caseless<Member<'a>>>>,
    #[serde(borrow, rename = "@removed")]
    removed: Option<&'a RawValue>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Member<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow, rename = "@odata.type")]
    kind: Text<'a>,
    #[serde(borrow, rename = "@removed")]
    removed: Option<&'a RawValue>,
}

/// Rows that say what type of object they are come from a listing of other things as well, such as all that one person
/// is a member of.
fn recognizes(sample: &Sample<'_>) -> Recognition {
    certain(sample, |record| {
        let has = |name: &&str| caseless_field(record, name).is_some();
        let own = ["groupTypes", "securityEnabled", "members@delta", "membershipRule"];
        let expanded = caseless_field(record, "members").and_then(Value::as_array).into_iter().flatten();
        let own = own.iter().any(has) || expanded.into_iter().any(|member| caseless_field(member, "@odata.type").is_some());
        own && !["userPrincipalName", "schemas", "activityDisplayName", "@odata.type"].iter().any(has)
    })
}

fn decode(record: &RawRecord<'_>, scope: &Scope) -> Result<Decoded, Reject> {
    let group = json::<Caseless<Group<'_>>>(record)?.0;
    let facts = group.facts().map_err(|reason| reject(record, reason))?;
    let native_id = native_id(&facts);
    observed(record, scope, SOURCE.id, native_id, Observation::Group(facts))
}

/// The group's id. The changes of a large group go on over several pages under the same id; the first member tells
/// them apart.
fn native_id(facts: &GroupFacts) -> String {
    let id = facts.id.clone().unwrap_or_default();
    match facts.added.iter().chain(&facts.removed).next() {
        Some(member) => format!("{id}/{member}"),
        None => id,
    }
}

impl Group<'_> {
    fn facts(&self) -> Result<GroupFacts, String> {
        let mut facts = GroupFacts {
            id: Some(self.id.keep().ok_or("has no id")?),
            name: self.display_name.keep(),
            deleted: self.removed.is_some() || told(&self.deleted_date_time, "deletedDateTime")?.is_some(),
            ..GroupFacts::default()
        };
        let listed = self.members.as_ref().map(|members| people(members.iter())).transpose()?;
        if self.more_members.get().is_some() {
            facts.added.extend(listed.unwrap_or_default());
        } else {
            facts.members = listed;
        }
        let (gone, come): (Vec<_>, Vec<_>) = self.changes.iter().flatten().partition(|member| member.0.removed.is_some());
        facts.added.extend(people(come.into_iter())?);
        facts.removed.extend(people(gone.into_iter())?);
        Ok(facts)
    }
}

/// The ids of the members that are people, or do not say what they are.
fn people<'m, 'a: 'm>(members: impl Iterator<Item = &'m Caseless<Member<'a>>>) -> Result<Vec<String>, String> {
    let is_person = |member: &&Member<'_>| member.kind.get().is_none_or(|kind| kind.to_ascii_lowercase().ends_with("microsoft.graph.user"));
    let id = |member: &Member<'_>| member.id.keep().ok_or_else(|| "has a member without an id".to_owned());
    members.map(|member| &member.0).filter(is_person).map(id).collect()
}
