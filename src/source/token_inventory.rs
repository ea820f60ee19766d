//! `token-inventory`: a CSV list of credentials, for systems that cannot list them by themselves.

use super::recognition::columns;
use super::wire::{keep, observed, reject, row};
use super::{Source, System};
use crate::model::facts::{LastUse, Observation, TokenFacts, TokenStatus};
use crate::model::listing::Absence;
use crate::model::record::{Decoded, Kind, RawRecord, Recognition, Reject, Row, Sample, Scope};
use crate::model::time::Timestamp;

pub(super) const SOURCE: Source = Source {
    id: "token-inventory",
    title: "Token inventory (CSV)",
    doc: include_str!("../../docs/sources/token-inventory.md"),
    kind: Kind::Listing(Absence::Credential),
    system: System::Own,
    scope: None,
    recognizes,
    decode,
};

fn recognizes(sample: &Sample<'_>) -> Recognition {
    columns(sample, &["system"], &["token_id"])
}

fn decode(record: &RawRecord<'_>, scope: &Scope) -> Result<Decoded, Reject> {
    let facts = facts(&row(record)?).map_err(|reason| reject(record, reason))?;
    let native_id = format!("{}/{}", facts.system, facts.id);
    observed(record, scope, SOURCE.id, native_id, Observation::Token(facts))
}

fn facts(row: &Row<'_>) -> Result<TokenFacts, String> {
    let text = |name: &str| row.get(name).map(keep);
    let system = text("system").ok_or("has no system")?;
    Ok(TokenFacts {
        id: text("token_id").ok_or("has no token_id")?,
        name: text("name"),
        kind: text("kind"),
        owner: text("owner"),
        scopes: scopes(row),
        network_exempt: None,
        // AWS access keys have no validity that ends.
        can_expire: !system.eq_ignore_ascii_case("aws"),
        created_at: moment(row, "created_at")?,
        last_used: last_use(row)?,
        expires_at: moment(row, "expires_at")?,
        extended_by_use: false,
        rotated_at: moment(row, "rotated_at")?,
        status: status(row)?,
        system,
    })
}

fn scopes(row: &Row<'_>) -> Vec<String> {
    let separators = [';', ',', ' '];
    row.get("scopes").unwrap_or_default().split(separators).map(str::trim).filter(|scope| !scope.is_empty()).map(keep).collect()
}

/// A time, or a day as its first moment.
fn moment(row: &Row<'_>, column: &str) -> Result<Option<Timestamp>, String> {
    let parse = |text: &str| Timestamp::parse_or_date(text).ok_or_else(|| format!("{column} is no time: {text}"));
    row.get(column).map(parse).transpose()
}

/// An empty cell says "never", the word `unknown` and a missing column say nothing.
fn last_use(row: &Row<'_>) -> Result<LastUse, String> {
    const COLUMN: &str = "last_used_at";
    match row.get(COLUMN) {
        None if row.has(COLUMN) => Ok(LastUse::Never),
        None => Ok(LastUse::Unknown),
        Some(text) if text.eq_ignore_ascii_case("unknown") => Ok(LastUse::Unknown),
        Some(_) => Ok(moment(row, COLUMN)?.map_or(LastUse::Unknown, LastUse::At)),
    }
}

fn status(row: &Row<'_>) -> Result<TokenStatus, String> {
    let Some(word) = row.get("status") else {
        return if row.has("status") { Err("has no status".to_owned()) } else { Ok(TokenStatus::Active) };
    };
    let known = [TokenStatus::Active, TokenStatus::Revoked, TokenStatus::Expired];
    let status = known.into_iter().find(|status| word.eq_ignore_ascii_case(status.word()));
    status.ok_or_else(|| format!("status is {word:?}, which is none of active, revoked and expired"))
}
