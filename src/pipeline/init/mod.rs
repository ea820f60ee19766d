//! The first config: a look at a folder of exports, and what it tells.
//!
//! [`survey()`] only looks: files are recognised and decoded as a run does it, nothing is stored and nobody is judged.
//! What it comes to is a [`Proposal`]; its text is made by `cli`, and [`write()`] puts it where no config is yet.

mod actors;
mod clues;
mod files;
mod inputs;
mod proposal;

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::{PipelineError, Workers};
use crate::model::proposal::Proposal;
use clues::Clues;

/// Looks at folders of exports, and says what a config beside `config` can know.
///
/// # Errors
/// When a folder cannot be listed, or holds nothing that can be read.
pub fn survey(config: &Path, folders: &[PathBuf], workers: &Workers) -> Result<Proposal, PipelineError> {
    let found = files::look(config, folders)?;
    if found.read.is_empty() {
        return Err(PipelineError::NothingToRead { folders: folders.to_vec(), unread: found.unread });
    }
    let clues: Vec<Clues> = workers.run(|| found.read.par_iter().map(Clues::of).collect());
    let clues = clues.into_iter().fold(Clues::default(), Clues::and);
    Ok(proposal::make(&found, &clues))
}

/// Writes the config beside its place and renames it; one that is there is never overwritten.
///
/// # Errors
/// When there is one, or it cannot be written, or the text is no config.
pub fn write(path: &Path, text: &str) -> Result<(), PipelineError> {
    crate::policy::parse(text, &path.display().to_string())?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let failed = |source| PipelineError::ConfigWrite { path: path.to_owned(), source };
    // As any other file: the umask takes away what the house does not want.
    let permissions = std::fs::Permissions::from_mode(0o666);
    let mut file = tempfile::Builder::new().prefix(".scimdrift-").permissions(permissions).tempfile_in(folder).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.as_file().sync_all()).map_err(failed)?;
    match file.persist_noclobber(path) {
        Ok(_) => Ok(()),
        Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => Err(PipelineError::ConfigExists(path.to_owned())),
        Err(error) => Err(failed(error.error)),
    }
}

/// Whether there is a config already, which is never overwritten; a link that leads nowhere is in the way too.
///
/// # Errors
/// When there is one.
pub fn is_free(path: &Path) -> Result<(), PipelineError> {
    if path.symlink_metadata().is_ok() { Err(PipelineError::ConfigExists(path.to_owned())) } else { Ok(()) }
}
