//! Findings: what an analyzer says is not as it should be, and by which records.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::digest::Digest;
use super::time::Timestamp;

/// How bad a finding is. The order is the order of reports: worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Worth a look.
    Low,
    /// To be mended.
    Medium,
    /// To be mended soon.
    High,
    /// To be mended now.
    Critical,
}

impl Severity {
    /// All of them, worst first.
    pub const ALL: [Self; 4] = [Self::Critical, Self::High, Self::Medium, Self::Low];

    /// The word of the contract.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// So many steps lower, not below low.
    #[must_use]
    pub const fn lowered(self, steps: u8) -> Self {
        match (self as u8).saturating_sub(steps) {
            0 => Self::Low,
            1 => Self::Medium,
            2 => Self::High,
            _ => Self::Critical,
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// How sure a link between person and account is, and with it a finding that rests on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// By user name alone.
    Low,
    /// By e-mail.
    Medium,
    /// By an id.
    #[default]
    High,
}

impl Confidence {
    /// The word of the contract.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }

    /// By how many steps it lowers the severity of a finding about an account's owner.
    #[must_use]
    pub const fn steps(self) -> u8 {
        match self {
            Self::High => 0,
            Self::Medium => 1,
            Self::Low => 2,
        }
    }
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// What a finding is about. An empty field does not apply.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Subject {
    /// The system: `huggingface`, `okta`.
    pub system: String,
    /// The name users see.
    pub account: String,
    /// The account's id, which tells two accounts of one name apart.
    pub account_id: String,
    /// The identity provider's id of the person.
    pub person: String,
    /// The credential's id.
    pub credential: String,
    /// The display name of the group.
    pub group: String,
    /// What else names the subject: the operation, the attribute, the source id, the connector.
    pub object: String,
}

/// A record, or a file, that a finding rests on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Proof {
    /// The event with this ordinal in the replay.
    Event(u32),
    /// What a whole file shows: its rejects, its absence of records.
    Input {
        /// The source.
        source: String,
        /// The file's name as inputs.csv has it; empty where no one file shows it.
        file: String,
        /// What it shows, as a sentence.
        note: String,
    },
}

/// One finding, before waivers and history.
///
/// It cannot be made without evidence: [`Finding::new`] takes the first proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule that found it.
    pub rule: &'static str,
    /// The first reason that holds; empty for rules that list none.
    pub reason: &'static str,
    /// How bad it is, after confidence had its say.
    pub severity: Severity,
    /// How sure the link it rests on is.
    pub confidence: Confidence,
    /// What it is about.
    pub subject: Subject,
    /// What the id is made of beside rule and system: ids that never change.
    pub key: Vec<String>,
    /// The event that the id names too, where the finding is about one: its ordinal in the replay.
    pub about: Option<u32>,
    /// How it should be.
    pub expected: String,
    /// How it is.
    pub observed: String,
    /// Since when it has been so.
    pub since: Option<Timestamp>,
    /// One plain sentence, or two.
    pub explanation: String,
    /// What to do.
    pub remediation: String,
    /// How the account was matched to its owner: `externalId 00u1… (high)`; empty where no link is involved.
    pub matched: String,
    /// What it rests on; never empty.
    evidence: Vec<Proof>,
}

impl Finding {
    /// A finding of `rule` about `subject`, whose id is made of `key`, resting on `proof`.
    #[must_use]
    pub fn new(rule: &'static str, reason: &'static str, severity: Severity, subject: Subject, key: &[&str], proof: Proof) -> Self {
        Self {
            rule,
            reason,
            severity,
            confidence: Confidence::High,
            subject,
            key: key.iter().map(ToString::to_string).collect(),
            about: None,
            expected: String::new(),
            observed: String::new(),
            since: None,
            explanation: String::new(),
            remediation: String::new(),
            matched: String::new(),
            evidence: vec![proof],
        }
    }

    /// Adds what else it rests on.
    #[must_use]
    pub fn resting_on(mut self, proofs: impl IntoIterator<Item = Proof>) -> Self {
        self.evidence.extend(proofs);
        self.evidence.sort_unstable();
        self.evidence.dedup();
        self
    }

    /// Lowers the confidence to `low`, where what it rests on tells little, and the severity with it.
    pub fn doubt(&mut self) {
        self.severity = self.severity.lowered(Confidence::Low.steps().saturating_sub(self.confidence.steps()));
        self.confidence = Confidence::Low;
    }

    /// What it rests on; never empty.
    #[must_use]
    pub fn evidence(&self) -> &[Proof] {
        &self.evidence
    }

    /// The id that is the same in every run: of rule, system, the ids of the subject, and the native id of the event it is about.
    #[must_use]
    pub fn id(&self, about: Option<&str>) -> String {
        let parts = [self.rule, self.subject.system.as_str()].into_iter().chain(self.key.iter().map(String::as_str)).chain(about);
        Digest::of_parts(parts).id()
    }
}

/// Where a finding stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// It holds.
    Open,
    /// It holds and was accepted until a date.
    Waived,
    /// It held in the run before and does not any more.
    Resolved,
}

impl Status {
    /// The word of the contract.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Waived => "waived",
            Self::Resolved => "resolved",
        }
    }
}

/// What is different from the run before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Turn {
    /// It was never found before.
    New,
    /// It was found in the run before.
    Persisting,
    /// It was found before, but not in the run before.
    Reopened,
    /// It was found in the run before and is no more.
    Resolved,
}

impl Turn {
    /// The word of the contract.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Persisting => "persisting",
            Self::Reopened => "reopened",
            Self::Resolved => "resolved",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn severity_never_falls_below_low() {
        assert_eq!(Severity::Critical.lowered(1), Severity::High);
        assert_eq!(Severity::Medium.lowered(2), Severity::Low);
        assert_eq!(Severity::Low.lowered(1), Severity::Low);
    }

    #[test]
    fn ids_come_from_rule_system_and_key_alone() {
        let subject = |account: &str| Subject { system: "huggingface".into(), account: account.into(), ..Subject::default() };
        let finding = |account: &str, key: &str| {
            Finding::new("orphaned-account", "no-owner", Severity::High, subject(account), &[key], Proof::Event(0))
        };
        assert_eq!(finding("old-name", "65a1").id(None), finding("new-name", "65a1").id(None));
        assert_ne!(finding("name", "65a1").id(None), finding("name", "65a1").id(Some("event")));
        assert_ne!(finding("name", "65a1").id(None), finding("name", "65a2").id(None));
    }
}
