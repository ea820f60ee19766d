//! `huggingface-members`: the members of a Hugging Face organization, as `GET …/members` lists them.

use serde::Deserialize;

use super::recognition::{certain, has_all, has_any};
use super::wire::{Flag, Object, Text, json, observed, reject};
use super::{Source, System};
use crate::model::facts::{MemberFacts, Observation};
use crate::model::listing::Absence;
use crate::model::record::{Decoded, Kind, RawRecord, Recognition, Reject, Sample, Scope};

pub(super) const SOURCE: Source = Source {
    id: "huggingface-members",
    title: "Hugging Face organization members",
    doc: include_str!("../../docs/sources/huggingface-members.md"),
    kind: Kind::Listing(Absence::Member),
    system: System::Provider("huggingface"),
    scope: None,
    recognizes,
    decode,
};

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Member<'a> {
    #[serde(borrow, rename = "_id")]
    id: Text<'a>,
    #[serde(borrow)]
    user: Text<'a>,
    #[serde(borrow)]
    fullname: Text<'a>,
    #[serde(borrow)]
    role: Text<'a>,
    #[serde(borrow)]
    resource_groups: Option<Vec<Object<ResourceGroup<'a>>>>,
    two_fa_enabled: Flag,
    #[serde(borrow)]
    verified_email: Text<'a>,
    is_external_collaborator: Flag,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct ResourceGroup<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    role: Text<'a>,
}

fn recognizes(sample: &Sample<'_>) -> Recognition {
    certain(sample, |record| {
        let own = ["fullname", "avatarUrl", "role", "twoFaEnabled", "verifiedEmail", "isExternalCollaborator"];
        has_all(record, &["_id", "user"]) && has_any(record, &own) && !has_any(record, &["accessTokens", "createdAt"])
    })
}

fn decode(record: &RawRecord<'_>, scope: &Scope) -> Result<Decoded, Reject> {
    let member: Member<'_> = json(record)?;
    let facts = facts(&member).map_err(|reason| reject(record, reason))?;
    observed(record, scope, SOURCE.id, facts.id.clone(), Observation::Member(facts))
}

fn facts(member: &Member<'_>) -> Result<MemberFacts, &'static str> {
    let named = |group: &ResourceGroup<'_>| Some((group.name.keep().or_else(|| group.id.keep())?, group.role.keep()));
    Ok(MemberFacts {
        id: member.id.keep().ok_or("has no _id")?,
        name: member.user.keep().ok_or("has no user")?,
        full_name: member.fullname.keep(),
        role: member.role.keep(),
        resource_groups: member.resource_groups.as_ref().map(|groups| groups.iter().filter_map(|group| named(&group.0)).collect()),
        second_factor: member.two_fa_enabled.0,
        email: member.verified_email.keep(),
        external: member.is_external_collaborator.0 == Some(true),
    })
}
