//! Groups of the identity provider: their names, and how much is known of who is in them.

use std::collections::{BTreeMap, BTreeSet};

use super::directory::Directory;
use super::replay::Replay;
use crate::model::listing::Absence;

/// A group of the identity provider.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// Its display name.
    pub name: String,
    /// Whether a complete listing of its members was read.
    pub members_listed: bool,
    /// Whether anybody's membership, or its end, was told.
    pub members_told: bool,
}

impl Replay {
    /// Every group that anything tells of, by id.
    pub(super) fn known_groups(&self) -> BTreeMap<String, Group> {
        let in_full = self.listings.iter().filter(|listing| listing.absence == Absence::GroupMember && listing.complete);
        let listed: BTreeSet<&String> = self.listed_groups.iter().chain(in_full.map(|listing| &listing.scope)).collect();
        let unnamed = listed.iter().map(|id| (*id, *id)).filter(|(id, _)| !self.groups.contains_key(*id));
        let group = |(id, name): (&String, &String)| {
            let group = Group { name: name.clone(), members_listed: listed.contains(id), members_told: self.people.knows_members(id) };
            (id.clone(), group)
        };
        self.groups.iter().chain(unnamed).map(group).collect()
    }
}

impl Directory {
    /// The identity provider's groups of this name, with their ids and in their order.
    pub fn groups_named(&self, name: &str) -> impl Iterator<Item = (&str, &Group)> {
        let ids = self.group_ids.get(name).into_iter().flatten();
        ids.filter_map(|id| Some((id.as_str(), self.groups.get(id)?)))
    }

    /// The id of the identity provider's group of this name; the name itself where none or several have it.
    #[must_use]
    pub fn group_id<'a>(&'a self, name: &'a str) -> &'a str {
        match self.group_ids.get(name).map(Vec::as_slice) {
            Some([id]) => id,
            _ => name,
        }
    }
}

/// The ids of the groups of each name.
pub(super) fn ids_by_name(groups: &BTreeMap<String, Group>) -> BTreeMap<String, Vec<String>> {
    let mut ids: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (id, group) in groups {
        ids.entry(group.name.clone()).or_default().push(id.clone());
    }
    ids
}
