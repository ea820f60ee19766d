//! `joiners.csv`: every account that appeared in the period, how, and how soon after its owner was entitled.

use std::io;

use super::Format;
use super::table::{self, Column, hours, moment, text};
use crate::model::report::{JoinerRow, Report};

/// The card of this format.
pub(super) const FORMAT: Format =
    Format { id: "joiners", file: "joiners.csv", doc: "every account that appeared in the period, how, and who did it", write };

const COLUMNS: &[Column<JoinerRow>] = &[
    ("person", |row| text(&row.person)),
    ("person_login", |row| text(&row.person_login)),
    ("entitled_at", |row| moment(row.entitled_at)),
    ("system", |row| text(&row.system)),
    ("account", |row| text(&row.account)),
    ("appeared_at", |row| moment(row.appeared_at)),
    ("lag_hours", |row| hours(row.lag)),
    ("origin", |row| text(&row.origin)),
    ("by", |row| text(&row.by)),
];

fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    table::write(COLUMNS, &report.joiners, out)
}
