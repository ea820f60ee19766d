//! The ground: which account the connector holds for a person, what it would send of them, and who is who at the endpoint.

use std::collections::BTreeMap;

use crate::analyzer::{
    Attribute, Cause, Context, Counterparts, is_named_so, is_replaced, member_ids, names_fit, unrepaired_of, value_sent,
};
use crate::model::event::Operation;
use crate::model::facts::ScimUser;
use crate::model::link::fold;
use crate::model::plan::{PlannedOperation, Validity};
use crate::model::time::Timestamp;
use crate::policy::{Provider, Sso};
use crate::state::{Account, Person, Side};

use super::request::Dialect;

/// The account that the connector would write to for a person.
#[derive(Clone, Copy, Debug)]
pub(super) enum Seat<'a> {
    /// It knows this one.
    Held(&'a Account),
    /// There is none.
    Free,
    /// One looks like the person's, and the connector does not know it.
    Taken(&'a Account),
    /// Several may be meant.
    Unclear(&'a Account),
}

/// What every kind of operation is planned from.
#[derive(Debug)]
pub(super) struct Ground<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) dialect: Dialect<'a>,
    pub(super) counterparts: Counterparts<'a>,
    names_fit: bool,
    /// Accounts that the endpoint has, by folded name.
    by_name: BTreeMap<String, &'a Account>,
    /// Accounts that the endpoint has, by folded address.
    by_email: BTreeMap<String, &'a Account>,
    /// The target's accounts by the ids that groups name them by.
    by_member: BTreeMap<&'a str, &'a Account>,
}

impl<'a> Ground<'a> {
    pub(super) fn of(context: &'a Context<'a>) -> Self {
        let targets = || context.directory.accounts.iter().filter(|account| context.directory.is_target(account));
        let resources = || targets().filter_map(|account| Some((account, account.resource.as_ref()?)));
        let addresses = |(account, resource): (&'a Account, &'a ScimUser)| Some((fold(resource.emails.first()?), account));
        // A namesake that listings of the organization alone tell of has the name too.
        let by_name = targets().filter(|account| account.is_active()).map(|account| (fold(&account.name), account));
        Self {
            context,
            dialect: Dialect::of(context.policy),
            counterparts: Counterparts::of(context),
            names_fit: names_fit(context),
            by_name: by_name.chain(resources().map(|(account, _)| (fold(&account.name), account))).collect(),
            by_email: resources().filter_map(addresses).collect(),
            by_member: targets().flat_map(|account| member_ids(account).map(move |id| (id, account))).collect(),
        }
    }

    pub(super) fn is_managed(&self) -> bool {
        self.context.policy.target.sso == Sso::Managed
    }

    pub(super) fn persons(&self) -> &'a [Person] {
        &self.context.directory.persons
    }

    /// The account of the target that a group's member is.
    pub(super) fn member(&self, id: &str) -> Option<&'a Account> {
        self.by_member.get(id).copied()
    }

    /// Who has a user name at the endpoint.
    pub(super) fn named(&self, name: &str) -> Option<&'a Account> {
        self.by_name.get(&fold(name)).copied()
    }

    /// Who has an address at the endpoint.
    pub(super) fn addressed(&self, email: &str) -> Option<&'a Account> {
        self.by_email.get(&fold(email)).copied()
    }

    /// The account that the connector would write to for a person.
    pub(super) fn seat(&self, person: &Person) -> Seat<'a> {
        let directory = self.context.directory;
        let of = |indexes: &[usize]| -> Vec<&'a Account> {
            let accounts = indexes.iter().filter_map(|index| directory.accounts.get(*index));
            accounts.filter(|account| directory.is_target(account) && (account.resource.is_some() || account.is_active())).collect()
        };
        let (own, disputed) = (of(&person.accounts), of(&person.disputed));
        let held: Vec<&Account> = own.iter().copied().filter(|account| self.is_held(account, person)).collect();
        let working: Vec<&Account> = held.iter().copied().filter(|account| is_on(account)).collect();
        match (held.as_slice(), working.as_slice(), own.as_slice(), disputed.as_slice()) {
            ([one], ..) | (_, [one], ..) => Seat::Held(one),
            ([first, ..], ..) | ([], _, [], [first, ..]) => Seat::Unclear(first),
            ([], _, [first, ..], _) => Seat::Taken(first),
            ([], _, [], []) => Seat::Free,
        }
    }

    /// Whether the connector knows that an account is this person's: by the id that either side keeps of the other. Okta looks for
    /// the user name too, before it makes an account.
    pub(super) fn is_held(&self, account: &Account, person: &Person) -> bool {
        let Some(resource) = &account.resource else { return false };
        let by_id = resource.external_id.as_deref() == Some(person.id.as_str())
            || member_ids(account).any(|id| person.account_ids.contains_key(id));
        let by_name = || {
            let name = value_sent(self.context, person, Attribute::UserName);
            person.entitled() == Some(true) && name.is_some_and(|name| fold(&name) == fold(&account.name))
        };
        by_id || (self.context.policy.idp.provider == Provider::Okta && resource.external_id.is_none() && by_name())
    }

    /// What the connector would send of a person; `None` for a value that is not known, or that is not written under basic
    /// single sign-on, where accounts keep their own names.
    pub(super) fn wanted(&self, person: &Person, held: Option<&Account>) -> ScimUser {
        let value = |attribute| value_sent(self.context, person, attribute).filter(|value| !is_replaced(value));
        // Where names are not made as configured, the one there is stays.
        let made = self.names_fit && (held.is_none() || is_named_so(self.context, person));
        ScimUser {
            id: None,
            external_id: Some(person.id.clone()),
            user_name: value(Attribute::UserName).filter(|_| made),
            given_name: value(Attribute::GivenName),
            family_name: value(Attribute::FamilyName),
            emails: value(Attribute::Emails).into_iter().collect(),
            active: Some(true),
            ..ScimUser::default()
        }
    }

    /// When the identity provider reports that it did one of these, later than the endpoint was last told of the account.
    pub(super) fn reported_since(&self, person: &Person, account: Option<&Account>, operations: &[Operation]) -> Option<Timestamp> {
        let known = account.and_then(|account| account.scim_active.seen()).map(|(at, _)| at);
        let known = known.max(self.context.directory.scim_users_listed);
        let done = person.attempts.iter().rev().find(|attempt| attempt.success() && operations.contains(&attempt.operation))?;
        (done.side == Side::Provider && known.is_none_or(|known| known < done.at)).then_some(done.at)
    }

    /// Adds what the last attempts at an operation failed with, where nothing repaired that: the same is to be expected again.
    pub(super) fn expect_again(&self, planned: &mut PlannedOperation, person: &Person, operations: &[Operation], name: Option<&str>) {
        let rows = unrepaired_of(self.context, person);
        let Some(row) = rows.iter().find(|row| operations.contains(&row.operation)) else { return };
        let Some(last) = row.tries().last() else { return };
        let failure = row.words().first().map(|failure| (failure.code.clone().unwrap_or_default(), failure.message.clone()));
        let (code, message) = failure.unwrap_or_default();
        let told: Vec<String> = [code, message].into_iter().filter(|text| !text.is_empty()).collect();
        planned.remarks.push(format!(
            "The last attempt, of {} UTC, failed ({}): mend that first.",
            row.last_at().minute(),
            told.join(", ")
        ));
        planned.proofs.extend(last.tellings().map(|told| told.proof));
        let sent = last.endpoint.and_then(|attempt| attempt.sent.as_deref()).and_then(|user| user.user_name.as_deref());
        let same_name = sent.is_none() || sent.map(fold) == name.map(fold);
        let expected = match row.cause {
            // Names are taken by accounts outside the organization too, which no listing shows.
            Cause::Conflict if same_name => Validity::Conflict,
            Cause::Authentication | Cause::Transport | Cause::RateLimit => Validity::Valid,
            _ => Validity::Unknown,
        };
        planned.validity = planned.validity.max(expected);
    }
}

/// Whether the endpoint holds an account as active.
pub(super) fn is_on(account: &Account) -> bool {
    account.resource.as_ref().and_then(|resource| resource.active) == Some(true)
}
