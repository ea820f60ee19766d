//! Which files the config, or the command line, means.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use globset::{GlobBuilder, GlobMatcher};

use super::{PipelineError, Setup};

/// A file to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputPath {
    /// Where it is.
    pub path: PathBuf,
    /// Its name, as the report shows it: relative to the config where it lies below it.
    pub name: String,
    /// Index of the `[[input]]` that names it.
    pub rule: Option<usize>,
}

/// Every file that the `[[input]]`s name, by name, and the patterns that name none. A file belongs to the first that names it.
///
/// # Errors
/// When a pattern is no glob, or a folder cannot be listed.
pub fn expand(setup: &Setup) -> Result<(Vec<InputPath>, Vec<String>), PipelineError> {
    let mut files: BTreeMap<PathBuf, InputPath> = BTreeMap::new();
    let mut empty = Vec::new();
    for (index, rule) in setup.policy.inputs.iter().enumerate() {
        let found = matching(&setup.base, &rule.path)?;
        if found.is_empty() {
            empty.push(rule.path.clone());
        }
        for path in found {
            let name = name_of(&setup.base, &path);
            files.entry(path.clone()).or_insert(InputPath { path, name, rule: Some(index) });
        }
    }
    Ok((by_name(files), empty))
}

/// Every file that paths on the command line name, by name; with the settings of the `[[input]]` that names it too.
///
/// # Errors
/// When a path does not exist, or a folder cannot be listed.
pub fn expand_paths(setup: &Setup, paths: &[PathBuf]) -> Result<Vec<InputPath>, PipelineError> {
    let mut files: BTreeMap<PathBuf, InputPath> = BTreeMap::new();
    for given in paths {
        let found = walk(given).map_err(|error| pattern_error(&given.display().to_string(), &error.to_string()))?;
        for path in found {
            let name = name_of(&setup.base, &path);
            files.entry(path.clone()).or_insert(InputPath { rule: rule_of(setup, &name), path, name });
        }
    }
    Ok(by_name(files))
}

fn by_name(files: BTreeMap<PathBuf, InputPath>) -> Vec<InputPath> {
    let mut files: Vec<InputPath> = files.into_values().collect();
    files.sort_by(|one, other| one.name.cmp(&other.name));
    files
}

/// The first `[[input]]` that names the file with this name.
pub(super) fn rule_of(setup: &Setup, name: &str) -> Option<usize> {
    setup.policy.inputs.iter().position(|rule| {
        let pattern = name_of(&setup.base, &plain(&setup.base.join(&rule.path)));
        let below = name.strip_prefix(pattern.as_str()).is_some_and(|rest| rest.starts_with('/'));
        name == pattern || below || glob(&pattern).is_ok_and(|glob| glob.is_match(name))
    })
}

/// The path without `.` and empty parts.
fn plain(path: &Path) -> PathBuf {
    path.components().filter(|part| *part != Component::CurDir).collect()
}

fn matching(base: &Path, pattern: &str) -> Result<Vec<PathBuf>, PipelineError> {
    let literal = plain(&base.join(pattern));
    let listed = |folder: &Path| walk(folder).map_err(|error| pattern_error(pattern, &error.to_string()));
    if literal.exists() || literal.is_symlink() {
        return if literal.is_dir() { listed(&literal) } else { Ok(vec![literal]) };
    }
    let glob = glob(&literal.to_string_lossy())?;
    // The folder above the first wildcard is where the search begins.
    let fixed: PathBuf =
        literal.components().take_while(|part| !part.as_os_str().to_string_lossy().contains(['*', '?', '[', '{'])).collect();
    let root = if fixed == literal { literal.parent().map(Path::to_owned).unwrap_or_default() } else { fixed };
    // Beside a config that is named without its folder, nothing stands above the first wildcard.
    let root = if root.as_os_str().is_empty() { PathBuf::from(Component::CurDir.as_os_str()) } else { root };
    if !root.exists() {
        return Ok(Vec::new());
    }
    Ok(listed(&root)?.into_iter().map(|path| plain(&path)).filter(|path| glob.is_match(path)).collect())
}

fn glob(pattern: &str) -> Result<GlobMatcher, PipelineError> {
    let built = GlobBuilder::new(pattern).literal_separator(true).build();
    built.map(|glob| glob.compile_matcher()).map_err(|error| pattern_error(pattern, &error.to_string()))
}

/// Everything at or below a path that is no folder, hidden files too, since evidence must not be skipped.
/// What turns out to be no file (a pipe, a broken link, a link to a folder, a folder that cannot be listed) is in it
/// as well: it is refused by name when it is read.
fn walk(path: &Path) -> std::io::Result<Vec<PathBuf>> {
    if !std::fs::metadata(path)?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    let mut folders = vec![path.to_owned()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else {
            files.push(folder);
            continue;
        };
        for entry in entries {
            let entry = entry?;
            if entry.file_type()?.is_dir() { folders.push(entry.path()) } else { files.push(entry.path()) }
        }
    }
    files.sort();
    Ok(files)
}

/// The name a file is shown by: relative to the config where it lies below it. Bytes that are no UTF-8 are written as `\xFF`,
/// and a credential that somebody put into a name is replaced.
pub(super) fn name_of(base: &Path, path: &Path) -> String {
    crate::model::secret::redact(&plain_name(base, path)).into_owned()
}

fn plain_name(base: &Path, path: &Path) -> String {
    let (base, path) = (plain(base), plain(path));
    let below = path.strip_prefix(&base).unwrap_or(&path);
    match below.to_str() {
        Some(name) => name.to_owned(),
        None => below.as_os_str().as_encoded_bytes().escape_ascii().to_string(),
    }
}

fn pattern_error(pattern: &str, reason: &str) -> PipelineError {
    PipelineError::Pattern { pattern: pattern.to_owned(), reason: reason.to_owned() }
}
