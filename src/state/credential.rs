//! Credentials: tokens and keys, whose they are, when they were used and when they should no longer have been.

use crate::model::facts::{LastUse, TokenFacts, TokenStatus};
use crate::model::time::Timestamp;

/// Whose a credential is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Holder {
    /// A person's, by index.
    Person(usize),
    /// An account's, by index.
    Account(usize),
    /// Not told, or nobody known.
    #[default]
    Unknown,
}

/// One credential.
#[derive(Clone, Debug, Default)]
pub struct Credential {
    /// The system it opens.
    pub system: String,
    /// Its id there.
    pub id: String,
    /// What the latest listing says; `None` for one known from logs alone.
    pub listed: Option<(Timestamp, u32, TokenFacts)>,
    /// The first of the latest listings that show it revoked or expired.
    pub shown_ended: Option<(Timestamp, u32)>,
    /// A complete listing after it was listed no longer names it.
    pub absent_since: Option<Timestamp>,
    /// Its name, from listing or log.
    pub name: Option<String>,
    /// When a log says it was made.
    pub created: Option<(Timestamp, u32)>,
    /// When a log says it got a new secret.
    pub rotated: Option<(Timestamp, u32)>,
    /// When a log says it was taken back.
    pub revoked: Option<(Timestamp, u32)>,
    /// The last use a log tells.
    pub used: Option<(Timestamp, u32)>,
    /// Whose it is.
    pub holder: Holder,
    /// The first event that names it.
    pub proof: u32,
}

impl Credential {
    /// When it was made.
    #[must_use]
    pub fn created_at(&self) -> Option<Timestamp> {
        self.listed.as_ref().and_then(|(_, _, facts)| facts.created_at).or(self.created.map(|(at, _)| at))
    }

    /// When it got its present secret, if it was ever renewed.
    #[must_use]
    pub fn rotated_at(&self) -> Option<Timestamp> {
        self.listed.as_ref().and_then(|(_, _, facts)| facts.rotated_at).max(self.rotated.map(|(at, _)| at))
    }

    /// When it ends. An end that moves on with every use has moved with those that a log tells.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        let (_, _, facts) = self.listed.as_ref()?;
        let end = facts.expires_at?;
        match (facts.last_used, self.used) {
            (LastUse::At(listed), Some((used, _))) if facts.extended_by_use && used > listed => Some(end.plus(used.since(listed))),
            _ => Some(end),
        }
    }

    /// When it was last used: the latest that listing or log tells.
    #[must_use]
    pub fn last_used(&self) -> LastUse {
        let logged = self.used.map(|(at, _)| at);
        match (self.listed.as_ref().map(|(_, _, facts)| facts.last_used), logged) {
            (Some(LastUse::At(listed)), logged) => LastUse::At(logged.map_or(listed, |at| at.max(listed))),
            (_, Some(at)) => LastUse::At(at),
            (Some(LastUse::Never), None) => LastUse::Never,
            (Some(LastUse::Unknown) | None, None) => LastUse::Unknown,
        }
    }

    /// When a listing first showed it in this state, if it is still shown in it.
    #[must_use]
    pub fn shown(&self, status: TokenStatus) -> Option<Timestamp> {
        let (_, _, facts) = self.listed.as_ref().filter(|(_, _, facts)| facts.status == status)?;
        self.shown_ended.map(|(at, _)| at).filter(|_| facts.status != TokenStatus::Active)
    }

    /// The word for `status` at a moment: `active`, `revoked`, `expired`, `absent` from a complete listing, or `unknown`.
    #[must_use]
    pub fn status(&self, as_of: Timestamp) -> &'static str {
        let listed = self.listed.as_ref().map(|(_, _, facts)| facts.status);
        let expired = self.expires_at().is_some_and(|end| end <= as_of);
        match listed {
            _ if self.revoked.is_some() => TokenStatus::Revoked.word(),
            Some(TokenStatus::Revoked) => TokenStatus::Revoked.word(),
            Some(TokenStatus::Expired) => TokenStatus::Expired.word(),
            _ if self.absent_since.is_some() => "absent",
            Some(TokenStatus::Active) if expired => TokenStatus::Expired.word(),
            Some(TokenStatus::Active) => TokenStatus::Active.word(),
            None if self.created.is_some() => TokenStatus::Active.word(),
            None => "unknown",
        }
    }

    /// The events it is known by: where it was listed, made and last used.
    #[must_use]
    pub fn proofs(&self) -> Vec<u32> {
        let mut proofs: Vec<u32> = self
            .listed
            .iter()
            .map(|(_, proof, _)| *proof)
            .chain([self.created, self.revoked, self.shown_ended, self.used].into_iter().flatten().map(|(_, proof)| proof))
            .collect();
        if proofs.is_empty() {
            proofs.push(self.proof);
        }
        proofs
    }
}
