//! Failures of the sync that nothing repaired: by cause, then one by one.

use std::collections::BTreeMap;

use askama::Template;

use super::{Shown, filters};
use crate::model::report::{FailureRow, Report};

/// All unrepaired failures.
#[derive(Template)]
#[template(path = "report/failures.html", whitespace = "minimize")]
pub(super) struct Section<'r> {
    causes: Vec<Cause<'r>>,
    shown: Shown<'r, FailureRow>,
}

/// The failures of one cause.
struct Cause<'r> {
    word: &'r str,
    total: u64,
    operations: BTreeMap<&'r str, u64>,
}

impl<'r> Section<'r> {
    pub(super) fn of(report: &'r Report) -> Self {
        let mut causes = BTreeMap::<&str, Cause<'r>>::new();
        for row in &report.failures {
            let cause = causes.entry(&row.cause).or_insert_with(|| Cause { word: &row.cause, total: 0, operations: BTreeMap::new() });
            cause.total += 1;
            *cause.operations.entry(&row.operation).or_default() += 1;
        }
        let mut causes: Vec<_> = causes.into_values().collect();
        causes.sort_by_key(|cause| std::cmp::Reverse(cause.total));
        Self { causes, shown: Shown::of(&report.failures, report.failures.len(), "failures.csv") }
    }

    /// The largest count: the length of a full bar.
    fn most(&self) -> u64 {
        self.causes.iter().map(|cause| cause.total).max().unwrap_or_default().max(1)
    }
}
