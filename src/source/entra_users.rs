//! `entra-users`: the people of a Microsoft Entra tenant, as Microsoft Graph lists them: `/users`, the deleted ones of
//! `/directory/deletedItems`, and pages of `/users/delta`.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::recognition::certain;
use super::wire::entra::{guest_address, login, told};
use super::wire::{Caseless, Flag, Moment, Text, caseless_field, json, keep, observed, reject};
use super::{Source, System};
use crate::model::facts::{Observation, PersonFacts};
use crate::model::listing::Absence;
use crate::model::record::{Decoded, Kind, RawRecord, Recognition, Reject, Sample, Scope};

pub(super) const SOURCE: Source = Source {
    id: "entra-users",
    title: "Entra users",
    doc: include_str!("../../docs/sources/entra-users.md"),
    kind: Kind::Listing(Absence::PersonGone),
    system: System::Provider("entra"),
    scope: None,
    recognizes,
    decode,
};

/// The fields of Graph's `user` that are used.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct DirectoryUser<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    user_principal_name: Text<'a>,
    #[serde(borrow)]
    mail: Text<'a>,
    #[serde(borrow)]
    other_mails: Option<Vec<Text<'a>>>,
    #[serde(borrow)]
    proxy_addresses: Option<Vec<Text<'a>>>,
    #[serde(borrow)]
    display_name: Text<'a>,
    #[serde(borrow)]
    given_name: Text<'a>,
    #[serde(borrow)]
    surname: Text<'a>,
    account_enabled: Flag,
    #[serde(borrow)]
    created_date_time: Moment<'a>,
    #[serde(borrow)]
    deleted_date_time: Moment<'a>,
    #[serde(borrow)]
    employee_id: Text<'a>,
    #[serde(borrow)]
    sign_in_activity: Caseless<SignInActivity<'a>>,
    /// Says in a page of changes that the user is gone, for now (`changed`) or for good (`deleted`).
    #[serde(borrow, rename = "@removed")]
    removed: Option<&'a RawValue>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct SignInActivity<'a> {
    #[serde(borrow)]
    last_sign_in_date_time: Moment<'a>,
}

/// Sign-ins, risky users and registrations of second factors have a `userPrincipalName` too. Rows that say what type
/// of object they are come from a listing of other things as well, such as the members of one group.
fn recognizes(sample: &Sample<'_>) -> Recognition {
    certain(sample, |record| {
        let has = |name: &&str| caseless_field(record, name).is_some();
        let own = ["displayName", "mail", "accountEnabled", "givenName", "surname", "otherMails", "proxyAddresses", "signInActivity"];
        let foreign = ["appId", "activityDisplayName", "riskLevel", "isMfaRegistered", "schemas", "@odata.type"];
        has(&"userPrincipalName") && own.iter().any(has) && !foreign.iter().any(has)
    })
}

fn decode(record: &RawRecord<'_>, scope: &Scope) -> Result<Decoded, Reject> {
    let user = json::<Caseless<DirectoryUser<'_>>>(record)?.0;
    let person = user.facts().map_err(|reason| reject(record, reason))?;
    observed(record, scope, SOURCE.id, person.id.clone(), Observation::Person(person))
}

impl DirectoryUser<'_> {
    fn facts(&self) -> Result<PersonFacts, String> {
        let deleted_at = told(&self.deleted_date_time, "deletedDateTime")?;
        let (status, active) = match (self.removed, deleted_at, self.account_enabled.0) {
            (Some(_), _, _) => (Some("removed"), Some(false)),
            (None, Some(_), _) => (Some("deleted"), Some(false)),
            (None, None, Some(true)) => (Some("enabled"), Some(true)),
            (None, None, Some(false)) => (Some("disabled"), Some(false)),
            (None, None, None) => (None, None),
        };
        Ok(PersonFacts {
            id: self.id.keep().ok_or("has no id")?,
            login: self.user_principal_name.get().map(|written| keep(login(written, self.id.get()))),
            email: self.mail.keep(),
            other_emails: self.other_emails(),
            name: self.display_name.keep(),
            given_name: self.given_name.keep(),
            family_name: self.surname.keep(),
            status: status.map(str::to_owned),
            active,
            created_at: told(&self.created_date_time, "createdDateTime")?,
            status_changed_at: deleted_at,
            last_login_at: told(&self.sign_in_activity.0.last_sign_in_date_time, "signInActivity.lastSignInDateTime")?,
            employee_id: self.employee_id.keep(),
        })
    }

    /// Every address but the primary one, each once. Of proxy addresses those of mail alone: `smtp:`, in capitals for
    /// the primary one.
    fn other_emails(&self) -> Vec<String> {
        let others = self.other_mails.iter().flatten().filter_map(Text::get);
        let proxies = self.proxy_addresses.iter().flatten().filter_map(Text::get).filter_map(mail_address);
        let guest = self.user_principal_name.get().and_then(guest_address);
        let mut emails: Vec<String> = Vec::new();
        for email in others.chain(proxies).chain(guest.as_deref()) {
            let known = emails.iter().map(String::as_str).chain(self.mail.get()).any(|known| known.eq_ignore_ascii_case(email));
            if !email.is_empty() && !known {
                emails.push(keep(email));
            }
        }
        emails
    }
}

fn mail_address(proxy: &str) -> Option<&str> {
    proxy.split_once(':').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("smtp")).map(|(_, address)| address)
}
