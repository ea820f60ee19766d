//! `okta-app-users`: who is assigned to an application, as `GET /api/v1/apps/{appId}/users` lists them.

use serde::Deserialize;

use super::recognition::{certain, has_all};
use super::wire::{Moment, Object, Text, json, keep, object, observed, reject};
use super::{Parameter, Source, System};
use crate::model::event::NamedRef;
use crate::model::facts::{AssignmentFacts, Observation};
use crate::model::listing::Absence;
use crate::model::record::{Decoded, Kind, RawRecord, Recognition, Reject, Sample, Scope};

const APPLICATION: &str = "appId";

pub(super) const SOURCE: Source = Source {
    id: "okta-app-users",
    title: "Okta application users",
    doc: include_str!("../../docs/sources/okta-app-users.md"),
    kind: Kind::Listing(Absence::Assignment),
    system: System::Provider("okta"),
    scope: Some(Parameter { name: APPLICATION, required: false }),
    recognizes,
    decode,
};

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct AppUser<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    external_id: Text<'a>,
    #[serde(borrow)]
    status: Text<'a>,
    #[serde(borrow)]
    sync_state: Text<'a>,
    #[serde(borrow)]
    created: Moment<'a>,
    #[serde(borrow)]
    credentials: Object<Credentials<'a>>,
    #[serde(borrow, rename = "_links")]
    links: Object<Links<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Credentials<'a> {
    #[serde(borrow)]
    user_name: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Links<'a> {
    #[serde(borrow)]
    app: Object<Link<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Link<'a> {
    #[serde(borrow)]
    href: Text<'a>,
}

fn recognizes(sample: &Sample<'_>) -> Recognition {
    certain(sample, |record| {
        let credentials = object(record, "credentials").is_some_and(|credentials| credentials.contains_key("userName"));
        has_all(record, &["id", "scope"]) && (credentials || has_all(record, &["syncState"]))
    })
}

fn decode(record: &RawRecord<'_>, scope: &Scope) -> Result<Decoded, Reject> {
    let user: AppUser<'_> = json(record)?;
    let person = user.id.keep().ok_or_else(|| reject(record, "has no id"))?;
    let application = application(&user, scope);
    let native_id = application.as_ref().map_or_else(|| person.clone(), |id| format!("{id}/{person}"));
    let facts = AssignmentFacts {
        group: None,
        application: NamedRef { id: application, name: None },
        person,
        status: user.status.keep(),
        sync_state: user.sync_state.keep(),
        account_id: user.external_id.keep(),
        user_name: user.credentials.0.user_name.keep(),
        created_at: user.created.read("created").map_err(|reason| reject(record, reason))?,
    };
    observed(record, scope, SOURCE.id, native_id, Observation::Assignment(facts))
}

/// The application's id: of the envelope, else of the row's own link `…/api/v1/apps/{id}`.
fn application(user: &AppUser<'_>, scope: &Scope) -> Option<String> {
    let named = scope.params.get(APPLICATION).map(String::as_str);
    let linked = || user.links.0.app.0.href.get()?.rsplit_once("/apps/").map(|(_, id)| id);
    named.or_else(linked).filter(|id| !id.is_empty() && !id.contains('/')).map(keep)
}
