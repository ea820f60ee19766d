//! The logs: what the identity provider, the target's endpoint and the target's audit log write about each event.

use serde_json::{Value, json};

use super::APPLICATION;
use super::life::{Ending, Event, Happening, Push};
use super::listings::scim_user;
use super::person::Person;
use crate::random::Random;

/// The target's endpoint is so many seconds behind, so that `clock-skew` has something to find.
const BEHIND: u64 = 400;

/// Seconds since 1970 as RFC 3339.
pub(super) fn time(seconds: u64) -> String {
    let moment = chrono::DateTime::from_timestamp(i64::try_from(seconds).unwrap(), 0).unwrap();
    moment.format("%Y-%m-%dT%H:%M:%S.000Z").to_string()
}

/// The event as the System Log has it; `None` if only the target tells of it. `number` sets its id.
pub(super) fn okta(event: &Event, person: &Person, number: u64) -> Option<Value> {
    let user =
        json!({"id": person.id(), "type": "User", "alternateId": person.login(), "displayName": person.full_name(), "detailEntry": null});
    let app_user = json!({"id": format!("0ua{:017}", person.number), "type": "AppUser", "alternateId": person.login(), "displayName": person.full_name(), "detailEntry": null});
    let application = json!({"id": APPLICATION, "type": "AppInstance", "alternateId": "Hugging Face", "displayName": "Hugging Face", "detailEntry": {"signOnModeType": "SAML_2_0"}});
    let team = json!({"id": team_id(person.team), "type": "UserGroup", "alternateId": "unknown", "displayName": team_name(person.team), "detailEntry": null});
    let (kind, targets) = match event.what {
        Happening::Created => ("user.lifecycle.create", vec![user]),
        Happening::Deactivated => ("user.lifecycle.deactivate", vec![user]),
        Happening::Assigned => ("application.user_membership.add", vec![app_user, application, user]),
        Happening::Unassigned => ("application.user_membership.remove", vec![app_user, application, user]),
        Happening::TeamJoined => ("group.user_membership.add", vec![user, team]),
        Happening::TeamLeft => (
            "group.user_membership.remove",
            vec![
                user,
                json!({"id": team_id(person.team + 1), "type": "UserGroup", "alternateId": "unknown", "displayName": team_name(person.team + 1), "detailEntry": null}),
            ],
        ),
        Happening::SignedOn => ("user.authentication.sso", vec![application, app_user]),
        Happening::Pushed(push, _) => (push_type(push), vec![user, application, app_user]),
        Happening::LoggedIn | Happening::Joined | Happening::Removed | Happening::Promoted | Happening::Worked => return None,
    };
    let actor = match event.what {
        Happening::SignedOn => {
            json!({"id": person.id(), "type": "User", "alternateId": person.login(), "displayName": person.full_name(), "detailEntry": null})
        }
        _ => {
            json!({"id": "00u99999999999999999", "type": "SystemPrincipal", "alternateId": "system@okta.com", "displayName": "Okta System", "detailEntry": null})
        }
    };
    let ending = if let Happening::Pushed(_, ending) = event.what { ending } else { Ending::Success };
    let (result, reason) = words(ending, person);
    Some(json!({
        "actor": actor,
        "client": {"userAgent": {"rawUserAgent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/149.0", "os": "Linux", "browser": "FIREFOX"}, "zone": "null", "device": "Computer", "id": null, "ipAddress": "198.51.100.7",
            "geographicalContext": {"city": "Exampleton", "state": "Example", "country": "Nowhere", "postalCode": "00000", "geolocation": {"lat": 0.5, "lon": 0.5}}},
        "authenticationContext": {"authenticationProvider": null, "credentialProvider": null, "credentialType": null, "issuer": null, "interface": null, "authenticationStep": 0, "externalSessionId": format!("trs{number:020}")},
        "displayMessage": kind, "eventType": kind, "outcome": {"result": result, "reason": reason}, "published": time(event.at),
        "securityContext": {"asNumber": 64500, "asOrg": "example carrier", "isp": "example carrier", "domain": "example.net", "isProxy": false},
        "severity": if ending == Ending::Success { "INFO" } else { "ERROR" },
        "debugContext": {"debugData": {"requestId": format!("req{number:016}"), "requestUri": "/app/acme/sso/saml", "url": "/app/acme/sso/saml?", "threatSuspected": "false"}},
        "legacyEventType": null, "transaction": {"type": "WEB", "id": format!("txn{number:016}"), "detail": {}},
        "uuid": Random::new(number).uuid(), "version": "0", "target": targets,
    }))
}

/// The request as the target's endpoint has it; `None` if the event is no push.
pub(super) fn request(event: &Event, person: &Person, number: u64) -> Option<Value> {
    let Happening::Pushed(push, ending) = event.what else { return None };
    let users = "/api/organizations/acme/scim/v2/Users";
    let own = format!("{users}/{}", person.account_id());
    let (method, path, body) = match push {
        Push::Create => ("POST", users.to_owned(), scim_user(person, true)),
        Push::Update => ("PUT", own, scim_user(person, true)),
        Push::Disable => (
            "PATCH",
            own,
            json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [{"op": "replace", "value": {"active": false}}]}),
        ),
    };
    let (status, detail) = match ending {
        Ending::Success if push == Push::Create => (201, ""),
        Ending::Success => (200, ""),
        Ending::Conflict => (409, "User already exists"),
        Ending::BadAttribute => (400, "userName must not be longer than 42 characters"),
        Ending::Forbidden => (403, "This token may not manage users"),
        Ending::Unavailable => (503, "Service unavailable"),
        Ending::Deferred => return None,
    };
    let response = if ending == Ending::Success {
        scim_user(person, push != Push::Disable)
    } else {
        json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": status.to_string(), "detail": detail})
    };
    Some(
        json!({"timestamp": time(event.at - BEHIND), "request_id": format!("{number:016x}"), "method": method, "path": path, "status": status,
        "duration_ms": 82, "user_agent": "Okta SCIM Client 1.0.0", "remote_addr": "203.0.113.9", "request": body, "response": response}),
    )
}

/// The entry of the target's audit log; `None` if it does not tell of the event.
pub(super) fn audit(event: &Event, person: &Person, number: u64) -> Option<Value> {
    let (name, id) = (person.user_name(), person.account_id());
    let scim = ("64ffffffffffffffffffffff".to_owned(), "acme-scim".to_owned());
    let own = (id.clone(), name.clone());
    let about = json!({"user": name, "userId": id, "role": "read"});
    let (kind, message, author, data) = match event.what {
        Happening::LoggedIn => ("org.sso_login", format!("{name} logged in with SSO"), own, json!({"provider": "saml"})),
        Happening::Joined => ("org.sso_join", format!("{name} joined acme"), own, about),
        Happening::Removed => ("org.remove_user", format!("Removed {name} from acme"), scim, about),
        Happening::Promoted => {
            let by = Person::new(u64::from(person.number == 0), 1);
            let data = json!({"user": name, "userId": id, "from": person.role(), "to": person.observed_role()});
            let message = format!("Changed role of {name} from {} to {}", person.role(), person.observed_role());
            ("org.change_role", message, (by.account_id(), by.user_name()), data)
        }
        Happening::Worked => ("repo.create", format!("repo.create by {name}"), own, json!({"repo": format!("acme/model-{number}")})),
        _ => return None,
    };
    Some(json!({"_id": format!("65{number:022x}"), "createdAt": time(event.at), "type": kind, "message": message,
        "author": {"_id": author.0, "user": author.1, "avatarUrl": "https://avatars.example/0.png", "type": "user"},
        "ip": "198.51.100.52", "location": {"formatted": "Exampleton", "country": "Nowhere", "city": "Exampleton"},
        "userAgent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/149.0", "data": data}))
}

pub(super) fn team_id(team: u64) -> String {
    format!("00g{team:017}")
}

pub(super) fn team_name(team: u64) -> String {
    format!("team-{team}")
}

fn push_type(push: Push) -> &'static str {
    match push {
        Push::Create => "application.provision.user.push",
        Push::Update => "application.provision.user.push_profile",
        Push::Disable => "application.provision.user.deactivate",
    }
}

/// Okta's result, and its reason as it words it.
fn words(ending: Ending, person: &Person) -> (&'static str, Option<String>) {
    let (kind, said) = match ending {
        Ending::Success => return ("SUCCESS", None),
        Ending::Deferred => return ("DEFERRED", None),
        Ending::Conflict => ("Conflict", "User already exists"),
        Ending::BadAttribute => ("Bad Request", "userName must not be longer than 42 characters"),
        Ending::Forbidden => ("Forbidden", "This token may not manage users"),
        Ending::Unavailable => ("Service Unavailable", "Service unavailable"),
    };
    let reason = format!(
        "Automatic provisioning of user {} to app Hugging Face failed: {kind}. Errors reported by remote server: {said}",
        person.full_name()
    );
    ("FAILURE", Some(reason))
}
