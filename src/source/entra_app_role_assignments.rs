//! `entra-app-role-assignments`: which people and groups are assigned to an application of a Microsoft Entra tenant, as
//! Microsoft Graph lists them: `/servicePrincipals/{id}/appRoleAssignedTo`.

use serde::Deserialize;

use super::recognition::certain;
use super::wire::entra::told;
use super::wire::{Caseless, Moment, Text, caseless_field, json, keep, observed, reject};
use super::{Source, System};
use crate::model::event::NamedRef;
use crate::model::facts::{AssignmentFacts, Observation};
use crate::model::listing::Absence;
use crate::model::record::{Decoded, Kind, RawRecord, Recognition, Reject, Sample, Scope};

pub(super) const SOURCE: Source = Source {
    id: "entra-app-role-assignments",
    title: "Entra application assignments",
    doc: include_str!("../../docs/sources/entra-app-role-assignments.md"),
    kind: Kind::Listing(Absence::Assignment),
    system: System::Provider("entra"),
    scope: None,
    recognizes,
    decode,
};

/// The fields of Graph's `appRoleAssignment` that are used.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Assignment<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    principal_id: Text<'a>,
    #[serde(borrow)]
    principal_type: Text<'a>,
    #[serde(borrow)]
    resource_id: Text<'a>,
    #[serde(borrow)]
    resource_display_name: Text<'a>,
    #[serde(borrow)]
    created_date_time: Moment<'a>,
    #[serde(borrow)]
    deleted_date_time: Moment<'a>,
}

fn recognizes(sample: &Sample<'_>) -> Recognition {
    certain(sample, |record| {
        let has = |name: &str| caseless_field(record, name).is_some_and(|value| !value.is_null());
        has("principalId") && has("resourceId") && (has("principalType") || has("appRoleId"))
    })
}

fn decode(record: &RawRecord<'_>, scope: &Scope) -> Result<Decoded, Reject> {
    let assignment = json::<Caseless<Assignment<'_>>>(record)?.0;
    let facts = assignment.facts(scope).map_err(|reason| reject(record, reason))?;
    let Some(facts) = facts else {
        return Ok(Decoded::Irrelevant(scope.taken_at));
    };
    let native_id = assignment.id.keep().unwrap_or_else(|| {
        let application = facts.application.id.as_deref().unwrap_or_default();
        format!("{application}/{}", facts.group.as_deref().unwrap_or(&facts.person))
    });
    observed(record, scope, SOURCE.id, native_id, Observation::Assignment(facts))
}

impl Assignment<'_> {
    /// What the row says; `None` of a service that is assigned to another, and of an assignment that was deleted.
    fn facts(&self, scope: &Scope) -> Result<Option<AssignmentFacts>, String> {
        let kind =
            self.principal_type.get().ok_or("has no principalType, so that nothing tells whether a person or a group is assigned")?;
        let principal = self.principal_id.keep().ok_or("has no principalId")?;
        let (person, group) = match kind.to_ascii_lowercase().as_str() {
            "user" => (principal, None),
            "group" => (String::new(), Some(principal)),
            "serviceprincipal" => return Ok(None),
            _ => return Err(format!("principalType is neither User, Group nor ServicePrincipal: {kind}")),
        };
        if told(&self.deleted_date_time, "deletedDateTime")?.is_some() {
            return Ok(None);
        }
        Ok(Some(AssignmentFacts {
            application: self.application(scope),
            person,
            group,
            created_at: told(&self.created_date_time, "createdDateTime")?,
            ..AssignmentFacts::default()
        }))
    }

    /// The application: of the row, else of the envelope.
    fn application(&self, scope: &Scope) -> NamedRef {
        let named = || scope.params.get("servicePrincipalId").filter(|id| !id.is_empty()).map(|id| keep(id));
        NamedRef { id: self.resource_id.keep().or_else(named), name: self.resource_display_name.keep() }
    }
}
