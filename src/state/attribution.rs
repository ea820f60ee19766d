//! Attribution: whose account a change is of, whose person an attempt is about, and what of it counts as activity.

use std::collections::HashMap;

use super::account::{Access, Owner};
use super::attempt::{Attempt, Stranger};
use super::correlation::Links;
use super::credential::Holder;
use super::directory::Directory;
use crate::model::event::{AccountRef, NamedRef, Operation};
use crate::model::facts::{LastUse, ScimUser};
use crate::model::link::fold;

impl Directory {
    /// A disable that the identity provider reports as done, and that nothing on the target's side contradicts later, was done.
    pub(super) fn apply_attempts(&mut self) {
        for index in 0..self.accounts.len() {
            let Owner::Linked { person, .. } = self.accounts[index].owner else { continue };
            let alone = self.target_accounts(&self.persons[person]).count() == 1;
            if !alone || !self.is_target(&self.accounts[index]) {
                continue;
            }
            let done = self.persons[person].attempts.iter().rev().find(|attempt| {
                attempt.success()
                    && matches!(attempt.operation, Operation::Disable | Operation::Delete | Operation::Create | Operation::Enable)
            });
            let Some(done) = done.cloned() else { continue };
            let account = &mut self.accounts[index];
            let later = account.access.seen().is_none_or(|(seen, _)| seen < done.at);
            match done.operation {
                Operation::Disable | Operation::Delete if later && account.is_active() => {
                    account.access.change(done.at, Access::Inactive, done.proof);
                }
                Operation::Create | Operation::Enable if later && account.access.value().is_none() => {
                    account.access.change(done.at, Access::Active, done.proof);
                }
                _ => {}
            }
        }
    }

    /// Finds the account of every change: by id, else by name.
    pub(super) fn attribute_changes(&mut self) {
        let mut by_key: HashMap<String, usize> = HashMap::new();
        for (index, account) in self.accounts.iter().enumerate().filter(|(_, account)| account.system == self.target) {
            by_key.insert(fold(&account.name), index);
            by_key.extend([&account.hub_id, &account.scim_id].into_iter().flatten().map(|id| (id.clone(), index)));
        }
        let account = |named: &AccountRef| {
            let by_id = named.id.as_ref().and_then(|id| by_key.get(id));
            by_id.or_else(|| by_key.get(&fold(named.name.as_deref()?))).copied()
        };
        for change in &mut self.changes {
            change.account = account(&change.named);
        }
        for change in &mut self.grants {
            change.account = account(&change.named);
        }
    }

    /// Gives every attempt that the endpoint tells of to its person: by `externalId`, else through the account, else by
    /// what was sent, since a request that was refused for its `externalId` has none that could be read.
    pub(super) fn attribute_attempts(&mut self, links: &Links, of_users: Vec<(ScimUser, Attempt)>, of_groups: Vec<(NamedRef, Attempt)>) {
        let by_scim_id: HashMap<String, usize> =
            self.accounts.iter().enumerate().filter_map(|(index, account)| Some((account.scim_id.clone()?, index))).collect();
        for (user, attempt) in of_users {
            let by_id = user.external_id.as_ref().and_then(|id| self.persons.binary_search_by(|person| person.id.cmp(id)).ok());
            let through = || match self.accounts.get(*by_scim_id.get(user.id.as_ref()?)?)?.owner {
                Owner::Linked { person, .. } => Some(person),
                _ => None,
            };
            let by_what_was_sent = || links.named(&user).filter(|_| user.external_id.is_none() && user.id.is_none());
            if let Some(person) = by_id.or_else(through).or_else(by_what_was_sent) {
                self.persons[person].attempts.push(attempt);
            } else {
                let stranger = self.stranger(&user, &by_scim_id);
                self.stranger_attempts.entry(stranger).or_default().push(attempt);
            }
        }
        for attempts in self.stranger_attempts.values_mut() {
            attempts.sort_by_key(|attempt| (attempt.at, attempt.proof));
        }
        for person in &mut self.persons {
            person.attempts.sort_by_key(|attempt| (attempt.at, attempt.proof));
            person.touched.sort_unstable();
        }
        for (group, attempt) in of_groups {
            let known = group.id.as_ref().and_then(|id| self.groups.get(id)).map(|group| group.name.clone());
            let listed = group.id.as_ref().and_then(|id| self.target_groups.get(id)).map(|group| group.name.clone());
            let listed = listed.filter(|name| !name.is_empty());
            if let Some(name) = known.or(group.name).or(listed).or(group.id) {
                self.group_attempts.entry(name).or_default().push(attempt);
            }
        }
        for attempts in self.group_attempts.values_mut() {
            attempts.sort_by_key(|attempt| (attempt.at, attempt.proof));
        }
    }

    /// Whom a request names that is about nobody known: as its account is known, else as it was sent.
    fn stranger(&self, user: &ScimUser, by_scim_id: &HashMap<String, usize>) -> Stranger {
        let account = user.id.as_ref().and_then(|id| self.accounts.get(*by_scim_id.get(id)?));
        let external_id = user.external_id.clone().or_else(|| account?.external_id.clone());
        let name = user.user_name.as_deref().or_else(|| Some(account?.name.as_str())).or(user.id.as_deref());
        let user_name = name.filter(|_| external_id.is_none()).map(fold);
        Stranger { external_id, user_name }
    }

    /// Sign-ons that the identity provider tells, and the use of tokens, are activity of the accounts.
    pub(super) fn attribute_activity(&mut self) {
        for index in 0..self.accounts.len() {
            let signs_on = self.is_target(&self.accounts[index]);
            if let Some((at, proof)) = self.owner(&self.accounts[index]).filter(|_| signs_on).and_then(|person| person.sign_on) {
                self.accounts[index].act(at, proof);
            }
        }
        for index in 0..self.credentials.len() {
            let credential = &self.credentials[index];
            let LastUse::At(used) = credential.last_used() else { continue };
            let proof = credential.proof;
            let accounts = match credential.holder {
                Holder::Account(account) => vec![account],
                Holder::Person(person) => self.persons[person].accounts.clone(),
                Holder::Unknown => Vec::new(),
            };
            for account in accounts {
                if self.accounts[account].system == self.credentials[index].system {
                    self.accounts[account].act(used, proof);
                }
            }
        }
    }
}
