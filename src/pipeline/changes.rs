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
