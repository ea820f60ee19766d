//! `okta-users`: the people of an Okta organization, as `GET /api/v1/users` lists them.

use super::recognition::{certain, has_all};
use super::wire::{OktaUser, json, object, observed, reject};
use super::{Source, System};
use crate::model::facts::Observation;
use crate::model::listing::Absence;
use crate::model::record::{Decoded, Kind, RawRecord, Recognition, Reject, Sample, Scope};

pub(super) const SOURCE: Source = Source {
    id: "okta-users",
    title: "Okta users",
    doc: include_str!("../../docs/sources/okta-users.md"),
    kind: Kind::Listing(Absence::PersonInactive),
    system: System::Provider("okta"),
    scope: None,
    recognizes,
    decode,
};

/// The members of a group look the same; an envelope that names a group tells them apart.
fn recognizes(sample: &Sample<'_>) -> Recognition {
    if sample.envelope.is_some_and(|envelope| envelope.params.contains_key("groupId")) {
        return Recognition::No;
    }
    certain(sample, is_user)
}

/// Whether a record is a `User` object of Okta.
pub(super) fn is_user(record: &serde_json::Value) -> bool {
    has_all(record, &["id", "status"])
        && record.get("syncState").is_none()
        && object(record, "profile").is_some_and(|profile| profile.contains_key("login"))
}

fn decode(record: &RawRecord<'_>, scope: &Scope) -> Result<Decoded, Reject> {
    let user: OktaUser<'_> = json(record)?;
    let person = user.facts().map_err(|reason| reject(record, reason))?;
    observed(record, scope, SOURCE.id, person.id.clone(), Observation::Person(person))
}
