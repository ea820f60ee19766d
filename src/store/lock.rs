//! One writer at a time: a lock that the kernel gives back when its process ends, however that ends.
//!
//! Whoever writes the store takes it first and holds it to the end. Who only reads needs none.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use super::StoreError;
use crate::model::time::Timestamp;

/// What is said of a holder is no longer; more is not ours.
const LONGEST: u64 = 256;

/// The right to write a store, given back when it is dropped or the process ends.
///
/// Its file, `scimdrift.db.lock` beside `scimdrift.db`, is never deleted: of two files with the same name both could be locked.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Who holds a lock, as its file says. For people: nothing is decided by it, since a number may have gone to another process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The number of the process.
    pub pid: u32,
    /// When it took the lock.
    pub since: Timestamp,
}

impl Lock {
    /// Takes the lock of the store at `store`, whether or not there is a store, and does not wait for it. `now` is kept for
    /// whoever finds it taken.
    ///
    /// # Errors
    /// [`StoreError::Held`] where another process has it; else where its file cannot be made or locked.
    pub fn take(store: &Path, now: Timestamp) -> Result<Self, StoreError> {
        if let Some(folder) = store.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder).map_err(|source| StoreError::Io { path: folder.to_owned(), source })?;
        }
        let path = beside(store);
        let failed = |source| StoreError::Io { path: path.clone(), source };
        let mut file = open(&path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(StoreError::Held { path: store.to_owned(), holder: Holder::read(&mut file) }),
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        // A full disk must not keep anybody from the store: without these words the lock holds all the same.
        let _only_words = file.set_len(0).and_then(|()| write!(file, "pid {}\nsince {now}\n", std::process::id()));
        Ok(Self { _file: file })
    }
}

impl Holder {
    /// Who the file says it is; `None` where it says nothing that can be read, as between locking and writing.
    fn read(file: &mut File) -> Option<Self> {
        let mut text = String::new();
        file.take(LONGEST).read_to_string(&mut text).ok()?;
        let (pid, since) = text.strip_prefix("pid ")?.split_once("\nsince ")?;
        Some(Self { pid: pid.parse().ok()?, since: Timestamp::parse(since.trim_end())? })
    }
}

fn beside(store: &Path) -> PathBuf {
    let mut name = store.as_os_str().to_owned();
    name.push(".lock");
    PathBuf::from(name)
}

fn open(path: &Path) -> std::io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    OpenOptions::new().create(true).truncate(false).read(true).write(true).mode(0o600).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_is_told_of_the_first_and_the_third_gets_it() {
        let folder = tempfile::tempdir().unwrap();
        let store = folder.path().join("deep/store.db");
        let now = Timestamp::parse("2026-06-30T06:00:00Z").unwrap();
        let lock = Lock::take(&store, now).unwrap();
        let Err(StoreError::Held { holder, .. }) = Lock::take(&store, now.plus(crate::model::time::Span::from_hours(1))) else {
            panic!("taken twice")
        };
        assert_eq!(holder, Some(Holder { pid: std::process::id(), since: now }));
        drop(lock);
        assert!(Lock::take(&store, now).is_ok() && beside(&store).exists());
    }

    #[test]
    fn a_file_that_says_nothing_names_nobody() {
        let folder = tempfile::tempdir().unwrap();
        for text in ["", "pid", "pid 12", "pid x\nsince 2026-06-30T06:00:00Z\n", "pid 12\nsince yesterday\n", "\u{1b}[31m"] {
            let path = folder.path().join("text");
            std::fs::write(&path, text).unwrap();
            assert_eq!(Holder::read(&mut File::open(&path).unwrap()), None, "{text:?}");
        }
    }
}
