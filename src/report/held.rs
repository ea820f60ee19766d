//! What stands in a report folder, file by file, by its hash. Links are not followed, and nothing but files is opened.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use super::ReportError;
use super::manifest::Hashing;

/// The manifest and the checksums of a report are shorter; a file that is longer is none of ours.
const LONGEST: u64 = 1 << 28;

/// What stands under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeldFile {
    /// A file.
    File {
        /// The SHA-256 of its bytes, in hexadecimal.
        sha256: String,
        /// Their number.
        bytes: u64,
    },
    /// Something else: `a folder`, `a symbolic link`, `no file`.
    Other(&'static str),
}

/// Everything in a report folder, by name.
///
/// # Errors
/// When the folder, or a file in it, cannot be read.
pub fn hold(dir: &Path) -> Result<BTreeMap<String, HeldFile>, ReportError> {
    let mut held = BTreeMap::new();
    for entry in fs::read_dir(dir).map_err(failed(dir))? {
        let entry = entry.map_err(failed(dir))?;
        let (path, kind) = (entry.path(), entry.file_type().map_err(failed(dir))?);
        let found = if kind.is_file() {
            let mut hashing = Hashing::new(io::sink());
            File::open(&path).and_then(|mut file| io::copy(&mut file, &mut hashing)).map_err(failed(&path))?;
            let (sha256, bytes) = hashing.finish();
            HeldFile::File { sha256, bytes }
        } else if kind.is_dir() {
            HeldFile::Other("a folder")
        } else if kind.is_symlink() {
            HeldFile::Other("a symbolic link")
        } else {
            HeldFile::Other("no file")
        };
        held.insert(entry.file_name().to_string_lossy().into_owned(), found);
    }
    Ok(held)
}

/// The bytes of a file in a report folder.
///
/// # Errors
/// When it cannot be read, or is longer than any file of a report that is read whole.
pub fn read_held(dir: &Path, name: &str) -> Result<Vec<u8>, ReportError> {
    let path = dir.join(name);
    let mut bytes = Vec::new();
    let read = File::open(&path)
        .and_then(|file| file.take(LONGEST + 1).read_to_end(&mut bytes))
        .and_then(|read| if read as u64 > LONGEST { Err(io::Error::other("it is longer than any file of a report")) } else { Ok(()) });
    read.map_err(failed(&path)).map(|()| bytes)
}

fn failed(path: &Path) -> impl FnOnce(io::Error) -> ReportError {
    let path = path.to_owned();
    move |source| ReportError::Io { doing: "read", path, source }
}
