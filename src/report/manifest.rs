//! `manifest.json` and `SHA256SUMS`: what a report holds, and what it was made of, each by its hash.
//!
//! The manifest is always that of the whole report. It names the manifest of the run before by its hash, so that the
//! runs of a store are a chain, and the report as the store keeps it. A folder that holds a part of the report has the
//! same manifest; its checksums name the files that are there.

use std::io;

use serde::{Deserialize, Serialize};

use super::summary::write_json;
use super::{ALL, ReportError, rendered};
use crate::model::digest::Hasher;
use crate::model::report::Report;
use crate::model::time::Timestamp;

/// The name of the manifest in the report folder.
pub const MANIFEST: &str = "manifest.json";

/// The name of the checksums in the report folder.
pub const SUMS: &str = "SHA256SUMS";

/// The version that renders.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What a manifest's `schema` starts with, whatever its version.
pub(super) const SCHEMA: &str = "scimdrift/manifest/";

/// `manifest.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// `scimdrift/manifest/1`.
    pub schema: String,
    /// The program, in the version that analyzed.
    pub tool: Tool,
    /// The version that rendered; another one where an old run was written again.
    pub written_by: String,
    /// The id of the run.
    pub run_id: String,
    /// Its as-of time.
    pub as_of: Timestamp,
    /// The run before; `None` for the first of a store.
    pub previous: Option<Previous>,
    /// The SHA-256 of the report as the store keeps it, from which every file is made.
    pub report_sha256: String,
    /// The SHA-256 of everything that had been read, as the store held it.
    pub read_sha256: String,
    /// The SHA-256 of config and waivers.
    pub config_sha256: String,
    /// The SHA-256 of the rules.
    pub rules_sha256: String,
    /// Every other file of the report but the checksums.
    pub files: Vec<Written>,
    /// Every input.
    pub inputs: Vec<Hashed>,
    /// The names of inputs that could not be read.
    pub refused: Vec<String>,
}

/// The program that analyzed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tool {
    /// `scimdrift`.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// The run that a run was compared with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Previous {
    /// Its as-of time.
    pub as_of: Timestamp,
    /// The SHA-256 of its manifest; `None` where it was kept before there were any.
    pub manifest_sha256: Option<String>,
}

/// A file of a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// Its name.
    pub file: String,
    /// The SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// Its length.
    pub bytes: u64,
}

/// An input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hashed {
    /// Its name, relative to the config.
    pub file: String,
    /// The SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// Their number.
    pub bytes: u64,
}

impl Manifest {
    /// Reads a manifest.
    ///
    /// # Errors
    /// When it is no manifest of scimdrift, with the reason.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        let manifest: Self = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        if manifest.schema.starts_with(SCHEMA) { Ok(manifest) } else { Err(format!("its schema is {:?}", manifest.schema)) }
    }

    /// The manifest of these files.
    pub(super) fn of(report: &Report, files: Vec<Written>) -> io::Result<Self> {
        let head = &report.head;
        let mut kept = Hashing::new(io::sink());
        serde_json::to_writer(io::BufWriter::new(&mut kept), report)?;
        Ok(Self {
            schema: format!("{SCHEMA}1"),
            tool: Tool { name: "scimdrift".to_owned(), version: head.tool.clone() },
            written_by: VERSION.to_owned(),
            run_id: head.run_id.clone(),
            as_of: head.as_of,
            previous: head.previous.map(|as_of| Previous { as_of, manifest_sha256: head.previous_manifest.clone() }),
            report_sha256: kept.finish().0,
            read_sha256: head.read_sha256.clone(),
            config_sha256: head.config_sha256.clone(),
            rules_sha256: head.rules_sha256.clone(),
            files,
            inputs: report
                .inputs
                .iter()
                .map(|row| Hashed { file: row.file.clone(), sha256: row.sha256.clone(), bytes: row.bytes })
                .collect(),
            refused: report.refused.iter().map(|row| row.file.clone()).collect(),
        })
    }

    /// Writes it as it stands in the folder.
    pub(super) fn write(&self, out: &mut dyn io::Write) -> io::Result<()> {
        write_json(self, out)
    }

    /// Whether this version renders what it names.
    #[must_use]
    pub fn is_of_this_version(&self) -> bool {
        self.written_by == VERSION
    }
}

/// The manifest of the whole report, as text: every file is rendered, and none is written.
///
/// # Errors
/// When a file cannot be rendered.
pub fn seal(report: &Report) -> Result<String, ReportError> {
    let rendered: Result<Vec<Written>, ReportError> = ALL.iter().map(|format| rendered(report, format)).collect();
    let mut text = Vec::new();
    let failed = |source| ReportError::Render { file: MANIFEST, source };
    Manifest::of(report, rendered?).and_then(|manifest| manifest.write(&mut text)).map_err(failed)?;
    String::from_utf8(text).map_err(|error| failed(io::Error::other(error)))
}

/// Writes the checksums of these files, in the form that `sha256sum -c` reads.
pub(super) fn write_sums<'w>(files: impl Iterator<Item = &'w Written>, out: &mut dyn io::Write) -> io::Result<()> {
    for written in files {
        writeln!(out, "{}  {}", written.sha256, written.file)?;
    }
    Ok(())
}

/// Reads checksums: names and hashes, and the numbers of the lines that are none.
#[must_use]
pub fn parse_sums(text: &str) -> (Vec<(String, String)>, Vec<usize>) {
    let (mut sums, mut broken) = (Vec::new(), Vec::new());
    for (index, line) in text.lines().enumerate() {
        match line.split_once("  ") {
            Some((sha256, file)) if sha256.len() == 64 && !file.is_empty() => sums.push((file.to_owned(), sha256.to_owned())),
            _ => broken.push(index + 1),
        }
    }
    (sums, broken)
}

/// What is written through it is hashed and counted.
#[derive(Debug)]
pub(super) struct Hashing<W> {
    inner: W,
    hasher: Hasher,
    bytes: u64,
}

impl<W: io::Write> Hashing<W> {
    pub(super) fn new(inner: W) -> Self {
        Self { inner, hasher: Hasher::default(), bytes: 0 }
    }

    pub(super) fn inner(&self) -> &W {
        &self.inner
    }

    /// The digest in hexadecimal, and the number of bytes.
    pub(super) fn finish(self) -> (String, u64) {
        (self.hasher.finish().to_string(), self.bytes)
    }
}

impl<W: io::Write> io::Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = self.inner.write(bytes)?;
        let (taken_bytes, _) = bytes.split_at(taken.min(bytes.len()));
        self.hasher.update(taken_bytes);
        self.bytes += taken_bytes.len() as u64;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
