//! Systems beside the target: AWS, hoop.dev. There a person is entitled while active; assignment is not known.

use super::account::Access;
use super::register::Numbering;
use super::replay::Replay;
use super::target::earlier;
use crate::model::class::Class;
use crate::model::event::AccountRef;
use crate::model::facts::AccountFacts;
use crate::model::link::fold;
use crate::model::listing::Listing;
use crate::model::time::Timestamp;

impl Replay {
    pub(super) fn observe_account(&mut self, at: Timestamp, source: &str, facts: &AccountFacts, ordinal: u32) {
        let named = AccountRef { system: Some(facts.system.clone()), id: Some(facts.id.clone()), name: Some(facts.name.clone()) };
        let absent_at = self.closed.get(&(source.to_owned(), String::new())).copied();
        let accounts = self.elsewhere.entry(facts.system.clone()).or_default();
        let Some(account) = accounts.resolve(&facts.system, Numbering::Hub, &named, at, ordinal) else { return };
        account.access.appear(at, Access::Active, ordinal, absent_at);
        account.listed_class = facts.class.as_deref().and_then(Class::parse);
        account.emails.extend(facts.email.iter().chain(Some(&facts.name).filter(|name| name.contains('@'))).map(|email| fold(email)));
        account.second_factor = facts.second_factor.or(account.second_factor);
        account.created_at = earlier(account.created_at, facts.created_at);
        if let Some(login) = facts.last_login_at {
            account.login = account.login.max(Some((login, ordinal)));
            account.act(login, ordinal);
        }
        self.note_listed(source, "", &facts.id, at);
        for token in &facts.tokens {
            self.observe_token(at, source, token, ordinal);
        }
    }

    /// Accounts that a complete listing of their system no longer names are gone.
    pub(super) fn absent_elsewhere(&mut self, listing: &Listing) {
        let mut elsewhere = std::mem::take(&mut self.elsewhere);
        for accounts in elsewhere.values_mut() {
            // Only a system that the listing speaks of, or spoke of before, can have lost an account to it.
            let ids = |account: &super::account::Account| account.hub_id.clone().unwrap_or_default();
            let speaks = accounts.list.iter().any(|account| self.was_ever_listed(listing, &ids(account)));
            for account in accounts.list.iter_mut().filter(|_| speaks) {
                if !self.was_listed(listing, &ids(account)) && account.access.value() == Some(Access::Active) {
                    let proof = account.proof();
                    account.access.observe(listing.taken_at, Access::Inactive, proof, None);
                }
            }
        }
        self.elsewhere = elsewhere;
    }

    /// hoop.dev names its accounts by what they did alone: who had a session has an account. Its ids are the
    /// identity provider's subjects, and its names are addresses.
    pub(super) fn settle_sessions(&mut self) {
        for account in self.elsewhere.get_mut("hoop").into_iter().flat_map(|accounts| &mut accounts.list) {
            account.external_id.clone_from(&account.hub_id);
            if account.name.contains('@') {
                account.emails.insert(fold(&account.name));
            }
            if let (Some((at, proof)), None) = (account.activity, account.access.value()) {
                account.access.observe(at, Access::Active, proof, None);
            }
        }
    }
}
