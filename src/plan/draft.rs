//! The draft: operations as they are found, numbered, with what each later one has to wait for.

use std::collections::{BTreeMap, BTreeSet};

use crate::analyzer::member_ids;
use crate::model::plan::{Kind, PlannedOperation, Unplanned, Validity};
use crate::state::{Account, Person};

use super::validity::Promised;

/// What has been drafted so far.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub(super) operations: Vec<PlannedOperation>,
    pub(super) undecided: Vec<Unplanned>,
    pub(super) left_alone: Vec<Unplanned>,
    /// Steps that make an account, by the person's id.
    pub(super) accounts_made: BTreeMap<String, (u64, Validity)>,
    /// Steps that make a group, by its name.
    pub(super) groups_made: BTreeMap<String, (u64, Validity)>,
    /// Groups of which it is not known who is in them, or should be.
    pub(super) unknown_groups: BTreeSet<String>,
    /// Names and addresses that steps take.
    pub(super) promised: Promised,
    /// Names of SCIM groups that an account joins and leaves, by the person's id.
    pub(super) joins: BTreeMap<String, BTreeSet<String>>,
    pub(super) leaves: BTreeMap<String, BTreeSet<String>>,
}

impl Draft {
    /// The number of the step that is drafted next.
    pub(super) fn next_step(&self) -> u64 {
        self.operations.len() as u64 + 1
    }

    /// Adds an operation and gives it its number.
    pub(super) fn push(&mut self, operation: PlannedOperation) {
        let step = self.next_step();
        self.operations.push(PlannedOperation { step, ..operation });
    }

    /// Says that nothing can be concluded.
    pub(super) fn leave_undecided(&mut self, person: &Person, account: Option<&Account>, because: String) {
        self.undecided.push(unplanned(Some(person), account, "", because));
    }

    /// Says that the sync does nothing about it.
    pub(super) fn leave_alone(&mut self, person: Option<&Person>, account: Option<&Account>, group: &str, because: String) {
        self.left_alone.push(unplanned(person, account, group, because));
    }

    /// Puts the rows beside the operations in order.
    pub(super) fn settle(&mut self) {
        for rows in [&mut self.undecided, &mut self.left_alone] {
            rows.sort();
            rows.dedup();
        }
        for operation in &mut self.operations {
            operation.proofs.sort_unstable();
            operation.proofs.dedup();
        }
    }
}

fn unplanned(person: Option<&Person>, account: Option<&Account>, group: &str, because: String) -> Unplanned {
    Unplanned {
        person: person.map(|person| person.id.clone()).unwrap_or_default(),
        person_login: person.map(|person| person.label().to_owned()).unwrap_or_default(),
        account: account.map(|account| account.name.clone()).unwrap_or_default(),
        group: group.to_owned(),
        because,
    }
}

/// An operation about a person and, where there is one, the person's account, with what all kinds share.
pub(super) fn operation(kind: Kind, person: Option<&Person>, account: Option<&Account>, reason: String) -> PlannedOperation {
    PlannedOperation {
        step: 0,
        kind,
        person: person.map(|person| person.id.clone()).unwrap_or_default(),
        person_login: person.map(|person| person.label().to_owned()).unwrap_or_default(),
        account: account.map(|account| account.name.clone()).unwrap_or_default(),
        account_id: account.and_then(endpoint_id).unwrap_or_default().to_owned(),
        group: String::new(),
        reason,
        changes: Vec::new(),
        request: None,
        needs: Vec::new(),
        validity: Validity::Valid,
        remarks: Vec::new(),
        irreversible: String::new(),
        supposed: false,
        evidence: Vec::new(),
        proofs: person.into_iter().flat_map(entitlement_proofs).chain(account.map(Account::proof)).collect(),
        effect: None,
    }
}

/// The id that the SCIM endpoint knows an account by.
pub(super) fn endpoint_id(account: &Account) -> Option<&str> {
    account.resource.as_ref().and_then(|resource| resource.id.as_deref()).or_else(|| member_ids(account).next())
}

/// The records that say whether a person is active and assigned.
fn entitlement_proofs(person: &Person) -> impl Iterator<Item = u32> {
    [person.standing.seen(), person.assigned.seen()].into_iter().flatten().map(|(_, proof)| proof)
}
