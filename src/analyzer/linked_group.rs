//! Linked groups: a resource group, and the SCIM groups that give roles in it. Removal from one leaves the highest of the others.

use std::collections::BTreeMap;

use super::Context;
use crate::model::listing::Absence;
use crate::model::time::Timestamp;
use crate::policy::Role;
use crate::state::{Account, TargetGroup};

/// A resource group with the SCIM groups that give roles in it, as the target holds them.
#[derive(Debug)]
pub struct LinkedGroup<'a> {
    /// The resource group.
    pub name: &'a str,
    pub(super) groups: Vec<(Role, &'a TargetGroup)>,
}

impl<'a> LinkedGroup<'a> {
    /// The resource group that a table of `[resource_groups]` is about.
    ///
    /// # Errors
    /// Why it cannot be judged, as a sentence without its full stop.
    pub fn of(context: &Context<'a>, name: &'a str, mapping: &BTreeMap<String, Role>) -> Result<Self, String> {
        let directory = context.directory;
        let known = directory.resource_groups.contains_key(name)
            || directory.accounts.iter().any(|account| account.resource_groups.contains_key(name));
        if !known {
            return Err(format!("who is in resource group {name} is not known"));
        }
        let mut groups = Vec::new();
        for (group, role) in mapping {
            let of_name: Vec<&TargetGroup> = directory.target_groups.values().filter(|known| known.name == *group).collect();
            // A complete listing without the group says that it gives nobody a role.
            let told =
                if of_name.is_empty() { directory.listed.contains(&Absence::ScimGroup) } else { of_name.iter().all(|known| known.whole) };
            if !told {
                return Err(format!("the members of SCIM group {group}, which [resource_groups] names, are not known"));
            }
            groups.extend(of_name.into_iter().map(|known| (*role, known)));
        }
        Ok(Self { name, groups })
    }

    /// The highest role that a group gives, and that group.
    pub(super) fn expected(&self, account: &Account) -> Option<(Role, &'a TargetGroup)> {
        highest(self.groups.iter().copied(), |group| ids(account).any(|id| group.members.contains(id)))
    }

    /// When one of the groups last gained or lost the account, and by which event.
    pub(super) fn moved(&self, account: &Account) -> Option<(Timestamp, u32)> {
        self.groups.iter().flat_map(|(_, group)| ids(account).filter_map(|id| group.moved.get(id))).max().copied()
    }
}

/// Of the groups that somebody is in, the one that gives the highest role (Hugging Face: "SCIM groups and resource groups").
pub fn highest<G: Copy>(groups: impl IntoIterator<Item = (Role, G)>, is_member: impl Fn(G) -> bool) -> Option<(Role, G)> {
    groups.into_iter().filter(|(_, group)| is_member(*group)).max_by_key(|(role, _)| *role)
}

/// The ids by which groups may name an account as a member.
pub fn ids(account: &Account) -> impl Iterator<Item = &str> {
    [account.scim_id.as_deref(), account.hub_id.as_deref()].into_iter().flatten()
}
