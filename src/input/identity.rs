//! What tells whether a file is still the one that was read, without reading all of it.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use super::InputError;
use crate::model::digest::{Digest, Hasher};
use crate::model::identity::{Beginning, Identity, Looks};
use crate::model::time::{Span, Timestamp};

/// A file that was touched so shortly before may be touched again without its times changing: clocks have ticks.
const TICK: Span = Span::from_micros(2_000_000);

/// What the file looks like, at `now` or later.
///
/// # Errors
/// Where the file cannot be opened or read.
pub fn look(path: &Path, now: Timestamp) -> Result<Looks, InputError> {
    let failed = |source| InputError::Read { path: path.to_owned(), source };
    let mut file = File::open(path).map_err(|source| InputError::Open { path: path.to_owned(), source })?;
    let about = file.metadata().map_err(failed)?;
    let (first, last) = edges(&mut file, about.len()).map_err(failed)?;
    let beginning = Beginning::of(&first);
    let touched = about.mtime().max(about.ctime());
    if Timestamp::from_micros(touched.saturating_mul(1_000_000)) > now.minus(TICK) {
        return Ok(Looks { bytes: about.len(), identity: None, beginning });
    }
    let identity = Identity::of(&[
        ("device", &about.dev()),
        ("inode", &about.ino()),
        ("bytes", &about.len()),
        ("modified", &format_args!("{}.{:09}", about.mtime(), about.mtime_nsec())),
        ("changed", &format_args!("{}.{:09}", about.ctime(), about.ctime_nsec())),
        ("first", &Digest::of(&first)),
        ("last", &Digest::of(&last)),
    ]);
    Ok(Looks { bytes: about.len(), identity: Some(identity), beginning })
}

/// The first bytes and the last.
fn edges(file: &mut File, bytes: u64) -> io::Result<(Vec<u8>, Vec<u8>)> {
    let edge = Beginning::LONGEST as u64;
    let (mut first, mut last) = (Vec::new(), Vec::new());
    file.by_ref().take(edge).read_to_end(&mut first)?;
    if bytes > edge {
        file.seek(SeekFrom::Start(bytes - edge))?;
        file.take(edge).read_to_end(&mut last)?;
    }
    Ok((first, last))
}

/// The digests of a file as it lies on the disk.
#[derive(Clone, Copy, Debug)]
pub struct Digests {
    /// Of all bytes.
    pub whole: Digest,
    /// How many there are.
    pub bytes: u64,
    /// Of as many as were asked for; `None` where there are fewer.
    pub part: Option<Digest>,
}

/// The digests of a file and of its first `part` bytes, in one pass.
///
/// # Errors
/// Where it cannot be opened or read.
pub fn digests(path: &Path, part: u64) -> Result<Digests, InputError> {
    let failed = |source| InputError::Read { path: path.to_owned(), source };
    let mut file = File::open(path).map_err(|source| InputError::Open { path: path.to_owned(), source })?;
    let mut hasher = Hasher::default();
    let mut bytes = hash(&mut file.by_ref().take(part), &mut hasher).map_err(failed)?;
    let part = (bytes == part).then(|| hasher.clone().finish());
    bytes += hash(&mut file, &mut hasher).map_err(failed)?;
    Ok(Digests { whole: hasher.finish(), bytes, part })
}

/// Takes in everything to the end, and answers how much that was.
fn hash(file: &mut dyn io::Read, hasher: &mut Hasher) -> io::Result<u64> {
    let (mut buffer, mut bytes) = (vec![0; Beginning::LONGEST], 0);
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(bytes),
            Ok(read) => {
                hasher.update(buffer.get(..read).unwrap_or_default());
                bytes += read as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seconds since 1970 at which the file was last touched.
    fn touched(path: &Path) -> i64 {
        let about = std::fs::metadata(path).expect("a file");
        about.mtime().max(about.ctime())
    }

    #[test]
    fn a_file_proves_who_it_is_once_the_clock_has_gone_on() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("log.ndjson");
        std::fs::write(&path, "{}\n").expect("written");
        let later = |seconds: i64| {
            let now = Timestamp::from_micros((touched(&path) + seconds) * 1_000_000);
            look(&path, now).expect("readable").identity
        };
        assert_eq!(later(1), None, "a write in the same tick would not show");
        let first = later(2).expect("settled");
        assert_eq!(later(60).as_ref(), Some(&first));
        // The same length, and the time of the last write put back: the file system still knows.
        let written = std::fs::metadata(&path).expect("a file").modified().expect("a time");
        std::fs::write(&path, "[]\n").expect("written");
        File::options().write(true).open(&path).and_then(|file| file.set_modified(written)).expect("set");
        assert_ne!(later(60), Some(first));
    }

    #[test]
    fn both_ends_are_looked_at() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("log.ndjson");
        let mut text = vec![b' '; 3 * Beginning::LONGEST];
        let mut edges = |at: usize, byte: u8| {
            text[at] = byte;
            std::fs::write(&path, &text).expect("written");
            let identity = look(&path, Timestamp::LAST).expect("readable").identity.expect("settled");
            let parts: Vec<String> = identity.as_str().split(' ').rev().take(2).map(str::to_owned).collect();
            parts
        };
        let (plain, first) = (edges(0, b' '), edges(0, b'a'));
        assert_ne!(plain, first);
        assert_ne!(first, edges(3 * Beginning::LONGEST - 1, b'z'));
        let both = edges(3 * Beginning::LONGEST - 1, b'z');
        assert_eq!(both, edges(Beginning::LONGEST + 1, b'm'), "what is between is for the digest of the whole");
    }

    #[test]
    fn a_part_and_the_whole_are_hashed_in_one_pass() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("log.ndjson");
        std::fs::write(&path, "abc").expect("written");
        let found = |part| digests(&path, part).expect("readable");
        assert_eq!((found(2).whole, found(2).bytes, found(2).part), (Digest::of(b"abc"), 3, Some(Digest::of(b"ab"))));
        assert_eq!((found(3).part, found(4).part), (Some(Digest::of(b"abc")), None));
    }
}
