//! Conclusions: what the findings and the coverage together say of every control, and what could not be checked.

use std::collections::{BTreeMap, BTreeSet};

use crate::analyzer::{self, Analyzer, Context, Reach};
use crate::model::control::Control;
use crate::model::finding::{Severity, Status};
use crate::model::page::section;
use crate::model::report::{ControlRow, EVIDENCE_RULES, FindingRow, Report, RuleRow};
use crate::policy::Provider;

/// Fills in what rests on everything else: rules, controls and what could not be checked.
pub(super) fn conclude(context: &Context<'_>, report: &mut Report) {
    let troubled = troubled_sources(context, report);
    let judged: BTreeMap<&str, Judged> = analyzer::ALL.iter().map(|rule| (rule.id, Judged::of(context, rule, report, &troubled))).collect();
    report.gaps = gaps(report);
    report.gaps.extend(pruned_into(report).map(|sentence| format!("{sentence}.")));
    report.gaps.extend(judged.iter().filter_map(|(id, judged)| Some(format!("{id}: {}.", judged.in_part()?))));
    report.gaps.extend(unread(&judged));
    report.rules = analyzer::ALL.iter().map(|rule| rule_row(context, rule, &report.findings)).collect();
    report.controls = controls().into_iter().map(|(control, rules)| control_row(control, &rules, report, &judged)).collect();
}

/// The sources that were not read though rules look to them, each as a sentence.
fn unread(judged: &BTreeMap<&str, Judged>) -> Vec<String> {
    let mut by_source: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (rule, judged) in judged.iter().filter(|(_, judged)| judged.is_evaluated()) {
        for source in &judged.unread {
            by_source.entry(source).or_default().push(rule);
        }
    }
    let sentence =
        |(source, rules): (&str, Vec<&str>)| format!("No {source} was read: what only that tells is not in {}.", rules.join(", "));
    by_source.into_iter().map(sentence).collect()
}

/// What became of a rule.
struct Judged {
    /// How far it reaches.
    reach: Reach,
    /// The first group of sources it rests on of which none was read.
    missing: Option<&'static [&'static str]>,
    /// The witnesses of it that were not read.
    unread: Vec<&'static str>,
    /// What is the matter with the sources that it rests on, and with what was accepted of its findings.
    doubts: Vec<String>,
}

impl Judged {
    fn of(context: &Context<'_>, rule: &Analyzer, report: &Report, troubled: &BTreeMap<String, String>) -> Self {
        let read = |source: &&str| report.coverage.iter().any(|row| row.source == **source && row.verdict != "missing");
        let missing = rule.rests_on.iter().find(|group| !group.iter().any(read)).copied();
        let provider = context.policy.idp.provider;
        let other = |source: &str| Provider::ALL.iter().any(|one| *one != provider && source.split('-').next() == Some(one.word()));
        let unread = rule.witnesses.iter().copied().filter(|source| !other(source) && !read(source)).collect();
        let sources: BTreeSet<&str> = rule.rests_on.iter().flat_map(|group| *group).chain(rule.witnesses).copied().collect();
        let mut doubts: Vec<String> =
            sources.into_iter().filter_map(|source| Some(format!("{source} {}", troubled.get(source)?))).collect();
        // Accepting a gap does not fill it.
        let accepted = report.findings.iter().filter(|row| row.rule == rule.id && row.status == Status::Waived).count();
        if accepted > 0 && EVIDENCE_RULES.contains(&rule.id) {
            doubts.push(format!("{} of {} accepted, and still holds", counted(accepted, "finding", "findings"), rule.id));
        }
        Self { reach: (rule.reach)(context), missing, unread, doubts }
    }

    /// Whether it was asked for and could judge something.
    fn is_evaluated(&self) -> bool {
        self.reach != Reach::Nothing && self.missing.is_none()
    }

    /// Why it could judge a part only.
    fn in_part(&self) -> Option<&str> {
        if let Reach::Part(why) = &self.reach { Some(why) } else { None }
    }

    /// Why no findings of it are no proof, where it was asked for.
    fn doubts(&self, rule: &str) -> Vec<String> {
        match (&self.reach, self.missing) {
            (Reach::Nothing, _) => Vec::new(),
            (_, Some(sources)) => vec![format!("{rule} was not evaluated, as no {} was read", sources.join(" or "))],
            (_, None) => {
                let unread = (!self.unread.is_empty()).then(|| format!("no {} was read for {rule}", self.unread.join(" and no ")));
                self.doubts.iter().cloned().chain(self.in_part().map(str::to_owned)).chain(unread).collect()
            }
        }
    }
}

/// Sources that were read, but do not tell everything, with why. Waived or not: accepting a gap does not fill it.
fn troubled_sources(context: &Context<'_>, report: &Report) -> BTreeMap<String, String> {
    let mut troubled = BTreeMap::new();
    for row in &report.coverage {
        let why = match row.verdict.as_str() {
            "gap" => "has a gap",
            "partial" if row.log => "has records that could not be read",
            "partial" => "is incomplete, or has records that could not be read",
            _ => continue,
        };
        troubled.insert(row.source.clone(), why.to_owned());
    }
    for row in report.findings.iter().filter(|row| row.rule == "stale-input" && row.status != Status::Resolved) {
        troubled.entry(row.object.clone()).or_insert_with(|| "is too old".to_owned());
    }
    // One that a waiver accepts was not kept out; of an empty one, a waiver only ends the noise.
    for kept_out in context.kept_out.iter().filter(|kept_out| kept_out.superseded.is_none()) {
        troubled.entry(kept_out.listing.source.clone()).or_insert_with(|| "was kept out".to_owned());
    }
    troubled
}

/// What could not be checked, as sentences.
fn gaps(report: &Report) -> Vec<String> {
    let evidence = report.findings.iter().filter(|row| row.status != Status::Resolved && EVIDENCE_RULES.contains(&row.rule.as_str()));
    let mut sentences: Vec<String> = evidence.map(|row| row.explanation.clone()).collect();
    let partial = report.coverage.iter().filter(|row| row.verdict == "partial" && !row.log);
    sentences.extend(
        partial.map(|row| format!("The latest {} is not the full state, so what it does not name may still be there.", row.source)),
    );
    sentences.extend(report.refused.iter().map(|row| format!("{} could not be read: {}.", row.file, row.reason)));
    sentences
}

/// What was removed for its age though it is of the period, or of before the as-of time.
fn pruned_into(report: &Report) -> Option<String> {
    let latest = report.prunings.iter().max_by_key(|pruning| pruning.before)?;
    let earlier = match (report.head.from < latest.before, report.head.as_of < latest.before) {
        (_, true) => "this report speaks of a time before that",
        (true, false) => "the period begins earlier",
        (false, false) => return None,
    };
    let (before, day) = (latest.before.minute(), latest.pruned_at.day());
    Some(format!("Records before {before} UTC were removed on {day} by prune, and {earlier}"))
}

fn rule_row(context: &Context<'_>, rule: &Analyzer, findings: &[FindingRow]) -> RuleRow {
    let own = || findings.iter().filter(|row| row.rule == rule.id);
    let open = |severity| own().filter(|row| row.status == Status::Open && row.severity == severity).count() as u64;
    let (population, name) = (rule.population)(context);
    RuleRow {
        id: rule.id.to_owned(),
        title: rule.title.to_owned(),
        population: (population, name.to_owned()),
        open: Severity::ALL.map(open),
        waived: own().filter(|row| row.status == Status::Waived).count() as u64,
        blind_spots: section(rule.doc, "What it cannot see").flat_map(str::split_whitespace).collect::<Vec<_>>().join(" "),
    }
}

fn controls() -> BTreeMap<Control, Vec<&'static Analyzer>> {
    let mut controls: BTreeMap<Control, Vec<&'static Analyzer>> = BTreeMap::new();
    for rule in analyzer::ALL {
        for control in rule.controls {
            controls.entry(*control).or_default().push(rule);
        }
    }
    controls
}

fn control_row(control: Control, rules: &[&Analyzer], report: &Report, judged: &BTreeMap<&str, Judged>) -> ControlRow {
    let ids: Vec<String> = rules.iter().map(|rule| rule.id.to_owned()).collect();
    let count = |status| report.findings.iter().filter(|row| row.status == status && ids.contains(&row.rule)).count() as u64;
    let (exceptions, waived) = (count(Status::Open), count(Status::Waived));
    let evaluated: BTreeSet<&str> =
        rules.iter().map(|rule| rule.id).filter(|id| judged.get(id).is_some_and(Judged::is_evaluated)).collect();
    // A rule that had nothing to rest on is a doubt about a control that others were evaluated for.
    let mut doubts: BTreeSet<String> = rules.iter().filter_map(|rule| Some(judged.get(rule.id)?.doubts(rule.id))).flatten().collect();
    if !report.refused.is_empty() {
        doubts.insert(format!("{} could not be read", counted(report.refused.len(), "file", "files")));
    }
    doubts.extend(pruned_into(report));
    let conclusion = match (exceptions, evaluated.is_empty(), doubts.is_empty()) {
        (1.., ..) => format!("exceptions ({exceptions})"),
        (0, true, _) => "not evaluated".to_owned(),
        (0, false, false) => "unable to conclude".to_owned(),
        (0, false, true) => "no exceptions".to_owned(),
    };
    let looked_at = |row: &&RuleRow| {
        let found = row.waived > 0 || row.open.iter().any(|open| *open > 0);
        ids.contains(&row.id) && (found || evaluated.contains(row.id.as_str()))
    };
    let mut population: Vec<(u64, String)> = report.rules.iter().filter(looked_at).map(|row| row.population.clone()).collect();
    population.sort_unstable_by(|(count, name), (other_count, other)| (name, count).cmp(&(other, other_count)));
    population.dedup();
    ControlRow {
        framework: control.framework.name().to_owned(),
        control: control.id.to_owned(),
        title: control.title().unwrap_or_default().to_owned(),
        rules: ids,
        population,
        exceptions,
        waived,
        conclusion,
        because: doubts.into_iter().collect::<Vec<_>>().join("; "),
    }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
