//! A webhook on loopback that speaks real TLS, with certificates made for it, and keeps what it was sent.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// A request, as it came in.
#[derive(Clone, Debug)]
pub(super) struct Request {
    /// `POST /path HTTP/1.1`.
    pub(super) line: String,
    /// In lower case.
    pub(super) headers: Vec<String>,
    pub(super) body: String,
}

/// A server with a certificate of an authority of its own. It ends with the test.
pub(super) struct Server {
    pub(super) port: u16,
    received: Arc<Mutex<Vec<Request>>>,
    /// Connections, whether or not a request came through them.
    met: Arc<Mutex<usize>>,
    folder: tempfile::TempDir,
}

impl Server {
    /// A server with a certificate for this name, that answers its requests with these in turn and then with the last:
    /// status line and further headers.
    pub(super) fn start(name: &str, answers: &'static [&'static str]) -> Self {
        let folder = crate::support::folder();
        let mut params = CertificateParams::new(Vec::new()).expect("parameters");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let authority = params.self_signed(&key).expect("a certificate");
        std::fs::write(folder.path().join("authority.pem"), authority.pem()).expect("written");
        let issuer = Issuer::new(params, key);
        let key = KeyPair::generate().expect("a key");
        let leaf = CertificateParams::new(vec![name.to_owned()]).expect("parameters").signed_by(&key, &issuer).expect("a certificate");
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![leaf.der().clone()], key)
            .expect("a certificate and its key");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (received, met) = (Arc::new(Mutex::new(Vec::new())), Arc::new(Mutex::new(0)));
        let (config, kept, counted) = (Arc::new(config), Arc::clone(&received), Arc::clone(&met));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                *counted.lock().expect("a count") += 1;
                // A client that turns away is what some tests are about.
                let _ended = serve(stream, &config, &kept, answers);
            }
        });
        Self { port, received, met, folder }
    }

    /// Its authority, as `SSL_CERT_FILE` names it.
    pub(super) fn authority(&self) -> PathBuf {
        self.folder.path().join("authority.pem")
    }

    pub(super) fn received(&self) -> Vec<Request> {
        self.received.lock().expect("requests").clone()
    }

    pub(super) fn met(&self) -> usize {
        *self.met.lock().expect("a count")
    }
}

fn serve(stream: TcpStream, config: &Arc<ServerConfig>, kept: &Mutex<Vec<Request>>, answers: &[&str]) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    let connection = ServerConnection::new(Arc::clone(config)).map_err(std::io::Error::other)?;
    let mut reader = BufReader::new(StreamOwned::new(connection, stream));
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut headers = Vec::new();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header)?;
        if header.trim().is_empty() {
            break;
        }
        headers.push(header.trim().to_ascii_lowercase());
    }
    let length = headers.iter().find_map(|header| header.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let index = {
        let mut kept = kept.lock().expect("requests");
        kept.push(Request { line: line.trim().to_owned(), headers, body: String::from_utf8_lossy(&body).into_owned() });
        kept.len() - 1
    };
    let answer = answers.get(index).or(answers.last()).copied().unwrap_or("200 OK");
    let stream = reader.get_mut();
    write!(stream, "HTTP/1.1 {answer}\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")?;
    stream.flush()?;
    stream.conn.send_close_notify();
    stream.flush()
}
