//! News: what a reader of every night's result has not read before.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{EVIDENCE_RULES, FindingRow, Report, WaiverRow};
use crate::model::finding::{Status, Turn};

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
