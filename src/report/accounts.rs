//! `accounts.csv`: the population, every account of every system, with or without findings.

use std::io;

use super::Format;
use super::table::{self, Column, moment, text, texts};
use crate::model::report::{AccountRow, Report};

/// The card of this format.
pub(super) const FORMAT: Format =
    Format { id: "accounts", file: "accounts.csv", doc: "every account with its owner, how it was matched, and its role", write };

const COLUMNS: &[Column<AccountRow>] = &[
    ("system", |row| text(&row.system)),
    ("account", |row| text(&row.account)),
    ("account_id", |row| text(&row.account_id)),
    ("external_id", |row| text(&row.external_id)),
    ("email", |row| text(&row.email)),
    ("class", |row| text(&row.class)),
    ("state", |row| text(&row.state)),
    ("person", |row| text(&row.person)),
    ("person_login", |row| text(&row.person_login)),
    ("person_state", |row| text(&row.person_state)),
    ("entitled", |row| text(&row.entitled)),
    ("situation", |row| text(&row.situation)),
    ("match_key", |row| text(&row.match_key)),
    ("confidence", |row| text(&row.confidence)),
    ("role_expected", |row| text(&row.role_expected)),
    ("role_observed", |row| text(&row.role_observed)),
    ("resource_groups", |row| texts(&row.resource_groups)),
    ("last_activity", |row| moment(row.last_activity)),
    ("created_at", |row| moment(row.created_at)),
    ("findings", |row| texts(&row.findings)),
    ("manager_email", |row| text(&row.manager_email)),
];

fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    table::write(COLUMNS, &report.accounts, out)
}
