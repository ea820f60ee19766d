//! `create`: somebody is entitled, and the endpoint has no account of theirs that the connector knows.

use crate::model::event::{Exchange, Operation};
use crate::model::facts::ScimUser;
use crate::model::plan::{Kind, Validity, ValueChange};
use crate::state::{Account, Person};

use super::draft::{Draft, operation};
use super::ground::{Ground, Seat};
use super::request::id_of_step;
use super::validity;

pub(super) fn draft(ground: &Ground<'_>, draft: &mut Draft) {
    // Without a full listing of the endpoint nobody is known to be missing there; the gap says so.
    if ground.context.directory.scim_users_listed.is_none() {
        return;
    }
    for person in ground.persons().iter().filter(|person| person.entitled() == Some(true)) {
        match ground.seat(person) {
            Seat::Free => create(ground, draft, person, None),
            Seat::Taken(account) => create(ground, draft, person, Some(account)),
            Seat::Held(_) => {}
            Seat::Unclear(account) => draft.leave_undecided(
                person,
                Some(account),
                "Several accounts may be the person's, or several people the account's: link them with [[alias]] or mend externalId."
                    .to_owned(),
            ),
        }
    }
}

fn create(ground: &Ground<'_>, draft: &mut Draft, person: &Person, taken: Option<&Account>) {
    if let Some(at) = ground.reported_since(person, None, &[Operation::Create, Operation::Enable]) {
        let because =
            format!("The identity provider reports that it made the account on {} UTC, after the target was listed.", at.minute());
        return draft.leave_undecided(person, taken, because);
    }
    let user = ground.wanted(person, None);
    let (Some(name), Some(_)) = (user.user_name.clone(), &person.profile) else {
        let because = if person.profile.is_none() {
            "No listing of the identity provider's people tells the login, names and address that would be sent."
        } else {
            "The user name that would be sent is not known: the names of known accounts are not made as target.user_name says."
        };
        return draft.leave_undecided(person, taken, because.to_owned());
    };
    let mut planned = operation(Kind::Create, Some(person), None, reason(ground, person));
    (planned.validity, planned.remarks) = validity::of_user(ground, &user, None, &draft.promised);
    let untold = untold(ground, &user);
    if !untold.is_empty() {
        planned.validity = planned.validity.max(Validity::Unknown);
        planned.remarks.push(format!("The target asks for {}, and no listing tells what would be sent.", untold.join(" and ")));
    }
    if let Some(account) = taken {
        planned.validity = planned.validity.max(Validity::Unknown);
        planned.remarks.push(format!(
            "Account {} is the person's by another key, and the identity provider does not know it by an id: the target may take it over, \
             answer 409, or make a second account. Test it with this one person.",
            account.name
        ));
        planned.proofs.push(account.proof());
    }
    if !ground.is_managed() {
        planned.remarks.push(format!("It is an invitation: access begins when the owner of the Hugging Face account {name} accepts it."));
    }
    ground.expect_again(&mut planned, person, &[Operation::Create, Operation::Enable], user.user_name.as_deref());
    planned.proofs.extend(person.profile.as_ref().map(|profile| profile.proof));
    planned.account.clone_from(&name);
    planned.changes = changes(&user);
    planned.request = Some(ground.dialect.create(&user));
    let step = draft.next_step();
    let made = ScimUser { id: Some(id_of_step(step)), ..user.clone() };
    planned.effect =
        Some(Exchange { method: "POST".to_owned(), operation: Some(Operation::Create), user: Some(made), ..Exchange::default() });
    if planned.validity.may_work() {
        draft.promised.note(&user, person.label());
    }
    draft.accounts_made.insert(person.id.clone(), (step, planned.validity));
    draft.push(planned);
}

fn reason(ground: &Ground<'_>, person: &Person) -> String {
    let since = person.entitled_since().map(|since| format!(" since {} UTC", since.minute())).unwrap_or_default();
    format!("{} is active and assigned in {}{since}, and it knows no account of theirs at the endpoint.", person.label(), provider(ground))
}

pub(super) fn provider(ground: &Ground<'_>) -> &'static str {
    ground.context.policy.idp.provider.name()
}

/// Attributes that the target asks for and that are not known.
fn untold(ground: &Ground<'_>, user: &ScimUser) -> Vec<&'static str> {
    let nameless = user.given_name.is_none() || user.family_name.is_none();
    let asked = [("emails", user.emails.is_empty()), ("name", ground.is_managed() && nameless)];
    asked.into_iter().filter(|(_, untold)| *untold).map(|(attribute, _)| attribute).collect()
}

/// What is sent, value by value.
fn changes(user: &ScimUser) -> Vec<ValueChange> {
    let texts = [
        ("userName", &user.user_name),
        ("externalId", &user.external_id),
        ("name.givenName", &user.given_name),
        ("name.familyName", &user.family_name),
    ];
    let texts = texts.into_iter().filter_map(|(what, value)| Some((what, value.clone()?)));
    let emails = user.emails.first().map(|email| ("emails", email.clone()));
    let change = |(what, to): (&str, String)| ValueChange { what: what.to_owned(), from: String::new(), to };
    texts.chain(emails).chain([("active", "true".to_owned())]).map(change).collect()
}
