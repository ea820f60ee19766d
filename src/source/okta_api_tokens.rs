//! `okta-api-tokens`: the API tokens of an Okta organization, as `GET /api/v1/api-tokens` lists them.
//!
//! A token lives for 30 days from its last use, so its end moves on with every use and `lastUpdated` is the last use.

use serde::Deserialize;

use super::recognition::{certain, has_all, has_any};
use super::wire::{Moment, Text, json, observed, reject};
use super::{Source, System};
use crate::model::facts::{LastUse, Observation, TokenFacts, TokenStatus};
use crate::model::listing::Absence;
use crate::model::record::{Decoded, Kind, RawRecord, Recognition, Reject, Sample, Scope};

pub(super) const SOURCE: Source = Source {
    id: "okta-api-tokens",
    title: "Okta API tokens",
    doc: include_str!("../../docs/sources/okta-api-tokens.md"),
    kind: Kind::Listing(Absence::Credential),
    system: System::Provider("okta"),
    scope: None,
    recognizes,
    decode,
};

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ApiToken<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    name: Text<'a>,
    #[serde(borrow)]
    user_id: Text<'a>,
    #[serde(borrow)]
    created: Moment<'a>,
    #[serde(borrow)]
    last_updated: Moment<'a>,
    #[serde(borrow)]
    expires_at: Moment<'a>,
}

fn recognizes(sample: &Sample<'_>) -> Recognition {
    certain(sample, |record| has_all(record, &["id", "userId"]) && has_any(record, &["tokenWindow", "clientName"]))
}

fn decode(record: &RawRecord<'_>, scope: &Scope) -> Result<Decoded, Reject> {
    let token: ApiToken<'_> = json(record)?;
    let facts = facts(&token).map_err(|reason| reject(record, reason))?;
    observed(record, scope, SOURCE.id, facts.id.clone(), Observation::Token(facts))
}

fn facts(token: &ApiToken<'_>) -> Result<TokenFacts, String> {
    Ok(TokenFacts {
        system: "okta".to_owned(),
        id: token.id.keep().ok_or("has no id")?,
        name: token.name.keep(),
        kind: Some("api-token".to_owned()),
        owner: token.user_id.keep(),
        scopes: Vec::new(),
        network_exempt: None,
        can_expire: false,
        created_at: token.created.read("created")?,
        last_used: token.last_updated.read("lastUpdated")?.map_or(LastUse::Unknown, LastUse::At),
        expires_at: token.expires_at.read("expiresAt")?,
        extended_by_use: true,
        rotated_at: None,
        status: TokenStatus::Active,
    })
}
