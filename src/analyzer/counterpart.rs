//! Counterparts: which group of the identity provider a SCIM group stands for.

use std::collections::BTreeMap;

use super::Context;
use crate::state::{Group, TargetGroup};

/// The identity provider's groups, as SCIM groups name them.
#[derive(Debug)]
pub struct Counterparts<'a> {
    by_id: &'a BTreeMap<String, Group>,
    /// By name, where a name stands for one group.
    by_name: BTreeMap<&'a str, Option<(&'a String, &'a Group)>>,
}

impl<'a> Counterparts<'a> {
    /// Those that the directory knows.
    #[must_use]
    pub fn of(context: &Context<'a>) -> Self {
        let by_id = &context.directory.groups;
        let mut by_name: BTreeMap<&str, Option<(&String, &Group)>> = BTreeMap::new();
        for (id, group) in by_id {
            by_name.entry(&group.name).and_modify(|known| *known = None).or_insert(Some((id, group)));
        }
        Self { by_id, by_name }
    }

    /// The group that a SCIM group stands for, with its id: by `externalId`, else by name.
    #[must_use]
    pub fn of_group(&self, group: &TargetGroup) -> Option<(&'a String, &'a Group)> {
        let by_id = group.external_id.as_ref().and_then(|id| self.by_id.get_key_value(id));
        by_id.or_else(|| self.named(&group.name))
    }

    /// The only group of this name, with its id.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<(&'a String, &'a Group)> {
        self.by_name.get(name).copied().flatten()
    }
}
