//! Validity: what the target is expected to answer to a user, by its rules and by who has the name already.

use std::collections::BTreeMap;

use crate::analyzer::{Attribute, refused};
use crate::model::facts::ScimUser;
use crate::model::link::fold;
use crate::model::plan::Validity;
use crate::state::Account;

use super::ground::Ground;

/// Names and addresses that earlier steps of the plan take, each with the person's login.
#[derive(Debug, Default)]
pub(super) struct Promised {
    names: BTreeMap<String, String>,
    addresses: BTreeMap<String, String>,
}

impl Promised {
    /// Notes what a step takes.
    pub(super) fn note(&mut self, user: &ScimUser, login: &str) {
        let (name, address) = (user.user_name.as_deref(), user.emails.first().map(String::as_str));
        self.names.extend(name.map(|name| (fold(name), login.to_owned())));
        self.addresses.extend(address.map(|address| (fold(address), login.to_owned())));
    }
}

/// What the target is expected to answer to what a request sends of a user, and why, as sentences. `own` is the account it is about.
pub(super) fn of_user(ground: &Ground<'_>, sent: &ScimUser, own: Option<&Account>, promised: &Promised) -> (Validity, Vec<String>) {
    let mut remarks = Vec::new();
    let mut validity = Validity::Valid;
    // Personal accounts keep their own names: what is sent of them is not looked at.
    let looked_at = |attribute: &Attribute| ground.is_managed() || !matches!(attribute, Attribute::GivenName | Attribute::FamilyName);
    for (attribute, value, complaint) in refused(sent).into_iter().filter(|(attribute, ..)| looked_at(attribute)) {
        validity = Validity::Refused;
        let value = if value.is_empty() { "empty".to_owned() } else { format!("“{value}”") };
        remarks.push(format!("The target refuses {} {value}: {complaint}.", attribute.word()));
    }
    for (attribute, holder) in collisions(ground, sent, own, promised) {
        validity = validity.max(Validity::Conflict);
        remarks.push(format!("409: {} is that of {holder}.", attribute.word()));
    }
    (validity, remarks)
}

/// Values that somebody else has, with who that is.
fn collisions(ground: &Ground<'_>, sent: &ScimUser, own: Option<&Account>, promised: &Promised) -> Vec<(Attribute, String)> {
    let other = |holder: Option<&Account>| {
        let holder = holder.filter(|holder| own.is_none_or(|own| !std::ptr::eq(*holder, own)))?;
        Some(format!("account {}, which is {}", holder.name, holder.state()))
    };
    let name = sent.user_name.as_deref().and_then(|name| {
        let earlier = || promised.names.get(&fold(name)).map(|login| format!("{login}, by an earlier step"));
        other(ground.named(name)).or_else(earlier)
    });
    let address = sent.emails.first().and_then(|address| {
        let earlier = || promised.addresses.get(&fold(address)).map(|login| format!("{login}, by an earlier step"));
        other(ground.addressed(address)).or_else(earlier)
    });
    [(Attribute::UserName, name), (Attribute::Emails, address)].into_iter().filter_map(|(what, who)| Some((what, who?))).collect()
}
