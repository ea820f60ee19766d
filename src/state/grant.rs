//! Grants: the role, groups and resource groups of an account at the target, and every change of them that a log tells or
//! that a listing shows against what was known before.
//!
//! What was so when it was first seen is no change. Groups of the identity provider are timelines of their own, in
//! [`super::Person::groups`].

use std::collections::{BTreeMap, BTreeSet};

use super::replay::Replay;
use super::trail::TargetGroup;
use crate::model::event::AccountRef;
use crate::model::facts::ScimGroup;
use crate::model::time::Timestamp;

/// What an account holds beyond being there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Grant {
    /// The role in the organization.
    Role,
    /// The membership of a group, by its name, as the SCIM endpoint has it.
    Group(String),
    /// The membership of a resource group, by its name, with the role in it.
    ResourceGroup(String),
}

/// Who tells of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Teller {
    /// The target's audit log.
    AuditLog,
    /// A SCIM request that worked.
    Endpoint,
    /// A listing that differs from what was known: it changed at its moment or earlier.
    Listing,
}

/// One change of what an account holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantChange {
    /// When, or when it was first seen.
    pub at: Timestamp,
    /// Whose, as it was told.
    pub named: AccountRef,
    /// Index of the account, where it is known.
    pub account: Option<usize>,
    /// What.
    pub grant: Grant,
    /// The role before; of a membership without one, `member`; `None`: none, or not known.
    pub from: Option<String>,
    /// The role afterwards; of a membership without one, `member`; `None`: none.
    pub to: Option<String>,
    /// Who tells.
    pub teller: Teller,
    /// Only a listing shows it: it changed at `at` or earlier, but later than this, where an earlier one is known.
    pub later_than: Option<Timestamp>,
    /// The event.
    pub proof: u32,
}

/// When something was told, who tells, and which event it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told {
    pub(super) at: Timestamp,
    pub(super) teller: Teller,
    pub(super) later_than: Option<Timestamp>,
    pub(super) proof: u32,
}

impl Told {
    /// By a log, which is exact.
    pub(super) const fn by_log(at: Timestamp, teller: Teller, proof: u32) -> Self {
        Self { at, teller, later_than: None, proof }
    }

    /// By a listing; `before` is when the one before it was taken.
    pub(super) const fn by_listing(at: Timestamp, before: Option<Timestamp>, proof: u32) -> Self {
        Self { at, teller: Teller::Listing, later_than: before, proof }
    }
}

/// The word for a membership that comes with no role.
const MEMBER: &str = "member";

/// The role in a resource group, in words.
pub(super) fn membership_word(role: Option<&str>) -> String {
    role.unwrap_or(MEMBER).to_owned()
}

impl Replay {
    /// Notes a change, unless nothing changed.
    pub(super) fn note_grant(&mut self, told: Told, named: &AccountRef, grant: Grant, from: Option<String>, to: Option<String>) {
        if from != to {
            let Told { at, teller, later_than, proof } = told;
            self.trail.grants.push(GrantChange { at, named: named.clone(), account: None, grant, from, to, teller, later_than, proof });
        }
    }

    /// Notes how an account's resource groups differ; of those that are new, only where all were known before.
    pub(super) fn note_resource_groups(
        &mut self,
        told: Told,
        named: &AccountRef,
        before: &BTreeMap<String, Option<String>>,
        after: &BTreeMap<String, Option<String>>,
        all_known: bool,
    ) {
        let groups: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        let word = |groups: &BTreeMap<String, Option<String>>, name: &String| groups.get(name).map(|role| membership_word(role.as_deref()));
        for name in groups {
            let (from, to) = (word(before, name), word(after, name));
            if all_known || from.is_some() {
                self.note_grant(told, named, Grant::ResourceGroup(name.clone()), from, to);
            }
        }
    }

    /// What a request changed of a group, or what a listing says of it. `is_new`: the request made it.
    pub(super) fn change_group(&mut self, told: Told, group: &ScimGroup, is_new: bool) {
        let Some(id) = &group.id else { return };
        let known = self.trail.groups.entry(id.clone()).or_insert_with(|| TargetGroup { id: id.clone(), ..TargetGroup::default() });
        (known.proof, known.seen) = (told.proof, Some(told.at));
        if group.external_id.is_some() {
            known.external_id.clone_from(&group.external_id);
        }
        if let Some(name) = &group.display_name {
            known.name.clone_from(name);
        }
        let all_known = known.whole || is_new;
        let (mut come, mut gone): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
        let mut moved: Vec<String> = Vec::new();
        if let Some(members) = &group.members {
            let members: BTreeSet<String> = members.iter().cloned().collect();
            moved.extend(known.members.symmetric_difference(&members).cloned());
            come.extend(members.difference(&known.members).filter(|_| all_known).cloned());
            gone.extend(known.members.difference(&members).cloned());
            (known.members, known.whole) = (members, true);
        }
        for member in &group.added {
            if known.members.insert(member.clone()) {
                come.push(member.clone());
                moved.push(member.clone());
            }
        }
        for member in &group.removed {
            let was_known = known.members.remove(member);
            moved.extend(was_known.then(|| member.clone()));
            // Of a group that was not told in full, whoever is removed may have been there.
            gone.extend((was_known || !all_known).then(|| member.clone()));
        }
        if told.teller == Teller::Endpoint {
            known.moved.extend(moved.into_iter().map(|member| (member, (told.at, told.proof))));
        }
        let name = known.label().to_owned();
        self.note_members(told, &name, come, gone);
    }

    /// A group is gone, and with it all its memberships.
    pub(super) fn drop_group(&mut self, told: Told, id: &str) {
        if let Some(group) = self.trail.groups.remove(id) {
            let name = group.label().to_owned();
            self.note_members(told, &name, Vec::new(), group.members);
        }
    }

    fn note_members(&mut self, told: Told, name: &str, come: impl IntoIterator<Item = String>, gone: impl IntoIterator<Item = String>) {
        let member = || Some(MEMBER.to_owned());
        for id in come {
            self.note_grant(told, &by_id(id), Grant::Group(name.to_owned()), None, member());
        }
        for id in gone {
            self.note_grant(told, &by_id(id), Grant::Group(name.to_owned()), member(), None);
        }
    }
}

fn by_id(id: String) -> AccountRef {
    AccountRef { system: None, id: Some(id), name: None }
}
