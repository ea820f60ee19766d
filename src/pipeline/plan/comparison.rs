//! Comparisons: what is different because of what was supposed, or under a config that the last run did not have.
//!
//! Suppositions are compared once the sync has done its part in both worlds, and the grace time is over: what remains then is
//! what the sync does not mend, such as tokens.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{PipelineError, Workers, findings};
use super::supposition::Supposed;
use super::world::{Replica, World};
use crate::analyzer;
use crate::model::event::Activity;
use crate::model::finding::{Finding, Status, Subject};
use crate::model::plan::{Comparison, FindingChange, Plan, PlannedOperation};
use crate::model::report::FindingRow;
use crate::model::time::{Span, Timestamp};

/// The plan of a supposed world, with what is different marked and told.
pub(super) fn suppose(
    world: &World<'_>,
    real: &Plan,
    mut plan: Plan,
    supposed: &Supposed,
    workers: &Workers,
) -> Result<Plan, PipelineError> {
    let (before, after): (BTreeSet<String>, BTreeSet<String>) =
        (real.operations.iter().map(identity).collect(), plan.operations.iter().map(identity).collect());
    for operation in &mut plan.operations {
        operation.supposed = !before.contains(&identity(operation));
    }
    let effects: BTreeMap<&str, _> = real.people.iter().map(|effect| (effect.person.as_str(), effect)).collect();
    for effect in &mut plan.people {
        effect.supposed = effects.get(effect.person.as_str()).is_none_or(|former| *former != effect);
    }
    let no_longer = real.operations.iter().filter(|operation| !after.contains(&identity(operation)));
    // What the sync itself brings about in either world is no effect of what was supposed.
    let then = world.as_of.plus(world.setup.policy.thresholds.grace).plus(Span::from_micros(1_000_000));
    let done = |plan: &Plan, steps: Vec<(Activity, u32)>| -> Result<Vec<Finding>, PipelineError> {
        let replica = world.replayed(steps.into_iter().chain(carried_out(plan)))?;
        Ok(found(&replica, then, workers))
    };
    let (without, with) = (done(real, Vec::new())?, done(&plan, supposed.activities())?);
    let (without, with) = (by_key(&without), by_key(&with));
    let only_in = |one: &BTreeMap<String, FindingChange>, other: &BTreeMap<String, FindingChange>| {
        let mut rows: Vec<FindingChange> = one.iter().filter(|(key, _)| !other.contains_key(*key)).map(|(_, row)| row.clone()).collect();
        rows.sort();
        rows
    };
    plan.comparison = Some(Comparison {
        supposed: supposed.sentences.clone(),
        compared_with: "the same without it; each plan carried out, and the grace time over".to_owned(),
        appear: only_in(&with, &without),
        go: only_in(&without, &with),
        no_longer: no_longer.map(in_words).collect(),
    });
    Ok(plan)
}

/// The findings of the run that is kept for this moment, where it had another config; `None` where there is none such.
pub(super) fn with_last_run(world: &World<'_>, real: &Replica<'_>, workers: &Workers) -> Result<Option<Comparison>, PipelineError> {
    let Some(report) = world.store.report(world.as_of)? else { return Ok(None) };
    if report.head.config_sha256 == world.setup.sha256.to_string() {
        return Ok(None);
    }
    let now = found(real, world.as_of, workers);
    let about = now.iter().filter_map(|finding| finding.about).collect();
    let records = world.store.evidence(Timestamp::LAST, &BTreeSet::new(), &about)?;
    let now: BTreeMap<String, FindingChange> =
        now.iter().zip(findings::ids(&now, &records)).map(|(finding, id)| (format!("{id} {}", finding.reason), change(finding))).collect();
    let held = report.findings.iter().filter(|row| row.status != Status::Resolved);
    let before: BTreeMap<String, &FindingRow> = held.map(|row| (format!("{} {}", row.finding_id, row.reason), row)).collect();
    let mut appear: Vec<FindingChange> =
        now.iter().filter(|(key, _)| !before.contains_key(*key)).map(|(_, finding)| finding.clone()).collect();
    let mut go: Vec<FindingChange> = before.iter().filter(|(key, _)| !now.contains_key(*key)).map(|(_, row)| of_row(row)).collect();
    appear.sort();
    go.sort();
    Ok(Some(Comparison {
        supposed: Vec::new(),
        compared_with: format!(
            "the findings of run {} as of {} UTC, under the config of then",
            report.head.run_id,
            report.head.as_of.minute()
        ),
        appear,
        go,
        no_longer: Vec::new(),
    }))
}

/// What the requests of a plan do when they work. Their ordinals are of no record, and none of what was supposed.
fn carried_out(plan: &Plan) -> impl Iterator<Item = (Activity, u32)> {
    let done = plan.operations.iter().filter(|operation| operation.validity.may_work());
    let effects = done.filter_map(|operation| operation.effect.clone()).map(|effect| Activity::Exchange(Box::new(effect)));
    effects.zip(std::iter::repeat(u32::MAX / 2))
}

fn found(replica: &Replica<'_>, at: Timestamp, workers: &Workers) -> Vec<Finding> {
    replica.judged(at, |context| workers.run(|| analyzer::run(context)))
}

/// Findings by what they are about. Records have the same numbers in both worlds.
fn by_key(findings: &[Finding]) -> BTreeMap<String, FindingChange> {
    let key = |finding: &Finding| {
        let about = finding.about.map(|ordinal| ordinal.to_string());
        format!("{} {}", finding.id(about.as_deref()), finding.reason)
    };
    findings.iter().map(|finding| (key(finding), change(finding))).collect()
}

fn change(finding: &Finding) -> FindingChange {
    FindingChange {
        rule: finding.rule.to_owned(),
        reason: finding.reason.to_owned(),
        severity: finding.severity,
        subject: subject(&finding.subject),
        explanation: finding.explanation.clone(),
    }
}

fn of_row(row: &FindingRow) -> FindingChange {
    let about = Subject {
        account: row.account.clone(),
        person: row.person.clone(),
        credential: row.credential.clone(),
        group: row.group.clone(),
        object: row.object.clone(),
        ..Subject::default()
    };
    FindingChange {
        rule: row.rule.clone(),
        reason: row.reason.clone(),
        severity: row.severity,
        subject: subject(&about),
        explanation: row.explanation.clone(),
    }
}

/// `noaberg · nlp-research`: the account, else the person, and what else there is.
fn subject(about: &Subject) -> String {
    let whom = if about.account.is_empty() { &about.person } else { &about.account };
    let parts = [whom, &about.credential, &about.group, &about.object].into_iter().filter(|part| !part.is_empty());
    parts.map(String::as_str).collect::<Vec<_>>().join(" · ")
}

/// What makes two operations the same, whatever their numbers.
fn identity(operation: &PlannedOperation) -> String {
    let changes: Vec<String> = operation.changes.iter().map(|change| format!("{}={}", change.what, change.to)).collect();
    let whom = [&operation.person, &operation.account, &operation.account_id, &operation.group];
    format!("{} {whom:?} {changes:?}", operation.kind.word())
}

/// `deactivate noaberg`, `role-raise noaberg: role read → write`
fn in_words(operation: &PlannedOperation) -> String {
    let whom = [&operation.account, &operation.person_login, &operation.group].into_iter().find(|name| !name.is_empty());
    let group = if operation.group.is_empty() { String::new() } else { format!(", group {}", operation.group) };
    let role = operation.changes.iter().find(|change| change.what == "role");
    let role = role.map(|change| format!(": role {} → {}", change.from, change.to)).unwrap_or_default();
    format!("{} {}{group}{role}", operation.kind.word(), whom.map(String::as_str).unwrap_or_default())
}
