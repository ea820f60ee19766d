//! `scimdrift notify`, and the message after a run. The address of the webhook is read here, used, and told to nobody.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde_json::json;

use super::arguments::Global;
use super::desk;
use super::exit::{Exit, Failure};
use super::terminal::Terminal;
use crate::model::report::Report;
use crate::notify::{Message, Patience, Trouble, Webhook, WebhookError};
use crate::pipeline::Setup;
use crate::policy::{Notify, NotifyFormat, WebhookPlace};

/// No address is longer; more is another file.
const LONGEST: u64 = 8_192;

/// Why there is no address to send to. It says what is wrong with the place, never what stands there.
#[derive(Debug, thiserror::Error)]
pub(super) enum AddressError {
    /// The environment does not have it.
    #[error("the environment variable {0} is not set")]
    Unset(String),
    /// The file does not have it.
    #[error("{}: {source}", path.display())]
    Unread {
        /// Which file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// What stands there cannot be posted to.
    #[error("the address in {place} cannot be used: {source}")]
    Unfit {
        /// Where.
        place: String,
        /// Why not.
        source: WebhookError,
    },
}

impl AddressError {
    /// What to do about it.
    pub(super) fn hint(&self) -> String {
        match self {
            Self::Unset(name) => format!("set {name} to the address of the webhook, where `scimdrift run` starts too"),
            Self::Unread { .. } => "write the address of the webhook into that file, and let this account read it".to_owned(),
            Self::Unfit { .. } => "the address begins with https:// and stands there alone".to_owned(),
        }
    }
}

/// `scimdrift notify`: the message of the last run again, or a test.
pub(super) fn notify(global: &Global, test: bool, terminal: &Terminal) -> Result<Exit, Failure> {
    let setup = Setup::read(&global.config)?;
    let notify = setup.policy.notify.as_ref().ok_or(Failure::NoNotify)?;
    let webhook = address(&setup, notify).map_err(Failure::NoWebhook)?;
    let message = if test { Some(Message::of_test(&setup.policy.organization)) } else { again(&setup, &desk::kept_report(global)?) };
    let Some(message) = message else {
        let json = json!({"host": webhook.host(), "sent": false, "status": null});
        terminal.data(&json, |out| writeln!(out, "nothing was new in the last run, so there is nothing to tell"))?;
        return Ok(Exit::Done);
    };
    let status = webhook.post(&body(&message, notify), &Patience::NIGHTLY).map_err(Failure::Notify)?;
    let json = json!({"host": webhook.host(), "sent": true, "status": status.as_u16()});
    terminal.data(&json, |out| writeln!(out, "{} answered {status}", webhook.host()))?;
    Ok(Exit::Done)
}

/// Sends a message. Where that does not work it is a warning: the run did what it did. Answers whether it worked.
pub(super) fn send(setup: &Setup, notify: &Notify, message: &Message, terminal: &Terminal) -> bool {
    let post = |webhook: Webhook| {
        let sent = webhook.post(&body(message, notify), &Patience::NIGHTLY);
        sent.map(|_| webhook.host().to_owned()).map_err(|error| error.to_string())
    };
    match address(setup, notify).map_err(|error| error.to_string()).and_then(post) {
        Ok(host) => {
            terminal.detail(&format!("told {host}"));
            true
        }
        Err(reason) => {
            Terminal::warning_about(&format!("the message was not sent: {reason}"), json!({"reason": reason}));
            false
        }
    }
}

/// The host of the webhook, or why its address cannot be used; `None` where the config has no `[notify]`, or cannot be read.
pub(super) fn place(config: &Path) -> Option<Result<String, String>> {
    let setup = Setup::read(config).ok()?;
    let notify = setup.policy.notify.as_ref()?;
    Some(address(&setup, notify).map(|webhook| webhook.host().to_owned()).map_err(|error| error.to_string()))
}

/// The message that a run had, as far as its report tells. Where the page was written to another place, it names none.
fn again(setup: &Setup, report: &Report) -> Option<Message> {
    let code = if report.is_incomplete() { Exit::Incomplete } else { Exit::Done };
    let page = setup.base.join("reports").join(report.head.as_of.file_name()).join("report.html");
    let page = page.try_exists().unwrap_or(false).then(|| page.display().to_string());
    Message::of_run(report, &report.news(&BTreeSet::new()), Trouble::default(), code.code(), page.as_deref())
}

fn body(message: &Message, notify: &Notify) -> String {
    match notify.format {
        NotifyFormat::Json => message.json(),
        NotifyFormat::Slack => message.slack(),
    }
}

/// Reads the address from where the config says.
fn address(setup: &Setup, notify: &Notify) -> Result<Webhook, AddressError> {
    let (place, text) = match &notify.webhook {
        WebhookPlace::Environment(name) => {
            #[expect(clippy::disallowed_methods, reason = "the command line reads the environment")]
            let value = std::env::var_os(name);
            let value = value.ok_or_else(|| AddressError::Unset(name.clone()))?;
            (format!("the environment variable {name}"), value.into_string().unwrap_or_default())
        }
        WebhookPlace::File(path) => {
            let path = setup.base.join(path);
            let mut text = String::new();
            let read = std::fs::File::open(&path).and_then(|file| file.take(LONGEST).read_to_string(&mut text));
            let place = path.display().to_string();
            read.map_err(|source| AddressError::Unread { path, source })?;
            (place, text)
        }
    };
    Webhook::parse(&text).map_err(|source| AddressError::Unfit { place, source })
}
