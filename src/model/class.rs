//! Classes of accounts: whose they are, and with it what they are judged by.

/// What kind of account it is. Only humans need an owner in the identity provider.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// A person's.
    #[default]
    Human,
    /// A program's.
    Service,
    /// For emergencies.
    BreakGlass,
    /// Somebody's outside the organization.
    External,
    /// Several people's.
    Shared,
}

impl Class {
    /// Reads the word of the config.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Human, Self::Service, Self::BreakGlass, Self::External, Self::Shared].into_iter().find(|class| class.word() == word)
    }

    /// The word of the contract.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Service => "service",
            Self::BreakGlass => "break-glass",
            Self::External => "external",
            Self::Shared => "shared",
        }
    }

    /// Whether it needs an owner.
    #[must_use]
    pub const fn needs_owner(self) -> bool {
        matches!(self, Self::Human)
    }
}
