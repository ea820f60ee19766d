//! `manifest.json` and `SHA256SUMS`: what a report folder holds, and what it was made of, each by its hash.

use std::io;

use serde::Serialize;

use super::summary::{Tool, write_json};
use crate::model::report::Report;
use crate::model::time::Timestamp;

/// The name of the manifest in the report folder.
pub(super) const FILE: &str = "manifest.json";

/// The name of the checksums in the report folder.
pub(super) const SUMS: &str = "SHA256SUMS";

/// What a manifest's `schema` starts with, whatever its version.
pub(super) const SCHEMA: &str = "scimdrift/manifest/";

/// A file of a report folder that was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Written {
    /// Its name.
    pub(super) file: &'static str,
    /// The SHA-256 of its bytes, in hexadecimal.
    pub(super) sha256: String,
    /// Its length.
    pub(super) bytes: u64,
}

#[derive(Serialize)]
struct Manifest<'r> {
    schema: String,
    tool: Tool<'r>,
    run_id: &'r str,
    as_of: Timestamp,
    config_sha256: &'r str,
    rules_sha256: &'r str,
    files: &'r [Written],
    inputs: Vec<Input<'r>>,
    refused: Vec<&'r str>,
}

#[derive(Serialize)]
struct Input<'r> {
    file: &'r str,
    sha256: &'r str,
    bytes: u64,
}

/// Writes the manifest of these files.
pub(super) fn write(report: &Report, files: &[Written], out: &mut dyn io::Write) -> io::Result<()> {
    let head = &report.head;
    let manifest = Manifest {
        schema: format!("{SCHEMA}1"),
        tool: Tool::of(report),
        run_id: &head.run_id,
        as_of: head.as_of,
        config_sha256: &head.config_sha256,
        rules_sha256: &head.rules_sha256,
        files,
        inputs: report.inputs.iter().map(|row| Input { file: &row.file, sha256: &row.sha256, bytes: row.bytes }).collect(),
        refused: report.refused.iter().map(|row| row.file.as_str()).collect(),
    };
    write_json(&manifest, out)
}

/// Writes the checksums of these files, in the form that `sha256sum -c` reads.
pub(super) fn write_sums(files: &[Written], out: &mut dyn io::Write) -> io::Result<()> {
    files.iter().try_for_each(|written| writeln!(out, "{}  {}", written.sha256, written.file))
}
