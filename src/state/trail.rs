//! The trail: changes at the target, of settings, and the connector's exchanges, each with who did it.

use super::attempt::{Attempt, Side};
use super::grant::{GrantChange, Teller, Told};
use super::replay::Replay;
use crate::model::event::{AccountRef, Activity, Actor, Event, Exchange, Membership, NamedRef, Operation, Outcome};
use crate::model::facts::{ResourceGroupFacts, ScimGroup, ScimUser};
use crate::model::time::Timestamp;

/// What changed at the target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The membership in the organization.
    Membership(Membership, Option<String>),
    /// The role in the organization, from and to.
    Role(Option<String>, String),
    /// The membership of a resource group, or the role in it; `None` afterwards: removed.
    ResourceGroup(String, Option<Option<String>>),
}

/// One change of an account's access, as the target's audit log tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetChange {
    /// When.
    pub at: Timestamp,
    /// Whose, as the log names it.
    pub named: AccountRef,
    /// Index of the account, where it is known.
    pub account: Option<usize>,
    /// What.
    pub step: Step,
    /// Who did it.
    pub by: Option<Actor>,
    /// The event.
    pub proof: u32,
}

/// One change of a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingChange {
    /// When.
    pub at: Timestamp,
    /// The source that tells.
    pub source: String,
    /// Of which application, connector or organization.
    pub subject: NamedRef,
    /// What, in the source's words.
    pub setting: String,
    /// Who did it.
    pub by: Option<Actor>,
    /// The event.
    pub proof: u32,
}

/// One request of the connector, whatever it was about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectorExchange {
    /// When.
    pub at: Timestamp,
    /// The HTTP status.
    pub status: Option<u16>,
    /// Whether it worked.
    pub success: bool,
    /// The event.
    pub proof: u32,
}

/// A group as the target's SCIM endpoint holds it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TargetGroup {
    /// The target's id.
    pub id: String,
    /// The identity provider's id of the group it stands for.
    pub external_id: Option<String>,
    /// The display name.
    pub name: String,
    /// The members' ids at the target.
    pub members: std::collections::BTreeSet<String>,
    /// Whether all members were told at once, so that nobody else was one then.
    pub whole: bool,
    /// When the connector last added or removed a member, by the member's id, and the event.
    pub moved: std::collections::BTreeMap<String, (Timestamp, u32)>,
    /// When it was last told of.
    pub seen: Option<Timestamp>,
    /// The latest event that says so.
    pub proof: u32,
}

impl TargetGroup {
    /// The name, else the id.
    pub(super) fn label(&self) -> &str {
        if self.name.is_empty() { &self.id } else { &self.name }
    }
}

/// A resource group of the target.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResourceGroup {
    /// Whether members of the organization join by themselves.
    pub auto_join: bool,
    /// When it was last listed.
    pub seen: Option<Timestamp>,
    /// The event that lists it.
    pub proof: u32,
}

/// What the trail holds, in order of time.
#[derive(Debug, Default)]
pub(super) struct Trail {
    pub(super) changes: Vec<TargetChange>,
    pub(super) grants: Vec<GrantChange>,
    pub(super) settings: Vec<SettingChange>,
    pub(super) exchanges: Vec<ConnectorExchange>,
    /// Attempts the endpoint tells of, with the user each was about.
    pub(super) user_attempts: Vec<(ScimUser, Attempt)>,
    /// Attempts at groups, with the group as its teller names it.
    pub(super) group_attempts: Vec<(NamedRef, Attempt)>,
    pub(super) groups: std::collections::BTreeMap<String, TargetGroup>,
    pub(super) resource_groups: std::collections::BTreeMap<String, ResourceGroup>,
}

impl Replay {
    /// Notes what an event adds to the trail, whether it took effect or not.
    pub(super) fn trace(&mut self, event: &Event, ordinal: u32) {
        match &event.activity {
            Activity::Exchange(exchange) if exchange.system.as_ref().is_none_or(|system| *system == self.frame.target) => {
                self.trace_exchange(event, exchange, ordinal);
            }
            Activity::Provisioning { operation, person: None, group: Some(group), application, .. } if self.is_application(application) => {
                self.trail.group_attempts.push((group.clone(), attempt(event, *operation, Side::Provider, None, ordinal)));
            }
            // A quarantine is told of as a failure too: that of the job, not of what the record says.
            Activity::Setting { subject, setting } if event.outcome != Outcome::Failure || is_quarantine(setting) => {
                let (source, by) = (event.source.clone(), event.actor.clone());
                self.trail.settings.push(SettingChange {
                    at: event.at,
                    source,
                    subject: subject.clone(),
                    setting: setting.clone(),
                    by,
                    proof: ordinal,
                });
            }
            Activity::Membership { account, step, role } => {
                self.trace_change(event, account, Step::Membership(*step, role.clone()), ordinal);
            }
            Activity::RoleChange { account, from, to } => self.trace_change(event, account, Step::Role(from.clone(), to.clone()), ordinal),
            Activity::ResourceGroupMembers { group, accounts, change } => {
                let Some(name) = group.name.as_ref().or(group.id.as_ref()) else { return };
                for (account, role) in accounts {
                    let after = (*change == crate::model::event::Change::Added).then(|| role.clone());
                    self.trace_change(event, account, Step::ResourceGroup(name.clone(), after), ordinal);
                }
            }
            _ => {}
        }
    }

    fn trace_change(&mut self, event: &Event, named: &AccountRef, step: Step, ordinal: u32) {
        let elsewhere = named.system.as_ref().is_some_and(|system| *system != self.frame.target);
        if event.outcome == Outcome::Success && !elsewhere {
            let change = TargetChange { at: event.at, named: named.clone(), account: None, step, by: event.actor.clone(), proof: ordinal };
            self.trail.changes.push(change);
        }
    }

    fn trace_exchange(&mut self, event: &Event, exchange: &Exchange, ordinal: u32) {
        if event.outcome == Outcome::Unknown {
            return;
        }
        let success = event.outcome == Outcome::Success;
        self.trail.exchanges.push(ConnectorExchange { at: event.at, status: exchange.status, success, proof: ordinal });
        let Some(operation) = exchange.operation else { return };
        if let Some(user) = &exchange.user {
            let attempt = attempt(event, operation, Side::Endpoint, Some(user), ordinal);
            self.trail.user_attempts.push((user.clone(), attempt));
        }
        if let Some(group) = &exchange.group {
            let name = group.display_name.clone().or_else(|| self.group_name(group));
            // A group that is not known yet may be listed later under the target's own id.
            let id = group.external_id.clone().or_else(|| group.id.clone().filter(|_| name.is_none()));
            let named = NamedRef { id, name };
            self.trail.group_attempts.push((named, attempt(event, operation, Side::Endpoint, None, ordinal)));
            let told = Told::by_log(event.at, Teller::Endpoint, ordinal);
            if success && exchange.method == "DELETE" {
                self.drop_group(told, group.id.as_deref().unwrap_or_default());
            } else if success {
                self.change_group(told, group, exchange.method == "POST");
            }
        }
    }

    fn group_name(&self, group: &ScimGroup) -> Option<String> {
        Some(self.trail.groups.get(group.id.as_ref()?)?.name.clone())
    }

    pub(super) fn list_resource_group(&mut self, at: Timestamp, facts: &ResourceGroupFacts, ordinal: u32) {
        let listed = ResourceGroup { auto_join: facts.auto_join, seen: Some(at), proof: ordinal };
        self.trail.resource_groups.insert(facts.name.clone(), listed);
    }
}

fn is_quarantine(setting: &str) -> bool {
    setting.get(..10).is_some_and(|word| word.eq_ignore_ascii_case("quarantine"))
}

/// The attempt that an event tells of.
pub(super) fn attempt(event: &Event, operation: Operation, side: Side, sent: Option<&ScimUser>, ordinal: u32) -> Attempt {
    let (outcome, failure) = (event.outcome, event.failure.clone());
    Attempt { at: event.at, operation, outcome, failure, side, proof: ordinal, sent: sent.cloned().map(Box::new) }
}
