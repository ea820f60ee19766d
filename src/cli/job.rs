//! The job and its parts: `run`, `ingest`, `analyze`, `report`.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::PathBuf;

use super::arguments::{Global, Output, Part};
use super::exit::{Exit, Failure};
use super::terminal::{Terminal, severity_style, visible};
use crate::model::finding::{Severity, Status, Turn};
use crate::model::report::Report;
use crate::model::time::Timestamp;
use crate::pipeline::{self, Analysis, Change, Ingested, InputPath, Setup, Workers};
use crate::report::{self, Standing, Turns};
use crate::store::{Store, StoreError};

/// `scimdrift run`.
pub(super) fn run(global: &Global, output: &Output, terminal: &Terminal) -> Result<Exit, Failure> {
    let mut desk = Desk::open(global)?;
    let (files, empty) = pipeline::expand(&desk.setup).map_err(Failure::from)?;
    for pattern in &empty {
        desk.store.refuse(pattern, "no file matches it; check the path of this [[input]], or that the export ran")?;
    }
    let named: Vec<&str> = files.iter().map(|file| file.name.as_str()).chain(empty.iter().map(String::as_str)).collect();
    desk.store.withdraw_refusals_except(&named)?;
    let ingested = desk.read(&files, terminal)?;
    let analysis = pipeline::analyze(&desk.setup, &mut desk.store, as_of(global), &desk.workers).map_err(Failure::from)?;
    let folder = write(&desk.setup, &analysis.report, output)?;
    terminal.outcome(&digest_json(&analysis.report, Some(&folder)), |out| {
        digest(out, &analysis.report)?;
        writeln!(out, "\nreport    {}", folder.join("report.html").display())
    })?;
    terminal.detail(&reading_in_words(&ingested));
    Ok(exit(&analysis, output))
}

/// `scimdrift ingest`.
pub(super) fn ingest(global: &Global, paths: &[PathBuf], terminal: &Terminal) -> Result<Exit, Failure> {
    let mut desk = Desk::open(global)?;
    let (files, empty) = if paths.is_empty() {
        pipeline::expand(&desk.setup).map_err(Failure::from)?
    } else {
        (pipeline::expand_paths(&desk.setup, paths).map_err(Failure::from)?, Vec::new())
    };
    let ingested = desk.read(&files, terminal)?;
    for pattern in &empty {
        Terminal::warning(&format!("{pattern}: no file matches it"));
    }
    let json = serde_json::json!({
        "files": ingested.files, "unchanged": ingested.unchanged,
        "changed": ingested.changed.iter().map(|(file, change)| serde_json::json!({"file": file, "change": change.word()})).collect::<Vec<_>>(),
        "records": ingested.records, "relevant": ingested.relevant,
        "rejected": ingested.rejected, "refused": ingested.refused.iter().map(|(file, _)| file).collect::<Vec<_>>(), "unmatched": empty,
    });
    terminal.outcome(&json, |out| writeln!(out, "{}", reading_in_words(&ingested)))?;
    let whole = ingested.refused.is_empty() && ingested.rejected == 0 && empty.is_empty();
    Ok(if whole { Exit::Done } else { Exit::Incomplete })
}

/// `scimdrift analyze`.
pub(super) fn analyze(global: &Global, terminal: &Terminal) -> Result<Exit, Failure> {
    let mut desk = Desk::open(global)?;
    let analysis = pipeline::analyze(&desk.setup, &mut desk.store, as_of(global), &desk.workers).map_err(Failure::from)?;
    terminal.outcome(&digest_json(&analysis.report, None), |out| digest(out, &analysis.report))?;
    Ok(if analysis.is_incomplete() { Exit::Incomplete } else { Exit::Done })
}

/// `scimdrift report`.
pub(super) fn report(global: &Global, output: &Output, part: &Part, terminal: &Terminal) -> Result<Exit, Failure> {
    let desk = Desk::open(global)?;
    let analysis = Analysis { report: desk.report(global)? };
    let folder = if part.only.is_empty() {
        write(&desk.setup, &analysis.report, output)?
    } else {
        write_part(&desk.setup, &analysis.report, output, part)?
    };
    let first = part.only.first().map_or("report.html", |format| format.file);
    terminal.data(&digest_json(&analysis.report, Some(&folder)), |out| writeln!(out, "report    {}", folder.join(first).display()))?;
    Ok(exit(&analysis, output))
}

/// The report of the last analysis, or of the run as of the moment asked for.
pub(super) fn kept_report(global: &Global) -> Result<Report, Failure> {
    let desk = Desk::open_to_ask(global)?;
    let report = desk.report(global)?;
    desk.unchanged()?;
    Ok(report)
}

/// What every part of the job works on.
pub(super) struct Desk {
    pub(super) setup: Setup,
    pub(super) store: Store,
    pub(super) workers: Workers,
}

impl Desk {
    pub(super) fn open(global: &Global) -> Result<Self, Failure> {
        let setup = Setup::read(&global.config)?;
        let store = Store::open(&global.store.clone().unwrap_or_else(|| setup.store_path()))?;
        let workers = Workers::new(global.jobs.map_or(0, usize::from))?;
        Ok(Self { setup, store, workers })
    }

    /// For a question: the store is read alone, and not made where there is none.
    pub(super) fn open_to_ask(global: &Global) -> Result<Self, Failure> {
        let setup = Setup::read(&global.config)?;
        let path = global.store.clone().unwrap_or_else(|| setup.store_path());
        let store = Store::open_to_read(&path).map_err(|error| match error {
            StoreError::Io { path, source } if source.kind() == io::ErrorKind::NotFound => {
                Failure::NothingAnalyzed(path.display().to_string())
            }
            other => other.into(),
        })?;
        let workers = Workers::new(global.jobs.map_or(0, usize::from))?;
        Ok(Self { setup, store, workers })
    }

    /// Whether the store, opened to be read, was left alone meanwhile; else the answer may be half of one run and half of another.
    pub(super) fn unchanged(&self) -> Result<(), Failure> {
        if self.store.is_unchanged() { Ok(()) } else { Err(Failure::Changed(self.store.path().display().to_string())) }
    }

    /// The report of the last analysis, or of the run as of the moment asked for.
    pub(super) fn report(&self, global: &Global) -> Result<Report, Failure> {
        let last = self.store.last_analysis()?;
        let nothing = || Failure::NothingAnalyzed(self.store.path().display().to_string());
        let as_of = global.as_of.or(last).ok_or_else(nothing)?;
        match self.store.report(as_of)? {
            Some(report) => Ok(report),
            None => Err(last.map_or_else(nothing, |last| Failure::OtherMoment { asked: as_of, last })),
        }
    }

    fn read(&mut self, files: &[InputPath], terminal: &Terminal) -> Result<Ingested, Failure> {
        let reading = terminal.reading(files.len());
        let ingested = pipeline::ingest(&self.setup, &mut self.store, files, &self.workers, now(), &|progress| reading.show(progress))?;
        drop(reading);
        for (file, change) in &ingested.changed {
            terminal.detail(&change_in_words(file, change));
        }
        for (file, reason) in &ingested.refused {
            Terminal::warning(&format!("{file} was not read: {reason}"));
        }
        Ok(ingested)
    }
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

fn exit(analysis: &Analysis, output: &Output) -> Exit {
    let open = analysis.report.findings.iter().filter(|row| row.status == Status::Open);
    let worst = open.map(|row| row.severity).max();
    if analysis.is_incomplete() {
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
    format!(
        "{} files read, {} unchanged, {changes}{} refused; {} records, {} of them touch access, {} rejected",
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

fn digest_json(report: &Report, folder: Option<&PathBuf>) -> serde_json::Value {
    let open = |severity| Standing::of_severity(report, severity).open;
    let turns = Turns::of(report);
    serde_json::json!({
        "run_id": report.head.run_id,
        "as_of": report.head.as_of,
        "open": {"critical": open(Severity::Critical), "high": open(Severity::High), "medium": open(Severity::Medium), "low": open(Severity::Low)},
        "waived": Standing::of(&report.findings).waived,
        "new": turns.new, "persisting": turns.persisting, "reopened": turns.reopened, "resolved": turns.resolved,
        "gaps": report.gaps,
        "report": folder.map(|folder| folder.join("report.html").display().to_string()),
    })
}

/// The result on one screen.
fn digest(out: &mut dyn Write, report: &Report) -> io::Result<()> {
    let head = &report.head;
    writeln!(out, "{} · {} · as of {} UTC · run {}", visible(&head.organization), head.target, head.as_of.minute(), head.run_id)?;
    let (standing, turns) = (Standing::of(&report.findings), Turns::of(report));
    write!(out, "\nfindings  {} open", standing.open)?;
    let counts = Severity::ALL.map(|severity| (severity, Standing::of_severity(report, severity).open));
    for (severity, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
        let style = severity_style(severity);
        write!(out, " · {style}{count} {severity}{style:#}")?;
    }
    // A waived finding takes its turn too.
    let waived = if standing.waived > 0 { format!(", {} of these waived", standing.waived) } else { String::new() };
    let Turns { new, reopened, persisting, resolved } = turns;
    writeln!(out, "\n          {new} new · {reopened} reopened · {persisting} persisting{waived} · {resolved} resolved")?;
    let active = report.accounts.iter().filter(|row| row.state == "active").count();
    writeln!(out, "accounts  {active} active of {} · {} people, {} entitled", report.accounts.len(), head.people, head.entitled)?;
    for sentence in &report.gaps {
        writeln!(out, "unchecked {}", visible(sentence))?;
    }
    for waiver in report.waivers.iter().filter(|waiver| waiver.state != "in force") {
        writeln!(out, "waiver    {} for {} is {} (last day {})", waiver.rule, visible(&waiver.subject), waiver.state, waiver.expires)?;
    }
    let news = || report.findings.iter().filter(|row| row.status == Status::Open && matches!(row.change, Turn::New | Turn::Reopened));
    for row in news().take(10) {
        let style = severity_style(row.severity);
        writeln!(out, "{style}{:<9}{style:#} {}: {}", row.severity, row.rule, visible(&row.explanation))?;
    }
    match news().count() {
        0..=10 => Ok(()),
        more => writeln!(out, "          and {} more that are new", more - 10),
    }
}
