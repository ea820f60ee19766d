//! Links between persons and accounts: by which key, how sure, and in what situation.

use super::finding::Confidence;

/// One `[[alias]]`: a link made by hand, which beats every other key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alias {
    /// The person's id in the identity provider.
    pub person: String,
    /// The system.
    pub system: String,
    /// The account's name.
    pub account: String,
}

/// How `userName` is made from the login's local part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NameTransform {
    /// As it is.
    #[default]
    AsIs,
    /// Without its dots.
    StripDots,
}

impl NameTransform {
    /// The user name made of a login, in lower case; `None` where the login has no local part.
    #[must_use]
    pub fn apply(self, login: &str) -> Option<String> {
        let local = login.split('@').next().map(str::trim).filter(|local| !local.is_empty())?.to_lowercase();
        Some(match self {
            Self::AsIs => local,
            Self::StripDots => local.replace('.', ""),
        })
    }
}

/// The keys that link an account to a person, in the order in which they decide (CONTRACT section 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MatchKey {
    /// By hand.
    Alias,
    /// The target's id, as the identity provider knows it.
    TargetId,
    /// The account's `externalId` is the person's id.
    ExternalId,
    /// An address of the person, current or former.
    Email,
    /// The user name made of the person's login.
    UserName,
}

impl MatchKey {
    /// All of them, in the order in which they are asked.
    pub const ALL: [Self; 5] = [Self::Alias, Self::TargetId, Self::ExternalId, Self::Email, Self::UserName];

    /// The word of the contract.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Alias => "alias",
            Self::TargetId => "target-id",
            Self::ExternalId => "external-id",
            Self::Email => "email",
            Self::UserName => "user-name",
        }
    }

    /// How sure a link by this key is.
    #[must_use]
    pub const fn confidence(self) -> Confidence {
        match self {
            Self::Alias | Self::TargetId | Self::ExternalId => Confidence::High,
            Self::Email => Confidence::Medium,
            Self::UserName => Confidence::Low,
        }
    }
}

/// An address or user name as it is compared: trimmed, in lower case.
#[must_use]
pub fn fold(text: &str) -> String {
    text.trim().to_lowercase()
}
