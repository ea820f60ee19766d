//! Mentions: whom an event names, by which ids and names. What it does to them is for `state` to say.

use super::event::{AccountRef, Activity, Event, PersonRef};
use super::facts::{Observation, PersonFacts, ScimGroup, ScimUser};

/// One person or account, as an event names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mention<'a> {
    /// Ids, as written. Where there are any, they decide.
    pub ids: Vec<&'a str>,
    /// Logins, user names and addresses, as written.
    pub names: Vec<&'a str>,
}

impl<'a> Mention<'a> {
    fn of(ids: impl IntoIterator<Item = &'a Option<String>>, names: impl IntoIterator<Item = &'a Option<String>>) -> Self {
        let told = |texts: &mut dyn Iterator<Item = &'a Option<String>>| texts.flatten().map(String::as_str).collect();
        Self { ids: told(&mut ids.into_iter()), names: told(&mut names.into_iter()) }
    }

    fn person(named: &'a PersonRef) -> Self {
        Self::of([&named.id], [&named.login])
    }

    fn account(named: &'a AccountRef) -> Self {
        Self::of([&named.id], [&named.name])
    }

    fn facts(facts: &'a PersonFacts) -> Self {
        let mut mention = Self::of([], [&facts.login, &facts.email, &facts.employee_id]);
        mention.names.extend(facts.other_emails.iter().map(String::as_str));
        mention.with_id(&facts.id)
    }

    fn user(user: &'a ScimUser) -> Self {
        let mut mention = Self::of([&user.id, &user.external_id], [&user.user_name]);
        mention.names.extend(user.emails.iter().map(String::as_str));
        mention
    }

    fn id(id: &'a str) -> Self {
        Self::default().with_id(id)
    }

    fn with_id(mut self, id: &'a str) -> Self {
        self.ids.extend(Some(id).filter(|id| !id.is_empty()));
        self
    }
}

impl Event {
    /// Everybody the event is about; whoever merely did it is not among them.
    #[must_use]
    pub fn mentions(&self) -> Vec<Mention<'_>> {
        match &self.activity {
            Activity::Lifecycle { person, .. }
            | Activity::Profile { person }
            | Activity::Assignment { person, .. }
            | Activity::GroupMembership { person, .. }
            | Activity::SignOn { person, .. } => vec![Mention::person(person)],
            Activity::Provisioning { person, account_id, .. } => {
                let person = person.as_ref().map(Mention::person);
                person.into_iter().map(|person| account_id.iter().fold(person, |person, id| person.with_id(id))).collect()
            }
            Activity::Exchange(exchange) => {
                let user = exchange.user.as_ref().map(Mention::user);
                user.into_iter().chain(exchange.group.iter().flat_map(members)).collect()
            }
            Activity::Membership { account, .. }
            | Activity::RoleChange { account, .. }
            | Activity::Login { account }
            | Activity::Act { account, .. } => vec![Mention::account(account)],
            Activity::ResourceGroupMembers { accounts, .. } => accounts.iter().map(|(account, _)| Mention::account(account)).collect(),
            Activity::Observe(observation) => observed(observation),
            Activity::GroupAssignment { .. } | Activity::Credential { .. } | Activity::Setting { .. } => Vec::new(),
        }
    }
}

fn members(group: &ScimGroup) -> impl Iterator<Item = Mention<'_>> {
    group.members.iter().flatten().chain(&group.added).chain(&group.removed).map(|id| Mention::id(id))
}

fn observed(observation: &Observation) -> Vec<Mention<'_>> {
    match observation {
        Observation::Person(facts) | Observation::GroupMember { person: facts, .. } => vec![Mention::facts(facts)],
        Observation::Group(facts) => {
            let ids = facts.members.iter().flatten().chain(&facts.added).chain(&facts.removed);
            ids.map(|id| Mention::id(id)).collect()
        }
        Observation::Assignment(facts) => {
            let mention = Mention::of([&facts.account_id], [&facts.user_name]);
            if facts.person.is_empty() { Vec::new() } else { vec![mention.with_id(&facts.person)] }
        }
        Observation::ScimUser(user) => vec![Mention::user(user)],
        Observation::ScimGroup(group) => members(group).collect(),
        Observation::Member(facts) => {
            let mut mention = Mention::of([], [&facts.email]).with_id(&facts.id);
            mention.names.push(&facts.name);
            vec![mention]
        }
        Observation::ResourceGroup(facts) => facts
            .users
            .iter()
            .map(|(id, name, _)| {
                let mut mention = Mention::id(id);
                mention.names.push(name);
                mention
            })
            .collect(),
        Observation::Account(facts) => {
            let mut mention = Mention::of([], [&facts.email]).with_id(&facts.id);
            mention.names.push(&facts.name);
            vec![mention]
        }
        Observation::Token(facts) => facts.owner.iter().map(|owner| Mention { ids: Vec::new(), names: vec![owner] }).collect(),
        Observation::Employee(facts) => vec![Mention::of([], [&facts.email, &facts.employee_id])],
        Observation::ServiceAccount(facts) => vec![Mention::id(&facts.id)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::Outcome;
    use crate::model::record::Origin;
    use crate::model::time::Timestamp;

    #[test]
    fn whoever_acts_is_not_whom_it_is_about() {
        let account = AccountRef { system: None, id: Some("67a".to_owned()), name: Some("noa".to_owned()) };
        let event = Event {
            at: Timestamp::from_micros(0),
            source: "huggingface-audit-log".to_owned(),
            native_id: "1".to_owned(),
            outcome: Outcome::Success,
            actor: Some(crate::model::event::Actor { id: Some("67b".to_owned()), name: Some("kim".to_owned()), kind: None }),
            failure: None,
            correlation: None,
            token: None,
            activity: Activity::RoleChange { account, from: None, to: "write".to_owned() },
            origin: Origin::default(),
        };
        assert_eq!(event.mentions(), [Mention { ids: vec!["67a"], names: vec!["noa"] }]);
    }
}
