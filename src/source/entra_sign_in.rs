//! `entra-sign-in`: who signed on to the target through Microsoft Entra, as Microsoft Graph (`signIns`), the
//! diagnostic settings of Azure Monitor and tables of Log Analytics write it.
//!
//! Only sign-ins that worked, and only to the configured application, are used. What was typed into one that failed
//! is never kept.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::wire::entra::{self, Diagnostic, EntraLog, is_sign_in, unfold};
use super::wire::{Caseless, Moment, Text, reject};
use super::{Source, System};
use crate::model::event::{Activity, Event, NamedRef, Outcome, PersonRef};
use crate::model::record::{Decoded, Kind, RawRecord, Recognition, Reject, Sample, Scope};
use crate::model::time::Timestamp;

pub(super) const SOURCE: Source = Source {
    id: "entra-sign-in",
    title: "Entra sign-in log",
    doc: include_str!("../../docs/sources/entra-sign-in.md"),
    kind: Kind::Log,
    system: System::Provider("entra"),
    scope: None,
    recognizes,
    decode,
};

/// The fields of a sign-in that are used.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct SignIn<'a> {
    #[serde(borrow)]
    id: Text<'a>,
    #[serde(borrow)]
    created_date_time: Moment<'a>,
    #[serde(borrow)]
    correlation_id: Text<'a>,
    #[serde(borrow)]
    user_id: Text<'a>,
    #[serde(borrow)]
    user_principal_name: Text<'a>,
    #[serde(borrow)]
    user_display_name: Text<'a>,
    #[serde(borrow)]
    app_id: Text<'a>,
    #[serde(borrow)]
    app_display_name: Text<'a>,
    #[serde(borrow)]
    app_service_principal_id: Text<'a>,
    #[serde(borrow)]
    service_principal_id: Text<'a>,
    #[serde(borrow)]
    resource_id: Text<'a>,
    /// The same in a row of Log Analytics, where `ResourceId` is Azure's own.
    #[serde(borrow)]
    resource_identity: Text<'a>,
    #[serde(borrow)]
    resource_service_principal_id: Text<'a>,
    #[serde(borrow)]
    resource_display_name: Text<'a>,
    #[serde(borrow)]
    status: Option<&'a RawValue>,
    /// Of an audit entry among sign-ins.
    #[serde(borrow)]
    activity_date_time: Moment<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Status<'a> {
    #[serde(borrow)]
    error_code: Text<'a>,
}

fn recognizes(sample: &Sample<'_>) -> Recognition {
    EntraLog::SignIn.recognized(sample)
}

fn decode(record: &RawRecord<'_>, scope: &Scope) -> Result<Decoded, Reject> {
    let (envelope, text) = Diagnostic::open(record)?;
    let sign_in: SignIn<'_> = entra::entry(record, &text)?;
    let at = at(&sign_in, &envelope).map_err(|reason| reject(record, reason))?;
    if sign_in.is_of_another_log(&envelope) {
        return Ok(Decoded::Irrelevant(at));
    }
    let at = at.ok_or_else(|| reject(record, "has no createdDateTime"))?;
    let (Some(application), Some(person)) = (sign_in.application(scope), sign_in.person()) else {
        return Ok(Decoded::Irrelevant(Some(at)));
    };
    let code = sign_in.error_code(record)?.or_else(|| envelope.result_type.keep());
    match code.as_deref() {
        Some(code) if code == "0" || code.eq_ignore_ascii_case("success") => {}
        Some(_) => return Ok(Decoded::Irrelevant(Some(at))),
        None => return Err(reject(record, "does not tell how it ended: it has neither status.errorCode nor resultType")),
    }
    Ok(Decoded::Used(Box::new(Event {
        at,
        source: SOURCE.id.to_owned(),
        native_id: sign_in.id.keep().ok_or_else(|| reject(record, "has no id"))?,
        outcome: Outcome::Success,
        actor: None,
        failure: None,
        correlation: sign_in.correlation_id.keep(),
        token: None,
        activity: Activity::SignOn { person, application },
        origin: record.origin,
    })))
}

/// When it happened. Entra's times are in UTC, also where an export leaves the zone out.
fn at(sign_in: &SignIn<'_>, envelope: &Diagnostic<'_>) -> Result<Option<Timestamp>, String> {
    if let Some(at) = sign_in.created_date_time.read_utc("createdDateTime")? {
        return Ok(Some(at));
    }
    match sign_in.activity_date_time.read_utc("activityDateTime")? {
        Some(at) => Ok(Some(at)),
        None => envelope.at(),
    }
}

impl SignIn<'_> {
    /// Streams mix the logs of Entra; the category says which, else only a sign-in has an application that asked.
    fn is_of_another_log(&self, envelope: &Diagnostic<'_>) -> bool {
        match envelope.category.get() {
            Some(category) => !is_sign_in(category),
            None => self.app_id.get().is_none() && self.activity_date_time != Moment::Absent,
        }
    }

    /// Who signed in; `None` for a service that signs in for itself.
    fn person(&self) -> Option<PersonRef> {
        let person = PersonRef { id: self.user_id.keep(), login: self.user_principal_name.keep(), name: self.user_display_name.keep() };
        (person.id.is_some() || person.login.is_some()).then_some(person)
    }

    /// What was signed in to, if it is the application that provisions the target system: the application that asked,
    /// else the resource it asked for. `appId` is the same in all tenants; the ids of service principals are this
    /// tenant's own, which the config is likely to have.
    fn application(&self, scope: &Scope) -> Option<NamedRef> {
        let asking = [&self.app_service_principal_id, &self.service_principal_id, &self.app_id];
        let asked = [&self.resource_service_principal_id, &self.resource_identity, &self.resource_id];
        [(asking, &self.app_display_name), (asked, &self.resource_display_name)].into_iter().find_map(|(ids, name)| {
            let ids = ids.into_iter().filter(|id| id.get().is_some());
            let id = ids.clone().find(|id| scope.is_application(id.get(), None)).or_else(|| {
                let by_name = name.get().is_some_and(|name| scope.is_application(None, Some(name)));
                if by_name { ids.clone().next() } else { None }
            })?;
            Some(NamedRef { id: id.keep(), name: name.keep() })
        })
    }

    /// The code of how it ended, 0 for success.
    fn error_code(&self, record: &RawRecord<'_>) -> Result<Option<String>, Reject> {
        let Some(status) = self.status.map(unfold).filter(|status| status.trim_start().starts_with('{')) else { return Ok(None) };
        let status: Caseless<Status<'_>> = entra::unfolded(record, "status", &status)?;
        Ok(status.0.error_code.keep())
    }
}
