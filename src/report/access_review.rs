//! `access-review.csv`: every active account, with empty columns for whoever confirms that it should be.

use std::io;

use super::Format;
use super::table::{self, Column, blank, moment, text, texts};
use crate::model::report::{AccountRow, Report};

/// The card of this format.
pub(super) const FORMAT: Format =
    Format { id: "access-review", file: "access-review.csv", doc: "every active account, with empty columns to confirm it in", write };

const COLUMNS: &[Column<AccountRow>] = &[
    ("system", |row| text(&row.system)),
    ("account", |row| text(&row.account)),
    ("account_id", |row| text(&row.account_id)),
    ("email", |row| text(&row.email)),
    ("class", |row| text(&row.class)),
    ("person", |row| text(&row.person)),
    ("person_login", |row| text(&row.person_login)),
    ("person_state", |row| text(&row.person_state)),
    ("entitled", |row| text(&row.entitled)),
    ("situation", |row| text(&row.situation)),
    ("confidence", |row| text(&row.confidence)),
    ("manager_email", |row| text(&row.manager_email)),
    ("role_observed", |row| text(&row.role_observed)),
    ("role_expected", |row| text(&row.role_expected)),
    ("resource_groups", |row| texts(&row.resource_groups)),
    ("created_at", |row| moment(row.created_at)),
    ("last_activity", |row| moment(row.last_activity)),
    ("findings", |row| texts(&row.findings)),
    ("decision", blank),
    ("justification", blank),
    ("reviewer", blank),
    ("decided_at", blank),
    ("ticket", blank),
];

fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    table::write(COLUMNS, report.accounts.iter().filter(|row| row.state == "active"), out)
}
