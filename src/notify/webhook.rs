//! The address of a webhook. Whoever knows it may post there, so it is shown nowhere: messages name the host alone.

use std::fmt;

use ureq::http::Uri;

/// An address that may be posted to.
#[derive(Clone, PartialEq, Eq)]
pub struct Webhook {
    uri: Uri,
}

/// Why an address cannot be posted to. It never holds the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    /// There is nothing.
    #[error("it is empty")]
    Empty,
    /// It is no address.
    #[error("it is no address such as https://hooks.example.com/…")]
    Invalid,
    /// What is sent could be read on the way.
    #[error("it does not begin with https://, and nothing else is sent to")]
    NotHttps,
    /// What stands before an `@` is easily taken for the host, and it would be sent as a password.
    #[error("it names a user before the host; put the secret into the path")]
    UserInfo,
}

impl Webhook {
    /// Reads an address, as an environment variable or a file has it: the end of the line is no part of it.
    ///
    /// # Errors
    /// When it is no `https` address of a host, or names a user.
    pub fn parse(text: &str) -> Result<Self, WebhookError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(WebhookError::Empty);
        }
        let uri: Uri = text.parse().map_err(|_| WebhookError::Invalid)?;
        if uri.scheme_str() != Some("https") {
            return Err(if uri.scheme().is_some() { WebhookError::NotHttps } else { WebhookError::Invalid });
        }
        match uri.authority() {
            Some(authority) if authority.as_str().contains('@') => Err(WebhookError::UserInfo),
            Some(authority) if !authority.host().is_empty() => Ok(Self { uri }),
            _ => Err(WebhookError::Invalid),
        }
    }

    /// The host, and all of the address that may be shown.
    #[must_use]
    pub fn host(&self) -> &str {
        self.uri.host().unwrap_or_default()
    }

    pub(super) fn uri(&self) -> &Uri {
        &self.uri
    }
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook").field("host", &self.host()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_to_a_host_and_nobody_before_it() {
        for (text, expected) in [
            ("", WebhookError::Empty),
            (" \n", WebhookError::Empty),
            ("hooks.example/T0/s3cret", WebhookError::Invalid),
            ("/T0/s3cret", WebhookError::Invalid),
            ("https:///s3cret", WebhookError::Invalid),
            ("https://hooks.example/a b", WebhookError::Invalid),
            ("http://hooks.example/s3cret", WebhookError::NotHttps),
            ("file://hooks.example/s3cret", WebhookError::NotHttps),
            ("https://s3cret@hooks.example/", WebhookError::UserInfo),
            ("https://hooks.slack.com:s3cret@evil.example/", WebhookError::UserInfo),
        ] {
            let error = Webhook::parse(text).unwrap_err();
            assert_eq!(error, expected, "{text}");
            assert!(!error.to_string().contains("s3cret"));
        }
        let webhook = Webhook::parse("https://hooks.example:8443/T0/s3cret?key=s3cret\n").unwrap();
        assert_eq!(webhook.host(), "hooks.example");
        assert_eq!(format!("{webhook:?}"), "Webhook { host: \"hooks.example\", .. }");
    }
}
