//! Clues: what the records of one file tell of a set-up. Clues of several files add up, in any order.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::actors::Moves;
use super::files::Recognized;
use crate::input;
use crate::model::event::{Activity, Event, NamedRef};
use crate::model::facts::Observation;
use crate::model::link::fold;
use crate::model::proposal::ProposedAccount;
use crate::model::record::{Body, Decoded, Envelope, Kind, RawRecord, Scope};
use crate::model::time::Timestamp;

/// What files tell.
#[derive(Debug, Default)]
pub(super) struct Clues {
    /// The first and the last moment that a log speaks of.
    pub(super) span: Option<(Timestamp, Timestamp)>,
    /// How many records each identity provider has.
    pub(super) providers: BTreeMap<&'static str, u64>,
    /// By provider, and id, else label.
    pub(super) applications: BTreeMap<(&'static str, String), Application>,
    /// Organizations of the target: by name, how often addresses, envelopes and messages name them.
    pub(super) organizations: BTreeMap<String, u64>,
    /// How often addresses name the SCIM endpoint of managed single sign-on, and that of basic.
    pub(super) managed: u64,
    /// See [`Clues::managed`].
    pub(super) basic: u64,
    /// Ids of accounts as the target lists them.
    pub(super) target_ids: BTreeSet<String>,
    /// Who changed access in the target, and what was attempted from outside.
    pub(super) moves: Moves,
    /// Logins of people, by id.
    pub(super) logins: BTreeMap<String, String>,
    /// User names in the target, by the people's ids.
    pub(super) user_names: BTreeSet<(String, String)>,
    /// Names of the identity provider's groups, by id.
    pub(super) groups: BTreeMap<String, String>,
    /// Groups as the target's SCIM endpoint has them.
    pub(super) scim_groups: BTreeSet<String>,
    /// Resource groups of the target.
    pub(super) resource_groups: BTreeSet<String>,
    /// Accounts that are no person's.
    pub(super) accounts: BTreeSet<ProposedAccount>,
    /// When the target began or ceased to ask for approval of tokens.
    pub(super) token_approval: BTreeMap<Timestamp, bool>,
}

/// An application, as logs and listings know it.
#[derive(Debug, Default)]
pub(super) struct Application {
    pub(super) label: Option<String>,
    /// Attempts at provisioning.
    pub(super) attempts: u64,
    /// Ids of accounts that it knows.
    pub(super) accounts: BTreeSet<String>,
    /// Ids, else names, of groups assigned to it.
    pub(super) groups: BTreeSet<String>,
}

impl Clues {
    /// Reads one file to its end; where it breaks, so much as was read.
    pub(super) fn of(file: &Recognized) -> Self {
        let mut clues = Self::default();
        let Ok(mut input) = input::open(&file.path) else { return clues };
        let envelope = input.envelope().cloned().unwrap_or_default();
        clues.envelope(file.source.id, &envelope);
        // Every application is wanted, and any moment is good enough to know a listing's rows.
        let taken_at = if file.source.kind == Kind::Log { None } else { Some(envelope.collected_at.unwrap_or(Timestamp::from_micros(0))) };
        let scope = Scope { taken_at, params: envelope.params, application: None, target: "huggingface".to_owned() };
        while let Ok(Some(block)) = input.next_block() {
            block.records(|record, _| {
                let Ok(record) = record else { return };
                clues.raw(file.source.id, &record);
                if let Ok(decoded) = (file.source.decode)(&record, &scope) {
                    clues.record(file.source.id, file.source.kind, decoded);
                }
            });
        }
        clues
    }

    /// These clues and those.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.span = match (self.span, other.span) {
            (Some((from, to)), Some((other_from, other_to))) => Some((from.min(other_from), to.max(other_to))),
            (one, other) => one.or(other),
        };
        other.providers.into_iter().for_each(|(provider, count)| *self.providers.entry(provider).or_default() += count);
        for (key, more) in other.applications {
            let known = self.applications.entry(key).or_default();
            known.label = known.label.take().or(more.label);
            known.attempts += more.attempts;
            known.accounts.extend(more.accounts);
            known.groups.extend(more.groups);
        }
        other.organizations.into_iter().for_each(|(name, count)| *self.organizations.entry(name).or_default() += count);
        self.managed += other.managed;
        self.basic += other.basic;
        self.target_ids.extend(other.target_ids);
        self.moves.add(other.moves);
        self.logins.extend(other.logins);
        self.user_names.extend(other.user_names);
        self.groups.extend(other.groups);
        self.scim_groups.extend(other.scim_groups);
        self.resource_groups.extend(other.resource_groups);
        self.accounts.extend(other.accounts);
        self.token_approval.extend(other.token_approval);
        self
    }

    fn envelope(&mut self, source: &str, envelope: &Envelope) {
        let of_target = source.starts_with("huggingface-") || source.starts_with("scim-");
        if let Some(name) = envelope.params.get("organization").filter(|_| of_target) {
            *self.organizations.entry(name.clone()).or_default() += 1;
        }
    }

    /// What the record says beside what it is decoded to: where a resource lies, and which organization somebody joined.
    fn raw(&mut self, source: &str, record: &RawRecord<'_>) {
        let Body::Json(json) = record.body else { return };
        match source {
            "scim-users" | "scim-groups" => {
                let located = serde_json::from_slice::<Located>(json).ok();
                self.address(&located.map(|located| located.meta.location).unwrap_or_default());
            }
            "huggingface-audit-log" => {
                let Ok(entry) = serde_json::from_slice::<Told>(json) else { return };
                // "Removed jdoe from acme"; other messages end in other things.
                let name = entry
                    .message
                    .rsplit(' ')
                    .next()
                    .filter(|_| matches!(entry.kind.as_str(), "org.add_user" | "org.remove_user" | "org.invite_user"));
                if let Some(name) = name.filter(|name| is_organization(name)) {
                    *self.organizations.entry(name.to_owned()).or_default() += 1;
                }
            }
            _ => {}
        }
    }

    fn record(&mut self, source: &str, kind: Kind, decoded: Decoded) {
        let provider = provider_of(source);
        if let Some(provider) = provider {
            *self.providers.entry(provider).or_default() += 1;
        }
        if let Some(at) = decoded.at().filter(|_| kind == Kind::Log) {
            let (from, to) = self.span.unwrap_or((at, at));
            self.span = Some((from.min(at), to.max(at)));
        }
        let Decoded::Used(event) = decoded else { return };
        self.moves.see(source, &event);
        self.event(provider, *event);
    }

    fn event(&mut self, provider: Option<&'static str>, event: Event) {
        let at = event.at;
        match event.activity {
            Activity::Provisioning { application, account_id, .. } => {
                if let Some(known) = self.application(provider, application) {
                    known.attempts += 1;
                    known.accounts.extend(account_id);
                }
            }
            Activity::Assignment { application, .. } | Activity::SignOn { application, .. } => {
                self.application(provider, application);
            }
            Activity::GroupAssignment { group, application, .. } => {
                if let Some(known) = self.application(provider, application) {
                    known.groups.extend(group.id.clone().or(group.name.clone()));
                }
                self.group(group);
            }
            Activity::GroupMembership { group, .. } => self.group(group),
            Activity::Exchange(exchange) => {
                // Another system's endpoint is not the target's.
                if exchange.system.is_none() {
                    self.address(&exchange.path);
                }
                if let Some(user) = exchange.user {
                    self.user_names.extend(user.external_id.zip(user.user_name));
                }
                self.scim_groups.extend(exchange.group.and_then(|group| group.display_name));
            }
            Activity::Setting { setting, .. } => {
                let kind = setting.split(':').next().unwrap_or_default();
                match kind {
                    "org.token_approval.enabled" => drop(self.token_approval.insert(at, true)),
                    "org.token_approval.disabled" => drop(self.token_approval.insert(at, false)),
                    _ => {}
                }
            }
            Activity::Observe(observation) => self.observation(provider, *observation),
            _ => {}
        }
    }

    fn observation(&mut self, provider: Option<&'static str>, observation: Observation) {
        match observation {
            Observation::Person(person) | Observation::GroupMember { person, .. } => {
                self.logins.extend(person.login.map(|login| (person.id, login)));
            }
            Observation::Group(group) => self.group(NamedRef { id: group.id, name: group.name }),
            Observation::Assignment(assignment) => {
                let known = self.application(provider, assignment.application);
                if let Some(known) = known {
                    known.accounts.extend(assignment.account_id);
                    known.groups.extend(assignment.group);
                }
            }
            Observation::ScimUser(user) => {
                self.target_ids.extend(user.id);
                self.user_names.extend(user.external_id.zip(user.user_name));
            }
            Observation::ScimGroup(group) => self.scim_groups.extend(group.display_name),
            Observation::Member(member) => {
                if member.external {
                    self.account("huggingface", member.name, "external");
                }
                self.target_ids.insert(member.id);
            }
            Observation::ResourceGroup(group) => drop(self.resource_groups.insert(group.name)),
            Observation::ServiceAccount(account) => self.account("huggingface", account.name, "service"),
            Observation::Account(account) => {
                if let Some(class) = account.class {
                    self.account(&account.system, account.name, &class);
                }
            }
            Observation::Token(_) | Observation::Employee(_) => {}
        }
    }

    fn application(&mut self, provider: Option<&'static str>, application: NamedRef) -> Option<&mut Application> {
        let NamedRef { id, name } = application;
        let key = id.clone().or_else(|| name.clone())?;
        let known = self.applications.entry((provider?, key)).or_default();
        known.label = known.label.take().or(id.and(name));
        Some(known)
    }

    fn group(&mut self, group: NamedRef) {
        let NamedRef { id, name: Some(name) } = group else { return };
        self.groups.insert(id.unwrap_or_else(|| name.clone()), name);
    }

    fn account(&mut self, system: &str, name: String, class: &str) {
        self.accounts.insert(ProposedAccount { system: system.to_owned(), name, class: class.to_owned() });
    }

    /// `…/api/organizations/NAME/scim/v2/…` with managed single sign-on, `…/scim-provisioning/v2/…` with basic (Hub API).
    fn address(&mut self, address: &str) {
        let Some((_, rest)) = address.split_once("/api/organizations/") else { return };
        let mut parts = rest.split('/');
        let (Some(name), Some(endpoint)) = (parts.next(), parts.next()) else { return };
        match endpoint {
            "scim" => self.managed += 1,
            "scim-provisioning" => self.basic += 1,
            _ => return,
        }
        if is_organization(name) {
            *self.organizations.entry(name.to_owned()).or_default() += 1;
        }
    }

    /// How many people's user names are made by each way: as the login is, and without its dots. Only logins count that have one.
    pub(super) fn name_forms(&self) -> (usize, usize) {
        let logins = self.user_names.iter().filter_map(|(person, name)| {
            let local = fold(self.logins.get(person)?.split('@').next()?);
            Some((local, fold(name)))
        });
        logins.filter(|(local, _)| local.contains('.')).fold((0, 0), |(as_is, stripped), (local, name)| {
            (as_is + usize::from(local == name), stripped + usize::from(local.replace('.', "") == name))
        })
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Located {
    meta: Location,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Location {
    location: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Told {
    #[serde(rename = "type")]
    kind: String,
    message: String,
}

fn provider_of(source: &str) -> Option<&'static str> {
    ["okta", "entra"].into_iter().find(|provider| source.strip_prefix(provider).is_some_and(|rest| rest.starts_with('-')))
}

/// Hugging Face names have letters, digits, `-`, `_` and `.`.
fn is_organization(name: &str) -> bool {
    !name.is_empty() && name.len() <= 96 && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_tells_organization_and_sign_on() {
        let mut clues = Clues::default();
        clues.address("https://huggingface.co/api/organizations/acme/scim/v2/Users/1");
        clues.address("/api/organizations/acme/scim-provisioning/v2/Users?startIndex=1");
        clues.address("/api/organizations/a%22b/scim/v2/Users");
        clues.address("/api/organizations/acme/members");
        assert_eq!((clues.managed, clues.basic), (2, 1));
        assert_eq!(clues.organizations.into_iter().collect::<Vec<_>>(), [("acme".to_owned(), 2)]);
    }

    #[test]
    fn only_logins_with_dots_tell_how_names_are_made() {
        let mut clues = Clues::default();
        let people = [("1", "ada.alder@acme.example", "adaalder"), ("2", "bo@acme.example", "bo"), ("3", "C.Dee@acme.example", "c.dee")];
        for (id, login, name) in people {
            clues.logins.insert(id.to_owned(), login.to_owned());
            clues.user_names.insert((id.to_owned(), name.to_owned()));
        }
        assert_eq!(clues.name_forms(), (1, 1));
    }
}
