//! Correlation: which person an account belongs to, by the first key that decides; disputed, never guessed.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::account::{Account, Owner};
use super::directory::Directory;
use super::person::Person;
use crate::model::facts::ScimUser;
use crate::model::link::{Alias, MatchKey, NameTransform, fold};
use crate::model::time::Timestamp;

/// What links persons to accounts, turned around: from the key to the persons.
#[derive(Debug, Default)]
#[expect(clippy::struct_field_names, reason = "each names the key that it is asked by")]
pub(super) struct Links {
    by_id: HashMap<String, usize>,
    by_target_id: HashMap<String, Vec<(Timestamp, usize)>>,
    by_address: HashMap<String, BTreeSet<usize>>,
    by_user_name: HashMap<String, BTreeSet<usize>>,
}

impl Links {
    pub(super) fn learn(persons: &[Person], names: NameTransform) -> Self {
        let mut links = Self::default();
        for (index, person) in persons.iter().enumerate() {
            links.by_id.insert(person.id.clone(), index);
            for (account, (at, _)) in &person.account_ids {
                links.by_target_id.entry(account.clone()).or_default().push((*at, index));
            }
            for address in &person.addresses {
                links.by_address.entry(address.clone()).or_default().insert(index);
            }
            for name in person.logins.iter().filter_map(|login| names.apply(login)) {
                links.by_user_name.entry(name).or_default().insert(index);
            }
        }
        links
    }

    /// Who carries, or carried, an address.
    pub(super) fn carriers(&self, address: &str) -> Vec<usize> {
        self.by_address.get(&fold(address)).map(|persons| persons.iter().copied().collect()).unwrap_or_default()
    }

    /// The one person whom the addresses of a request's user name, else its user name; `None` where several could be meant.
    pub(super) fn named(&self, user: &ScimUser) -> Option<usize> {
        let by_email: BTreeSet<usize> = user.emails.iter().flat_map(|email| self.carriers(email)).collect();
        let named = if by_email.is_empty() { self.by_user_name.get(&fold(user.user_name.as_deref()?))? } else { &by_email };
        named.iter().next().copied().filter(|_| named.len() == 1)
    }

    /// The persons that the first deciding key gives, with that key and its value.
    fn candidates(&self, account: &Account, alias: Option<&str>) -> Option<(MatchKey, String, Vec<usize>)> {
        if let Some(person) = alias {
            return Some((MatchKey::Alias, person.to_owned(), self.by_id.get(person).copied().into_iter().collect()));
        }
        for id in [&account.scim_id, &account.hub_id].into_iter().flatten() {
            if let Some(latest) = self.by_target_id.get(id) {
                // Where people were linked to one target id one after the other, the later link holds.
                let last = latest.iter().map(|(at, _)| *at).max();
                let persons = latest.iter().filter(|(at, _)| Some(*at) == last).map(|(_, person)| *person).collect();
                return Some((MatchKey::TargetId, id.clone(), persons));
            }
        }
        if let Some(external_id) = &account.external_id {
            // An externalId that nobody ever had says that there is no owner, whatever the other keys look like.
            return Some((MatchKey::ExternalId, external_id.clone(), self.by_id.get(external_id).copied().into_iter().collect()));
        }
        let by_email: BTreeSet<usize> = account.emails.iter().filter_map(|email| self.by_address.get(email)).flatten().copied().collect();
        if !by_email.is_empty() {
            let value = account.emails.iter().find(|email| self.by_address.contains_key(*email)).cloned().unwrap_or_default();
            return Some((MatchKey::Email, value, by_email.into_iter().collect()));
        }
        let name = fold(&account.name);
        let persons = self.by_user_name.get(&name)?;
        Some((MatchKey::UserName, name, persons.iter().copied().collect()))
    }
}

/// Links every account that needs an owner.
pub(super) fn link(directory: &mut Directory, links: &Links, aliases: &[Alias]) {
    let aliases: BTreeMap<(&str, String), &str> =
        aliases.iter().map(|alias| ((alias.system.as_str(), fold(&alias.account)), alias.person.as_str())).collect();
    for index in 0..directory.accounts.len() {
        let account = &directory.accounts[index];
        let alias = aliases.get(&(account.system.as_str(), fold(&account.name))).copied();
        let owner = if account.class.needs_owner() || alias.is_some() { owner_of(links.candidates(account, alias)) } else { Owner::Exempt };
        match &owner {
            Owner::Linked { person, .. } => directory.persons[*person].accounts.push(index),
            Owner::Disputed { candidates, .. } => candidates.iter().for_each(|person| directory.persons[*person].disputed.push(index)),
            Owner::Unmatched | Owner::Exempt => {}
        }
        directory.accounts[index].owner = owner;
    }
}

fn owner_of(candidates: Option<(MatchKey, String, Vec<usize>)>) -> Owner {
    let Some((key, value, candidates)) = candidates else { return Owner::Unmatched };
    match candidates.as_slice() {
        [] => Owner::Unmatched,
        [person] => Owner::Linked { person: *person, key, value },
        _ => Owner::Disputed { candidates, key },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(login: &str, address: &str) -> Person {
        let mut person = Person { id: login.to_owned(), ..Person::default() };
        person.learn_login(login);
        person.learn_address(address);
        person
    }

    #[test]
    fn a_request_names_one_person_or_nobody() {
        let persons = [person("noa@acme.example", "desk@acme.example"), person("kim@acme.example", "desk@acme.example")];
        let links = Links::learn(&persons, NameTransform::AsIs);
        let named = |email: &str, name: &str| {
            let emails = Some(email.to_owned()).filter(|email| !email.is_empty()).into_iter().collect();
            links.named(&ScimUser { emails, user_name: Some(name.to_owned()), ..ScimUser::default() })
        };
        assert_eq!(named("Noa@acme.example", "kim"), Some(0), "an address comes before the user name");
        assert_eq!(named("", "Kim"), Some(1));
        assert_eq!(named("stranger@acme.example", "kim"), Some(1));
        assert_eq!(named("desk@acme.example", "kim"), None, "two people carry it");
        assert_eq!(named("", "stranger"), None);
    }
}
