//! Secrets: replaced before anything is stored, in every text that comes from outside.
//!
//! A credential becomes `sha256:` and eight hexadecimal digits, so that two uses of one can still be seen to be
//! the same; a password becomes `[redacted]`, since a short hash of a password can be guessed. Ids of credentials are
//! no secrets and stay, since findings name them. Names are judged in `name`, texts that give themselves away in
//! `shape`; `json`, `row` and `text` are the three forms in which records come. What is kept where an input is
//! refused is decided by those who call this.

mod hint;
mod json;
mod name;
mod row;
mod shape;
#[cfg(test)]
mod tests;
mod text;

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

pub use self::json::redact_json;
use self::name::Kind;
pub use self::row::redact_row;
use self::text::is_done;
use super::digest::Digest;

const REDACTED: &str = "[redacted]";

/// How often one escape may be written inside another and is still undone.
const ESCAPES: usize = 5;

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
        Err(_) => thorough(text.trim()),
    }
}

/// The text with every credential replaced. Doing it twice changes nothing more.
#[must_use]
pub fn redact(text: &str) -> Cow<'_, str> {
    if !may_hold_secret(text) {
        return Cow::Borrowed(text);
    }
    match thorough(text) {
        clean if clean == text => Cow::Borrowed(text),
        clean => Cow::Owned(clean),
    }
}

/// Every pattern, then again on what escapes stand for, which is kept only where it shows a credential.
fn thorough(text: &str) -> String {
    let mut clean = patterns(text);
    let mut shown = clean.clone();
    for _ in 0..ESCAPES {
        let Some(unescaped) = unescaped(&shown) else { break };
        let found = patterns(&unescaped);
        if found != unescaped {
            clean.clone_from(&found);
        }
        shown = found;
    }
    clean
}

fn patterns(text: &str) -> String {
    let text = shape::replace_tokens(text);
    let text = text::replace_named(&text);
    let text = shape::replace_schemes(&text);
    shape::replace_user_information(&text)
}

/// The text with `%41` and `\u0041` undone where they stand for ASCII; `None` where it has none.
fn unescaped(text: &str) -> Option<String> {
    static ESCAPE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?:%|\\+u00)([2-7][0-9A-Fa-f]|0[AaDd9])").expect("a fixed pattern"));
    let undone = ESCAPE.replace_all(text, |found: &regex::Captures<'_>| {
        u8::from_str_radix(&found[1], 16).map_or_else(|_| found[0].to_owned(), |byte| char::from(byte).to_string())
    });
    matches!(undone, Cow::Owned(_)).then(|| undone.into_owned())
}

/// A cheap look that spares most texts the patterns. It may say yes for nothing, and must never say no for a secret:
/// an escape hides what it stands for, so a text with one is always looked at.
fn may_hold_secret(text: &str) -> bool {
    !hint::is_plain(text) && patterns_may_find(text)
}

fn patterns_may_find(text: &str) -> bool {
    static HINT: LazyLock<Regex> = LazyLock::new(|| {
        // Without Unicode, or the search would fall back to its slowest engine on the first letter outside ASCII.
        let alternatives = [
            r"\\u00|%[0-9A-Fa-f][0-9A-Fa-f]",
            r"eyJ|hf_|api_org_|gh[opsur]_|xox[abeoprs]-|(?:(?-u:\b)|\\[a-z])00[A-Za-z0-9_-]{40}|PRIVATE KEY",
            r"(?:AKIA|ASIA)[A-Z0-9]{12,20}(?:[^A-Za-z0-9/+]|\\[a-z]){1,16}[A-Za-z0-9/+\\]{40}",
            r"(?i-u:bearer|ssws|basic|token)(?:(?-u:\s)|\\|%20|\+)(?i-u:[\s\\nrt]*[a-z0-9._~+/=:-]{6})",
            r#":\\*/\\*/[^\x00-\x20"<>@]*@"#,
            r"(?i-u:[?&;#](?:sig|code)(?:\s|\\)*=)",
            // A change that may be torn, as a text in JSON: see `text::is_torn_operation`.
            r#"\\"(?i-u:op)\\+"(?-u:\s)*:"#,
            // The option of a command.
            &format!("--[A-Za-z0-9_-]*(?i-u:{}|{})", name::ENDS, name::PARTS),
            r#"(?i-u:["_-]query)"#,
        ];
        Regex::new(&alternatives.join("|")).expect("a fixed pattern")
    });
    /// A name and the letter that follows it: the end of a JSON text, or a sign before a value.
    static NAME: LazyLock<Regex> = LazyLock::new(|| {
        let (ends, parts) = (name::ENDS, name::PARTS);
        Regex::new(&format!(r"(?i-u)[a-z0-9_-]*(?:{ends}|{parts})[a-z0-9_-]*\s*(?u:[^A-Za-z0-9_\x00-\x20-])")).expect("a fixed pattern")
    });
    let is_name =
        |found: &str| name::credential(found.trim_end_matches(|letter: char| !(letter.is_ascii_alphanumeric() || "_-".contains(letter))));
    HINT.is_match(text) || text::is_torn_operation(text) || NAME.find_iter(text).any(|found| is_name(found.as_str()).is_some())
}

/// What stands for a credential.
fn stand_in(secret: &str) -> String {
    format!("sha256:{}", Digest::of(secret.as_bytes()).short(8))
}

fn is_stand_in(text: &str) -> bool {
    text.strip_prefix("sha256:").is_some_and(|digits| digits.len() == 8 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Whether this is what stands for a credential or password already, with its scheme or without.
fn is_replaced(text: &str) -> bool {
    let credential = text.split_once(' ').filter(|(scheme, _)| is_scheme(scheme)).map_or(text, |(_, credential)| credential);
    text == REDACTED || is_stand_in(credential)
}

/// What a credential under its name becomes. The scheme of a header stays, and so does the id of an AWS access key.
fn replaced(value: &str, kind: Kind) -> String {
    let is_aws_id =
        |rest: &str| (12..=20).contains(&rest.len()) && rest.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
    match value.split_once(' ').filter(|(scheme, _)| is_scheme(scheme)) {
        _ if is_done(value) => value.to_owned(),
        _ if kind == Kind::Password => REDACTED.to_owned(),
        _ if ["AKIA", "ASIA"].iter().filter_map(|prefix| value.strip_prefix(prefix)).any(is_aws_id) => value.to_owned(),
        Some((scheme, credential)) => format!("{scheme} {}", stand_in(credential)),
        None => stand_in(value),
    }
}

/// `Bearer`, `Basic`: the word before a credential.
fn is_scheme(word: &str) -> bool {
    ["bearer", "ssws", "basic", "token"].iter().any(|scheme| word.eq_ignore_ascii_case(scheme))
}
