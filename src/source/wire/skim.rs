//! Skimming: the members of a JSON object, found without reading what they hold.
//!
//! Most records of a log say nothing about access, and a few members tell so. They are found here at a fraction of the
//! cost of reading the record, which is still checked to its last byte: what is skimmed is what [`serde_json`] accepts
//! while it ignores values, and no more. Where anything is amiss, or out of the ordinary, skimming gives up, and the
//! record is read by `serde_json`, which is the reference and says what is wrong.

use wide::u8x16;

/// No record nests deeper; one that does is not skimmed.
const DEEPEST: u32 = 120;

/// So many bytes are looked at in one go for what ends strings.
const STRETCH: usize = 64;

/// Calls `each` with the name and the text of every member of an object, which is all that the text holds.
///
/// `None` where it gives up: the text is no JSON object, has a name with escapes or beyond UTF-8, or `each` says so.
pub(crate) fn members<'a>(text: &'a [u8], mut each: impl FnMut(&'a str, &'a [u8]) -> Option<()>) -> Option<()> {
    let mut skim = Skim { text, at: 0, stretch: 0, special: special(text) };
    if skim.next()? != b'{' {
        return None;
    }
    if skim.peek()? == b'}' {
        skim.at += 1;
    } else {
        loop {
            let name = skim.name()?;
            skim.peek()?;
            let start = skim.at;
            skim.value()?;
            each(name, text.get(start..skim.at)?)?;
            match skim.next()? {
                b',' => {}
                b'}' => break,
                _ => return None,
            }
        }
    }
    skim.blank();
    (skim.at == text.len()).then_some(())
}

/// How far the text has been skimmed.
struct Skim<'a> {
    text: &'a [u8],
    at: usize,
    /// Where the stretch begins of which it is known what ends strings in it, and what does: a bit for every byte.
    stretch: usize,
    special: u64,
}

impl<'a> Skim<'a> {
    /// Passes over a name and its colon.
    fn name(&mut self) -> Option<&'a str> {
        if self.next()? != b'"' {
            return None;
        }
        let start = self.at;
        self.string()?;
        let name = self.text.get(start..self.at - 1)?;
        let name = std::str::from_utf8(name).ok().filter(|_| !name.contains(&b'\\'))?;
        (self.next()? == b':').then_some(name)
    }

    /// Passes over a value, whatever it holds. It counts brackets and does not recurse.
    fn value(&mut self) -> Option<()> {
        // Whether each bracket that is open is an object's; the innermost is the last bit.
        let (mut depth, mut objects) = (0, 0_u128);
        loop {
            let mut ended = true;
            match self.next()? {
                b'"' => self.string()?,
                open @ (b'{' | b'[') => {
                    let is_object = open == b'{';
                    let close = if is_object { b'}' } else { b']' };
                    if self.peek()? == close {
                        self.at += 1;
                    } else {
                        if depth == DEEPEST {
                            return None;
                        }
                        (depth, objects) = (depth + 1, (objects << 1) | u128::from(is_object));
                        if is_object {
                            self.key()?;
                        }
                        ended = false;
                    }
                }
                b'-' => self.number()?,
                b'0'..=b'9' => {
                    self.at -= 1;
                    self.number()?;
                }
                b't' => self.word(b"rue")?,
                b'f' => self.word(b"alse")?,
                b'n' => self.word(b"ull")?,
                _ => return None,
            }
            while ended && depth > 0 {
                match (objects & 1 == 1, self.next()?) {
                    (true, b',') => {
                        self.key()?;
                        ended = false;
                    }
                    (false, b',') => ended = false,
                    (true, b'}') | (false, b']') => (depth, objects) = (depth - 1, objects >> 1),
                    _ => return None,
                }
            }
            if ended {
                return Some(());
            }
        }
    }

    /// Passes over the name of an inner member, and its colon.
    fn key(&mut self) -> Option<()> {
        if self.next()? != b'"' {
            return None;
        }
        self.string()?;
        (self.next()? == b':').then_some(())
    }

    /// Passes over the rest of a string, and the quote that closes it.
    fn string(&mut self) -> Option<()> {
        loop {
            match self.next_special()? {
                b'"' => return Some(()),
                b'\\' => self.escape()?,
                _ => return None,
            }
        }
    }

    /// The next quote, backslash or control, and behind it.
    fn next_special(&mut self) -> Option<u8> {
        loop {
            let passed = self.at - self.stretch;
            // All is passed where the place is behind the stretch.
            let left = u32::try_from(passed).ok().and_then(|passed| self.special.checked_shr(passed)).unwrap_or(0);
            if left != 0 {
                self.at += left.trailing_zeros() as usize;
                let byte = *self.text.get(self.at)?;
                self.at += 1;
                return Some(byte);
            }
            self.stretch = self.at.max(self.stretch + STRETCH);
            self.at = self.stretch;
            self.special = special(self.text.get(self.stretch..).filter(|rest| !rest.is_empty())?);
        }
    }

    fn escape(&mut self) -> Option<()> {
        let byte = *self.text.get(self.at)?;
        self.at += 1;
        match byte {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(()),
            b'u' => {
                let digits = self.text.get(self.at..self.at + 4)?;
                self.at += 4;
                digits.iter().all(u8::is_ascii_hexdigit).then_some(())
            }
            _ => None,
        }
    }

    /// Passes over a number, behind its sign.
    fn number(&mut self) -> Option<()> {
        match self.text.get(self.at)? {
            b'0' => self.at += 1,
            b'1'..=b'9' => self.digits()?,
            _ => return None,
        }
        if self.text.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.digits()?;
        }
        if let Some(b'e' | b'E') = self.text.get(self.at) {
            self.at += 1;
            if let Some(b'+' | b'-') = self.text.get(self.at) {
                self.at += 1;
            }
            self.digits()?;
        }
        // Behind a zero no digit may follow; anything else is for whoever reads on.
        (!self.text.get(self.at).is_some_and(u8::is_ascii_digit)).then_some(())
    }

    fn digits(&mut self) -> Option<()> {
        let digits = self.text.get(self.at..)?.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += digits;
        (digits > 0).then_some(())
    }

    fn word(&mut self, rest: &[u8]) -> Option<()> {
        let found = self.text.get(self.at..)?.starts_with(rest);
        self.at += rest.len();
        found.then_some(())
    }

    /// The next byte that is no blank, and behind it.
    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    /// The next byte that is no blank.
    fn peek(&mut self) -> Option<u8> {
        let byte = *self.text.get(self.at)?;
        if byte > b' ' {
            return Some(byte);
        }
        self.blank();
        self.text.get(self.at).copied()
    }

    fn blank(&mut self) {
        while let Some(b' ' | b'\n' | b'\t' | b'\r') = self.text.get(self.at) {
            self.at += 1;
        }
    }
}

/// A bit for each of the next bytes: whether it is a quote, a backslash or a control, which a string cannot hold as they are.
fn special(text: &[u8]) -> u64 {
    let mut stretch = [b' '; STRETCH];
    let stretch = text.first_chunk().unwrap_or_else(|| {
        for (byte, last) in stretch.iter_mut().zip(text) {
            *byte = *last;
        }
        &stretch
    });
    let (parts, _) = stretch.as_chunks::<16>();
    parts.iter().rev().fold(0, |bits, part| {
        let part = u8x16::from(*part);
        let control = part.min(u8x16::splat(0x1f)).simd_eq(part);
        let special = part.simd_eq(u8x16::splat(b'"')) | part.simd_eq(u8x16::splat(b'\\')) | control;
        (bits << 16) | u64::from(special.to_bitmask())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Option<Vec<(&str, &str)>> {
        let mut found = Vec::new();
        members(text.as_bytes(), |name, value| {
            found.push((name, std::str::from_utf8(value).ok()?));
            Some(())
        })?;
        Some(found)
    }

    #[test]
    fn members_are_found_with_their_text() {
        let text = r#" { "a" : "x\"}" , "b":[1,{"c":[]},-0.5e+3,"\u00e9"],"d":{} ,"e":null } "#;
        let expected = [("a", r#""x\"}""#), ("b", r#"[1,{"c":[]},-0.5e+3,"\u00e9"]"#), ("d", "{}"), ("e", "null")];
        assert_eq!(names(text), Some(expected.to_vec()));
        assert_eq!(names("{}"), Some(Vec::new()));
    }

    #[test]
    fn what_is_broken_is_left_to_the_reference() {
        let broken = [
            "",
            "{",
            "[]",
            r#"{"a":1"#,
            r#"{"a":01}"#,
            r#"{"a":1,}"#,
            r#"{"a" 1}"#,
            r#"{"a":"x}"#,
            r#"{"a":[1,]}"#,
            r#"{"a":[1}}"#,
            r#"{"a":-}"#,
            r#"{"a":1.}"#,
            r#"{"a":1e}"#,
            r#"{"a":tru}"#,
            r#"{"a":"\x"}"#,
            r#"{"a":"\u00g0"}"#,
            r#"{"a":1} x"#,
            r#"{"\u0061":1}"#,
            "{\"a\":\"line\n\"}",
            r#"{"a":{"b":1,}}"#,
            r"{a:1}",
        ];
        for text in broken {
            assert_eq!(names(text), None, "{text}");
        }
    }

    #[test]
    fn every_special_byte_has_its_bit() {
        for length in [0, 1, 15, 16, 63, 64, 70] {
            for at in 0..STRETCH.min(length) {
                for byte in [b'"', b'\\', 0, 0x1f] {
                    let mut text: Vec<u8> = (0..length).map(|index| [0x7f, b'a', 0x80, b' ', b'!', 0xff, b'#', b'['][index % 8]).collect();
                    assert_eq!(special(&text), 0);
                    text[at] = byte;
                    assert_eq!(special(&text), 1 << at, "{byte} at {at} of {length}");
                }
            }
        }
    }
}
