//! What can be typed. Help texts are the documentation that is always at hand.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::model::failures::By;
use crate::model::finding::Severity;
use crate::model::time::{Span, Timestamp};
use crate::policy;
use crate::report;

/// The config, where none is named.
pub(super) const CONFIG: &str = "scimdrift.toml";

/// What scripts go by.
const EXIT_CODES: &str = "Exit codes: 0 the job was done, whatever it found; 1 open findings at or above --fail-on; 2 wrong usage, a bad config, \
or a failure; 3 the evidence is incomplete. Where several hold: 2, then 3, then 1.";

/// Finds drift between an identity provider and the systems it provisions over SCIM, and writes it down as evidence.
#[derive(Debug, Parser)]
#[command(name = "scimdrift", version, about, max_term_width = 100, arg_required_else_help = true, after_long_help = EXIT_CODES)]
pub(super) struct Arguments {
    #[command(flatten)]
    pub(super) global: Global,
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Args, Debug)]
pub(super) struct Global {
    /// The config.
    #[arg(long, global = true, value_name = "FILE", env = "SCIMDRIFT_CONFIG", default_value = CONFIG, hide_env_values = true)]
    pub(super) config: PathBuf,
    /// The store; without it the one that the config names.
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) store: Option<PathBuf>,
    /// The moment to judge at, such as 2026-10-01T06:00:00Z; without it now.
    #[arg(long, global = true, value_name = "RFC3339", value_parser = moment)]
    pub(super) as_of: Option<Timestamp>,
    /// How data is written to standard output.
    #[arg(long, global = true, value_enum, default_value_t = Format::Human)]
    pub(super) format: Format,
    /// When to use colour; `NO_COLOR` is obeyed.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto)]
    pub(super) color: Color,
    /// Say nothing but errors.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(super) quiet: bool,
    /// Say more.
    #[arg(short, long, global = true)]
    pub(super) verbose: bool,
    /// How messages are written to standard error: in words, or as one JSON object a line.
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Human)]
    pub(super) log: LogFormat,
    /// How long to wait while another scimdrift writes the store, such as 10m; without it not at all.
    #[arg(long, global = true, value_name = "DURATION", value_parser = duration)]
    pub(super) wait: Option<Duration>,
    /// How many threads decode and judge; without it as many as the machine has.
    #[arg(long, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(super) jobs: Option<u16>,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// The nightly job: read what the config names, judge it, write the report.
    Run(Output),
    /// Read files or folders into the store; without any, what the config names.
    Ingest {
        /// Files or folders.
        #[arg(value_name = "PATH")]
        paths: Vec<PathBuf>,
        /// Read them even where they were withdrawn with `scimdrift forget`.
        #[arg(long, requires = "paths")]
        again: bool,
    },
    /// Replay the store up to the as-of time, find drift, record the findings.
    Analyze,
    /// Write the report of the last analysis again, or of the run as of --as-of; nothing is read or judged.
    Report {
        #[command(flatten)]
        output: Output,
        #[command(flatten)]
        part: Part,
    },
    /// Check a report folder against its manifest and its store; nothing is written.
    Verify {
        /// The report folder.
        #[arg(value_name = "DIR")]
        dir: PathBuf,
        #[command(flatten)]
        part: Part,
    },
    /// List the findings of the last analysis.
    Findings(Filter),
    /// Why a finding is one: keys tried, rule in force, records, history, what makes it go away; or the page of a rule.
    Explain {
        /// The id of a finding or its beginning, or the id of a rule.
        #[arg(value_name = "ID")]
        id: String,
    },
    /// One person over all systems on one time line, with what is the matter and how to fix it.
    Trace(TraceArguments),
    /// The dry run: what the next sync would do to the target, in a safe order; nothing is sent and nothing is written.
    Plan(PlanArguments),
    /// What the sync failed to do: why, for whom, since when, whether it still fails, what to do.
    Failures(FailuresArguments),
    /// Write a first config, with comments, after a look at a folder of exports; none is ever overwritten.
    Init {
        /// Folders of exports; without any, the one that the config is to stand in.
        #[arg(value_name = "FOLDER")]
        folders: Vec<PathBuf>,
    },
    /// Is the set-up sound: config, inputs, freshness, rules, store, disk, permissions, clock; nothing is written.
    Doctor,
    /// Send the message of the last run to the configured webhook again.
    Notify {
        /// Send a message that only shows that messages arrive.
        #[arg(long)]
        test: bool,
    },
    /// Remove old records that a later one repeats and nothing rests on; what was removed, and when, stays in the reports.
    Prune(PruneArguments),
    /// Withdraw a wrong input with everything that it alone brought; that it was withdrawn, and why, stays in the reports.
    Forget(ForgetArguments),
    /// Copy the store to a file, as it is at one moment, while runs may go on; checked before it has its name.
    Backup(BackupArguments),
    /// What can be read.
    Sources,
    /// What can be found.
    Rules,
    /// The completions of a shell, for it to read.
    Completions {
        /// Which shell.
        #[arg(value_name = "SHELL", value_enum)]
        shell: clap_complete::Shell,
    },
    /// The manual: its first page, or with --out a page for each command.
    Man {
        /// The folder for the pages, such as /usr/local/share/man/man1.
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
    },
}

#[derive(Args, Debug)]
pub(super) struct Output {
    /// The folder of the report; without it reports/ beside the config, and the as-of time.
    #[arg(long, value_name = "DIR")]
    pub(super) out: Option<PathBuf>,
    /// End with exit code 1 when an open finding is at least this bad.
    #[arg(long, value_name = "SEVERITY", value_enum)]
    pub(super) fail_on: Option<SeverityWord>,
}

#[derive(Args, Debug)]
pub(super) struct Part {
    /// These files of the report alone, such as findings.csv,report.html.
    #[arg(long, value_name = "FILE,…", value_delimiter = ',', value_parser = file_of_report)]
    pub(super) only: Vec<&'static report::Format>,
}

#[derive(Args, Debug)]
pub(super) struct TraceArguments {
    /// An id of the identity provider, an e-mail, a user name, an employee number or an account's id.
    #[arg(value_name = "PERSON")]
    pub(super) person: String,
    /// Show the time line from this moment on.
    #[arg(long, value_name = "RFC3339", value_parser = moment)]
    pub(super) since: Option<Timestamp>,
    /// Show the time line up to this moment.
    #[arg(long, value_name = "RFC3339", value_parser = moment)]
    pub(super) until: Option<Timestamp>,
}

#[derive(Args, Debug)]
#[command(group(clap::ArgGroup::new("group").args(["add_to_group", "remove_from_group"]).multiple(true)))]
pub(super) struct PlanArguments {
    /// The part about one person alone, named as for `trace`.
    #[arg(long, value_name = "PERSON")]
    pub(super) only: Option<String>,
    /// Write the operations as CSV to this file too.
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    /// What if the people of --users joined this group of the identity provider?
    #[arg(long, value_name = "GROUP", requires = "users")]
    pub(super) add_to_group: Option<String>,
    /// What if the people of --users left this group?
    #[arg(long, value_name = "GROUP", requires = "users")]
    pub(super) remove_from_group: Option<String>,
    /// The people: one a line, named as for `trace`; blank lines and what follows # are passed over.
    #[arg(long, value_name = "FILE", requires = "group")]
    pub(super) users: Option<PathBuf>,
    /// What if the people of this file were deactivated in the identity provider?
    #[arg(long, value_name = "FILE")]
    pub(super) deactivate: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(super) struct FailuresArguments {
    /// Leave out what failed last before this moment.
    #[arg(long, value_name = "RFC3339", value_parser = moment)]
    pub(super) since: Option<Timestamp>,
    /// Group by this; within a group there is one cause.
    #[arg(long, value_name = "BY", value_enum, default_value_t = ByWord::Cause)]
    pub(super) by: ByWord,
}

#[derive(Args, Debug)]
pub(super) struct PruneArguments {
    /// What is younger stays, such as 400d; counted in whole days from the as-of time.
    #[arg(long, value_name = "DURATION", value_parser = age)]
    pub(super) keep: Span,
    /// Say what would go, and write nothing.
    #[arg(long)]
    pub(super) dry_run: bool,
}

#[derive(Args, Debug)]
pub(super) struct ForgetArguments {
    /// The file as inputs.csv names it, or its SHA-256.
    #[arg(value_name = "FILE")]
    pub(super) file: String,
    /// Why, for those who read the reports.
    #[arg(long, value_name = "TEXT", value_parser = reason)]
    pub(super) reason: String,
}

#[derive(Args, Debug)]
pub(super) struct BackupArguments {
    /// The file to write.
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,
    /// Replace the file where there is one.
    #[arg(long)]
    pub(super) force: bool,
}

#[derive(Args, Debug)]
pub(super) struct Filter {
    /// Of this rule only.
    #[arg(long, value_name = "RULE")]
    pub(super) rule: Option<String>,
    /// At least this bad.
    #[arg(long, value_name = "SEVERITY", value_enum)]
    pub(super) severity: Option<SeverityWord>,
    /// With this status only.
    #[arg(long, value_name = "STATUS", value_enum)]
    pub(super) status: Option<StatusWord>,
    /// About this account only.
    #[arg(long, value_name = "NAME")]
    pub(super) account: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people.
    Human,
    /// For programs.
    Json,
    /// As Markdown, to be pasted into a ticket; `explain` and `trace` write it.
    Md,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum LogFormat {
    /// For people.
    Human,
    /// For programs.
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum SeverityWord {
    Low,
    Medium,
    High,
    Critical,
}

impl From<SeverityWord> for Severity {
    fn from(word: SeverityWord) -> Self {
        match word {
            SeverityWord::Low => Self::Low,
            SeverityWord::Medium => Self::Medium,
            SeverityWord::High => Self::High,
            SeverityWord::Critical => Self::Critical,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ByWord {
    Cause,
    Person,
    Operation,
    Connector,
}

impl From<ByWord> for By {
    fn from(word: ByWord) -> Self {
        match word {
            ByWord::Cause => Self::Cause,
            ByWord::Person => Self::Person,
            ByWord::Operation => Self::Operation,
            ByWord::Connector => Self::Connector,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum StatusWord {
    Open,
    Waived,
    Resolved,
}

fn file_of_report(name: &str) -> Result<&'static report::Format, String> {
    report::ALL.iter().find(|format| format.file == name.trim()).ok_or_else(|| {
        let files: Vec<&str> = report::ALL.iter().map(|format| format.file).collect();
        format!("is no file of a report; there are {}", files.join(", "))
    })
}

fn moment(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse(text).ok_or_else(|| "is no RFC 3339 time such as 2026-10-01T06:00:00Z".to_owned())
}

fn duration(text: &str) -> Result<Duration, String> {
    policy::duration(text).ok_or_else(|| "is no duration such as 30s, 10m or 400d".to_owned())
}

/// A reason stands in reports and answers, on one line.
fn reason(text: &str) -> Result<String, String> {
    match text.trim() {
        "" => Err("says nothing".to_owned()),
        reason if reason.contains(char::is_control) => {
            Err("holds a line break or another control character; a reason is one line of text".to_owned())
        }
        reason => Ok(reason.to_owned()),
    }
}

fn age(text: &str) -> Result<Span, String> {
    duration(text).map(Span::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_a_line_that_says_something() {
        assert_eq!(reason(" of the test organization\n"), Ok("of the test organization".to_owned()));
        for text in ["", "  ", "\n", "wrong\nverified", "wrong\u{1b}[2K"] {
            assert!(reason(text).is_err(), "{text:?}");
        }
    }
}
