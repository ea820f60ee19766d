//! The mapping: what the identity provider sends of a person, as its listing and the configured transform tell.

use super::{Attribute, Context};
use crate::model::link::{MatchKey, fold};
use crate::policy::Provider;
use crate::state::{Owner, Person};

/// What the identity provider would send for an attribute now, as its listing has it; `None` where that is not known.
#[must_use]
pub fn value_sent(context: &Context<'_>, person: &Person, attribute: Attribute) -> Option<String> {
    let profile = person.profile.as_ref()?;
    // A row that tells one of the names tells both.
    let names_told = profile.given_name.is_some() || profile.family_name.is_some();
    let name = |name: &Option<String>| names_told.then(|| name.clone().unwrap_or_default());
    match attribute {
        Attribute::UserName => context.policy.target.user_name.apply(person.login.as_deref()?),
        // Entra's documented mapping sends the login, Okta's the address.
        Attribute::Emails if context.policy.idp.provider == Provider::Entra => person.login.clone(),
        Attribute::Emails => profile.email.clone(),
        Attribute::GivenName => name(&profile.given_name),
        Attribute::FamilyName => name(&profile.family_name),
        Attribute::ExternalId | Attribute::Active => None,
    }
}

/// Whether the configured transform makes the names that accounts of known owners have, as far as there are any.
#[must_use]
pub fn names_fit(context: &Context<'_>) -> bool {
    let linked =
        context.directory.accounts.iter().filter(|account| context.directory.is_target(account)).filter_map(|account| {
            match account.owner {
                Owner::Linked { person, key: MatchKey::TargetId | MatchKey::ExternalId, .. } => {
                    Some((account, context.directory.persons.get(person)?))
                }
                _ => None,
            }
        });
    let (mut fitting, mut others) = (0_usize, 0_usize);
    for (account, owner) in linked {
        if is_made_of(context, owner, &account.name) { fitting += 1 } else { others += 1 }
    }
    fitting >= others
}

/// Whether a person's accounts, if there are any, have a name made of one of their logins.
#[must_use]
pub fn is_named_so(context: &Context<'_>, person: &Person) -> bool {
    let mut accounts = context.directory.target_accounts(person).peekable();
    accounts.peek().is_none() || accounts.any(|account| is_made_of(context, person, &account.name))
}

/// Whether what looked like a secret was replaced in a value when it was read: it is not what will be sent.
#[must_use]
pub fn is_replaced(value: &str) -> bool {
    value.contains("sha256:") || value.contains("[redacted]")
}

fn is_made_of(context: &Context<'_>, person: &Person, name: &str) -> bool {
    person.logins.iter().filter_map(|login| context.policy.target.user_name.apply(login)).any(|made| made == fold(name))
}
