//! `leavers.csv`: every lapse of an entitlement in the period, and how long the account outlived it.

use std::io;

use super::Format;
use super::table::{self, Column, hours, moment, text};
use crate::model::report::{LeaverRow, Report};

/// The card of this format.
pub(super) const FORMAT: Format =
    Format { id: "leavers", file: "leavers.csv", doc: "every lapse in the period and how soon access ended", write };

const COLUMNS: &[Column<LeaverRow>] = &[
    ("person", |row| text(&row.person)),
    ("person_login", |row| text(&row.person_login)),
    ("lapsed_at", |row| moment(row.lapsed_at)),
    ("lapse", |row| text(&row.lapse)),
    ("system", |row| text(&row.system)),
    ("account", |row| text(&row.account)),
    ("deprovisioned_at", |row| moment(row.deprovisioned_at)),
    ("lag_hours", |row| hours(row.lag)),
    ("sla_hours", |row| hours(row.sla)),
    ("verdict", |row| text(&row.verdict)),
    ("hr_end_date", |row| text(&row.hr_end_date)),
    ("hr_lag_hours", |row| hours(row.hr_lag)),
];

fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    table::write(COLUMNS, &report.leavers, out)
}
