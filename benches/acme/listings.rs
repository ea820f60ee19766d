//! The listings: the state of each kind of thing at the end of the period, as each system answers.

use serde_json::{Value, json};

use super::APPLICATION;
use super::life::{BEGINNING, DAYS};
use super::logs::{team_id, team_name, time};
use super::person::{Fate, Person};

const DAY: u64 = 86_400;

pub(super) fn okta_user(person: &Person) -> Value {
    let created = if person.is_new() { time(BEGINNING + DAY * 20) } else { "2025-01-02T00:00:00.000Z".to_owned() };
    json!({"id": person.id(), "status": if person.is_active() { "ACTIVE" } else { "DEPROVISIONED" }, "created": created, "activated": created,
        "statusChanged": if person.is_active() { json!(created) } else { json!(null) }, "lastLogin": null, "lastUpdated": created,
        "passwordChanged": created, "type": {"id": "oty00000000000000001"},
        "profile": {"firstName": person.given_name(), "lastName": person.family_name(), "displayName": person.full_name(), "mobilePhone": null,
            "secondEmail": null, "login": person.login(), "email": person.login()},
        "credentials": {"provider": {"type": "OKTA", "name": "OKTA"}},
        "_links": {"self": {"href": format!("https://acme.okta.example/api/v1/users/{}", person.id())}}})
}

pub(super) fn okta_group(id: &str, name: &str) -> Value {
    json!({"id": id, "created": "2025-01-02T00:00:00.000Z", "objectClass": ["okta:user_group"], "type": "OKTA_GROUP",
        "profile": {"name": name, "description": null}})
}

pub(super) fn app_user(person: &Person) -> Value {
    let external = person.had_account().then(|| person.account_id());
    json!({"id": person.id(), "externalId": external, "created": "2025-01-02T02:00:00.000Z", "scope": "USER",
        "status": if external.is_some() { "PROVISIONED" } else { "ACTIVE" }, "statusChanged": "2025-01-02T02:00:00.000Z",
        "syncState": if external.is_some() { "SYNCHRONIZED" } else { "ERROR" }, "credentials": {"userName": person.login()},
        "profile": {"email": person.login(), "givenName": person.given_name(), "familyName": person.family_name()},
        "_links": {"app": {"href": format!("https://acme.okta.example/api/v1/apps/{APPLICATION}")}}})
}

pub(super) fn member(person: &Person, resource_group: Option<&str>) -> Value {
    let groups: Vec<Value> = resource_group.iter().map(|name| json!({"id": format!("rg-{name}"), "name": name, "role": "write"})).collect();
    json!({"avatarUrl": "https://avatars.example/0.png", "fullname": person.full_name(), "isPro": false, "user": person.user_name(), "type": "user",
        "_id": person.account_id(), "role": person.observed_role(), "resourceGroups": groups, "twoFaEnabled": true, "verifiedEmail": person.login()})
}

/// The second account of somebody who has two: only the address tells whose it is.
pub(super) fn second_member(person: &Person) -> Value {
    json!({"avatarUrl": "https://avatars.example/0.png", "fullname": person.full_name(), "isPro": false, "user": format!("{}-2", person.user_name()),
        "type": "user", "_id": format!("63{:022x}", person.number), "role": "read", "resourceGroups": [], "twoFaEnabled": true,
        "verifiedEmail": person.login()})
}

pub(super) fn scim_user(person: &Person, active: bool) -> Value {
    json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": person.account_id(), "externalId": person.id(),
        "userName": person.user_name(), "displayName": person.user_name(),
        "name": {"givenName": person.given_name(), "familyName": person.family_name(), "formatted": person.full_name()},
        "emails": [{"value": person.login(), "primary": true, "type": "work"}], "active": active,
        "meta": {"resourceType": "User", "location": format!("https://target.example/scim/v2/Users/{}", person.account_id())}})
}

/// A team as the target's endpoint holds it.
pub(super) fn scim_group(team: u64, members: &[Person]) -> Value {
    let members = members.iter().filter(|person| person.has_account() && person.is_active() && person.fate != Fate::GroupMissed);
    let members: Vec<Value> = members.map(|person| json!({"value": person.account_id()})).collect();
    json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "id": format!("66{team:022x}"), "displayName": team_name(team),
        "externalId": team_id(team), "members": members, "meta": {"resourceType": "Group"}})
}

pub(super) fn resource_group(name: &str, members: &[Person]) -> Value {
    let users: Vec<Value> = members
        .iter()
        .map(|person| {
            json!({"type": "user", "_id": person.account_id(), "fullname": person.full_name(), "name": person.user_name(), "role": "write"})
        })
        .collect();
    json!({"id": format!("rg-{name}"), "name": name, "description": null, "autoJoin": {"enabled": false}, "users": users})
}

/// A service account that was made long ago, with one token.
pub(super) fn service_account(number: u64) -> Value {
    json!({"_id": format!("62{number:022x}"), "user": format!("acme-job-{number}"), "name": "Job", "email": format!("acme-job-{number}@users.noreply.example"),
        "description": "Jobs", "createdAt": "2025-01-02T00:00:00.000Z", "accessTokens": [{"_id": format!("61{number:022x}"), "displayName": "deploy",
            "createdAt": "2026-08-22T05:23:00.000Z", "lastUsedAt": "2026-09-30T05:23:00.000Z", "role": "fineGrained", "permissions": ["repo.content.read"],
            "repoIds": [], "repoPermissions": [], "endpointPatterns": [], "last4": "0000", "expiration": "2026-12-30T06:00:00.000Z"}]})
}

pub(super) const TOKEN_COLUMNS: &str = "system,token_id,name,kind,owner,scopes,created_at,last_used_at,expires_at,rotated_at,status";

/// The person's row of the token inventory; one in five has one.
pub(super) fn token(person: &Person) -> Option<String> {
    let planted = matches!(person.fate, Fate::StaleToken | Fate::WriteToken);
    if !planted && (!person.is_active() || !person.number.is_multiple_of(5)) {
        return None;
    }
    let used = if person.fate == Fate::StaleToken { String::new() } else { time(BEGINNING + DAY * (DAYS - 3)) };
    let (kind, scopes) = if person.fate == Fate::WriteToken { ("personal", "write") } else { ("fine-grained", "repo.content.read") };
    let created = time(BEGINNING + DAY * 30);
    Some(format!(
        "huggingface,67{:022x},laptop,{kind},{},{scopes},{created},{used},2026-12-01T00:00:00Z,,active",
        person.number,
        person.login()
    ))
}

pub(super) const ROSTER_COLUMNS: &str = "employee_id,email,full_name,employment_type,start_date,end_date,manager_email";

/// The person's row of the personnel roster.
pub(super) fn employee(person: &Person) -> String {
    let end = if person.fate == Fate::ContractEnded { "2026-08-31" } else { "" };
    format!("E{:07},{},{},employee,2025-01-02,{end},lead.{}@acme.example", person.number, person.login(), person.full_name(), person.team)
}
