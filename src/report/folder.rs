//! The report folder: written beside its place, then renamed, so that the final name never holds half a report.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use serde::Deserialize;
use thiserror::Error;

use super::manifest::{self, Hashing, MANIFEST, Manifest, SUMS, Written};
use super::staging::{Staging, sweep};
use super::{ALL, Format};
use crate::model::report::Report;

/// Why a report folder was not written. What stood there before still stands.
#[derive(Debug, Error)]
pub enum ReportError {
    /// The file system refused.
    #[error("cannot {doing} {}", path.display())]
    Io {
        /// What was being done: `write`, `rename`.
        doing: &'static str,
        /// To which file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file of the report cannot be rendered.
    #[error("cannot render {file}")]
    Render {
        /// Which.
        file: &'static str,
        /// Why.
        source: io::Error,
    },
    /// The whole report stands where a part of one was to be written.
    #[error("{} holds the whole report, and a part of it would take its place", dir.display())]
    Whole {
        /// The folder that was asked for.
        dir: PathBuf,
    },
    /// Something else than a report stands there.
    #[error("{} is not a report: {because}", dir.display())]
    Foreign {
        /// The folder that was asked for.
        dir: PathBuf,
        /// What stands there.
        because: String,
    },
    /// The path names no folder that could be renamed: `/`, `..`.
    #[error("{} names no folder of its own", dir.display())]
    Nameless {
        /// The path that was asked for.
        dir: PathBuf,
    },
}

impl ReportError {
    /// The next step, as a sentence.
    #[must_use]
    pub const fn hint(&self) -> &'static str {
        match self {
            Self::Io { .. } => "Check that the folder can be written and that the disk has space, then run the same command again.",
            Self::Render { .. } => "Analyze again: the report that the store keeps cannot be shown.",
            Self::Whole { .. } => "Nothing was changed. Name another folder with --out.",
            Self::Foreign { .. } => "Nothing was changed. Move what stands there away, or name another folder with --out.",
            Self::Nameless { .. } => "Name a folder for the report with --out, such as reports/2026-10-01.",
        }
    }
}

/// Writes every format, the manifest and the checksums into `dir`, and makes its parents.
///
/// The files (mode 0600) are written and synced in a temporary folder (mode 0700) beside `dir`, which then takes its name.
/// A report that stands there is replaced as a whole.
///
/// # Errors
///
/// [`ReportError::Foreign`] where `dir` holds anything that is not part of a report, [`ReportError::Nameless`] where the path has no
/// last name, [`ReportError::Io`] where the file system refuses.
pub fn write_folder(report: &Report, dir: &Path) -> Result<(), ReportError> {
    write_chosen(report, dir, &|_| true)
}

/// Writes these formats alone, to the same bytes, with the manifest of the whole report and the checksums of what is there.
///
/// # Errors
///
/// As [`write_folder`], and [`ReportError::Whole`] where `dir` holds a report that this part would replace.
pub fn write_part(report: &Report, dir: &Path, formats: &[&Format]) -> Result<(), ReportError> {
    write_chosen(report, dir, &|format| formats.iter().any(|chosen| chosen.id == format.id))
}

fn write_chosen(report: &Report, dir: &Path, chosen: &dyn Fn(&Format) -> bool) -> Result<(), ReportError> {
    if dir.file_name().is_none() {
        return Err(ReportError::Nameless { dir: dir.to_owned() });
    }
    let parent = match dir.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    sweep(parent);
    let holds_whole = check_replaceable(dir)?;
    if holds_whole && !ALL.iter().all(chosen) {
        return Err(ReportError::Whole { dir: dir.to_owned() });
    }
    fs::create_dir_all(parent).map_err(failed("create", parent))?;
    let staged = private_folder(parent)?;
    write_files(report, staged.path(), chosen)?;
    sync(staged.path())?;
    put_in_place(staged, dir, parent)
}

/// Refuses whatever is not wholly ours, since it would be deleted; else says whether it is a whole report.
fn check_replaceable(dir: &Path) -> Result<bool, ReportError> {
    let foreign = |because: String| Err(ReportError::Foreign { dir: dir.to_owned(), because });
    match fs::symlink_metadata(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(failed("look at", dir)(error)),
        Ok(found) if found.is_symlink() => return foreign("it is a symbolic link".to_owned()),
        Ok(found) if !found.is_dir() => return foreign("it is a file".to_owned()),
        Ok(_) => {}
    }
    let mut names = BTreeSet::<OsString>::new();
    for entry in fs::read_dir(dir).map_err(failed("read", dir))? {
        names.insert(entry.map_err(failed("read", dir))?.file_name());
    }
    if names.is_empty() {
        return Ok(false);
    }
    let Some(ours) = manifest_files(&dir.join(MANIFEST)) else {
        return foreign(format!("it is not empty and has no {MANIFEST} of scimdrift"));
    };
    match names.iter().find(|name| name.to_str().is_none_or(|name| !ours.contains(name))) {
        Some(name) => foreign(format!("it also holds {}", name.display())),
        None => Ok(names.len() == ours.len()),
    }
}

/// The names of all files that belong to the folder of this manifest, of whatever version; `None` where it is no manifest of ours.
fn manifest_files(path: &Path) -> Option<BTreeSet<String>> {
    #[derive(Deserialize)]
    struct Known {
        schema: String,
        files: Vec<Named>,
    }
    #[derive(Deserialize)]
    struct Named {
        file: String,
    }
    let known: Known = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
    let own = [MANIFEST, SUMS].map(str::to_owned);
    known.schema.starts_with(manifest::SCHEMA).then(|| known.files.into_iter().map(|named| named.file).chain(own).collect())
}

fn write_files(report: &Report, folder: &Path, chosen: &dyn Fn(&Format) -> bool) -> Result<(), ReportError> {
    let mut written = Vec::with_capacity(ALL.len());
    for format in ALL {
        written.push(if chosen(format) {
            write_file(folder, format.file, &mut |out| (format.write)(report, out))?
        } else {
            rendered(report, format)?
        });
    }
    let whole = Manifest::of(report, written).map_err(|source| ReportError::Render { file: MANIFEST, source })?;
    let manifest = write_file(folder, MANIFEST, &mut |out| whole.write(out))?;
    let there = ALL.iter().zip(&whole.files).filter(|(format, _)| chosen(format)).map(|(_, written)| written);
    let mut summed = there.chain(std::iter::once(&manifest));
    write_file(folder, SUMS, &mut |out| manifest::write_sums(&mut summed, out))?;
    Ok(())
}

/// The hash of a file as it is rendered from this report; nothing is written.
///
/// # Errors
/// When it cannot be rendered.
pub fn rendered(report: &Report, format: &Format) -> Result<Written, ReportError> {
    let mut hashing = Hashing::new(io::sink());
    let mut out = BufWriter::with_capacity(1 << 16, &mut hashing);
    let rendered = (format.write)(report, &mut out).and_then(|()| io::Write::flush(&mut out));
    drop(out);
    rendered.map_err(|source| ReportError::Render { file: format.file, source })?;
    let (sha256, bytes) = hashing.finish();
    Ok(Written { file: format.file.to_owned(), sha256, bytes })
}

fn write_file(folder: &Path, name: &str, write: &mut dyn FnMut(&mut dyn io::Write) -> io::Result<()>) -> Result<Written, ReportError> {
    let path = folder.join(name);
    let mut attempt = || {
        let mut out = BufWriter::with_capacity(1 << 16, Hashing::new(private_file(&path)?));
        write(&mut out)?;
        let hashing = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        hashing.inner().sync_all()?;
        let (sha256, bytes) = hashing.finish();
        Ok(Written { file: name.to_owned(), sha256, bytes })
    };
    attempt().map_err(failed("write", &path))
}

/// Gives the finished folder its name. What had the name before is set aside first, under its own name, and put back if
/// that fails; where this process is killed between the two, the next one puts it back.
fn put_in_place(staged: Staging, dir: &Path, parent: &Path) -> Result<(), ReportError> {
    let former = match fs::symlink_metadata(dir) {
        Ok(_) => Some(private_folder(parent)?),
        Err(_) => None,
    };
    let aside = former.as_ref().and_then(|former| Some(former.path().join(dir.file_name()?)));
    if let Some(aside) = &aside {
        fs::rename(dir, aside).map_err(failed("set aside", dir))?;
    }
    if let Err(error) = fs::rename(staged.path(), dir) {
        if let (Some(former), Some(aside)) = (former, aside) {
            // Kept where it is if even this fails: losing it would be worse than a folder too many.
            if fs::rename(&aside, dir).is_err() {
                former.keep();
            }
        }
        return Err(failed("rename the finished report to", dir)(error));
    }
    staged.keep(); // it has its name now; nothing is left to clean up
    sync(parent)?;
    match former {
        Some(former) => {
            let path = former.path().to_owned();
            former.remove().map_err(failed("remove the former report in", &path))
        }
        None => Ok(()),
    }
}

fn private_folder(parent: &Path) -> Result<Staging, ReportError> {
    Staging::within(parent).map_err(failed("create a temporary folder in", parent))
}

fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Makes names durable; only Unix can open a folder to do so.
fn sync(folder: &Path) -> Result<(), ReportError> {
    if cfg!(unix) {
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed("sync", folder))?;
    }
    Ok(())
}

fn failed(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> ReportError {
    let path = path.to_owned();
    move |source| ReportError::Io { doing, path, source }
}
