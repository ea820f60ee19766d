//! Failures in groups: who, since when, still failing, what to do. Made from a report that was kept, and from nothing else,
//! so that its rows are those of failures.csv.

use std::collections::{BTreeMap, BTreeSet};

use crate::analyzer::BY_HAND_FIRST;
use crate::model::failures::{Affected, By, FailureGroup, FailureSample, FailureSummary, NeverAttempted, State};
use crate::model::finding::Status;
use crate::model::report::{FailureRow, FindingRow, Report};
use crate::model::time::Timestamp;

/// The cause under which stands what the target did and the identity provider's log has as failed.
const DONE_AT_TARGET: &str = "done-at-target";

/// The cause under which stands what was never tried.
const NEVER_ATTEMPTED: &str = "never-attempted";

const RETRY_WHAT_IS_DONE: &str = "Retry this one at the identity provider: it finds the account and notes that it is in step. See that there is \
no second account.";

/// The failures of a report, grouped. With `since`, without those that ended before; whoever was never provisioned is left
/// out where they were entitled before. `connector` names what would have been asked to provision them.
#[must_use]
pub fn failures(report: &Report, connector: &str, by: By, since: Option<Timestamp>) -> FailureSummary {
    let within = |row: &&FailureRow| since.is_none_or(|since| row.last_failed_at >= since);
    let failures: Vec<FailureRow> = report.failures.iter().filter(within).cloned().collect();
    let past_failures: Vec<FailureRow> = report.past_failures.iter().filter(within).cloned().collect();
    let mut never_attempted: Vec<NeverAttempted> = report.findings.iter().filter_map(never_attempted).collect();
    never_attempted.retain(|row| since.is_none_or(|since| row.since.is_none_or(|entitled| entitled >= since)));
    never_attempted.sort_by(|one, other| (&one.person_login, &one.person).cmp(&(&other.person_login, &other.person)));

    let mut gathered: BTreeMap<(String, String), Gathered<'_>> = BTreeMap::new();
    for row in failures.iter().chain(&past_failures) {
        gathered.entry((key(by, row), cause(row).to_owned())).or_default().rows.push(row);
    }
    for row in &never_attempted {
        let key = match by {
            By::Cause => NEVER_ATTEMPTED.to_owned(),
            By::Person => name(&row.person_login, &row.person).to_owned(),
            By::Operation => "create".to_owned(),
            By::Connector => connector.to_owned(),
        };
        gathered.entry((key, NEVER_ATTEMPTED.to_owned())).or_default().never.push(row);
    }
    let mut groups: Vec<FailureGroup> =
        gathered.into_iter().map(|((key, cause), gathered)| gathered.into_group(key, cause, report.head.as_of)).collect();
    // The sort is stable: equals stay in the order of their keys.
    groups.sort_by_key(|group| (group.state, std::cmp::Reverse((group.still_failing, group.people.len(), group.attempts))));
    FailureSummary { as_of: report.head.as_of, since, by, groups, failures, past_failures, never_attempted }
}

/// What was found, open or accepted, of somebody for whom nothing was tried.
fn never_attempted(row: &FindingRow) -> Option<NeverAttempted> {
    let found = row.rule == "missing-account" && row.reason == NEVER_ATTEMPTED && row.status != Status::Resolved;
    found.then(|| NeverAttempted {
        person: row.person.clone(),
        person_login: row.person_login.clone(),
        since: row.since,
        finding_id: row.finding_id.clone(),
        explanation: row.explanation.clone(),
        remediation: row.remediation.clone(),
    })
}

fn cause(row: &FailureRow) -> &str {
    if row.standing == DONE_AT_TARGET { DONE_AT_TARGET } else { &row.cause }
}

fn key(by: By, row: &FailureRow) -> String {
    match by {
        By::Cause => cause(row).to_owned(),
        By::Person => who(row).to_owned(),
        By::Operation => row.operation.clone(),
        By::Connector => row.connector.clone(),
    }
}

fn who(row: &FailureRow) -> &str {
    if row.group.is_empty() { name(&row.person_login, &row.person) } else { &row.group }
}

fn name<'a>(login: &'a str, id: &'a str) -> &'a str {
    if login.is_empty() { id } else { login }
}

fn is_past(row: &FailureRow) -> bool {
    matches!(row.standing.as_str(), "recovered" | "superseded")
}

/// The rows of one group.
#[derive(Default)]
struct Gathered<'r> {
    rows: Vec<&'r FailureRow>,
    never: Vec<&'r NeverAttempted>,
}

impl Gathered<'_> {
    fn into_group(self, key: String, cause: String, as_of: Timestamp) -> FailureGroup {
        let of = |standing: &str| self.rows.iter().filter(|row| row.standing == standing).count() as u64;
        let (recovered, superseded) = (of("recovered"), of("superseded"));
        let still_failing = self.rows.len() as u64 - recovered - superseded;
        let state = match (still_failing, recovered, superseded) {
            (1.., ..) if cause == DONE_AT_TARGET => State::DoneAtTarget,
            (1.., ..) => State::StillFailing,
            (0, 0, 0) => State::NeverAttempted,
            (0, _, 0) => State::Recovered,
            (0, ..) => State::Superseded,
        };
        let first_failed = self.rows.iter().map(|row| row.first_failed_at).min();
        let last_failed = self.rows.iter().map(|row| row.last_failed_at).max();
        let never = !self.never.is_empty();
        FailureGroup {
            key,
            state,
            first_seen: first_failed.or_else(|| self.never.iter().filter_map(|row| row.since).min()),
            last_seen: last_failed.or(never.then_some(as_of)),
            people: self.people(),
            still_failing,
            recovered,
            superseded,
            attempts: self.rows.iter().map(|row| row.attempts).sum(),
            sample: self.sample(),
            keeps_access: if cause == DONE_AT_TARGET { Vec::new() } else { self.keeps_access() },
            fix: self.fix(&cause),
            cause,
        }
    }

    fn people(&self) -> Vec<Affected> {
        let mut failing: BTreeMap<(&str, &str, bool), bool> = BTreeMap::new();
        for row in &self.rows {
            *failing.entry((who(row), row.person.as_str(), !row.group.is_empty())).or_default() |= !is_past(row);
        }
        failing.extend(self.never.iter().map(|row| ((name(&row.person_login, &row.person), row.person.as_str(), false), true)));
        let affected = |((name, person, group), still_failing): ((&str, &str, bool), bool)| Affected {
            name: name.to_owned(),
            person: person.to_owned(),
            group,
            still_failing,
        };
        failing.into_iter().map(affected).collect()
    }

    fn sample(&self) -> Option<FailureSample> {
        let sample = self.rows.iter().max_by_key(|row| (!is_past(row), !row.person.is_empty(), row.last_failed_at));
        sample.map(|row| FailureSample {
            name: who(row).to_owned(),
            person: row.person.clone(),
            operation: row.operation.clone(),
            at: row.last_failed_at,
            code: row.code.clone(),
            message: row.message.clone(),
        })
    }

    fn keeps_access(&self) -> Vec<String> {
        let urgent = self.rows.iter().filter(|row| !is_past(row) && row.remediation.starts_with(BY_HAND_FIRST));
        urgent.map(|row| who(row).to_owned()).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// What still fails says what to do; what is over asks for nothing.
    fn fix(&self, cause: &str) -> Vec<String> {
        if cause == DONE_AT_TARGET {
            return vec![RETRY_WHAT_IS_DONE.to_owned()];
        }
        let mut counted: BTreeMap<&str, usize> = BTreeMap::new();
        for row in self.rows.iter().filter(|row| !is_past(row)) {
            // The table has no column for a group, so that its text names it; here it stands beside the text.
            let named = format!("Group {}: ", row.group);
            let text = row.remediation.strip_prefix(&named).filter(|_| !row.group.is_empty()).unwrap_or(&row.remediation);
            *counted.entry(text.strip_prefix(BY_HAND_FIRST).unwrap_or(text)).or_default() += 1;
        }
        for row in &self.never {
            *counted.entry(&row.remediation).or_default() += 1;
        }
        let ordered: BTreeSet<_> = counted.into_iter().map(|(text, count)| (std::cmp::Reverse(count), text)).collect();
        ordered.into_iter().map(|(_, text)| text.to_owned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn at(hour: i64) -> Timestamp {
        Timestamp::from_micros(hour * 3_600_000_000)
    }

    /// A failure of `person` at an hour.
    fn row(person: &str, operation: &str, cause: &str, standing: &str, hour: i64) -> FailureRow {
        FailureRow {
            connector: "acme".into(),
            cause: cause.into(),
            person: person.into(),
            person_login: format!("{person}@acme.example"),
            operation: operation.into(),
            first_failed_at: at(hour - 1),
            last_failed_at: at(hour),
            attempts: 2,
            code: "409".into(),
            message: "taken".into(),
            remediation: format!("Mend the {cause}."),
            group: String::new(),
            standing: standing.into(),
            ended_at: None,
        }
    }

    fn report(failures: Vec<FailureRow>, past_failures: Vec<FailureRow>) -> Report {
        Report { failures, past_failures, findings: Vec::new(), ..sample::nothing_found() }
    }

    fn in_short(summary: &FailureSummary) -> Vec<(&str, &str, State, usize)> {
        summary.groups.iter().map(|group| (group.key.as_str(), group.cause.as_str(), group.state, group.people.len())).collect()
    }

    #[test]
    fn a_cause_is_one_group_whatever_became_of_its_rows() {
        let failures = vec![row("ada", "create", "conflict", "open", 9), row("bo", "update", "conflict", "retrying", 5)];
        let past = vec![row("ada", "create", "conflict", "recovered", 3), row("cy", "update", "transport", "recovered", 2)];
        let summary = failures_of(&report(failures, past), By::Cause);
        assert_eq!(in_short(&summary), [("conflict", "conflict", State::StillFailing, 2), ("transport", "transport", State::Recovered, 1)]);
        let conflict = &summary.groups[0];
        assert_eq!((conflict.still_failing, conflict.recovered, conflict.attempts), (2, 1, 6));
        assert_eq!((conflict.first_seen, conflict.last_seen), (Some(at(2)), Some(at(9))));
        assert_eq!(conflict.sample.as_ref().map(|sample| sample.name.as_str()), Some("ada@acme.example"));
        assert_eq!(conflict.fix, ["Mend the conflict."]);
        assert_eq!(conflict.keeps_access, Vec::<String>::new());
        assert_eq!(summary.groups[1].fix, Vec::<String>::new(), "what is over asks for nothing");
    }

    fn failures_of(report: &Report, by: By) -> FailureSummary {
        failures(report, "acme", by, None)
    }

    #[test]
    fn what_the_target_did_and_what_nobody_tried_stand_by_themselves() {
        let failures = vec![row("ada", "create", "transport", "done-at-target", 9), row("bo", "create", "transport", "open", 8)];
        let mut report = report(failures, Vec::new());
        let mut never = sample::acme().findings.remove(0);
        "missing-account".clone_into(&mut never.rule);
        never.reason = NEVER_ATTEMPTED.to_owned();
        never.status = Status::Open;
        never.person_login = "cy@acme.example".to_owned();
        let mut resolved = never.clone();
        resolved.status = Status::Resolved;
        report.findings = vec![never, resolved];
        let shown = in_short(&failures_of(&report, By::Cause)).len();
        assert_eq!(shown, 3);
        let by_operation = failures_of(&report, By::Operation);
        let expected = [
            ("create", "transport", State::StillFailing, 1),
            ("create", "never-attempted", State::NeverAttempted, 1),
            ("create", "done-at-target", State::DoneAtTarget, 1),
        ];
        assert_eq!(in_short(&by_operation), expected);
    }

    #[test]
    fn groups_by_person_and_connector_keep_causes_apart() {
        let failures = vec![row("ada", "create", "conflict", "open", 9), row("ada", "update", "attribute", "open", 8)];
        let report = report(failures, Vec::new());
        let by_person = failures_of(&report, By::Person);
        assert_eq!(by_person.groups.iter().map(|group| group.key.as_str()).collect::<Vec<_>>(), ["ada@acme.example"; 2]);
        assert_eq!(failures_of(&report, By::Connector).groups.iter().filter(|group| group.key == "acme").count(), 2);
    }

    #[test]
    fn whose_access_is_still_there_is_told_apart_from_the_fix() {
        let mut disable = row("ada", "disable", "conflict", "open", 9);
        disable.remediation = format!("{BY_HAND_FIRST}Mend the conflict.");
        let mut push = row("", "group-push", "conflict", "open", 11);
        (push.person_login, push.group) = (String::new(), "hf-nlp".to_owned());
        push.remediation = "Group hf-nlp: Mend the conflict.".to_owned();
        let summary = failures_of(&report(vec![disable, row("bo", "update", "conflict", "open", 8), push], Vec::new()), By::Cause);
        let group = &summary.groups[0];
        assert_eq!(
            (group.fix.as_slice(), group.keeps_access.as_slice()),
            (&["Mend the conflict.".to_owned()][..], &["ada@acme.example".to_owned()][..])
        );
        assert_eq!(group.sample.as_ref().map(|sample| sample.name.as_str()), Some("ada@acme.example"), "a person before a group");
    }

    #[test]
    fn what_ended_before_is_left_out() {
        let rows = || vec![row("ada", "create", "conflict", "open", 9), row("bo", "update", "conflict", "open", 5)];
        let report = report(rows(), rows());
        let summary = failures(&report, "acme", By::Cause, Some(at(6)));
        assert_eq!((summary.failures.len(), summary.past_failures.len()), (1, 1));
        assert_eq!(summary.groups[0].people.len(), 1);
    }
}
