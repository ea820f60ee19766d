//! Scenes for the tests of analyzers and of the report's rows: a few events, replayed and judged by every rule.

use std::collections::BTreeMap;

use super::{Context, run};
use crate::model::coverage::Coverage;
use crate::model::event::{
    AccountRef, Activity, Actor, Change, Event, Exchange, Failure, Lifecycle, Membership, NamedRef, Operation, Outcome, PersonRef,
};
use crate::model::facts::{AssignmentFacts, GroupFacts, MemberFacts, Observation, PersonFacts, ResourceGroupFacts, ScimGroup, ScimUser};
use crate::model::finding::Finding;
use crate::model::link::fold;
use crate::model::listing::{Absence, Listing};
use crate::model::record::Origin;
use crate::model::time::Timestamp;
use crate::policy::{Policy, Sso, parse};
use crate::state::{Frame, Replay};

/// The moment everything is judged at: noon of the tenth day.
pub(crate) const AS_OF: i64 = 10 * 24 + 12;

/// The moment so many hours after the beginning of the scene.
pub(crate) const fn hour(hours: i64) -> Timestamp {
    Timestamp::from_micros((1_780_000_000 + hours * 3600) * 1_000_000)
}

/// What happened.
pub(crate) struct Scene {
    policy: Policy,
    events: Vec<Event>,
    listings: Vec<Listing>,
    logs: Vec<Coverage>,
}

impl Scene {
    /// An empty one, under these lines of `[target]` and whatever follows.
    pub(crate) fn new(config: &str) -> Self {
        Self::provided_by("entra", config)
    }

    /// The same, with this identity provider.
    pub(crate) fn provided_by(provider: &str, config: &str) -> Self {
        let text = format!(
            "[report]\norganization = \"Acme Corp\"\n[idp]\nprovider = \"{provider}\"\n[target]\nprovider = \"huggingface\"\nname = \"acme\"\n{config}"
        );
        let policy = parse(&text, "scimdrift.toml").expect("the config is right");
        let log = Coverage { source: "entra-sign-in".to_owned(), records: 2, hours: vec![(hour(0), hour(0)), (hour(AS_OF), hour(AS_OF))] };
        Self { policy, events: Vec::new(), listings: Vec::new(), logs: vec![log] }
    }

    /// One event at an hour.
    pub(crate) fn event(&mut self, at: i64, outcome: Outcome, activity: Activity) -> &mut Self {
        self.event_at(hour(at), outcome, activity)
    }

    /// One event at a moment.
    pub(crate) fn event_at(&mut self, at: Timestamp, outcome: Outcome, activity: Activity) -> &mut Self {
        let native_id = self.events.len().to_string();
        let source = String::from("a-log");
        let event = Event {
            at,
            source,
            native_id,
            outcome,
            actor: None,
            failure: None,
            correlation: None,
            token: None,
            activity,
            origin: Origin::default(),
        };
        self.events.push(event);
        self
    }

    /// One row of a listing of this source.
    pub(crate) fn row(&mut self, at: i64, source: &str, row: Observation) -> &mut Self {
        self.event(at, Outcome::Success, Activity::Observe(Box::new(row)));
        if let Some(event) = self.events.last_mut() {
            source.clone_into(&mut event.source);
        }
        self
    }

    /// A complete listing, whose rows stand elsewhere.
    pub(crate) fn listing(&mut self, at: i64, source: &str, absence: Absence, rows: u64) -> &mut Self {
        let (source, scope, file) = (source.to_owned(), String::new(), String::new());
        self.listings.push(Listing { taken_at: hour(at), source, scope, absence, complete: true, rows, file });
        self
    }

    /// A person who is active and was assigned at an hour, as listings tell.
    pub(crate) fn entitled(&mut self, id: &str, since: i64) -> &mut Self {
        let person =
            PersonFacts { id: id.to_owned(), login: Some(format!("{id}@acme.example")), active: Some(true), ..PersonFacts::default() };
        self.row(since, "entra-users", Observation::Person(person));
        let assignment = AssignmentFacts { person: id.to_owned(), created_at: Some(hour(since)), ..AssignmentFacts::default() };
        self.row(since, "entra-app-role-assignments", Observation::Assignment(assignment))
    }

    /// A row of the provider's listing of people.
    pub(crate) fn person(&mut self, at: i64, person: PersonFacts) -> &mut Self {
        let source = format!("{}-users", self.policy.idp.provider.word());
        self.row(at, &source, Observation::Person(person))
    }

    /// A step in the life of a person's identity.
    pub(crate) fn lifecycle(&mut self, at: i64, person: &str, step: Lifecycle) -> &mut Self {
        self.event(at, Outcome::Success, Activity::Lifecycle { person: named(person), step })
    }

    /// A person is assigned to the application, or no longer.
    pub(crate) fn assignment(&mut self, at: i64, person: &str, change: Change) -> &mut Self {
        self.event(at, Outcome::Success, Activity::Assignment { person: named(person), application: NamedRef::default(), change })
    }

    /// A complete listing of the organization's members, each linked by address.
    pub(crate) fn members(&mut self, at: i64, names: &[&str]) -> &mut Self {
        for name in names {
            let member = MemberFacts {
                id: (*name).to_owned(),
                name: (*name).to_owned(),
                email: Some(format!("{name}@acme.example")),
                ..MemberFacts::default()
            };
            self.row(at, "huggingface-members", Observation::Member(member));
        }
        self.listing(at, "huggingface-members", Absence::Member, names.len() as u64)
    }

    /// Complete listings of people and accounts: each person is entitled and linked by id, and the organization has or
    /// lacks their account. The account of `1` is `name-1` and has the id `id-1`.
    pub(crate) fn accounts(&mut self, at: i64, people: &[(&str, bool)]) -> &mut Self {
        for &(id, in_organization) in people {
            let (account, name) = (format!("id-{id}"), format!("name-{id}"));
            let user = ScimUser {
                id: Some(account.clone()),
                external_id: Some(id.to_owned()),
                user_name: Some(name.clone()),
                active: Some(in_organization),
                ..ScimUser::default()
            };
            self.entitled(id, at).row(at, "scim-users", Observation::ScimUser(user));
            if in_organization {
                let member = MemberFacts { id: account, name, ..MemberFacts::default() };
                self.row(at, "huggingface-members", Observation::Member(member));
            }
        }
        let rows = people.len() as u64;
        self.listing(at, "huggingface-members", Absence::Member, rows).listing(at, "scim-users", Absence::ScimUser, rows)
    }

    /// A group as the target holds it, with the ids of accounts.
    pub(crate) fn scim_group(&mut self, at: i64, name: &str, members: &[&str]) -> &mut Self {
        let members = Some(members.iter().map(ToString::to_string).collect());
        let group = ScimGroup { id: Some(format!("scim-{name}")), display_name: Some(name.to_owned()), members, ..ScimGroup::default() };
        self.row(at, "scim-groups", Observation::ScimGroup(group))
    }

    /// A group of the identity provider, with the ids of people.
    pub(crate) fn idp_group(&mut self, at: i64, name: &str, members: &[&str]) -> &mut Self {
        let members = Some(members.iter().map(ToString::to_string).collect());
        let group = GroupFacts { id: Some(format!("00g-{name}")), name: Some(name.to_owned()), members, ..GroupFacts::default() };
        self.row(at, "entra-groups", Observation::Group(group))
    }

    /// A resource group, with people and the roles of their accounts.
    pub(crate) fn resource_group(&mut self, at: i64, name: &str, auto_join: bool, users: &[(&str, &str)]) -> &mut Self {
        let user = |(id, role): &(&str, &str)| (format!("id-{id}"), format!("name-{id}"), Some((*role).to_owned()));
        let users = users.iter().map(user).collect();
        let facts = ResourceGroupFacts { id: format!("rg-{name}"), name: name.to_owned(), auto_join, users };
        self.row(at, "huggingface-resource-groups", Observation::ResourceGroup(facts))
    }

    /// An attempt that the provider's log tells of.
    pub(crate) fn attempt(&mut self, at: i64, person: &str, operation: Operation, outcome: Outcome) -> &mut Self {
        self.attempt_at(hour(at), person, operation, outcome)
    }

    /// An attempt that the provider's log tells of, at a moment.
    pub(crate) fn attempt_at(&mut self, at: Timestamp, person: &str, operation: Operation, outcome: Outcome) -> &mut Self {
        let person = Some(named(person));
        let application = NamedRef::default();
        self.event_at(at, outcome, Activity::Provisioning { operation, person, group: None, application, account_id: None })
    }

    /// An attempt that failed, with the words the provider's log has for it.
    pub(crate) fn refused(&mut self, at: i64, person: &str, operation: Operation, code: &str, message: &str) -> &mut Self {
        self.attempt(at, person, operation, Outcome::Failure);
        if let Some(event) = self.events.last_mut() {
            event.failure = Some(Failure { code: Some(code.to_owned()), message: message.to_owned() });
        }
        self
    }

    /// A request that the target's endpoint tells of, at an hour.
    pub(super) fn request(&mut self, at: i64, person: &str, operation: Operation, outcome: Outcome) -> &mut Self {
        self.request_at(hour(at), person, operation, outcome)
    }

    /// A request that the target's endpoint tells of, about the account of a person of [`Scene::accounts`].
    pub(crate) fn request_at(&mut self, at: Timestamp, person: &str, operation: Operation, outcome: Outcome) -> &mut Self {
        let user = ScimUser {
            id: Some(format!("id-{person}")),
            external_id: Some(person.to_owned()),
            user_name: Some(format!("name-{person}")),
            ..ScimUser::default()
        };
        let exchange = Exchange { method: "PATCH".to_owned(), operation: Some(operation), user: Some(user), ..Exchange::default() };
        self.event_at(at, outcome, Activity::Exchange(Box::new(exchange)))
    }

    /// What the target's audit log tells of such an account's membership at an hour.
    pub(crate) fn audited(&mut self, at: i64, person: &str, step: Membership) -> &mut Self {
        self.audited_at(hour(at), person, step)
    }

    /// What the target's audit log tells of such an account's membership, done by `acme-scim`.
    pub(crate) fn audited_at(&mut self, at: Timestamp, person: &str, step: Membership) -> &mut Self {
        let account = AccountRef { id: Some(format!("id-{person}")), name: Some(format!("name-{person}")), ..AccountRef::default() };
        self.event_at(at, Outcome::Success, Activity::Membership { account, step, role: None }).by("acme-scim")
    }

    /// Says who did what happened last.
    pub(crate) fn by(&mut self, actor: &str) -> &mut Self {
        if let Some(event) = self.events.last_mut() {
            event.actor = Some(Actor { name: Some(actor.to_owned()), ..Actor::default() });
        }
        self
    }

    /// A log that has records at these hours.
    pub(crate) fn log(&mut self, source: &str, hours: &[i64]) -> &mut Self {
        let (source, hours) = (source.to_owned(), hours.iter().map(|at| (hour(*at), hour(*at))).collect());
        self.logs.push(Coverage { source, records: 1, hours });
        self
    }

    /// The events in their order: the place of each is its ordinal.
    pub(crate) fn in_order(&self) -> Vec<&Event> {
        let mut events: Vec<&Event> = self.events.iter().collect();
        events.sort_by_key(|event| event.at);
        events
    }

    /// The listings, in the order in which they were told of.
    pub(crate) fn listings(&self) -> &[Listing] {
        &self.listings
    }

    /// Gives everything that rules look at to `judge`.
    pub(crate) fn with<T>(&self, judge: impl FnOnce(&Context<'_>) -> T) -> T {
        let frame = Frame {
            provider: self.policy.idp.provider.word().to_owned(),
            target: "huggingface".to_owned(),
            invitations: self.policy.target.sso == Sso::Basic,
            scim_actors: self.policy.target.scim_actors.iter().map(|actor| fold(actor)).collect(),
            ..Frame::default()
        };
        let mut replay = Replay::new(frame, hour(AS_OF), &self.listings, []);
        for (ordinal, event) in (0..).zip(self.in_order()) {
            replay.apply(event, ordinal);
        }
        let classes: BTreeMap<_, _> =
            self.policy.accounts.iter().map(|rule| ((rule.system.clone(), fold(&rule.name)), rule.class)).collect();
        let directory = replay.finish(&self.policy.aliases, self.policy.target.user_name, &classes);
        judge(&Context {
            directory: &directory,
            policy: &self.policy,
            as_of: hour(AS_OF),
            from: hour(0),
            to: hour(AS_OF),
            logs: &self.logs,
            inputs: &[],
            kept_out: &[],
            accepted: &[],
            altered: &[],
        })
    }

    /// What one rule finds.
    pub(crate) fn findings(&self, rule: &str) -> Vec<Finding> {
        self.with(run).into_iter().filter(|finding| finding.rule == rule).collect()
    }

    /// The reasons that one rule finds, each with whom it is about.
    pub(crate) fn reasons(&self, rule: &str) -> Vec<(&'static str, String)> {
        let whom = |finding: Finding| if finding.subject.person.is_empty() { finding.subject.account } else { finding.subject.person };
        self.findings(rule).into_iter().map(|finding| (finding.reason, whom(finding))).collect()
    }
}

fn named(person: &str) -> PersonRef {
    PersonRef { id: Some(person.to_owned()), ..PersonRef::default() }
}
