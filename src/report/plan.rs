//! A plan as CSV: one row for each operation, in the order of the plan. It is no file of the report.

use std::borrow::Cow;
use std::io;

use super::table::{self, Cell, Column, count, flag, list, text};
use crate::model::plan::{Plan, PlannedOperation, ValueChange};

const COLUMNS: &[Column<PlannedOperation>] = &[
    ("step", |row| count(row.step)),
    ("operation", |row| text(row.kind.word())),
    ("person", |row| text(&row.person)),
    ("person_login", |row| text(&row.person_login)),
    ("account", |row| text(&row.account)),
    ("account_id", |row| text(&row.account_id)),
    ("group", |row| text(&row.group)),
    ("reason", |row| text(&row.reason)),
    ("changes", |row| joined(row.changes.iter().map(change))),
    ("method", |row| text(row.request.as_ref().map_or("", |request| request.method))),
    ("path", |row| text(row.request.as_ref().map_or("", |request| request.path.as_str()))),
    ("body", body),
    ("needs", |row| joined(row.needs.iter().map(u64::to_string))),
    ("validity", |row| text(row.validity.word())),
    ("remarks", |row| joined(row.remarks.iter().cloned())),
    ("irreversible", |row| text(&row.irreversible)),
    ("supposed", |row| flag(Some(row.supposed))),
    ("evidence", |row| {
        list(row.evidence.iter().map(|place| {
            let line = place.line.map(|line| format!(":{line}")).unwrap_or_default();
            Cow::Owned(format!("{}{line}", place.file))
        }))
    }),
];

/// Writes the operations of a plan.
///
/// # Errors
/// Those of the output.
pub fn write_plan(plan: &Plan, out: &mut dyn io::Write) -> io::Result<()> {
    table::write(COLUMNS, &plan.operations, out)
}

/// `role: read -> write`
fn change(change: &ValueChange) -> String {
    let or_none = |value: &str| if value.is_empty() { "none".to_owned() } else { value.to_owned() };
    format!("{}: {} -> {}", change.what, or_none(&change.from), or_none(&change.to))
}

/// A list in its own order.
fn joined<'r>(items: impl Iterator<Item = String>) -> Cell<'r> {
    Cell::Text(Cow::Owned(items.collect::<Vec<_>>().join("; ")))
}

fn body(row: &PlannedOperation) -> Cell<'_> {
    let body = row.request.as_ref().map(|request| &request.body).filter(|body| !body.is_null());
    Cell::Text(body.map(ToString::to_string).unwrap_or_default().into())
}
