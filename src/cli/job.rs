//! The job and its parts: `run`, `ingest`, `analyze`, `report`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde_json::json;

use super::arguments::{Global, Output, Part};
use super::desk::Desk;
use super::digest::{self, Circumstances, RunDigest};
use super::exit::{Exit, Failure};
use super::telling::{self, Before, Ran, Watch};
use super::terminal::{Layout, Terminal, log, visible};
use crate::model::finding::{Severity, Status};
use crate::model::report::Report;
use crate::model::time::Timestamp;
use crate::pipeline::{self, Analysis, Change, Ingested, InputPath, Setup};
use crate::report::{self, Standing, Turns};
use crate::store::Reader;

/// `scimdrift run`.
pub(super) fn run(global: &Global, output: &Output, terminal: &Terminal) -> Result<Exit, Failure> {
    let watch = Watch::start();
    let setup = Setup::read(&global.config)?;
    let result = whole_job(global, output, terminal, setup.clone(), watch);
    if let Err(failure) = &result {
        telling::failed(&setup, failure, watch, terminal);
    }
    result
}

fn whole_job(global: &Global, output: &Output, terminal: &Terminal, setup: Setup, watch: Watch) -> Result<Exit, Failure> {
    let mut desk = Desk::open_with(setup, global)?;
    // After the lock, which may have been waited for.
    if desk.store.is_uncompacted()? {
        desk.give_back_space();
    }
    let as_of = as_of(global);
    log::judging(as_of);
    let before = Before::of(&desk.store, as_of)?;
    let (files, empty) = pipeline::expand(&desk.setup).map_err(Failure::from)?;
    log::stage("run started", json!({"store": desk.store.path().display().to_string(), "files": files.len()}));
    for pattern in &empty {
        desk.store.refuse(pattern, "no file matches it; check the path of this [[input]], or that the export ran")?;
    }
    let named: Vec<&str> = files.iter().map(|file| file.name.as_str()).chain(empty.iter().map(String::as_str)).collect();
    desk.store.withdraw_refusals_except(&named)?;
    let ingested = read(&mut desk, &files, terminal)?;
    let Analysis { report } = analyzed(&mut desk, as_of)?;
    let page = write(&desk.setup, &report, output)?.join("report.html");
    log::stage("report written", json!({"report": page.display().to_string()}));
    let exit = exit(&report, output);
    let (news, grown, replaces) = (report.news(&before.untold), report.grown(&before.findings), before.replaces);
    let circumstances =
        Circumstances { news: &news, grown: &grown, ingested: Some(&ingested), page: Some(&page), replaces, took: watch.took(), exit };
    let told = say(&report, &circumstances, terminal);
    if told.is_ok() {
        telling::keep(&desk.store, Reader::Digest, as_of);
    }
    let ran = Ran { report: &report, ingested: &ingested, page: &page, before: &before, exit };
    if telling::ran(&desk.setup, &ran, watch, terminal) {
        telling::keep(&desk.store, Reader::Webhook, as_of);
    }
    log::stage("run ended", json!({"exit_code": exit.code(), "seconds": watch.took().hours() * 3_600.0}));
    // Whoever reads what is printed may have gone; the others are told all the same.
    told?;
    Ok(exit)
}

/// `scimdrift ingest`.
pub(super) fn ingest(global: &Global, paths: &[PathBuf], again: bool, terminal: &Terminal) -> Result<Exit, Failure> {
    let mut desk = Desk::open(global)?;
    let (files, empty) = if paths.is_empty() {
        pipeline::expand(&desk.setup).map_err(Failure::from)?
    } else {
        (pipeline::expand_paths(&desk.setup, paths).map_err(Failure::from)?, Vec::new())
    };
    if again {
        pipeline::ask_again(&desk.store, &files)?;
    }
    let ingested = read(&mut desk, &files, terminal)?;
    for pattern in &empty {
        Terminal::warning(&format!("{pattern}: no file matches it"));
    }
    let json = json!({
        "files": ingested.files, "unchanged": ingested.unchanged,
        "changed": ingested.changed.iter().map(|(file, change)| json!({"file": file, "change": change.word()})).collect::<Vec<_>>(),
        "records": ingested.records, "relevant": ingested.relevant, "rejected": ingested.rejected, "withdrawn": ingested.withdrawn,
        "refused": ingested.refused.iter().map(|(file, _)| file).collect::<Vec<_>>(), "unmatched": empty,
    });
    terminal.outcome(&json, |out| writeln!(out, "{}", reading_in_words(&ingested)))?;
    let whole = ingested.refused.is_empty() && ingested.rejected == 0 && empty.is_empty();
    Ok(if whole { Exit::Done } else { Exit::Incomplete })
}

/// `scimdrift analyze`.
pub(super) fn analyze(global: &Global, terminal: &Terminal) -> Result<Exit, Failure> {
    let watch = Watch::start();
    let mut desk = Desk::open(global)?;
    let as_of = as_of(global);
    log::judging(as_of);
    let Before { replaces, untold, findings, .. } = Before::of(&desk.store, as_of)?;
    let Analysis { report } = analyzed(&mut desk, as_of)?;
    let exit = if report.is_incomplete() { Exit::Incomplete } else { Exit::Done };
    let (news, grown) = (report.news(&untold), report.grown(&findings));
    say(&report, &Circumstances { news: &news, grown: &grown, ingested: None, page: None, replaces, took: watch.took(), exit }, terminal)?;
    telling::keep(&desk.store, Reader::Digest, as_of);
    Ok(exit)
}

/// `scimdrift report`.
pub(super) fn report(global: &Global, output: &Output, part: &Part, terminal: &Terminal) -> Result<Exit, Failure> {
    let watch = Watch::start();
    let desk = Desk::open(global)?;
    let report = desk.report(global)?;
    let folder = if part.only.is_empty() { write(&desk.setup, &report, output)? } else { write_part(&desk.setup, &report, output, part)? };
    let page = folder.join(part.only.first().map_or("report.html", |format| format.file));
    log::of_run(&report.head.run_id);
    log::stage("report written", json!({"report": page.display().to_string()}));
    let exit = exit(&report, output);
    let news = report.news(&BTreeSet::new());
    let circumstances =
        Circumstances { news: &news, grown: &[], ingested: None, page: Some(&page), replaces: false, took: watch.took(), exit };
    terminal.data(&RunDigest::of(&report, &circumstances), |out| writeln!(out, "report    {}", page.display()))?;
    Ok(exit)
}

/// Prints what a run came to.
fn say(report: &Report, circumstances: &Circumstances<'_>, terminal: &Terminal) -> Result<(), Failure> {
    let digest = RunDigest::of(report, circumstances);
    terminal.outcome(&digest, |out| digest::write(out, Layout::of_terminal(), &digest))
}

/// Reads files into the store and says which could not be read.
fn read(desk: &mut Desk, files: &[InputPath], terminal: &Terminal) -> Result<Ingested, Failure> {
    let reading = terminal.reading(files.len());
    let ingested = pipeline::ingest(&desk.setup, &mut desk.store, files, &desk.workers, now(), &|progress| reading.show(progress))?;
    drop(reading);
    for (file, change) in &ingested.changed {
        terminal.detail(&change_in_words(file, change));
    }
    for (file, reason) in &ingested.refused {
        Terminal::warning_about(&format!("{file} was not read: {reason}"), json!({"file": file, "reason": reason}));
    }
    let Ingested { files, unchanged, changed, refused, records, relevant, rejected, withdrawn } = &ingested;
    let changed: Vec<_> = changed.iter().map(|(file, change)| json!({"file": file, "change": change.word()})).collect();
    let counts = json!({"files": files, "unchanged": unchanged, "refused": refused.len(), "records": records, "relevant": relevant, "rejected": rejected,
        "withdrawn": withdrawn, "changed": changed});
    log::stage("inputs read", counts);
    Ok(ingested)
}

/// Judges the store and keeps the run.
fn analyzed(desk: &mut Desk, as_of: Timestamp) -> Result<Analysis, Failure> {
    let analysis = pipeline::analyze(&desk.setup, &mut desk.store, as_of, &desk.workers)?;
    let report = &analysis.report;
    log::of_run(&report.head.run_id);
    let turns = Turns::of(report);
    log::stage("analysis done", json!({"findings": Standing::of(&report.findings), "change": turns, "incomplete": report.is_incomplete()}));
    Ok(analysis)
}

/// The as-of time: as given, else now.
pub(super) fn as_of(global: &Global) -> Timestamp {
    global.as_of.unwrap_or_else(now)
}

/// What the clock says. The only place that reads it.
pub(super) fn now() -> Timestamp {
    #[expect(clippy::disallowed_methods, reason = "time is an argument everywhere else")]
    chrono::Utc::now().into()
}

fn write(setup: &Setup, report: &Report, output: &Output) -> Result<PathBuf, Failure> {
    let folder = output.out.clone().unwrap_or_else(|| setup.base.join("reports").join(report.head.as_of.file_name()));
    report::write_folder(report, &folder).map_err(pipeline::PipelineError::from)?;
    Ok(folder)
}

/// A part has a folder of its own, so that it never stands for the whole.
fn write_part(setup: &Setup, report: &Report, output: &Output, part: &Part) -> Result<PathBuf, Failure> {
    let own = || setup.base.join("reports").join(format!("{}-part", report.head.as_of.file_name()));
    let folder = output.out.clone().unwrap_or_else(own);
    report::write_part(report, &folder, &part.only).map_err(pipeline::PipelineError::from)?;
    Ok(folder)
}

fn exit(report: &Report, output: &Output) -> Exit {
    let open = report.findings.iter().filter(|row| row.status == Status::Open);
    let worst = open.map(|row| row.severity).max();
    if report.is_incomplete() {
        Exit::Incomplete
    } else if output.fail_on.is_some_and(|limit| worst >= Some(Severity::from(limit))) {
        Exit::Found
    } else {
        Exit::Done
    }
}

fn reading_in_words(ingested: &Ingested) -> String {
    let mut changes: BTreeMap<&str, usize> = BTreeMap::new();
    ingested.changed.iter().for_each(|(_, change)| *changes.entry(change.word()).or_default() += 1);
    let changes: Vec<String> = changes.iter().map(|(word, count)| format!("{count} {word}, ")).collect();
    let changes = changes.concat();
    let withdrawn = if ingested.withdrawn > 0 { format!("{} withdrawn, ", ingested.withdrawn) } else { String::new() };
    format!(
        "{} files read, {} unchanged, {changes}{withdrawn}{} refused; {} records, {} of them touch access, {} rejected",
        ingested.files,
        ingested.unchanged,
        ingested.refused.len(),
        ingested.records,
        ingested.relevant,
        ingested.rejected
    )
}

fn change_in_words(file: &str, change: &Change) -> String {
    let said = match change {
        Change::Grown => "has grown: what is new was read".to_owned(),
        Change::Rotated(from) => format!("holds what was read as {from}: rotated, nothing is new"),
        Change::Truncated => "is shorter than it was, and begins like it: truncated, read whole".to_owned(),
        Change::Replaced => "holds something else than it did: replaced, read whole".to_owned(),
    };
    format!("{} {}", visible(file), visible(&said))
}
