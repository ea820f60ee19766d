//! Whom and what an audit entry is about: by the names in its `data`, else by its message, else nobody.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::model::event::{AccountRef, NamedRef};
use crate::source::wire::keep;

/// The messages that name somebody. A number of users ("Added 2 users to …") is nobody.
static MESSAGES: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    [
        r"^Changed role of (?P<user>\S+)(?: in resource group (?P<group>.+?))? from (?P<from>\S+) to (?P<to>\S+)$",
        r"^(?:Added|Removed) \d+ users? (?:to|from) resource group (?P<group>.+)$",
        r"^(?:Added|Removed|Invited) (?P<user>\S+) (?:to|from) resource group (?P<group>.+)$",
        r"^(?:Added|Removed|Invited) (?P<user>\S+) (?:to|from) \S+(?: as (?P<to>\S+))?$",
        r"^(?P<user>\S+) (?:accepted the invitation to|joined|left) \S+",
    ]
    .iter()
    .map(|pattern| Regex::new(pattern).expect("a fixed pattern"))
    .collect()
});

/// What an entry says beside its type and author.
#[derive(Debug)]
pub(super) struct Subject {
    data: Value,
    user: Option<String>,
    group: Option<String>,
    from: Option<String>,
    to: Option<String>,
}

impl Subject {
    pub(super) fn of(data: Option<&RawValue>, message: &str) -> Self {
        let data = data.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or(Value::Null);
        let found = MESSAGES.iter().find_map(|pattern| pattern.captures(message));
        let part = |name: &str| found.as_ref().and_then(|found| found.name(name)).map(|part| keep(part.as_str()));
        Self { data, user: part("user"), group: part("group"), from: part("from"), to: part("to") }
    }

    /// The account; `None` if nobody is named.
    pub(super) fn account(&self) -> Option<AccountRef> {
        let account = AccountRef { system: None, id: text(&self.data, &["userId"]), name: text(&self.data, &["user"]) };
        if account == AccountRef::default() {
            return Some(AccountRef { system: None, id: None, name: Some(self.user.clone()?) });
        }
        Some(account)
    }

    /// The role that came with it.
    pub(super) fn role(&self) -> Option<String> {
        text(&self.data, &["role"]).or_else(|| self.to.clone())
    }

    /// The role before a change.
    pub(super) fn old_role(&self) -> Option<String> {
        text(&self.data, &["from"]).or_else(|| self.from.clone())
    }

    /// The role after a change.
    pub(super) fn new_role(&self) -> Option<String> {
        text(&self.data, &["to", "role"]).or_else(|| self.to.clone())
    }

    pub(super) fn resource_group(&self) -> NamedRef {
        let group = self.data.get("resourceGroup").unwrap_or(&Value::Null);
        let name = text(group, &["name"]).or_else(|| group.as_str().map(keep)).or_else(|| self.group.clone());
        NamedRef { id: text(group, &["id", "_id"]), name }
    }

    /// The accounts of a change in a resource group, each with its role afterwards.
    pub(super) fn accounts(&self) -> Vec<(AccountRef, Option<String>)> {
        if let Some(users) = self.data.get("users").and_then(Value::as_array) {
            let account = |user: &Value| AccountRef { system: None, id: text(user, &["_id", "id"]), name: text(user, &["user", "name"]) };
            return users.iter().map(|user| (account(user), text(user, &["role"]))).collect();
        }
        self.account().map(|account| (account, self.new_role())).into_iter().collect()
    }

    /// The credential, by `token`, `accessToken`, or fields of the entry itself.
    pub(super) fn credential(&self) -> NamedRef {
        let token = ["token", "accessToken"].iter().find_map(|key| self.data.get(*key)).unwrap_or(&Value::Null);
        NamedRef {
            id: text(token, &["_id", "id"]).or_else(|| text(&self.data, &["tokenId"])),
            name: text(token, &["displayName", "name"]).or_else(|| text(&self.data, &["tokenName"])),
        }
    }
}

/// The first of these fields that tells something.
fn text(value: &Value, keys: &[&str]) -> Option<String> {
    keys.iter().filter_map(|key| value.get(*key)?.as_str()).find(|text| !text.is_empty()).map(keep)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_name_people_and_never_numbers() {
        let cases = [
            ("Added rivka-o to acme", Some("rivka-o"), None),
            ("Removed rivka-o from acme", Some("rivka-o"), None),
            ("Invited rivka-o to acme as write", Some("rivka-o"), Some("write")),
            ("Changed role of rivka-o from read to admin", Some("rivka-o"), Some("admin")),
            ("rivka-o accepted the invitation to acme", Some("rivka-o"), None),
            ("Added 2 users to resource group vision lab", None, None),
            ("Something else happened to rivka-o", None, None),
        ];
        for (message, user, role) in cases {
            let subject = Subject::of(None, message);
            assert_eq!(subject.account().and_then(|account| account.name).as_deref(), user, "{message}");
            assert_eq!(subject.role().as_deref(), role, "{message}");
        }
        let subject = Subject::of(None, "Changed role of rivka-o in resource group vision lab from read to write");
        assert_eq!(subject.resource_group().name.as_deref(), Some("vision lab"));
        assert_eq!(subject.accounts().len(), 1);
    }
}
