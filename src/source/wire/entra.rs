//! What the records of Microsoft Entra have in common: the envelope of Azure Monitor, the logs that a stream mixes,
//! logins that Entra rewrites, and dates that mean "never".

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::caseless::{Caseless, caseless_field};
use super::field::{Moment, Text};
use super::reading::{json, nested_json, reject};
use crate::model::record::{Body, RawRecord, Recognition, Reject, Sample};
use crate::model::time::Timestamp;

/// The logs of Entra that a stream of Azure Monitor mixes, as far as they are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EntraLog {
    /// `AuditLogs`, Graph's `directoryAudits`.
    Audit,
    /// `SignInLogs` and its siblings, Graph's `signIns`.
    SignIn,
    /// `ProvisioningLogs`, Graph's `provisioning`.
    Provisioning,
}

impl EntraLog {
    /// `Certain` where the first record that is of any of these logs is of this one.
    pub(crate) fn recognized(self, sample: &Sample<'_>) -> Recognition {
        let first = sample.records.iter().find_map(Self::of);
        if first == Some(self) { Recognition::Certain } else { Recognition::No }
    }

    fn of(record: &Value) -> Option<Self> {
        let entry = caseless_field(record, "properties").filter(|properties| properties.is_object()).unwrap_or(record);
        let has = |name: &str| caseless_field(entry, name).is_some_and(|value| !value.is_null());
        let category = caseless_field(record, "category").and_then(Value::as_str).unwrap_or_default();
        if category.eq_ignore_ascii_case("ProvisioningLogs") || has("provisioningSteps") {
            return Some(Self::Provisioning);
        }
        let audit = has("activityDisplayName") && (has("targetResources") || has("initiatedBy") || has("loggedByService"));
        if audit || (category.eq_ignore_ascii_case("AuditLogs") && has("loggedByService")) {
            return Some(Self::Audit);
        }
        let signs_in = has("createdDateTime") && has("appId") && (has("conditionalAccessStatus") || has("status") || has("isInteractive"));
        (signs_in || is_sign_in(category)).then_some(Self::SignIn)
    }
}

/// Whether a category of Azure Monitor is one of the logs of sign-ins: of persons, interactive or not, and of services.
pub(crate) fn is_sign_in(category: &str) -> bool {
    category.to_ascii_lowercase().ends_with("signinlogs")
}

/// The envelope that Azure Monitor puts around an entry; of an entry without one, what stands in its place.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(crate) struct Diagnostic<'a> {
    #[serde(borrow)]
    time: Moment<'a>,
    /// The same in a row of Log Analytics.
    #[serde(borrow)]
    time_generated: Moment<'a>,
    #[serde(borrow)]
    pub(crate) category: Text<'a>,
    #[serde(borrow)]
    pub(crate) operation_name: Text<'a>,
    #[serde(borrow)]
    pub(crate) result_type: Text<'a>,
    #[serde(borrow)]
    properties: Option<&'a RawValue>,
}

impl<'a> Diagnostic<'a> {
    /// The envelope of a record, and the entry: `properties`, else the record itself.
    ///
    /// # Errors
    ///
    /// The record is no JSON object, or does not fit the form.
    pub(crate) fn open(record: &RawRecord<'a>) -> Result<(Self, Cow<'a, str>), Reject> {
        let envelope = json::<Caseless<Self>>(record)?.0;
        let entry = envelope.properties.map(unfold).filter(|properties| properties.trim_start().starts_with('{'));
        let entry = match (entry, record.body) {
            (Some(entry), _) => entry,
            (None, Body::Json(bytes)) => String::from_utf8_lossy(bytes),
            (None, Body::Row(_)) => Cow::Borrowed(""),
        };
        Ok((envelope, entry))
    }

    /// When the record was written. Azure Monitor's times are in UTC, with or without a zone.
    ///
    /// # Errors
    ///
    /// The reason, where what stands there is no time.
    pub(crate) fn at(&self) -> Result<Option<Timestamp>, String> {
        Ok(match self.time.read_utc("time")? {
            Some(at) => Some(at),
            None => self.time_generated.read_utc("TimeGenerated")?,
        })
    }
}

/// An entry in its typed form.
///
/// # Errors
///
/// It does not fit the form.
pub(crate) fn entry<'e, T: Deserialize<'e> + Default>(record: &RawRecord<'_>, entry: &'e str) -> Result<T, Reject> {
    nested_json::<Caseless<T>>(record, entry.as_bytes()).map(|form| form.0)
}

/// The JSON of a nested value; rows of Log Analytics hold it as a text.
pub(crate) fn unfold(raw: &RawValue) -> Cow<'_, str> {
    match serde_json::from_str::<Text<'_>>(raw.get()) {
        Ok(text) if raw.get().starts_with('"') => Cow::Owned(text.get().unwrap_or_default().to_owned()),
        _ => Cow::Borrowed(raw.get()),
    }
}

/// A nested value, as it is or as a text that holds it, in its typed form; nothing where there is none.
///
/// # Errors
///
/// It does not fit the form.
pub(crate) fn unfolded<'e, T: Deserialize<'e> + Default>(record: &RawRecord<'_>, field: &str, json: &'e str) -> Result<T, Reject> {
    if json.trim().is_empty() || json.trim() == "null" {
        return Ok(T::default());
    }
    serde_json::from_str(json).map_err(|error| {
        let text = error.to_string();
        let what = text.rsplit_once(" at line ").map_or(text.as_str(), |(what, _)| what);
        reject(record, format!("field {field}: {what}"))
    })
}

/// A time of a listing; year 1 is how Entra writes "never".
///
/// # Errors
///
/// The reason, naming the field, where what stands there is no time.
pub(crate) fn told(moment: &Moment<'_>, field: &str) -> Result<Option<Timestamp>, String> {
    if matches!(moment, Moment::Text(text) if text.starts_with("0001-01-01T00:00:00")) {
        return Ok(None);
    }
    moment.read(field)
}

/// The login of a `userPrincipalName`. A deleted user's is prefixed with the id, without its dashes, so that the
/// name becomes free; that is no login anybody had.
pub(crate) fn login<'u>(user_principal_name: &'u str, id: Option<&str>) -> &'u str {
    let prefix = id.map(|id| id.replace('-', "")).filter(|prefix| prefix.len() == 32);
    match prefix
        .and_then(|prefix| user_principal_name.split_at_checked(prefix.len()).filter(|(head, _)| head.eq_ignore_ascii_case(&prefix)))
    {
        Some((_, login)) if !login.is_empty() => login,
        _ => user_principal_name,
    }
}

/// The address behind a guest's `alias_domain#EXT#@tenant`: what Entra puts for `userPrincipalName` in attribute
/// mappings (Microsoft's "How application provisioning works", B2B users). Domains have no underscore, so the last
/// one stands for the `@`.
pub(crate) fn guest_address(user_principal_name: &str) -> Option<String> {
    let end = user_principal_name.to_ascii_uppercase().find("#EXT#@")?;
    let (alias, domain) = user_principal_name.get(..end)?.rsplit_once('_')?;
    (!alias.is_empty() && domain.contains('.')).then(|| format!("{alias}@{domain}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(records: &[Value]) -> Option<EntraLog> {
        records.iter().find_map(EntraLog::of)
    }

    #[test]
    fn the_first_record_of_a_mixed_stream_decides() {
        let audit = json!({"category": "AuditLogs", "properties": {"activityDisplayName": "Add user", "targetResources": []}});
        let sign_in = json!({"Category": "NonInteractiveUserSignInLogs", "properties": {"appId": "a"}});
        let provisioning = json!({"category": "ProvisioningLogs", "properties": {"provisioningSteps": []}});
        let other = json!({"category": "MicrosoftGraphActivityLogs", "properties": {"appId": "a"}});
        assert_eq!(of(&[other.clone(), audit.clone(), sign_in.clone()]), Some(EntraLog::Audit));
        assert_eq!(of(&[sign_in.clone(), audit.clone()]), Some(EntraLog::SignIn));
        assert_eq!(of(&[provisioning, audit, sign_in]), Some(EntraLog::Provisioning));
        assert_eq!(of(&[other]), None);
    }

    #[test]
    fn logins_lose_what_a_deletion_puts_before_them() {
        let id = Some("c0ffee00-1234-4abc-8def-0123456789ab");
        let deleted = "C0FFEE0012344abc8def0123456789abrivka@acme.example";
        assert_eq!(login(deleted, id), "rivka@acme.example");
        assert_eq!(login(deleted, Some("c0ffee00-1234-4abc-8def-000000000000")), deleted);
        assert_eq!(login(deleted, None), deleted);
        assert_eq!(login("é@acme.example", id), "é@acme.example");
    }

    #[test]
    fn guests_have_the_address_they_were_invited_by() {
        assert_eq!(guest_address("rivka_o_partner.example#EXT#@acme.example").as_deref(), Some("rivka_o@partner.example"));
        for login in ["rivka@acme.example", "rivka#EXT#@acme.example", "a_b#EXT#@acme.example", "_b.example#EXT#@x", "#EXT#@"] {
            assert_eq!(guest_address(login), None, "{login}");
        }
    }
}
