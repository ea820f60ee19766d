//! `role-raise` and `role-lower`: the organization role that the groups map to is another one. No request changes it: Hugging Face
//! evaluates the mapping at the next sign-on.

use crate::analyzer::expected_role;
use crate::model::plan::{Kind, ValueChange};
use crate::policy::Role;
use crate::state::{Account, Person};

use super::draft::{Draft, operation};
use super::ground::Ground;

pub(super) fn draft(ground: &Ground<'_>, draft: &mut Draft) {
    for kind in [Kind::RoleRaise, Kind::RoleLower] {
        for person in ground.persons().iter().filter(|person| person.entitled() == Some(true)) {
            let accounts = ground.context.directory.target_accounts(person);
            for account in accounts.filter(|account| account.is_active() && account.class.needs_owner()) {
                change(ground, draft, kind, person, account);
            }
        }
    }
}

fn change(ground: &Ground<'_>, draft: &mut Draft, kind: Kind, person: &Person, account: &Account) {
    let Some(fact) = &account.role else { return };
    let (Some(observed), Some(expectation)) = (Role::parse(&fact.role), expected_role(ground.context, person)) else { return };
    let turn = if expectation.role > observed { Kind::RoleRaise } else { Kind::RoleLower };
    if expectation.role == observed || turn != kind {
        return;
    }
    let (from, to) = (observed.word(), expectation.role.word());
    let reason = format!("The groups of {} map to role {to}, and the account has role {from}.", person.label());
    let mut planned = operation(kind, Some(person), Some(account), reason);
    planned.changes = vec![ValueChange { what: "role".to_owned(), from: from.to_owned(), to: to.to_owned() }];
    planned.proofs.push(fact.proof);
    planned.proofs.extend(expectation.since.map(|(_, proof)| proof));
    draft.push(planned);
}
