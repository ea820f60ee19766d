//! What requests to the SCIM endpoint of IAM Identity Center were about to do.
//!
//! CloudTrail hides what is personal in them, names and addresses too, so users are known by their ids alone.

use chrono::NaiveDateTime;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::SYSTEM;
use crate::model::event::Exchange;
use crate::model::facts::{ScimGroup, ScimUser};
use crate::model::time::Timestamp;
use crate::source::wire::{Content, Object, Resource, Text, exchange};

/// What stands in the place of what is hidden.
const HIDDEN: &str = "HIDDEN_DUE_TO_SECURITY_REASONS";

/// `requestParameters` of such a request.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Parameters<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    http_body: Option<&'a RawValue>,
}

/// `responseElements` of such a request, beside the resource itself.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Answer<'a> {
    #[serde(borrow)]
    meta: Object<Meta<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Meta<'a> {
    #[serde(borrow)]
    created: Text<'a>,
}

/// The SCIM method that an operation stands for, and whether it is about a user; `None` for questions.
pub(super) fn method(event_name: &str) -> Option<(&'static str, bool)> {
    Some(match event_name {
        "CreateUser" => ("POST", true),
        "PutUser" => ("PUT", true),
        "PatchUser" => ("PATCH", true),
        "DeleteUser" => ("DELETE", true),
        "CreateGroup" => ("POST", false),
        "PutGroup" => ("PUT", false),
        "PatchGroup" => ("PATCH", false),
        "DeleteGroup" => ("DELETE", false),
        _ => return None,
    })
}

/// What was to be done. `raw_answer` is there after success alone.
///
/// # Errors
///
/// `meta.created` is no time.
pub(super) fn asked(
    (method, is_user): (&str, bool),
    parameters: &Parameters<'_>,
    answer: &Answer<'_>,
    raw_answer: Option<&RawValue>,
) -> Result<Exchange, String> {
    let id = parameters.id.keep().filter(|id| id != HIDDEN);
    let (resource, collection) = if is_user { (Resource::User(id.clone()), "/Users") } else { (Resource::Group(id.clone()), "/Groups") };
    let told = Content::of(raw_answer);
    let asked = exchange(method, &resource, &Content::of(parameters.http_body), Some(&told));
    let created_at = created(answer.meta.0.created.get())?;
    Ok(Exchange {
        system: Some(SYSTEM.to_owned()),
        method: method.to_owned(),
        path: id.map_or_else(|| collection.to_owned(), |id| format!("{collection}/{id}")),
        status: None,
        operation: asked.operation,
        user: asked.user.map(|user| ScimUser { created_at, ..without_hidden(user) }),
        group: asked.group.map(without_hidden_in_group),
    })
}

fn shown(text: &String) -> bool {
    text != HIDDEN
}

fn without_hidden(user: ScimUser) -> ScimUser {
    ScimUser {
        id: user.id.filter(shown),
        external_id: user.external_id.filter(shown),
        user_name: user.user_name.filter(shown),
        given_name: user.given_name.filter(shown),
        family_name: user.family_name.filter(shown),
        emails: user.emails.into_iter().filter(shown).collect(),
        ..user
    }
}

/// A list that holds hidden members is not the whole list.
fn without_hidden_in_group(group: ScimGroup) -> ScimGroup {
    let all_shown = |members: &Vec<String>| members.iter().all(shown);
    ScimGroup {
        id: group.id.filter(shown),
        external_id: group.external_id.filter(shown),
        display_name: group.display_name.filter(shown),
        members: group.members.filter(all_shown),
        added: group.added.into_iter().filter(shown).collect(),
        removed: group.removed.into_iter().filter(shown).collect(),
    }
}

/// A time as AWS writes it in SCIM answers, in UTC as all of CloudTrail: `Oct 10, 2024, 1:23:45 PM`.
fn created(text: Option<&str>) -> Result<Option<Timestamp>, String> {
    let Some(text) = text.filter(|text| *text != HIDDEN) else { return Ok(None) };
    let spoken = |form: &&str| NaiveDateTime::parse_from_str(text, form).ok();
    let time = Timestamp::parse(text).or_else(|| {
        let time = ["%b %d, %Y, %I:%M:%S %p", "%b %d, %Y %I:%M:%S %p"].iter().find_map(spoken);
        time.map(|time| time.and_utc().into())
    });
    time.map(Some).ok_or_else(|| format!("meta.created is no time: {text}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_aws_writes_them() {
        let moment = Timestamp::parse("2024-10-10T13:23:45Z");
        for text in ["Oct 10, 2024, 1:23:45 PM", "Oct 10, 2024 1:23:45 PM", "2024-10-10T13:23:45Z"] {
            assert_eq!(created(Some(text)), Ok(moment), "{text}");
        }
        assert_eq!(created(Some("Jul 3, 2024, 12:05:00 AM")), Ok(Timestamp::parse("2024-07-03T00:05:00Z")));
        assert_eq!((created(None), created(Some(HIDDEN))), (Ok(None), Ok(None)));
        assert!(created(Some("10 October")).is_err());
    }

    #[test]
    fn hidden_members_are_not_taken_for_members() {
        let group =
            ScimGroup { members: Some(vec![HIDDEN.to_owned()]), removed: vec!["a".to_owned(), HIDDEN.to_owned()], ..ScimGroup::default() };
        let shown = without_hidden_in_group(group);
        assert_eq!((shown.members, shown.removed), (None, vec!["a".to_owned()]));
    }
}
