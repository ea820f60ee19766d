//! `okta-group-users`: the members of one Okta group, as `GET /api/v1/groups/{groupId}/users` lists them.
//!
//! The answer does not say which group it is about; the envelope must.

use super::okta_users::is_user;
use super::recognition::certain;
use super::wire::{OktaUser, json, keep, observed, reject};
use super::{Parameter, Source, System};
use crate::model::facts::Observation;
use crate::model::listing::Absence;
use crate::model::record::{Decoded, Kind, RawRecord, Recognition, Reject, Sample, Scope};

const GROUP: &str = "groupId";

pub(super) const SOURCE: Source = Source {
    id: "okta-group-users",
    title: "Okta group members",
    doc: include_str!("../../docs/sources/okta-group-users.md"),
    kind: Kind::Listing(Absence::GroupMember),
    system: System::Provider("okta"),
    scope: Some(Parameter { name: GROUP, required: true }),
    recognizes,
    decode,
};

fn recognizes(sample: &Sample<'_>) -> Recognition {
    if sample.envelope.is_some_and(|envelope| envelope.params.contains_key(GROUP)) { certain(sample, is_user) } else { Recognition::No }
}

fn decode(record: &RawRecord<'_>, scope: &Scope) -> Result<Decoded, Reject> {
    let group = scope.params.get(GROUP).filter(|group| !group.is_empty());
    let group = keep(group.ok_or_else(|| reject(record, "is a member of an unknown group: the envelope names no groupId"))?);
    let user: OktaUser<'_> = json(record)?;
    let person = user.facts().map_err(|reason| reject(record, reason))?;
    let native_id = format!("{group}/{}", person.id);
    observed(record, scope, SOURCE.id, native_id, Observation::GroupMember { group, person })
}
