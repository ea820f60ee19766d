//! Backups: a copy of one moment, taken while others may write, that has its name only when it is whole.

use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};
use tempfile::NamedTempFile;

use super::{Store, StoreError};

/// What the names of copies begin and end with that do not have their own name yet.
const UNFINISHED: (&str, &str) = (".scimdrift-", ".backup");

/// A copy beside its place (mode 0600); gone when it is dropped without a name.
#[derive(Debug)]
pub struct Copy {
    /// Locked while this process lives.
    file: NamedTempFile,
    place: PathBuf,
}

impl Store {
    /// Opens the store at `path` so that it can be copied while others write to it.
    ///
    /// # Errors
    /// As [`Store::open_to_read`].
    pub fn open_to_copy(path: &Path) -> Result<Self, StoreError> {
        fs::metadata(path).map_err(|source| StoreError::Io { path: path.to_owned(), source })?;
        let failed = |source| StoreError::Sql { path: path.to_owned(), doing: "open", source };
        // Unlike who only reads, this takes part in locking: what others write meanwhile is not in the copy, or all of it is.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(failed)?;
        let store = Self { connection, path: path.to_owned(), found: None };
        store.harden()?;
        store.recognise()?;
        Ok(store)
    }

    /// Copies the store to a file beside `place`, as it is at one moment.
    ///
    /// # Errors
    /// When `place` is taken and may not be replaced, is the store itself, or when the copy cannot be written.
    pub fn copy_beside(&self, place: &Path, replace: bool) -> Result<Copy, StoreError> {
        let io = |path: &Path| {
            let path = path.to_owned();
            move |source| StoreError::Io { path, source }
        };
        check(place, &self.path, replace)?;
        let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        sweep(folder);
        let permissions = fs::Permissions::from_mode(0o600);
        let mut builder = tempfile::Builder::new();
        builder.prefix(UNFINISHED.0).suffix(UNFINISHED.1).permissions(permissions);
        let file = builder.tempfile_in(folder).map_err(io(folder))?;
        file.as_file().lock().map_err(io(folder))?;
        let path = file.path().to_owned();
        let written = || -> rusqlite::Result<()> {
            let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
            let mut copy = Connection::open_with_flags(&path, flags)?;
            // A copy that is not finished is thrown away, and needs no journal to be rolled back with.
            copy.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")?;
            let backup = Backup::new(&self.connection, &mut copy)?;
            // All pages at once: in WAL a reader keeps nobody from writing, and what is written does not begin it anew.
            match backup.step(-1)? {
                StepResult::Done => Ok(()),
                _ => Err(rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY), None)),
            }
        };
        written().map_err(|source| StoreError::Sql { path: place.to_owned(), doing: "write the copy", source })?;
        file.as_file().sync_all().map_err(io(place))?;
        Ok(Copy { file, place: place.to_owned() })
    }
}

impl Copy {
    /// Where it is until it has its name.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    /// Gives it its name, durably; what had it before is replaced where that is wanted.
    ///
    /// # Errors
    /// When the name was taken meanwhile, or the system refuses.
    pub fn put_in_place(self, replace: bool) -> Result<(), StoreError> {
        let Self { file, place } = self;
        let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned();
        let named = if replace { file.persist(&place) } else { file.persist_noclobber(&place) };
        named.map_err(|error| match error.error.kind() {
            io::ErrorKind::AlreadyExists => StoreError::Exists { path: place.clone() },
            _ => StoreError::Io { path: place.clone(), source: error.error },
        })?;
        fs::File::open(&folder).and_then(|folder| folder.sync_all()).map_err(|source| StoreError::Io { path: folder, source })
    }
}

/// Whether the place may be taken: the store itself never is, whatever it is called there.
fn check(place: &Path, store: &Path, replace: bool) -> Result<(), StoreError> {
    let Ok(found) = fs::symlink_metadata(place) else { return Ok(()) };
    let same = fs::metadata(place)
        .ok()
        .zip(fs::metadata(store).ok())
        .is_some_and(|(one, other)| (one.dev(), one.ino()) == (other.dev(), other.ino()));
    if same {
        return Err(StoreError::Itself { path: place.to_owned() });
    }
    if replace && found.is_file() { Ok(()) } else { Err(StoreError::Exists { path: place.to_owned() }) }
}

/// Removes copies whose process was killed.
fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let ours = entry.file_name().to_str().is_some_and(|name| name.starts_with(UNFINISHED.0) && name.ends_with(UNFINISHED.1));
        let dead = || fs::File::open(entry.path()).is_ok_and(|file| file.try_lock().is_ok());
        if ours && entry.file_type().is_ok_and(|found| found.is_file()) && dead() {
            let _left = fs::remove_file(entry.path());
        }
    }
}
