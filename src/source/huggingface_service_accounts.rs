//! `huggingface-service-accounts`: the service accounts of an organization with their tokens, as
//! `GET …/service-accounts` lists them. They stand in no member listing.

use serde::Deserialize;

use super::recognition::{certain, has_all};
use super::wire::{Flag, Moment, Object, Text, json, observed, reject};
use super::{Source, System};
use crate::model::facts::{LastUse, Observation, ServiceAccountFacts, TokenFacts, TokenStatus};
use crate::model::listing::Absence;
use crate::model::record::{Decoded, Kind, RawRecord, Recognition, Reject, Sample, Scope};

pub(super) const SOURCE: Source = Source {
    id: "huggingface-service-accounts",
    title: "Hugging Face service accounts",
    doc: include_str!("../../docs/sources/huggingface-service-accounts.md"),
    kind: Kind::Listing(Absence::ServiceAccount),
    system: System::Provider("huggingface"),
    scope: None,
    recognizes,
    decode,
};

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ServiceAccount<'a> {
    #[serde(borrow, rename = "_id")]
    id: Text<'a>,
    #[serde(borrow)]
    user: Text<'a>,
    #[serde(borrow)]
    created_at: Moment<'a>,
    #[serde(borrow)]
    access_tokens: Option<Vec<Object<AccessToken<'a>>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct AccessToken<'a> {
    #[serde(borrow, rename = "_id")]
    id: Text<'a>,
    #[serde(borrow)]
    display_name: Text<'a>,
    #[serde(borrow)]
    created_at: Moment<'a>,
    #[serde(borrow)]
    last_used_at: Moment<'a>,
    #[serde(borrow)]
    expiration: Moment<'a>,
    #[serde(borrow)]
    role: Text<'a>,
    #[serde(borrow)]
    permissions: Option<Vec<Text<'a>>>,
    skip_network_security: Flag,
}

fn recognizes(sample: &Sample<'_>) -> Recognition {
    certain(sample, |record| has_all(record, &["_id", "accessTokens"]))
}

fn decode(record: &RawRecord<'_>, scope: &Scope) -> Result<Decoded, Reject> {
    let account: ServiceAccount<'_> = json(record)?;
    let facts = facts(&account).map_err(|reason| reject(record, reason))?;
    observed(record, scope, SOURCE.id, facts.id.clone(), Observation::ServiceAccount(facts))
}

fn facts(account: &ServiceAccount<'_>) -> Result<ServiceAccountFacts, String> {
    let name = account.user.keep().ok_or("has no user")?;
    let tokens = account.access_tokens.iter().flatten().map(|token| token_facts(&token.0, &name)).collect::<Result<_, _>>()?;
    Ok(ServiceAccountFacts { id: account.id.keep().ok_or("has no _id")?, created_at: account.created_at.read("createdAt")?, tokens, name })
}

fn token_facts(token: &AccessToken<'_>, owner: &str) -> Result<TokenFacts, String> {
    Ok(TokenFacts {
        system: "huggingface".to_owned(),
        id: token.id.keep().ok_or("has a token without an _id")?,
        name: token.display_name.keep(),
        kind: token.role.keep(),
        owner: Some(owner.to_owned()),
        scopes: token.permissions.iter().flatten().filter_map(Text::keep).collect(),
        network_exempt: Some(token.skip_network_security.0 == Some(true)),
        can_expire: false,
        created_at: token.created_at.read("accessTokens.createdAt")?,
        last_used: token.last_used_at.read("accessTokens.lastUsedAt")?.map_or(LastUse::Unknown, LastUse::At),
        expires_at: token.expiration.read("accessTokens.expiration")?,
        extended_by_use: false,
        rotated_at: None,
        status: TokenStatus::Active,
    })
}
