//! `scimdrift completions` and `scimdrift man`: both made of the one definition of the command line, when they are asked for.

use std::io::{self, Write as _};
use std::path::Path;

use clap::CommandFactory as _;
use clap_complete::Shell;

use super::arguments::Arguments;
use super::exit::{Exit, Failure};
use super::terminal::Terminal;

pub(super) fn completions(shell: Shell) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "scimdrift", &mut script);
    print(&script)
}

pub(super) fn man(out: Option<&Path>, terminal: &Terminal) -> Result<Exit, Failure> {
    // `help` has no page of its own: every page is one.
    let command = Arguments::command().disable_help_subcommand(true);
    let Some(folder) = out else {
        let mut page = Vec::new();
        clap_mangen::Man::new(command).render(&mut page)?;
        return print(&page);
    };
    std::fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(command, folder))
        .map_err(|source| Failure::Manual { path: folder.to_owned(), source })?;
    terminal.note(&format!("the pages are in {}", folder.display()));
    Ok(Exit::Done)
}

/// What other programs read, byte by byte.
fn print(text: &[u8]) -> Result<Exit, Failure> {
    let mut out = io::stdout().lock();
    out.write_all(text)?;
    out.flush()?;
    Ok(Exit::Done)
}
