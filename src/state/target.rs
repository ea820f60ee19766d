//! What the target's side says: SCIM exchanges that took effect, and its audit log.

use super::account::{Access, Account, RoleFact};
use super::entry::Way;
use super::grant::{Grant, Teller, Told, membership_word};
use super::register::Numbering;
use super::replay::Replay;
use crate::model::event::{AccountRef, Actor, Change, Exchange, Membership, NamedRef, Operation};
use crate::model::facts::ScimUser;
use crate::model::link::fold;
use crate::model::time::Timestamp;

impl Replay {
    /// `asked` is what the request of this answer said, where the log has it on a line of its own.
    pub(super) fn exchange(&mut self, at: Timestamp, exchange: &Exchange, asked: Option<&ScimUser>, ordinal: u32) {
        if exchange.system.as_ref().is_some_and(|system| *system != self.frame.target) {
            return;
        }
        let (Some(operation), Some(user)) = (exchange.operation, &exchange.user) else { return };
        let user = &asked.map_or_else(|| user.clone(), |asked| user.clone().filled_from(asked));
        let invitations = self.frame.invitations;
        let Some(account) = self.scim_account(at, user, ordinal) else { return };
        let before = account.scim_active.value();
        let active = match operation {
            Operation::Create | Operation::Enable => user.active.unwrap_or(true),
            Operation::Disable | Operation::Delete => false,
            Operation::Update => match user.active {
                Some(active) => active,
                None => return,
            },
            Operation::GroupPush | Operation::Verify => return,
        };
        match (operation, &mut account.resource) {
            (Operation::Delete, resource) => *resource = None,
            (_, Some(resource)) => resource.active = Some(active),
            (_, None) => {}
        }
        if before.is_none() && operation == Operation::Update {
            // The first word on an account that was there already: it was so, but nothing tells since when.
            account.scim_active.observe(at, active, ordinal, None);
            if active && account.access.value().is_none() && !invitations {
                account.access.observe(at, Access::Active, ordinal, None);
            }
            return;
        }
        account.scim_active.change(at, active, ordinal);
        if operation == Operation::Create {
            account.created_at = Some(account.created_at.map_or(at, |created| created.min(at)));
        }
        // A push that repeats what the endpoint holds does not bring back what was removed by hand.
        if active && before == Some(true) && operation != Operation::Create {
            return;
        }
        if active {
            account.enter(at, Way::Scim, None);
        }
        match (active, account.access.value()) {
            (true, Some(Access::Active)) => {}
            (true, _) if invitations => account.access.change(at, Access::Pending, ordinal),
            (true, _) => account.access.change(at, Access::Active, ordinal),
            (false, _) => account.access.change(at, Access::Inactive, ordinal),
        }
    }

    /// The account a SCIM resource is about, with what the resource says of it.
    pub(super) fn scim_account(&mut self, at: Timestamp, user: &ScimUser, ordinal: u32) -> Option<&mut Account> {
        let named = AccountRef { system: None, id: user.id.clone(), name: user.user_name.clone() };
        if self.is_scim_actor(&named) {
            return None;
        }
        let system = self.frame.target.clone();
        let account = self.accounts.resolve(&system, Numbering::Scim, &named, at, ordinal)?;
        if user.external_id.is_some() {
            account.external_id.clone_from(&user.external_id);
        }
        account.learn_emails(&user.emails);
        account.created_at = earlier(account.created_at, user.created_at);
        account.resource = Some(user.clone().filled_from(&account.resource.take().unwrap_or_default()));
        Some(account)
    }

    /// The account that the target's audit log, or the log of a system beside it, names.
    pub(super) fn hub_account(&mut self, at: Timestamp, named: &AccountRef, ordinal: u32) -> Option<&mut Account> {
        if self.is_scim_actor(named) {
            return None;
        }
        match named.system.as_ref().filter(|system| **system != self.frame.target) {
            Some(system) => self.elsewhere.entry(system.clone()).or_default().resolve(system, Numbering::Hub, named, at, ordinal),
            None => self.accounts.resolve(&self.frame.target, Numbering::Hub, named, at, ordinal),
        }
    }

    fn is_scim_actor(&self, named: &AccountRef) -> bool {
        named.name.as_ref().is_some_and(|name| self.frame.scim_actors.contains(&fold(name)))
    }

    pub(super) fn membership(
        &mut self,
        at: Timestamp,
        named: &AccountRef,
        step: Membership,
        role: Option<&str>,
        by: Option<&Actor>,
        ordinal: u32,
    ) {
        let Some(account) = self.hub_account(at, named, ordinal) else { return };
        if let Some(way) = Way::of(step) {
            account.enter(at, way, by);
        }
        if matches!(step, Membership::Joined | Membership::Accepted) {
            account.arrivals.push(at);
        }
        // Joining by oneself is a sign-on too: the role mapping is evaluated then.
        if step == Membership::Joined {
            account.login = account.login.max(Some((at, ordinal)));
        }
        match step {
            Membership::Added | Membership::Joined | Membership::Accepted => {
                account.access.change(at, Access::Active, ordinal);
                account.created_at = account.created_at.or(Some(at));
                if let Some(role) = role {
                    let before = account.role.replace(RoleFact { role: role.to_owned(), at, proof: ordinal, seen: ordinal, seen_at: at });
                    // The role that somebody comes with is no change of one.
                    if let Some(before) = before {
                        let told = Told::by_log(at, Teller::AuditLog, ordinal);
                        self.note_grant(told, named, Grant::Role, Some(before.role), Some(role.to_owned()));
                    }
                }
            }
            Membership::Removed | Membership::Left => {
                account.access.change(at, Access::Inactive, ordinal);
                account.resource_groups.clear();
                // Whoever comes back has the role that the return says, not the one from before.
                account.role = None;
            }
            Membership::Invited if !account.is_active() => account.access.change(at, Access::Pending, ordinal),
            Membership::Invited => {}
        }
    }

    pub(super) fn role_change(&mut self, at: Timestamp, named: &AccountRef, from: Option<&str>, to: &str, ordinal: u32) {
        let account = self.hub_account(at, named, ordinal);
        let fact = RoleFact { role: to.to_owned(), at, proof: ordinal, seen: ordinal, seen_at: at };
        let before = account.and_then(|account| account.role.replace(fact));
        let from = from.map(str::to_owned).or(before.map(|before| before.role));
        let told = Told::by_log(at, Teller::AuditLog, ordinal);
        self.note_grant(told, named, Grant::Role, from, Some(to.to_owned()));
    }

    pub(super) fn resource_group(
        &mut self,
        at: Timestamp,
        group: &NamedRef,
        accounts: &[(AccountRef, Option<String>)],
        change: Change,
        ordinal: u32,
    ) {
        let Some(name) = group.name.as_ref().or(group.id.as_ref()) else { return };
        let told = Told::by_log(at, Teller::AuditLog, ordinal);
        for (named, role) in accounts {
            let Some(account) = self.hub_account(at, named, ordinal) else { continue };
            let before = match change {
                Change::Added => account.resource_groups.insert(name.clone(), role.clone()),
                Change::Removed => account.resource_groups.remove(name),
            };
            let word = |role: Option<String>| membership_word(role.as_deref());
            let (from, to) = match change {
                Change::Added => (before.map(word), Some(word(role.clone()))),
                // Whoever is removed was there.
                Change::Removed => (Some(word(before.unwrap_or_default())), None),
            };
            self.note_grant(told, named, Grant::ResourceGroup(name.clone()), from, to);
        }
    }

    pub(super) fn login(&mut self, at: Timestamp, named: &AccountRef, ordinal: u32) {
        if let Some(account) = self.hub_account(at, named, ordinal) {
            account.login = account.login.max(Some((at, ordinal)));
            account.arrivals.push(at);
            account.act(at, ordinal);
        }
    }

    pub(super) fn act(&mut self, at: Timestamp, named: &AccountRef, ordinal: u32) {
        if let Some(account) = self.hub_account(at, named, ordinal) {
            account.act(at, ordinal);
        }
    }
}

/// The earlier of two moments, where there are two.
pub(super) fn earlier(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    one.into_iter().chain(other).min()
}
