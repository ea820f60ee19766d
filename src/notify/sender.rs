//! Sending: one POST, over TLS, to the host that was named and to no other, tried a few times.

use std::io;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use ureq::http::StatusCode;
use ureq::tls::{Certificate, RootCerts, TlsConfig, TlsProvider};
use ureq::{Agent, Error};

use super::Webhook;

/// How long a webhook is waited for.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For one try, from the name of the host to the status of the answer.
    pub each: Duration,
    /// Before each further try; so there is one try more than there are waits.
    pub waits: &'static [Duration],
}

impl Patience {
    /// Three tries, and less than 30 seconds over all: nobody waits at night, but the next job may.
    pub const NIGHTLY: Self = Self { each: Duration::from_secs(8), waits: &[Duration::from_secs(1), Duration::from_secs(3)] };
}

/// Why a message was not taken. It never holds the address.
#[derive(Debug, thiserror::Error)]
pub enum NotifyError {
    /// The host answered that it does not take it.
    #[error("{host} answered {status}{}", if .status.is_redirection() { "; redirects are not followed: put the address it leads to in its place" } else { "" })]
    Refused {
        /// Which host.
        host: String,
        /// What it answered.
        status: StatusCode,
    },
    /// There was no answer, or nobody who could be trusted with the message.
    #[error("{host}: {reason}")]
    Unreachable {
        /// Which host.
        host: String,
        /// Why.
        reason: String,
    },
    /// The machine trusts nobody.
    #[error("no certificate roots were found: {0}")]
    NoRoots(String),
}

impl NotifyError {
    /// Whether the same message may be taken a little later.
    fn may_pass(&self) -> bool {
        match self {
            Self::Refused { status, .. } => *status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error(),
            Self::Unreachable { .. } => true,
            Self::NoRoots(_) => false,
        }
    }
}

impl Webhook {
    /// Posts a JSON body, and again where that may help. Answers the status it was taken with.
    ///
    /// Redirects are not followed. Certificates are checked against the roots of the machine, or those of `SSL_CERT_FILE` and
    /// `SSL_CERT_DIR`; a proxy of `HTTPS_PROXY` only passes on what it cannot read.
    ///
    /// # Errors
    /// When the last try was not answered with a status of success.
    pub fn post(&self, body: &str, patience: &Patience) -> Result<StatusCode, NotifyError> {
        let agent = agent(patience.each)?;
        let mut waits = patience.waits.iter();
        loop {
            let error = match self.post_once(&agent, body) {
                Ok(status) => return Ok(status),
                Err(error) => error,
            };
            match waits.next() {
                Some(wait) if error.may_pass() => thread::sleep(*wait),
                _ => return Err(error),
            }
        }
    }

    fn post_once(&self, agent: &Agent, body: &str) -> Result<StatusCode, NotifyError> {
        let answer = agent.post(self.uri()).header("content-type", "application/json").send(body);
        let host = self.host().to_owned();
        match answer.map(|response| response.status()) {
            Ok(status) if status.is_success() => Ok(status),
            Ok(status) => Err(NotifyError::Refused { host, status }),
            Err(error) => Err(NotifyError::Unreachable { host, reason: words(&error) }),
        }
    }
}

/// What went wrong. Some errors of the client tell the address; none of those gets through.
fn words(error: &Error) -> String {
    match error {
        Error::Timeout(_) => "no answer in time".to_owned(),
        Error::HostNotFound => "no such host".to_owned(),
        Error::ConnectionFailed => "no connection".to_owned(),
        // Of a certificate that is not trusted, too.
        Error::Io(error) => io_words(error),
        Error::Rustls(error) => error.to_string(),
        Error::InvalidProxyUrl | Error::ConnectProxyFailed(_) => "the proxy of HTTPS_PROXY does not get there".to_owned(),
        _ => "no answer that is HTTP".to_owned(),
    }
}

fn io_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => "no answer in time".to_owned(),
        _ => error.to_string(),
    }
}

fn agent(each: Duration) -> Result<Agent, NotifyError> {
    let found = rustls_native_certs::load_native_certs();
    if found.certs.is_empty() {
        let why = found.errors.first().map_or_else(|| "set SSL_CERT_FILE".to_owned(), ToString::to_string);
        return Err(NotifyError::NoRoots(why));
    }
    let roots: Vec<Certificate<'static>> = found.certs.iter().map(|root| Certificate::from_der(root).to_owned()).collect();
    let tls = TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .root_certs(RootCerts::from(roots))
        .build();
    let config = Agent::config_builder()
        .https_only(true)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .http_status_as_error(false)
        .timeout_global(Some(each))
        .user_agent(concat!("scimdrift/", env!("CARGO_PKG_VERSION")))
        .tls_config(tls)
        .build();
    Ok(config.new_agent())
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::time::Instant;

    use super::*;

    const SHORT: Patience = Patience { each: Duration::from_millis(300), waits: &[Duration::from_millis(1)] };

    #[test]
    fn all_tries_together_end_in_half_a_minute() {
        let Patience { each, waits } = Patience::NIGHTLY;
        let tries = u32::try_from(waits.len()).unwrap() + 1;
        assert_eq!(tries, 3);
        assert!(each * tries + waits.iter().sum::<Duration>() < Duration::from_secs(30));
    }

    #[test]
    fn who_takes_the_connection_and_says_nothing_is_left_again() {
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = server.local_addr().unwrap().port();
        let webhook = Webhook::parse(&format!("https://127.0.0.1:{port}/s3cret")).unwrap();
        let begun = Instant::now();
        let error = webhook.post("{}", &SHORT).unwrap_err();
        assert!(begun.elapsed() < Duration::from_secs(5));
        // A machine without roots trusts nobody, and does not even ask.
        let expected = ["127.0.0.1: no answer in time", "no certificate roots were found"];
        assert!(expected.iter().any(|start| error.to_string().starts_with(start)), "{error}");
    }

    #[test]
    fn no_error_tells_the_address() {
        for error in [Error::BadUri("https://h/s3cret".to_owned()), Error::RequireHttpsOnly("http://h/s3cret".to_owned())] {
            assert!(!words(&error).contains("s3cret"), "{error}");
        }
    }
}
