//! `active` sent as the string "False".

use serde_json::Value;

use super::{Case, Diagnosis, Symptom};
use crate::analyzer::Cause;
use crate::model::finding::Confidence;

/// The card.
pub(super) const DIAGNOSIS: Diagnosis = Diagnosis {
    id: "active-as-text",
    title: "`active` is sent as a text",
    doc: include_str!("../../docs/diagnoses/active-as-text.md"),
    judge,
};

fn judge(case: &Case<'_>) -> Option<Symptom> {
    let sent = case.originals.iter().rfind(|(_, original)| sends_text(original))?;
    let open = case.open(&[Cause::Attribute]).is_some() || case.lapsed_and_active();
    let confidence = if open { Confidence::High } else { Confidence::Low };
    let because = "a request sends active as a text, \"True\" or \"False\", where SCIM has true and false".to_owned();
    Some(Symptom { confidence, because, since: None, proofs: vec![*sent.0] })
}

/// Whether a request has `active` as a text, in a resource or in a change of one.
fn sends_text(original: &str) -> bool {
    serde_json::from_str::<Value>(original).is_ok_and(|record| holds_text(&record))
}

fn holds_text(value: &Value) -> bool {
    let is_text = |value: &Value| value.as_str().is_some_and(|text| ["true", "false"].contains(&text.to_lowercase().as_str()));
    let names = |name: &str| name.eq_ignore_ascii_case("active");
    match value {
        Value::Object(fields) => {
            let changed = fields.get("path").and_then(Value::as_str).is_some_and(names) && fields.get("value").is_some_and(is_text);
            changed || fields.iter().any(|(name, value)| (names(name) && is_text(value)) || holds_text(value))
        }
        Value::Array(values) => values.iter().any(holds_text),
        Value::String(text) if text.starts_with('{') => sends_text(text),
        _ => false,
    }
}
