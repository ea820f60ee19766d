//! The dialects of PATCH (RFC 7644 section 3.5.2): what a request changes, as Okta, Entra and others write it.
//!
//! Okta sends operations without a path, Entra texts in place of truth values and capital letters in `op`, and there
//! are four ways to say that a member is removed. Only what is written is told; the rest of the resource stays unknown.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::model::facts::{ScimGroup, ScimUser};
use crate::source::wire::{Flag, Text};

/// What a request changes of a user.
#[derive(Debug, Default)]
pub(super) struct UserChanges {
    /// The attributes that are set.
    pub(super) user: ScimUser,
    /// Whether attributes are changed that a [`ScimUser`] does not have.
    pub(super) has_more: bool,
}

/// One operation, whatever its dialect.
struct Step<'a> {
    verb: Verb,
    /// The attribute in lower case, without the schema; empty where the value names the attributes.
    path: String,
    value: &'a Value,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Verb {
    Add,
    Remove,
    Replace,
}

/// What the request changes of a user.
pub(super) fn user(body: Option<&Value>) -> UserChanges {
    let mut changes = UserChanges::default();
    for step in steps(body) {
        match step.value {
            _ if step.verb == Verb::Remove => changes.has_more = true,
            Value::Object(fields) if step.path.is_empty() => set_all(&mut changes, "", fields),
            value => set(&mut changes, &step.path, value),
        }
    }
    changes
}

/// What the request changes of a group.
pub(super) fn group(body: Option<&Value>) -> ScimGroup {
    let mut group = ScimGroup::default();
    for step in steps(body) {
        match step.value {
            _ if step.verb == Verb::Remove => remove_members(&mut group, &step),
            Value::Object(fields) if step.path.is_empty() => {
                for (name, value) in fields {
                    set_group(&mut group, step.verb, &attribute(name), value);
                }
            }
            value => set_group(&mut group, step.verb, &step.path, value),
        }
    }
    group
}

/// The operations in order. A body without any is read as what it sets.
fn steps(body: Option<&Value>) -> Vec<Step<'_>> {
    let Some(body) = body.filter(|body| body.is_object()) else { return Vec::new() };
    let Some(operations) = ["Operations", "operations"].iter().find_map(|key| body.get(*key)) else {
        return vec![Step { verb: Verb::Replace, path: String::new(), value: body }];
    };
    operations.as_array().into_iter().flatten().map(step).collect()
}

fn step(operation: &Value) -> Step<'_> {
    let text = |name: &str| operation.get(name).and_then(Value::as_str).unwrap_or_default();
    let verb = match text("op").to_ascii_lowercase().as_str() {
        "add" => Verb::Add,
        "remove" => Verb::Remove,
        _ => Verb::Replace,
    };
    let path = text("path");
    // The value in a filter keeps its case: it may be an id.
    let path = if path.contains('[') { without_schema(path).to_owned() } else { attribute(path) };
    Step { verb, path, value: operation.get("value").unwrap_or(&Value::Null) }
}

fn attribute(path: &str) -> String {
    without_schema(path).to_ascii_lowercase()
}

/// `urn:ietf:params:scim:schemas:core:2.0:User:userName` is `userName`.
fn without_schema(path: &str) -> &str {
    ["urn:ietf:params:scim:schemas:core:2.0:user:", "urn:ietf:params:scim:schemas:core:2.0:group:"]
        .iter()
        .find(|schema| path.get(..schema.len()).is_some_and(|start| start.eq_ignore_ascii_case(schema)))
        .and_then(|schema| path.get(schema.len()..))
        .unwrap_or(path)
}

fn set_all(changes: &mut UserChanges, parent: &str, fields: &Map<String, Value>) {
    for (name, value) in fields {
        set(changes, &format!("{parent}{}", attribute(name)), value);
    }
}

fn set(changes: &mut UserChanges, path: &str, value: &Value) {
    let user = &mut changes.user;
    match path {
        "active" => user.active = Flag::deserialize(scalar(value)).ok().and_then(|flag| flag.0),
        "username" => user.user_name = text(value),
        "externalid" => user.external_id = text(value),
        "name.givenname" => user.given_name = text(value),
        "name.familyname" => user.family_name = text(value),
        "name" => {
            if let Value::Object(fields) = value {
                set_all(changes, "name.", fields);
            }
        }
        "schemas" | "id" | "meta" | "name.formatted" => {}
        _ if is_address(path) => {
            let addresses = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
            user.emails.extend(addresses.iter().filter_map(text));
        }
        _ => changes.has_more = true,
    }
}

/// `emails`, `emails[type eq "work"]`, `emails[type eq "work"].value`, `emails.value`; not `emails[…].type`.
fn is_address(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    let Some(rest) = path.strip_prefix("emails") else { return false };
    rest.is_empty() || rest.ends_with(']') || rest.strip_suffix(".value").is_some()
}

fn set_group(group: &mut ScimGroup, verb: Verb, path: &str, value: &Value) {
    match (path, verb) {
        ("displayname", _) => group.display_name = text(value),
        ("externalid", _) => group.external_id = text(value),
        ("members", Verb::Add) => {
            for member in members(value) {
                include(group, member);
            }
        }
        ("members", _) => {
            (group.members, group.added, group.removed) = (Some(members(value)), Vec::new(), Vec::new());
        }
        _ => {}
    }
}

/// `members[value eq "id"]`, a list of members, an object that holds one, or no value at all, which removes everybody.
fn remove_members(group: &mut ScimGroup, step: &Step<'_>) {
    let filter = step.path.split_once('[').filter(|(name, _)| name.eq_ignore_ascii_case("members")).map(|(_, filter)| filter);
    if let Some(filter) = filter {
        for id in quoted(filter) {
            exclude(group, id);
        }
    } else if step.path == "members" && step.value.is_null() {
        (group.members, group.added, group.removed) = (Some(Vec::new()), Vec::new(), Vec::new());
    } else if step.path == "members" || step.path.is_empty() {
        for id in members(step.value) {
            exclude(group, id);
        }
    }
}

fn include(group: &mut ScimGroup, member: String) {
    group.removed.retain(|other| *other != member);
    let list = group.members.as_mut().unwrap_or(&mut group.added);
    if !list.contains(&member) {
        list.push(member);
    }
}

fn exclude(group: &mut ScimGroup, member: String) {
    if let Some(members) = &mut group.members {
        members.retain(|other| *other != member);
        return;
    }
    group.added.retain(|other| *other != member);
    if !group.removed.contains(&member) {
        group.removed.push(member);
    }
}

/// The ids in a list of members, in one member, or in `{"members": […]}`.
fn members(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().filter_map(text).collect(),
        Value::Object(fields) => fields.get("members").map_or_else(|| text(value).into_iter().collect(), members),
        _ => text(value).into_iter().collect(),
    }
}

/// The texts in quotation marks.
fn quoted(filter: &str) -> Vec<String> {
    let mark = if filter.contains('"') { '"' } else { '\'' };
    filter.split(mark).skip(1).step_by(2).filter(|id| !id.is_empty()).map(crate::source::wire::keep).collect()
}

/// A value as a text: itself, or what `{"value": …}` or a list of one holds.
fn text(value: &Value) -> Option<String> {
    Text::deserialize(scalar(value)).ok()?.keep()
}

fn scalar(value: &Value) -> &Value {
    match value {
        Value::Array(items) => items.first().map_or(&Value::Null, scalar_in_object),
        _ => scalar_in_object(value),
    }
}

fn scalar_in_object(value: &Value) -> &Value {
    if value.is_object() { value.get("value").unwrap_or(&Value::Null) } else { value }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn operations(operations: &Value) -> Value {
        json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations})
    }

    #[test]
    fn a_user_is_disabled_in_every_dialect() {
        let dialects = [
            json!([{"op": "replace", "value": {"active": false}}]),
            json!([{"op": "Replace", "path": "active", "value": "False"}]),
            json!([{"op": "replace", "path": "urn:ietf:params:scim:schemas:core:2.0:User:active", "value": false}]),
            json!([{"op": "Replace", "path": "active", "value": [{"$ref": null, "value": "False"}]}]),
        ];
        for dialect in dialects {
            let changes = user(Some(&operations(&dialect)));
            assert_eq!(changes.user, ScimUser { active: Some(false), ..ScimUser::default() }, "{dialect}");
            assert!(!changes.has_more, "{dialect}");
        }
        assert_eq!(user(Some(&json!({"active": false}))).user.active, Some(false), "a body without operations");
    }

    #[test]
    fn a_user_has_only_what_is_changed() {
        let body = operations(&json!([
            {"op": "Replace", "path": "emails[type eq \"work\"].value", "value": "new@acme.example"},
            {"op": "replace", "value": {"name.givenName": "Noa", "name": {"familyName": "Berg"}, "nickName": "N"}},
            {"op": "remove", "path": "externalId"}
        ]));
        let changes = user(Some(&body));
        let expected = ScimUser {
            given_name: Some("Noa".to_owned()),
            family_name: Some("Berg".to_owned()),
            emails: vec!["new@acme.example".to_owned()],
            ..ScimUser::default()
        };
        assert_eq!(changes.user, expected);
        assert!(changes.has_more);
    }

    #[test]
    fn members_are_removed_in_every_dialect() {
        let dialects = [
            json!([{"op": "remove", "path": "members[value eq \"Ab1\"]"}]),
            json!([{"op": "remove", "path": "members[value eq 'Ab1']"}]),
            json!([{"op": "Remove", "path": "members", "value": [{"value": "Ab1"}]}]),
            json!([{"op": "remove", "path": "members", "value": {"members": [{"value": "Ab1"}]}}]),
            json!([{"op": "remove", "value": [{"value": "Ab1"}]}]),
        ];
        for dialect in dialects {
            let expected = ScimGroup { removed: vec!["Ab1".to_owned()], ..ScimGroup::default() };
            assert_eq!(group(Some(&operations(&dialect))), expected, "{dialect}");
        }
        let all = group(Some(&operations(&json!([{"op": "remove", "path": "members"}]))));
        assert_eq!(all.members, Some(Vec::new()), "no value removes everybody");
        let none = group(Some(&operations(&json!([{"op": "remove", "path": "members", "value": []}]))));
        assert_eq!(none, ScimGroup::default(), "an empty list removes nobody");
    }

    #[test]
    fn operations_apply_in_order() {
        let body = operations(&json!([
            {"op": "add", "path": "members", "value": [{"$ref": null, "value": "a"}, {"value": "b"}]},
            {"op": "remove", "path": "members[value eq \"a\"]"},
            {"op": "replace", "value": {"id": "g", "displayName": "ml"}}
        ]));
        let changes = group(Some(&body));
        assert_eq!((changes.added, changes.removed), (vec!["b".to_owned()], vec!["a".to_owned()]));
        assert_eq!(changes.display_name.as_deref(), Some("ml"));
        let replaced = group(Some(&operations(&json!([
            {"op": "replace", "path": "members", "value": [{"value": "a"}, {"value": "b"}]},
            {"op": "remove", "path": "members[value eq \"b\"]"}
        ]))));
        assert_eq!(replaced.members, Some(vec!["a".to_owned()]));
    }
}
