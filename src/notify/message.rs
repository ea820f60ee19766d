//! What is told: that something is new or broken, in numbers, and where to read on.
//!
//! A webhook leads out of the house, so no name, login, address or account goes there: counts by severity and rule, ids of
//! findings, and the place of the report. The ids say nothing to whom the report is not open to.

use std::collections::BTreeMap;

use serde::Serialize;

use super::slack;
use crate::model::finding::{Severity, Status, Turn};
use crate::model::report::{FindingRow, Report};
use crate::model::time::Timestamp;

/// A message names no more findings than this; it counts all.
const NAMED: usize = 50;

/// No error is told at greater length, in characters.
const LONGEST: usize = 500;

/// The form of the message; it changes when a field goes or means something else.
const FORM: &str = "notification/1";

/// One message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Message {
    scimdrift: &'static str,
    organization: String,
    /// `news`, `failed` or `test`.
    kind: &'static str,
    /// In one line.
    text: String,
    as_of: Option<Timestamp>,
    run_id: Option<String>,
    /// Of the run.
    exit_code: Option<u8>,
    /// The page of the report.
    report: Option<String>,
    /// Why the run failed.
    error: Option<String>,
    /// Open findings that were not there in the run before, by severity; worst first.
    news: Vec<SeverityCount>,
    /// The same findings by rule.
    news_by_rule: BTreeMap<String, u64>,
    /// The same findings, the first fifty.
    findings: Vec<NamedFinding>,
    /// Inputs that could be read the night before, or were not asked for, and cannot be read now.
    newly_refused: u64,
    /// Waived findings about the evidence with something new in them.
    grown: u64,
    /// All inputs that cannot be read.
    refused: u64,
    /// Open findings.
    open: u64,
    /// Accepted findings.
    waived: u64,
    /// Findings of the run before that are no more.
    resolved: u64,
}

/// What is news besides findings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Trouble {
    /// Inputs that cannot be read since this run.
    pub newly_refused: u64,
    /// Waived findings about the evidence with something new in them.
    pub grown: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
struct SeverityCount {
    severity: Severity,
    count: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct NamedFinding {
    finding_id: String,
    rule: String,
    severity: Severity,
    change: Turn,
}

impl Message {
    /// The message of a run that did its job; `None` where nothing is new. `news` are those of its findings that the webhook
    /// has not heard of, `page` says where the report is.
    #[must_use]
    pub fn of_run(report: &Report, news: &[&FindingRow], trouble: Trouble, exit_code: u8, page: Option<&str>) -> Option<Self> {
        let Trouble { newly_refused, grown } = trouble;
        if news.is_empty() && newly_refused == 0 && grown == 0 {
            return None;
        }
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        let of_status = |status| count(report.findings.iter().filter(|row| row.status == status).count());
        let by_severity = Severity::ALL
            .map(|severity| SeverityCount { severity, count: count(news.iter().filter(|row| row.severity == severity).count()) });
        let mut news_by_rule = BTreeMap::new();
        for row in news {
            *news_by_rule.entry(row.rule.clone()).or_default() += 1;
        }
        let named = |row: &&FindingRow| NamedFinding {
            finding_id: row.finding_id.clone(),
            rule: row.rule.clone(),
            severity: row.severity,
            change: row.change,
        };
        let mut message = Self {
            as_of: Some(report.head.as_of),
            run_id: Some(report.head.run_id.clone()),
            exit_code: Some(exit_code),
            report: page.map(ToOwned::to_owned),
            news: by_severity.into_iter().filter(|row| row.count > 0).collect(),
            news_by_rule,
            findings: news.iter().take(NAMED).map(named).collect(),
            newly_refused,
            grown,
            refused: count(report.refused.len()),
            open: of_status(Status::Open),
            waived: of_status(Status::Waived),
            resolved: of_status(Status::Resolved),
            ..Self::empty("news", &report.head.organization)
        };
        message.text = message.sentence();
        Some(message)
    }

    /// The message of a run that could not do its job.
    #[must_use]
    pub fn of_failure(organization: &str, exit_code: u8, error: &str) -> Self {
        let error: String = error.chars().take(LONGEST).collect();
        let text = format!("{organization}: the run failed");
        Self { exit_code: Some(exit_code), error: Some(error), text, ..Self::empty("failed", organization) }
    }

    /// A message that only shows that messages arrive.
    #[must_use]
    pub fn of_test(organization: &str) -> Self {
        let text = format!("{organization}: a test, nothing happened");
        Self { text, ..Self::empty("test", organization) }
    }

    /// As one JSON object.
    #[must_use]
    pub fn json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// As the body of a Slack webhook.
    #[must_use]
    pub fn slack(&self) -> String {
        let mut lines = vec![slack::bold(&self.text)];
        lines.extend(self.error.as_deref().map(slack::code));
        if !self.news_by_rule.is_empty() {
            let rules: Vec<String> = self.news_by_rule.iter().map(|(rule, count)| format!("{rule} {count}")).collect();
            lines.push(slack::plain(&rules.join(", ")));
        }
        if let Some(as_of) = self.as_of {
            let Self { open, waived, resolved, .. } = self;
            let code = self.exit_code.unwrap_or_default();
            lines.push(slack::plain(&format!(
                "as of {} UTC: {open} open, {waived} waived, {resolved} resolved; exit code {code}",
                as_of.minute()
            )));
        }
        lines.extend(self.report.as_deref().map(slack::code));
        slack::body(&self.text, &lines)
    }

    fn empty(kind: &'static str, organization: &str) -> Self {
        Self {
            scimdrift: FORM,
            organization: organization.to_owned(),
            kind,
            text: String::new(),
            as_of: None,
            run_id: None,
            exit_code: None,
            report: None,
            error: None,
            news: Vec::new(),
            news_by_rule: BTreeMap::new(),
            findings: Vec::new(),
            newly_refused: 0,
            grown: 0,
            refused: 0,
            open: 0,
            waived: 0,
            resolved: 0,
        }
    }

    /// `Acme Corp: 3 new findings (1 critical, 2 high), 1 input that cannot be read`.
    fn sentence(&self) -> String {
        let plural = |count: u64, one: &str, more: &str| format!("{count} {}", if count == 1 { one } else { more });
        let mut parts = Vec::new();
        if !self.news.is_empty() {
            let severities: Vec<String> = self.news.iter().map(|row| format!("{} {}", row.count, row.severity)).collect();
            let all = plural(self.news.iter().map(|row| row.count).sum(), "new finding", "new findings");
            parts.push(format!("{all} ({})", severities.join(", ")));
        }
        if self.newly_refused > 0 {
            parts.push(plural(self.newly_refused, "input that can no longer be read", "inputs that can no longer be read"));
        }
        if self.grown > 0 {
            parts.push(plural(
                self.grown,
                "waived gap or reject with something new in it",
                "waived gaps or rejects with something new in them",
            ));
        }
        format!("{}: {}", self.organization, parts.join(", "))
    }
}
