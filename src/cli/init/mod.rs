//! `scimdrift init`: the first config, after a look at a folder of exports.

mod text;

use std::io::{self, Write};
use std::path::PathBuf;

use anstyle::Style;

use super::arguments::Global;
use super::exit::{Exit, Failure};
use super::terminal::{Layout, Terminal};
use crate::model::proposal::{Proposal, Told};
use crate::pipeline::{Workers, init};

/// The width of the keys on the left.
const KEYS: usize = 16;

pub(super) fn init(global: &Global, folders: &[PathBuf], terminal: &Terminal) -> Result<Exit, Failure> {
    let config = &global.config;
    init::is_free(config)?;
    let beside = config.parent().filter(|folder| !folder.as_os_str().is_empty()).map_or_else(|| PathBuf::from("."), PathBuf::from);
    let folders = if folders.is_empty() { vec![beside] } else { folders.to_vec() };
    let workers = Workers::new(global.jobs.map_or(0, usize::from))?;
    let proposal = init::survey(config, &folders, &workers)?;
    // What --store names is seen from here, and what the config names from beside it.
    let store = match &global.store {
        Some(store) => std::path::absolute(store)?.display().to_string(),
        None => "scimdrift.db".to_owned(),
    };
    init::write(config, &text::config(&proposal, &store))?;
    let answer = serde_json::json!({"config": config.display().to_string(), "proposal": proposal});
    terminal.outcome(&answer, |out| show(out, Layout::of_terminal(), &config.display().to_string(), &proposal))?;
    Ok(Exit::Done)
}

fn show(out: &mut dyn Write, layout: Layout, config: &str, proposal: &Proposal) -> io::Result<()> {
    let bold = Style::new().bold();
    let files: usize = proposal.inputs.iter().map(|input| input.files).sum();
    writeln!(out, "{bold}read{bold:#}")?;
    layout.entry(out, KEYS, "  inputs", &format!("{files} files as {} [[input]]s", proposal.inputs.len()))?;
    for (key, told) in known(proposal) {
        layout.entry(out, KEYS, &format!("  {key}"), &format!("{} ({})", told.value, told.why))?;
    }
    if !proposal.unread.is_empty() {
        writeln!(out, "\n{bold}left out{bold:#}")?;
        for file in &proposal.unread {
            layout.entry(out, 4, "  ", &format!("{}: {}", file.file, file.reason))?;
        }
    }
    writeln!(out, "\n{bold}not known{bold:#}")?;
    for unknown in &proposal.unknown {
        layout.entry(out, 4, "  ", &format!("{}: {}; look up: {}", unknown.key, unknown.why, unknown.look_up))?;
    }
    writeln!(out)?;
    layout.rest(out, 0, &format!("{config} is written: read it, fill in what is not known, then `scimdrift doctor` and `scimdrift run`"))
}

/// What was told, by the last part of its key.
fn known(proposal: &Proposal) -> Vec<(&'static str, &Told)> {
    let single = [
        ("provider", &proposal.provider),
        ("application", &proposal.application),
        ("name", &proposal.target),
        ("sso", &proposal.sso),
        ("user_name", &proposal.user_name),
        ("token_policy", &proposal.token_policy),
    ];
    let single = single.into_iter().filter_map(|(key, told)| Some((key, told.as_ref()?)));
    single.chain(proposal.scim_actors.iter().map(|told| ("scim_actors", told))).collect()
}
