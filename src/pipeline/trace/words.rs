//! Words: what an event says of the subject, in a few of them.

use crate::model::event::{AccountRef, Activity, Change, Event, Exchange, Failure, Lifecycle, Membership, NamedRef, Outcome};
use crate::model::facts::{AssignmentFacts, MemberFacts, Observation, PersonFacts, ScimUser};
use crate::model::link::fold;
use crate::model::operation::Operation;
use crate::model::trace::Dossier;

/// How it ended; empty for what a listing shows.
pub(super) fn outcome(event: &Event) -> &'static str {
    if matches!(event.activity, Activity::Observe(_)) { "" } else { event.outcome.word() }
}

/// Code and text of a failure, or of what was passed over.
pub(super) fn told(event: &Event) -> String {
    event.failure.as_ref().map(failure).unwrap_or_default()
}

/// Code and text, as written.
pub(super) fn failure(failure: &Failure) -> String {
    let code = failure.code.as_deref().unwrap_or_default();
    [code, failure.message.as_str()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(": ")
}

/// What happened, or was shown to be so.
pub(super) fn what(event: &Event, dossier: &Dossier) -> String {
    match &event.activity {
        Activity::Lifecycle { step, .. } => format!("{} in the identity provider", lifecycle(*step)),
        Activity::Profile { person } => format!("profile changed{}", after(": login ", person.login.as_deref())),
        Activity::Assignment { application, change, .. } => {
            format!("{} the application {}", if *change == Change::Added { "assigned to" } else { "unassigned from" }, name(application))
        }
        Activity::GroupAssignment { group, application, change } => {
            format!(
                "group {} {} {}",
                name(group),
                if *change == Change::Added { "assigned to" } else { "unassigned from" },
                name(application)
            )
        }
        Activity::GroupMembership { group, change, .. } => {
            format!("{} the group {}", if *change == Change::Added { "joined" } else { "left" }, name(group))
        }
        Activity::Provisioning { operation, .. } => format!("{} at the target", operation.word()),
        Activity::SignOn { application, .. } => format!("signed on to {}", name(application)),
        Activity::Credential { credential, .. } => format!("credential {}", name(credential)),
        Activity::Setting { setting, .. } => format!("setting {setting}"),
        Activity::Exchange(exchange) => request(event, exchange),
        Activity::Membership { account, step, role } => {
            format!("account {} {} the organization{}", account_name(account), membership(*step), after(", role ", role.as_deref()))
        }
        Activity::RoleChange { account, from, to } => {
            format!("role of {} set to {to}{}", account_name(account), after(", before ", from.as_deref()))
        }
        Activity::ResourceGroupMembers { group, accounts, change } => {
            let own = accounts.iter().find(|(account, _)| is_own(account, dossier));
            let role = own.and_then(|(_, role)| role.as_deref());
            let did = if *change == Change::Added { "given" } else { "taken from" };
            format!("resource group {} {did}{}", name(group), after(", role ", role))
        }
        Activity::Login { account } => format!("single sign-on as {}", account_name(account)),
        Activity::Act { account, kind } => format!("{kind} by {}", account_name(account)),
        Activity::Observe(observation) => observed(observation, dossier),
    }
}

fn after(before: &str, value: Option<&str>) -> String {
    value.filter(|value| !value.is_empty()).map(|value| format!("{before}{value}")).unwrap_or_default()
}

fn name(named: &NamedRef) -> &str {
    named.name.as_deref().or(named.id.as_deref()).unwrap_or("without a name")
}

fn account_name(account: &AccountRef) -> &str {
    account.name.as_deref().or(account.id.as_deref()).unwrap_or("without a name")
}

fn is_own(account: &AccountRef, dossier: &Dossier) -> bool {
    let by_id = account.id.as_ref().is_some_and(|id| dossier.ids.contains(id));
    by_id || account.name.as_ref().is_some_and(|name| dossier.names.contains(&fold(name)))
}

const fn lifecycle(step: Lifecycle) -> &'static str {
    match step {
        Lifecycle::Created => "created",
        Lifecycle::Activated => "activated",
        Lifecycle::Deactivated => "deactivated",
        Lifecycle::Suspended => "suspended",
        Lifecycle::Unsuspended => "unsuspended",
        Lifecycle::Deleted => "deleted",
    }
}

const fn membership(step: Membership) -> &'static str {
    match step {
        Membership::Added => "added to",
        Membership::Removed => "removed from",
        Membership::Left => "left",
        Membership::Joined => "joined",
        Membership::Invited => "invited to",
        Membership::Accepted => "accepted the invitation to",
    }
}

fn request(event: &Event, exchange: &Exchange) -> String {
    let status = match (exchange.status, event.outcome) {
        (Some(status), _) => format!(" → {status}"),
        (None, Outcome::Unknown) => String::new(),
        (None, _) => " → no answer".to_owned(),
    };
    let meant = match exchange.operation {
        Some(Operation::GroupPush) => "group push: ",
        Some(operation) => {
            return format!("{}: {} {}{status}{}", operation.word(), exchange.method, exchange.path, sent(exchange.user.as_ref()));
        }
        None => "",
    };
    format!("{meant}{} {}{status}", exchange.method, exchange.path)
}

fn sent(user: Option<&ScimUser>) -> String {
    let Some(user) = user else { return String::new() };
    let active = user.active.map(|active| if active { "true" } else { "false" });
    let parts = [("userName ", user.user_name.as_deref()), ("active ", active)];
    let parts: Vec<String> = parts.into_iter().filter_map(|(name, value)| Some(format!("{name}{}", value?))).collect();
    if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) }
}

fn observed(observation: &Observation, dossier: &Dossier) -> String {
    match observation {
        Observation::Person(facts) => person(facts),
        Observation::GroupMember { group, .. } => format!("listed in group {group}: as a member"),
        Observation::Group(facts) => {
            let group = facts.name.as_deref().or(facts.id.as_deref()).unwrap_or_default();
            let gone = facts.removed.iter().any(|id| dossier.ids.contains(id));
            format!("listed in group {group}: {}", if gone { "removed" } else { "as a member" })
        }
        Observation::Assignment(facts) => assignment(facts),
        Observation::ScimUser(user) => {
            let active = user.active.map(|active| if active { ", active" } else { ", not active" }).unwrap_or_default();
            format!(
                "listed by SCIM: {}{active}{}",
                user.user_name.as_deref().unwrap_or_default(),
                after(", externalId ", user.external_id.as_deref())
            )
        }
        Observation::ScimGroup(group) => {
            format!("listed in SCIM group {}: as a member", group.display_name.as_deref().unwrap_or_default())
        }
        Observation::Member(facts) => member(facts),
        Observation::ResourceGroup(facts) => {
            let own = facts.users.iter().find(|(id, name, _)| dossier.ids.contains(id) || dossier.names.contains(&fold(name)));
            let role = own.and_then(|(_, _, role)| role.as_deref());
            format!("listed in resource group {}: as a member{}", facts.name, after(", role ", role))
        }
        Observation::ServiceAccount(facts) => format!("listed as a service account: {}", facts.name),
        Observation::Account(facts) => format!("listed in {}: account {}", facts.system, facts.name),
        Observation::Token(facts) => {
            format!("listed credential {} in {}: {}", facts.name.as_deref().unwrap_or(&facts.id), facts.system, facts.status.word())
        }
        Observation::Employee(facts) => {
            let end = facts.end_date.map(|day| format!(", last day {day}")).unwrap_or_default();
            format!("listed in the roster: {}{end}", facts.employment_type.as_deref().unwrap_or("employed"))
        }
    }
}

fn person(facts: &PersonFacts) -> String {
    let status = facts.status.as_deref().or(facts.active.map(|active| if active { "active" } else { "not active" }));
    let email = facts.email.as_deref().filter(|email| facts.login.as_deref() != Some(*email));
    format!("listed as a person: {}{}{}", facts.login.as_deref().unwrap_or_default(), after(", ", status), after(", e-mail ", email))
}

fn assignment(facts: &AssignmentFacts) -> String {
    format!(
        "listed as assigned to {}:{}{}{}",
        name(&facts.application),
        after(" ", facts.status.as_deref()),
        after(", sync ", facts.sync_state.as_deref()),
        after(", account id ", facts.account_id.as_deref())
    )
}

fn member(facts: &MemberFacts) -> String {
    format!("listed as a member: {}{}", facts.name, after(", role ", facts.role.as_deref()))
}
