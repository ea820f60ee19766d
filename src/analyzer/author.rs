//! Authors: on whose account something was changed at the target.

use std::collections::BTreeSet;

use crate::model::event::Actor;
use crate::model::link::fold;
use crate::model::time::{Span, Timestamp};
use crate::policy::Policy;
use crate::state::Account;

/// The target evaluates its mapping at a sign-on; what follows so soon, under the account's own name, is its effect.
const EFFECT_WITHIN: Span = Span::from_micros(10 * 60 * 1_000_000);

/// On whose account something was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Author {
    /// The connector's: one of `scim_actors`.
    Connector,
    /// The target's own.
    Target,
    /// That of the account itself, by signing on, joining or accepting an invitation.
    Arrival,
    /// Somebody's.
    Person,
}

impl Author {
    /// The author of a change at `at` of `account`, which `actor` is named for.
    #[must_use]
    pub fn of(actor: &Actor, account: Option<&Account>, at: Timestamp, scim_actors: &BTreeSet<String>) -> Self {
        let is_connector = |text: &Option<String>| text.as_ref().is_some_and(|text| scim_actors.contains(&fold(text)));
        if is_connector(&actor.name) || is_connector(&actor.id) {
            Self::Connector
        } else if actor.kind.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case("system")) {
            Self::Target
        } else if account.is_some_and(|account| is_own(actor, account) && is_near(&account.arrivals, at, EFFECT_WITHIN)) {
            Self::Arrival
        } else {
            Self::Person
        }
    }
}

/// Who SCIM changes are recorded as, without case.
#[must_use]
pub fn scim_actors(policy: &Policy) -> BTreeSet<String> {
    policy.target.scim_actors.iter().map(|actor| fold(actor)).collect()
}

/// Whether an actor is the account itself.
fn is_own(actor: &Actor, account: &Account) -> bool {
    let by_id = actor.id.is_some() && (actor.id == account.hub_id || actor.id == account.scim_id);
    by_id || actor.name.as_ref().is_some_and(|name| fold(name) == fold(&account.name))
}

/// Whether one of these moments, which are in order, lies within `span` before or after this one.
pub(super) fn is_near(moments: &[Timestamp], at: Timestamp, span: Span) -> bool {
    let first = moments.partition_point(|moment| *moment < at.minus(span));
    moments.get(first).is_some_and(|moment| *moment <= at.plus(span))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(n: i64) -> Timestamp {
        Timestamp::from_micros(n)
    }

    #[test]
    fn what_is_near_is_near_on_both_sides() {
        let moments = [moment(100), moment(500)];
        let near = |at, span| is_near(&moments, moment(at), Span::from_micros(span));
        assert_eq!((near(110, 10), near(90, 10), near(111, 10), near(490, 10), near(300, 10)), (true, true, false, true, false));
        assert!(!is_near(&[], moment(0), Span::from_micros(10)));
    }

    #[test]
    fn an_own_change_needs_an_arrival_and_a_foreign_one_has_none() {
        let account = Account { name: "rivka-o".to_owned(), arrivals: vec![moment(100)], ..Account::default() };
        let by = |name: &str, at| {
            let actor = Actor { name: Some(name.to_owned()), ..Actor::default() };
            Author::of(&actor, Some(&account), moment(at), &BTreeSet::new())
        };
        assert_eq!(by("Rivka-O", 101), Author::Arrival);
        assert_eq!(by("dana-k", 101), Author::Person);
        assert_eq!(by("rivka-o", 100 + 2 * EFFECT_WITHIN.micros()), Author::Person);
    }

    #[test]
    fn connectors_and_the_target_itself_are_no_persons() {
        let scim_actors = BTreeSet::from(["acme-scim".to_owned()]);
        let by = |name: &str, kind: &str| {
            let actor = Actor { id: None, name: Some(name.to_owned()), kind: Some(kind.to_owned()) };
            Author::of(&actor, None, moment(0), &scim_actors)
        };
        assert_eq!(by("dana-k", "user"), Author::Person);
        assert_eq!(by("Acme-SCIM", "user"), Author::Connector);
        assert_eq!(by("huggingface", "system"), Author::Target);
    }
}
