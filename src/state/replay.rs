//! The fold: one event after the other, in order of time, up to a moment.

use std::collections::{BTreeMap, BTreeSet};

use super::person::merge_assignments;
use super::register::{Accounts, Credentials, Listed, People};
use super::timeline::Timeline;
use super::trail::Trail;
use crate::model::event::{Activity, Event, NamedRef, Outcome, PersonRef, TokenStep};
use crate::model::facts::{EmployeeFacts, ScimUser};
use crate::model::listing::{Absence, Listing};
use crate::model::record::Origin;
use crate::model::time::Timestamp;

/// What has to be known before the first event.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    /// The identity provider's `system`.
    pub provider: String,
    /// The target's `system`.
    pub target: String,
    /// The application that provisions the target: id or label.
    pub application: Option<String>,
    /// Labels of applications by id, as far as any record tells them.
    pub applications: BTreeMap<String, String>,
    /// Whether a SCIM user is an invitation until it is accepted (basic SSO).
    pub invitations: bool,
    /// Who SCIM-made changes are recorded as; no accounts.
    pub scim_actors: BTreeSet<String>,
}

/// The fold in progress.
#[derive(Debug)]
pub struct Replay {
    pub(super) frame: Frame,
    pub(super) until: Timestamp,
    pub(super) listings: Vec<Listing>,
    /// The first listing that is still to be closed.
    next_listing: usize,
    pub(super) people: People,
    pub(super) accounts: Accounts,
    /// Accounts of systems beside the target, by system.
    pub(super) elsewhere: BTreeMap<String, Accounts>,
    pub(super) credentials: Credentials,
    /// Names of the identity provider's groups by id.
    pub(super) groups: BTreeMap<String, String>,
    /// Groups whose members were listed in full.
    pub(super) listed_groups: BTreeSet<String>,
    /// Groups that are, or were, assigned to the application.
    pub(super) assigned_groups: BTreeMap<String, Timeline<bool>>,
    /// When a source and scope was last listed in full.
    pub(super) closed: BTreeMap<(String, String), Timestamp>,
    pub(super) employees: Vec<(EmployeeFacts, u32, Timestamp)>,
    /// Listings of assignments, by source and moment, that name somebody assigned to our application.
    pub(super) ours_listed: BTreeSet<(String, Timestamp)>,
    /// Whether a listing of the organization's members is among the listings.
    pub(super) members_listed: bool,
    /// Changes, settings and exchanges.
    pub(super) trail: Trail,
    /// What requests asked for whose answers stand on lines of their own, by request id.
    pub(super) asked: BTreeMap<String, ScimUser>,
    /// Source, scope and moment of listings that are kept out.
    pub(super) kept_out: BTreeSet<(String, String, Timestamp)>,
    /// Which rows were listed, and when last.
    pub(super) listed: Listed,
}

impl Replay {
    /// A replay up to and including `until`, over which these listings were read; rows of those kept out are passed over.
    #[must_use]
    pub fn new<'a>(frame: Frame, until: Timestamp, listings: &[Listing], kept_out: impl IntoIterator<Item = &'a Listing>) -> Self {
        let mut listings: Vec<Listing> = listings.iter().filter(|listing| listing.taken_at <= until).cloned().collect();
        listings.sort();
        let members_listed = listings.iter().any(|listing| listing.absence == Absence::Member && listing.complete);
        Self {
            frame,
            until,
            listings,
            next_listing: 0,
            people: People::default(),
            accounts: Accounts::default(),
            elsewhere: BTreeMap::new(),
            listed_groups: BTreeSet::new(),
            assigned_groups: BTreeMap::new(),
            closed: BTreeMap::new(),
            credentials: Credentials::default(),
            groups: BTreeMap::new(),
            employees: Vec::new(),
            ours_listed: BTreeSet::new(),
            members_listed,
            listed: Listed::default(),
            trail: Trail::default(),
            asked: BTreeMap::new(),
            kept_out: kept_out.into_iter().map(|listing| (listing.source.clone(), listing.scope.clone(), listing.taken_at)).collect(),
        }
    }

    /// Takes one event in. `ordinal` is its place in the total order and its name as evidence.
    pub fn apply(&mut self, event: &Event, ordinal: u32) {
        if event.at > self.until {
            return;
        }
        self.close_listings_before(event.at);
        if let Some(token) = &event.token {
            self.use_token(event, token, ordinal);
        }
        self.trace(event, ordinal);
        self.touch(event, ordinal);
        if let Activity::Provisioning { operation, person: Some(person), application, account_id, .. } = &event.activity {
            if self.is_application(application) {
                self.attempt(event, *operation, person, account_id.as_deref(), ordinal);
            }
            return;
        }
        // A request whose answer is not known proves no effect; a server's log may tell the answer on a line of its own.
        if let (Outcome::Unknown, Activity::Exchange(asked)) = (event.outcome, &event.activity) {
            self.asked.extend(event.correlation.clone().zip(asked.user.clone()));
            return;
        }
        if event.outcome == Outcome::Failure || event.outcome == Outcome::Skipped || event.outcome == Outcome::Deferred {
            return;
        }
        self.apply_effect(event, ordinal);
    }

    /// Takes in what did not happen, as if it did at the very end: after every event and every listing. `ordinal` names it.
    pub fn suppose(&mut self, activity: Activity, ordinal: u32) {
        self.close_all_listings();
        let event = Event {
            at: self.until,
            source: String::new(),
            native_id: String::new(),
            outcome: Outcome::Success,
            actor: None,
            failure: None,
            correlation: None,
            token: None,
            activity,
            origin: Origin::default(),
        };
        self.apply(&event, ordinal);
    }

    /// What a successful operation changed.
    fn apply_effect(&mut self, event: &Event, ordinal: u32) {
        let at = event.at;
        match &event.activity {
            Activity::Lifecycle { person, step } => self.lifecycle(at, person, *step, ordinal),
            Activity::Profile { person } => self.mention(person, ordinal),
            Activity::Assignment { person, application, change } => self.assignment(at, person, application, *change, ordinal),
            Activity::GroupAssignment { group, application, change } => self.group_assignment(at, group, application, *change, ordinal),
            Activity::GroupMembership { person, group, change } => self.group_membership(at, person, group, *change, ordinal),
            Activity::SignOn { person, application } => self.sign_on(at, person, application, ordinal),
            Activity::Credential { system, credential, step } => self.credential(at, system, credential, *step, ordinal),
            Activity::Exchange(exchange) => {
                let asked = event.correlation.as_ref().and_then(|id| self.asked.remove(id));
                self.exchange(at, exchange, asked.as_ref(), ordinal);
            }
            Activity::Membership { account, step, role } => {
                self.membership(at, account, *step, role.as_deref(), event.actor.as_ref(), ordinal);
            }
            Activity::RoleChange { account, from, to } => self.role_change(at, account, from.as_deref(), to, ordinal),
            Activity::ResourceGroupMembers { group, accounts, change } => self.resource_group(at, group, accounts, *change, ordinal),
            Activity::Login { account } => self.login(at, account, ordinal),
            Activity::Act { account, .. } => self.act(at, account, ordinal),
            Activity::Observe(observation) => self.observe(at, &event.source, observation, ordinal),
            Activity::Provisioning { .. } | Activity::Setting { .. } => {}
        }
        self.author_acts(event, ordinal);
    }

    /// Whoever changes something in the target's audit log was there to do it.
    fn author_acts(&mut self, event: &Event, ordinal: u32) {
        let by_author = match &event.activity {
            Activity::Membership { account, .. } | Activity::RoleChange { account, .. } => account.system.is_none(),
            Activity::ResourceGroupMembers { .. } => true,
            _ => false,
        };
        if let (true, Some(actor)) = (by_author, &event.actor) {
            let account = crate::model::event::AccountRef { system: None, id: actor.id.clone(), name: actor.name.clone() };
            self.act(event.at, &account, ordinal);
        }
    }

    /// Notes that the provider's log told of a change to a person.
    fn touch(&mut self, event: &Event, ordinal: u32) {
        let (Activity::Lifecycle { person: named, .. }
        | Activity::Profile { person: named }
        | Activity::Assignment { person: named, .. }
        | Activity::GroupMembership { person: named, .. }) = &event.activity
        else {
            return;
        };
        if let Some(person) = self.people.resolve(named, ordinal) {
            person.touched.push(event.at);
        }
    }

    /// A person was named; what the record says of login and name is learnt.
    pub(super) fn mention(&mut self, person: &PersonRef, ordinal: u32) {
        self.people.resolve(person, ordinal);
    }

    fn use_token(&mut self, event: &Event, token: &str, ordinal: u32) {
        let system =
            if event.source.starts_with("okta") || event.source.starts_with("entra") { &self.frame.provider } else { &self.frame.target };
        let credential = self.credentials.with_id(&system.clone(), token, ordinal);
        credential.used = credential.used.max(Some((event.at, ordinal)));
    }

    fn credential(&mut self, at: Timestamp, system: &str, named: &NamedRef, step: TokenStep, ordinal: u32) {
        let Some(id) = &named.id else { return };
        let credential = self.credentials.with_id(system, id, ordinal);
        if named.name.is_some() {
            credential.name.clone_from(&named.name);
        }
        let moment = Some((at, ordinal));
        match step {
            TokenStep::Created => credential.created = credential.created.or(moment),
            TokenStep::Rotated => credential.rotated = moment,
            TokenStep::Revoked => credential.revoked = credential.revoked.or(moment),
            TokenStep::Used => credential.used = credential.used.max(moment),
            TokenStep::Updated => {}
        }
    }

    /// Whether this is the application that provisions the target.
    pub(super) fn is_application(&self, named: &NamedRef) -> bool {
        let Some(wanted) = self.frame.application.as_deref() else { return true };
        let label = named.name.as_deref().or_else(|| self.frame.applications.get(named.id.as_deref()?).map(String::as_str));
        let matches = |text: &str| text.eq_ignore_ascii_case(wanted);
        // Only where the config has a label, and no record tells the label of this id, is the id taken at its word.
        let wanted_is_label = !self.frame.applications.contains_key(wanted) && !looks_like_id(wanted);
        named.id.as_deref().is_some_and(matches) || label.map_or(named.id.is_none() || wanted_is_label, matches)
    }

    fn close_listings_before(&mut self, at: Timestamp) {
        while let Some(listing) = self.listings.get(self.next_listing).filter(|listing| listing.taken_at < at) {
            let listing = listing.clone();
            self.next_listing += 1;
            self.close_listing(&listing);
        }
    }

    /// Gives every person the assignments that come with their groups.
    pub(super) fn settle_assignments(&mut self) {
        if self.assigned_groups.is_empty() {
            return;
        }
        for person in &mut self.people.list {
            person.assigned = merge_assignments(person, &self.assigned_groups);
        }
    }

    /// Closes every listing that is still open: all of them were taken before the end.
    pub(super) fn close_all_listings(&mut self) {
        for listing in self.listings.clone().into_iter().skip(self.next_listing) {
            self.close_listing(&listing);
        }
        self.next_listing = self.listings.len();
    }

    /// Notes that a listing names this row, for its end.
    pub(super) fn note_listed(&mut self, source: &str, scope: &str, id: &str, at: Timestamp) {
        self.listed.note(source, scope, id, at);
    }

    /// When a listing of this source last named the row.
    pub(super) fn last_listed(&self, source: &str, id: &str) -> Option<Timestamp> {
        self.listed.last(source, "", id)
    }

    /// Whether the listing that was taken at this moment names the row.
    pub(super) fn was_listed(&self, listing: &Listing, id: &str) -> bool {
        let scope = if listing.absence == Absence::GroupMember { &listing.scope } else { "" };
        self.was_listed_under(listing, scope, id)
    }

    /// Whether this listing, or an earlier one of its kind, names the row.
    pub(super) fn was_ever_listed(&self, listing: &Listing, id: &str) -> bool {
        self.listed.last(&listing.source, "", id).is_some()
    }

    /// Whether the listing that was taken at this moment names the row among those of one kind.
    pub(super) fn was_listed_under(&self, listing: &Listing, kind: &str, id: &str) -> bool {
        self.listed.last(&listing.source, kind, id) == Some(listing.taken_at)
    }
}

/// Whether a configured application is an id: Okta's begin with `0oa`, Entra's are GUIDs.
fn looks_like_id(text: &str) -> bool {
    let guid = text.len() == 36 && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    guid || (text.starts_with("0oa") && text.len() == 20)
}

/// The time line of a group in a map of them.
pub(super) fn membership_of<'a>(groups: &'a mut BTreeMap<String, Timeline<bool>>, group: &str) -> &'a mut Timeline<bool> {
    groups.entry(group.to_owned()).or_default()
}
