//! A first look at a text: most hold nothing that any pattern could begin with, and a walk over their bytes says so.
//!
//! What is plain here is plain to the patterns too; the other way round need not hold. Property tests hold it to them.
//! Whoever adds a pattern, or a word to a pattern of names, adds here what it begins with.

/// What stands before `key` in a credential's name.
const KEYS: [&[u8]; 13] = [
    b"api",
    b"access",
    b"private",
    b"secret",
    b"subscription",
    b"function",
    b"functions",
    b"signing",
    b"shared",
    b"master",
    b"host",
    b"auth",
    b"encryption",
];

/// The bytes that something in a pattern begins with.
const FIRST: [bool; 256] = {
    let mut first = [false; 256];
    let letters = br#"\%:?&;#"_-0ABCEGHJKPQSTVXabceghjkpqstvx"#;
    let mut at = 0;
    while at < letters.len() {
        first[letters[at] as usize] = true;
        at += 1;
    }
    first
};

/// Whether no pattern for secrets can find anything in this text.
pub(super) fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    let torn = !text.trim_end().ends_with(['}', ']']);
    !bytes.iter().enumerate().any(|(at, byte)| FIRST[usize::from(*byte)] && begins(bytes, at, torn))
}

/// Whether a name may be that of a credential.
pub(super) fn may_be_credential(name: &str) -> bool {
    let bytes = name.as_bytes();
    bytes.iter().enumerate().any(|(at, byte)| FIRST[usize::from(*byte)] && is_credential_word(bytes, at))
}

/// Whether a pattern can begin here; `torn`: whether the text may break off inside a change.
fn begins(bytes: &[u8], at: usize, torn: bool) -> bool {
    let rest = bytes.get(at..).unwrap_or_default();
    match rest {
        [b'%', one, other, ..] => one.is_ascii_hexdigit() && other.is_ascii_hexdigit(),
        [b'\\', b'u', b'0', b'0', ..]
        | [b'A', b'K' | b'S', b'I', b'A', ..]
        | [b'e', b'y', b'J', ..]
        | [b'h', b'f', b'_', ..]
        | [b'x', b'o', b'x', ..] => true,
        [b'g', b'h', kind, b'_', ..] => b"opsur".contains(kind),
        [b'0', b'0', ..] => !bytes.get(..at).is_some_and(is_inside_word) && is_run(rest, 42),
        [b':', behind @ ..] => is_authority(behind),
        [b'?' | b'&' | b';' | b'#', behind @ ..] => starts_with(behind, b"sig") || starts_with(behind, b"code"),
        [b'"', behind @ ..] if starts_with(behind, b"op") => torn || at.checked_sub(1).and_then(|before| bytes.get(before)) == Some(&b'\\'),
        [b'"' | b'_' | b'-', behind @ ..] if starts_with(behind, b"query") => true,
        [b'a' | b'A', ..] if rest.starts_with(b"api_org_") => true,
        [b'P', ..] if rest.starts_with(b"PRIVATE KEY") => true,
        [b'b' | b'B' | b's' | b'S', ..] => is_scheme(rest) || is_credential_word(bytes, at),
        _ => is_credential_word(bytes, at),
    }
}

/// Whether the next letter stands inside a word; behind an escape such as `\n` it does not.
fn is_inside_word(before: &[u8]) -> bool {
    match before {
        [.., b'\\', letter] if letter.is_ascii_lowercase() => false,
        [.., letter] => letter.is_ascii_alphanumeric() || *letter == b'_',
        [] => false,
    }
}

/// Whether so many letters of a token follow each other.
fn is_run(text: &[u8], length: usize) -> bool {
    text.get(..length).is_some_and(|run| run.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')))
}

/// Whether `//` follows, escaped or not, and an `@` in the same URL. One behind the next `://` is that one's.
fn is_authority(behind: &[u8]) -> bool {
    let Some(authority) = authority(behind) else { return false };
    let begins_again = |at: usize| authority.get(at + 1..).is_some_and(|rest| self::authority(rest).is_some());
    let ends = |at: usize, byte: u8| byte <= b' ' || matches!(byte, b'"' | b'<' | b'>') || (byte == b':' && begins_again(at));
    authority.iter().enumerate().take_while(|(at, byte)| !ends(*at, **byte)).any(|(_, byte)| *byte == b'@')
}

/// What stands behind two slashes, each with or without backslashes before it.
fn authority(text: &[u8]) -> Option<&[u8]> {
    let behind_slash = |text: &'_ [u8]| -> Option<usize> {
        let escapes = text.iter().take_while(|byte| **byte == b'\\').count();
        (text.get(escapes) == Some(&b'/')).then_some(escapes + 1)
    };
    let second = text.get(behind_slash(text)?..)?;
    second.get(behind_slash(second)?..)
}

/// Whether a scheme stands here, and something behind it that parts it from a credential.
fn is_scheme(rest: &[u8]) -> bool {
    [b"bearer".as_slice(), b"ssws", b"basic"].into_iter().any(|scheme| {
        let parts = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'\\' | b'%' | b'+' | 0x0b);
        starts_with(rest, scheme) && rest.get(scheme.len()).is_some_and(parts)
    })
}

/// Whether a word of a credential's name stands here: see [`super::name::ENDS`] and [`super::name::PARTS`].
fn is_credential_word(bytes: &[u8], at: usize) -> bool {
    let rest = bytes.get(at..).unwrap_or_default();
    let [first, second, ..] = rest else { return false };
    let word: &[u8] = match (first | 0x20, second | 0x20) {
        (b't', b'o') => b"token",
        (b's', b'e') => b"secret",
        (b's', b'i') => b"signature",
        (b's', b'a') => b"samlresponse",
        (b'a', b's') => b"assertion",
        (b'a', b'u') => b"authorization",
        (b'v', b'e') => b"verifier",
        (b'j', b'w') => b"jwt",
        (b'p', b'a') => b"pass",
        (b'p', b'w') => b"pwd",
        (b'c', b'o') => b"cookie",
        (b'k', b'e') => return starts_with(rest, b"key") && is_credential_key(bytes.get(..at).unwrap_or_default()),
        _ => return false,
    };
    starts_with(rest, word)
}

fn is_credential_key(before: &[u8]) -> bool {
    let before = before.strip_suffix(b"-").or_else(|| before.strip_suffix(b"_")).or_else(|| before.strip_suffix(b" ")).unwrap_or(before);
    KEYS.iter().any(|word| {
        before.len().checked_sub(word.len()).and_then(|start| before.get(start..)).is_some_and(|end| end.eq_ignore_ascii_case(word))
    })
}

fn starts_with(text: &[u8], lower: &[u8]) -> bool {
    text.get(..lower.len()).is_some_and(|head| head.eq_ignore_ascii_case(lower))
}
