//! What listings say: each row is so at that moment, and what a complete one does not name is gone.

use std::collections::BTreeSet;

use super::account::Access;
use super::grant::Told;
use super::person::{Profile, Standing};
use super::replay::{Replay, membership_of};
use super::target::earlier;
use crate::model::class::Class;
use crate::model::event::NamedRef;
use crate::model::facts::{AssignmentFacts, EmployeeFacts, GroupFacts, Observation, PersonFacts, ScimGroup, TokenFacts, TokenStatus};
use crate::model::listing::{Absence, Listing};
use crate::model::time::Timestamp;

impl Replay {
    pub(super) fn observe(&mut self, at: Timestamp, source: &str, observation: &Observation, ordinal: u32) {
        if self.is_kept_out(at, source, observation) {
            return;
        }
        match observation {
            Observation::Person(facts) => {
                self.observe_person(at, facts, ordinal);
                self.note_listed(source, "", &facts.id, at);
            }
            Observation::Group(group) => self.observe_group(at, group, ordinal),
            Observation::GroupMember { group, person } => {
                self.observe_person(at, person, ordinal);
                let absent_at = self.closed.get(&(source.to_owned(), group.clone())).copied();
                self.people.membership_with_id(&person.id, group, ordinal).appear(at, true, ordinal, absent_at);
                self.note_listed(source, group, &person.id, at);
            }
            Observation::Assignment(facts) => self.observe_assignment(at, source, facts, ordinal),
            Observation::ScimUser(user) => self.observe_scim_user(at, source, user, ordinal),
            Observation::ScimGroup(group) => self.list_group(at, group, ordinal),
            Observation::Account(facts) => self.observe_account(at, source, facts, ordinal),
            Observation::Member(facts) => self.observe_member(at, source, facts, ordinal),
            Observation::ResourceGroup(facts) => {
                self.observe_resource_group(at, facts, ordinal);
                self.list_resource_group(at, facts, ordinal);
            }
            Observation::ServiceAccount(facts) => self.observe_service_account(at, source, facts, ordinal),
            Observation::Token(facts) => self.observe_token(at, source, facts, ordinal),
            Observation::Employee(facts) => self.observe_employee(at, facts, ordinal),
        }
    }

    /// Whether the row stands in a listing that the guard kept out.
    fn is_kept_out(&self, at: Timestamp, source: &str, observation: &Observation) -> bool {
        let scope = match observation {
            Observation::GroupMember { group, .. } => Some(group),
            Observation::Assignment(facts) => facts.application.id.as_ref(),
            _ => None,
        };
        let under = |scope: &str| self.kept_out.contains(&(source.to_owned(), scope.to_owned(), at));
        !self.kept_out.is_empty() && (under("") || scope.is_some_and(|scope| under(scope)))
    }

    fn observe_person(&mut self, at: Timestamp, facts: &PersonFacts, ordinal: u32) {
        let person = self.people.with_id(&facts.id, ordinal);
        if let Some(login) = &facts.login {
            person.learn_login(login);
        }
        facts.email.iter().chain(&facts.other_emails).for_each(|address| person.learn_address(address));
        if facts.name.is_some() {
            person.name.clone_from(&facts.name);
        }
        if facts.employee_id.is_some() {
            person.employee_id.clone_from(&facts.employee_id);
        }
        person.created_at = earlier(person.created_at, facts.created_at);
        if [&facts.login, &facts.email, &facts.given_name, &facts.family_name].into_iter().any(Option::is_some) {
            let before = person.profile.take().unwrap_or_default();
            // A row that tells one of the names tells both: the other is empty, not forgotten.
            let told = facts.given_name.is_some() || facts.family_name.is_some();
            let (given_name, family_name) =
                if told { (facts.given_name.clone(), facts.family_name.clone()) } else { (before.given_name, before.family_name) };
            person.profile =
                Some(Profile { email: facts.email.clone().or(before.email), given_name, family_name, at: Some(at), proof: ordinal });
        }
        if let Some(active) = facts.active {
            let standing = match (active, facts.status.as_deref()) {
                (true, _) => Standing::Active,
                (false, Some("SUSPENDED")) => Standing::Suspended,
                (false, Some("deleted" | "removed")) => Standing::Deleted,
                (false, _) => Standing::Deactivated,
            };
            // The moment of a status tells when access ended; of an active one it may be a mere change of password.
            let since = facts.status_changed_at.filter(|_| !active && facts.status_changed_at != facts.created_at);
            person.standing.observe(at, standing, ordinal, since);
        }
        if let Some(login) = &facts.login {
            self.people.carries(&facts.id, login);
        }
    }

    fn observe_group(&mut self, at: Timestamp, group: &GroupFacts, ordinal: u32) {
        let Some(id) = &group.id else { return };
        if let Some(name) = &group.name {
            self.groups.insert(id.clone(), name.clone());
        }
        let members: Option<BTreeSet<&str>> = group.members.as_ref().map(|members| members.iter().map(String::as_str).collect());
        if members.is_some() || group.deleted {
            for index in self.people.ever_in(id) {
                let person = &mut self.people.list[index];
                let named = members.as_ref().is_some_and(|members| members.contains(person.id.as_str()));
                if let Some(membership) = person.groups.get_mut(id).filter(|_| !named) {
                    membership.observe(at, false, ordinal, None);
                }
            }
        }
        if let Some(members) = members {
            let absent_at = self.closed.insert(("members".to_owned(), id.clone()), at);
            self.listed_groups.insert(id.clone());
            for member in members {
                self.people.membership_with_id(member, id, ordinal).appear(at, true, ordinal, absent_at);
            }
        }
        for member in &group.added {
            self.people.membership_with_id(member, id, ordinal).observe(at, true, ordinal, None);
        }
        for member in &group.removed {
            self.people.membership_with_id(member, id, ordinal).observe(at, false, ordinal, None);
        }
    }

    fn observe_assignment(&mut self, at: Timestamp, source: &str, facts: &AssignmentFacts, ordinal: u32) {
        if !self.is_application(&facts.application) {
            return;
        }
        if let Some(group) = &facts.group {
            let since = facts.created_at;
            membership_of(&mut self.assigned_groups, group).observe(at, true, ordinal, since);
            self.note_listed(source, "group", group, at);
            self.ours_listed.insert((source.to_owned(), at));
            return;
        }
        let ended = ["DEPROVISIONED", "REVOKED", "UNASSIGNED", "INACTIVE"];
        let assigned = facts.status.as_deref().is_none_or(|status| !ended.contains(&status));
        let person = self.people.with_id(&facts.person, ordinal);
        person.assigned.observe(at, assigned, ordinal, facts.created_at.filter(|_| assigned));
        if let Some(account) = &facts.account_id {
            person.account_ids.insert(account.clone(), (at, ordinal));
        }
        self.note_listed(source, "", &facts.person, at);
        self.ours_listed.insert((source.to_owned(), at));
    }

    pub(super) fn observe_token(&mut self, at: Timestamp, source: &str, facts: &TokenFacts, ordinal: u32) {
        let credential = self.credentials.with_id(&facts.system, &facts.id, ordinal);
        credential.absent_since = None;
        if facts.name.is_some() {
            credential.name.clone_from(&facts.name);
        }
        credential.shown_ended = match facts.status {
            TokenStatus::Active => None,
            TokenStatus::Revoked | TokenStatus::Expired => credential.shown_ended.or(Some((at, ordinal))),
        };
        let facts = credential.listed.take().map_or_else(|| facts.clone(), |(_, _, earlier)| facts.clone().filled_from(&earlier));
        let key = credential_key(&facts.system, &facts.id);
        credential.listed = Some((at, ordinal, facts));
        self.note_listed(source, "", &key, at);
    }

    fn observe_employee(&mut self, at: Timestamp, facts: &EmployeeFacts, ordinal: u32) {
        self.employees.push((facts.clone(), ordinal, at));
    }

    /// Ends a listing: what a complete one does not name is gone.
    pub(super) fn close_listing(&mut self, listing: &Listing) {
        if !listing.complete {
            return;
        }
        match listing.absence {
            Absence::PersonInactive => self.absent_people(listing, Standing::Deactivated),
            Absence::PersonGone => self.absent_people(listing, Standing::Deleted),
            Absence::GroupMember => self.absent_group_members(listing),
            Absence::Assignment => self.absent_assignments(listing),
            Absence::Member => self.absent_members(listing),
            Absence::ServiceAccount => {
                self.absent_members(listing);
                self.absent_credentials(listing);
            }
            Absence::ScimUser => self.absent_scim_users(listing),
            Absence::Credential => self.absent_credentials(listing),
            Absence::Account => {
                self.absent_elsewhere(listing);
                self.absent_credentials(listing);
            }
            Absence::Employee => self.employees.retain(|(.., at)| *at == listing.taken_at),
            Absence::ScimGroup => self.absent_scim_groups(listing.taken_at),
            // Nothing that is judged rests on the absence of these.
            Absence::Group | Absence::ResourceGroup => {}
        }
        self.closed.insert((listing.source.clone(), listing.scope.clone()), listing.taken_at);
    }

    /// Whoever a complete listing of people does not name is `gone`, in one way or the other.
    fn absent_people(&mut self, listing: &Listing, gone: Standing) {
        for index in 0..self.people.list.len() {
            let id = &self.people.list[index].id;
            if self.was_listed(listing, id) {
                continue;
            }
            let person = &mut self.people.list[index];
            if matches!(person.standing.value(), None | Some(Standing::Active | Standing::Suspended)) {
                let proof = person.standing.seen().map_or(person.proof, |(_, proof)| proof);
                person.standing.miss(listing.taken_at, gone, proof);
            }
        }
    }

    fn absent_group_members(&mut self, listing: &Listing) {
        for index in self.people.ever_in(&listing.scope) {
            if self.was_listed(listing, &self.people.list[index].id) {
                continue;
            }
            let person = &mut self.people.list[index];
            let proof = person.proof;
            if let Some(membership) = person.groups.get_mut(&listing.scope) {
                membership.observe(listing.taken_at, false, proof, None);
            }
        }
    }

    fn absent_assignments(&mut self, listing: &Listing) {
        // A listing of another application proves nothing about ours, and one that names none has to show a row of ours.
        let about = NamedRef { id: Some(listing.scope.clone()), name: None };
        let ours = if listing.scope.is_empty() {
            self.ours_listed.contains(&(listing.source.clone(), listing.taken_at))
        } else {
            self.is_application(&about)
        };
        if !ours {
            return;
        }
        for index in 0..self.people.list.len() {
            if self.was_listed_under(listing, "", &self.people.list[index].id) {
                continue;
            }
            let person = &mut self.people.list[index];
            let proof = person.assigned.seen().map_or(person.proof, |(_, proof)| proof);
            person.assigned.miss(listing.taken_at, false, proof);
        }
        let groups: Vec<String> = self.assigned_groups.keys().cloned().collect();
        for group in groups {
            if self.was_listed_under(listing, "group", &group) {
                continue;
            }
            let assigned = membership_of(&mut self.assigned_groups, &group);
            let proof = assigned.seen().map_or(0, |(_, proof)| proof);
            assigned.observe(listing.taken_at, false, proof, None);
        }
    }

    fn absent_members(&mut self, listing: &Listing) {
        let services = listing.absence == Absence::ServiceAccount;
        for index in 0..self.accounts.list.len() {
            let account = &self.accounts.list[index];
            let service = account.listed_class == Some(Class::Service);
            let listed = account.hub_id.as_deref().or(account.scim_id.as_deref()).is_some_and(|id| self.was_listed(listing, id));
            if listed || service != services {
                continue;
            }
            let account = &mut self.accounts.list[index];
            let proof = account.proof();
            match account.access.value() {
                Some(Access::Active) => account.access.observe(listing.taken_at, Access::Inactive, proof, None),
                // A SCIM user that is no member is an invitation under basic SSO, and no access at all under managed SSO.
                None if !self.frame.invitations => account.access.observe(listing.taken_at, Access::Inactive, proof, None),
                _ => {}
            }
            if !account.is_active() {
                account.resource_groups.clear();
                account.role = None;
            }
        }
    }

    fn absent_scim_users(&mut self, listing: &Listing) {
        for index in 0..self.accounts.list.len() {
            let account = &self.accounts.list[index];
            if account.scim_id.as_deref().is_none_or(|id| self.was_listed(listing, id)) {
                continue;
            }
            let account = &mut self.accounts.list[index];
            let proof = account.proof();
            account.scim_active.observe(listing.taken_at, false, proof, None);
            account.resource = None;
            if !self.members_listed {
                account.access.observe(listing.taken_at, Access::Inactive, proof, None);
            }
        }
    }

    fn list_group(&mut self, at: Timestamp, group: &ScimGroup, ordinal: u32) {
        let before = group.id.as_ref().and_then(|id| self.trail.groups.get(id)?.seen);
        self.change_group(Told::by_listing(at, before, ordinal), group, false);
    }

    fn absent_scim_groups(&mut self, at: Timestamp) {
        let gone = self.trail.groups.values().filter(|group| group.seen < Some(at));
        let gone: Vec<_> = gone.map(|group| (group.id.clone(), Told::by_listing(at, group.seen, group.proof))).collect();
        for (id, told) in gone {
            self.drop_group(told, &id);
        }
    }

    /// A credential is gone only where the listing speaks of its system at all: one inventory may cover one system only.
    fn absent_credentials(&mut self, listing: &Listing) {
        let key = |credential: &super::credential::Credential| credential_key(&credential.system, &credential.id);
        let spoken_of: BTreeSet<String> = self
            .credentials
            .list
            .iter()
            .filter(|credential| self.was_listed(listing, &key(credential)))
            .map(|credential| credential.system.clone())
            .collect();
        for index in 0..self.credentials.list.len() {
            let credential = &self.credentials.list[index];
            let key = credential_key(&credential.system, &credential.id);
            let known_by_it = self.was_ever_listed(listing, &key);
            let covered = listing.rows == 0 || spoken_of.contains(&credential.system);
            if covered && known_by_it && !self.was_listed(listing, &key) {
                let credential = &mut self.credentials.list[index];
                credential.absent_since = credential.absent_since.or(Some(listing.taken_at));
            }
        }
    }

    /// A SCIM user that no member listing names, whichever was taken first, is not in the organization. Under basic SSO
    /// one that the endpoint holds active waits for its owner.
    pub(super) fn settle_scim_users(&mut self) {
        for account in self.accounts.list.iter_mut().filter(|account| account.access.value().is_none()) {
            let Some((at, proof)) = account.scim_active.seen() else { continue };
            match account.scim_active.value() {
                Some(true) if self.frame.invitations => account.access.observe(at, Access::Pending, proof, None),
                _ if self.members_listed => account.access.observe(at, Access::Inactive, proof, None),
                _ => {}
            }
        }
    }
}

pub(super) fn credential_key(system: &str, id: &str) -> String {
    format!("{system}/{id}")
}
