//! Digests: SHA-256, the hash that auditors can check with `sha256sum`.

use std::fmt;
use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

/// A SHA-256 digest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The digest of a sequence of texts, each ended so that no two sequences run into one another.
    #[must_use]
    pub fn of_parts<'a>(parts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut hasher = Hasher::default();
        for part in parts {
            hasher.update(part.as_bytes());
            hasher.update(&[0]);
        }
        hasher.finish()
    }

    /// The digest itself.
    #[must_use]
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The first `digits` hexadecimal digits.
    #[must_use]
    pub fn short(&self, digits: usize) -> String {
        let mut text = self.to_string();
        text.truncate(digits);
        text
    }

    /// Sixteen hexadecimal digits as an id: the first that no spreadsheet takes for a number, as it would `12345678901e2345`.
    #[must_use]
    pub fn id(&self) -> String {
        let text = self.to_string();
        let is_word = |id: &&str| id.contains(['a', 'b', 'c', 'd', 'f']);
        let ids = (0..text.len()).filter_map(|start| text.get(start..start + 16));
        ids.clone().find(is_word).or(ids.clone().next()).unwrap_or_default().to_owned()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.short(12))?;
        f.write_char('…')
    }
}

/// A digest in the making.
#[derive(Clone, Default)]
pub struct Hasher(Sha256);

impl Hasher {
    /// Takes more bytes in.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of all bytes taken in.
    #[must_use]
    pub fn finish(self) -> Digest {
        Digest(self.0.finalize().into())
    }
}

impl fmt::Debug for Hasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hasher")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_no_number() {
        let number = [0x12, 0x34, 0x56, 0x78, 0x90, 0x1e, 0x23, 0x45];
        let digest = |tail: u8| {
            let mut bytes = [tail; 32];
            bytes[..8].copy_from_slice(&number);
            Digest(bytes)
        };
        assert_eq!(digest(0x0a).id(), "345678901e23450a");
        assert_eq!(digest(0x00).id(), "12345678901e2345", "there is nothing else");
        assert_eq!(Digest([0xab; 32]).id(), "abababababababab");
    }
}
