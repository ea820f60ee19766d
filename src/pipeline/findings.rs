//! Findings as rows: with waivers, history and evidence. Analyzers only find; everything else about a finding is said here.

use std::collections::{BTreeMap, BTreeSet};

use super::PipelineError;
use crate::analyzer::{self, Context};
use crate::model::digest::Digest;
use crate::model::finding::{Finding, Proof, Status, Turn};
use crate::model::report::{Evidence, FindingRow, KeyRow, WaiverRow};
use crate::model::time::Timestamp;
use crate::policy::{Policy, Waiver};
use crate::state::Account;
use crate::store::{EventEvidence, PastFinding, Store};

/// All findings of this run, and those of the run before that hold no more: open, waived, resolved; worst first.
/// `records` are those that the findings rest on.
pub(super) fn rows(
    context: &Context<'_>,
    store: &Store,
    findings: &[Finding],
    records: &BTreeMap<u32, EventEvidence>,
) -> Result<Vec<FindingRow>, PipelineError> {
    let past = store.past_findings(context.as_of)?;
    let before = match store.previous_run(context.as_of)? {
        Some(run) => store.findings_of(run.as_of)?,
        None => Vec::new(),
    };
    let history = History { past: &past, before: &before };
    let ids = ids(findings, records);
    let mut rows: Vec<FindingRow> = findings.iter().zip(ids).map(|(finding, id)| row(context, finding, id, records, &history)).collect();
    let now: BTreeSet<String> = rows.iter().map(|row| row.finding_id.clone()).collect();
    let gone = before.iter().filter(|row| !now.contains(&row.finding_id));
    rows.extend(gone.cloned().map(|row| FindingRow { status: Status::Resolved, change: Turn::Resolved, ..row }));
    rows.sort_by(|one, other| order(one).cmp(&order(other)));
    Ok(rows)
}

/// The order of reports: where it stands, how bad it is, then by subject.
fn order(row: &FindingRow) -> impl Ord + '_ {
    let subject =
        [&row.rule, &row.reason, &row.system, &row.account, &row.person, &row.credential, &row.group, &row.object, &row.finding_id];
    (row.status, std::cmp::Reverse(row.severity), subject)
}

/// What earlier runs say.
struct History<'a> {
    past: &'a BTreeMap<String, PastFinding>,
    before: &'a [FindingRow],
}

impl History<'_> {
    /// What is new about a finding. One whose waiver ran out is open again, loudly.
    fn turn(&self, id: &str, status: Status) -> Turn {
        let before = self.before.binary_search_by(|row| row.finding_id.as_str().cmp(id)).ok().and_then(|index| self.before.get(index));
        match (before, self.past.contains_key(id)) {
            (Some(before), _) if before.status == Status::Waived && status == Status::Open => Turn::Reopened,
            (Some(_), _) => Turn::Persisting,
            (None, true) => Turn::Reopened,
            (None, false) => Turn::New,
        }
    }
}

/// The id of every finding. Two that would have the same, such as two lapses that only listings of one person tell of,
/// are told apart by their order.
pub(super) fn ids(findings: &[Finding], records: &BTreeMap<u32, EventEvidence>) -> Vec<String> {
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    let of = |finding: &Finding| {
        let about = finding.about.and_then(|ordinal| records.get(&ordinal)).map(|record| record.native_id.as_str());
        let id = finding.id(about);
        let times = seen.entry(id.clone()).or_default();
        *times += 1;
        if *times == 1 { id } else { Digest::of_parts([id.as_str(), &times.to_string()]).id() }
    };
    findings.iter().map(of).collect()
}

fn row(
    context: &Context<'_>,
    finding: &Finding,
    finding_id: String,
    records: &BTreeMap<u32, EventEvidence>,
    history: &History<'_>,
) -> FindingRow {
    let waiver = waiver_of(context.policy, &finding_id, finding.rule, &finding.subject.account);
    let status = if waiver.is_some_and(|waiver| in_force(waiver, context.as_of)) { Status::Waived } else { Status::Open };
    let controls = analyzer::find(finding.rule).map(|rule| rule.controls.iter().map(ToString::to_string).collect()).unwrap_or_default();
    let login = context.directory.persons.binary_search_by(|person| person.id.cmp(&finding.subject.person)).ok();
    let login = login.and_then(|index| context.directory.persons.get(index)).map(|person| person.label().to_owned()).unwrap_or_default();
    FindingRow {
        rule: finding.rule.to_owned(),
        reason: finding.reason.to_owned(),
        severity: finding.severity,
        confidence: finding.confidence,
        status,
        change: history.turn(&finding_id, status),
        system: finding.subject.system.clone(),
        account: finding.subject.account.clone(),
        person: finding.subject.person.clone(),
        credential: finding.subject.credential.clone(),
        group: finding.subject.group.clone(),
        object: finding.subject.object.clone(),
        expected: finding.expected.clone(),
        observed: finding.observed.clone(),
        since: finding.since,
        explanation: finding.explanation.clone(),
        remediation: finding.remediation.clone(),
        controls,
        evidence: finding.evidence().iter().filter_map(|proof| evidence(proof, records)).collect(),
        waiver_reason: waiver.map(|waiver| waiver.reason.clone()).unwrap_or_default(),
        waiver_approver: waiver.map(|waiver| waiver.approver.clone()).unwrap_or_default(),
        waiver_expires: waiver.map(|waiver| waiver.expires.to_string()).unwrap_or_default(),
        first_seen: history.past.get(&finding_id).map_or(context.as_of, |past| past.first_seen),
        last_seen: context.as_of,
        account_id: finding.subject.account_id.clone(),
        matched: finding.matched.clone(),
        person_login: login,
        keys: keys_tried(context, finding),
        finding_id,
    }
}

/// The keys that were tried on the account that a finding is about.
fn keys_tried(context: &Context<'_>, finding: &Finding) -> Vec<KeyRow> {
    let subject = &finding.subject;
    if subject.account_id.is_empty() {
        return Vec::new();
    }
    // Accounts stand by system, name and id.
    let order = |account: &Account| {
        (account.system.as_str(), account.name.as_str(), account.id()).cmp(&(&subject.system, &subject.account, &subject.account_id))
    };
    let accounts = &context.directory.accounts;
    let index = accounts.binary_search_by(order).ok();
    index.and_then(|index| accounts.get(index)).map(|account| context.directory.keys_tried(account)).unwrap_or_default()
}

fn evidence(proof: &Proof, records: &BTreeMap<u32, EventEvidence>) -> Option<Evidence> {
    match proof {
        Proof::Event(ordinal) => records.get(ordinal).map(|record| record.evidence.clone()),
        Proof::Input { source, file, note } => Some(Evidence {
            source: source.clone(),
            file: file.clone(),
            record: None,
            line: None,
            at: None,
            sha256: String::new(),
            original: note.clone(),
        }),
    }
}

/// The waiver about a finding: one in force before one that ran out.
fn waiver_of<'a>(policy: &'a Policy, id: &str, rule: &str, account: &str) -> Option<&'a Waiver> {
    let about = |waiver: &&Waiver| match (&waiver.finding, &waiver.rule, &waiver.account) {
        (Some(finding), ..) => finding == id,
        (None, Some(waived), Some(name)) => waived == rule && !account.is_empty() && name.eq_ignore_ascii_case(account),
        _ => false,
    };
    policy.waivers.iter().filter(about).max_by_key(|waiver| waiver.expires)
}

/// Whether a waiver accepts a finding that is about no event.
pub(super) fn is_accepted(context: &Context<'_>, finding: &Finding) -> bool {
    let waiver = waiver_of(context.policy, &finding.id(None), finding.rule, &finding.subject.account);
    waiver.is_some_and(|waiver| in_force(waiver, context.as_of))
}

/// The last day counts.
fn in_force(waiver: &Waiver, as_of: Timestamp) -> bool {
    as_of.day() <= waiver.expires
}

/// Every waiver with its state: in force, expired, or unused because it matches no finding.
pub(super) fn waiver_rows(policy: &Policy, as_of: Timestamp, findings: &[FindingRow]) -> Vec<WaiverRow> {
    let current = || findings.iter().filter(|row| row.status != Status::Resolved);
    policy
        .waivers
        .iter()
        .map(|waiver| {
            let used =
                current().any(|row| waiver_of(policy, &row.finding_id, &row.rule, &row.account).is_some_and(|about| about == waiver));
            let state = match (in_force(waiver, as_of), used) {
                (_, false) => "unused",
                (true, true) => "in force",
                (false, true) => "expired",
            };
            WaiverRow {
                rule: waiver.rule.clone().unwrap_or_default(),
                subject: waiver.finding.clone().or_else(|| waiver.account.clone()).unwrap_or_default(),
                reason: waiver.reason.clone(),
                approver: waiver.approver.clone(),
                expires: waiver.expires.to_string(),
                ticket: waiver.ticket.clone().unwrap_or_default(),
                state: state.to_owned(),
            }
        })
        .collect()
}

/// The rules with an open or waived finding, by subject.
pub(super) fn rules_by<K: Ord>(rows: &[FindingRow], key: impl Fn(&FindingRow) -> K) -> BTreeMap<K, Vec<String>> {
    let mut rules: BTreeMap<K, BTreeSet<String>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.status != Status::Resolved) {
        rules.entry(key(row)).or_default().insert(row.rule.clone());
    }
    rules.into_iter().map(|(key, rules)| (key, rules.into_iter().collect())).collect()
}
