//! The shapes of an audit entry: what decides whether it matters, and all that is used of one that does.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::model::record::{RawRecord, Reject};
use crate::source::wire::entra::{unfold, unfolded};
use crate::source::wire::{Caseless, Moment, Text, keep};

/// The fields of an entry itself; what is nested is left unread.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Head<'a> {
    #[serde(borrow)]
    pub(super) id: Text<'a>,
    #[serde(borrow)]
    activity_display_name: Text<'a>,
    #[serde(borrow)]
    pub(super) activity_date_time: Moment<'a>,
    #[serde(borrow)]
    pub(super) category: Text<'a>,
    #[serde(borrow)]
    pub(super) logged_by_service: Text<'a>,
    #[serde(borrow)]
    pub(super) result: Text<'a>,
    #[serde(borrow)]
    result_reason: Text<'a>,
    /// The same in a row of Log Analytics.
    #[serde(borrow)]
    result_description: Text<'a>,
    #[serde(borrow)]
    pub(super) correlation_id: Text<'a>,
    /// Of a sign-in among audit entries.
    #[serde(borrow)]
    pub(super) app_id: Text<'a>,
    #[serde(borrow)]
    pub(super) created_date_time: Moment<'a>,
    #[serde(borrow)]
    initiated_by: Option<&'a RawValue>,
    #[serde(borrow)]
    target_resources: Option<&'a RawValue>,
    #[serde(borrow)]
    additional_details: Option<&'a RawValue>,
}

impl<'a> Head<'a> {
    /// The name of the activity.
    pub(super) fn activity(&self) -> Option<&str> {
        self.activity_display_name.get()
    }

    /// Why it ended as it did, in words.
    pub(super) fn reason(&self) -> Option<&Text<'a>> {
        [&self.result_reason, &self.result_description].into_iter().find(|reason| reason.get().is_some())
    }

    /// The text of what is nested.
    pub(super) fn unfold(&self) -> Nested<'a> {
        let text = |raw: Option<&'a RawValue>| raw.map(unfold).unwrap_or_default();
        Nested {
            initiated_by: text(self.initiated_by),
            target_resources: text(self.target_resources),
            additional_details: text(self.additional_details),
        }
    }
}

/// The JSON of what is nested in an entry.
pub(super) struct Nested<'a> {
    initiated_by: Cow<'a, str>,
    target_resources: Cow<'a, str>,
    additional_details: Cow<'a, str>,
}

/// All that is used of an entry that matters (Graph's `directoryAudit`).
#[derive(Debug)]
pub(super) struct AuditEntry<'a> {
    pub(super) activity: &'a str,
    pub(super) reason: Option<&'a str>,
    pub(super) initiated_by: InitiatedBy<'a>,
    targets: Vec<Caseless<Target<'a>>>,
    details: Vec<Caseless<Detail<'a>>>,
}

impl<'a> AuditEntry<'a> {
    /// # Errors
    ///
    /// Something nested does not fit its form.
    pub(super) fn read(record: &RawRecord<'_>, activity: &'a str, head: &'a Head<'_>, nested: &'a Nested<'_>) -> Result<Self, Reject> {
        Ok(Self {
            activity,
            reason: head.reason().and_then(Text::get),
            initiated_by: unfolded::<Caseless<InitiatedBy<'_>>>(record, "initiatedBy", &nested.initiated_by)?.0,
            targets: unfolded(record, "targetResources", &nested.target_resources)?,
            details: unfolded(record, "additionalDetails", &nested.additional_details)?,
        })
    }

    /// Whom and what it happened to. Their order means nothing.
    pub(super) fn targets(&self) -> impl Iterator<Item = &Target<'a>> {
        self.targets.iter().map(|target| &target.0)
    }

    /// The first target of this type.
    pub(super) fn target(&self, kind: &str) -> Option<&Target<'a>> {
        self.targets().find(|target| target.is(kind))
    }

    /// What a property of any target is afterwards, or was before it was taken away.
    pub(super) fn property(&self, name: &str) -> Option<String> {
        self.targets().find_map(|target| target.property(name)).and_then(|property| property.after().or_else(|| property.before()))
    }

    /// Name and value of each additional detail, but for the browser that an administrator used.
    pub(super) fn details(&self) -> impl Iterator<Item = (&str, String)> {
        let detail = |detail: &'_ Caseless<Detail<'a>>| text(&detail.0.value);
        self.details.iter().filter_map(move |each| Some((each.0.key.get()?, detail(each)?))).filter(|(key, _)| *key != "User-Agent")
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct InitiatedBy<'a> {
    #[serde(borrow)]
    pub(super) user: Caseless<Identity<'a>>,
    #[serde(borrow)]
    pub(super) app: Caseless<Identity<'a>>,
}

/// A user or an application that did something.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Identity<'a> {
    #[serde(borrow)]
    pub(super) id: Text<'a>,
    #[serde(borrow)]
    user_principal_name: Text<'a>,
    #[serde(borrow)]
    pub(super) display_name: Text<'a>,
    #[serde(borrow)]
    service_principal_id: Text<'a>,
    #[serde(borrow)]
    app_id: Text<'a>,
}

impl Identity<'_> {
    /// The login, else the display name.
    pub(super) fn name(&self) -> Option<String> {
        self.user_principal_name.keep().or_else(|| self.display_name.keep())
    }

    /// The object's id of an application, else its application id.
    pub(super) fn id(&self) -> Option<String> {
        self.service_principal_id.keep().or_else(|| self.app_id.keep())
    }
}

/// A user, group, application or anything else that it happened to.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Target<'a> {
    #[serde(borrow)]
    pub(super) id: Text<'a>,
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow)]
    pub(super) display_name: Text<'a>,
    #[serde(borrow)]
    pub(super) user_principal_name: Text<'a>,
    #[serde(borrow)]
    modified_properties: Option<Vec<Caseless<Property<'a>>>>,
}

impl<'a> Target<'a> {
    pub(super) fn is(&self, kind: &str) -> bool {
        self.kind.get().is_some_and(|own| own.eq_ignore_ascii_case(kind))
    }

    pub(super) fn properties(&self) -> impl Iterator<Item = &Property<'a>> {
        self.modified_properties.iter().flatten().map(|property| &property.0)
    }

    pub(super) fn property(&self, name: &str) -> Option<&Property<'a>> {
        self.properties().find(|property| property.display_name.get().is_some_and(|own| own.eq_ignore_ascii_case(name)))
    }
}

/// A property that was changed. Values are JSON inside a text: `"\"x\""`, `"[\"x\"]"`, `"[true]"`.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Property<'a> {
    #[serde(borrow)]
    pub(super) display_name: Text<'a>,
    old_value: Value,
    new_value: Value,
}

impl Property<'_> {
    pub(super) fn before(&self) -> Option<String> {
        text(&self.old_value)
    }

    pub(super) fn after(&self) -> Option<String> {
        text(&self.new_value)
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Detail<'a> {
    #[serde(borrow)]
    key: Text<'a>,
    value: Value,
}

/// A value as a person reads it; nothing where it is empty. A text that is no JSON is taken as it is.
fn text(value: &Value) -> Option<String> {
    let inner = value.as_str().map(|text| serde_json::from_str(text).unwrap_or_else(|_| Value::from(text)));
    let text = match inner.as_ref().unwrap_or(value) {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Array(values) => Some(values.iter().filter_map(scalar).collect::<Vec<_>>().join(", ")),
        other => Some(other.to_string()),
    };
    text.filter(|text| !text.is_empty()).map(|text| keep(&text))
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::text;

    #[test]
    fn values_are_unwrapped_from_the_json_inside_their_text() {
        for (value, read) in [
            (json!("\"x\""), Some("x")),
            (json!("[\"x\"]"), Some("x")),
            (json!("[true]"), Some("true")),
            (json!("[\"a\",\"b\"]"), Some("a, b")),
            (json!("x@acme.example"), Some("x@acme.example")),
            (json!("[not json"), Some("[not json")),
            (json!("{\"a\":1}"), Some("{\"a\":1}")),
            (json!("[]"), None),
            (json!(""), None),
            (json!(null), None),
            (json!(false), Some("false")),
        ] {
            assert_eq!(text(&value).as_deref(), read, "{value}");
        }
    }
}
