//! What is foreseen, for whom, and what is only seen once it was refused.

use super::*;
use crate::analyzer::scene::Scene;
use crate::model::event::{Change, Lifecycle, Operation, Outcome};
use crate::model::facts::PersonFacts;

const MANAGED: &str = "";
const BASIC: &str = "sso = \"basic\"\n";

/// Somebody whose every value the target takes.
fn robin() -> PersonFacts {
    PersonFacts {
        id: "1".to_owned(),
        login: Some("robin-vale@acme.example".to_owned()),
        email: Some("robin.vale@acme.example".to_owned()),
        given_name: Some("Robin".to_owned()),
        family_name: Some("Vale".to_owned()),
        active: Some(true),
        ..PersonFacts::default()
    }
}

/// The same, with other values.
fn with(change: impl FnOnce(&mut PersonFacts)) -> PersonFacts {
    let mut person = robin();
    change(&mut person);
    person
}

/// A scene where this person is entitled, and has no account yet.
fn entitled(provider: &str, config: &str, person: PersonFacts) -> Scene {
    let mut scene = Scene::provided_by(provider, config);
    scene.person(1, person).assignment(1, "1", Change::Added);
    scene
}

/// Attribute, reason and observation of each finding about person `1`.
fn found(scene: &Scene) -> Vec<(String, &'static str, String)> {
    let about = scene.findings(ANALYZER.id).into_iter().filter(|finding| finding.subject.person == "1");
    about.map(|finding| (finding.subject.object, finding.reason, finding.observed)).collect()
}

fn foreseen(scene: &Scene) -> Vec<(String, String)> {
    found(scene).into_iter().map(|(attribute, reason, observed)| (attribute, format!("{reason}: {observed}"))).collect()
}

fn will(attribute: &str, value: &str) -> (String, String) {
    (attribute.to_owned(), format!("will-be-rejected: {value}"))
}

#[test]
fn every_attribute_that_is_sent_from_the_listing_is_foreseen() {
    let okta = |person| foreseen(&entitled("okta", MANAGED, person));
    assert_eq!(okta(robin()), []);
    let login = with(|person| person.login = Some("robin_vale@acme.example".into()));
    assert_eq!(okta(login), [will("userName", "“robin_vale”")]);
    for (address, shown) in [("robin.@acme.example", "“robin.@acme.example”"), ("robin", "“robin”"), ("", "empty")] {
        assert_eq!(okta(with(|person| person.email = Some(address.into()))), [will("emails", shown)], "{address}");
    }
    for none in [None, Some(String::new())] {
        assert_eq!(okta(with(|person| person.given_name.clone_from(&none))), [will("name.givenName", "empty")], "{none:?}");
        assert_eq!(okta(with(|person| person.family_name.clone_from(&none))), [will("name.familyName", "empty")], "{none:?}");
    }
    let all = with(|person| {
        (person.login, person.email) = (Some("a@acme.example".into()), Some("a@acme".into()));
        (person.given_name, person.family_name) = (Some(String::new()), Some(String::new()));
    });
    let (login, address) = (will("userName", "“a”"), will("emails", "“a@acme”"));
    assert_eq!(okta(all), [login, address, will("name.givenName", "empty"), will("name.familyName", "empty")]);
    let untold = with(|person| (person.email, person.given_name, person.family_name) = (None, None, None));
    assert_eq!(okta(untold), [], "what the listing does not tell is not judged");
}

#[test]
fn entra_sends_the_login_as_address() {
    let entra = |person| foreseen(&entitled("entra", MANAGED, person));
    assert_eq!(entra(with(|person| person.email = Some("no address".into()))), []);
    let guest = with(|person| person.login = Some("robin#ext#@acme.example".into()));
    assert_eq!(entra(guest), [will("userName", "“robin#ext#”"), will("emails", "“robin#ext#@acme.example”")]);
}

#[test]
fn personal_accounts_keep_their_own_names() {
    let nameless =
        with(|person| (person.login, person.given_name, person.family_name) = (Some("r_v@acme.example".into()), None, Some(String::new())));
    assert_eq!(foreseen(&entitled("okta", BASIC, nameless)), [will("userName", "“r_v”")]);
}

#[test]
fn only_for_those_who_are_entitled() {
    let broken = || with(|person| person.email = Some("robin".into()));
    assert_eq!(foreseen(&entitled("okta", MANAGED, broken())).len(), 1);
    let mut scene = Scene::provided_by("okta", MANAGED);
    scene.person(1, broken());
    assert_eq!(foreseen(&scene), [], "nothing tells of an assignment");
    let mut unassigned = entitled("okta", MANAGED, broken());
    unassigned.assignment(2, "1", Change::Removed);
    assert_eq!(foreseen(&unassigned), []);
    let mut suspended = entitled("okta", MANAGED, broken());
    suspended.lifecycle(2, "1", Lifecycle::Suspended);
    assert_eq!(foreseen(&suspended), []);
}

#[test]
fn whether_there_is_an_account_already_makes_no_difference() {
    for in_organization in [true, false] {
        let mut scene = Scene::provided_by("okta", MANAGED);
        scene.accounts(0, &[("1", in_organization)]);
        // The account is named after the former login; the new one gives a name that will be refused.
        scene.person(1, with(|person| person.login = Some("name-1@acme.example".into())));
        scene.person(2, with(|person| (person.login, person.email) = (Some("name_1@acme.example".into()), Some("robin".into()))));
        assert_eq!(foreseen(&scene), [will("userName", "“name_1”"), will("emails", "“robin”")], "{in_organization}");
    }
}

#[test]
fn user_names_are_foretold_where_accounts_are_named_that_way() {
    let broken = || with(|person| person.login = Some("robin_vale@acme.example".into()));
    // The accounts of others are named after their logins, or they are not.
    let beside = |login: &str| {
        let mut scene = entitled("okta", MANAGED, broken());
        scene.accounts(0, &[("2", true)]);
        scene.person(2, with(|person| (person.id, person.login) = ("2".to_owned(), Some(login.into()))));
        scene
    };
    assert_eq!(foreseen(&beside("name-2@acme.example")), [will("userName", "“robin_vale”")]);
    assert_eq!(foreseen(&beside("somebody@acme.example")), []);
}

#[test]
fn what_was_refused_already_is_said_once() {
    let mut scene = entitled("okta", MANAGED, with(|person| person.family_name = Some(String::new())));
    scene.refused(2, "1", Operation::Create, "400", "name.familyName must have at least 1 character");
    let reasons: Vec<_> = found(&scene).into_iter().map(|(attribute, reason, _)| (attribute, reason)).collect();
    assert_eq!(reasons, [("name.familyName".to_owned(), "rejected-by-target")]);
    scene.attempt(3, "1", Operation::Create, Outcome::Success);
    assert_eq!(foreseen(&scene), [will("name.familyName", "empty")], "repaired, and still empty in the listing");
}

#[test]
fn attributes_that_no_listing_holds_are_only_seen_when_they_are_refused() {
    for attribute in ["externalId", "active"] {
        let mut scene = entitled("okta", MANAGED, robin());
        assert_eq!(found(&scene), []);
        scene.refused(2, "1", Operation::Update, "400", &format!("{attribute} is not valid"));
        let reasons: Vec<_> = found(&scene).into_iter().map(|(attribute, reason, _)| (attribute, reason)).collect();
        assert_eq!(reasons, [(attribute.to_owned(), "rejected-by-target")]);
    }
}

#[test]
fn what_was_redacted_is_not_judged() {
    for value in ["sha256:1a2b3c4d@acme.example", "[redacted]"] {
        assert_eq!(foreseen(&entitled("okta", MANAGED, with(|person| person.email = Some(value.into())))), [], "{value}");
    }
}
