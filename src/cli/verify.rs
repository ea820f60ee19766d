//! `scimdrift verify`: whether a report folder, and the store it was made from, are as the run left them.

use std::io::{self, Write};
use std::path::Path;

use anstyle::{AnsiColor, Style};

use super::arguments::{Global, Part};
use super::exit::{Exit, Failure};
use super::terminal::{Terminal, on_one_line};
use crate::pipeline::verify::{self, Ask, InputsNow, Verdict, Verification};
use crate::pipeline::{Setup, Workers};
use crate::store::{Store, StoreError};

pub(super) fn verify(global: &Global, dir: &Path, part: &Part, terminal: &Terminal) -> Result<Exit, Failure> {
    let setup = config(global)?;
    let store = store(global, setup.as_ref())?;
    let workers = Workers::new(global.jobs.map_or(0, usize::from))?;
    let ask = Ask {
        dir,
        only: &part.only,
        store: store.as_ref().map_err(String::as_str),
        base: setup.as_ref().map(|setup| setup.base.as_path()),
    };
    let verification = verify::verify(&ask, &workers)?;
    terminal.outcome(&verification, |out| show(out, &verification))?;
    Ok(if verification.verdict == Verdict::Verified { Exit::Done } else { Exit::Incomplete })
}

/// The config, where there is one: whoever only has the folder has none.
fn config(global: &Global) -> Result<Option<Setup>, Failure> {
    let unnamed = global.config == Path::new(super::arguments::CONFIG);
    if unnamed && !global.config.exists() { Ok(None) } else { Ok(Some(Setup::read(&global.config)?)) }
}

/// The store, opened to be read; else why there is none. One that was named on the command line has to be there.
fn store(global: &Global, setup: Option<&Setup>) -> Result<Result<Store, String>, Failure> {
    let named = global.store.as_ref();
    let Some(path) = named.cloned().or_else(|| setup.map(Setup::store_path)) else {
        return Ok(Err("neither --store nor a config says where the store is".to_owned()));
    };
    match Store::open_to_read(&path) {
        Err(error @ StoreError::Io { .. }) if named.is_some() => Err(error.into()),
        Err(StoreError::Io { .. }) => Ok(Err(format!("there is no store at {}", path.display()))),
        opened => Ok(opened.map_err(|error| error.to_string())),
    }
}

fn show(out: &mut dyn Write, verification: &Verification) -> io::Result<()> {
    let run = verification.run.as_ref().map(|run| format!(" · run {} · as of {}", run.run_id, run.as_of)).unwrap_or_default();
    writeln!(out, "{:<11}{}", "report", on_one_line(&format!("{}{run}", verification.folder)))?;
    for (what, how) in &verification.agrees {
        writeln!(out, "{what:<11}{}", on_one_line(how))?;
    }
    if let Some(inputs) = &verification.inputs {
        writeln!(out, "{:<11}{}", "inputs", on_one_line(&inputs_in_words(inputs)))?;
    }
    for note in &verification.notes {
        writeln!(out, "{:<11}{}", "note", on_one_line(note))?;
    }
    for sentence in &verification.unchecked {
        writeln!(out, "{:<11}{}", "unchecked", on_one_line(sentence))?;
    }
    for difference in &verification.differences {
        writeln!(out, "{:<11}{}", "differs", on_one_line(&difference.sentence))?;
    }
    let (color, words) = match verification.verdict {
        Verdict::Verified => (AnsiColor::Green, "verified".to_owned()),
        Verdict::NotWhollyChecked => (AnsiColor::Yellow, "not verified: nothing differs, and not everything could be checked".to_owned()),
        Verdict::Differs => (AnsiColor::Red, format!("not verified: {} differences", verification.differences.len())),
    };
    let style = Style::new().bold().fg_color(Some(color.into()));
    writeln!(out, "\n{style}{words}{style:#}")
}

/// That an input moved away, or grew, is no fault of the report, and worth knowing.
fn inputs_in_words(inputs: &InputsNow) -> String {
    let mut parts = vec![format!("{} as they were read", inputs.unchanged)];
    for (names, what) in [(&inputs.changed, "changed since"), (&inputs.absent, "not there any more")] {
        if !names.is_empty() {
            parts.push(format!("{} {what}: {}", names.len(), names.join(", ")));
        }
    }
    parts.join(" · ")
}
