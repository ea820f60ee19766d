//! Identity: whether a file is the one that was read, told without reading all of it.
//!
//! None of this is evidence: that is the digest of all bytes.

use std::fmt;

use super::digest::Digest;

/// What stays the same as long as nobody writes to a file: where it lies, how long it is, its times, its first and last bytes.
///
/// Two that are equal are of one file that was not touched in between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity(String);

impl Identity {
    /// Of its parts, each with its name.
    #[must_use]
    pub fn of(parts: &[(&str, &dyn fmt::Display)]) -> Self {
        Self(parts.iter().map(|(name, part)| format!("{name}={part}")).collect::<Vec<_>>().join(" "))
    }

    /// As it was kept.
    #[must_use]
    pub const fn kept(text: String) -> Self {
        Self(text)
    }

    /// As it is kept.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// How a file begins: the digests of its first 16 bytes, of the first 64, and so on fourfold, up to its length or 64 KiB.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Beginning(String);

impl Beginning {
    /// So many bytes of a file are looked at, at most.
    pub const LONGEST: usize = 1 << 16;

    /// Of the first bytes of a file.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let lengths = (2..=8).map(|power| 1 << (2 * power));
        Self(lengths.filter_map(|length| Some(Digest::of(bytes.get(..length)?).short(16))).collect())
    }

    /// As it was kept.
    #[must_use]
    pub const fn kept(text: String) -> Self {
        Self(text)
    }

    /// As it is kept.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a file that begins like this, and is no longer than the other, may be a part of it: as far as one can see.
    #[must_use]
    pub fn begins(&self, other: &Self) -> bool {
        !self.0.is_empty() && other.0.starts_with(&self.0)
    }
}

/// What a file looks like.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Looks {
    /// How many bytes it has.
    pub bytes: u64,
    /// Who it is; `None` where it was touched just before, so that it proves nothing yet.
    pub identity: Option<Identity>,
    /// How it begins.
    pub beginning: Beginning,
}

/// Where the whole lines of a file end: behind here reading goes on when it has grown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineEnd {
    /// Bytes in front of it.
    pub at: u64,
    /// Lines in front of it.
    pub lines: u64,
    /// Records in front of it.
    pub records: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_begins_like_the_whole() {
        let whole: Vec<u8> = (0..5_000_u32).flat_map(u32::to_le_bytes).collect();
        let kept = Beginning::of(&whole);
        for length in [16, 17, 64, 1_000, 20_000] {
            assert!(Beginning::of(&whole[..length]).begins(&kept), "{length}");
        }
        assert!(!Beginning::of(&whole[..15]).begins(&kept), "too short to tell");
        let mut other = whole.clone();
        other[5_000] ^= 1;
        assert!(!Beginning::of(&other).begins(&kept));
        assert!(Beginning::of(&other[..5_000]).begins(&kept));
    }
}
