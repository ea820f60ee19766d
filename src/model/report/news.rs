//! News: what a reader of every night's result has not read before.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{EVIDENCE_RULES, Evidence, FindingRow, Report, WaiverRow};
use crate::model::finding::{Status, Turn};

/// Rules of evidence whose findings add up; the others say how things stand.
const GROWING: [&str; 3] = ["altered-input", "log-gap", "rejected-records"];

impl Report {
    /// Findings that are open and were not in the run before: new ones, and those that came back; worst first. Each is news
    /// in one run only. `untold` are findings that were news in a run that nobody heard of; they are it still.
    #[must_use]
    pub fn news(&self, untold: &BTreeSet<String>) -> Vec<&FindingRow> {
        let is_news = |row: &&FindingRow| matches!(row.change, Turn::New | Turn::Reopened) || untold.contains(&row.finding_id);
        self.findings.iter().filter(|row| row.status == Status::Open).filter(is_news).collect()
    }

    /// Findings that say the evidence is incomplete, open or waived; worst first.
    pub fn evidence_findings(&self) -> impl Iterator<Item = &FindingRow> {
        self.findings.iter().filter(|row| row.status != Status::Resolved && EVIDENCE_RULES.contains(&row.rule.as_str()))
    }

    /// Waived findings about gaps and bad or altered records that rest on something they did not rest on before. A waiver is about
    /// a source, so what happens there later is accepted with the rest, and nobody would hear of it. `before` are the findings of
    /// the run before.
    #[must_use]
    pub fn grown(&self, before: &[FindingRow]) -> Vec<&FindingRow> {
        let was_there = |row: &FindingRow, proof: &Evidence| {
            before.iter().any(|earlier| earlier.finding_id == row.finding_id && earlier.evidence.contains(proof))
        };
        let has_grown = |row: &&FindingRow| row.evidence.iter().any(|proof| !was_there(row, proof));
        let waived = self.evidence_findings().filter(|row| row.status == Status::Waived && GROWING.contains(&row.rule.as_str()));
        waived.filter(has_grown).collect()
    }

    /// Waivers in force whose last day is at most so many days after the as-of time, the first to end first, each with the
    /// days it has left.
    #[must_use]
    pub fn waivers_ending_within(&self, days: i64) -> Vec<(&WaiverRow, i64)> {
        let today = self.head.as_of.day();
        let left = |waiver: &WaiverRow| waiver.expires.parse::<NaiveDate>().ok().map(|last| (last - today).num_days());
        let in_force = self.waivers.iter().filter(|waiver| waiver.state == "in force");
        let mut ending: Vec<_> = in_force.filter_map(|waiver| Some((waiver, left(waiver).filter(|left| *left <= days)?))).collect();
        ending.sort_by_key(|(_, left)| *left);
        ending
    }
}
