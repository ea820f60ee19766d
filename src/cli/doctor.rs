//! `scimdrift doctor`: is the set-up sound, and what to do where it is not.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::arguments::Global;
use super::exit::{Exit, Failure};
use super::terminal::{Layout, Terminal};
use super::{job, notify};
use crate::model::check_up::{Check, CheckUp, Level};
use crate::pipeline::doctor::{self, Ask};

/// The width of the levels on the left.
const LEVELS: usize = 14;

/// Longer names do not move the column of what is said of them.
const NAMES: usize = 28;

pub(super) fn doctor(global: &Global, terminal: &Terminal) -> Result<Exit, Failure> {
    let webhook = notify::place(&global.config);
    let webhook = webhook.as_ref().map(|found| found.as_deref().map_err(String::as_str));
    let ask = Ask { config: &global.config, store: global.store.as_deref(), as_of: job::as_of(global), now: job::now(), webhook };
    let check_up = doctor::doctor(&ask);
    terminal.pages(&check_up, |out, layout| show(out, layout, &check_up))?;
    Ok(match check_up.verdict {
        Level::Ok | Level::Note | Level::Warning => Exit::Done,
        Level::Incomplete => Exit::Incomplete,
        Level::Broken => Exit::Failed,
    })
}

fn show(out: &mut dyn Write, layout: Layout, check_up: &CheckUp) -> io::Result<()> {
    let bold = Style::new().bold();
    for (index, area) in check_up.checks.chunk_by(|one, other| one.area == other.area).enumerate() {
        let blank = if index == 0 { "" } else { "\n" };
        writeln!(out, "{blank}{bold}{}{bold:#}", area.first().map(|check| check.area.word()).unwrap_or_default())?;
        let longest = area.iter().map(|check| check.subject.chars().count()).filter(|length| *length <= NAMES).max().unwrap_or(0);
        area.iter().try_for_each(|check| line(out, layout, check, LEVELS + longest + 2))?;
    }
    let style = level_style(check_up.verdict);
    write!(out, "\n{style}{}{style:#}: ", check_up.verdict.word())?;
    layout.rest(out, LEVELS, &verdict(check_up))
}

/// What is in order asks for nothing.
fn line(out: &mut dyn Write, layout: Layout, check: &Check, margin: usize) -> io::Result<()> {
    let style = level_style(check.level);
    let gap = LEVELS.saturating_sub(2 + check.level.word().len());
    write!(out, "  {style}{}{style:#}{:gap$}", check.level.word(), "")?;
    layout.beside(out, LEVELS, margin, &check.subject, &check.says)?;
    if check.level == Level::Ok { Ok(()) } else { layout.entry(out, margin, "", &format!("→ {}", check.next)) }
}

fn verdict(check_up: &CheckUp) -> String {
    let count = |level| check_up.checks.iter().filter(|check| check.level == level).count();
    let words = match check_up.verdict {
        Level::Ok => "the set-up is sound",
        Level::Note => "the set-up is sound, and something is worth knowing",
        Level::Warning => "a run does its job, and something should be mended",
        Level::Incomplete => "a run would end with exit code 3, as the evidence is incomplete",
        Level::Broken => "a run would end with exit code 2, as it cannot do its job",
    };
    let counted: Vec<String> = [Level::Broken, Level::Incomplete, Level::Warning, Level::Note]
        .into_iter()
        .filter(|level| count(*level) > 0)
        .map(|level| format!("{} {}", count(level), level.word()))
        .collect();
    if counted.is_empty() { words.to_owned() } else { format!("{words} ({})", counted.join(", ")) }
}

const fn level_style(level: Level) -> Style {
    let color = match level {
        Level::Ok => AnsiColor::Green,
        Level::Note => AnsiColor::Cyan,
        Level::Warning => AnsiColor::Yellow,
        Level::Incomplete => AnsiColor::Magenta,
        Level::Broken => AnsiColor::Red,
    };
    Style::new().fg_color(Some(anstyle::Color::Ansi(color)))
}
