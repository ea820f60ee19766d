//! The command line: arguments, clock, terminal, exit codes. Nothing is decided here that a script could not ask for.

mod arguments;
mod backup;
mod catalogue;
mod desk;
mod digest;
mod doctor;
mod exit;
mod explain;
mod failures;
mod findings;
mod forget;
mod init;
mod job;
mod manual;
mod notify;
mod plan;
mod prune;
mod telling;
mod terminal;
#[cfg(test)]
mod tests;
mod trace;
mod verify;

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use clap::Parser as _;

use arguments::{Arguments, Command};
use exit::{Exit, Failure};
use terminal::Terminal;

/// Runs the program and says how it ended.
#[must_use]
pub fn main() -> ExitCode {
    outlive_size_limits();
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(answer) => {
            // Help and version are answers too, and go where they belong; a closed pipe is no failure.
            let wrong = answer.use_stderr();
            let _closed = answer.print();
            return if wrong { Exit::Failed.into() } else { Exit::Done.into() };
        }
    };
    let terminal = Terminal::new(&arguments.global);
    match dispatch(&arguments, &terminal) {
        Ok(exit) => exit.into(),
        Err(Failure::ClosedPipe) => Exit::Done.into(),
        Err(failure) => {
            Terminal::failure(&failure);
            Exit::Failed.into()
        }
    }
}

/// A file that may not grow any more (`ulimit -f`) is an error that names the file, as a full disk is. Without a handler the
/// signal that comes with it would end the program before it can say so.
fn outlive_size_limits() {
    let _without = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::new(AtomicBool::new(false)));
}

fn dispatch(arguments: &Arguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let global = &arguments.global;
    if terminal.is_markdown() && !matches!(arguments.command, Command::Explain { .. } | Command::Trace(_)) {
        return Err(Failure::NoMarkdown);
    }
    match &arguments.command {
        Command::Run(output) => job::run(global, output, terminal),
        Command::Ingest { paths, again } => job::ingest(global, paths, *again, terminal),
        Command::Analyze => job::analyze(global, terminal),
        Command::Report { output, part } => job::report(global, output, part, terminal),
        Command::Verify { dir, part } => verify::verify(global, dir, part, terminal),
        Command::Findings(filter) => findings::list(global, filter, terminal),
        Command::Explain { id } => explain::explain(global, id, terminal),
        Command::Trace(asked) => trace::trace(global, asked, terminal),
        Command::Plan(asked) => plan::plan(global, asked, terminal),
        Command::Failures(asked) => failures::failures(global, asked, terminal),
        Command::Init { folders } => init::init(global, folders, terminal),
        Command::Doctor => doctor::doctor(global, terminal),
        Command::Notify { test } => notify::notify(global, *test, terminal),
        Command::Prune(asked) => prune::prune(global, asked, terminal),
        Command::Forget(asked) => forget::forget(global, asked, terminal),
        Command::Backup(asked) => backup::backup(global, asked, terminal),
        Command::Sources => catalogue::sources(terminal),
        Command::Rules => catalogue::rules(terminal),
        Command::Completions { shell } => manual::completions(*shell),
        Command::Man { out } => manual::man(out.as_deref(), terminal),
    }
}
