//! The dialects of PATCH (RFC 7644 section 3.5.2): what a request changes, as Okta, Entra, AWS and others write it.
//!
//! Okta sends operations without a path, Entra texts in place of truth values and capital letters in `op`, AWS
//! `operations` in lower case, and there are five ways to say that a member is removed. Names are compared without
//! case (RFC 7643 section 2.1). Only what is written is told; the rest of the resource stays unknown.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::field::{Flag, Text, keep};
use crate::model::facts::{ScimGroup, ScimUser};

/// What a request changes of a user.
#[derive(Debug, Default)]
pub(super) struct UserChanges {
    /// The attributes that are set.
    pub(super) user: ScimUser,
    /// Whether something is changed that a [`ScimUser`] cannot tell.
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
            _ if step.verb == Verb::Remove => unset(&mut changes, &step.path),
            Value::Object(fields) if step.path.is_empty() => set_all(&mut changes, step.verb, "", fields),
            value => set(&mut changes, step.verb, &step.path, value),
        }
    }
    changes
}

/// What the request changes of a group.
pub(super) fn group(body: Option<&Value>) -> ScimGroup {
    let mut group = ScimGroup::default();
    for step in steps(body) {
        match step.value {
            _ if step.verb == Verb::Remove => unset_group(&mut group, &step),
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
    match field(body, "operations") {
        Some(operations) => operations.as_array().into_iter().flatten().filter_map(step).collect(),
        None => vec![Step { verb: Verb::Replace, path: String::new(), value: body }],
    }
}

/// An operation; `None` where its verb is none of the three, so that nothing can be said of it.
fn step(operation: &Value) -> Option<Step<'_>> {
    let text = |name: &str| field(operation, name).and_then(Value::as_str).unwrap_or_default().trim();
    let verb = match text("op").to_ascii_lowercase().as_str() {
        "add" => Verb::Add,
        "remove" => Verb::Remove,
        "replace" => Verb::Replace,
        _ => return None,
    };
    let path = text("path");
    // The value in a filter keeps its case: it may be an id.
    let path = if path.contains('[') { without_schema(path).to_owned() } else { attribute(path) };
    Some(Step { verb, path, value: field(operation, "value").unwrap_or(&Value::Null) })
}

/// A member of an object by its name in lower case.
fn field<'a>(object: &'a Value, name: &str) -> Option<&'a Value> {
    object.as_object()?.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
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

fn set_all(changes: &mut UserChanges, verb: Verb, parent: &str, fields: &Map<String, Value>) {
    for (name, value) in fields {
        set(changes, verb, &format!("{parent}{}", attribute(name)), value);
    }
}

fn set(changes: &mut UserChanges, verb: Verb, path: &str, value: &Value) {
    let user = &mut changes.user;
    match path {
        "active" => user.active = Flag::deserialize(scalar(value)).ok().and_then(|flag| flag.0),
        "username" => user.user_name = text(value),
        "externalid" => user.external_id = text(value),
        "name.givenname" => user.given_name = text(value),
        "name.familyname" => user.family_name = text(value),
        "name" => {
            if let Value::Object(fields) = value {
                set_all(changes, verb, "name.", fields);
            }
        }
        "schemas" | "id" | "meta" | "name.formatted" => {}
        _ if is_address(path) => {
            if path == "emails" && verb == Verb::Replace {
                user.emails.clear();
            }
            let addresses = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
            user.emails.extend(addresses.iter().filter_map(text));
        }
        _ => changes.has_more = true,
    }
}

/// What is removed is no longer set by the operations before. That it is gone cannot be told of a [`ScimUser`].
fn unset(changes: &mut UserChanges, path: &str) {
    let user = &mut changes.user;
    changes.has_more = true;
    match path {
        "active" => user.active = None,
        "username" => user.user_name = None,
        "externalid" => user.external_id = None,
        "name.givenname" => user.given_name = None,
        "name.familyname" => user.family_name = None,
        "name" => (user.given_name, user.family_name) = (None, None),
        "emails" => user.emails.clear(),
        _ => {}
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

/// Of members: `members[value eq "id"]`, a list of them, an object that holds one, or no value at all, which removes
/// everybody (RFC 7644 section 3.5.2.2). A list without a path is taken for one of members.
fn unset_group(group: &mut ScimGroup, step: &Step<'_>) {
    match step.path.as_str() {
        "displayname" => group.display_name = None,
        "externalid" => group.external_id = None,
        "members" if step.value.is_null() => {
            (group.members, group.added, group.removed) = (Some(Vec::new()), Vec::new(), Vec::new());
        }
        "members" | "" => {
            for id in members(step.value) {
                exclude(group, id);
            }
        }
        path => {
            for id in filtered_members(path) {
                exclude(group, id);
            }
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
        Value::Object(_) => field(value, "members").map_or_else(|| text(value).into_iter().collect(), members),
        _ => text(value).into_iter().collect(),
    }
}

/// The ids of `members[value eq "a" or value eq "b"]`; other filters, and parts of a member, name nobody.
fn filtered_members(path: &str) -> Vec<String> {
    let filter = path.split_once('[').filter(|(name, _)| name.trim().eq_ignore_ascii_case("members"));
    let Some(filter) = filter.and_then(|(_, filter)| filter.trim_end().strip_suffix(']')) else { return Vec::new() };
    let mark = if filter.contains('"') { '"' } else { '\'' };
    let mut ids = Vec::new();
    let mut parts = filter.split(mark);
    while let (Some(condition), Some(id)) = (parts.next(), parts.next()) {
        let words: Vec<&str> = condition.split_ascii_whitespace().rev().take(2).collect();
        let is_id = matches!(words.as_slice(), [verb, name] if verb.eq_ignore_ascii_case("eq") && name.trim_matches('(').eq_ignore_ascii_case("value"));
        if is_id && !id.is_empty() {
            ids.push(keep(id));
        }
    }
    ids
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
    if value.is_object() { field(value, "value").unwrap_or(&Value::Null) } else { value }
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
            json!([{"OP": "REPLACE", "Path": "Active", "Value": false}]),
            json!([{"op": "add", "value": {"ACTIVE": "false"}}]),
            json!([{"op": "replace", "path": "active", "value": true}, {"op": "replace", "path": "active", "value": false}]),
        ];
        for dialect in dialects {
            let changes = user(Some(&operations(&dialect)));
            assert_eq!(changes.user, ScimUser { active: Some(false), ..ScimUser::default() }, "{dialect}");
            assert!(!changes.has_more, "{dialect}");
        }
        assert_eq!(user(Some(&json!({"active": false}))).user.active, Some(false), "a body without operations");
        let lower = json!({"operations": [{"op": "REPLACE", "path": "active", "value": false}]});
        assert_eq!(user(Some(&lower)).user.active, Some(false), "AWS writes operations in lower case");
    }

    #[test]
    fn what_nobody_can_read_changes_nothing() {
        for body in [
            json!([{"op": "move", "path": "active", "value": false}]),
            json!([{"op": "replace", "value": "False"}]),
            json!(["x", null, {}]),
        ] {
            assert_eq!(user(Some(&operations(&body))).user, ScimUser::default(), "{body}");
            assert_eq!(group(Some(&operations(&body))), ScimGroup::default(), "{body}");
        }
        for body in [json!([]), json!({"Operations": null}), json!({"Operations": {}}), json!("text")] {
            assert_eq!(user(Some(&body)).user, ScimUser::default(), "{body}");
        }
        let unknown = json!([{"op": "replace", "value": {"displayName": "N", "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber": "7"}}]);
        let changes = user(Some(&operations(&unknown)));
        assert_eq!((changes.user, changes.has_more), (ScimUser::default(), true));
    }

    #[test]
    fn the_last_operation_on_an_attribute_holds() {
        let body = operations(&json!([
            {"op": "add", "path": "emails", "value": [{"value": "a@acme.example"}]},
            {"op": "replace", "path": "emails", "value": [{"value": "b@acme.example", "type": "work"}]},
            {"op": "add", "path": "emails[type eq \"home\"].value", "value": "c@acme.example"},
            {"op": "replace", "path": "externalId", "value": "00u1"},
            {"op": "remove", "path": "externalId"},
            {"op": "replace", "path": "userName", "value": "one"},
            {"op": "replace", "value": {"username": "two"}}
        ]));
        let changes = user(Some(&body));
        assert_eq!(changes.user.emails, ["b@acme.example", "c@acme.example"]);
        assert_eq!((changes.user.external_id, changes.user.user_name.as_deref()), (None, Some("two")));
        assert!(changes.has_more, "something was removed");
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
            json!([{"op": "remove", "value": {"members": [{"value": "Ab1"}]}}]),
            json!([{"op": "REMOVE", "path": "Members[Value EQ \"Ab1\"]"}]),
            json!([{"op": "remove", "path": "urn:ietf:params:scim:schemas:core:2.0:Group:members[value eq \"Ab1\"]"}]),
            json!([{"op": "remove", "path": "members", "value": {"Members": [{"Value": "Ab1"}]}}]),
        ];
        for dialect in dialects {
            let expected = ScimGroup { removed: vec!["Ab1".to_owned()], ..ScimGroup::default() };
            assert_eq!(group(Some(&operations(&dialect))), expected, "{dialect}");
        }
        let all = group(Some(&operations(&json!([{"op": "remove", "path": "members"}]))));
        assert_eq!(all.members, Some(Vec::new()), "no value removes everybody");
        let none = group(Some(&operations(&json!([{"op": "remove", "path": "members", "value": []}]))));
        assert_eq!(none, ScimGroup::default(), "an empty list removes nobody");
        let nobody = [
            json!([{"op": "remove", "path": "members", "value": {"members": []}}]),
            json!([{"op": "remove", "path": "members", "value": [{"$ref": "https://hub.example/Users/1", "display": "Ab1"}]}]),
            json!([{"op": "remove", "path": "members[display eq \"Ab1\"]"}]),
            json!([{"op": "remove", "path": "members[value eq \"Ab1\"].display"}]),
            json!([{"op": "remove"}]),
        ];
        for dialect in nobody {
            assert_eq!(group(Some(&operations(&dialect))), ScimGroup::default(), "{dialect}");
        }
        let two = group(Some(&operations(&json!([{"op": "remove", "path": "members[value eq \"a\" or (value eq \"b\")]"}]))));
        assert_eq!(two.removed, ["a", "b"]);
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
