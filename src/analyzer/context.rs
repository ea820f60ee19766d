//! What every analyzer may look at.

use super::{Altered, KeptOut};
use crate::model::coverage::Coverage;
use crate::model::finding::{Finding, Subject};
use crate::model::time::{Span, Timestamp};
use crate::policy::Policy;
use crate::state::{Account, Directory, Owner, Person};

/// Logs that tell what happened to the target's accounts.
const TARGET_LOGS: &[&str] = &["huggingface-audit-log", "scim-requests"];

/// Listings are taken every night, and judged in the morning.
pub(super) const NIGHT: Span = Span::from_hours(24);

/// One file, as far as the evidence rules look at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputFile {
    /// Its name, as the report shows it.
    pub name: String,
    /// Its source.
    pub source: String,
    /// What its listing is of, where the request named it; else empty.
    pub scope: String,
    /// When its listing was taken.
    pub taken_at: Option<Timestamp>,
    /// Whether its listing is the full state.
    pub complete: Option<bool>,
    /// The first moment its records speak of.
    pub first_at: Option<Timestamp>,
    /// The last moment its records speak of.
    pub last_at: Option<Timestamp>,
    /// How many of its records could not be read.
    pub rejected: u64,
    /// Index of the `[[input]]` that names it.
    pub rule: Option<usize>,
}

/// What every analyzer may look at.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// Who had what at the as-of time.
    pub directory: &'a Directory,
    /// What the organization decided.
    pub policy: &'a Policy,
    /// The moment everything is judged at.
    pub as_of: Timestamp,
    /// The first moment of the period.
    pub from: Timestamp,
    /// The last moment of the period, not later than the as-of time.
    pub to: Timestamp,
    /// For every log, the hours with records.
    pub logs: &'a [Coverage],
    /// Every file.
    pub inputs: &'a [InputFile],
    /// Listings that the guard kept out.
    pub kept_out: &'a [KeptOut],
    /// Listings that lost too much too, and that a waiver accepts: analysis rests on them.
    pub accepted: &'a [KeptOut],
    /// Records that came back with other content.
    pub altered: &'a [Altered],
}

impl Context<'_> {
    /// Whether something that began at `since` has lasted longer than the grace time.
    #[must_use]
    pub fn beyond_grace(&self, since: Timestamp) -> bool {
        self.as_of.since(since) > self.policy.thresholds.grace
    }

    /// Whether something that happened at `at`, or between `later_than` and it, may have happened in the period.
    #[must_use]
    pub fn may_be_in_period(&self, at: Timestamp, later_than: Option<Timestamp>) -> bool {
        self.from <= at && (at <= self.to || later_than.is_some_and(|earliest| earliest < self.to))
    }

    /// How long a source may be silent: what its inputs say, else the threshold.
    #[must_use]
    pub fn allowed_silence(&self, source: &str) -> Span {
        let own = self.inputs.iter().filter(|file| file.source == source).filter_map(|file| file.rule);
        own.filter_map(|index| self.policy.inputs.get(index)?.log_gap).max().unwrap_or(self.policy.thresholds.log_gap)
    }

    /// Up to when the records of the target speak: its listing of accounts, its audit log and the requests to it.
    #[must_use]
    pub fn target_told_until(&self) -> Option<Timestamp> {
        let logs = self.logs.iter().filter(|log| TARGET_LOGS.contains(&log.source.as_str())).filter_map(Coverage::last);
        self.directory.accounts_listed.into_iter().chain(logs).max()
    }

    /// How far the records reach that show an account as it still is, as a clause before what they show, where they end
    /// before something that happened at `at`; else empty.
    pub(super) fn as_far_as_told(&self, account: &Account, at: Option<Timestamp>) -> String {
        let seen = account.access.seen().map(|(seen, _)| seen);
        let until = if self.directory.is_target(account) { self.target_told_until().max(seen) } else { seen };
        match until {
            Some(until) if Some(until) < at => {
                format!("by the records of {} up to {} UTC, which end before that, ", account.system, until.minute())
            }
            _ => String::new(),
        }
    }

    /// How far the records of a system reach that something is concluded from, as a clause after it, where they end more than
    /// a day before the as-of time; else empty.
    pub(super) fn by_records_up_to(&self, system: &str, until: Option<Timestamp>) -> String {
        match until {
            Some(until) if self.as_of.since(until) > NIGHT => format!(", by the records of {system} up to {} UTC", until.minute()),
            _ => String::new(),
        }
    }

    /// Active accounts that need an owner.
    pub fn active_humans(&self) -> impl Iterator<Item = &Account> {
        self.directory.accounts.iter().filter(|account| account.is_active() && account.class.needs_owner())
    }
}

/// A finding's fields that come from the account and the link to its owner.
pub(super) trait AboutAccount {
    /// Lowers the severity by what the link is worth, and says how the account was matched.
    fn through_link(self, account: &Account) -> Self;
}

impl AboutAccount for Finding {
    fn through_link(mut self, account: &Account) -> Self {
        if let Owner::Linked { key, value, .. } = &account.owner {
            self.confidence = key.confidence();
            self.severity = self.severity.lowered(self.confidence.steps());
            self.matched = format!("{} {value} ({})", key.word(), self.confidence);
        }
        self
    }
}

/// The subject of a finding about an account, and its owner where there is one.
pub(super) fn subject(account: &Account, owner: Option<&Person>) -> Subject {
    Subject {
        system: account.system.clone(),
        account: account.name.clone(),
        account_id: account.id().to_owned(),
        person: owner.map(|person| person.id.clone()).unwrap_or_default(),
        ..Subject::default()
    }
}

/// The subject of a finding about the connector: the application that provisions the target.
#[must_use]
pub fn connector(context: &Context<'_>) -> Subject {
    let application = context.policy.idp.application.clone();
    Subject {
        system: context.directory.target.clone(),
        object: application.unwrap_or_else(|| context.policy.target.name.clone()),
        ..Subject::default()
    }
}

/// What an account may do, in words: `role write; nlp-research: admin`.
pub(super) fn access_in_words(account: &Account) -> String {
    let role = account.role.as_ref().map_or_else(|| "member".to_owned(), |fact| format!("role {}", fact.role));
    let groups = account.resource_groups.iter().map(|(name, role)| format!("{name}: {}", role.as_deref().unwrap_or("member")));
    std::iter::once(role).chain(groups).collect::<Vec<_>>().join("; ")
}
