//! `enable` and `update`: the endpoint has the person's account, and holds it inactive or with other values.

use crate::model::event::{Exchange, Operation};
use crate::model::facts::ScimUser;
use crate::model::link::fold;
use crate::model::plan::{Kind, ValueChange};
use crate::state::{Account, Person};

use super::create::provider;
use super::draft::{Draft, endpoint_id, operation};
use super::ground::{Ground, Seat};
use super::validity;

pub(super) fn draft(ground: &Ground<'_>, draft: &mut Draft) {
    // Access first: an account that comes back is in the order of a safe sync before one that is renamed.
    for kind in [Kind::Enable, Kind::Update] {
        for person in ground.persons().iter().filter(|person| person.entitled() == Some(true)) {
            if let Seat::Held(account) = ground.seat(person) {
                change(ground, draft, kind, person, account);
            }
        }
    }
}

fn change(ground: &Ground<'_>, draft: &mut Draft, kind: Kind, person: &Person, account: &Account) {
    let (Some(resource), Some(id)) = (&account.resource, endpoint_id(account)) else { return };
    let Some(active) = resource.active else {
        if kind == Kind::Update {
            draft.leave_undecided(person, Some(account), "Nothing tells whether the endpoint holds the account as active.".to_owned());
        }
        return;
    };
    if active != (kind == Kind::Update) {
        return;
    }
    let (operation_sent, attempts): (Operation, &[Operation]) = match kind {
        Kind::Enable => (Operation::Enable, &[Operation::Enable, Operation::Create]),
        _ => (Operation::Update, &[Operation::Update]),
    };
    let wanted = ground.wanted(person, Some(account));
    let changes = differences(ground, resource, &wanted);
    if changes.is_empty() {
        return;
    }
    if let Some(at) = ground.reported_since(person, Some(account), attempts) {
        let because = format!("The identity provider reports that it did this on {} UTC, after the target was listed.", at.minute());
        return draft.leave_undecided(person, Some(account), because);
    }
    let afterwards = ScimUser { id: None, active: Some(true), ..wanted }.filled_from(resource);
    let reason = match kind {
        Kind::Enable => format!("{} is active and assigned in {}, and the account is deactivated.", person.label(), provider(ground)),
        _ => format!("The endpoint holds other values than {} sends of {}.", provider(ground), person.label()),
    };
    let mut planned = operation(kind, Some(person), Some(account), reason);
    let sent = only_changed(&afterwards, &changes);
    (planned.validity, planned.remarks) = validity::of_user(ground, &sent, Some(account), &draft.promised);
    if kind == Kind::Enable && !ground.is_managed() {
        planned.remarks.push("It is an invitation again: access begins when its owner accepts it.".to_owned());
    }
    ground.expect_again(&mut planned, person, attempts, afterwards.user_name.as_deref());
    planned.proofs.extend(person.profile.as_ref().map(|profile| profile.proof));
    planned.request = Some(ground.dialect.update(id, &afterwards, &changes));
    let user = ScimUser { id: Some(id.to_owned()), ..afterwards };
    planned.effect =
        Some(Exchange { method: "PATCH".to_owned(), operation: Some(operation_sent), user: Some(user), ..Exchange::default() });
    planned.changes = changes;
    if planned.validity.may_work() {
        draft.promised.note(&sent, person.label());
    }
    draft.push(planned);
}

/// What the endpoint holds otherwise. A value that is not known is not compared, and an empty one is not sent.
fn differences(ground: &Ground<'_>, resource: &ScimUser, wanted: &ScimUser) -> Vec<ValueChange> {
    let mut changes = Vec::new();
    let mut compare = |what: &str, from: Option<&String>, to: Option<&String>, same: fn(&str, &str) -> bool| {
        let from = from.map(String::as_str).unwrap_or_default();
        if let Some(to) = to.filter(|to| !to.is_empty() && !same(from, to)) {
            changes.push(ValueChange { what: what.to_owned(), from: from.to_owned(), to: to.clone() });
        }
    };
    let exact: fn(&str, &str) -> bool = |one, other| one == other;
    let caseless: fn(&str, &str) -> bool = |one, other| fold(one) == fold(other);
    compare("externalId", resource.external_id.as_ref(), wanted.external_id.as_ref(), exact);
    if ground.is_managed() {
        compare("userName", resource.user_name.as_ref(), wanted.user_name.as_ref(), caseless);
        // An endpoint that lists no names or addresses does not say that there are none.
        let told = |value: &Option<String>| value.is_some();
        compare("name.givenName", resource.given_name.as_ref(), wanted.given_name.as_ref().filter(|_| told(&resource.given_name)), exact);
        compare(
            "name.familyName",
            resource.family_name.as_ref(),
            wanted.family_name.as_ref().filter(|_| told(&resource.family_name)),
            exact,
        );
        compare("emails", resource.emails.first(), wanted.emails.first().filter(|_| !resource.emails.is_empty()), caseless);
    }
    if resource.active == Some(false) {
        changes.push(ValueChange { what: "active".to_owned(), from: "false".to_owned(), to: "true".to_owned() });
    }
    changes
}

/// The values of a user that change.
fn only_changed(user: &ScimUser, changes: &[ValueChange]) -> ScimUser {
    let changes_it = |what: &str| changes.iter().any(|change| change.what == what);
    ScimUser {
        external_id: user.external_id.clone().filter(|_| changes_it("externalId")),
        user_name: user.user_name.clone().filter(|_| changes_it("userName")),
        given_name: user.given_name.clone().filter(|_| changes_it("name.givenName")),
        family_name: user.family_name.clone().filter(|_| changes_it("name.familyName")),
        emails: if changes_it("emails") { user.emails.clone() } else { Vec::new() },
        ..ScimUser::default()
    }
}
