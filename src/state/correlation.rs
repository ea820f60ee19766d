//! Correlation: which person an account belongs to, by the first key that decides; disputed, never guessed.

use std::collections::{BTreeSet, HashMap};

use super::account::{Account, Owner};
use super::directory::Directory;
use super::person::Person;
use crate::model::facts::ScimUser;
use crate::model::link::{Alias, MatchKey, NameTransform, fold};
use crate::model::report::KeyRow;
use crate::model::time::Timestamp;

/// What links persons to accounts, turned around: from the key to the persons.
#[derive(Debug, Default)]
pub(super) struct Links {
    by_id: HashMap<String, usize>,
    by_target_id: HashMap<String, Vec<(Timestamp, usize)>>,
    by_address: HashMap<String, BTreeSet<usize>>,
    by_user_name: HashMap<String, BTreeSet<usize>>,
    /// Persons by system and folded account name.
    aliases: HashMap<(String, String), String>,
}

impl Links {
    pub(super) fn learn(persons: &[Person], names: NameTransform, aliases: &[Alias]) -> Self {
        let by_account = |alias: &Alias| ((alias.system.clone(), fold(&alias.account)), alias.person.clone());
        let mut links = Self { aliases: aliases.iter().map(by_account).collect(), ..Self::default() };
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

    /// What one key says of an account: its value and the persons it gives; `None` where it does not decide.
    fn ask(&self, key: MatchKey, account: &Account) -> Option<(String, Vec<usize>)> {
        let of_id = |id: &str| self.by_id.get(id).copied().into_iter().collect();
        match key {
            MatchKey::Alias => {
                if self.aliases.is_empty() {
                    return None;
                }
                let person = self.aliases.get(&(account.system.clone(), fold(&account.name)))?;
                Some((person.clone(), of_id(person)))
            }
            MatchKey::TargetId => target_ids(account).find_map(|id| {
                // Where people were linked to one target id one after the other, the later link holds.
                let latest = self.by_target_id.get(id)?;
                let last = latest.iter().map(|(at, _)| *at).max();
                Some((id.to_owned(), latest.iter().filter(|(at, _)| Some(*at) == last).map(|(_, person)| *person).collect()))
            }),
            // An externalId that nobody ever had says that there is no owner, whatever the other keys look like.
            MatchKey::ExternalId => account.external_id.as_ref().map(|id| (id.clone(), of_id(id))),
            MatchKey::Email => {
                let carried = |email: &&String| self.by_address.contains_key(*email);
                let value = account.emails.iter().find(carried)?.clone();
                let persons: BTreeSet<usize> =
                    account.emails.iter().filter_map(|email| self.by_address.get(email)).flatten().copied().collect();
                Some((value, persons.into_iter().collect()))
            }
            MatchKey::UserName => {
                let name = fold(&account.name);
                let persons = self.by_user_name.get(&name)?.iter().copied().collect();
                Some((name, persons))
            }
        }
    }

    /// The persons that the first deciding key gives, with that key and its value.
    fn candidates(&self, account: &Account) -> Option<(MatchKey, String, Vec<usize>)> {
        MatchKey::ALL.into_iter().find_map(|key| self.ask(key, account).map(|(value, persons)| (key, value, persons)))
    }

    /// Every key that was tried on an account, in order, and what it said; the class alone, where that asks for no owner.
    pub(super) fn tried(&self, account: &Account, persons: &[Person]) -> Vec<KeyRow> {
        let mut decided: Option<MatchKey> = None;
        let exempt = !account.class.needs_owner() && self.ask(MatchKey::Alias, account).is_none();
        if exempt {
            let because = format!("an account of class {} needs no owner", account.class.word());
            return vec![KeyRow { key: "class".to_owned(), value: account.class.word().to_owned(), outcome: "exempt".to_owned(), because }];
        }
        let mut tried = Vec::with_capacity(MatchKey::ALL.len());
        for key in MatchKey::ALL {
            let asked = self.ask(key, account);
            let (value, outcome, because) = match (&asked, decided) {
                (None, None) => (String::new(), "silent", silence(key, account)),
                (None, Some(first)) => (String::new(), "not asked", format!("{} decided; {}", first.word(), silence(key, account))),
                (Some((value, given)), None) => {
                    let (outcome, because) = said(key, given, persons);
                    (value.clone(), outcome, because)
                }
                (Some((value, given)), Some(first)) => {
                    (value.clone(), "not asked", format!("{} decided; it would have said: {}", first.word(), said(key, given, persons).1))
                }
            };
            decided = decided.or(asked.map(|_| key));
            tried.push(KeyRow { key: key.word().to_owned(), value, outcome: outcome.to_owned(), because });
        }
        tried
    }
}

/// The ids that the target gives an account, the SCIM endpoint's first.
fn target_ids(account: &Account) -> impl Iterator<Item = &str> {
    let own = account.hub_id.as_deref().filter(|id| account.scim_id.as_deref() != Some(*id));
    [account.scim_id.as_deref(), own].into_iter().flatten()
}

/// What a key that decides says, as a word and in words.
fn said(key: MatchKey, given: &[usize], persons: &[Person]) -> (&'static str, String) {
    let named: Vec<&str> = given.iter().filter_map(|index| persons.get(*index)).map(|person| person.id.as_str()).collect();
    match (named.as_slice(), key) {
        ([], MatchKey::Alias) => ("nobody", "no person has the id that the alias names".to_owned()),
        ([], _) => ("nobody", "nobody ever had this id, so there is no owner, whatever the keys after it say".to_owned()),
        ([person], _) => ("links", format!("it is that of {person}")),
        (several, _) => ("disputed", format!("it is that of {}, and nothing tells which", several.join(" and "))),
    }
}

/// Why a key says nothing of an account.
fn silence(key: MatchKey, account: &Account) -> String {
    let values = |values: Vec<&str>, none: &str, unknown: &str| {
        if values.is_empty() { none.to_owned() } else { format!("{unknown} {}", values.join(", ")) }
    };
    match key {
        MatchKey::Alias => "no [[alias]] names the account".to_owned(),
        MatchKey::TargetId => values(target_ids(account).collect(), "no id of it is known", "no record of the identity provider names"),
        MatchKey::ExternalId => "the account has none".to_owned(),
        MatchKey::Email => values(account.emails.iter().map(String::as_str).collect(), "the account has no address", "nobody carries"),
        MatchKey::UserName => format!("no login makes {}", fold(&account.name)),
    }
}

/// Links every account that needs an owner.
pub(super) fn link(directory: &mut Directory, links: &Links) {
    for index in 0..directory.accounts.len() {
        let account = &directory.accounts[index];
        let asked = account.class.needs_owner() || links.ask(MatchKey::Alias, account).is_some();
        let owner = if asked { owner_of(links.candidates(account)) } else { Owner::Exempt };
        match &owner {
            Owner::Linked { person, key, .. } => {
                let by_provisioning = directory.accounts[index].system == directory.target && *key == MatchKey::ExternalId;
                let person = &mut directory.persons[*person];
                person.accounts.push(index);
                person.provisioned |= by_provisioning;
            }
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
        let links = Links::learn(&persons, NameTransform::AsIs, &[]);
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
