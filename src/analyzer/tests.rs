//! A small organization for the tests of rules that compare listings.

use std::collections::BTreeMap;

use super::Context;
use crate::model::event::{Activity, Event, Outcome};
use crate::model::facts::{AssignmentFacts, GroupFacts, MemberFacts, Observation, PersonFacts, ResourceGroupFacts, ScimGroup, ScimUser};
use crate::model::link::NameTransform;
use crate::model::listing::{Absence, Listing};
use crate::model::record::Origin;
use crate::model::time::Timestamp;
use crate::policy;
use crate::state::{Frame, Replay};

/// What was listed on one night, and the config it is judged by.
#[derive(Debug, Default)]
pub(super) struct Case {
    config: String,
    rows: Vec<(&'static str, Observation)>,
}

const LISTED: Timestamp = Timestamp::from_micros(1_000_000_000_000);
const AS_OF: Timestamp = Timestamp::from_micros(1_000_000_000_000 + 24 * 3_600_000_000);

impl Case {
    pub(super) fn new() -> Self {
        let config =
            "[report]\norganization = \"Acme Corp\"\n[idp]\nprovider = \"okta\"\n[target]\nprovider = \"huggingface\"\nname = \"acme\"\n";
        Self { config: config.to_owned(), rows: Vec::new() }
    }

    pub(super) fn config(mut self, more: &str) -> Self {
        self.config.push_str(more);
        self
    }

    /// A person, entitled, whose account `name-…` has the id `id-…` and is in the organization, or is not.
    pub(super) fn person(self, id: &str, in_organization: bool) -> Self {
        let (account, name) = (format!("id-{id}"), format!("name-{id}"));
        let person = PersonFacts { id: id.to_owned(), active: Some(true), ..PersonFacts::default() };
        let assignment = AssignmentFacts { person: id.to_owned(), ..AssignmentFacts::default() };
        let user = ScimUser {
            id: Some(account.clone()),
            external_id: Some(id.to_owned()),
            user_name: Some(name.clone()),
            active: Some(in_organization),
            ..ScimUser::default()
        };
        let case = self.row("okta-users", Observation::Person(person)).row("okta-app-users", Observation::Assignment(assignment));
        let case = case.row("scim-users", Observation::ScimUser(user));
        let member = MemberFacts { id: account, name, ..MemberFacts::default() };
        if in_organization { case.row("huggingface-members", Observation::Member(member)) } else { case }
    }

    /// A group as the target holds it.
    pub(super) fn scim_group(self, name: &str, members: &[&str]) -> Self {
        let members = Some(members.iter().map(ToString::to_string).collect());
        let group = ScimGroup { id: Some(format!("scim-{name}")), display_name: Some(name.to_owned()), members, ..ScimGroup::default() };
        self.row("scim-groups", Observation::ScimGroup(group))
    }

    /// A group of the identity provider.
    pub(super) fn idp_group(self, name: &str, members: &[&str]) -> Self {
        let members = Some(members.iter().map(ToString::to_string).collect());
        let group = GroupFacts { id: Some(format!("00g-{name}")), name: Some(name.to_owned()), members, ..GroupFacts::default() };
        self.row("entra-groups", Observation::Group(group))
    }

    /// A resource group, with people and their roles.
    pub(super) fn resource_group(self, name: &str, auto_join: bool, users: &[(&str, &str)]) -> Self {
        let user = |(id, role): &(&str, &str)| (format!("id-{id}"), format!("name-{id}"), Some((*role).to_owned()));
        let users = users.iter().map(user).collect();
        let facts = ResourceGroupFacts { id: format!("rg-{name}"), name: name.to_owned(), auto_join, users };
        self.row("huggingface-resource-groups", Observation::ResourceGroup(facts))
    }

    fn row(mut self, source: &'static str, row: Observation) -> Self {
        self.rows.push((source, row));
        self
    }

    /// Judges the night after.
    pub(super) fn with<T>(&self, judge: impl FnOnce(&Context<'_>) -> T) -> T {
        let listing = |(source, absence): (&str, Absence)| Listing {
            taken_at: LISTED,
            source: source.to_owned(),
            scope: String::new(),
            absence,
            complete: true,
            rows: 0,
            file: String::new(),
        };
        let listings = [("huggingface-members", Absence::Member), ("scim-users", Absence::ScimUser)].map(listing);
        let frame = Frame { provider: "okta".to_owned(), target: "huggingface".to_owned(), ..Frame::default() };
        let mut replay = Replay::new(frame, AS_OF, &listings, []);
        for (ordinal, (source, row)) in (0..).zip(&self.rows) {
            replay.apply(&observed(source, row), ordinal);
        }
        let directory = replay.finish(&[], NameTransform::AsIs, &BTreeMap::new());
        let policy = policy::parse(&self.config, "scimdrift.toml").expect("the config of a test is right");
        judge(&Context {
            directory: &directory,
            policy: &policy,
            as_of: AS_OF,
            from: LISTED,
            to: AS_OF,
            logs: &[],
            inputs: &[],
            kept_out: &[],
            altered: &[],
        })
    }
}

fn observed(source: &str, row: &Observation) -> Event {
    Event {
        at: LISTED,
        source: source.to_owned(),
        native_id: String::new(),
        outcome: Outcome::Success,
        actor: None,
        failure: None,
        correlation: None,
        token: None,
        activity: Activity::Observe(Box::new(row.clone())),
        origin: Origin::default(),
    }
}
