//! Where a JSON value ends, found by its quotes and brackets alone.

/// How deep inside a value the scan is. It counts and does not recurse, so depth costs nothing;
/// whether the brackets match is the decoder's question.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Nesting {
    depth: u64,
    string: bool,
    escaped: bool,
}

impl Nesting {
    /// Inside a string that is no part of a deeper value.
    pub(super) const STRING: Self = Self { depth: 0, string: true, escaped: false };
    /// Behind the bracket that opens an array or object.
    pub(super) const BRACKET: Self = Self { depth: 1, string: false, escaped: false };

    /// Follows the value from `at`: the byte behind its end, or `None` where it goes on beyond the text.
    pub(super) fn follow(&mut self, text: &[u8], mut at: usize) -> Option<usize> {
        loop {
            if self.string {
                at = self.follow_string(text, at)?;
            } else {
                let rest = text.get(at..)?;
                let step = rest.iter().position(|byte| matches!(byte, b'"' | b'{' | b'}' | b'[' | b']'))?;
                match rest.get(step)? {
                    b'"' => self.string = true,
                    b'{' | b'[' => self.depth += 1,
                    _ => self.depth = self.depth.saturating_sub(1),
                }
                at += step + 1;
            }
            if self.depth == 0 && !self.string {
                return Some(at);
            }
        }
    }

    /// The byte behind the closing quote.
    fn follow_string(&mut self, text: &[u8], mut at: usize) -> Option<usize> {
        if self.escaped && at < text.len() {
            self.escaped = false;
            at += 1;
        }
        loop {
            let rest = text.get(at..)?;
            let step = memchr::memchr2(b'"', b'\\', rest)?;
            at += step + 1;
            if rest.get(step) == Some(&b'"') {
                self.string = false;
                return Some(at);
            }
            if at == text.len() {
                self.escaped = true;
                return None;
            }
            at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_same_end_however_the_text_arrives() {
        let value = br#"{"a\\":"}\"]","b":[{"c":"\u007d{"},[]],"d":null}"#;
        let text = [value.as_slice(), b",{"].concat();
        for cut in 0..value.len() {
            let mut nesting = Nesting::default();
            assert_eq!(nesting.follow(&text[..cut], 0), None, "{cut}");
            assert_eq!(nesting.follow(&text, cut), Some(value.len()), "{cut}");
        }
    }
}
