//! `scimdrift failures`: what the sync failed to do, by cause, person, operation or connector.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::arguments::{FailuresArguments, Global};
use super::desk::Desk;
use super::exit::{Exit, Failure};
use super::terminal::{Layout, Terminal, on_one_line};
use crate::model::failures::{Affected, By, FailureGroup, FailureSample, FailureSummary, State};
use crate::pipeline;

/// The width of the names on the left.
const MARGIN: usize = 10;

/// So many names are shown of a group; `--format json` has all.
const NAMES: usize = 5;

pub(super) fn failures(global: &Global, asked: &FailuresArguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let desk = Desk::open_to_ask(global)?;
    let report = desk.report(global)?;
    let target = &desk.setup.policy.target.name;
    let connector = desk.setup.policy.idp.application.as_ref().unwrap_or(target);
    let summary = pipeline::failures(&report, connector, asked.by.into(), asked.since);
    desk.unchanged()?;
    terminal.pages(&summary, |out, layout| show(out, layout, &summary))?;
    Ok(Exit::Done)
}

fn show(out: &mut dyn Write, layout: Layout, summary: &FailureSummary) -> io::Result<()> {
    let since = summary.since.map(|since| format!(", since {} UTC", since.minute())).unwrap_or_default();
    let head = format!("Sync failures by {}, as of {} UTC{since}", summary.by.word(), summary.as_of.minute());
    layout.entry(out, 0, "", &head)?;
    layout.entry(out, 0, "", &totals(summary))?;
    summary.groups.iter().try_for_each(|found| group(out, layout, found, summary.by))
}

/// `3 still failing · 1 done at the target, failed in the identity provider's log · 2 never attempted · 4 recovered`
fn totals(summary: &FailureSummary) -> String {
    let done = summary.failures.iter().filter(|row| row.standing == "done-at-target").count();
    let recovered = summary.past_failures.iter().filter(|row| row.standing == "recovered").count();
    let counts = [
        (summary.failures.len() - done, State::StillFailing.words()),
        (done, State::DoneAtTarget.words()),
        (summary.never_attempted.len(), State::NeverAttempted.words()),
        (recovered, State::Recovered.words()),
        (summary.past_failures.len() - recovered, "no longer wanted"),
    ];
    let counted: Vec<String> =
        counts.into_iter().filter(|(count, _)| *count > 0).map(|(count, words)| format!("{count} {words}")).collect();
    if counted.is_empty() { "nothing failed, and nobody was left out".to_owned() } else { counted.join(" · ") }
}

fn group(out: &mut dyn Write, layout: Layout, found: &FailureGroup, by: By) -> io::Result<()> {
    let style = state_style(found.state);
    let bold = Style::new().bold();
    // By cause the cause is the key, and stands once.
    let cause = if by == By::Cause { String::new() } else { format!("  {}", on_one_line(&found.cause)) };
    let state = if found.key == found.cause && found.state == State::NeverAttempted { "" } else { found.state.words() };
    writeln!(out, "\n{bold}{}{bold:#}{cause}  {style}{state}{style:#}", on_one_line(&found.key))?;
    let mut entry = |name: &str, text: &str| layout.entry(out, MARGIN, name, text);
    entry("seen", &seen(found))?;
    entry("count", &counts(found))?;
    if by != By::Person {
        entry("people", &people(&found.people))?;
    }
    if let Some(sample) = &found.sample {
        entry("sample", &sample_in_words(sample))?;
    }
    if !found.keeps_access.is_empty() {
        entry("first", &format!("take the access away by hand; it is still there: {}", names(found.keeps_access.iter().cloned())))?;
    }
    for (index, fix) in found.fix.iter().enumerate() {
        entry(if index == 0 { "fix" } else { "or" }, fix)?;
    }
    let sampled = found.sample.iter().map(|sample| (&sample.person, &sample.name));
    let mut people = sampled.chain(found.people.iter().map(|one| (&one.person, &one.name)));
    match people.find(|(person, _)| !person.is_empty()) {
        Some((_, name)) => entry("look", &format!("scimdrift trace {}", quoted(name))),
        None => Ok(()),
    }
}

const fn state_style(state: State) -> Style {
    let color = match state {
        State::StillFailing => AnsiColor::Red,
        State::NeverAttempted | State::DoneAtTarget => AnsiColor::Yellow,
        State::Recovered | State::Superseded => AnsiColor::Green,
    };
    Style::new().fg_color(Some(anstyle::Color::Ansi(color)))
}

fn seen(found: &FailureGroup) -> String {
    match (found.first_seen, found.last_seen, found.state) {
        (Some(first), _, State::NeverAttempted) => format!("entitled since {} UTC", first.minute()),
        (Some(first), Some(last), _) if first == last => format!("once, {} UTC", first.minute()),
        (Some(first), Some(last), _) => format!("{} to {} UTC", first.minute(), last.minute()),
        _ => "since before the first record".to_owned(),
    }
}

fn counts(found: &FailureGroup) -> String {
    let failing = if found.state == State::DoneAtTarget { "in doubt" } else { "still failing" };
    let counts = [(found.still_failing, failing), (found.recovered, "recovered"), (found.superseded, "no longer wanted")];
    let counted = counts.into_iter().filter(|(count, _)| *count > 0).map(|(count, words)| format!("{count} {words}"));
    let attempts = match found.attempts {
        0 => "no attempt".to_owned(),
        1 => "1 failed attempt".to_owned(),
        many => format!("{many} failed attempts"),
    };
    counted.chain([attempts]).collect::<Vec<_>>().join(" · ")
}

/// Those for whom it still fails, else those for whom it did.
fn people(affected: &[Affected]) -> String {
    let name = |one: &Affected| if one.group { format!("group {}", one.name) } else { one.name.clone() };
    let failing: Vec<&Affected> = affected.iter().filter(|one| one.still_failing).collect();
    match (failing.len(), affected.len() - failing.len()) {
        (0, all) => format!("{all}: {}", names(affected.iter().map(name))),
        (some, 0) => format!("{some}: {}", names(failing.into_iter().map(name))),
        (some, over) => format!("{some}: {}; it is over for {over} more", names(failing.into_iter().map(name))),
    }
}

/// The first few names, and how many there are besides.
fn names(all: impl Iterator<Item = String>) -> String {
    let mut names: Vec<String> = all.collect();
    let more = names.len().saturating_sub(NAMES);
    names.truncate(NAMES);
    if more > 0 {
        names.push(format!("and {more} more"));
    }
    names.join(", ")
}

fn sample_in_words(sample: &FailureSample) -> String {
    let told: Vec<&str> = [sample.code.as_str(), sample.message.as_str()].into_iter().filter(|part| !part.is_empty()).collect();
    let told = if told.is_empty() { "no reason was told".to_owned() } else { told.join(": ") };
    format!("{} of {} on {} UTC: {told}", sample.operation, sample.name, sample.at.minute())
}

/// A name as a shell takes it.
fn quoted(name: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '@' | '.' | '-' | '_' | '+');
    if !name.is_empty() && name.chars().all(plain) { name.to_owned() } else { format!("'{}'", name.replace('\'', r"'\''")) }
}
