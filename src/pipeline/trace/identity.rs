//! Identity: whom a key names, and who that is in every system.

use std::collections::BTreeSet;

use crate::analyzer::Context;
use crate::model::link::fold;
use crate::model::mention::Mention;
use crate::model::trace::{Candidate, TracedAccount, TracedPerson};
use crate::state::{Account, Directory, Owner, Person};

/// No more people than this are offered where nobody is named exactly.
const ALIKE: usize = 20;

/// A person with their accounts, or an account without a person, by index.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Subject {
    Person(usize),
    Account(usize),
}

impl Subject {
    pub(super) fn person<'a>(&self, directory: &'a Directory) -> Option<&'a Person> {
        if let Self::Person(index) = self { directory.persons.get(*index) } else { None }
    }

    /// The accounts, the target's first; those that may be the person's among them.
    pub(super) fn accounts<'a>(&self, directory: &'a Directory) -> Vec<&'a Account> {
        let indexes: Vec<usize> = match self {
            Self::Person(_) => self.person(directory).map(|person| person.accounts.iter().chain(&person.disputed).copied().collect()),
            Self::Account(index) => Some(vec![*index]),
        }
        .unwrap_or_default();
        let mut accounts: Vec<&Account> = indexes.into_iter().filter_map(|index| directory.accounts.get(index)).collect();
        accounts.sort_by_key(|account| (!directory.is_target(account), account.system.clone(), account.name.clone()));
        accounts
    }

    /// What events name the subject by.
    pub(super) fn keys(&self, directory: &Directory) -> Keys {
        let mut keys = Keys::default();
        if let Some(person) = self.person(directory) {
            keys.ids.insert(person.id.clone());
            keys.ids.extend(person.account_ids.keys().cloned());
            keys.names.extend(person.addresses.iter().cloned());
            keys.names.extend(person.employee_id.as_deref().map(fold));
        }
        for account in self.accounts(directory) {
            keys.ids.extend([&account.scim_id, &account.hub_id].into_iter().flatten().cloned());
            keys.names.insert(fold(&account.name));
            keys.names.extend(account.emails.iter().cloned());
        }
        keys
    }
}

/// Ids as written, and folded names.
#[derive(Debug, Default)]
pub(super) struct Keys {
    pub(super) ids: BTreeSet<String>,
    pub(super) names: BTreeSet<String>,
}

impl Keys {
    /// Whether a mention is of the subject: by an id, where it has any, else by a name.
    pub(super) fn name(&self, mention: &Mention<'_>) -> bool {
        if mention.ids.is_empty() {
            mention.names.iter().any(|name| self.names.contains(&fold(name)))
        } else {
            mention.ids.iter().any(|id| self.ids.contains(*id))
        }
    }
}

/// Whom a key names.
///
/// # Errors
/// The candidates, where it does not name exactly one; empty where there are none.
pub(super) fn find(directory: &Directory, key: &str) -> Result<Subject, Vec<Candidate>> {
    let by_id = directory.persons.iter().position(|person| person.id == key);
    if let Some(index) = by_id {
        return Ok(Subject::Person(index));
    }
    let exact = matching(directory, |value| fold(value) == fold(key));
    match exact.as_slice() {
        [(subject, _)] => return Ok(subject.clone()),
        [] => {}
        _ => return Err(candidates(directory, exact)),
    }
    let part = fold(key);
    let mut alike = if part.chars().count() < 2 { Vec::new() } else { matching(directory, |value| fold(value).contains(&part)) };
    alike.truncate(ALIKE);
    Err(candidates(directory, alike))
}

/// Everybody one of whose keys fits, with that key, each once.
fn matching(directory: &Directory, fits: impl Fn(&str) -> bool) -> Vec<(Subject, String)> {
    let mut found: Vec<(Subject, String)> = Vec::new();
    for (index, person) in directory.persons.iter().enumerate() {
        let ids = std::iter::once(("id", person.id.as_str()));
        let addresses = person.addresses.iter().map(|address| ("address", address.as_str()));
        let number = person.employee_id.iter().map(|number| ("employee number", number.as_str()));
        let account_ids = person.account_ids.keys().map(|id| ("account id", id.as_str()));
        let mut keys = ids.chain(addresses).chain(number).chain(account_ids);
        found.extend(keys.find(|(_, value)| fits(value)).map(|(key, value)| (Subject::Person(index), format!("{key} {value}"))));
    }
    for (index, account) in directory.accounts.iter().enumerate() {
        let ids = [&account.scim_id, &account.hub_id].into_iter().flatten().map(|id| ("account id", id.as_str()));
        let name = std::iter::once(("user name", account.name.as_str()));
        let external = account.external_id.iter().map(|id| ("externalId", id.as_str()));
        let emails = account.emails.iter().map(|email| ("address", email.as_str()));
        let mut keys = name.chain(ids).chain(external).chain(emails);
        let Some((key, value)) = keys.find(|(_, value)| fits(value)) else { continue };
        let because = format!("{key} {value} in {}", account.system);
        match &account.owner {
            Owner::Linked { person, .. } => found.push((Subject::Person(*person), because)),
            Owner::Disputed { candidates, .. } => {
                found.extend(candidates.iter().map(|person| (Subject::Person(*person), format!("{because}, which may be theirs"))));
            }
            Owner::Unmatched | Owner::Exempt => found.push((Subject::Account(index), because)),
        }
    }
    found.sort();
    found.dedup_by(|one, other| one.0 == other.0);
    found
}

fn candidates(directory: &Directory, found: Vec<(Subject, String)>) -> Vec<Candidate> {
    let candidate = |(subject, because): (Subject, String)| {
        let (person, label) = match (subject.person(directory), &subject) {
            (Some(person), _) => (person.id.clone(), person.label().to_owned()),
            (None, Subject::Account(index)) => {
                let account = directory.accounts.get(*index);
                (String::new(), account.map(|account| format!("{} {}", account.system, account.name)).unwrap_or_default())
            }
            (None, Subject::Person(_)) => (String::new(), String::new()),
        };
        Candidate { person, label, because }
    };
    found.into_iter().map(candidate).collect()
}

/// The person in the identity provider.
pub(super) fn person(context: &Context<'_>, person: &Person) -> TracedPerson {
    let held = person.groups.iter().filter(|(_, membership)| membership.value() == Some(true)).map(|(id, _)| id);
    let name = |id: &String| context.directory.groups.get(id).map_or_else(|| id.clone(), |group| group.name.clone());
    let mut groups: Vec<String> = held.map(name).collect();
    groups.sort();
    TracedPerson {
        system: context.policy.idp.provider.word().to_owned(),
        id: person.id.clone(),
        login: person.login.clone().unwrap_or_default(),
        name: person.name.clone().unwrap_or_default(),
        employee_id: person.employee_id.clone().unwrap_or_default(),
        addresses: person.addresses.iter().cloned().collect(),
        state: person.state().to_owned(),
        entitled: person.entitled(),
        groups,
    }
}

/// The accounts, and how each was matched.
pub(super) fn accounts(context: &Context<'_>, subject: &Subject) -> Vec<TracedAccount> {
    let directory = context.directory;
    let row = |account: &&Account| TracedAccount {
        system: account.system.clone(),
        account: account.name.clone(),
        account_id: account.id().to_owned(),
        external_id: account.external_id.clone().unwrap_or_default(),
        email: account.email.clone().unwrap_or_default(),
        state: account.state().to_owned(),
        role: account.role.as_ref().map(|fact| fact.role.clone()).unwrap_or_default(),
        situation: account.owner.situation().to_owned(),
        keys: directory.keys_tried(account),
    };
    subject.accounts(directory).iter().map(row).collect()
}
