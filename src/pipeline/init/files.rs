//! The files of the folders, and what each is, by the recognition that a run uses.

use std::path::{Component, Path, PathBuf};

use crate::model::digest::Digest;
use crate::model::proposal::Unread;
use crate::model::secret;
use crate::pipeline::{InputPath, PipelineError, Setup, ingest};
use crate::policy;
use crate::source::Source;

/// A config that recognises whatever it is asked: its one input gives any listing a time.
const ANY: &str = "report.organization = \"\"\nidp.provider = \"okta\"\ntarget = {provider = \"huggingface\", name = \"\"}\n\
                   [[input]]\npath = \".\"\ntaken_at = 1970-01-01T00:00:00Z\n";

/// What lies in the folders.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// What can be read, by name.
    pub(super) read: Vec<Recognized>,
    /// What cannot, by name.
    pub(super) unread: Vec<Unread>,
}

/// A file of a known source.
#[derive(Debug)]
pub(super) struct Recognized {
    /// Where it is.
    pub(super) path: PathBuf,
    /// As the config names it.
    pub(super) name: String,
    /// What it is.
    pub(super) source: &'static Source,
    /// Whether it is a listing of which nothing says when it was taken.
    pub(super) needs_taken_at: bool,
}

/// Recognises every file at or below the folders. What begins with a dot, reports, and the config's own files are passed over.
pub(super) fn look(config: &Path, folders: &[PathBuf]) -> Result<Found, PipelineError> {
    let base = config.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let setup = Setup { policy: policy::parse(ANY, "scimdrift.toml")?, base: base.to_owned(), sha256: Digest::of(b"") };
    let mut paths = Vec::new();
    for folder in folders {
        walk(folder, &mut paths).map_err(|error| PipelineError::Pattern {
            pattern: folder.display().to_string(),
            reason: format!("cannot be listed: {error}"),
        })?;
    }
    let mut paths: Vec<(String, PathBuf)> =
        paths.into_iter().filter(|path| !is_own(base, path)).map(|path| (name(base, &path), path)).collect();
    paths.sort();
    paths.dedup();
    let mut found = Found::default();
    for (name, path) in paths {
        match recognize(&setup, &name, &path) {
            Ok((source, needs_taken_at)) => found.read.push(Recognized { path, name, source, needs_taken_at }),
            Err(reason) => found.unread.push(Unread { file: secret::redact(&name).into_owned(), reason }),
        }
    }
    Ok(found)
}

fn recognize(setup: &Setup, name: &str, path: &Path) -> Result<(&'static Source, bool), String> {
    if path.to_str().is_none() {
        return Err("its name is no UTF-8, so that no config can name it; rename it".to_owned());
    }
    if secret::redact(name) != name {
        return Err("its name holds what looks like a credential; rename it".to_owned());
    }
    let file = |rule| InputPath { path: path.to_owned(), name: name.to_owned(), rule };
    let source = ingest::source_of(setup, &file(Some(0)))?;
    Ok((source, ingest::source_of(setup, &file(None)).is_err()))
}

fn walk(path: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    if !std::fs::metadata(path)?.is_dir() {
        files.push(path.to_owned());
        return Ok(());
    }
    let mut folders = vec![path.to_owned()];
    while let Some(folder) = folders.pop() {
        if folder.join("manifest.json").exists() && folder.join("SHA256SUMS").exists() {
            continue;
        }
        for entry in std::fs::read_dir(&folder)? {
            let entry = entry?;
            if !entry.file_name().as_encoded_bytes().starts_with(b".") {
                if entry.file_type()?.is_dir() { folders.push(entry.path()) } else { files.push(entry.path()) }
            }
        }
    }
    Ok(())
}

/// Config, waivers and store, which lie beside the config, are no exports.
fn is_own(base: &Path, path: &Path) -> bool {
    let beside = path.parent().is_some_and(|folder| plain(folder) == plain(base));
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    beside && (matches!(name, "scimdrift.toml" | "waivers.toml") || name.starts_with("scimdrift.db"))
}

/// As the config names a file: relative to it where it lies below, else from the root.
fn name(base: &Path, path: &Path) -> String {
    let (base, path) = (plain(base), plain(path));
    let below = path.strip_prefix(&base).map_or(path.as_path(), |below| below);
    below.to_string_lossy().into_owned()
}

/// From the root, without `.`.
fn plain(path: &Path) -> PathBuf {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    whole.components().filter(|part| *part != Component::CurDir).collect()
}
