//! What each event type says about access (Okta's event type catalogue, release 2026.08).

use super::form::{Entity, LogEvent};
use crate::model::event::{Activity, Change, Lifecycle, NamedRef, Operation, Outcome, PersonRef, TokenStep};
use crate::model::record::Scope;
use crate::source::wire::keep;

/// What an event of a type is about, as far as its type tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Concern {
    Lifecycle(Lifecycle),
    Profile,
    Assignment(Change),
    GroupMembership(Change),
    UserPush(Operation),
    GroupPush,
    /// The connector as a whole failed.
    Integration,
    SignOn,
    Token(TokenStep),
    Setting,
}

/// What a type is about; `None` if it does not touch access.
pub(super) fn concern(event_type: &str) -> Option<Concern> {
    let (prefix, step) = event_type.rsplit_once('.')?;
    Some(match prefix {
        "user.lifecycle" => Concern::Lifecycle(lifecycle(step)?),
        "user.lifecycle.delete" if step == "completed" => Concern::Lifecycle(Lifecycle::Deleted),
        "user.account" if matches!(step, "update_profile" | "update_primary_email") => Concern::Profile,
        "user.authentication" if step == "sso" => Concern::SignOn,
        "application.user_membership" if step == "change_username" => Concern::Profile,
        "application.user_membership" => Concern::Assignment(assignment(step)?),
        "group.user_membership" => Concern::GroupMembership(membership(step)?),
        "application.provision.user" | "app.user_management" => Concern::UserPush(push(step)?),
        "application.provision.group" | "application.provision.group_membership" => group_operation(step)?,
        "application.integration" => integration(step)?,
        "application.configuration" if step == "detect_error" => Concern::Integration,
        "application.lifecycle" | "application.configuration" => Concern::Setting,
        "system.api_token" => Concern::Token(token_step(step)?),
        _ if event_type.starts_with("application.provision.group_push.") => Concern::GroupPush,
        _ if event_type.starts_with("application.configuration.") => Concern::Setting,
        _ => return None,
    })
}

fn lifecycle(step: &str) -> Option<Lifecycle> {
    Some(match step {
        "create" => Lifecycle::Created,
        "activate" | "reactivate" => Lifecycle::Activated,
        "deactivate" => Lifecycle::Deactivated,
        "suspend" => Lifecycle::Suspended,
        "unsuspend" => Lifecycle::Unsuspended,
        _ => return None,
    })
}

/// `approve` and `provision` assign with provisioning to follow; `revoke` and `deprovision` take back before and after it.
fn assignment(step: &str) -> Option<Change> {
    match step {
        "add" | "restore" | "approve" | "provision" => Some(Change::Added),
        "remove" | "revoke" | "deprovision" => Some(Change::Removed),
        _ => None,
    }
}

fn membership(step: &str) -> Option<Change> {
    match step {
        "add" => Some(Change::Added),
        "remove" => Some(Change::Removed),
        _ => None,
    }
}

fn push(step: &str) -> Option<Operation> {
    Some(match step {
        "push" | "push_new_user_success" => Operation::Create,
        "push_profile" | "push_profile_success" | "sync" | "password" | "push_password" | "push_okta_password" => Operation::Update,
        "activate" | "reactivate" => Operation::Enable,
        "deactivate" | "deprovision" | "deprovisioning" | "deactivate_user_success" => Operation::Disable,
        "delete" => Operation::Delete,
        "verify_exists" => Operation::Verify,
        _ => return None,
    })
}

/// An import goes the other way, from the application to Okta.
fn group_operation(step: &str) -> Option<Concern> {
    match step {
        "import" | "verify_exists" => None,
        _ => Some(Concern::GroupPush),
    }
}

fn integration(step: &str) -> Option<Concern> {
    matches!(step, "authentication_failure" | "general_failure" | "rate_limit_exceeded" | "api_query").then_some(Concern::Integration)
}

fn token_step(step: &str) -> Option<TokenStep> {
    Some(match step {
        "create" => TokenStep::Created,
        "revoke" => TokenStep::Revoked,
        "update" | "enable" => TokenStep::Updated,
        "use" | "request_outside_allowed_range" => TokenStep::Used,
        _ => return None,
    })
}

/// What happened; `None` if it happened to an application that does not provision the target.
pub(super) fn activity(concern: Concern, event: &LogEvent<'_>, scope: &Scope) -> Option<Activity> {
    Some(match concern {
        Concern::Lifecycle(step) => Activity::Lifecycle { person: person(event), step },
        Concern::Profile => Activity::Profile { person: person(event) },
        Concern::Assignment(change) => Activity::Assignment { person: person(event), application: application(event, scope)?, change },
        Concern::GroupMembership(change) => {
            Activity::GroupMembership { person: person(event), group: target(event, "UserGroup").map(named).unwrap_or_default(), change }
        }
        Concern::UserPush(operation) => {
            let application = application(event, scope)?;
            Activity::Provisioning { operation, person: Some(person(event)), group: None, application, account_id: None }
        }
        Concern::GroupPush => {
            let application = application(event, scope)?;
            Activity::Provisioning { operation: Operation::GroupPush, person: None, group: group(event), application, account_id: None }
        }
        Concern::Integration => {
            let application = application(event, scope)?;
            Activity::Provisioning { operation: Operation::Verify, person: None, group: None, application, account_id: None }
        }
        Concern::SignOn => Activity::SignOn { application: application(event, scope)?, person: signed_on(event) },
        Concern::Token(step) => {
            Activity::Credential { system: "okta".to_owned(), credential: target(event, "Token").map(named).unwrap_or_default(), step }
        }
        Concern::Setting => Activity::Setting { subject: application(event, scope)?, setting: setting(event) },
    })
}

/// How it ended. The legacy type is a surer sign of failure than the result.
pub(super) fn outcome(event: &LogEvent<'_>) -> Outcome {
    if event.legacy_event_type.get().is_some_and(|legacy| legacy.starts_with("app.api.error.")) {
        return Outcome::Failure;
    }
    match event.outcome.0.result.get() {
        Some("SUCCESS" | "ALLOW") => Outcome::Success,
        Some("FAILURE" | "DENY" | "RATE_LIMIT") => Outcome::Failure,
        Some("SKIPPED") => Outcome::Skipped,
        Some("DEFERRED" | "SCHEDULED") => Outcome::Deferred,
        _ if event.event_type.get().is_some_and(is_failure_type) => Outcome::Failure,
        _ => Outcome::Unknown,
    }
}

/// Types that exist for failures alone.
fn is_failure_type(event_type: &str) -> bool {
    concern(event_type) == Some(Concern::Integration) || event_type.ends_with(".failed") || event_type.contains(".failed.with.")
}

/// The code of a failure that has no `error_code`: what kind of failure the connector had.
pub(super) fn code(event: &LogEvent<'_>) -> Option<String> {
    let event_type = event.event_type.get()?;
    if event.outcome.0.result.get() == Some("RATE_LIMIT") {
        return Some("RATE_LIMIT".to_owned());
    }
    let (_, step) = event_type.rsplit_once('.')?;
    (concern(event_type) == Some(Concern::Integration)).then(|| keep(step))
}

/// Whether somebody tried to sign in and could not.
pub(super) fn is_failed_sign_in(event: &LogEvent<'_>, outcome: Outcome) -> bool {
    let signs_in = |event_type: &str| event_type.starts_with("user.authentication.") || event_type.starts_with("user.session.");
    outcome != Outcome::Success && event.event_type.get().is_some_and(signs_in)
}

/// A target by its type. Their order means nothing.
fn target<'e, 'a>(event: &'e LogEvent<'a>, kind: &str) -> Option<&'e Entity<'a>> {
    event.target.iter().flatten().map(|target| &target.0).find(|target| target.kind.get() == Some(kind))
}

/// The person it happened to: the `User` among the targets, else the login of the `AppUser`.
fn person(event: &LogEvent<'_>) -> PersonRef {
    match (target(event, "User"), target(event, "AppUser")) {
        (Some(user), _) => PersonRef { id: user.id(), login: user.login(), name: user.display_name.keep() },
        (None, Some(user)) => PersonRef { id: None, login: user.login(), name: user.display_name.keep() },
        (None, None) => PersonRef::default(),
    }
}

/// The person who signed on: the actor. After a failure the login may be anything that was typed.
fn signed_on(event: &LogEvent<'_>) -> PersonRef {
    let actor = &event.actor.0;
    let mut person = match actor.kind.get() {
        Some("User") => PersonRef { id: actor.id(), login: actor.login(), name: actor.display_name.keep() },
        _ => person(event),
    };
    if is_failed_sign_in(event, outcome(event)) {
        (person.login, person.name) = (None, None);
    }
    person
}

/// The application among the targets, if it is the one that provisions the target system.
pub(super) fn application(event: &LogEvent<'_>, scope: &Scope) -> Option<NamedRef> {
    let Some(instance) = target(event, "AppInstance") else {
        return scope.is_application(None, None).then(NamedRef::default);
    };
    let (id, label) = (instance.id(), instance.login());
    let application = named(instance);
    let wanted = [application.name.as_deref(), label.as_deref()].into_iter().any(|label| scope.is_application(id.as_deref(), label));
    wanted.then(|| NamedRef { id, name: application.name.or(label) })
}

fn group(event: &LogEvent<'_>) -> Option<NamedRef> {
    let pushed = |group: &Entity<'_>| NamedRef { id: None, name: group.display_name.keep() };
    target(event, "UserGroup").map(named).or_else(|| target(event, "AppGroup").map(pushed))
}

fn named(entity: &Entity<'_>) -> NamedRef {
    NamedRef { id: entity.id(), name: entity.display_name.keep() }
}

/// The type, and what the record says was set.
fn setting(event: &LogEvent<'_>) -> String {
    let event_type = event.event_type.get().unwrap_or_default();
    let words = [&event.debug_context.0.debug_data.0.custom_message, &event.outcome.0.reason, &event.display_message];
    match words.into_iter().find_map(|text| text.get()) {
        Some(words) => keep(&format!("{event_type}: {words}")),
        None => keep(event_type),
    }
}
