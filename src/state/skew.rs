//! Skew: by how much the clocks of two systems differ, told from what both of them logged of the same attempts.

use std::collections::BTreeMap;

use super::attempt::{Attempt, Side};
use super::directory::Directory;
use super::trail::Step;
use crate::model::event::{Membership, Operation, Outcome};
use crate::model::time::{Span, Timestamp};

/// So many pairs have to agree before a difference is believed.
const ENOUGH: usize = 20;

/// Two tellings of one attempt are not further apart than the widest mistake about a time zone.
const WIDEST: Span = Span::from_hours(26);

/// How far a log's clock is from the identity provider's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skew {
    /// By how much the other log's times are later; negative: earlier. The median over all pairs.
    pub median: Span,
    /// How many attempts both tell of.
    pub pairs: usize,
    /// Provider's and other's event of the pair that shows the median, or of the one just before it.
    pub example: (u32, u32),
}

impl Skew {
    /// More than this is a fault of a clock, less is the way a request takes.
    pub const TOLERATED: Span = Span::from_micros(5 * 60_000_000);

    /// Whether enough attempts show it.
    #[must_use]
    pub const fn is_sure(&self) -> bool {
        self.pairs >= ENOUGH
    }

    /// Whether enough attempts show it, and it is more than the way a request takes.
    #[must_use]
    pub fn is_fault(&self) -> bool {
        self.is_sure() && self.size() > Self::TOLERATED
    }

    /// How large it is, whichever way.
    #[must_use]
    pub const fn size(&self) -> Span {
        Span::from_micros(self.median.micros().saturating_abs())
    }
}

/// Moments and events of one kind of attempt for one person, in order.
type Tellings = Vec<(Timestamp, u32)>;

impl Directory {
    /// The endpoint's clock against the provider's; zero where too few attempts are told by both.
    #[must_use]
    pub fn endpoint_skew(&self) -> Span {
        self.skews.endpoint.as_ref().filter(|skew| skew.is_sure()).map_or(Span::ZERO, |skew| skew.median)
    }

    /// By how much the clock that an event was told by is off the provider's, whichever way; zero where that is no fault,
    /// or not known.
    pub(super) fn clock_doubt(&self, proof: u32) -> Span {
        let fault = |skew: &Option<Skew>| skew.as_ref().filter(|skew| skew.is_fault()).map(Skew::size);
        // Exchanges and changes are in order of time, and so are the numbers of events.
        let endpoint = || self.exchanges.binary_search_by_key(&proof, |exchange| exchange.proof).is_ok();
        let audit_log = || self.changes.binary_search_by_key(&proof, |change| change.proof).is_ok();
        let by_endpoint = fault(&self.skews.endpoint).filter(|_| endpoint());
        by_endpoint.or_else(|| fault(&self.skews.audit_log).filter(|_| audit_log())).unwrap_or(Span::ZERO)
    }
}

/// What is known of the clocks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Skews {
    /// The endpoint's.
    pub endpoint: Option<Skew>,
    /// That of the target's audit log.
    pub audit_log: Option<Skew>,
}

impl Skews {
    /// Compares the logs of a directory whose attempts and changes have their persons.
    pub(super) fn measure(directory: &Directory, scim_actor: impl Fn(&str) -> bool) -> Self {
        let mut endpoint = Vec::new();
        let mut audit_log = Vec::new();
        let changes = changes_by_person(directory, scim_actor);
        for (index, person) in directory.persons.iter().enumerate() {
            let provider = by_kind(&person.attempts, Side::Provider, |attempt| Some((attempt.operation, attempt.outcome)));
            let told = by_kind(&person.attempts, Side::Endpoint, |attempt| Some((attempt.operation, attempt.outcome)));
            pair(&provider, &told, &mut endpoint);
            if let Some(changes) = changes.get(&index) {
                let effects = by_kind(&person.attempts, Side::Provider, |attempt| gives(attempt).filter(|_| attempt.success()));
                pair(&effects, changes, &mut audit_log);
            }
        }
        Self { endpoint: median(endpoint), audit_log: median(audit_log) }
    }
}

/// Whether an attempt is to give access, or to take it.
fn gives(attempt: &Attempt) -> Option<bool> {
    match attempt.operation {
        Operation::Create | Operation::Enable => Some(true),
        Operation::Disable | Operation::Delete => Some(false),
        Operation::Update | Operation::GroupPush | Operation::Verify => None,
    }
}

fn by_kind<K: Ord>(attempts: &[Attempt], side: Side, kind: impl Fn(&Attempt) -> Option<K>) -> BTreeMap<K, Tellings> {
    let mut found: BTreeMap<K, Tellings> = BTreeMap::new();
    for attempt in attempts.iter().filter(|attempt| attempt.side == side && matches!(attempt.outcome, Outcome::Success | Outcome::Failure))
    {
        if let Some(kind) = kind(attempt) {
            found.entry(kind).or_default().push((attempt.at, attempt.proof));
        }
    }
    found
}

/// What SCIM did, as the audit log tells it: by person, access given or taken.
fn changes_by_person(directory: &Directory, scim_actor: impl Fn(&str) -> bool) -> BTreeMap<usize, BTreeMap<bool, Tellings>> {
    let mut found: BTreeMap<usize, BTreeMap<bool, Tellings>> = BTreeMap::new();
    for change in &directory.changes {
        let by_scim = change.by.as_ref().and_then(|by| by.name.as_deref()).is_some_and(&scim_actor);
        let given = match &change.step {
            Step::Membership(Membership::Added | Membership::Invited, _) => true,
            Step::Membership(Membership::Removed, _) => false,
            _ => continue,
        };
        let owner = change.account.and_then(|index| directory.accounts.get(index)).and_then(|account| match account.owner {
            super::account::Owner::Linked { person, .. } => Some(person),
            _ => None,
        });
        if let (true, Some(person)) = (by_scim, owner) {
            found.entry(person).or_default().entry(given).or_default().push((change.at, change.proof));
        }
    }
    found
}

/// Where both sides tell of the same number of attempts of one kind, the first is the first and the last is the last.
fn pair<K: Ord>(provider: &BTreeMap<K, Tellings>, other: &BTreeMap<K, Tellings>, pairs: &mut Vec<(Span, u32, u32)>) {
    for (kind, told) in provider {
        let Some(others) = other.get(kind).filter(|others| others.len() == told.len()) else { continue };
        for ((at, proof), (other_at, other_proof)) in told.iter().zip(others) {
            let apart = other_at.since(*at);
            if apart.micros().unsigned_abs() <= WIDEST.micros().unsigned_abs() {
                pairs.push((apart, *proof, *other_proof));
            }
        }
    }
}

fn median(mut pairs: Vec<(Span, u32, u32)>) -> Option<Skew> {
    pairs.sort_unstable();
    let (lower, one, other) = *pairs.get(pairs.len().checked_sub(1)? / 2)?;
    let (upper, ..) = *pairs.get(pairs.len() / 2)?;
    let median = Span::from_micros(lower.micros().midpoint(upper.micros()));
    Some(Skew { median, pairs: pairs.len(), example: (one, other) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(n: i64) -> Timestamp {
        Timestamp::from_micros(n * 1_000_000)
    }

    fn tellings(times: &[i64]) -> BTreeMap<u8, Tellings> {
        BTreeMap::from([(0, times.iter().map(|n| (seconds(*n), 0)).collect())])
    }

    #[test]
    fn the_median_of_what_both_tell() {
        let mut pairs = Vec::new();
        pair(&tellings(&[10, 2_000]), &tellings(&[20, 2_400]), &mut pairs);
        pair(&tellings(&[10]), &tellings(&[410]), &mut pairs);
        assert_eq!(median(pairs).map(|skew| (skew.median, skew.pairs)), Some((Span::from_micros(400_000_000), 3)));
        assert_eq!(median(Vec::new()), None);
    }

    #[test]
    fn between_the_two_in_the_middle() {
        let pairs = |seconds: &[i64]| seconds.iter().map(|n| (Span::from_micros(n * 1_000_000), 0, 0)).collect();
        let of = |seconds: &[i64]| median(pairs(seconds)).map(|skew| skew.median.micros() / 1_000_000);
        assert_eq!((of(&[240, 360]), of(&[-360, -240]), of(&[1, 5, 7, 900])), (Some(300), Some(-300), Some(6)));
    }

    #[test]
    fn what_only_one_side_tells_in_full_is_not_paired() {
        let mut pairs = Vec::new();
        pair(&tellings(&[10, 20]), &tellings(&[20]), &mut pairs);
        pair(&tellings(&[10]), &tellings(&[1_000_000]), &mut pairs);
        assert_eq!(pairs, []);
    }
}
