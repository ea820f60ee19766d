//! A trace for the terminal.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use crate::cli::terminal::{Layout, on_one_line};
use crate::model::time::Timestamp;
use crate::model::trace::{DiagnosisRow, Moment, Place, Stretch, Trace, TracedAccount, TracedPerson};

/// The width of the names on the left.
const MARGIN: usize = 13;

/// The width of a moment on the time line, with what is around it.
const MOMENT: usize = 20;

pub(super) fn write(out: &mut dyn Write, layout: Layout, trace: &Trace) -> io::Result<()> {
    match &trace.person {
        Some(found) => person(out, layout, found)?,
        None => writeln!(out, "An account without an owner, as of {} UTC", trace.as_of.minute())?,
    }
    for (index, found) in trace.diagnoses.iter().enumerate() {
        diagnosis(out, layout, index + 1, found)?;
    }
    if trace.diagnoses.is_empty() && trace.person.is_some() {
        let known = if trace.open_failures.is_empty() { "nothing is known to be the matter" } else { "none fits, and something failed:" };
        writeln!(out)?;
        layout.entry(out, MARGIN, "diagnosis", known)?;
        trace.open_failures.iter().try_for_each(|failure| layout.entry(out, MARGIN, "", failure))?;
    }
    writeln!(out, "\naccounts")?;
    trace.accounts.iter().try_for_each(|found| account(out, layout, found))?;
    if trace.accounts.is_empty() {
        layout.entry(out, MARGIN, "", "none in any system")?;
    }
    stretches(out, "entitled", &trace.entitlement)?;
    stretches(out, "role, mapped", &trace.expected_role)?;
    stretches(out, "role, target", &trace.observed_role)?;
    writeln!(out, "\ntime line (UTC)")?;
    if trace.timeline.is_empty() {
        writeln!(out, "  no record")?;
    }
    trace.timeline.iter().try_for_each(|one| moment(out, layout, one))
}

fn person(out: &mut dyn Write, layout: Layout, person: &TracedPerson) -> io::Result<()> {
    let name = [person.login.as_str(), person.name.as_str()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
    layout.entry(out, 0, "", &format!("{name} · {} {}", person.system, person.id))?;
    let entitled = match person.entitled {
        Some(true) => "entitled",
        Some(false) => "not entitled",
        None => "not known to be entitled",
    };
    layout.entry(out, MARGIN, "person", &format!("{}, {entitled}", person.state))?;
    for (name, value) in
        [("employee", person.employee_id.clone()), ("addresses", person.addresses.join(", ")), ("groups", person.groups.join(", "))]
    {
        if !value.is_empty() {
            layout.entry(out, MARGIN, name, &value)?;
        }
    }
    Ok(())
}

fn diagnosis(out: &mut dyn Write, layout: Layout, number: usize, found: &DiagnosisRow) -> io::Result<()> {
    let bold = Style::new().bold();
    let name = if number == 1 { "diagnosis".to_owned() } else { format!("or else ({number})") };
    writeln!(out, "\n{name:<MARGIN$}{bold}{}{bold:#}  ({}, confidence {})", found.title, found.id, found.confidence)?;
    layout.entry(out, MARGIN, "", &format!("{}.", found.because))?;
    if let Some(since) = found.since {
        layout.entry(out, MARGIN, "since", &format!("{} UTC", since.minute()))?;
    }
    layout.entry(out, MARGIN, "scope", &scope(found.others))?;
    list(out, layout, "fix", &found.fix)?;
    list(out, layout, "test", &found.test)?;
    list(out, layout, "evidence", &found.evidence.iter().map(in_words).collect::<Vec<_>>())
}

/// `3 others show the same`
pub(super) fn scope(others: u64) -> String {
    match others {
        0 => "nobody else shows the same".to_owned(),
        1 => "one other shows the same".to_owned(),
        many => format!("{many} others show the same"),
    }
}

/// A line that goes on stands behind its number, not under it.
fn list(out: &mut dyn Write, layout: Layout, name: &str, lines: &[String]) -> io::Result<()> {
    for (index, line) in lines.iter().enumerate() {
        let name = if index == 0 { name } else { "" };
        match line.split_once(". ").filter(|(number, _)| number.parse::<u32>().is_ok()) {
            Some((number, step)) => layout.entry(out, MARGIN + number.len() + 2, &format!("{name:<MARGIN$}{number}."), step)?,
            None => layout.entry(out, MARGIN, name, line)?,
        }
    }
    Ok(())
}

fn account(out: &mut dyn Write, layout: Layout, found: &TracedAccount) -> io::Result<()> {
    let role = if found.role.is_empty() { String::new() } else { format!(", role {}", found.role) };
    let external = if found.external_id.is_empty() { String::new() } else { format!(", externalId {}", found.external_id) };
    let line = format!("{} {} ({}): {}{role}{external}, {}", found.system, found.account, found.account_id, found.state, found.situation);
    write!(out, "  ")?;
    layout.rest(out, 4, &line)?;
    for key in found.keys.iter().filter(|key| key.outcome != "not asked") {
        let value = if key.value.is_empty() { String::new() } else { format!("{}: ", key.value) };
        layout.entry(out, 27, &format!("    {:<12} {}", key.key, key.outcome), &format!("{value}{}", key.because))?;
    }
    Ok(())
}

fn stretches(out: &mut dyn Write, name: &str, stretches: &[Stretch]) -> io::Result<()> {
    for (index, stretch) in stretches.iter().enumerate() {
        let title = if index == 0 { name } else { "" };
        writeln!(out, "{}{title:<13}{}  {}", if index == 0 { "\n" } else { "" }, span(stretch), on_one_line(&stretch.value))?;
    }
    Ok(())
}

/// `2026-06-01 10:00 to 2026-06-03 09:00`
pub(super) fn span(stretch: &Stretch) -> String {
    let end = |at: Option<Timestamp>, open: &str| at.map_or_else(|| format!("{open:<16}"), Timestamp::minute);
    format!("{} to {}", end(stretch.from, "before"), end(stretch.to, "now"))
}

fn moment(out: &mut dyn Write, layout: Layout, one: &Moment) -> io::Result<()> {
    let outcome = if one.outcome.is_empty() || one.outcome == "success" { String::new() } else { format!("  [{}]", one.outcome) };
    let by = if one.by.is_empty() { String::new() } else { format!("  by {}", one.by) };
    // The word stands in the line; the colour only leads the eye to it.
    let style = if one.outcome == "failure" { Style::new().fg_color(Some(AnsiColor::Red.into())) } else { Style::new() };
    write!(out, "  {style}{}{style:#}  ", one.at.minute())?;
    layout.rest(out, MOMENT, &format!("{}{outcome}{by}{}", one.what, repeats(one)))?;
    if !one.told.is_empty() {
        layout.entry(out, MOMENT, "", &one.told)?;
    }
    layout.entry(out, MOMENT, "", &places(one))
}

/// `; 23 alike until 2026-06-05 14:40`
pub(super) fn repeats(one: &Moment) -> String {
    let Some(until) = one.until else { return String::new() };
    let more = one.times.saturating_sub(1);
    match (one.outcome.as_str(), more) {
        ("", _) => format!("; shown {more} more times until {}", until.minute()),
        ("failure", 1) => format!("; one identical retry at {}", until.minute()),
        ("failure", _) => format!("; {more} identical retries until {}", until.minute()),
        (_, _) => format!("; {more} alike until {}", until.minute()),
    }
}

pub(super) fn places(one: &Moment) -> String {
    one.evidence.iter().map(in_words).collect::<Vec<_>>().join(" · ")
}

fn in_words(place: &Place) -> String {
    let line = place.line.map(|line| format!(":{line}")).unwrap_or_default();
    format!("{}{line} ({})", place.file, place.source)
}
