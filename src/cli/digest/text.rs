//! The digest for people: 24 lines at most, so that a screen, or the beginning of a mail, shows all of it.

use std::io::{self, Write};

use super::super::terminal::{Layout, severity_style, visible};
use super::{Ending, RunDigest};
use crate::model::finding::{Severity, Status, Turn};
use crate::model::report::WaiverRow;
use crate::model::time::Span;

/// Where texts begin.
const MARGIN: usize = 10;

/// How many lines each part may take. The other lines are nine, or ten where the last one goes on: the news have one less then.
const REFUSED: usize = 2;
const UNCHECKED: usize = 4;
const WAIVERS: usize = 3;
const NEWS: usize = 6;
const ENDED: usize = 2;

pub(in crate::cli) fn write(out: &mut dyn Write, layout: Layout, digest: &RunDigest<'_>) -> io::Result<()> {
    let (head, page) = (&digest.about.head, Page { layout });
    let replaces = if digest.replaces { " · replaces the run of this moment" } else { "" };
    let title = format!("{} · {} · as of {} UTC · run {}{replaces}", head.organization, head.target, head.as_of.minute(), digest.run_id);
    writeln!(out, "{}\n", visible(&title))?;
    inputs(out, page, digest)?;
    findings(out, digest)?;
    let accounts = &digest.about.accounts;
    let active = accounts.iter().filter(|row| row.state == "active").count();
    writeln!(out, "accounts  {active} active of {} · {} people, {} entitled", accounts.len(), head.people, head.entitled)?;
    page.list(out, UNCHECKED, unchecked(digest))?;
    waivers(out, page, digest)?;
    let evidence = if digest.exit_code == 3 { format!(": {}", incomplete(digest)) } else { String::new() };
    let ended = format!("with exit code {} after {}{evidence}", digest.exit_code, duration(digest.seconds));
    let ended = layout.in_lines(MARGIN, &ended, ENDED);
    news(out, page, digest, NEWS.saturating_sub(ended.len().saturating_sub(1)))?;
    if let Some(report) = &digest.report {
        writeln!(out, "report    {}", visible(report))?;
    }
    ended.iter().enumerate().try_for_each(|(index, line)| writeln!(out, "{:<MARGIN$}{line}", if index == 0 { "ended" } else { "" }))
}

fn inputs(out: &mut dyn Write, page: Page, digest: &RunDigest<'_>) -> io::Result<()> {
    let inputs = &digest.inputs;
    if let Some(reading) = inputs.reading {
        let refused = inputs.refused.len();
        let (read, unchanged) = (reading.read, reading.unchanged);
        let withdrawn = if reading.withdrawn > 0 { format!("{} withdrawn, ", reading.withdrawn) } else { String::new() };
        let records = format!("{} records, {} touch access, {} rejected", reading.records, reading.relevant, reading.rejected);
        page.line(
            out,
            "inputs",
            &format!(
                "{read} {} read, {unchanged} unchanged, {withdrawn}{refused} refused · {records}",
                if read == 1 { "file" } else { "files" }
            ),
        )?;
    }
    if let (Some(oldest), Some(newest)) = (inputs.sources.first(), inputs.sources.last()) {
        let age = |last| words(digest.as_of.since(last));
        let all = inputs.sources.len();
        let newest = format!("newest {}, {} old", newest.source, age(newest.last));
        page.line(out, "", &format!("{all} sources · oldest {}, {} old · {newest}", oldest.source, age(oldest.last)))?;
    }
    page.list(out, REFUSED, inputs.refused.iter().map(|row| ("refused", format!("{}: {}", row.file, row.reason))).collect())
}

fn findings(out: &mut dyn Write, digest: &RunDigest<'_>) -> io::Result<()> {
    let open = &digest.open;
    let counts =
        [(Severity::Critical, open.critical), (Severity::High, open.high), (Severity::Medium, open.medium), (Severity::Low, open.low)];
    write!(out, "findings  {} open", counts.iter().map(|(_, count)| count).sum::<u64>())?;
    for (severity, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
        let style = severity_style(severity);
        write!(out, " · {style}{count} {severity}{style:#}")?;
    }
    // A waived finding takes its turn too.
    let waived = if digest.waived > 0 { format!(", {} of these waived", digest.waived) } else { String::new() };
    let RunDigest { new, reopened, persisting, resolved, .. } = digest;
    writeln!(out, "\n          {new} new · {reopened} reopened · {persisting} persisting{waived} · {resolved} resolved")
}

/// What could not be checked: the controls in a number, then every reason, those that were accepted last. What is said of
/// refused inputs stands there already.
fn unchecked(digest: &RunDigest<'_>) -> Vec<(&'static str, String)> {
    let (unable, all) = (digest.unable.len(), digest.about.controls.len());
    let controls = (unable > 0).then(|| format!("{unable} of {all} controls are without a conclusion"));
    let is_refused = |gap: &&String| digest.inputs.refused.iter().any(|row| gap.starts_with(&format!("{} could not be read", row.file)));
    let is_waived = |gap: &&String| digest.evidence.iter().any(|row| row.status == Status::Waived && row.explanation == gap.as_str());
    let (waived, open): (Vec<&String>, Vec<&String>) = digest.gaps.iter().filter(|gap| !is_refused(gap)).partition(is_waived);
    controls.into_iter().chain(open.into_iter().chain(waived).cloned()).map(|sentence| ("unchecked", sentence)).collect()
}

fn waivers(out: &mut dyn Write, page: Page, digest: &RunDigest<'_>) -> io::Result<()> {
    let waivers = &digest.waivers;
    let named = |waiver: &WaiverRow| {
        let finding = digest.about.findings.iter().find(|row| row.finding_id == waiver.subject);
        match finding {
            Some(row) => {
                let subjects = [&row.credential, &row.account, &row.person_login, &row.group, &row.object];
                let subject = subjects.into_iter().find(|subject| !subject.is_empty()).unwrap_or(&row.finding_id);
                format!("{} {subject}", row.rule)
            }
            None if waiver.rule.is_empty() => format!("finding {}", waiver.subject),
            None => format!("{} {}", waiver.rule, waiver.subject),
        }
    };
    let mut lines = Vec::new();
    if let (Some(first), Some(last)) = (waivers.first_end, waivers.last_end) {
        let until = if first == last { format!("until {last}") } else { format!("the first until {first}, the last until {last}") };
        let findings = if waivers.findings == 1 { "finding" } else { "findings" };
        lines.push(("waivers", format!("{} {findings} waived, {until}", waivers.findings)));
    }
    let grown = digest.evidence.iter().filter(|row| row.grown);
    lines.extend(grown.map(|row| ("waived", format!("{} {} has something new in it since the run before", row.rule, row.object))));
    let left = |days: i64| match days {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        days => format!("in {days} days"),
    };
    let ending = |Ending { waiver, days_left }: &Ending<'_>| {
        ("waiver", format!("{} ends {} (last day {}), approved by {}", named(waiver), left(*days_left), waiver.expires, waiver.approver))
    };
    lines.extend(waivers.ending.iter().map(ending));
    // Those that ran out since the run before are news; the others were told already.
    let before = digest.previous.map(|before| before.day().to_string());
    let is_news = |waiver: &&&WaiverRow| before.as_ref().is_some_and(|before| *before <= waiver.expires);
    let (news, old): (Vec<&WaiverRow>, Vec<&WaiverRow>) = waivers.expired.iter().copied().partition(|waiver| is_news(&waiver));
    let expired = |waiver: &WaiverRow| ("waiver", format!("{} is expired (last day {}): open again", named(waiver), waiver.expires));
    lines.extend(news.into_iter().chain(old).map(expired));
    let unused = waivers.unused.iter();
    lines.extend(unused.map(|waiver| ("waiver", format!("{} is unused (last day {})", named(waiver), waiver.expires))));
    page.list(out, WAIVERS, lines)
}

fn news(out: &mut dyn Write, page: Page, digest: &RunDigest<'_>, most: usize) -> io::Result<()> {
    let shown = if digest.news.len() > most { most.saturating_sub(1) } else { most };
    for row in digest.news.iter().take(shown) {
        let style = severity_style(row.severity);
        let again = if row.change == Turn::Reopened { " again" } else { "" };
        let text = page.cut(&format!("{}{again}: {}", row.rule, row.explanation));
        writeln!(out, "{style}{:<9}{style:#} {text}", row.severity.word())?;
    }
    match digest.news.len().saturating_sub(shown) {
        0 => Ok(()),
        more => writeln!(out, "{:MARGIN$}and {more} more that are new", ""),
    }
}

/// Why the evidence is incomplete.
fn incomplete(digest: &RunDigest<'_>) -> String {
    let open = digest.evidence.iter().filter(|row| row.status == Status::Open);
    let mut reasons: Vec<String> = open.map(|row| format!("{} {}", row.rule, row.object).trim_end().to_owned()).collect();
    match digest.inputs.refused.len() {
        0 => {}
        1 => reasons.push("1 refused input".to_owned()),
        refused => reasons.push(format!("{refused} refused inputs")),
    }
    reasons.join(", ")
}

/// How old something is; what is of later than the as-of time is not old.
fn words(age: Span) -> String {
    age.max(Span::ZERO).to_string()
}

fn duration(seconds: f64) -> String {
    if seconds < 60.0 { format!("{seconds:.1} s") } else { Span::from(std::time::Duration::from_secs_f64(seconds)).to_string() }
}

/// The screen, a line for each thing.
#[derive(Clone, Copy)]
struct Page {
    layout: Layout,
}

impl Page {
    /// The text on one line, cut where the screen ends.
    fn cut(self, text: &str) -> String {
        self.layout.cut(MARGIN, text)
    }

    fn line(self, out: &mut dyn Write, name: &str, text: &str) -> io::Result<()> {
        writeln!(out, "{name:<MARGIN$}{}", self.cut(text))
    }

    /// A line for each, and at most so many; the last one says how many more there are.
    fn list(self, out: &mut dyn Write, most: usize, lines: Vec<(&str, String)>) -> io::Result<()> {
        let shown = if lines.len() > most { most - 1 } else { most };
        let more = lines.len().saturating_sub(shown);
        for (name, text) in lines.into_iter().take(shown) {
            self.line(out, name, &text)?;
        }
        if more > 0 { writeln!(out, "{:MARGIN$}and {more} more, see the report", "") } else { Ok(()) }
    }
}
