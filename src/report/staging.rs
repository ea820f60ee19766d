//! Staging: the private folder beside a report's place in which it is written, and what is done about one whose process
//! was killed. A folder in use is locked, by a lock that ends with its process however that ends.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use tempfile::TempDir;

/// What the names of all staging folders begin with; nobody else's do.
const PREFIX: &str = ".scimdrift-";

/// A folder in use (mode 0700); gone when it is dropped.
pub(super) struct Staging {
    folder: TempDir,
    _lock: File,
}

impl Staging {
    /// Makes one in this folder.
    pub(super) fn within(parent: &Path) -> io::Result<Self> {
        let mut builder = tempfile::Builder::new();
        builder.prefix(PREFIX);
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        let folder = builder.tempdir_in(parent)?;
        let lock = File::open(folder.path())?;
        lock.lock()?;
        Ok(Self { folder, _lock: lock })
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Leaves it where it is: it was renamed, or holds what must not be lost.
    pub(super) fn keep(self) {
        let _ = self.folder.keep();
    }

    /// Removes it with everything in it.
    pub(super) fn remove(self) -> io::Result<()> {
        self.folder.close()
    }
}

/// Removes what processes that were killed left in this folder. A report that one of them had set aside gets its name back,
/// where none has taken it. What cannot be removed is left: it is in nobody's way.
pub(super) fn sweep(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let ours = entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX));
        if ours && entry.file_type().is_ok_and(|found| found.is_dir()) {
            let _left = sweep_one(parent, &entry.path());
        }
    }
}

fn sweep_one(parent: &Path, stale: &Path) -> io::Result<()> {
    let lock = File::open(stale)?;
    if lock.try_lock().is_err() {
        return Ok(()); // its process lives
    }
    for entry in fs::read_dir(stale)? {
        let entry = entry?;
        let former = parent.join(entry.file_name());
        if entry.file_type()?.is_dir() && fs::symlink_metadata(&former).is_err() {
            fs::rename(entry.path(), former)?;
        }
    }
    fs::remove_dir_all(stale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_dead_process_left_goes_and_what_it_had_set_aside_comes_back() {
        let parent = tempfile::tempdir().expect("a folder");
        let of = |name: &str| parent.path().join(name);
        let living = Staging::within(parent.path()).expect("a folder");
        for folder in [".scimdrift-a", ".scimdrift-b/2026-06-30", ".scimdrift-c/2026-06-29", "2026-06-29", ".scimdrifter"] {
            fs::create_dir_all(of(folder)).expect("a folder");
            fs::write(of(folder).join("report.html"), folder).expect("a file");
        }
        sweep(parent.path());
        let mut left: Vec<String> = fs::read_dir(parent.path())
            .expect("a folder")
            .flatten()
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect();
        left.sort();
        let own = living.path().file_name().expect("a name").to_string_lossy().into_owned();
        let mut wanted = vec![own, ".scimdrifter".to_owned(), "2026-06-29".to_owned(), "2026-06-30".to_owned()];
        wanted.sort();
        assert_eq!(left, wanted);
        let content = |name: &str| fs::read_to_string(of(name).join("report.html")).expect("a file");
        assert_eq!((content("2026-06-30"), content("2026-06-29")), (".scimdrift-b/2026-06-30".to_owned(), "2026-06-29".to_owned()));
    }
}
