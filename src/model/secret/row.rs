//! CSV rows: credentials by the names of their columns.

use super::json::{hide, redact_nested};
use super::name::{self, Credential};
use super::redact;
use crate::model::record::Row;

/// The redacted form of a CSV row: as it is where it holds no secret, else with the same columns.
#[must_use]
pub fn redact_row(row: &Row<'_>, raw: &[u8]) -> String {
    let text = String::from_utf8_lossy(raw);
    let labelled = labelled(row);
    let clean: Vec<String> = row
        .fields
        .iter()
        .enumerate()
        .map(|(index, field)| {
            let column = row.header.get(index).map_or("", String::as_str);
            let by_label = labelled.filter(|_| name::is_labelled(column));
            match name::credential(column).or(by_label).filter(|_| !tells_nothing(field)) {
                Some(credential) => hidden(field, credential),
                None => redact_nested(field).into_owned(),
            }
        })
        .collect();
    if clean.iter().eq(row.fields.iter()) {
        // A credential may still be told by two columns together, such as an AWS key's id and secret.
        return redact(text.trim()).into_owned();
    }
    let delimiter = delimiter(&text, row);
    clean.iter().map(|field| quoted(field, delimiter)).collect::<Vec<_>>().join(&delimiter.to_string())
}

/// What a row with columns such as `name` and `value` says is under the latter.
fn labelled(row: &Row<'_>) -> Option<Credential> {
    let mut fields = row.header.iter().zip(row.fields).filter(|(column, _)| name::is_label(column));
    fields.find_map(|(_, field)| name::named_credential(field))
}

fn hidden(field: &str, credential: Credential) -> String {
    let mut value = serde_json::Value::String(field.trim().to_owned());
    hide(&mut value, credential);
    value.as_str().unwrap_or_default().to_owned()
}

/// What reports write where there is no credential.
fn tells_nothing(field: &str) -> bool {
    ["", "-", "true", "false", "null", "none", "n/a"].iter().any(|word| field.trim().eq_ignore_ascii_case(word))
}

/// What parts the fields: it stands behind the first.
fn delimiter(text: &str, row: &Row<'_>) -> char {
    let first = row.fields.first().copied().unwrap_or_default();
    let length = if text.starts_with('"') { first.replace('"', "\"\"").len() + 2 } else { first.len() };
    text.get(length..).and_then(|rest| rest.chars().next()).filter(|letter| [',', ';', '\t'].contains(letter)).unwrap_or(',')
}

fn quoted(field: &str, delimiter: char) -> String {
    if field.contains([delimiter, '"', '\n', '\r']) { format!("\"{}\"", field.replace('"', "\"\"")) } else { field.to_owned() }
}
