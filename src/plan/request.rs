//! Requests: SCIM (RFC 7643, 7644) as Okta and Microsoft Entra ID send it to a Hugging Face organization.
//!
//! Okta replaces a user as a whole, since applications made with its integration wizard use PUT; members of groups it patches
//! one by one. Entra patches everything, as it does with `aadOptscim062020` in the tenant URL: without that flag it sends `active`
//! as text and removes members in a way that the standard does not have. Okta's generated password is left out.

use serde_json::{Value, json};

use crate::model::facts::ScimUser;
use crate::model::plan::{Request, ValueChange};
use crate::policy::{Policy, Provider, Sso};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";
const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// How the connector speaks, and to whom.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dialect<'a> {
    provider: Provider,
    sso: Sso,
    organization: &'a str,
}

/// The id that the answer to a step gives.
pub(super) fn id_of_step(step: u64) -> String {
    format!("{{step {step}: id}}")
}

impl<'a> Dialect<'a> {
    pub(super) fn of(policy: &'a Policy) -> Self {
        Self { provider: policy.idp.provider, sso: policy.target.sso, organization: &policy.target.name }
    }

    /// The endpoint that Hugging Face has for each model of single sign-on.
    fn path(&self, resources: &str, id: Option<&str>) -> String {
        let endpoint = if self.sso == Sso::Managed { "scim" } else { "scim-provisioning" };
        let id = id.map(|id| format!("/{}", in_path(id))).unwrap_or_default();
        format!("/api/organizations/{}/{endpoint}/v2/{resources}{id}", in_path(self.organization))
    }

    /// Makes an account.
    pub(super) fn create(&self, user: &ScimUser) -> Request {
        let mut body = self.user(user);
        if self.provider == Provider::Entra {
            body["meta"] = json!({"resourceType": "User"});
        }
        Request { method: "POST", path: self.path("Users", None), body }
    }

    /// Changes an account; `user` is the whole of it afterwards.
    pub(super) fn update(&self, id: &str, user: &ScimUser, changes: &[ValueChange]) -> Request {
        let path = self.path("Users", Some(id));
        match self.provider {
            Provider::Okta => {
                let mut body = self.user(user);
                body["id"] = json!(id);
                Request { method: "PUT", path, body }
            }
            Provider::Entra => Request { method: "PATCH", path, body: patch(changes.iter().map(replace)) },
        }
    }

    /// Takes an account's access away; `user` is the whole of it afterwards.
    pub(super) fn deactivate(&self, id: &str, user: &ScimUser) -> Request {
        let change = ValueChange { what: "active".to_owned(), from: "true".to_owned(), to: "false".to_owned() };
        self.update(id, user, &[change])
    }

    /// Removes an account for good.
    pub(super) fn delete(&self, id: &str) -> Request {
        Request { method: "DELETE", path: self.path("Users", Some(id)), body: Value::Null }
    }

    /// Makes a group, without its members.
    pub(super) fn create_group(&self, external_id: &str, name: &str) -> Request {
        let body = match self.provider {
            Provider::Okta => json!({"schemas": [GROUP], "displayName": name, "externalId": external_id, "members": []}),
            Provider::Entra => {
                json!({"schemas": [GROUP], "externalId": external_id, "displayName": name, "meta": {"resourceType": "Group"}})
            }
        };
        Request { method: "POST", path: self.path("Groups", None), body }
    }

    /// Adds a member to a group.
    pub(super) fn add_member(&self, group: &str, member: &str, name: &str) -> Request {
        let operation = match self.provider {
            Provider::Okta => json!({"op": "add", "path": "members", "value": [{"value": member, "display": name}]}),
            Provider::Entra => json!({"op": "Add", "path": "members", "value": [{"value": member}]}),
        };
        Request { method: "PATCH", path: self.path("Groups", Some(group)), body: patch([operation]) }
    }

    /// Removes a member from a group.
    pub(super) fn remove_member(&self, group: &str, member: &str) -> Request {
        let op = if self.provider == Provider::Okta { "remove" } else { "Remove" };
        let operation = json!({"op": op, "path": format!("members[value eq {}]", json!(member))});
        Request { method: "PATCH", path: self.path("Groups", Some(group)), body: patch([operation]) }
    }

    /// A user as a whole; values that are not known are left out.
    fn user(&self, user: &ScimUser) -> Value {
        let mut body = json!({"schemas": [USER]});
        let texts = [("externalId", &user.external_id), ("userName", &user.user_name)];
        let display_name = (self.provider == Provider::Okta).then_some(("displayName", &user.user_name));
        for (name, value) in texts.into_iter().chain(display_name) {
            if let Some(value) = value {
                body[name] = json!(value);
            }
        }
        let parts: Vec<&str> = [&user.given_name, &user.family_name].into_iter().flatten().map(String::as_str).collect();
        if !parts.is_empty() {
            let mut name = json!({});
            for (part, value) in [("givenName", &user.given_name), ("familyName", &user.family_name)] {
                if let Some(value) = value {
                    name[part] = json!(value);
                }
            }
            name["formatted"] = json!(parts.join(" ").trim());
            body["name"] = name;
        }
        if let Some(email) = user.emails.first() {
            body["emails"] = json!([{"value": email, "primary": true, "type": "work"}]);
        }
        if let Some(active) = user.active {
            body["active"] = json!(active);
        }
        body
    }
}

/// One attribute, as Entra replaces it; what was not there is added.
fn replace(change: &ValueChange) -> Value {
    let path = if change.what == "emails" { "emails[type eq \"work\"].value" } else { &change.what };
    let value = if change.what == "active" { json!(change.to == "true") } else { json!(change.to) };
    json!({"op": if change.from.is_empty() { "Add" } else { "Replace" }, "path": path, "value": value})
}

fn patch(operations: impl IntoIterator<Item = Value>) -> Value {
    json!({"schemas": [PATCH], "Operations": operations.into_iter().collect::<Vec<_>>()})
}

/// A text as one segment of a path (RFC 3986 section 2.3). The place of an id that is still to come stays readable.
fn in_path(text: &str) -> String {
    if text.starts_with("{step ") {
        return text.to_owned();
    }
    let mut segment = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            segment.push(char::from(byte));
        } else {
            segment.extend(['%', hex(byte >> 4), hex(byte & 15)]);
        }
    }
    segment
}

fn hex(digit: u8) -> char {
    char::from_digit(u32::from(digit), 16).unwrap_or('0').to_ascii_uppercase()
}
