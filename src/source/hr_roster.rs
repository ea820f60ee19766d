//! `hr-roster`: a CSV list of everybody the organization employs, with first and last day.

use chrono::NaiveDate;

use super::recognition::columns;
use super::wire::{keep, observed, reject, row};
use super::{Source, System};
use crate::model::facts::{EmployeeFacts, Observation};
use crate::model::listing::Absence;
use crate::model::record::{Decoded, Kind, RawRecord, Recognition, Reject, Row, Sample, Scope};

pub(super) const SOURCE: Source = Source {
    id: "hr-roster",
    title: "Personnel roster (CSV)",
    doc: include_str!("../../docs/sources/hr-roster.md"),
    kind: Kind::Listing(Absence::Employee),
    system: System::Own,
    scope: None,
    recognizes,
    decode,
};

fn recognizes(sample: &Sample<'_>) -> Recognition {
    let dated = columns(sample, &[], &["start_date", "end_date", "employment_type"]);
    dated.min(columns(sample, &[], &["employee_id", "email"]))
}

fn decode(record: &RawRecord<'_>, scope: &Scope) -> Result<Decoded, Reject> {
    let facts = facts(&row(record)?).map_err(|reason| reject(record, reason))?;
    let native_id = facts.employee_id.clone().or_else(|| facts.email.clone());
    let native_id = native_id.ok_or_else(|| reject(record, "has neither employee_id nor email"))?;
    observed(record, scope, SOURCE.id, native_id, Observation::Employee(facts))
}

fn facts(row: &Row<'_>) -> Result<EmployeeFacts, String> {
    let text = |name: &str| row.get(name).map(keep);
    Ok(EmployeeFacts {
        employee_id: text("employee_id"),
        email: text("email"),
        name: text("full_name"),
        employment_type: text("employment_type"),
        start_date: day(row, "start_date")?,
        end_date: day(row, "end_date")?,
        manager_email: text("manager_email"),
    })
}

fn day(row: &Row<'_>, column: &str) -> Result<Option<NaiveDate>, String> {
    let parse = |text: &str| {
        let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| text.len() == 10);
        day.ok_or_else(|| format!("{column} is no date (YYYY-MM-DD): {text}"))
    };
    row.get(column).map(parse).transpose()
}
