//! A SCIM user and a SCIM group (RFC 7643 sections 4.1 and 4.2), as listings, requests and answers hold them.

use serde::Deserialize;
use serde_json::Value;

use super::field::{Flag, Moment, Object, Text};
use crate::model::facts::{ScimGroup, ScimUser};

/// The schema of a user.
pub(crate) const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
/// The schema of a group.
pub(crate) const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

/// The attributes of a user that are used.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct UserForm<'a> {
    #[serde(borrow)]
    schemas: Option<Vec<Text<'a>>>,
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    external_id: Text<'a>,
    #[serde(borrow)]
    user_name: Text<'a>,
    #[serde(borrow)]
    name: Object<Name<'a>>,
    #[serde(borrow)]
    emails: Option<Vec<Email<'a>>>,
    active: Flag,
    #[serde(borrow)]
    meta: Object<Meta<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Name<'a> {
    #[serde(borrow)]
    given_name: Text<'a>,
    #[serde(borrow)]
    family_name: Text<'a>,
}

/// RFC 7643 has objects; some clients send plain addresses.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Email<'a> {
    Plain(#[serde(borrow)] Text<'a>),
    Typed {
        #[serde(borrow, default)]
        value: Text<'a>,
        #[serde(default)]
        primary: Flag,
    },
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Meta<'a> {
    #[serde(borrow)]
    created: Moment<'a>,
}

impl UserForm<'_> {
    /// What is said of the user, without `meta`.
    pub(crate) fn attributes(&self) -> ScimUser {
        ScimUser {
            id: self.id.keep(),
            external_id: self.external_id.keep(),
            user_name: self.user_name.keep(),
            given_name: self.name.0.given_name.keep(),
            family_name: self.name.0.family_name.keep(),
            emails: self.addresses(),
            active: self.active.0,
            active_as_text: false,
            created_at: None,
        }
    }

    /// What a listing says of the user.
    ///
    /// # Errors
    ///
    /// It is no user, has no id, or `meta.created` is no time.
    pub(crate) fn listed(&self) -> Result<ScimUser, String> {
        if !admits(self.schemas.as_deref(), USER) {
            return Err("is no SCIM user, by its schemas".to_owned());
        }
        self.id.get().ok_or("has no id")?;
        Ok(ScimUser { created_at: self.meta.0.created.read("meta.created")?, ..self.attributes() })
    }

    fn addresses(&self) -> Vec<String> {
        let mut emails: Vec<(bool, String)> = Vec::new();
        for email in self.emails.iter().flatten() {
            let (value, primary) = match email {
                Email::Plain(value) => (value, false),
                Email::Typed { value, primary } => (value, primary.0 == Some(true)),
            };
            emails.extend(value.keep().map(|value| (primary, value)));
        }
        emails.sort_by_key(|(primary, _)| !primary);
        emails.into_iter().map(|(_, email)| email).collect()
    }
}

/// The attributes of a group that are used.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct GroupForm<'a> {
    #[serde(borrow)]
    schemas: Option<Vec<Text<'a>>>,
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    external_id: Text<'a>,
    #[serde(borrow)]
    display_name: Text<'a>,
    #[serde(borrow)]
    members: Option<Vec<Object<Member<'a>>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Member<'a> {
    #[serde(borrow)]
    value: Text<'a>,
}

impl GroupForm<'_> {
    /// What a listing says of the group.
    ///
    /// # Errors
    ///
    /// It is no group, or has no id.
    pub(crate) fn listed(&self) -> Result<ScimGroup, String> {
        if !admits(self.schemas.as_deref(), GROUP) {
            return Err("is no SCIM group, by its schemas".to_owned());
        }
        self.id.get().ok_or("has no id")?;
        Ok(self.attributes())
    }

    /// What is said of the group. `members` stays untold where the attribute is missing or `null`.
    pub(crate) fn attributes(&self) -> ScimGroup {
        ScimGroup {
            id: self.id.keep(),
            external_id: self.external_id.keep(),
            display_name: self.display_name.keep(),
            members: self.members.as_ref().map(|members| members.iter().filter_map(|member| member.0.value.keep()).collect()),
            added: Vec::new(),
            removed: Vec::new(),
        }
    }
}

/// Whether a resource may be of this schema: one that names its schemas must name it.
fn admits(schemas: Option<&[Text<'_>]>, schema: &str) -> bool {
    schemas.is_none_or(|schemas| schemas.iter().filter_map(Text::get).any(|name| name.eq_ignore_ascii_case(schema)))
}

/// Whether `schemas` names this schema, in any case.
pub(crate) fn has_schema(record: &Value, schema: &str) -> bool {
    let named = |item: &Value| item.as_str().is_some_and(|name| name.eq_ignore_ascii_case(schema));
    record.get("schemas").and_then(Value::as_array).is_some_and(|schemas| schemas.iter().any(named))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_primary_address_comes_first_in_any_dialect() {
        let json = r#"{"emails":[{"value":"old@acme.example"},"plain@acme.example",{"value":"new@acme.example","primary":"True"},{"value":null},null]}"#;
        let form: UserForm<'_> = serde_json::from_str(json).expect("a user");
        assert_eq!(form.attributes().emails, ["new@acme.example", "old@acme.example", "plain@acme.example"]);
    }
}
