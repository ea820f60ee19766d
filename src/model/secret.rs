//! Secrets: replaced before anything is stored, in every text that comes from outside.
//!
//! A credential becomes `sha256:` and eight hexadecimal digits, so that two uses of one can still be seen to be
//! the same; a password becomes `[redacted]`, since a short hash of a password can be guessed.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde_json::Value;

use super::digest::Digest;

const REDACTED: &str = "[redacted]";

/// Texts that are credentials wherever they stand.
static TOKEN: LazyLock<Regex> = LazyLock::new(|| {
    let alternatives = [
        r"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*", // JSON web token
        r"(?-u:\b)(?:hf|api_org)_[A-Za-z0-9]{16,}",              // Hugging Face
        r"(?-u:\b)gh[opsur]_[A-Za-z0-9]{20,}",                   // GitHub
        r"(?-u:\b)xox[abeoprs]-[A-Za-z0-9-]{10,}",               // Slack
        r"(?-u:\b)00[A-Za-z0-9_-]{40}(?-u:\b)",                  // Okta API token
        r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)",
    ];
    Regex::new(&alternatives.join("|")).expect("a fixed pattern")
});

/// A scheme and the credential behind it, as in an `Authorization` header.
static SCHEME: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i-u)\b(Bearer|SSWS|Basic|Token)(\s+|%20|\+)([A-Za-z0-9._~+/=-]{6,})").expect("a fixed pattern"));

/// A name and the credential given to it, in URLs, forms, headers and broken JSON.
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r#"(?i)((?:access_|refresh_|id_|api_?|auth_|session_?)?token|client_?secret|secret|api_?key|x-api-key|password|passwd|pwd|"#,
        r#"authorization|proxy-authorization|set-cookie|cookie|assertion)(\\*["']?\s*[:=]\s*\\*["']?)([^\s"'\\&,;}<>]{4,})"#
    ))
    .expect("a fixed pattern")
});

/// The user name and password of a URL.
static USERINFO: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i-u:\b([a-z][a-z0-9+.-]*://))([^/\s@:]+):([^/\s@]+)@").expect("a fixed pattern"));

/// What stands for a credential.
fn stand_in(secret: &str) -> String {
    format!("sha256:{}", Digest::of(secret.as_bytes()).short(8))
}

fn is_password(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.contains("passw") || name == "pwd" || name.contains("passphrase")
}

/// Whether a field or header of this name holds a credential, whatever it looks like.
fn is_credential(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace(['-', '_'], "");
    let exact = [
        "authorization",
        "proxyauthorization",
        "cookie",
        "setcookie",
        "xapikey",
        "apikey",
        "secret",
        "token",
        "assertion",
        "privatekey",
        "secretaccesskey",
        "sessiontoken",
    ];
    exact.contains(&name.as_str())
        || ["accesstoken", "refreshtoken", "idtoken", "clientsecret", "bearertoken", "authtoken", "apitoken"]
            .iter()
            .any(|word| name == *word)
}

/// The text with every credential replaced. Doing it twice changes nothing more.
#[must_use]
pub fn redact(text: &str) -> Cow<'_, str> {
    if !may_hold_secret(text) {
        return Cow::Borrowed(text);
    }
    let text = TOKEN.replace_all(text, |found: &Captures<'_>| stand_in(&found[0]));
    let text = SCHEME.replace_all(&text, |found: &Captures<'_>| {
        if &found[3] == "sha256" || is_word(&found[3]) {
            found[0].to_owned()
        } else {
            format!("{}{}{}", &found[1], &found[2], stand_in(&found[3]))
        }
    });
    let text = NAMED.replace_all(&text, |found: &Captures<'_>| {
        let (name, value) = (&found[1], &found[3]);
        let kept =
            value.starts_with("sha256:") || value.starts_with(REDACTED) || ["null", "true", "false"].contains(&value) || is_scheme(value);
        match (kept, is_password(name)) {
            (true, _) => found[0].to_owned(),
            (false, true) => format!("{name}{}{REDACTED}", &found[2]),
            (false, false) => format!("{name}{}{}", &found[2], stand_in(value)),
        }
    });
    let text = USERINFO.replace_all(&text, |found: &Captures<'_>| format!("{}{}:{REDACTED}@", &found[1], &found[2]));
    Cow::Owned(text.into_owned())
}

/// `Bearer`, `Basic`: the word before a credential, which has its own pattern.
fn is_scheme(value: &str) -> bool {
    ["bearer", "ssws", "basic", "token"].iter().any(|scheme| value.eq_ignore_ascii_case(scheme))
}

/// A word of a sentence, such as "token expired": letters alone, and not many.
fn is_word(value: &str) -> bool {
    value.len() < 16 && value.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'.')
}

/// A cheap look that spares most texts the patterns. It may say yes for nothing, and must never say no for a secret:
/// an escape hides what it stands for, so a text with one is always looked at.
fn may_hold_secret(text: &str) -> bool {
    static HINT: LazyLock<Regex> = LazyLock::new(|| {
        // Without Unicode, or the search would fall back to its slowest engine on the first letter outside ASCII.
        let alternatives = [
            r"\\u",
            r"eyJ|hf_|api_org_|gh[opsur]_|xox[abeoprs]-|(?-u:\b)00[A-Za-z0-9_-]{40}|PRIVATE KEY",
            r"(?i-u:bearer|ssws|basic|token)(?-u:\s|%20|\+)",
            r#"(?i-u:token|secret|api_?-?key|passw|passphrase|pwd|private_?-?key|authorization|cookie|assertion)(?-u:[\w-]*\\*["']?\s*[:=])"#,
            r#""(?i-u:(?:proxy-?)?authorization|(?:set-?)?cookie|x-?api-?key|[\w-]*(?:token|secret|passw)[\w-]*)""#,
            r"://[^/\s@]+@",
        ];
        Regex::new(&alternatives.join("|")).expect("a fixed pattern")
    });
    HINT.is_match(text)
}

/// Replaces every credential in a JSON value: by the name of its field, and by what it looks like.
pub fn redact_json(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Cow::Owned(clean) = redact_nested(text) {
                *text = clean;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(redact_json),
        Value::Object(fields) => {
            for (name, field) in fields.iter_mut() {
                if is_password(name) && !field.is_null() && !field.is_boolean() && !is_moment(field) {
                    *field = Value::String(REDACTED.to_owned());
                } else if is_credential(name) {
                    hide(field);
                } else {
                    redact_json(field);
                }
            }
            hide_named_header(fields);
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A header written as `{"name": "Authorization", "value": "…"}`, as HAR files do.
fn hide_named_header(fields: &mut serde_json::Map<String, Value>) {
    let named = ["name", "key"]
        .iter()
        .filter_map(|key| fields.get(*key))
        .filter_map(Value::as_str)
        .any(|name| is_credential(name) || is_password(name));
    if let (true, Some(value)) = (named, fields.get_mut("value")) {
        hide(value);
    }
}

/// A time such as `passwordChanged` has is no password.
fn is_moment(value: &Value) -> bool {
    value.as_str().is_some_and(|text| super::time::Timestamp::parse_utc(text).is_some())
}

/// Replaces every string in what a credential's field holds.
fn hide(value: &mut Value) {
    match value {
        Value::String(text) if text.is_empty() || text.starts_with("sha256:") => {}
        Value::String(text) => {
            *text = match text.split_once(' ') {
                Some((scheme, secret)) if is_scheme(scheme) => {
                    if secret.starts_with("sha256:") {
                        return;
                    }
                    format!("{scheme} {}", stand_in(secret))
                }
                _ => stand_in(text),
            }
        }
        Value::Array(items) => items.iter_mut().for_each(hide),
        Value::Object(_) => redact_json(value),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// A string may itself hold JSON, whose field names count too.
fn redact_nested(text: &str) -> Cow<'_, str> {
    let trimmed = text.trim_start();
    if trimmed.starts_with(['{', '['])
        && may_hold_secret(text)
        && let Ok(mut inner) = serde_json::from_str::<Value>(text)
    {
        redact_json(&mut inner);
        return Cow::Owned(inner.to_string());
    }
    redact(text)
}

/// The redacted form of one record: JSON by its fields, anything else as text. What holds no secret stays as it is.
#[must_use]
pub fn redact_record(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    if !may_hold_secret(&text) {
        return text.trim().to_owned();
    }
    match serde_json::from_str::<Value>(&text) {
        Ok(mut value) => {
            redact_json(&mut value);
            value.to_string()
        }
        Err(_) => redact(&text).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_leave_no_trace() {
        let secrets = [
            ("Authorization: Bearer abc123DEF456", "abc123DEF456"),
            ("https://api.example/logs?token=q1w2e3r4t5y6", "q1w2e3r4t5y6"),
            ("https://user:hunter2@example.com/", "hunter2"),
            (r#"{"password":"S3cret!pass","x":1}"#, "S3cret!pass"),
            (r#"{"a": {"Authorization": ["Basic dXNlcjpwYXNz"]}}"#, "dXNlcjpwYXNz"),
            (r#"{"headers":[{"name":"Authorization","value":"opaque-value-1"}]}"#, "opaque-value-1"),
            (r#"{"body":"{\"client_secret\":\"k9k9k9k9\"}"}"#, "k9k9k9k9"),
            (r#"{"broken": "password":"abcdEFGH1234"#, "abcdEFGH1234"),
            ("a eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl b", "c2lnbmF0dXJl"),
            ("invalid token hf_abcdefghijklmnopqrstuvwx", "hf_abcdefghijklmnopqrstuvwx"),
        ];
        for (text, secret) in secrets {
            let clean = redact_record(text.as_bytes());
            assert!(!clean.contains(secret), "{clean}");
            assert_eq!(redact_record(clean.as_bytes()), clean, "twice is once");
        }
    }

    #[test]
    fn the_same_credential_is_seen_to_be_the_same() {
        let clean = |text: &str| redact(text).into_owned();
        assert_eq!(clean("Bearer abc123DEF456"), clean("Bearer abc123DEF456"));
        assert!(clean("Bearer abc123DEF456").starts_with("Bearer sha256:"));
    }

    #[test]
    fn an_escape_hides_nothing() {
        for text in [r#"{"pass\u0077ord":"S3cret!pass"}"#, r#"{"a":"Bear\u0065r abc123DEF456"}"#] {
            let clean = redact_record(text.as_bytes());
            assert!(!clean.contains("S3cret") && !clean.contains("abc123"), "{clean}");
        }
    }

    proptest::proptest! {
        /// The cheap look never says no where the patterns would find something.
        #[test]
        fn the_cheap_look_misses_nothing(
            name in "(Authorization|authorization|Cookie|x-api-key|apiKey|access_token|client_secret|password|Passwd|pwd|secretAccessKey|privateKey|login|note)",
            scheme in "(|Bearer |SSWS |basic |Token )",
            value in "[A-Za-z0-9._-]{4,24}",
            quoted in proptest::bool::ANY,
        ) {
            let text = if quoted { format!(r#"{{"{name}": "{scheme}{value}"}}"#) } else { format!("{name}={scheme}{value}") };
            if !may_hold_secret(&text) {
                let mut json = serde_json::from_str::<Value>(&text).unwrap_or(Value::String(text.clone()));
                let before = json.clone();
                redact_json(&mut json);
                proptest::prop_assert_eq!(before, json);
            }
            let once = redact_record(text.as_bytes());
            proptest::prop_assert_eq!(redact_record(once.as_bytes()), once.clone());
        }
    }

    #[test]
    fn plain_text_and_times_stay() {
        for text in [
            "Invalid SCIM token",
            "The token expired yesterday",
            r#"{"passwordChanged":"2026-01-02T03:04:05.000Z"}"#,
            r#"{"tokenWindow":null,"id":"00T1ge6yCN4gtJw3a5d7"}"#,
        ] {
            assert_eq!(redact_record(text.as_bytes()), text);
        }
    }
}
