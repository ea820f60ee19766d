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

/// The two bytes that something in a pattern begins with, as a set of bits.
const BEGINNINGS: [u64; 1 << 10] = {
    let pairs: [(&[u8], &[u8]); 20] = [
        (b"\\", b"u"),
        (b"e", b"y"),
        (b"h", b"f"),
        (b"x", b"o"),
        (b"g", b"h"),
        (b"0", b"0"),
        (b"A", b"KS"),
        (b":", b"/\\"),
        (b"?&;#", b"scSC"),
        (b"\"", b"oO"),
        (b"\"_-", b"qQ"),
        (b"a", b"p"),
        (b"P", b"R"),
        (b"bB", b"eEaA"),
        (b"tT", b"oO"),
        (b"sS", b"sSeEiIaA"),
        (b"aA", b"sSuU"),
        (b"vVkK", b"eE"),
        (b"jJ", b"wW"),
        (b"pP", b"aAwW"),
    ];
    let mut set = [0; 1 << 10];
    let mut row = 0;
    while row < pairs.len() {
        add(&mut set, pairs[row].0, pairs[row].1);
        row += 1;
    }
    add(&mut set, b"cC", b"oO");
    set
};

const fn add(set: &mut [u64; 1 << 10], firsts: &[u8], seconds: &[u8]) {
    let mut first = 0;
    while first < firsts.len() {
        let mut second = 0;
        while second < seconds.len() {
            let pair = ((firsts[first] as usize) << 8) | seconds[second] as usize;
            set[pair >> 6] |= 1 << (pair & 63);
            second += 1;
        }
        first += 1;
    }
}

fn is_beginning(first: u8, second: u8) -> bool {
    let pair = (usize::from(first) << 8) | usize::from(second);
    BEGINNINGS.get(pair >> 6).is_some_and(|bits| (bits >> (pair & 63)) & 1 == 1)
}

/// Whether no pattern for secrets can find anything in this text, nor in what its percent-encoding stands for.
pub(super) fn is_plain(text: &str) -> bool {
    if !is_plain_as_it_is(text) {
        return false;
    }
    let Some(mut shown) = decoded(text) else { return true };
    for _ in 0..super::ESCAPES {
        if !is_plain_as_it_is(&shown) {
            return false;
        }
        match decoded(&shown) {
            Some(further) => shown = further,
            None => return true,
        }
    }
    // Encoded more often than is undone: for the patterns to say.
    false
}

fn is_plain_as_it_is(text: &str) -> bool {
    let bytes = text.as_bytes();
    let torn = !text.trim_end().ends_with(['}', ']']);
    let pairs = bytes.iter().zip(bytes.get(1..).unwrap_or_default()).enumerate();
    !pairs.into_iter().any(|(at, (first, second))| is_beginning(*first, *second) && begins(bytes, at, torn))
}

/// The text with `%41` undone where it stands for ASCII that is no control; `None` where it has none: see [`super::unescaped`].
fn decoded(text: &str) -> Option<String> {
    let mut rest = text.get(text.find('%')?..)?;
    let mut shown = text.get(..text.len() - rest.len())?.to_owned();
    let mut undone = false;
    while let Some(at) = rest.find('%') {
        let (plain, escape) = rest.split_at(at);
        shown.push_str(plain);
        let digits = escape.get(1..3).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()));
        let letter = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        if let Some(letter) = letter.filter(|letter| matches!(letter, 0x20..=0x7f | b'\t' | b'\n' | b'\r')) {
            shown.push(char::from(letter));
            rest = escape.get(3..).unwrap_or_default();
            undone = true;
        } else {
            shown.push('%');
            rest = escape.get(1..).unwrap_or_default();
        }
    }
    shown.push_str(rest);
    undone.then_some(shown)
}

/// Whether a name may be that of a credential.
pub(super) fn may_be_credential(name: &str) -> bool {
    let bytes = name.as_bytes();
    let pairs = bytes.iter().zip(bytes.get(1..).unwrap_or_default()).enumerate();
    pairs.into_iter().any(|(at, (first, second))| is_beginning(*first, *second) && is_credential_word(bytes, at))
}

/// Whether a pattern can begin here; `torn`: whether the text may break off inside a change.
fn begins(bytes: &[u8], at: usize, torn: bool) -> bool {
    let rest = bytes.get(at..).unwrap_or_default();
    match rest {
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
