//! Who the target's audit log names for what SCIM did: the one whose changes come together with requests from outside.

use std::collections::BTreeMap;

use crate::model::event::{AccountRef, Activity, Event, Membership, Outcome};
use crate::model::link::fold;
use crate::model::time::{Span, Timestamp};

/// So far apart the two records of one change may be.
const TOGETHER: Span = Span::from_micros(120_000_000);
/// So many changes tell that somebody is a connector,
const LEAST: usize = 3;
/// and so many of a hundred must come together with requests.
const PERCENT: usize = 90;

/// Changes of access in the target, and attempts from outside.
#[derive(Debug, Default)]
pub(super) struct Moves {
    /// By the actor's name: when, and whose access.
    changes: BTreeMap<String, Vec<(Timestamp, Vec<String>)>>,
    /// When, and whose; nobody's where a group was changed.
    attempts: Vec<(Timestamp, Vec<String>)>,
}

impl Moves {
    /// Keeps what this event shows of it.
    pub(super) fn see(&mut self, source: &str, event: &Event) {
        match &event.activity {
            Activity::Exchange(exchange)
                if exchange.system.is_none() && exchange.operation.is_some() && event.outcome == Outcome::Success =>
            {
                let user = exchange.user.as_ref();
                let keys = user.into_iter().flat_map(|user| [user.id.as_deref(), user.user_name.as_deref()]).flatten();
                self.attempts.push((event.at, keys.map(fold).collect()));
            }
            Activity::Provisioning { account_id: Some(id), .. } if event.outcome == Outcome::Success => {
                self.attempts.push((event.at, vec![fold(id)]));
            }
            activity if source == "huggingface-audit-log" => {
                if let (Some(actor), Some(accounts)) = (event.actor.as_ref().and_then(|actor| actor.name.clone()), whose(activity)) {
                    self.changes.entry(actor).or_default().push((event.at, accounts));
                }
            }
            _ => {}
        }
    }

    /// These and those.
    pub(super) fn add(&mut self, other: Self) {
        self.attempts.extend(other.attempts);
        for (actor, changes) in other.changes {
            self.changes.entry(actor).or_default().extend(changes);
        }
    }

    /// The actors that stand for SCIM, each with how many of its changes come together with a request, and how many it made.
    pub(super) fn actors(&self) -> Vec<(&str, usize, usize)> {
        let mut attempts: Vec<&(Timestamp, Vec<String>)> = self.attempts.iter().collect();
        attempts.sort();
        let is_answered = |(at, accounts): &&(Timestamp, Vec<String>)| {
            let first = attempts.partition_point(|attempt| attempt.0 < at.minus(TOGETHER));
            let near = attempts.iter().skip(first).take_while(|attempt| attempt.0 <= at.plus(TOGETHER));
            near.into_iter().any(|(_, keys)| keys.is_empty() || keys.iter().any(|key| accounts.contains(key)))
        };
        let counted =
            self.changes.iter().map(|(actor, changes)| (actor.as_str(), changes.iter().filter(is_answered).count(), changes.len()));
        counted.filter(|(_, together, all)| *together >= LEAST && together * 100 >= all * PERCENT).collect()
    }

    /// Whether anything was changed, and anything attempted.
    pub(super) fn are_seen(&self) -> (bool, bool) {
        (!self.changes.is_empty(), !self.attempts.is_empty())
    }
}

/// Whose access a change is about. Whoever joins or leaves changed nothing of others.
fn whose(activity: &Activity) -> Option<Vec<String>> {
    let keys = |account: &AccountRef| [account.id.as_deref(), account.name.as_deref()].into_iter().flatten().map(fold).collect::<Vec<_>>();
    match activity {
        Activity::Membership { account, step: Membership::Added | Membership::Removed | Membership::Invited, .. }
        | Activity::RoleChange { account, .. } => Some(keys(account)),
        Activity::ResourceGroupMembers { accounts, .. } => Some(accounts.iter().flat_map(|(account, _)| keys(account)).collect()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_micros(minutes * 60_000_000)
    }

    #[test]
    fn a_connector_is_told_from_an_administrator() {
        let mut moves = Moves::default();
        for minute in [0, 60, 120, 180] {
            let keys = vec![format!("account-{minute}")];
            moves.attempts.push((at(minute), keys.clone()));
            moves.changes.entry("acme-scim".to_owned()).or_default().push((at(minute + 1), keys));
            // At the same time, and about somebody else.
            moves.changes.entry("ada".to_owned()).or_default().push((at(minute + 1), vec!["bo".to_owned()]));
        }
        assert_eq!(moves.actors(), [("acme-scim", 4, 4)]);
        moves.changes.entry("acme-scim".to_owned()).or_default().push((at(500), vec!["bo".to_owned()]));
        assert_eq!(moves.actors(), [], "one of five has no request");
    }
}
