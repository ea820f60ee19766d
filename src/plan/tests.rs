//! Plans of scenes, and that a plan carried out leaves nothing to plan.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::Value;

use super::plan;
use crate::analyzer::scene::{AS_OF, Scene};
use crate::model::event::{Lifecycle, Operation, Outcome};
use crate::model::facts::{AssignmentFacts, GroupFacts, MemberFacts, Observation, PersonFacts, ScimGroup, ScimUser};
use crate::model::listing::Absence;
use crate::model::plan::{Kind, Plan, Request, Validity};

const CONFIG: &str = "default_role = \"read\"\nuser_name = \"strip-dots\"\n[roles]\nwriters = \"write\"\n\
                      [resource_groups.lab]\nreaders = \"read\"\nwriters = \"write\"\n";

/// What one person is in the identity provider, and what the endpoint has of them.
#[derive(Clone, Debug)]
struct Somebody {
    active: bool,
    assigned: bool,
    /// Member of `readers`, of `writers`.
    groups: [bool; 2],
    account: Option<Held>,
}

/// The account of somebody.
#[derive(Clone, Debug)]
struct Held {
    active: bool,
    external_id: bool,
    renamed: bool,
    member: [bool; 2],
}

const GROUPS: [&str; 2] = ["readers", "writers"];

fn login(index: usize) -> String {
    format!("person.{}@acme.example", char::from(b'a' + u8::try_from(index).unwrap_or_default()))
}

/// The endpoint, as its listings tell it.
#[derive(Clone, Debug, Default, PartialEq)]
struct Endpoint {
    users: BTreeMap<String, ScimUser>,
    groups: BTreeMap<String, (String, BTreeSet<String>)>,
    answered: BTreeMap<u64, String>,
}

impl Endpoint {
    fn of(people: &[Somebody], groups: bool) -> Self {
        let mut endpoint = Self::default();
        if groups {
            endpoint.groups = GROUPS.into_iter().map(|name| (format!("scim-{name}"), (name.to_owned(), BTreeSet::new()))).collect();
        }
        for (index, held) in people.iter().enumerate().filter_map(|(index, one)| Some((index, one.account.as_ref()?))) {
            let id = format!("id-{index}");
            let name = login(index).replace("@acme.example", "").replace('.', "");
            let user = ScimUser {
                id: Some(id.clone()),
                external_id: held.external_id.then(|| format!("00u{index}")),
                user_name: Some(name),
                given_name: Some("Given".to_owned()),
                family_name: Some(if held.renamed { "Former" } else { "Family" }.to_owned()),
                emails: vec![login(index)],
                active: Some(held.active),
                ..ScimUser::default()
            };
            endpoint.users.insert(id.clone(), user);
            for (name, member) in GROUPS.into_iter().zip(held.member) {
                if let Some((_, members)) = endpoint.groups.get_mut(&format!("scim-{name}")).filter(|_| member) {
                    members.insert(id.clone());
                }
            }
        }
        endpoint
    }

    /// Does what a request asks for, and gives the id of what it was about.
    fn send(&mut self, step: u64, request: &Request) {
        let known = |text: &str, answered: &BTreeMap<u64, String>| {
            answered.iter().fold(text.to_owned(), |text, (step, id)| text.replace(&super::request::id_of_step(*step), id))
        };
        let path = known(&request.path, &self.answered);
        let body: Value = serde_json::from_str(&known(&request.body.to_string(), &self.answered)).expect("JSON");
        let id = path.rsplit('/').next().unwrap_or_default().to_owned();
        let fresh = format!("made-{step}");
        match (request.method, path.contains("/Users")) {
            ("POST", true) => {
                self.users.insert(fresh.clone(), ScimUser { id: Some(fresh.clone()), ..user(&body) });
                self.answered.insert(step, fresh);
            }
            ("PUT", true) => drop(self.users.insert(id.clone(), ScimUser { id: Some(id), ..user(&body) })),
            ("PATCH", true) => {
                let patched = self.users.get_mut(&id).expect("a user");
                for operation in body["Operations"].as_array().expect("operations") {
                    let text = operation["value"].as_str().map(str::to_owned);
                    match operation["path"].as_str().expect("a path") {
                        "active" => patched.active = operation["value"].as_bool(),
                        "externalId" => patched.external_id = text,
                        "userName" => patched.user_name = text,
                        "name.givenName" => patched.given_name = text,
                        "name.familyName" => patched.family_name = text,
                        "emails[type eq \"work\"].value" => patched.emails = text.into_iter().collect(),
                        other => panic!("{other} is not patched"),
                    }
                }
            }
            ("DELETE", true) => drop(self.users.remove(&id)),
            ("POST", false) => {
                self.groups.insert(fresh.clone(), (body["displayName"].as_str().expect("a name").to_owned(), BTreeSet::new()));
                self.answered.insert(step, fresh);
            }
            ("PATCH", false) => {
                let operation = &body["Operations"][0];
                let (_, members) = self.groups.get_mut(&id).expect("a group");
                match operation["op"].as_str().expect("an operation").to_lowercase().as_str() {
                    "add" => assert!(members.insert(operation["value"][0]["value"].as_str().expect("a member").to_owned())),
                    "remove" => {
                        let path = operation["path"].as_str().expect("a path");
                        let member = path.trim_start_matches("members[value eq \"").trim_end_matches("\"]");
                        assert!(members.remove(member), "{path}");
                    }
                    other => panic!("{other} is no operation"),
                }
            }
            (method, _) => panic!("{method} {path} is not sent"),
        }
    }
}

fn user(body: &Value) -> ScimUser {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    ScimUser {
        id: text(&body["id"]),
        external_id: text(&body["externalId"]),
        user_name: text(&body["userName"]),
        given_name: text(&body["name"]["givenName"]),
        family_name: text(&body["name"]["familyName"]),
        emails: text(&body["emails"][0]["value"]).into_iter().collect(),
        active: body["active"].as_bool(),
        ..ScimUser::default()
    }
}

/// Full listings of both sides; `reversed`: told in the other order.
fn scene(provider: &str, sso: &str, people: &[Somebody], endpoint: &Endpoint, reversed: bool) -> Scene {
    let mut scene = Scene::provided_by(provider, &format!("sso = \"{sso}\"\n{CONFIG}"));
    let mut order: Vec<usize> = (0..people.len()).collect();
    let mut users: Vec<&ScimUser> = endpoint.users.values().collect();
    if reversed {
        order.reverse();
        users.reverse();
    }
    let (listed, assigned) = (format!("{provider}-users"), "entra-app-role-assignments");
    for index in order {
        let (id, one) = (format!("00u{index}"), &people[index]);
        let person = PersonFacts {
            id: id.clone(),
            login: Some(login(index)),
            email: Some(login(index)),
            given_name: Some("Given".to_owned()),
            family_name: Some("Family".to_owned()),
            active: Some(one.active),
            ..PersonFacts::default()
        };
        scene.row(1, &listed, Observation::Person(person));
        if one.assigned {
            scene.row(1, assigned, Observation::Assignment(AssignmentFacts { person: id, ..AssignmentFacts::default() }));
        }
    }
    scene.listing(1, &listed, Absence::PersonGone, people.len() as u64).listing(1, assigned, Absence::Assignment, 1);
    for (place, name) in GROUPS.into_iter().enumerate() {
        let members = people.iter().enumerate().filter(|(_, one)| one.groups[place]).map(|(index, _)| format!("00u{index}")).collect();
        let group =
            GroupFacts { id: Some(format!("00g-{name}")), name: Some(name.to_owned()), members: Some(members), ..GroupFacts::default() };
        scene.row(1, "entra-groups", Observation::Group(group));
    }
    for user in users {
        scene.row(2, "scim-users", Observation::ScimUser(user.clone()));
        if user.active == Some(true) {
            let (id, name) = (user.id.clone().unwrap_or_default(), user.user_name.clone().unwrap_or_default());
            let member = MemberFacts { id, name, email: user.emails.first().cloned(), ..MemberFacts::default() };
            scene.row(2, "huggingface-members", Observation::Member(member));
        }
    }
    for (id, (name, members)) in &endpoint.groups {
        let members = Some(members.iter().cloned().collect());
        let group = ScimGroup { id: Some(id.clone()), display_name: Some(name.clone()), members, ..ScimGroup::default() };
        scene.row(2, "scim-groups", Observation::ScimGroup(group));
    }
    let rows = endpoint.users.len() as u64;
    scene.listing(2, "scim-users", Absence::ScimUser, rows).listing(2, "scim-groups", Absence::ScimGroup, 2);
    scene.listing(2, "huggingface-members", Absence::Member, rows);
    scene
}

fn planned(scene: &Scene) -> Plan {
    scene.with(plan)
}

/// Everything that is said, without the numbers of records, which move with the order of telling.
fn said(plan: &Plan) -> String {
    serde_json::to_string(plan).expect("JSON")
}

fn held() -> impl Strategy<Value = Held> {
    let fields = (any::<bool>(), any::<bool>(), any::<bool>(), any::<[bool; 2]>());
    fields.prop_map(|(active, external_id, renamed, member)| Held { active, external_id, renamed, member })
}

fn somebody() -> impl Strategy<Value = Somebody> {
    let fields = (any::<bool>(), any::<bool>(), any::<[bool; 2]>(), prop::option::of(held()));
    fields.prop_map(|(active, assigned, groups, account)| Somebody { active, assigned, groups, account })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_plan_that_was_carried_out_leaves_nothing_to_plan(
        okta in any::<bool>(), managed in any::<bool>(), groups in any::<bool>(), people in prop::collection::vec(somebody(), 1..7),
    ) {
        let (provider, sso) = (if okta { "okta" } else { "entra" }, if managed { "managed" } else { "basic" });
        let mut endpoint = Endpoint::of(&people, groups);
        let first = planned(&scene(provider, sso, &people, &endpoint, false));
        prop_assert_eq!(first.operations.iter().map(|one| one.step).collect::<Vec<_>>(), (1..=first.operations.len() as u64).collect::<Vec<_>>());
        prop_assert!(first.operations.windows(2).all(|pair| pair[0].kind <= pair[1].kind), "the order is the safe one");
        for one in first.operations.iter().filter(|one| one.validity.may_work()) {
            prop_assert!(one.needs.iter().all(|needed| *needed < one.step));
            if let Some(request) = &one.request {
                endpoint.send(one.step, request);
            }
        }
        let second = planned(&scene(provider, sso, &people, &endpoint, false));
        let left: Vec<_> = second.operations.iter().filter(|one| one.request.is_some() && one.validity.may_work()).collect();
        prop_assert!(left.is_empty(), "{left:#?}");
        for effect in first.people.iter().filter(|effect| effect.access_after != "deleted" && effect.access_after != "pending") {
            let now = second.people.iter().find(|now| now.person == effect.person);
            prop_assert_eq!(now.map(|now| now.access_before.as_str()), Some(effect.access_after.as_str()), "{}", effect.person);
        }
    }

    #[test]
    fn the_order_of_telling_does_not_show(okta in any::<bool>(), people in prop::collection::vec(somebody(), 1..7)) {
        let provider = if okta { "okta" } else { "entra" };
        let endpoint = Endpoint::of(&people, true);
        let of = |reversed| said(&planned(&scene(provider, "managed", &people, &endpoint, reversed)));
        prop_assert_eq!(of(false), of(true));
    }

    #[test]
    fn the_parts_of_everybody_are_the_whole(people in prop::collection::vec(somebody(), 1..7)) {
        let whole = planned(&scene("entra", "managed", &people, &Endpoint::of(&people, false), false));
        let mut union = BTreeMap::new();
        for index in 0..people.len() {
            union.extend(whole.clone().only(&format!("00u{index}")).operations.into_iter().map(|one| (one.step, one)));
        }
        prop_assert_eq!(union.into_values().collect::<Vec<_>>(), whole.operations);
    }
}

fn member(groups: [bool; 2], account: Option<Held>) -> Somebody {
    Somebody { active: true, assigned: true, groups, account }
}

fn well(member: [bool; 2]) -> Held {
    Held { active: true, external_id: true, renamed: false, member }
}

#[test]
fn what_is_as_it_should_be_is_left_alone() {
    let people = [member([true, false], Some(well([true, false]))), member([false, true], Some(well([false, true])))];
    let plan = planned(&scene("okta", "managed", &people, &Endpoint::of(&people, true), false));
    assert!(plan.operations.is_empty() && plan.gaps.is_empty() && plan.undecided.is_empty(), "{plan:#?}");
}

#[test]
fn a_leaver_loses_groups_first_and_access_last() {
    let leaver = Somebody { active: false, ..member([true, true], Some(well([true, true]))) };
    let people = [leaver, member([true, true], None)];
    let plan = planned(&scene("entra", "managed", &people, &Endpoint::of(&people, true), false));
    let kinds: Vec<Kind> = plan.operations.iter().map(|one| one.kind).collect();
    assert_eq!(kinds, [Kind::Create, Kind::GroupAdd, Kind::GroupAdd, Kind::GroupRemove, Kind::GroupRemove, Kind::Deactivate]);
    assert_eq!(plan.operations[1].needs, [1]);
    let body = plan.operations[1].request.as_ref().expect("a request").body.to_string();
    assert!(body.contains("{step 1: id}"), "{body}");
    let effect = |person: &str| plan.people.iter().find(|one| one.person == person).expect("an effect");
    assert_eq!((effect("00u0").access_after.as_str(), effect("00u0").resource_groups_after.len()), ("inactive", 0));
    assert_eq!((effect("00u1").access_after.as_str(), effect("00u1").role_after.as_str()), ("active", "write"));
    assert_eq!(effect("00u1").resource_groups_after[0].role, "write", "of two groups the higher one");
}

#[test]
fn a_name_that_somebody_has_is_a_conflict() {
    let mut endpoint = Endpoint::of(&[], true);
    let stranger = ScimUser {
        id: Some("id-x".to_owned()),
        external_id: Some("nobody".to_owned()),
        user_name: Some("PersonA".to_owned()),
        active: Some(false),
        ..ScimUser::default()
    };
    endpoint.users.insert("id-x".to_owned(), stranger);
    let plan = planned(&scene("okta", "managed", &[member([true, false], None)], &endpoint, false));
    let verdicts: Vec<_> = plan.operations.iter().map(|one| (one.kind, one.validity)).collect();
    assert_eq!(verdicts, [(Kind::Create, Validity::Conflict), (Kind::GroupAdd, Validity::Refused)], "{plan:#?}");
}

#[test]
fn entra_deletes_thirty_days_after_it_deleted_the_person() {
    let people = [member([false, false], Some(well([false, false])))];
    let endpoint = Endpoint::of(&people, true);
    let mut soon = scene("entra", "managed", &people, &endpoint, false);
    soon.lifecycle(AS_OF - 24, "00u0", Lifecycle::Deleted);
    let plan = planned(&soon);
    assert_eq!(plan.operations.iter().map(|one| one.kind).collect::<Vec<_>>(), [Kind::Deactivate]);
    assert!(plan.operations[0].irreversible.starts_with("IRREVERSIBLE: DELETE under managed single sign-on destroys"), "{plan:#?}");
    assert!(plan.people[0].deleted_on.is_some());
    let mut okta = scene("okta", "managed", &people, &endpoint, false);
    okta.lifecycle(AS_OF - 24, "00u0", Lifecycle::Deleted);
    assert!(planned(&okta).people[0].deleted_on.is_none(), "Okta never sends DELETE");
}

#[test]
fn okta_replaces_and_entra_patches() {
    let people = [member([false, false], Some(Held { renamed: true, ..well([false, false]) }))];
    let endpoint = Endpoint::of(&people, true);
    let request = |provider: &str, sso: &str| {
        let plan = planned(&scene(provider, sso, &people, &endpoint, false));
        plan.operations.first().and_then(|one| one.request.clone())
    };
    let okta = request("okta", "managed").expect("an update");
    assert_eq!((okta.method, okta.path.as_str()), ("PUT", "/api/organizations/acme/scim/v2/Users/id-0"));
    assert_eq!((okta.body["name"]["familyName"].as_str(), okta.body["active"].as_bool()), (Some("Family"), Some(true)));
    let entra = request("entra", "managed").expect("an update");
    let expected = r#"[{"op":"Replace","path":"name.familyName","value":"Family"}]"#;
    assert_eq!((entra.method, entra.body["Operations"].to_string()), ("PATCH", expected.to_owned()));
    assert_eq!(request("entra", "basic"), None, "names of personal accounts are not written");
}

#[test]
fn an_address_that_two_people_would_get_is_a_conflict() {
    let people = [member([false, false], Some(well([false, false]))), member([false, false], Some(well([false, false])))];
    let endpoint = Endpoint::of(&people, true);
    let mut scene = scene("okta", "managed", &people, &endpoint, false);
    for index in 0..2 {
        let shared = PersonFacts { id: format!("00u{index}"), email: Some("lab@acme.example".to_owned()), ..PersonFacts::default() };
        scene.person(3, shared);
    }
    let verdicts: Vec<_> = planned(&scene).operations.iter().map(|one| (one.kind, one.validity)).collect();
    assert_eq!(verdicts, [(Kind::Update, Validity::Valid), (Kind::Update, Validity::Conflict)]);
}

#[test]
fn a_staged_disable_is_held_back() {
    let people = [Somebody { active: false, ..member([false, false], Some(well([false, false]))) }];
    let mut scene = scene("entra", "managed", &people, &Endpoint::of(&people, true), false);
    scene.attempt(5, "00u0", Operation::Delete, Outcome::Deferred);
    let plan = planned(&scene);
    assert_eq!((plan.operations.len(), plan.operations[0].validity), (1, Validity::Unknown), "{plan:#?}");
    assert!(plan.operations[0].remarks.iter().any(|remark| remark.contains("accidental deletions")), "{plan:#?}");
}
