//! The report layer: a [`Report`] in, bytes out. One file per format, and a registry of them.
//!
//! It decides nothing: what is a finding, a leaver or a gap was decided before. It shows, escapes and counts.
//! It reads no clock, so the same report is the same bytes. It knows `model` alone; `pipeline` hands it the report,
//! and `cli` says where the folder goes. What each file and column holds is told in `reports/README.md`.

use std::io;

use crate::model::report::Report;

pub use folder::{ReportError, rendered, write_folder, write_part};
pub use held::{HeldFile, hold, read_held};
pub use manifest::{Hashed, MANIFEST, Manifest, Previous, SUMS, Written, parse_sums, seal};
pub use plan::write_plan;
pub use point::{Point, first_difference};
pub use tally::{Standing, Turns};

mod access_review;
mod accounts;
mod changes;
mod controls;
mod coverage;
mod failures;
mod findings;
mod folder;
mod held;
mod html;
mod inputs;
mod joiners;
mod leavers;
mod manifest;
mod plan;
mod point;
mod rejects;
mod staging;
mod summary;
mod table;
mod tally;
mod tokens;
mod visible;
mod worksheet;

#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod tests;

/// One file of a report, and the function that writes it.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// Its id, as `--only` takes it.
    pub id: &'static str,
    /// The name of its file in the report folder.
    pub file: &'static str,
    /// What it holds, in one sentence.
    pub doc: &'static str,
    /// Writes it. The only errors are those of the output.
    pub write: fn(&Report, &mut dyn io::Write) -> io::Result<()>,
}

/// Every format, in the order in which CONTRACT section 7 names them.
/// The manifest and the checksums are made of these files, and so stand outside.
pub const ALL: &[Format] = &[
    html::FORMAT,
    findings::FORMAT,
    accounts::FORMAT,
    leavers::FORMAT,
    tokens::FORMAT,
    failures::FORMAT,
    joiners::FORMAT,
    changes::FORMAT,
    coverage::FORMAT,
    inputs::FORMAT,
    rejects::FORMAT,
    controls::FORMAT,
    worksheet::FORMAT,
    access_review::FORMAT,
    summary::FORMAT,
];

/// The format with this id.
#[must_use]
pub fn by_id(id: &str) -> Option<&'static Format> {
    ALL.iter().find(|format| format.id == id)
}
