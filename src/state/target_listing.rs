//! What listings of the target say: SCIM users, members with their roles and resource groups, service accounts.

use std::collections::BTreeMap;

use super::account::{Access, RoleFact};
use super::grant::{Grant, Told, membership_word};
use super::replay::Replay;
use super::target::earlier;
use super::timeline::Timeline;
use crate::model::class::Class;
use crate::model::event::AccountRef;
use crate::model::facts::{MemberFacts, ResourceGroupFacts, ScimUser, ServiceAccountFacts};
use crate::model::time::Timestamp;

impl Replay {
    pub(super) fn observe_scim_user(&mut self, at: Timestamp, source: &str, user: &ScimUser, ordinal: u32) {
        let members_listed = self.members_listed;
        let Some(account) = self.scim_account(at, user, ordinal) else { return };
        if let Some(active) = user.active {
            account.scim_active.observe(at, active, ordinal, None);
            // Where the organization's members are listed, that listing says who is in.
            if !members_listed {
                account.access.observe(at, if active { Access::Active } else { Access::Inactive }, ordinal, None);
            }
        }
        if let Some(id) = &user.id {
            self.note_listed(source, "", id, at);
        }
    }

    pub(super) fn observe_member(&mut self, at: Timestamp, source: &str, facts: &MemberFacts, ordinal: u32) {
        let named = AccountRef { system: None, id: Some(facts.id.clone()), name: Some(facts.name.clone()) };
        let absent_at = self.closed.get(&(source.to_owned(), String::new())).copied();
        let listed_before = self.last_listed(source, &facts.id);
        let Some(account) = self.hub_account(at, &named, ordinal) else { return };
        account.access.appear(at, Access::Active, ordinal, absent_at);
        account.learn_emails(facts.email.as_slice());
        let mut former_role = None;
        if let Some(known) = account.role.as_mut().filter(|known| facts.role.as_ref() == Some(&known.role)) {
            known.seen = ordinal;
            known.seen_at = at;
        } else if let Some(role) = &facts.role {
            former_role = account.role.replace(RoleFact { role: role.clone(), at, proof: ordinal, seen: ordinal, seen_at: at });
        }
        let groups = facts.resource_groups.as_ref().map(|groups| groups.iter().cloned().collect::<BTreeMap<_, _>>());
        let former_groups = groups.clone().map(|groups| std::mem::replace(&mut account.resource_groups, groups));
        let all_known = account.groups_listed;
        account.groups_listed |= groups.is_some();
        account.second_factor = facts.second_factor.or(account.second_factor);
        if facts.external {
            account.listed_class = Some(Class::External);
        }
        let told = Told::by_listing(at, listed_before, ordinal);
        if let Some(former) = former_role {
            self.note_grant(told, &named, Grant::Role, Some(former.role), facts.role.clone());
        }
        if let (Some(before), Some(after)) = (former_groups, groups) {
            self.note_resource_groups(told, &named, &before, &after, all_known);
        }
        self.note_listed(source, "", &facts.id, at);
    }

    pub(super) fn observe_resource_group(&mut self, at: Timestamp, facts: &ResourceGroupFacts, ordinal: u32) {
        let mut members: BTreeMap<String, Option<String>> = BTreeMap::new();
        for (id, name, role) in &facts.users {
            let named = AccountRef { system: None, id: Some(id.clone()), name: Some(name.clone()) };
            if let Some(account) = self.hub_account(at, &named, ordinal) {
                members.insert(account.id().to_owned(), role.clone());
            }
        }
        let before = self.trail.resource_groups.get(&facts.name).map(|listed| listed.seen);
        let told = Told::by_listing(at, before.flatten(), ordinal);
        let mut differences = Vec::new();
        for account in &mut self.accounts.list {
            let now = members.get(account.id()).cloned();
            let former = match now.clone() {
                Some(role) => account.resource_groups.insert(facts.name.clone(), role),
                None => account.resource_groups.remove(&facts.name),
            };
            if former != now && (before.is_some() || former.is_some()) {
                differences.push((account.as_named(), former, now));
            }
        }
        let word = |role: Option<String>| membership_word(role.as_deref());
        for (named, former, now) in differences {
            self.note_grant(told, &named, Grant::ResourceGroup(facts.name.clone()), former.map(word), now.map(word));
        }
    }

    pub(super) fn observe_service_account(&mut self, at: Timestamp, source: &str, facts: &ServiceAccountFacts, ordinal: u32) {
        let named = AccountRef { system: None, id: Some(facts.id.clone()), name: Some(facts.name.clone()) };
        let Some(account) = self.hub_account(at, &named, ordinal) else { return };
        // Until then it was taken for a member, whom listings of members would name.
        if account.listed_class.replace(Class::Service) != Some(Class::Service) {
            account.access = Timeline::default();
        }
        account.created_at = earlier(account.created_at, facts.created_at);
        account.access.observe(at, Access::Active, ordinal, facts.created_at);
        self.note_listed(source, "", &facts.id, at);
        for token in &facts.tokens {
            self.observe_token(at, source, token, ordinal);
        }
    }
}
