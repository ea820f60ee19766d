//! Roles of a Hugging Face organization, in ascending order of what they allow.

use serde::{Deserialize, Serialize};

/// A role (Hugging Face: "Access control in organizations"; `no_access` stands in the Hub API's enumeration).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// None.
    NoAccess,
    /// Read.
    Read,
    /// Read, and write to what one made oneself.
    Contributor,
    /// Write.
    Write,
    /// Everything, members included.
    Admin,
}

impl Role {
    /// Reads the word that config and Hub API use.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::NoAccess, Self::Read, Self::Contributor, Self::Write, Self::Admin].into_iter().find(|role| role.word() == word.trim())
    }

    /// The word that config and Hub API use.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::NoAccess => "no_access",
            Self::Read => "read",
            Self::Contributor => "contributor",
            Self::Write => "write",
            Self::Admin => "admin",
        }
    }
}
