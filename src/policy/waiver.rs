//! Waivers: findings that somebody accepted until a day. A waived finding stays in every output.

use chrono::NaiveDate;
use serde::Deserialize;

use super::error::PolicyError;
use super::parse::Day;

/// One `[[waiver]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiver {
    /// The rule it is about.
    pub rule: Option<String>,
    /// The account's name.
    pub account: Option<String>,
    /// The finding's id, in place of rule and account.
    pub finding: Option<String>,
    /// Why.
    pub reason: String,
    /// Who accepted it.
    pub approver: String,
    /// The last day, which counts.
    pub expires: NaiveDate,
    /// The ticket.
    pub ticket: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    waiver: Vec<toml::Spanned<Entry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    rule: Option<String>,
    account: Option<String>,
    finding: Option<String>,
    reason: String,
    approver: String,
    expires: Day,
    ticket: Option<String>,
}

/// Reads `waivers.toml`.
///
/// # Errors
/// When the text is no TOML, a key is unknown or missing, or a waiver names neither a finding nor a rule with an account.
pub fn parse_waivers(text: &str, file: &str) -> Result<Vec<Waiver>, PolicyError> {
    let entries: File = toml::from_str(text).map_err(|error| PolicyError::from_toml(file, text, &error))?;
    entries
        .waiver
        .into_iter()
        .map(|spanned| {
            let line = text.get(..spanned.span().start).unwrap_or(text).matches('\n').count() + 1;
            let entry = spanned.into_inner();
            let invalid = |message: &str| PolicyError::Invalid { file: file.to_owned(), line, message: message.to_owned() };
            match (&entry.finding, &entry.rule, &entry.account) {
                (Some(_), None, None) | (None, Some(_), Some(_)) => {}
                _ => return Err(invalid("a waiver names either `finding`, or `rule` and `account`")),
            }
            for (key, value) in [("reason", &entry.reason), ("approver", &entry.approver)] {
                if value.trim().is_empty() {
                    return Err(invalid(&format!("`{key}` is empty")));
                }
            }
            let Entry { rule, account, finding, reason, approver, expires, ticket } = entry;
            Ok(Waiver { rule, account, finding, reason, approver, expires: expires.0, ticket })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::parse_waivers;

    #[test]
    fn a_waiver_needs_its_reasons() {
        let good = "[[waiver]]\nrule = \"orphaned-account\"\naccount = \"jdoe\"\nreason = \"migration\"\napprover = \"ciso@acme.example\"\nexpires = 2026-12-31\n";
        assert_eq!(parse_waivers(good, "waivers.toml").map(|waivers| waivers.len()).ok(), Some(1));
        for line in ["reason", "approver", "expires", "account"] {
            let bad: String = good.lines().filter(|text| !text.starts_with(line)).fold(String::new(), |all, text| all + text + "\n");
            assert!(parse_waivers(&bad, "waivers.toml").is_err(), "without {line}");
        }
    }
}
