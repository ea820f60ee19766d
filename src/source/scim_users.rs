//! `scim-users`: the users of the target, as its SCIM endpoint lists them (RFC 7644 section 3.4.2).

use super::recognition::{certain, has_all};
use super::wire::{USER, UserForm, has_schema, json, object, observed, reject};
use super::{Source, System};
use crate::model::facts::Observation;
use crate::model::listing::Absence;
use crate::model::record::{Decoded, Kind, RawRecord, Recognition, Reject, Sample, Scope};

pub(super) const SOURCE: Source = Source {
    id: "scim-users",
    title: "SCIM users",
    doc: include_str!("../../docs/sources/scim-users.md"),
    kind: Kind::Listing(Absence::ScimUser),
    system: System::Target,
    scope: None,
    recognizes,
    decode,
};

/// Without an id it is the body of a request, not a row of a listing.
fn recognizes(sample: &Sample<'_>) -> Recognition {
    let own = certain(sample, |record| has_all(record, &["id"]) && has_schema(record, USER));
    if own == Recognition::Certain {
        return own;
    }
    let plausible = sample.records.iter().any(|record| {
        let resource = object(record, "meta").and_then(|meta| meta.get("resourceType")).and_then(serde_json::Value::as_str);
        has_all(record, &["id", "userName"]) && resource == Some("User")
    });
    if plausible { Recognition::Likely } else { Recognition::No }
}

fn decode(record: &RawRecord<'_>, scope: &Scope) -> Result<Decoded, Reject> {
    let user: UserForm<'_> = json(record)?;
    let user = user.listed().map_err(|reason| reject(record, reason))?;
    observed(record, scope, SOURCE.id, user.id.clone().unwrap_or_default(), Observation::ScimUser(user))
}
