//! How the program ends (CONTRACT section 1).

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use super::notify::AddressError;
use crate::model::time::Timestamp;
use crate::notify::NotifyError;
use crate::pipeline::PipelineError;
use crate::store::StoreError;

/// How a command that did its job ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exit {
    /// The job was done, whatever it found.
    Done,
    /// Findings at or above `--fail-on`.
    Found,
    /// Wrong usage, bad config, or the tool failed.
    Failed,
    /// The evidence is incomplete.
    Incomplete,
}

impl Exit {
    /// What the shell is told.
    pub(super) const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Found => 1,
            Self::Failed => 2,
            Self::Incomplete => 3,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Why a command did not do its job.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    /// Whoever reads our output has gone: that is success.
    #[error("the output was closed")]
    ClosedPipe,
    /// The output cannot be written.
    #[error("cannot write to standard output: {0}")]
    Output(io::Error),
    /// A file of people cannot be read.
    #[error("{}: cannot be read: {source}", path.display())]
    People {
        /// Which file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A file of people names nobody.
    #[error("{}: names nobody", .0.display())]
    NoPeople(PathBuf),
    /// No group, or several groups, of the identity provider are meant.
    #[error("{asked}: does not name exactly one group of the identity provider")]
    UnknownGroup {
        /// What was asked for.
        asked: String,
        /// Those there are.
        among: Vec<String>,
    },
    /// A table cannot be written.
    #[error("{}: cannot be written: {source}", path.display())]
    Table {
        /// Where to.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The manual cannot be written.
    #[error("{}: the manual cannot be written: {source}", path.display())]
    Manual {
        /// Where to.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The run cannot go on.
    #[error(transparent)]
    Pipeline(#[from] PipelineError),
    /// There is nothing to show yet.
    #[error("{0}: nothing was analyzed yet")]
    NothingAnalyzed(String),
    /// There is no store, or nothing in it.
    #[error("{0}: nothing was read into this store")]
    NoStore(String),
    /// The store was written to while it was read.
    #[error("{0}: it was written to while it was read")]
    Changed(String),
    /// The store, or a copy of it, is not what its runs left.
    #[error("{}: it is not as its runs left it, and no copy was kept: {}", path.display(), differences.first().map_or("", String::as_str))]
    Unsound {
        /// Which store.
        path: PathBuf,
        /// What differs, or could not be checked.
        differences: Vec<String>,
    },
    /// There is no such thing to explain.
    #[error("{0}: neither a rule nor a finding")]
    UnknownId(String),
    /// Several findings have ids that begin so.
    #[error("{id}: {} findings have an id that begins so", .among.len())]
    AmbiguousId {
        /// What was asked for.
        id: String,
        /// The findings: id, rule and subject.
        among: Vec<String>,
    },
    /// Nobody is known by this key.
    #[error("{0}: nobody is known by this key")]
    UnknownPerson(String),
    /// Several people are, or nobody is exactly and some are alike.
    #[error("{asked}: does not name exactly one person; name one of these {}", .among.len())]
    AmbiguousPerson {
        /// What was asked for.
        asked: String,
        /// The candidates: id, login, and why.
        among: Vec<String>,
    },
    /// Nobody is to be told.
    #[error("the config has no [notify]")]
    NoNotify,
    /// The address of the webhook is not where the config says.
    #[error(transparent)]
    NoWebhook(AddressError),
    /// The webhook did not take the message.
    #[error("the message was not sent: {0}")]
    Notify(NotifyError),
    /// Markdown was asked of a command that has none.
    #[error("--format md: only `scimdrift explain` and `scimdrift trace` write Markdown")]
    NoMarkdown,
    /// No report of that moment is kept.
    #[error("no report as of {asked} is kept; the last analysis is as of {last}")]
    OtherMoment {
        /// The moment asked for.
        asked: Timestamp,
        /// The moment there is.
        last: Timestamp,
    },
}

impl Failure {
    /// Whether another process holds the store, and is told of by itself.
    pub(super) fn is_held(&self) -> bool {
        matches!(self, Self::Pipeline(PipelineError::Store(StoreError::Held { .. })))
    }

    /// What to do about it.
    pub(super) fn hint(&self) -> Option<String> {
        match self {
            Self::ClosedPipe => None,
            Self::Output(_) | Self::Table { .. } => Some("check that the disk has space, or write to another place".to_owned()),
            Self::Manual { .. } => Some("name a folder that may be written to".to_owned()),
            Self::Pipeline(error) => Some(error.hint()),
            Self::UnknownId(_) => Some("`scimdrift rules` and `scimdrift findings` list them".to_owned()),
            Self::UnknownPerson(_) => {
                Some("an id, e-mail, user name, employee number or account id is asked for; accounts.csv has them".to_owned())
            }
            Self::People { .. } | Self::NoPeople(_) => {
                Some("name a text file with one person a line: an id, e-mail or user name".to_owned())
            }
            Self::UnknownGroup { among, .. } if among.is_empty() => Some("no listing or log names any group".to_owned()),
            Self::UnknownGroup { among, .. } | Self::AmbiguousId { among, .. } | Self::AmbiguousPerson { among, .. } => {
                Some(among.join("\n  "))
            }
            Self::NoNotify => Some("add webhook_env or webhook_file; docs/guides/configuration.md has the keys".to_owned()),
            Self::NoWebhook(error) => Some(error.hint()),
            Self::Notify(_) => {
                Some("check the address, the network, and that the machine trusts the certificate (SSL_CERT_FILE)".to_owned())
            }
            Self::Unsound { differences, .. } => {
                let more = differences.get(1..).filter(|more| !more.is_empty()).map(|more| format!("{}\n  ", more.join("\n  ")));
                let next = "restore the store from an earlier backup, or read the inputs into a new one with --store";
                Some(more.unwrap_or_default() + next)
            }
            Self::NoMarkdown => Some("use --format human or --format json".to_owned()),
            Self::OtherMoment { asked, .. } => Some(format!("run `scimdrift analyze --as-of {asked}` first")),
            Self::NoStore(_) => Some("name the store that the runs write, with --store or as [store] path of the config".to_owned()),
            Self::Changed(_) => Some("ask again when the other scimdrift is done".to_owned()),
            Self::NothingAnalyzed(_) => Some("run `scimdrift run`, or `scimdrift ingest` and `scimdrift analyze`, first".to_owned()),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe { Self::ClosedPipe } else { Self::Output(error) }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Pipeline(error.into())
    }
}
