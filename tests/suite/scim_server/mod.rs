//! `plan` against a SCIM server that is not ours: `scim2-server` of the Python package index on loopback, filled over HTTP. Its listings are the target's
//! state; the planned requests are sent to it; the plan of the state they lead to is empty.
//!
//! The program is `SCIMDRIFT_SCIM_SERVER`, else the one in `target/scim2-server`, which `.ci/run` installs. Without it nothing is
//! tested, which is said loudly; `SCIMDRIFT_REQUIRE_SCIM_SERVER=1` makes that a failure.

mod server;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Output;

use serde_json::{Value, json};

use crate::support::{folder, scimdrift, stderr};
use server::Server;

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

/// Who is in the identity provider: given name, family name, whether active, and groups.
const PEOPLE: [(&str, &str, bool, &[&str]); 7] = [
    ("ada", "Lund", true, &["hf-nlp"]),
    ("bo", "Sandin", true, &["hf-nlp"]),
    ("cy", "Moss", true, &[]),
    ("di", "Falk", false, &[]),
    ("eli", "Strand", true, &["hf-nlp"]),
    ("fay", "Birk", true, &["hf-vision"]),
    ("gil", "Roth", true, &[]),
];

/// Somebody whom Entra deleted more than thirty days ago.
const DELETED: (&str, &str) = ("hal", "Vik");

const BEFORE: &str = "2026-06-30T06:00:00Z";
const AFTER: &str = "2026-06-30T09:00:00Z";

#[test]
fn the_plan_of_okta_leads_to_an_empty_one() {
    lead_to_an_empty_plan("okta", &["create", "deactivate", "enable", "group-add", "group-create", "group-remove", "update"]);
}

#[test]
fn the_plan_of_entra_leads_to_an_empty_one() {
    lead_to_an_empty_plan("entra", &["create", "deactivate", "delete", "enable", "group-add", "group-create", "group-remove", "update"]);
}

/// Plans operations of these kinds, sends them, and plans again.
fn lead_to_an_empty_plan(provider: &str, kinds: &[&str]) {
    let Some(server) = Server::start() else { return };
    let company = folder();
    fill(&server, provider);
    write_provider(company.path(), provider);
    list_target(&server, company.path(), "2026-06-30T030000Z");
    let first = plan(company.path(), BEFORE);
    assert_eq!(first["gaps"], json!([]));
    let planned: BTreeSet<&str> = operations(&first).iter().map(|one| text(&one["kind"])).collect();
    assert_eq!(planned.into_iter().collect::<Vec<_>>(), kinds);
    let mut ids: BTreeMap<String, String> = BTreeMap::new();
    for one in operations(&first) {
        send(&server, one, &mut ids);
    }
    list_target(&server, company.path(), "2026-06-30T080000Z");
    let second = plan(company.path(), AFTER);
    assert_eq!(second["gaps"], json!([]));
    assert!(operations(&second).is_empty(), "{:#}", second["operations"]);
    let active = second["people"].as_array().expect("a list").iter().filter(|row| row["access_before"] == "active").count();
    assert_eq!(active, PEOPLE.iter().filter(|(_, _, active, _)| *active).count(), "{:#}", second["people"]);
}

/// Sends one planned request, with the ids that earlier answers gave, and sees that it works.
fn send(server: &Server, one: &Value, ids: &mut BTreeMap<String, String>) {
    let request = &one["request"];
    let known = |text: &str| ids.iter().fold(text.to_owned(), |text, (place, id)| text.replace(place, id));
    let path = known(text(&request["path"]));
    let (_, resource) = path.split_once("/v2/").expect("a path below the endpoint");
    let body = (!request["body"].is_null()).then(|| known(&request["body"].to_string()));
    let (status, answer) = server.ask(text(&request["method"]), resource, body.as_deref());
    assert!((200..300).contains(&status), "{one:#}\n{status}: {answer}");
    if request["method"] == "POST" {
        let answer: Value = serde_json::from_str(&answer).expect("JSON");
        ids.insert(format!("{{step {}: id}}", one["step"]), text(&answer["id"]).to_owned());
    }
}

/// The target before the sync: values that differ, people who are missing, and people who should be gone.
fn fill(server: &Server, provider: &str) {
    let mut ids = BTreeMap::new();
    for (given, family, active) in [("ada", "Lund", true), ("cy", "Former", true), ("di", "Falk", true), ("eli", "Strand", false)]
        .into_iter()
        .chain([("fay", "Birk", true), ("gil", "Roth", true)])
        .chain((provider == "entra").then_some((DELETED.0, DELETED.1, true)))
    {
        let user = json!({
            "schemas": [USER], "externalId": id_of(given), "userName": format!("{given}{}", last(given).to_lowercase()),
            "name": {"givenName": capital(given), "familyName": family}, "active": active,
            "emails": [{"value": login(given), "primary": true, "type": "work"}],
        });
        ids.insert(given, server.made("Users", &user));
    }
    let members: Vec<Value> = ["ada", "di", "gil"].into_iter().map(|given| json!({"value": ids[given]})).collect();
    let group = json!({"schemas": [GROUP], "displayName": "hf-nlp", "externalId": "00g-hf-nlp", "members": members});
    server.made("Groups", &group);
}

fn list_target(server: &Server, company: &Path, taken_at: &str) {
    for resource in ["Users", "Groups"] {
        let (status, listing) = server.ask("GET", &format!("{resource}?startIndex=1&count=1000"), None);
        assert_eq!(status, 200, "{listing}");
        write(company, &format!("scim-{}-{taken_at}.json", resource.to_lowercase()), &listing);
    }
}

/// What the identity provider lists, and the config.
fn write_provider(company: &Path, provider: &str) {
    let config = format!(
        "[report]\norganization = \"Acme Corp\"\n[[input]]\npath = \"inputs\"\n[idp]\nprovider = \"{provider}\"\napplication = \"{APPLICATION}\"\n\
         [target]\nprovider = \"huggingface\"\nname = \"acme\"\ndefault_role = \"read\"\nuser_name = \"strip-dots\"\n\
         [resource_groups.research]\nhf-nlp = \"write\"\nhf-vision = \"read\"\n[thresholds]\nmax_change = \"100%\"\n"
    );
    std::fs::create_dir_all(company.join("inputs")).expect("a folder");
    std::fs::write(company.join("scimdrift.toml"), config).expect("a config");
    let groups = ["hf-nlp", "hf-vision"];
    let members =
        |group: &str| PEOPLE.iter().filter(move |(.., groups)| groups.contains(&group)).map(|(given, ..)| *given).collect::<Vec<_>>();
    let listing = |source: &str, at: &str, params: Value, items: Vec<Value>| {
        let envelope =
            json!({"scimdrift": "listing/1", "source": source, "params": params, "collected_at": at, "complete": true, "items": items});
        let name =
            format!("{source}-{}-{}.json", at.replace(':', ""), params.to_string().replace(|letter: char| !letter.is_alphanumeric(), ""));
        write(company, &name, &envelope.to_string());
    };
    let night = "2026-06-30T02:00:00Z";
    if provider == "okta" {
        listing("okta-users", night, json!({}), PEOPLE.iter().map(|(given, ..)| okta_user(given)).collect());
        let assigned = PEOPLE.iter().filter(|(_, _, active, _)| *active);
        let row = |given: &str| json!({"id": id_of(given), "status": "PROVISIONED", "created": "2026-01-05T09:00:00.000Z", "credentials": {"userName": login(given)}, "_links": {"app": {"href": format!("https://acme.okta.example/api/v1/apps/{APPLICATION}")}}});
        listing("okta-app-users", night, json!({"appId": APPLICATION}), assigned.map(|(given, ..)| row(given)).collect());
        let row = |name: &str| json!({"id": format!("00g-{name}"), "type": "OKTA_GROUP", "objectClass": ["okta:user_group"], "profile": {"name": name}});
        listing("okta-groups", night, json!({}), groups.into_iter().map(row).collect());
        for name in groups {
            listing(
                "okta-group-users",
                night,
                json!({"groupId": format!("00g-{name}")}),
                members(name).into_iter().map(okta_user).collect(),
            );
        }
        return;
    }
    let row = |given: &str| {
        json!({"id": id_of(given), "accountEnabled": is_active(given), "givenName": capital(given), "surname": last(given),
               "mail": login(given), "userPrincipalName": login(given), "createdDateTime": "2026-01-05T09:00:00Z", "userType": "Member"})
    };
    let everybody = || PEOPLE.iter().map(|(given, ..)| row(given)).collect::<Vec<_>>();
    let with_deleted = everybody().into_iter().chain([row(DELETED.0)]).collect();
    // Deleted between the first two nights: thirty days have passed since the second.
    listing("entra-users", "2026-03-01T02:00:00Z", json!({}), with_deleted);
    listing("entra-users", "2026-05-10T02:00:00Z", json!({}), everybody());
    listing("entra-users", night, json!({}), everybody());
    let assignment = |given: &str| {
        json!({"id": format!("a-{given}"), "principalId": id_of(given), "principalType": "User", "resourceId": APPLICATION,
               "resourceDisplayName": "Hugging Face", "appRoleId": "00000000-0000-0000-0000-000000000000", "createdDateTime": "2026-01-06T09:00:00Z"})
    };
    let assigned = || PEOPLE.iter().map(|(given, ..)| assignment(given)).collect::<Vec<_>>();
    let with_deleted = assigned().into_iter().chain([assignment(DELETED.0)]).collect();
    listing("entra-app-role-assignments", "2026-03-01T02:00:00Z", json!({}), with_deleted);
    listing("entra-app-role-assignments", night, json!({}), assigned());
    let member = |given: &str| json!({"@odata.type": "#microsoft.graph.user", "id": id_of(given)});
    let group = |name: &str| json!({"id": format!("00g-{name}"), "displayName": name, "securityEnabled": true, "members": members(name).into_iter().map(member).collect::<Vec<_>>()});
    listing("entra-groups", night, json!({}), groups.into_iter().map(group).collect());
}

const APPLICATION: &str = "5f284120-1602-49d0-a81d-2d4dcf0eb5b1";

fn okta_user(given: &str) -> Value {
    let status = if is_active(given) { "ACTIVE" } else { "DEPROVISIONED" };
    json!({"id": id_of(given), "status": status, "created": "2026-01-05T09:00:00.000Z",
           "profile": {"firstName": capital(given), "lastName": last(given), "login": login(given), "email": login(given)}})
}

fn plan(company: &Path, as_of: &str) -> Value {
    let at = |command: &str, more: &[&str]| -> Output {
        let mut scimdrift = scimdrift();
        scimdrift.arg(command).args(["--as-of", as_of]).args(more).arg("--config").arg(company.join("scimdrift.toml"));
        scimdrift.arg("--store").arg(company.join("store.db")).output().expect("the program starts")
    };
    let read = at("run", &["-q", "--out", &company.join(as_of.replace(':', "")).display().to_string()]);
    assert!(matches!(read.status.code(), Some(0 | 3)), "{}", stderr(&read));
    let planned = at("plan", &["--format", "json"]);
    assert_eq!(planned.status.code(), Some(0), "{}", stderr(&planned));
    serde_json::from_slice(&planned.stdout).expect("JSON")
}

fn write(company: &Path, name: &str, content: &str) {
    std::fs::create_dir_all(company.join("inputs")).expect("a folder");
    std::fs::write(company.join("inputs").join(name), content).expect("an input");
}

fn operations(plan: &Value) -> &Vec<Value> {
    plan["operations"].as_array().expect("a list")
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn id_of(given: &str) -> String {
    format!("00u-{given}")
}

fn last(given: &str) -> &'static str {
    PEOPLE.iter().find(|(name, ..)| *name == given).map_or(DELETED.1, |(_, family, ..)| family)
}

fn is_active(given: &str) -> bool {
    PEOPLE.iter().any(|(name, _, active, _)| *name == given && *active) || given == DELETED.0
}

fn login(given: &str) -> String {
    format!("{given}.{}@acme.example", last(given).to_lowercase())
}

fn capital(given: &str) -> String {
    given.chars().take(1).flat_map(char::to_uppercase).chain(given.chars().skip(1)).collect()
}
