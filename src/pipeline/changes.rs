//! Changes as rows: every role, group and resource group that somebody got, changed or lost in the period.

use std::collections::{BTreeMap, BTreeSet};

use crate::analyzer::{Author, Context, scim_actors};
use crate::model::event::Actor;
use crate::model::listing::{Absence, Listing};
use crate::model::report::ChangeRow;
use crate::model::time::Timestamp;
use crate::state::{Account, Grant, GrantChange, Person, Step, Teller};
use crate::store::EventEvidence;

/// The events that the changes of the period are told by.
pub(super) fn proofs(context: &Context<'_>) -> BTreeSet<u32> {
    let at_target = at_target(context).map(|change| change.proof);
    at_target.chain(at_provider(context).map(|(.., step)| step.proof)).collect()
}

/// Every change of the period, by time. `records` are those of [`proofs`].
pub(super) fn rows(context: &Context<'_>, records: &BTreeMap<u32, EventEvidence>, listings: &[Listing]) -> Vec<ChangeRow> {
    let source = Source { records, listings, scim_actors: scim_actors(context.policy) };
    let at_target = at_target(context).map(|change| target_row(context, change, &source));
    let at_provider = at_provider(context).map(|(person, group, step)| provider_row(context, person, group, step, &source));
    let mut rows: Vec<ChangeRow> = at_target.chain(at_provider).collect();
    rows.sort_by(|one, other| order(one).cmp(&order(other)));
    rows
}

fn order(row: &ChangeRow) -> impl Ord + '_ {
    (row.at, &row.system, &row.account, &row.kind, &row.from, &row.to, &row.evidence)
}

/// Changes at the target.
fn at_target<'a>(context: &Context<'a>) -> impl Iterator<Item = &'a GrantChange> {
    let context = *context;
    context.directory.grants.iter().filter(move |change| context.may_be_in_period(change.at, change.later_than))
}

/// Changes in the identity provider's groups of whoever has, or had, anything to do with the target.
fn at_provider<'a>(context: &Context<'a>) -> impl Iterator<Item = (&'a Person, &'a str, &'a Step<bool>)> {
    let context = *context;
    let directory = context.directory;
    let concerned = directory.persons.iter().filter(move |person| {
        !person.assigned.steps().is_empty() || !person.disputed.is_empty() || directory.target_accounts(person).next().is_some()
    });
    let steps = concerned.flat_map(|person| {
        person.groups.iter().flat_map(move |(group, line)| line.steps().iter().map(move |step| (person, group.as_str(), step)))
    });
    steps.filter(move |(.., step)| !step.from_the_start && context.may_be_in_period(step.at, step.later_than))
}

/// What a row is told by.
struct Source<'a> {
    records: &'a BTreeMap<u32, EventEvidence>,
    listings: &'a [Listing],
    scim_actors: BTreeSet<String>,
}

impl Source<'_> {
    /// The record where it is of that moment; else the listing of that moment, which shows it by what it does not name.
    fn evidence(&self, proof: u32, at: Timestamp, absence: Absence, scope: &str) -> String {
        let record = self.records.get(&proof).filter(|record| record.evidence.at == Some(at));
        let silent = |listing: &&Listing| listing.taken_at == at && listing.absence == absence && listing.scope == scope;
        match record {
            Some(record) => record.evidence.reference(),
            None => self.listings.iter().find(silent).map(|listing| listing.file.clone()).unwrap_or_default(),
        }
    }

    fn actor(&self, proof: u32) -> Option<&Actor> {
        self.records.get(&proof)?.actor.as_ref()
    }
}

fn target_row(context: &Context<'_>, change: &GrantChange, source: &Source<'_>) -> ChangeRow {
    let account = change.account.and_then(|index| context.directory.accounts.get(index));
    let owner = account.and_then(|account| context.directory.owner(account));
    let actor = source.actor(change.proof).filter(|_| change.teller == Teller::AuditLog);
    let name = account.map(|account| &account.name).or(change.named.name.as_ref()).or(change.named.id.as_ref());
    let (kind, from, to) = in_words(change);
    ChangeRow {
        at: change.at,
        system: context.directory.target.clone(),
        account: name.cloned().unwrap_or_default(),
        person: owner.map(|person| person.id.clone()).unwrap_or_default(),
        kind: kind.to_owned(),
        from,
        to,
        by: name_of(actor),
        origin: origin(change, actor, account, source).to_owned(),
        evidence: source.evidence(change.proof, change.at, Absence::ScimGroup, ""),
    }
}

/// The kind of a change, and what was held before and after it.
fn in_words(change: &GrantChange) -> (&'static str, String, String) {
    let held = |role: &Option<String>, words: &dyn Fn(&str) -> String| role.as_deref().map(words).unwrap_or_default();
    let both = |words: &dyn Fn(&str) -> String| (held(&change.from, words), held(&change.to, words));
    let (kind, (from, to)) = match &change.grant {
        Grant::Role => ("role", both(&str::to_owned)),
        Grant::Group(name) => ("group", both(&|_| name.clone())),
        Grant::ResourceGroup(name) => ("resource-group", both(&|role| format!("{name}: {role}"))),
    };
    (kind, from, to)
}

fn origin(change: &GrantChange, actor: Option<&Actor>, account: Option<&Account>, source: &Source<'_>) -> &'static str {
    match (change.teller, actor) {
        (Teller::Endpoint, _) => "scim",
        (Teller::AuditLog, Some(actor)) => match Author::of(actor, account, change.at, &source.scim_actors) {
            Author::Connector => "scim",
            Author::Target => "target",
            Author::Arrival => "sso-login",
            Author::Person => "manual",
        },
        (Teller::AuditLog, None) | (Teller::Listing, _) => "unknown",
    }
}

fn provider_row(context: &Context<'_>, person: &Person, group: &str, step: &Step<bool>, source: &Source<'_>) -> ChangeRow {
    let name = context.directory.groups.get(group).map_or(group, |group| &group.name).to_owned();
    let (from, to) = if step.value { (String::new(), name) } else { (name, String::new()) };
    // Only a listing leaves open when it was.
    let logged = step.later_than.is_none();
    ChangeRow {
        at: step.at,
        system: context.policy.idp.provider.word().to_owned(),
        account: person.login.clone().unwrap_or_default(),
        person: person.id.clone(),
        kind: "group".to_owned(),
        from,
        to,
        by: name_of(source.actor(step.proof).filter(|_| logged)),
        origin: if logged { "idp" } else { "unknown" }.to_owned(),
        evidence: source.evidence(step.proof, step.at, Absence::GroupMember, group),
    }
}

fn name_of(actor: Option<&Actor>) -> String {
    actor.and_then(|actor| actor.name.clone().or_else(|| actor.id.clone())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyzer::scene::{Scene, hour};
    use crate::model::event::{AccountRef, Activity, Change, Exchange, Membership, NamedRef, Operation, Outcome, PersonRef};
    use crate::model::facts::{MemberFacts, Observation, ScimGroup};
    use crate::model::report::Evidence;

    const SCIM: &str = "scim_actors = [\"acme-scim\"]\n";

    /// At, system, account, kind, from, to, by and origin.
    type Told = (Timestamp, String, String, String, String, String, String, String);

    fn of(scene: &Scene) -> Vec<ChangeRow> {
        let record = |(ordinal, event): (u32, &crate::model::event::Event)| {
            let evidence = Evidence {
                source: event.source.clone(),
                file: event.source.clone(),
                record: Some(u64::from(ordinal)),
                line: None,
                at: Some(event.at),
                sha256: String::new(),
                original: String::new(),
            };
            (ordinal, EventEvidence { native_id: event.native_id.clone(), actor: event.actor.clone(), evidence })
        };
        let records: BTreeMap<u32, EventEvidence> = (0..).zip(scene.in_order()).map(record).collect();
        scene.with(|context| {
            let known: BTreeMap<_, _> =
                proofs(context).into_iter().filter_map(|proof| Some((proof, records.get(&proof)?.clone()))).collect();
            rows(context, &known, scene.listings())
        })
    }

    fn told(scene: &Scene) -> Vec<Told> {
        let row = |row: ChangeRow| (row.at, row.system, row.account, row.kind, row.from, row.to, row.by, row.origin);
        of(scene).into_iter().map(row).collect()
    }

    fn at_target(at: i64, words: [&str; 6]) -> Told {
        let [account, kind, from, to, by, origin] = words.map(str::to_owned);
        (hour(at), "huggingface".to_owned(), account, kind, from, to, by, origin)
    }

    fn account(person: &str) -> AccountRef {
        AccountRef { id: Some(format!("id-{person}")), name: Some(format!("name-{person}")), ..AccountRef::default() }
    }

    fn role(scene: &mut Scene, at: i64, from: Option<&str>, to: &str, by: &str) {
        let (from, to) = (from.map(str::to_owned), to.to_owned());
        scene.event(at, Outcome::Success, Activity::RoleChange { account: account("1"), from, to }).by(by);
    }

    fn listed(scene: &mut Scene, at: i64, role: &str, groups: Option<&[(&str, &str)]>) {
        let groups = groups.map(|groups| groups.iter().map(|(name, role)| ((*name).to_owned(), Some((*role).to_owned()))).collect());
        let facts = MemberFacts {
            id: "id-1".to_owned(),
            name: "name-1".to_owned(),
            role: Some(role.to_owned()),
            resource_groups: groups,
            ..MemberFacts::default()
        };
        scene.row(at, "huggingface-members", Observation::Member(facts));
    }

    #[test]
    fn a_change_of_role_is_told_by_its_log_with_who_made_it() {
        let mut scene = Scene::new(SCIM);
        listed(&mut scene, 10, "read", None);
        role(&mut scene, 20, None, "write", "dana-k");
        role(&mut scene, 30, Some("write"), "admin", "acme-scim");
        scene.event(40, Outcome::Success, Activity::Login { account: account("1") });
        role(&mut scene, 40, Some("admin"), "read", "name-1");
        listed(&mut scene, 50, "read", None);
        let expected = [
            at_target(20, ["name-1", "role", "read", "write", "dana-k", "manual"]),
            at_target(30, ["name-1", "role", "write", "admin", "acme-scim", "scim"]),
            at_target(40, ["name-1", "role", "admin", "read", "name-1", "sso-login"]),
        ];
        assert_eq!(told(&scene), expected, "what the listing has was told, and the first was there before");
        assert_eq!(of(&scene)[0].evidence, "a-log#1");
    }

    #[test]
    fn what_only_two_listings_tell_has_no_author() {
        let mut scene = Scene::new(SCIM);
        listed(&mut scene, 10, "read", Some(&[("vision", "read")]));
        listed(&mut scene, 30, "admin", Some(&[("speech", "write")]));
        let expected = [
            at_target(30, ["name-1", "resource-group", "", "speech: write", "", "unknown"]),
            at_target(30, ["name-1", "resource-group", "vision: read", "", "", "unknown"]),
            at_target(30, ["name-1", "role", "read", "admin", "", "unknown"]),
        ];
        assert_eq!(told(&scene), expected);
        assert_eq!(of(&scene)[0].evidence, "huggingface-members#1");
        let until = |to: i64| scene.with(|context| proofs(&Context { to: hour(to), ..*context }).len());
        assert_eq!((until(20), until(10)), (1, 0), "it may have been in a period that ended between them");
    }

    #[test]
    fn a_listing_that_tells_no_resource_groups_takes_none_away() {
        let mut scene = Scene::new("");
        listed(&mut scene, 10, "read", Some(&[("vision", "read")]));
        listed(&mut scene, 20, "read", None);
        listed(&mut scene, 30, "read", Some(&[("vision", "read")]));
        assert_eq!(told(&scene), []);
    }

    #[test]
    fn resource_groups_are_compared_with_what_was_known_of_them() {
        let mut scene = Scene::new("");
        scene.resource_group(10, "vision", false, &[("1", "read")]);
        let change = |group: &str, role: Option<&str>, change| Activity::ResourceGroupMembers {
            group: NamedRef { id: None, name: Some(group.to_owned()) },
            accounts: vec![(account("1"), role.map(str::to_owned))],
            change,
        };
        scene.event(20, Outcome::Success, change("vision", Some("write"), Change::Added)).by("dana-k");
        scene.event(25, Outcome::Success, change("speech", None, Change::Removed)).by("dana-k");
        scene.resource_group(30, "vision", false, &[("1", "write"), ("2", "read")]);
        scene.resource_group(40, "vision", false, &[("2", "read")]);
        let expected = [
            at_target(20, ["name-1", "resource-group", "vision: read", "vision: write", "dana-k", "manual"]),
            at_target(25, ["name-1", "resource-group", "speech: member", "", "dana-k", "manual"]),
            at_target(30, ["name-2", "resource-group", "", "vision: read", "", "unknown"]),
            at_target(40, ["name-1", "resource-group", "vision: write", "", "", "unknown"]),
        ];
        assert_eq!(told(&scene), expected);
    }

    #[test]
    fn groups_change_by_scim_requests_and_between_listings() {
        let mut scene = Scene::new("");
        scene.accounts(5, &[("1", true), ("2", true)]).scim_group(10, "hf-nlp", &["id-1"]);
        let group = ScimGroup { id: Some("scim-hf-nlp".to_owned()), added: vec!["id-2".to_owned()], ..ScimGroup::default() };
        let request =
            Exchange { method: "PATCH".to_owned(), operation: Some(Operation::GroupPush), group: Some(group), ..Exchange::default() };
        scene.event(20, Outcome::Success, Activity::Exchange(Box::new(request.clone())));
        scene.event(21, Outcome::Failure, Activity::Exchange(Box::new(request)));
        scene.scim_group(30, "hf-nlp", &["id-2", "id-3"]);
        let expected = [
            at_target(20, ["name-2", "group", "", "hf-nlp", "", "scim"]),
            at_target(30, ["id-3", "group", "", "hf-nlp", "", "unknown"]),
            at_target(30, ["name-1", "group", "hf-nlp", "", "", "unknown"]),
        ];
        assert_eq!(told(&scene), expected, "one that is not known goes by its id");
    }

    #[test]
    fn the_providers_groups_count_for_whoever_has_to_do_with_the_target() {
        let mut scene = Scene::new("");
        let joins = |id: &str, change| Activity::GroupMembership {
            person: PersonRef { id: Some(id.to_owned()), ..PersonRef::default() },
            group: NamedRef { id: Some("00g-hf-nlp".to_owned()), name: Some("hf-nlp".to_owned()) },
            change,
        };
        scene.entitled("1", 5);
        for person in ["1", "stranger"] {
            scene.event(20, Outcome::Success, joins(person, Change::Added)).by("it@acme.example");
        }
        scene.idp_group(40, "hf-nlp", &[]);
        let row = |at, from: &str, to: &str, by: &str, origin: &str| {
            let words = ["1@acme.example", "group", from, to, by, origin].map(str::to_owned);
            let [account, kind, from, to, by, origin] = words;
            (hour(at), "entra".to_owned(), account, kind, from, to, by, origin)
        };
        assert_eq!(told(&scene), [row(20, "", "hf-nlp", "it@acme.example", "idp"), row(40, "hf-nlp", "", "", "unknown")]);
    }

    #[test]
    fn whoever_comes_back_has_no_former_role() {
        let mut scene = Scene::new(SCIM);
        listed(&mut scene, 10, "admin", None);
        scene.audited(20, "1", Membership::Removed).audited(30, "1", Membership::Added);
        listed(&mut scene, 40, "read", None);
        assert_eq!(told(&scene), []);
    }
}
