//! A store that is only read: how the file was found, and how SQLite is told to leave it alone.

use std::fmt::Write as _;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// How a store's file was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    bytes: u64,
    modified: Option<SystemTime>,
    /// The length of its journal; `None` where all of it is in the file.
    journal: Option<u64>,
}

impl Found {
    pub(super) fn at(path: &Path) -> io::Result<Self> {
        let file = std::fs::metadata(path)?;
        let mut journal = path.as_os_str().to_owned();
        journal.push("-wal");
        let journal = std::fs::metadata(PathBuf::from(journal)).ok().map(|journal| journal.len()).filter(|bytes| *bytes > 0);
        Ok(Self { bytes: file.len(), modified: file.modified().ok(), journal })
    }

    /// The address that SQLite opens. Without a journal the file is taken as immutable, since a reader would otherwise
    /// leave two files beside it, and could not open it in a folder that it may not write to.
    pub(super) fn uri(&self, path: &Path) -> String {
        let mut uri = String::from("file:");
        for byte in path.as_os_str().as_encoded_bytes() {
            match byte {
                b'/' | b'.' | b'-' | b'_' | b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => uri.push(char::from(*byte)),
                other => {
                    let _never = write!(uri, "%{other:02X}");
                }
            }
        }
        uri.push_str(if self.journal.is_none() { "?mode=ro&immutable=1" } else { "?mode=ro" });
        uri
    }
}
