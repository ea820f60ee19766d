//! A user as Okta's management API lists it, alone or as a member of a group.

use serde::Deserialize;

use super::field::{Moment, Object, Text, keep};
use crate::model::facts::PersonFacts;

/// The fields of a `User` object that are used.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct OktaUser<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    status: Text<'a>,
    #[serde(borrow)]
    created: Moment<'a>,
    #[serde(borrow)]
    status_changed: Moment<'a>,
    #[serde(borrow)]
    last_login: Moment<'a>,
    #[serde(borrow)]
    profile: Object<Profile<'a>>,
    #[serde(borrow)]
    credentials: Object<Credentials<'a>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Profile<'a> {
    #[serde(borrow)]
    login: Text<'a>,
    #[serde(borrow)]
    email: Text<'a>,
    #[serde(borrow)]
    second_email: Text<'a>,
    #[serde(borrow)]
    display_name: Text<'a>,
    #[serde(borrow)]
    first_name: Text<'a>,
    #[serde(borrow)]
    last_name: Text<'a>,
    #[serde(borrow)]
    employee_number: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Credentials<'a> {
    #[serde(borrow)]
    emails: Option<Vec<Object<Address<'a>>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Address<'a> {
    #[serde(borrow)]
    value: Text<'a>,
}

impl OktaUser<'_> {
    /// What the row says of the person.
    ///
    /// # Errors
    ///
    /// It has no id, or a time that cannot be read.
    pub(crate) fn facts(&self) -> Result<PersonFacts, String> {
        let profile = &self.profile.0;
        Ok(PersonFacts {
            id: self.id.keep().ok_or("has no id")?,
            login: profile.login.keep(),
            email: profile.email.keep(),
            other_emails: self.other_emails(),
            name: self.name(),
            given_name: profile.first_name.keep(),
            family_name: profile.last_name.keep(),
            status: self.status.keep(),
            active: self.status.get().and_then(active),
            created_at: self.created.read("created")?,
            status_changed_at: self.status_changed.read("statusChanged")?,
            last_login_at: self.last_login.read("lastLogin")?,
            employee_id: profile.employee_number.keep(),
        })
    }

    fn name(&self) -> Option<String> {
        let profile = &self.profile.0;
        let parts = [profile.first_name.get(), profile.last_name.get()];
        profile.display_name.keep().or_else(|| {
            let full = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
            (!full.is_empty()).then(|| keep(&full))
        })
    }

    /// Every address but the primary one, each once.
    fn other_emails(&self) -> Vec<String> {
        let profile = &self.profile.0;
        let listed = self.credentials.0.emails.iter().flatten().map(|address| &address.0.value);
        let mut emails: Vec<String> = Vec::new();
        for email in std::iter::once(&profile.second_email).chain(listed) {
            if email.get() != profile.email.get() {
                emails.extend(email.keep().filter(|email| !emails.contains(email)));
            }
        }
        emails
    }
}

/// Whether a person of this status may sign in (Okta's user lifecycle). A word that is not known tells nothing.
fn active(status: &str) -> Option<bool> {
    match status {
        "ACTIVE" | "STAGED" | "PROVISIONED" | "RECOVERY" | "PASSWORD_EXPIRED" | "LOCKED_OUT" => Some(true),
        "DEPROVISIONED" | "SUSPENDED" => Some(false),
        _ => None,
    }
}
