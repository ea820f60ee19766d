//! Registers: who is known so far, by every key that a record may name them with.

use std::collections::HashMap;

use super::account::Account;
use super::credential::Credential;
use super::person::Person;
use super::timeline::Timeline;
use crate::model::event::{AccountRef, PersonRef};
use crate::model::link::fold;
use crate::model::time::Timestamp;

/// The persons known so far.
#[derive(Debug, Default)]
pub(super) struct People {
    pub(super) list: Vec<Person>,
    by_id: HashMap<String, usize>,
    /// Who carried a login last.
    by_login: HashMap<String, usize>,
    /// Everybody of whom a membership of a group, or its end, was told.
    by_group: HashMap<String, Vec<usize>>,
}

impl People {
    /// The person a record names; known by login alone only while one person carries it.
    pub(super) fn resolve(&mut self, named: &PersonRef, proof: u32) -> Option<&mut Person> {
        let index = self.resolve_index(named, proof)?;
        self.list.get_mut(index)
    }

    fn resolve_index(&mut self, named: &PersonRef, proof: u32) -> Option<usize> {
        let index = match (&named.id, &named.login) {
            (Some(id), _) => self.index(id, proof),
            (None, Some(login)) => *self.by_login.get(&fold(login))?,
            (None, None) => return None,
        };
        let person = self.list.get_mut(index)?;
        if let Some(login) = &named.login {
            person.learn_login(login);
            self.by_login.insert(fold(login), index);
        }
        if let Some(name) = &named.name {
            person.name = Some(name.clone());
        }
        Some(index)
    }

    /// The membership of a group of the person a record names.
    pub(super) fn membership(&mut self, named: &PersonRef, group: &str, proof: u32) -> Option<&mut Timeline<bool>> {
        let index = self.resolve_index(named, proof)?;
        Some(self.membership_at(index, group))
    }

    /// The membership of a group of the person with this id, made known if need be.
    pub(super) fn membership_with_id(&mut self, id: &str, group: &str, proof: u32) -> &mut Timeline<bool> {
        let index = self.index(id, proof);
        self.membership_at(index, group)
    }

    fn membership_at(&mut self, index: usize, group: &str) -> &mut Timeline<bool> {
        let groups = &mut self.list[index].groups;
        if !groups.contains_key(group) {
            self.by_group.entry(group.to_owned()).or_default().push(index);
        }
        groups.entry(group.to_owned()).or_default()
    }

    /// Whether anybody's membership of this group, or its end, was told.
    pub(super) fn knows_members(&self, group: &str) -> bool {
        self.by_group.contains_key(group)
    }

    /// Indexes of everybody of whom a membership of this group, or its end, was told: all that a listing of it can end.
    pub(super) fn ever_in(&self, group: &str) -> Vec<usize> {
        self.by_group.get(group).cloned().unwrap_or_default()
    }

    /// The person with this id, made known if need be.
    pub(super) fn with_id(&mut self, id: &str, proof: u32) -> &mut Person {
        let index = self.index(id, proof);
        &mut self.list[index]
    }

    /// Says that the person with this id carries this login now.
    pub(super) fn carries(&mut self, id: &str, login: &str) {
        if let Some(index) = self.by_id.get(id) {
            self.by_login.insert(fold(login), *index);
        }
    }

    fn index(&mut self, id: &str, proof: u32) -> usize {
        if let Some(index) = self.by_id.get(id) {
            return *index;
        }
        let index = self.list.len();
        self.list.push(Person { id: id.to_owned(), proof, ..Person::default() });
        self.by_id.insert(id.to_owned(), index);
        index
    }
}

/// Which of the target's two ways of numbering accounts an id belongs to. Whether they agree is not documented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Numbering {
    /// The SCIM endpoint's.
    Scim,
    /// The target's own listings and logs.
    Hub,
}

/// The accounts of the target known so far.
#[derive(Debug, Default)]
pub(super) struct Accounts {
    pub(super) list: Vec<Account>,
    by_scim_id: HashMap<String, usize>,
    by_hub_id: HashMap<String, usize>,
    by_name: HashMap<String, usize>,
}

impl Accounts {
    /// The account a record names, made known if need be; `None` where it names none.
    pub(super) fn resolve(
        &mut self,
        system: &str,
        numbering: Numbering,
        named: &AccountRef,
        at: Timestamp,
        proof: u32,
    ) -> Option<&mut Account> {
        let index = match self.known(numbering, named) {
            Some(index) => index,
            None => self.make(system, named, at, proof)?,
        };
        let account = self.list.get_mut(index)?;
        if let Some(id) = &named.id {
            let (slot, ids) = match numbering {
                Numbering::Scim => (&mut account.scim_id, &mut self.by_scim_id),
                Numbering::Hub => (&mut account.hub_id, &mut self.by_hub_id),
            };
            *slot = Some(id.clone());
            ids.insert(id.clone(), index);
        }
        if let Some(name) = &named.name {
            account.name.clone_from(name);
            self.by_name.insert(fold(name), index);
        }
        Some(account)
    }

    fn known(&self, numbering: Numbering, named: &AccountRef) -> Option<usize> {
        let (own, other) = match numbering {
            Numbering::Scim => (&self.by_scim_id, &self.by_hub_id),
            Numbering::Hub => (&self.by_hub_id, &self.by_scim_id),
        };
        if let Some(index) = named.id.as_ref().and_then(|id| own.get(id).or_else(|| other.get(id))) {
            return Some(*index);
        }
        let index = *self.by_name.get(&fold(named.name.as_deref()?))?;
        let account = self.list.get(index)?;
        // The same name under another id of the same numbering is another account.
        let numbered = match numbering {
            Numbering::Scim => account.scim_id.is_some(),
            Numbering::Hub => account.hub_id.is_some(),
        };
        (named.id.is_none() || !numbered).then_some(index)
    }

    fn make(&mut self, system: &str, named: &AccountRef, at: Timestamp, proof: u32) -> Option<usize> {
        let name = named.name.as_ref().or(named.id.as_ref())?;
        let mut account = Account { system: system.to_owned(), name: name.clone(), first_seen: Some((at, proof)), ..Account::default() };
        // Made again under the name of one that is gone: the name's id in the other numbering now means the new one.
        let namesake = self.by_name.get(&fold(name)).copied().and_then(|index| self.list.get_mut(index));
        if let Some(gone) = namesake.filter(|gone| gone.scim_active.value() == Some(false) && gone.hub_id != gone.scim_id)
            && let Some(hub_id) = gone.hub_id.take()
        {
            self.by_hub_id.insert(hub_id.clone(), self.list.len());
            account.hub_id = Some(hub_id);
        }
        self.list.push(account);
        Some(self.list.len() - 1)
    }
}

/// The credentials known so far.
#[derive(Debug, Default)]
pub(super) struct Credentials {
    pub(super) list: Vec<Credential>,
    by_id: HashMap<(String, String), usize>,
}

impl Credentials {
    /// The credential with this id, made known if need be.
    pub(super) fn with_id(&mut self, system: &str, id: &str, proof: u32) -> &mut Credential {
        let index = *self.by_id.entry((system.to_owned(), id.to_owned())).or_insert_with(|| {
            self.list.push(Credential { system: system.to_owned(), id: id.to_owned(), proof, ..Credential::default() });
            self.list.len() - 1
        });
        &mut self.list[index]
    }
}

/// When a row was last listed: by source, by scope or kind of row, by id.
#[derive(Debug, Default)]
pub(super) struct Listed(HashMap<String, HashMap<String, HashMap<String, Timestamp>>>);

impl Listed {
    pub(super) fn note(&mut self, source: &str, scope: &str, id: &str, at: Timestamp) {
        let scopes = self.0.entry(source.to_owned()).or_default();
        scopes.entry(scope.to_owned()).or_default().insert(id.to_owned(), at);
    }

    /// `None`: never.
    pub(super) fn last(&self, source: &str, scope: &str, id: &str) -> Option<Timestamp> {
        self.0.get(source)?.get(scope)?.get(id).copied()
    }
}
