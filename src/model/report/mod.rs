//! The report: everything that the pages and tables show, in the order they show it. Plain rows.
//!
//! It is kept in the store as it is, so that it can be written again without reading or judging anything.
//! The columns of each row are those of CONTRACT section 7, in that order; fields beyond them serve the page.

use serde::{Deserialize, Serialize};

use super::finding::{Confidence, Severity, Status, Turn};
use super::time::{Span, Timestamp};

mod failure;
mod guard;
mod input;
mod keeping;
mod movement;
mod news;

pub use failure::FailureRow;
pub use guard::EVIDENCE_RULES;
pub use input::{CoverageRow, InputRow, RefusedRow, RejectRow};
pub use keeping::{PrunedCount, PruningRow, WithdrawnRow};
pub use movement::{ChangeRow, JoinerRow};

/// One report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// What it is about and how it was made.
    pub head: Head,
    /// Findings: open, waived, then resolved; worst first.
    pub findings: Vec<FindingRow>,
    /// Every account, by system and name.
    pub accounts: Vec<AccountRow>,
    /// Every lapse in the period, by time.
    pub leavers: Vec<LeaverRow>,
    /// Every credential, by system and id.
    pub tokens: Vec<TokenRow>,
    /// Every failure of the sync that nothing repaired, by cause, then by person.
    pub failures: Vec<FailureRow>,
    /// Every failure of the sync that is over, in the same order; for the terminal.
    #[serde(default)]
    pub past_failures: Vec<FailureRow>,
    /// Every account that appeared in the period, by time.
    pub joiners: Vec<JoinerRow>,
    /// Every change of a role, group or resource group in the period, by time.
    pub changes: Vec<ChangeRow>,
    /// Every source, by id.
    pub coverage: Vec<CoverageRow>,
    /// Every file, by name.
    pub inputs: Vec<InputRow>,
    /// Files that could not be read at all, by name.
    pub refused: Vec<RefusedRow>,
    /// Files that were withdrawn, by time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub withdrawn: Vec<WithdrawnRow>,
    /// What was removed for its age, by time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prunings: Vec<PruningRow>,
    /// Every rejected record, by file and line.
    pub rejects: Vec<RejectRow>,
    /// Every control that a rule gives evidence for, by framework and id.
    pub controls: Vec<ControlRow>,
    /// Every rule that was run, by id.
    pub rules: Vec<RuleRow>,
    /// Every waiver in force, expired or unused, in the order of the file.
    pub waivers: Vec<WaiverRow>,
    /// The parameters in force: key of the config and its value, in the config's order.
    pub parameters: Vec<(String, String)>,
    /// What could not be checked, as sentences; empty when everything could.
    pub gaps: Vec<String>,
}

/// What the report is about and how it was made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Head {
    /// `report.organization`.
    pub organization: String,
    /// The target: `Hugging Face organization acme`.
    pub target: String,
    /// The identity provider: `Okta application 0oa1hfacme`.
    pub provider: String,
    /// The first moment of the period.
    pub from: Timestamp,
    /// The last moment of the period.
    pub to: Timestamp,
    /// The moment everything was judged at.
    pub as_of: Timestamp,
    /// The as-of time of the run that this one is compared with.
    pub previous: Option<Timestamp>,
    /// The SHA-256 of the manifest of that run; `None` where there is no run, or it was kept without.
    #[serde(default)]
    pub previous_manifest: Option<String>,
    /// The id made from the content.
    pub run_id: String,
    /// The version of scimdrift.
    pub tool: String,
    /// The digest of everything that had been read: events and their places, files, listings, hours, rejects.
    #[serde(default)]
    pub read_sha256: String,
    /// The digest of the effective config and the waivers.
    pub config_sha256: String,
    /// The digest of the rules: ids, reasons, severities and pages.
    pub rules_sha256: String,
    /// People known, and how many of them are entitled.
    pub people: u64,
    /// How many of them are active and assigned.
    pub entitled: u64,
}

/// One row of findings.csv.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FindingRow {
    /// The id that is the same in every run.
    pub finding_id: String,
    /// The rule.
    pub rule: String,
    /// The reason; empty for rules that list none.
    pub reason: String,
    /// How bad it is.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
    /// Open, waived or resolved.
    pub status: Status,
    /// Against the run before.
    pub change: Turn,
    /// The system.
    pub system: String,
    /// The account's name.
    pub account: String,
    /// The person's id.
    pub person: String,
    /// The credential's id.
    pub credential: String,
    /// The group's display name.
    pub group: String,
    /// What else names the subject.
    pub object: String,
    /// How it should be.
    pub expected: String,
    /// How it is.
    pub observed: String,
    /// Since when.
    pub since: Option<Timestamp>,
    /// One plain sentence, or two.
    pub explanation: String,
    /// What to do.
    pub remediation: String,
    /// The controls it speaks to: `SOC 2 CC6.2`.
    pub controls: Vec<String>,
    /// What it rests on.
    pub evidence: Vec<Evidence>,
    /// Why it was accepted.
    pub waiver_reason: String,
    /// Who accepted it.
    pub waiver_approver: String,
    /// The last day of the acceptance.
    pub waiver_expires: String,
    /// The as-of time of the first run that found it.
    pub first_seen: Timestamp,
    /// The as-of time of the latest run that found it.
    pub last_seen: Timestamp,
    /// The account's id; for the accounts table.
    pub account_id: String,
    /// How the account was matched; for the page.
    pub matched: String,
    /// The person's login; for the page.
    pub person_login: String,
    /// The keys that were tried to link the account to a person; empty where it is about no account.
    #[serde(default)]
    pub keys: Vec<KeyRow>,
}

/// One key that was tried to link an account to a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyRow {
    /// The key: `alias`, `target-id`, `external-id`, `email`, `user-name`; `class` where no owner is needed.
    pub key: String,
    /// Its value; empty where the account has none that anybody knows.
    pub value: String,
    /// `links`, `disputed`, `nobody`, `silent`, `not asked` or `exempt`.
    pub outcome: String,
    /// Why.
    pub because: String,
}

/// One record or file that a finding rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The source.
    pub source: String,
    /// The file's name as inputs.csv has it.
    pub file: String,
    /// The record's ordinal in the file; `None` for a whole file.
    pub record: Option<u64>,
    /// The line it begins on.
    pub line: Option<u64>,
    /// When it happened.
    pub at: Option<Timestamp>,
    /// SHA-256 of the redacted record, in hexadecimal; empty for a whole file.
    pub sha256: String,
    /// The record without its secrets; or what the whole file shows.
    pub original: String,
}

impl Evidence {
    /// The reference used in findings.csv: `okta/system-log.ndjson#1204`, or the file alone, or the source.
    #[must_use]
    pub fn reference(&self) -> String {
        match (self.file.as_str(), self.record) {
            ("", _) => self.source.clone(),
            (file, Some(record)) => format!("{file}#{record}"),
            (file, None) => file.to_owned(),
        }
    }
}

/// One row of accounts.csv.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the columns are described in reports/README.md")]
pub struct AccountRow {
    pub system: String,
    pub account: String,
    pub account_id: String,
    pub external_id: String,
    pub email: String,
    pub class: String,
    pub state: String,
    pub person: String,
    pub person_login: String,
    pub person_state: String,
    /// `true`, `false` or `unknown`; empty without an owner.
    pub entitled: String,
    pub situation: String,
    pub match_key: String,
    pub confidence: String,
    pub role_expected: String,
    pub role_observed: String,
    /// `nlp-research: write`.
    pub resource_groups: Vec<String>,
    pub last_activity: Option<Timestamp>,
    pub created_at: Option<Timestamp>,
    /// The rules with an open or waived finding about it.
    pub findings: Vec<String>,
    pub manager_email: String,
}

/// One row of leavers.csv.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the columns are described in reports/README.md")]
pub struct LeaverRow {
    pub person: String,
    pub person_login: String,
    pub lapsed_at: Timestamp,
    pub lapse: String,
    pub system: String,
    pub account: String,
    pub deprovisioned_at: Option<Timestamp>,
    pub lag: Option<Span>,
    pub sla: Span,
    pub verdict: String,
    pub hr_end_date: String,
    pub hr_lag: Option<Span>,
}

/// One row of tokens.csv.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the columns are described in reports/README.md")]
pub struct TokenRow {
    pub system: String,
    pub credential: String,
    pub name: String,
    pub kind: String,
    pub owner: String,
    pub owner_state: String,
    pub created_at: Option<Timestamp>,
    /// A time, `unknown`, or empty for never.
    pub last_used_at: String,
    pub expires_at: Option<Timestamp>,
    pub rotated_at: Option<Timestamp>,
    pub status: String,
    pub findings: Vec<String>,
}

/// One row of controls.csv: a control with what the rules say of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControlRow {
    /// `SOC 2`.
    pub framework: String,
    /// `CC6.2`.
    pub control: String,
    /// What it is about, in a few words of ours.
    pub title: String,
    /// The rules that give evidence for it.
    pub rules: Vec<String>,
    /// What those of the rules that were evaluated looked at: how many, and what they are called; each kind once, by name.
    pub population: Vec<(u64, String)>,
    /// Open findings.
    pub exceptions: u64,
    /// Waived findings.
    pub waived: u64,
    /// `no exceptions`, `exceptions (n)`, `unable to conclude` or `not evaluated`.
    pub conclusion: String,
    /// Why it is unable to conclude; else empty.
    pub because: String,
}

/// One rule that was run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleRow {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// How many subjects it looked at, and what they are called: `(1284, "active accounts")`.
    pub population: (u64, String),
    /// Open findings by severity, worst first.
    pub open: [u64; 4],
    /// Waived findings.
    pub waived: u64,
    /// What it cannot see, from its page.
    pub blind_spots: String,
}

/// One waiver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaiverRow {
    /// The rule, or empty.
    pub rule: String,
    /// The account or finding id it names.
    pub subject: String,
    /// Why.
    pub reason: String,
    /// Who.
    pub approver: String,
    /// The last day.
    pub expires: String,
    /// The ticket.
    pub ticket: String,
    /// `in force`, `expired` or `unused`.
    pub state: String,
}
