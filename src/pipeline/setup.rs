//! The set-up: config and waivers, read from where they are.

use std::path::{Path, PathBuf};

use super::PipelineError;
use crate::model::digest::Digest;
use crate::policy::{self, Policy};

/// A policy with the place it came from.
#[derive(Clone, Debug)]
pub struct Setup {
    /// What the organization decided.
    pub policy: Policy,
    /// The folder that paths are relative to.
    pub base: PathBuf,
    /// The digest of config and waivers.
    pub sha256: Digest,
}

impl Setup {
    /// Reads `scimdrift.toml` at `path`, and `waivers.toml` beside it where there is one.
    ///
    /// # Errors
    /// When a file cannot be read, or does not say what can be done.
    pub fn read(path: &Path) -> Result<Self, PipelineError> {
        let base = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned();
        let text = read_text(path)?;
        let mut policy = policy::parse(&text, &path.display().to_string())?;
        let waivers_path = base.join("waivers.toml");
        let waivers = if waivers_path.try_exists().unwrap_or(false) { read_text(&waivers_path)? } else { String::new() };
        policy.waivers = policy::parse_waivers(&waivers, &waivers_path.display().to_string())?;
        Ok(Self { policy, base, sha256: Digest::of_parts([text.as_str(), waivers.as_str()]) })
    }

    /// Where the store is.
    #[must_use]
    pub fn store_path(&self) -> PathBuf {
        self.base.join(&self.policy.store)
    }
}

fn read_text(path: &Path) -> Result<String, PipelineError> {
    std::fs::read_to_string(path).map_err(|source| PipelineError::Config { path: path.to_owned(), source })
}
