//! Shapes: texts that are credentials wherever they stand, with or without a name.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::{REDACTED, is_stand_in, stand_in};

/// Texts that are credentials by their form.
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

/// An AWS access key id, which is no secret, and the secret of 40 characters beside it.
static AWS_PAIR: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"((?:AKIA|ASIA)[A-Z0-9]{12,20}[^A-Za-z0-9/+]{1,8})([A-Za-z0-9/+]{40})($|[^A-Za-z0-9/+])").expect("a fixed pattern")
});

/// A scheme and the credential behind it, as in an `Authorization` header.
static SCHEME: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i-u)\b(Bearer|SSWS|Basic|Token)(\s+|%20|\+)([A-Za-z0-9._~+/=:-]{6,})").expect("a fixed pattern"));

/// Where a URL's authority begins; the slashes may be escaped, as JSON allows.
static AUTHORITY: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?i-u)\b[a-z][a-z0-9+.-]*:\\*/\\*/").expect("a fixed pattern"));

/// The longest user information that is looked for in a URL, in bytes.
const USER_INFORMATION: usize = 4_096;

/// The text without what is a credential by its form alone.
pub(super) fn replace_tokens(text: &str) -> Cow<'_, str> {
    TOKEN.replace_all(text, |found: &Captures<'_>| stand_in(&found[0]))
}

/// The text without credentials behind a scheme, and AWS secrets beside their id.
pub(super) fn replace_schemes(text: &str) -> String {
    let text = SCHEME.replace_all(text, |found: &Captures<'_>| {
        let credential = found[3].trim_end_matches(['.', ':']);
        let end = &found[3][credential.len()..];
        if is_stand_in(credential) || is_word(credential) {
            found[0].to_owned()
        } else {
            format!("{}{}{}{end}", &found[1], &found[2], stand_in(credential))
        }
    });
    AWS_PAIR.replace_all(&text, |found: &Captures<'_>| format!("{}{}{}", &found[1], stand_in(&found[2]), &found[3])).into_owned()
}

/// A word of a sentence, such as "token expired": letters alone, and not many.
fn is_word(text: &str) -> bool {
    let rest = text.strip_prefix(|first: char| first.is_ascii_alphabetic()).unwrap_or(text);
    text.len() < 16 && rest.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
}

/// The text without the user information of its URLs (RFC 3986 section 3.2.1).
pub(super) fn replace_user_information(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    let mut done = 0;
    for begin in AUTHORITY.find_iter(text) {
        let Some(rest) = text.get(begin.end()..).filter(|_| begin.start() >= done) else { continue };
        let Some(told) = user_information(rest) else { continue };
        let Some(replaced) = without_credential(told) else { continue };
        clean.push_str(text.get(done..begin.end()).unwrap_or_default());
        clean.push_str(&replaced);
        done = begin.end() + told.len();
    }
    clean.push_str(text.get(done..).unwrap_or_default());
    clean
}

/// What stands before the `@` that ends the user information: the first, or the last before the next slash.
fn user_information(rest: &str) -> Option<&str> {
    let ends = |byte: u8| byte <= b' ' || matches!(byte, b'"' | b'<' | b'>');
    let mut at = None;
    for (index, byte) in rest.bytes().enumerate().take(USER_INFORMATION) {
        match byte {
            b'@' => at = Some(index),
            b'/' | b'?' | b'#' | b'\\' if at.is_some() => break,
            _ if ends(byte) => break,
            _ => {}
        }
    }
    rest.get(..at?)
}

/// A user name may stay; what stands alone may be a token. `None` where it is no user information at all.
fn without_credential(told: &str) -> Option<String> {
    let first = told.find([':', '/', '?', '#', '\\']);
    match first.and_then(|index| Some((told.get(..index)?, told.get(index..)?))) {
        _ if is_stand_in(told) => None,
        None => Some(stand_in(told)).filter(|_| !told.is_empty()),
        Some((user, password)) if password.starts_with(':') => {
            let password = password.get(1..).unwrap_or_default();
            let behind_digits = password.trim_start_matches(|digit: char| digit.is_ascii_digit());
            // A host with its port, and an `@` further on in the path.
            let is_port = behind_digits.len() < password.len() && behind_digits.starts_with(['/', '?', '#', '\\']);
            match password {
                _ if is_port || password == REDACTED => None,
                "" | "x-oauth-basic" => Some(format!("{}:{password}", stand_in(user))).filter(|_| !user.is_empty() && !is_stand_in(user)),
                _ => Some(format!("{user}:{REDACTED}")),
            }
        }
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_lose_their_user_information_alone() {
        let cases = [
            ("https://u:hunter2@host/", "https://u:[redacted]@host/"),
            ("https://u:pa/ss@host/Users/a@b.example", "https://u:[redacted]@host/Users/a@b.example"),
            ("https://u:p@ss@host/", "https://u:[redacted]@host/"),
            (r"https:\/\/u:hunter2@host\/", r"https:\/\/u:[redacted]@host\/"),
            ("https://host/go?to=https://u:hunter2@host", "https://host/go?to=https://u:[redacted]@host"),
            ("https://host/Users/a@b.example", "https://host/Users/a@b.example"),
            ("https://host:8443/Users/a@b.example", "https://host:8443/Users/a@b.example"),
            ("see https://host or ask a@b.example", "see https://host or ask a@b.example"),
        ];
        for (text, clean) in cases {
            assert_eq!(replace_user_information(text), clean);
            assert_eq!(replace_user_information(clean), clean);
        }
        let token = replace_user_information("https://q1w2e3@host/");
        assert!(token.starts_with("https://sha256:") && token.ends_with("@host/"), "{token}");
        assert_eq!(replace_user_information(&token), token);
    }

    #[test]
    fn sentences_stay() {
        for text in ["Token expired yesterday", "Basic Authentication failed", "the bearer token-based login", "token: x"] {
            assert_eq!(replace_schemes(text), text);
        }
    }
}
