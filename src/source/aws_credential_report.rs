//! `aws-credential-report`: the users of an AWS account with their passwords and access keys, as IAM's credential
//! report lists them.
//!
//! Columns are found by name: older reports have fewer, newer ones more. A credential is there where the report says
//! that it is enabled. What it calls `not_supported` it says nothing about, so nothing is made of it.

use super::recognition::columns;
use super::wire::{keep, observed, reject, row};
use super::{Source, System};
use crate::model::facts::{AccountFacts, LastUse, Observation, TokenFacts, TokenStatus};
use crate::model::listing::Absence;
use crate::model::record::{Decoded, Kind, RawRecord, Recognition, Reject, Row, Sample, Scope};
use crate::model::time::Timestamp;

pub(super) const SOURCE: Source = Source {
    id: "aws-credential-report",
    title: "AWS IAM credential report (CSV)",
    doc: include_str!("../../docs/sources/aws-credential-report.md"),
    kind: Kind::Listing(Absence::Account),
    system: System::Provider(SYSTEM),
    scope: None,
    recognizes,
    decode,
};

const SYSTEM: &str = "aws";
/// How the report names the account's root user.
const ROOT: &str = "<root_account>";

fn recognizes(sample: &Sample<'_>) -> Recognition {
    columns(sample, &["user", "arn"], &["password_enabled", "access_key_1_active", "user_creation_time"])
}

fn decode(record: &RawRecord<'_>, scope: &Scope) -> Result<Decoded, Reject> {
    let facts = account(&row(record)?).map_err(|reason| reject(record, reason))?;
    observed(record, scope, SOURCE.id, facts.id.clone(), Observation::Account(facts))
}

fn account(row: &Row<'_>) -> Result<AccountFacts, String> {
    // No cell is ever left out: what is missing here was cut off, and a credential may be among it.
    if row.fields.len() < row.header.len() {
        return Err("has fewer fields than the header has columns".to_owned());
    }
    let name = row.get("user").map(keep).ok_or("has no user")?;
    let created_at = moment(row, "user_creation_time")?;
    let has_password = flag(row, "password_enabled")?;
    let mut tokens = Vec::new();
    if has_password == Some(true) {
        tokens.push(password(row, &name, created_at)?);
    }
    for key in ["access_key_1", "access_key_2"] {
        if flag(row, &format!("{key}_active"))? == Some(true) {
            tokens.push(access_key(row, &name, key)?);
        }
    }
    Ok(AccountFacts {
        system: SYSTEM.to_owned(),
        id: row.get("arn").map(keep).ok_or("has no arn")?,
        class: class(&name, has_password).map(str::to_owned),
        email: None,
        second_factor: flag(row, "mfa_active")?,
        created_at,
        last_login_at: moment(row, "password_last_used")?,
        tokens,
        name,
    })
}

/// A user who cannot sign in to the console is no person's.
fn class(name: &str, has_password: Option<bool>) -> Option<&'static str> {
    match has_password {
        _ if name == ROOT => Some("break-glass"),
        Some(false) => Some("service"),
        _ => None,
    }
}

/// The age of a password counts from its last change, else from the making of its user.
fn password(row: &Row<'_>, user: &str, user_created_at: Option<Timestamp>) -> Result<TokenFacts, String> {
    let changed_at = moment(row, "password_last_changed")?;
    let last_used = match row.get("password_last_used") {
        Some("no_information") => LastUse::Never,
        _ => moment(row, "password_last_used")?.map_or(LastUse::Unknown, LastUse::At),
    };
    Ok(TokenFacts {
        created_at: changed_at.or(user_created_at),
        rotated_at: changed_at,
        last_used,
        ..credential(user, "password", "password")
    })
}

/// The secret of a key never changes, so it was made when it was last rotated.
fn access_key(row: &Row<'_>, user: &str, key: &str) -> Result<TokenFacts, String> {
    let rotated_at = moment(row, &format!("{key}_last_rotated"))?;
    let column = format!("{key}_last_used_date");
    let last_used = match row.get(&column) {
        Some("N/A" | "no_information") => LastUse::Never,
        _ => moment(row, &column)?.map_or(LastUse::Unknown, LastUse::At),
    };
    Ok(TokenFacts { created_at: rotated_at, rotated_at, last_used, ..credential(user, key, "access-key") })
}

fn credential(user: &str, column: &str, kind: &str) -> TokenFacts {
    TokenFacts {
        system: SYSTEM.to_owned(),
        id: format!("{user}/{column}"),
        kind: Some(kind.to_owned()),
        owner: Some(user.to_owned()),
        // Neither has a validity that ends; that a password is to be changed is a policy's word, not the credential's.
        can_expire: false,
        status: TokenStatus::Active,
        ..TokenFacts::default()
    }
}

/// What a cell tells; the report has three words for nothing.
fn told<'a>(row: &Row<'a>, column: &str) -> Option<&'a str> {
    row.get(column).filter(|text| !["N/A", "no_information", "not_supported"].contains(text))
}

fn moment(row: &Row<'_>, column: &str) -> Result<Option<Timestamp>, String> {
    let read = |text: &str| Timestamp::parse(text).ok_or_else(|| format!("{column} is no time: {text}"));
    told(row, column).map(read).transpose()
}

fn flag(row: &Row<'_>, column: &str) -> Result<Option<bool>, String> {
    let read = |text: &str| text.to_ascii_lowercase().parse().map_err(|_| format!("{column} is neither true nor false: {text}"));
    told(row, column).map(read).transpose()
}
