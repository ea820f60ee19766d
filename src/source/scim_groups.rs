//! `scim-groups`: the groups of the target, as its SCIM endpoint lists them (RFC 7644 section 3.4.2).

use super::recognition::{certain, has_all};
use super::wire::{GROUP, GroupForm, has_schema, json, object, observed, reject};
use super::{Source, System};
use crate::model::facts::Observation;
use crate::model::listing::Absence;
use crate::model::record::{Decoded, Kind, RawRecord, Recognition, Reject, Sample, Scope};

pub(super) const SOURCE: Source = Source {
    id: "scim-groups",
    title: "SCIM groups",
    doc: include_str!("../../docs/sources/scim-groups.md"),
    kind: Kind::Listing(Absence::ScimGroup),
    system: System::Target,
    scope: None,
    recognizes,
    decode,
};

/// Without an id it is the body of a request, not a row of a listing.
fn recognizes(sample: &Sample<'_>) -> Recognition {
    let own = certain(sample, |record| has_all(record, &["id"]) && has_schema(record, GROUP));
    if own == Recognition::Certain {
        return own;
    }
    let plausible = sample.records.iter().any(|record| {
        let resource = object(record, "meta").and_then(|meta| meta.get("resourceType")).and_then(serde_json::Value::as_str);
        has_all(record, &["id", "displayName"]) && resource == Some("Group")
    });
    if plausible { Recognition::Likely } else { Recognition::No }
}

fn decode(record: &RawRecord<'_>, scope: &Scope) -> Result<Decoded, Reject> {
    let group: GroupForm<'_> = json(record)?;
    let group = group.listed().map_err(|reason| reject(record, reason))?;
    observed(record, scope, SOURCE.id, group.id.clone().unwrap_or_default(), Observation::ScimGroup(group))
}
