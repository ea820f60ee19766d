//! Texts: credentials behind their names in URLs, forms, headers, broken JSON and sentences.
//!
//! What is whole JSON is read as such; here no structure can be relied on, and where it is unclear how far a
//! credential goes, too much is replaced rather than too little.

use std::sync::LazyLock;

use regex::Regex;

use super::name::{self, Credential, Kind};
use super::{REDACTED, is_replaced, replaced};

/// A name, what may close it, and what stands between it and its value. Without Unicode, for the fast engines.
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r#"(?i-u)(?P<dashes>--)?(?P<name>(?:(?:api|access|private|subscription|functions?) )?[a-z0-9_-]*[a-z0-9_])[-]?\]?(?P<quote>\\*["'`])?"#,
        r"(?:\s*(?P<sign>=>|:=|==|[:=>,])\s*|(?P<space> +))"
    ))
    .expect("a fixed pattern")
});

/// A label such as `"path":"password"`, with which broken JSON names what stands under `value`.
static LABEL: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"(?i-u)([a-z]+)\\*["']\s*(?::|=>?)\s*\\*["']([a-z0-9_:.\[\]/ -]+)\\*["']"#).expect("a fixed pattern"));

/// An operation of a PATCH request; its path may have been torn off.
static OPERATION: LazyLock<Regex> = LazyLock::new(|| Regex::new(r#"(?i-u)"op\\*"\s*:"#).expect("a fixed pattern"));

/// Words that stand behind a name in a sentence and are no credential.
const WORDS: [&str; 28] = [
    "null",
    "none",
    "nil",
    "true",
    "false",
    "undefined",
    "missing",
    "invalid",
    "expired",
    "revoked",
    "required",
    "denied",
    "failed",
    "unauthorized",
    "forbidden",
    "not",
    "no",
    "is",
    "was",
    "has",
    "must",
    "cannot",
    "the",
    "this",
    "a",
    "an",
    "unknown",
    "empty",
];

/// The text without what its names say is a credential.
pub(super) fn replace_named(text: &str) -> String {
    let labelled = labelled(text);
    let mut clean = String::with_capacity(text.len());
    let (mut done, mut from) = (0, 0);
    let mut inside: Option<(usize, Credential)> = None;
    while let Some(found) = NAMED.captures_at(text, from) {
        let (Some(whole), Some(name)) = (found.get(0), found.name("name")) else { break };
        let quote = found.name("quote").map(|quote| quote.as_str());
        let sign = found.name("sign").map_or("", |sign| sign.as_str());
        let before = text.as_bytes().get(..whole.start()).and_then(<[u8]>::last).copied();
        // What follows may itself be a name, as in `"message":"password=…"`.
        from = whole.end().max(from + 1);
        inside = inside.filter(|(end, _)| name.start() < *end);
        let place = Place { text, at: whole.end(), quote, sign, before };
        let is_named = place.is_named(found.name("dashes").is_some());
        let credential = is_named.then(|| place.credential(name.as_str(), labelled, inside.map(|(_, credential)| credential))).flatten();
        let Some(credential) = credential else {
            // The word before a space may belong to the name behind it.
            if sign.is_empty() {
                from = name.end();
            }
            continue;
        };
        if text.as_bytes().get(place.at) == Some(&b'{') {
            inside = inside.or_else(|| Some((object_end(text, place.at), credential)));
            continue;
        }
        for (start, end) in place.values(credential) {
            let Some(value) = text.get(start..end).filter(|_| start >= done) else { continue };
            clean.push_str(text.get(done..start).unwrap_or_default());
            clean.push_str(&replaced(value, credential.kind));
            (done, from) = (end, end.max(from));
        }
        while !text.is_char_boundary(from) {
            from += 1;
        }
    }
    clean.push_str(text.get(done..).unwrap_or_default());
    clean
}

/// Whether everything under `value` is to be replaced: a label names a credential, or the path may be torn off.
fn labelled(text: &str) -> Option<Credential> {
    let label = LABEL.captures_iter(text).filter(|found| name::is_label(&found[1])).find_map(|found| name::named_credential(&found[2]));
    let torn = Credential { kind: Kind::Password, exact: false };
    label.or_else(|| is_torn_operation(text).then_some(torn))
}

/// Whether the text breaks off inside a PATCH request.
pub(super) fn is_torn_operation(text: &str) -> bool {
    !text.trim_end().ends_with(['}', ']']) && OPERATION.is_match(text)
}

/// Where the object that begins here ends, as far as its braces can be trusted.
fn object_end(text: &str, start: usize) -> usize {
    let mut depth = 0_usize;
    for (index, byte) in text.bytes().enumerate().skip(start) {
        match byte {
            b'{' => depth += 1,
            b'}' if depth <= 1 => return index,
            b'}' => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

/// Where a value begins, and what stands before it.
#[derive(Clone, Copy)]
struct Place<'a> {
    text: &'a str,
    at: usize,
    /// What closes the name, with the backslashes before it.
    quote: Option<&'a str>,
    /// What parts name and value: empty for a space.
    sign: &'a str,
    /// The byte before the name.
    before: Option<u8>,
}

impl<'a> Place<'a> {
    /// Whether a value follows: a comma parts a name from its value only where both are quoted, as in a list of
    /// headers, and a space only behind the name of a command's option.
    fn is_named(&self, is_option: bool) -> bool {
        match self.sign {
            "" => is_option && self.quote.is_none(),
            "," => self.quote.is_some() && self.opening().is_some_and(|(escapes, quote)| !self.is_name(escapes, quote)),
            _ => true,
        }
    }

    /// Whether what stands here is itself the name of a field.
    fn is_name(&self, escapes: usize, quote: u8) -> bool {
        let (_, end) = self.quoted(self.at, escapes, quote);
        let behind = self.text.get(end..).unwrap_or_default().trim_start_matches('\\').get(1..).unwrap_or_default();
        behind.trim_start().starts_with([':', '='])
    }

    fn credential(&self, name: &str, labelled: Option<Credential>, inside: Option<Credential>) -> Option<Credential> {
        let in_url = matches!(self.before, Some(b'?' | b'&' | b';' | b'#')) && self.sign == "=";
        let token = Credential { kind: Kind::Token, exact: false };
        let by_name = name::credential(name).or_else(|| (in_url && name::is_url_credential(name)).then_some(token));
        let by_label = labelled.filter(|_| self.quote.is_some() && self.sign != "," && name::is_labelled(name));
        by_name.or(by_label).or_else(|| inside.filter(|_| self.quote.is_some() && name::is_inner(name)))
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The quote that opens the value: how many backslashes stand before it, and which it is.
    fn opening(&self) -> Option<(usize, u8)> {
        let bytes = self.rest().as_bytes();
        let escapes = bytes.iter().take_while(|byte| **byte == b'\\').count();
        let quote = *bytes.get(escapes)?;
        matches!(quote, b'"' | b'\'' | b'`').then_some((escapes, quote))
    }

    /// Where the value stands, or each of a list.
    fn values(&self, credential: Credential) -> Vec<(usize, usize)> {
        let rest = self.rest();
        let head = rest.get(..REDACTED.len()).unwrap_or_default();
        if let Some((escapes, quote)) = self.opening() {
            return vec![self.quoted(self.at, escapes, quote)];
        }
        if rest.starts_with('[') && head != REDACTED {
            return self.list();
        }
        match self.bare(credential) {
            0 => Vec::new(),
            length => vec![(self.at, self.at + length)],
        }
    }

    /// The inside of a quoted value: up to the quote that closes it, or to the end of the text.
    fn quoted(&self, at: usize, escapes: usize, quote: u8) -> (usize, usize) {
        let start = at + escapes + 1;
        let mut run = 0;
        for (index, byte) in self.text.bytes().enumerate().skip(start) {
            match byte {
                b'\\' => run += 1,
                // A backslash of the value itself is written twice as often as the one before its quotes.
                _ if byte == quote && (run < escapes || (run - escapes).is_multiple_of(2 * (escapes + 1))) => {
                    return (start, index - run.min(escapes));
                }
                _ => run = 0,
            }
        }
        (start, self.text.len())
    }

    /// The texts of a list, such as the values of a header.
    fn list(&self) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        let mut at = self.at + 1;
        loop {
            let rest = self.text.get(at..).unwrap_or_default();
            at += rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n', ',', '[']).len();
            let Some((escapes, quote)) = (Place { at, ..*self }).opening() else { return found };
            let (start, end) = self.quoted(at, escapes, quote);
            found.push((start, end));
            at = (end + escapes + 1).min(self.text.len());
        }
    }

    /// The length of a value without quotes.
    fn bare(&self, credential: Credential) -> usize {
        let rest = self.rest();
        let word = rest.find(|letter: char| letter.is_ascii_whitespace() || r#",;)]}"\&<>'"#.contains(letter));
        let word = rest.get(..word.unwrap_or(rest.len())).unwrap_or_default();
        let is_number = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit() || b".-+eE".contains(&byte));
        let behind = rest.get(word.len()..).unwrap_or_default();
        let is_number = is_number && ends_value(behind);
        let stands_in = super::is_stand_in(word) && ends_value(behind) || rest.strip_prefix(REDACTED).is_some_and(ends_value);
        let is_done = self.quote.is_some() && stands_in;
        let plain = word.trim_end_matches(['.', '!', '?', ')']).to_ascii_lowercase();
        match credential.kind {
            // What stands for a number that was here.
            _ if is_done => 0,
            _ if WORDS.contains(&plain.as_str()) && (credential.kind != Kind::Header || word.len() < rest.len() || rest == word) => 0,
            _ if is_number && !credential.exact && self.quote.is_some() => 0,
            _ if is_number && self.quote.is_some() => word.len(),
            // The quote that should open the value is missing.
            _ if self.quote.is_some() => rest.find('"').unwrap_or(rest.len()),
            _ if is_number && !credential.exact && credential.kind == Kind::Token => 0,
            Kind::Header if self.sign.contains(':') => self.header(),
            Kind::Header => run(rest, |letter| matches!(letter, '\r' | '\n' | '"' | '&')),
            Kind::Password => run(rest, |letter| letter.is_ascii_whitespace() || matches!(letter, '"' | '<' | '&')),
            Kind::Token => run(rest, |letter| letter.is_ascii_whitespace() || "\"'<>&,;}\\".contains(letter)),
        }
    }

    /// A header goes on to the end of its line, or to the quote that opened it; one of a well-known scheme ends with
    /// its credential.
    fn header(&self) -> usize {
        let rest = self.rest();
        let scheme = run(rest, |letter| !letter.is_ascii_alphabetic());
        if let Some(credential) =
            rest.get(..scheme).filter(|word| super::is_scheme(word)).and_then(|_| rest.get(scheme..)?.strip_prefix(' '))
        {
            let length = run(credential, |letter| !(letter.is_ascii_alphanumeric() || "._~+/=:-".contains(letter)));
            match credential.get(length..).unwrap_or_default().bytes().next() {
                None | Some(b' ' | b'\r' | b'\n' | b',' | b';' | b')') if length > 0 => return scheme + 1 + length,
                _ => {}
            }
        }
        let opened = self.before.filter(|byte| matches!(byte, b'"' | b'\'' | b'`')).map(char::from);
        run(rest, |letter| matches!(letter, '\r' | '\n') || Some(letter) == opened)
    }
}

/// Whether a number or word that is followed by this is the whole value.
fn ends_value(behind: &str) -> bool {
    behind.trim_start().chars().next().is_none_or(|letter| r#",;)]}"\&<>'"#.contains(letter))
}

/// How long the text is up to the first letter that ends it, without the backslashes before a quote.
fn run(text: &str, ends: impl Fn(char) -> bool) -> usize {
    let length = text.find(ends).unwrap_or(text.len());
    let head = text.get(..length).unwrap_or_default();
    let before_quote = text.get(length..).is_some_and(|rest| rest.starts_with(['"', '\'']));
    if before_quote { head.trim_end_matches('\\').len() } else { length }
}

/// Whether nothing is left to be replaced.
pub(super) fn is_done(value: &str) -> bool {
    value.trim().is_empty() || is_replaced(value)
}
