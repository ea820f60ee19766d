//! Operations: what the identity provider does at the target.

use serde::{Deserialize, Serialize};

/// What the identity provider tried to do at the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Operation {
    /// Make an account.
    Create,
    /// Change an account.
    Update,
    /// Take an account's access away.
    Disable,
    /// Give it back.
    Enable,
    /// Remove an account for good.
    Delete,
    /// Make, change or remove a group.
    GroupPush,
    /// Look whether an account exists.
    Verify,
}

impl Operation {
    /// The word of the contract.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Disable => "disable",
            Self::Enable => "enable",
            Self::Delete => "delete",
            Self::GroupPush => "group-push",
            Self::Verify => "verify",
        }
    }
}
