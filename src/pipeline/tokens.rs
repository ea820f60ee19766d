//! Credentials as rows.

use std::collections::BTreeMap;

use crate::analyzer::Context;
use crate::model::facts::LastUse;
use crate::model::report::TokenRow;
use crate::state::{Credential, Holder};

/// Every credential.
pub(super) fn rows(context: &Context<'_>, findings: &BTreeMap<(String, String), Vec<String>>) -> Vec<TokenRow> {
    context.directory.credentials.iter().map(|credential| row(context, credential, findings)).collect()
}

fn row(context: &Context<'_>, credential: &Credential, findings: &BTreeMap<(String, String), Vec<String>>) -> TokenRow {
    let facts = credential.listed.as_ref().map(|(_, _, facts)| facts);
    let owner = facts.and_then(|facts| facts.owner.clone());
    let owner_state = match (&credential.holder, &owner) {
        (Holder::Person(index), _) => context.directory.persons.get(*index).map_or("unknown", |person| person.state()),
        (Holder::Account(index), _) => context.directory.accounts.get(*index).map_or("unknown", |account| account.state()),
        (Holder::Unknown, Some(_)) => "unknown",
        (Holder::Unknown, None) => "",
    };
    TokenRow {
        system: credential.system.clone(),
        credential: credential.id.clone(),
        name: credential.name.clone().unwrap_or_default(),
        kind: facts.and_then(|facts| facts.kind.clone()).unwrap_or_default(),
        owner: owner.unwrap_or_default(),
        owner_state: owner_state.to_owned(),
        created_at: credential.created_at(),
        last_used_at: match credential.last_used() {
            LastUse::At(at) => at.to_string(),
            LastUse::Never => String::new(),
            LastUse::Unknown => "unknown".to_owned(),
        },
        expires_at: credential.expires_at(),
        rotated_at: credential.rotated_at(),
        status: credential.status(context.as_of).to_owned(),
        findings: findings.get(&(credential.system.clone(), credential.id.clone())).cloned().unwrap_or_default(),
    }
}
