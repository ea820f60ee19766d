//! Marks: which fields of a record a finding rests on. They say who it is about, when it happened, and what happened.
//!
//! Decided by what the fields hold, so that a field counts whatever its source calls it: a value is marked when it names the subject of
//! the finding or is its moment. Of the rest, those fields are marked that tell what was done and how it ended.

use crate::model::report::{Evidence, FindingRow};
use crate::model::time::Timestamp;

/// Fields that tell what happened, or how something stands, in the words of the sources.
const TELLING: [&str; 27] = [
    "accountEnabled",
    "action",
    "active",
    "activityDisplayName",
    "changedAttributes",
    "errorCode",
    "eventName",
    "eventType",
    "from",
    "mfa_active",
    "method",
    "operationName",
    "operationType",
    "operations",
    "password_enabled",
    "provisioningAction",
    "reason",
    "result",
    "resultReason",
    "role",
    "scimType",
    "scopes",
    "status",
    "statusCode",
    "to",
    "twoFaEnabled",
    "verb",
];

/// A stretch of a record.
pub(super) struct Piece {
    pub(super) text: String,
    pub(super) marked: bool,
}

/// What a record is compared with.
pub(super) struct Subject<'r> {
    names: Vec<&'r str>,
    moments: Vec<Timestamp>,
}

impl<'r> Subject<'r> {
    pub(super) fn of(row: &'r FindingRow, evidence: &Evidence) -> Self {
        let names = [&row.account, &row.account_id, &row.person, &row.person_login, &row.credential, &row.group];
        Self {
            names: names.into_iter().map(String::as_str).filter(|name| !name.is_empty()).collect(),
            moments: evidence.at.into_iter().chain(row.since).collect(),
        }
    }

    /// A record in pieces that give it back when put together. `json` says that it was laid out, a field on each line.
    pub(super) fn pieces(&self, record: &str, json: bool) -> Vec<Piece> {
        let mut pieces: Vec<Piece> = Vec::new();
        let mut push = |text: &str, marked: bool| match pieces.last_mut() {
            Some(last) if last.marked == marked => last.text.push_str(text),
            _ if text.is_empty() => {}
            _ => pieces.push(Piece { text: text.to_owned(), marked }),
        };
        if json {
            for line in record.split_inclusive('\n') {
                let (indent, rest) = line.split_at(line.len() - line.trim_start().len());
                let field = rest.trim_end().trim_end_matches(',');
                push(indent, false);
                push(field, self.is_field(field));
                push(rest.get(field.len()..).unwrap_or_default(), false);
            }
        } else {
            for cell in record.split_inclusive([',', ';']) {
                let value = cell.trim_end_matches([',', ';']);
                push(value, self.is_value(value.trim().trim_matches('"')));
                push(cell.get(value.len()..).unwrap_or_default(), false);
            }
        }
        pieces
    }

    /// Whether a line of laid-out JSON, `"key": value`, is one of those that decided.
    fn is_field(&self, field: &str) -> bool {
        let (key, value) = match field.split_once("\": ") {
            Some((key, value)) => (key.trim_start_matches('"'), value),
            None => ("", field),
        };
        if value.ends_with(['{', '[']) || matches!(value, "" | "null" | "{}" | "[]" | "\"\"" | "}" | "]") {
            return false;
        }
        TELLING.contains(&key) || self.is_value(value.trim_matches('"'))
    }

    fn is_value(&self, value: &str) -> bool {
        let is_name = self.names.iter().any(|name| name.eq_ignore_ascii_case(value));
        is_name || Timestamp::parse(value).is_some_and(|moment| self.moments.contains(&moment))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject() -> Subject<'static> {
        Subject { names: vec!["jdoe", "jane.doe@acme.example"], moments: Timestamp::parse("2026-09-12T09:14:00Z").into_iter().collect() }
    }

    fn marked(record: &str, json: bool) -> Vec<String> {
        let pieces = subject().pieces(record, json);
        assert_eq!(pieces.iter().map(|piece| piece.text.as_str()).collect::<String>(), record, "nothing is lost");
        pieces.into_iter().filter(|piece| piece.marked).map(|piece| piece.text).collect()
    }

    #[test]
    fn who_when_and_what_are_marked() {
        let record = "{\n  \"eventType\": \"user.lifecycle.deactivate\",\n  \"published\": \"2026-09-12T09:14:00.000Z\",\n  \"outcome\": {\n    \"result\": \"SUCCESS\",\n    \"reason\": null\n  },\n  \"target\": [\n    {\n      \"alternateId\": \"Jane.Doe@acme.example\",\n      \"ip\": \"198.51.100.1\"\n    }\n  ]\n}";
        assert_eq!(
            marked(record, true),
            [
                "\"eventType\": \"user.lifecycle.deactivate\"",
                "\"published\": \"2026-09-12T09:14:00.000Z\"",
                "\"result\": \"SUCCESS\"",
                "\"alternateId\": \"Jane.Doe@acme.example\""
            ]
        );
    }

    #[test]
    fn cells_of_a_table_are_marked_too() {
        assert_eq!(marked("huggingface,6aae,personal,jdoe,2026-09-12T09:14:00Z,,active", false), ["jdoe", "2026-09-12T09:14:00Z"]);
        assert!(marked("", false).is_empty() && marked("", true).is_empty() && marked("\n\n", true).is_empty());
    }
}
