//! Guards: what says that the evidence of a report is incomplete.

use super::Report;
use crate::model::finding::Status;

/// Rules whose open findings say that the evidence is incomplete (CONTRACT section 6).
pub const EVIDENCE_RULES: [&str; 6] =
    ["altered-input", "log-gap", "rejected-records", "shrunken-listing", "stale-input", "suspect-correlation"];

impl Report {
    /// Whether the evidence is incomplete: an open finding of an evidence rule, or a file that could not be read.
    #[must_use]
    pub fn is_incomplete(&self) -> bool {
        let tripped = |rule: &str| EVIDENCE_RULES.contains(&rule);
        !self.refused.is_empty() || self.findings.iter().any(|row| row.status == Status::Open && tripped(&row.rule))
    }
}
