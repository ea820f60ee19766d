//! What the identity provider's own log says: lifecycle, assignment, groups, attempts, sign-ons.

use super::attempt::Side;
use super::person::Standing;
use super::replay::{Replay, membership_of};
use super::trail::attempt;
use crate::model::event::{Change, Event, Lifecycle, NamedRef, Operation, Outcome, PersonRef};
use crate::model::time::Timestamp;

impl Replay {
    pub(super) fn lifecycle(&mut self, at: Timestamp, named: &PersonRef, step: Lifecycle, ordinal: u32) {
        let Some(person) = self.people.resolve(named, ordinal) else { return };
        let standing = match step {
            Lifecycle::Created | Lifecycle::Activated | Lifecycle::Unsuspended => Standing::Active,
            Lifecycle::Suspended => Standing::Suspended,
            Lifecycle::Deactivated => Standing::Deactivated,
            Lifecycle::Deleted => Standing::Deleted,
        };
        if step == Lifecycle::Created {
            person.created_at = Some(person.created_at.map_or(at, |created| created.min(at)));
        }
        person.standing.change(at, standing, ordinal);
    }

    pub(super) fn assignment(&mut self, at: Timestamp, named: &PersonRef, application: &NamedRef, change: Change, ordinal: u32) {
        if !self.is_application(application) {
            return;
        }
        if let Some(person) = self.people.resolve(named, ordinal) {
            person.assigned.change(at, change == Change::Added, ordinal);
        }
    }

    pub(super) fn group_assignment(&mut self, at: Timestamp, group: &NamedRef, application: &NamedRef, change: Change, ordinal: u32) {
        let Some(id) = group.id.as_ref() else { return };
        if let Some(name) = &group.name {
            self.groups.insert(id.clone(), name.clone());
        }
        // Okta tells the assignment of every single member too, so a group's own adds nothing there.
        if self.is_application(application) && self.frame.provider != "okta" {
            membership_of(&mut self.assigned_groups, id).change(at, change == Change::Added, ordinal);
        }
    }

    pub(super) fn group_membership(&mut self, at: Timestamp, named: &PersonRef, group: &NamedRef, change: Change, ordinal: u32) {
        let Some(id) = group.id.as_ref().or(group.name.as_ref()) else { return };
        if let Some(name) = &group.name {
            self.groups.insert(id.clone(), name.clone());
        }
        if let Some(membership) = self.people.membership(named, id, ordinal) {
            membership.change(at, change == Change::Added, ordinal);
        }
    }

    pub(super) fn sign_on(&mut self, at: Timestamp, named: &PersonRef, application: &NamedRef, ordinal: u32) {
        if !self.is_application(application) {
            return;
        }
        if let Some(person) = self.people.resolve(named, ordinal) {
            person.sign_on = person.sign_on.max(Some((at, ordinal)));
        }
    }

    pub(super) fn attempt(&mut self, event: &Event, operation: Operation, named: &PersonRef, account_id: Option<&str>, ordinal: u32) {
        let Some(person) = self.people.resolve(named, ordinal) else { return };
        if let (Outcome::Success, Some(id)) = (event.outcome, account_id) {
            person.account_ids.insert(id.to_owned(), (event.at, ordinal));
        }
        person.attempts.push(attempt(event, operation, Side::Provider, None, ordinal));
        person.touched.push(event.at);
    }
}
