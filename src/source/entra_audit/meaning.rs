//! What each activity says about access (Microsoft's audit activity reference).

use super::form::{AuditEntry, Head, Property, Target};
use crate::model::event::{Activity, Change, Lifecycle, NamedRef, PersonRef};
use crate::model::record::Scope;
use crate::source::wire::entra::login;
use crate::source::wire::{keep, shorten};

/// More than this of what was set helps nobody; a new mapping of attributes is many pages.
const SETTING: usize = 600;

/// What an activity is about, as far as its name tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Concern {
    Lifecycle(Lifecycle),
    /// Anything about a user may have been changed.
    Update,
    GroupMembership(Change),
    Assignment(Change),
    GroupAssignment(Change),
    /// The connector or single sign-on.
    Setting,
}

impl Concern {
    /// What an activity is about; `None` if it does not touch access. Some exports end names with a period or a space.
    pub(super) fn of(activity: &str, head: &Head<'_>) -> Option<Self> {
        let activity = activity.trim().trim_end_matches('.').to_lowercase();
        Some(match activity.as_str() {
            "add user" => Self::Lifecycle(Lifecycle::Created),
            "update user" => Self::Update,
            "enable account" | "restore user" => Self::Lifecycle(Lifecycle::Activated),
            "disable account" => Self::Lifecycle(Lifecycle::Deactivated),
            "delete user" | "hard delete user" => Self::Lifecycle(Lifecycle::Deleted),
            "add member to group" => Self::GroupMembership(Change::Added),
            "remove member from group" => Self::GroupMembership(Change::Removed),
            "add app role assignment grant to user" => Self::Assignment(Change::Added),
            "remove app role assignment from user" => Self::Assignment(Change::Removed),
            "add app role assignment to group" => Self::GroupAssignment(Change::Added),
            "remove app role assignment from group" => Self::GroupAssignment(Change::Removed),
            _ if is_provisioning_setting(&activity, head) || is_application_setting(&activity) => Self::Setting,
            _ => return None,
        })
    }
}

/// Changes of a provisioning job: everything that its service logs, but for what it does to single users and groups.
fn is_provisioning_setting(activity: &str, head: &Head<'_>) -> bool {
    let told = |text: Option<&str>, wanted: &str| text.is_some_and(|text| text.eq_ignore_ascii_case(wanted));
    let about_objects =
        ["export", "import", "other", "process escrow", "synchronization rule action", "user provisioning"].contains(&activity);
    let of_service = told(head.category.get(), "ProvisioningManagement") || told(head.logged_by_service.get(), "Account Provisioning");
    let quarantine = || head.reason().and_then(|reason| reason.get()).is_some_and(|reason| reason.to_lowercase().contains("quarantine"));
    activity == "quarantine"
        || activity == "update attribute mappings or scope"
        || activity == "update provisioning setting or credentials"
        || activity.ends_with(" provisioning configuration")
        || (of_service && (!about_objects || quarantine()))
}

/// Changes of an application and its certificates; names go on after a dash, which is written in several ways.
fn is_application_setting(activity: &str) -> bool {
    let object = ["add ", "update ", "remove ", "delete ", "hard delete ", "restore ", "create "]
        .iter()
        .find_map(|verb| activity.strip_prefix(verb));
    let Some(object) = object else { return false };
    ["service principal", "application", "service principal credentials", "policy to service principal", "policy from service principal"]
        .contains(&object)
        || object.starts_with("application –")
        || object.starts_with("application -")
}

/// What happened; `None` if it happened to another application, or to something that is no person.
pub(super) fn activity(concern: Concern, entry: &AuditEntry<'_>, scope: &Scope) -> Option<Activity> {
    Some(match concern {
        Concern::Lifecycle(step) => Activity::Lifecycle { person: person(entry), step: settled(step, entry) },
        Concern::Update => match changed_standing(entry) {
            Some(step) => Activity::Lifecycle { person: person(entry), step },
            None => Activity::Profile { person: person(entry) },
        },
        Concern::GroupMembership(change) => Activity::GroupMembership { person: member(entry)?, group: group(entry), change },
        Concern::Assignment(change) => Activity::Assignment { person: assigned(entry), application: application(entry, scope)?, change },
        Concern::GroupAssignment(change) => {
            Activity::GroupAssignment { group: group(entry), application: application(entry, scope)?, change }
        }
        Concern::Setting => Activity::Setting { subject: connector(entry, scope)?, setting: setting(entry) },
    })
}

/// Who is made or restored may be blocked all the same.
fn settled(step: Lifecycle, entry: &AuditEntry<'_>) -> Lifecycle {
    match (step, changed_standing(entry)) {
        (Lifecycle::Created | Lifecycle::Activated, Some(Lifecycle::Deactivated)) => Lifecycle::Deactivated,
        _ => step,
    }
}

/// What an entry says was done to the right to sign in.
fn changed_standing(entry: &AuditEntry<'_>) -> Option<Lifecycle> {
    let property = entry.targets().find_map(|target| target.property("AccountEnabled"))?;
    let (before, after) = (property.before(), property.after()?);
    if before.is_some_and(|before| before.eq_ignore_ascii_case(&after)) {
        return None;
    }
    match after.to_ascii_lowercase().as_str() {
        "true" => Some(Lifecycle::Activated),
        "false" => Some(Lifecycle::Deactivated),
        _ => None,
    }
}

/// The user it happened to, with login and name as they are afterwards.
fn person(entry: &AuditEntry<'_>) -> PersonRef {
    let Some(user) = user(entry) else { return PersonRef::default() };
    let after = |name: &str| user.property(name).and_then(Property::after);
    let known = reference(user);
    PersonRef { login: after("UserPrincipalName").or(known.login), name: after("DisplayName").or(known.name), id: known.id }
}

/// The first user among the targets, also where an export leaves the type out.
fn user<'e, 'a>(entry: &'e AuditEntry<'a>) -> Option<&'e Target<'a>> {
    entry.target("User").or_else(|| entry.targets().find(|target| target.user_principal_name.get().is_some()))
}

fn reference(user: &Target<'_>) -> PersonRef {
    let written = user.user_principal_name.get();
    PersonRef { id: user.id.keep(), login: written.map(|written| keep(login(written, user.id.get()))), name: user.display_name.keep() }
}

/// The user who joined or left a group; `None` if it was a group, device or application. An entry that names the group
/// alone tells nobody.
fn member(entry: &AuditEntry<'_>) -> Option<PersonRef> {
    let only_a_group = || entry.targets().count() <= 1 && entry.targets().all(|target| target.is("Group"));
    user(entry).map(reference).or_else(|| only_a_group().then(PersonRef::default))
}

/// The user who was assigned: among the targets, else among the properties of the assignment.
fn assigned(entry: &AuditEntry<'_>) -> PersonRef {
    let known = user(entry).map(reference).unwrap_or_default();
    PersonRef {
        id: known.id.or_else(|| entry.property("User.ObjectID")),
        login: known.login.or_else(|| entry.property("User.UPN")),
        name: known.name,
    }
}

/// The group: its name stands in the properties alone, where a member is the first target.
fn group(entry: &AuditEntry<'_>) -> NamedRef {
    let target = entry.target("Group");
    NamedRef {
        id: entry.property("Group.ObjectID").or_else(|| target.and_then(|target| target.id.keep())),
        name: entry.property("Group.DisplayName").or_else(|| target.and_then(|target| target.display_name.keep())),
    }
}

/// The application among the targets, if it is the one that provisions the target system.
fn application(entry: &AuditEntry<'_>, scope: &Scope) -> Option<NamedRef> {
    let named = applications(entry);
    if named.is_empty() {
        return scope.is_application(None, None).then(NamedRef::default);
    }
    named.into_iter().find(|named| scope.is_application(named.id.as_deref(), named.name.as_deref()))
}

/// The same for a change of the connector, which is kept where it names no application at all: it may be a quarantine.
fn connector(entry: &AuditEntry<'_>, scope: &Scope) -> Option<NamedRef> {
    if applications(entry).is_empty() { Some(NamedRef::default()) } else { application(entry, scope) }
}

/// All that an entry names beside users and groups, service principals first.
fn applications(entry: &AuditEntry<'_>) -> Vec<NamedRef> {
    let property = NamedRef { id: entry.property("ServicePrincipal.ObjectID"), name: entry.property("ServicePrincipal.DisplayName") };
    let mut targets: Vec<&Target<'_>> = entry.targets().filter(|target| !target.is("User") && !target.is("Group")).collect();
    targets.sort_by_key(|target| !target.is("ServicePrincipal"));
    let named = targets.into_iter().map(|target| NamedRef { id: target.id.keep(), name: target.display_name.keep() });
    named.chain([property]).filter(|named| *named != NamedRef::default()).collect()
}

/// The activity, and what the record says was set: its reason, the properties after and before, the details.
fn setting(entry: &AuditEntry<'_>) -> String {
    let mut words: Vec<String> = entry.reason.map(keep).into_iter().collect();
    for property in entry.targets().flat_map(Target::properties) {
        let Some(name) = property.display_name.get() else { continue };
        words.extend(match (property.before(), property.after()) {
            (None, None) => None,
            (None, Some(after)) => Some(format!("{name}: {}", clean(name, &after))),
            (Some(before), None) => Some(format!("{name}: none (was {})", clean(name, &before))),
            (Some(before), Some(after)) => Some(format!("{name}: {} (was {})", clean(name, &after), clean(name, &before))),
        });
    }
    words.extend(entry.details().map(|(key, value)| format!("{key}: {}", clean(key, &value))));
    let activity = entry.activity.trim().trim_end_matches('.');
    let text = if words.is_empty() { activity.to_owned() } else { format!("{activity}: {}", words.join("; ")) };
    shorten(&keep(&text), SETTING)
}

/// The value without credentials. A name such as `SecretToken` makes it one, whatever it looks like.
fn clean(name: &str, value: &str) -> String {
    let neutral = format!("{name}: neutral-value");
    if keep(&neutral) == neutral { keep(value) } else { "[redacted]".to_owned() }
}
