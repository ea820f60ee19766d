//! `tokens.csv`: every credential by its properties; no file holds a secret.

use std::io;

use super::Format;
use super::table::{self, Column, moment, text, texts};
use crate::model::report::{Report, TokenRow};

/// The card of this format.
pub(super) const FORMAT: Format =
    Format { id: "tokens", file: "tokens.csv", doc: "every credential with its owner, its dates and its state", write };

const COLUMNS: &[Column<TokenRow>] = &[
    ("system", |row| text(&row.system)),
    ("credential", |row| text(&row.credential)),
    ("name", |row| text(&row.name)),
    ("kind", |row| text(&row.kind)),
    ("owner", |row| text(&row.owner)),
    ("owner_state", |row| text(&row.owner_state)),
    ("created_at", |row| moment(row.created_at)),
    ("last_used_at", |row| text(&row.last_used_at)),
    ("expires_at", |row| moment(row.expires_at)),
    ("rotated_at", |row| moment(row.rotated_at)),
    ("status", |row| text(&row.status)),
    ("findings", |row| texts(&row.findings)),
];

fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    table::write(COLUMNS, &report.tokens, out)
}
