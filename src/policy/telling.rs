//! `[notify]` and `[metrics]`: who is told of a run besides the one who reads its report.

use std::path::PathBuf;

use serde::Deserialize;

/// `[notify]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notify {
    /// Where the address of the webhook is. It is a secret, and so never in the config itself.
    pub webhook: WebhookPlace,
    /// The shape of the message.
    pub format: NotifyFormat,
}

/// Where the address of a webhook is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WebhookPlace {
    /// In this environment variable: `notify.webhook_env`.
    Environment(String),
    /// In this file, relative to the config: `notify.webhook_file`.
    File(PathBuf),
}

/// The shape of a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NotifyFormat {
    /// One JSON object, for programs.
    #[default]
    Json,
    /// The body of Slack's incoming webhooks, which others take too.
    Slack,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NotifyTable {
    webhook_env: Option<String>,
    webhook_file: Option<PathBuf>,
    #[serde(default)]
    format: NotifyFormat,
}

impl NotifyTable {
    /// What it says; an error is a sentence about its keys.
    pub(super) fn into_notify(self) -> Result<Notify, String> {
        let webhook = match (self.webhook_env, self.webhook_file) {
            (Some(name), None) => WebhookPlace::Environment(variable(name)?),
            (None, Some(path)) => WebhookPlace::File(path),
            _ => return Err("`[notify]` needs either `webhook_env` or `webhook_file`".to_owned()),
        };
        Ok(Notify { webhook, format: self.format })
    }
}

/// A name of an environment variable. Whoever puts the address itself here is told so, and not with the address.
fn variable(name: String) -> Result<String, String> {
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if is_name { Ok(name) } else { Err("`notify.webhook_env` is the name of an environment variable that holds the address".to_owned()) }
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MetricsTable {
    pub(super) file: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Notify, String> {
        toml::from_str::<NotifyTable>(text).map_err(|error| error.to_string())?.into_notify()
    }

    #[test]
    fn the_address_is_somewhere_else_and_in_one_place() {
        let of = |webhook, format| Ok(Notify { webhook, format });
        let place = WebhookPlace::Environment("SCIMDRIFT_WEBHOOK".to_owned());
        assert_eq!(read("webhook_env = \"SCIMDRIFT_WEBHOOK\""), of(place, NotifyFormat::Json));
        assert_eq!(read("webhook_file = \"hook\"\nformat = \"slack\""), of(WebhookPlace::File("hook".into()), NotifyFormat::Slack));
        for bad in ["", "webhook_env = \"A\"\nwebhook_file = \"b\"", "webhook_env = \"\"", "format = \"slack\"", "webhook = \"https://\""] {
            assert!(read(bad).is_err(), "{bad}");
        }
        let error = read("webhook_env = \"https://hooks.example/s3cret\"").unwrap_err();
        assert!(error.contains("name of an environment variable") && !error.contains("s3cret"), "{error}");
        assert!(read("webhook_env = \"A\"\nformat = \"xml\"").unwrap_err().contains("slack"));
    }
}
