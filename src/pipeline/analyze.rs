//! Judging: the store's events, replayed to the as-of time, judged by every rule, written down as a report.

use std::collections::{BTreeMap, BTreeSet};

use super::altered::Versions;
use super::guard::{Guarded, guard};
use super::trace::{self, Diagnosed, Mentions};
use super::{PipelineError, Setup, Workers, accounts, changes, conclusion, coverage, failures, findings, inputs, joiners, leavers, tokens};
use crate::analyzer::{self, Context, InputFile, KeptOut};
use crate::model::coverage::Coverage;
use crate::model::digest::Digest;
use crate::model::event::Activity;
use crate::model::finding::Finding;
use crate::model::link::fold;
use crate::model::listing::Listing;
use crate::model::record::Kind;
use crate::model::report::{Head, InputRow, Report};
use crate::model::time::Timestamp;
use crate::policy::Sso;
use crate::report;
use crate::source;
use crate::state::{Directory, Frame, Replay};
use crate::store::{Dossiers, FileRow, ListingRow, Store, StoredEvent};

/// What a run came to.
#[derive(Debug)]
pub struct Analysis {
    /// The report, already kept in the store.
    pub report: Report,
}

impl Analysis {
    /// Whether the evidence is incomplete: an open finding of an evidence rule, or a file that could not be read.
    #[must_use]
    pub fn is_incomplete(&self) -> bool {
        self.report.is_incomplete()
    }
}

/// Judges the store at `as_of` and keeps the run.
///
/// # Errors
/// When the store fails.
pub fn analyze(setup: &Setup, store: &mut Store, as_of: Timestamp, workers: &Workers) -> Result<Analysis, PipelineError> {
    analyze_by(setup, store, as_of, workers, analyzer::run)
}

/// Judges with `rules`, which find what is to be found, and keeps the run.
fn analyze_by(
    setup: &Setup,
    store: &mut Store,
    as_of: Timestamp,
    workers: &Workers,
    rules: impl Fn(&Context<'_>) -> Vec<Finding> + Sync,
) -> Result<Analysis, PipelineError> {
    let (report, dossiers) = judge_by(setup, store, as_of, workers, rules)?;
    keep(store, &report)?;
    store.keep_dossiers(as_of, &dossiers)?;
    Ok(Analysis { report })
}

/// The report of the store at `as_of`, and what is known of everybody. Nothing is kept.
pub(super) fn judge(setup: &Setup, store: &Store, as_of: Timestamp, workers: &Workers) -> Result<(Report, Dossiers), PipelineError> {
    judge_by(setup, store, as_of, workers, analyzer::run)
}

fn judge_by(
    setup: &Setup,
    store: &Store,
    as_of: Timestamp,
    workers: &Workers,
    rules: impl Fn(&Context<'_>) -> Vec<Finding> + Sync,
) -> Result<(Report, Dossiers), PipelineError> {
    let Guarded { rest_on: listings, kept_out, accepted } = guard(listings_up_to(store, as_of)?, &setup.policy, as_of);
    let mut versions = Versions::of(store, as_of)?;
    let mut mentions = Mentions::default();
    let Replayed { directory, used, spoken, read } =
        replay(setup, store, as_of, &listings, &kept_out, &mut versions, |stored| mentions.note(stored))?;
    let altered = versions.into_altered();
    let files = store.files()?;
    let logs = logs(store, as_of, &spoken)?;
    let inputs = input_files(setup, &files);
    let policy = &setup.policy;
    let first_record = || logs.iter().filter_map(Coverage::first).chain(listings.iter().map(|listing| listing.taken_at)).min();
    let from = policy.from.map(Timestamp::start_of).or_else(first_record).unwrap_or(as_of);
    let to = policy.to.map_or(as_of, Timestamp::end_of);
    let context = Context {
        directory: &directory,
        policy,
        as_of,
        from,
        to: to.min(as_of),
        logs: &logs,
        inputs: &inputs,
        kept_out: &kept_out,
        accepted: &accepted,
        altered: &altered,
    };
    let found = workers.run(|| rules(&context));
    // A question about one person is not bound to the audit period.
    let always = Context { from: first_record().unwrap_or(as_of), to: as_of, ..context };
    let is_same = (context.from, context.to) == (always.from, always.to);
    let found_ever = if is_same { None } else { Some(workers.run(|| rules(&always))) };
    let diagnosed = workers.run(|| Diagnosed::of(&always, found_ever.as_deref().unwrap_or(&found)));
    let mut shown = changes::proofs(&context);
    shown.append(&mut diagnosed.proofs());
    let records = store.evidence(Timestamp::LAST, &ordinals(&found), &shown)?;
    let finding_rows = findings::rows(&context, store, &found, &records)?;
    let by_account = findings::rules_by(&finding_rows, |row| (row.system.clone(), row.account_id.clone()));
    let by_token = findings::rules_by(&finding_rows, |row| (row.system.clone(), row.credential.clone()));
    let refused = store.refused()?;
    let mut report = Report {
        head: Head { read_sha256: read.to_string(), ..head(&context, setup, store, to)? },
        accounts: accounts::rows(&context, &by_account),
        leavers: leavers::rows(&context),
        tokens: tokens::rows(&context, &by_token),
        failures: failures::rows(&context),
        past_failures: failures::past(&context),
        joiners: joiners::rows(&context),
        changes: changes::rows(&context, &records, &listings),
        coverage: coverage::rows(&context, &listings, &store.pruned_listings()?, &files),
        inputs: input_rows(&files, &used),
        rejects: store.rejects()?,
        controls: Vec::new(),
        rules: Vec::new(),
        waivers: findings::waiver_rows(policy, as_of, &finding_rows),
        parameters: policy.parameters(),
        gaps: Vec::new(),
        findings: finding_rows,
        refused,
        withdrawn: store.withdrawn()?,
        prunings: store.prunings()?,
    };
    conclusion::conclude(&context, &mut report);
    report.head.run_id = run_id(&report);
    let dossiers = trace::pack(setup, store, &always, &diagnosed, &records, mentions, workers)?;
    Ok((report, dossiers))
}

/// Keeps the run with the manifest of its whole report, by whose hash the next run knows it.
fn keep(store: &mut Store, report: &Report) -> Result<(), PipelineError> {
    let manifest = report::seal(report)?;
    Ok(store.keep_run(report, &manifest)?)
}

/// Every listing, with what absence from it means.
pub(super) fn listings_up_to(store: &Store, as_of: Timestamp) -> Result<Vec<Listing>, PipelineError> {
    let listing = |row: ListingRow| {
        let Kind::Listing(absence) = source::find(&row.source)?.kind else { return None };
        let ListingRow { taken_at, source, scope, complete, rows, file } = row;
        Some(Listing { taken_at, source, scope, absence, complete, rows, file })
    };
    Ok(store.listings(as_of)?.into_iter().filter_map(listing).collect())
}

/// How the directory is to be kept; `applications` are labels by id.
pub(super) fn frame(setup: &Setup, applications: BTreeMap<String, String>) -> Frame {
    let policy = &setup.policy;
    Frame {
        provider: policy.idp.provider.word().to_owned(),
        target: policy.target.provider.clone(),
        application: policy.idp.application.clone(),
        applications,
        invitations: policy.target.sso == Sso::Basic,
        scim_actors: policy.target.scim_actors.iter().map(|actor| fold(actor)).collect(),
    }
}

/// What one pass over the events gives.
pub(super) struct Replayed {
    pub(super) directory: Directory,
    /// How many records each file was the first to bring.
    used: BTreeMap<i64, u64>,
    /// How many records of each source speak of a moment up to the as-of time.
    pub(super) spoken: BTreeMap<String, u64>,
    /// The digest of everything that was read.
    read: Digest,
}

/// The directory at the as-of time, and the counts that do not depend on how records are spread over files. Every event up
/// to then that stands is shown to `note`.
pub(super) fn replay(
    setup: &Setup,
    store: &Store,
    as_of: Timestamp,
    listings: &[Listing],
    kept_out: &[KeptOut],
    versions: &mut Versions,
    note: impl FnMut(&StoredEvent),
) -> Result<Replayed, PipelineError> {
    replay_supposing(setup, store, as_of, (listings, kept_out), versions, note, [])
}

/// The same, as if these things had been done at the very end, each with the ordinal that names it.
pub(super) fn replay_supposing(
    setup: &Setup,
    store: &Store,
    as_of: Timestamp,
    (listings, kept_out): (&[Listing], &[KeptOut]),
    versions: &mut Versions,
    mut note: impl FnMut(&StoredEvent),
    supposed: impl IntoIterator<Item = (Activity, u32)>,
) -> Result<Replayed, PipelineError> {
    let frame = frame(setup, store.applications(as_of)?);
    let mut replay = Replay::new(frame, as_of, listings, kept_out.iter().map(|kept| &kept.listing));
    let mut used: BTreeMap<i64, u64> = BTreeMap::new();
    let mut spoken: BTreeMap<String, u64> = BTreeMap::new();
    // Later events change nothing, but which file was the first to bring a record does not depend on the as-of time.
    let events = store.events(Timestamp::LAST, |stored| {
        *used.entry(stored.first_file).or_default() += 1;
        if stored.event.at <= as_of {
            *spoken.entry(stored.event.source.clone()).or_default() += 1;
        }
        if versions.stands(&stored.event, stored.ordinal) {
            if stored.event.at <= as_of {
                note(&stored);
            }
            replay.apply(&stored.event, stored.ordinal);
        }
    })?;
    let read = store.digest_of_read(events)?;
    // Records that were removed for their age count as on the day they were read.
    let sources: BTreeMap<i64, String> = store.files()?.into_iter().map(|file| (file.id, file.source)).collect();
    for (file, records) in store.pruned_by_file()? {
        *used.entry(file).or_default() += records;
        sources.get(&file).into_iter().for_each(|source| *spoken.entry(source.clone()).or_default() += records);
    }
    supposed.into_iter().for_each(|(activity, ordinal)| replay.suppose(activity, ordinal));
    let policy = &setup.policy;
    let classes = policy.accounts.iter().map(|rule| ((rule.system.clone(), fold(&rule.name)), rule.class)).collect();
    Ok(Replayed { directory: replay.finish(&policy.aliases, policy.target.user_name, &classes), used, spoken, read })
}

/// Every log with its hours, and how many of its records touch access.
pub(super) fn logs(store: &Store, as_of: Timestamp, spoken: &BTreeMap<String, u64>) -> Result<Vec<Coverage>, PipelineError> {
    let is_log = |log: &Coverage| source::find(&log.source).is_some_and(|source| source.kind == Kind::Log);
    let counted = |log: Coverage| Coverage { records: spoken.get(&log.source).copied().unwrap_or(0), ..log };
    Ok(store.coverage(as_of)?.into_iter().filter(is_log).map(counted).collect())
}

pub(super) fn input_files(setup: &Setup, files: &[FileRow]) -> Vec<InputFile> {
    files
        .iter()
        .map(|file| InputFile {
            name: file.name.clone(),
            source: file.source.clone(),
            scope: file.scope.clone(),
            taken_at: file.taken_at,
            complete: file.complete,
            first_at: file.first_at,
            last_at: file.last_at,
            rejected: file.rejected,
            rule: inputs::rule_of(setup, &file.name),
        })
        .collect()
}

fn input_rows(files: &[FileRow], used: &BTreeMap<i64, u64>) -> Vec<InputRow> {
    files
        .iter()
        .map(|file| {
            let used = used.get(&file.id).copied().unwrap_or(0);
            InputRow {
                file: file.name.clone(),
                sha256: file.sha256.clone(),
                bytes: file.bytes,
                source: file.source.clone(),
                read: file.records,
                used,
                irrelevant: file.records.saturating_sub(file.relevant + file.rejected),
                duplicate: file.relevant.saturating_sub(used),
                rejected: file.rejected,
                first_at: file.first_at,
                last_at: file.last_at,
                taken_at: file.taken_at,
                complete: file.complete,
            }
        })
        .collect()
}

fn head(context: &Context<'_>, setup: &Setup, store: &Store, to: Timestamp) -> Result<Head, PipelineError> {
    let policy = context.policy;
    let persons = &context.directory.persons;
    let previous = store.previous_run(context.as_of)?;
    let manifest = previous.as_ref().and_then(|run| run.manifest.as_ref());
    let application = policy.idp.application.as_deref().map(|application| format!(", application {application}")).unwrap_or_default();
    Ok(Head {
        organization: policy.organization.clone(),
        target: format!("Hugging Face organization {}", policy.target.name),
        provider: format!("{}{application}", policy.idp.provider.name()),
        from: context.from,
        to,
        as_of: context.as_of,
        previous: previous.as_ref().map(|run| run.as_of),
        previous_manifest: manifest.map(|manifest| Digest::of(manifest.as_bytes()).to_string()),
        run_id: String::new(),
        read_sha256: String::new(),
        tool: env!("CARGO_PKG_VERSION").to_owned(),
        config_sha256: setup.sha256.to_string(),
        rules_sha256: rules_digest().to_string(),
        people: persons.len() as u64,
        entitled: persons.iter().filter(|person| person.entitled() == Some(true)).count() as u64,
    })
}

/// The digest of what decides: ids, reasons, severities and pages of all rules.
fn rules_digest() -> Digest {
    let parts = analyzer::ALL.iter().flat_map(|rule| {
        let reasons = rule.reasons.iter().flat_map(|reason| [reason.id, reason.severity.word()]);
        [rule.id, rule.doc].into_iter().chain(reasons)
    });
    Digest::of_parts(parts)
}

/// The id of a run comes from its content, the id itself left out.
fn run_id(report: &Report) -> String {
    let content = serde_json::to_string(report).unwrap_or_default();
    Digest::of(content.as_bytes()).id()
}

/// The ordinals of every event that findings rest on, or are about.
pub(super) fn ordinals(findings: &[Finding]) -> BTreeSet<u32> {
    use crate::model::finding::Proof;
    let proofs = findings
        .iter()
        .flat_map(Finding::evidence)
        .filter_map(|proof| if let Proof::Event(ordinal) = proof { Some(*ordinal) } else { None });
    proofs.chain(findings.iter().filter_map(|finding| finding.about)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::{expand, ingest};
    use crate::state::Slice;

    const AS_OF: &str = "2026-06-30T06:00:00Z";

    /// Judges the slices in so many parts, each of those that are left by its number, the last part first.
    fn in_parts(context: &Context<'_>, parts: usize) -> Vec<Finding> {
        let slices = &context.directory.slices;
        let part = |number: usize| slices.iter().skip(number).step_by(parts).cloned().collect::<Vec<Slice>>();
        let found = (0..parts).rev().flat_map(|number| analyzer::judge(context, &part(number))).collect();
        analyzer::conclude(context, found)
    }

    #[test]
    fn persons_judged_in_parts_are_the_whole() {
        let company = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/acme/scimdrift.toml");
        let folder = tempfile::tempdir().expect("a folder");
        let setup = Setup::read(&company).expect("a config");
        let as_of = Timestamp::parse(AS_OF).expect("a time");
        let mut store = Store::open(&folder.path().join("store.db")).expect("a store");
        let workers = Workers::new(2).expect("threads");
        let (files, _) = expand(&setup).expect("inputs");
        ingest(&setup, &mut store, &files, &workers, as_of, &|_| {}).expect("read");
        let reports = [None, Some(1), Some(2), Some(3), Some(16), Some(1_000)].map(|parts| {
            let judge = |context: &Context<'_>| parts.map_or_else(|| analyzer::run(context), |parts| in_parts(context, parts));
            let analysis = analyze_by(&setup, &mut store, as_of, &workers, judge).expect("judged");
            serde_json::to_string(&analysis.report).expect("JSON")
        });
        assert!(reports[0].contains("\"finding_id\""), "something is found");
        assert!(reports.iter().all(|report| *report == reports[0]), "the same bytes, however many parts");
    }
}
