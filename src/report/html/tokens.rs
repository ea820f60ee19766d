//! Tokens: by state and age, then one by one.

use std::collections::BTreeMap;

use askama::Template;

use super::index::{Index, Link};
use super::{Shown, filters};
use crate::model::report::{Head, Report, TokenRow};
use crate::model::time::Timestamp;

/// All credentials.
#[derive(Template)]
#[template(path = "report/tokens.html", whitespace = "minimize")]
pub(super) struct Section<'r> {
    head: &'r Head,
    states: Vec<State<'r>>,
    shown: Shown<'r, TokenRow>,
    index: &'r Index<'r>,
}

/// The credentials in one state.
struct State<'r> {
    word: &'r str,
    total: u64,
    /// By age, as in [`AGES`], then those whose age is not known.
    ages: [u64; AGES.len() + 2],
}

impl State<'_> {
    fn ages(&self) -> impl Iterator<Item = (&'static str, u64)> {
        AGE_LABELS.into_iter().zip(self.ages)
    }
}

/// Ages in days, each the end of a column.
const AGES: [i64; 3] = [30, 90, 365];

/// The heads of those columns, and of the two that have no end.
const AGE_LABELS: [&str; AGES.len() + 2] = ["under 30 d", "30–89 d", "90–364 d", "365 d and more", "age not known"];

impl<'r> Section<'r> {
    pub(super) fn of(report: &'r Report, index: &'r Index<'r>) -> Self {
        let mut states = BTreeMap::<&str, State<'r>>::new();
        for row in &report.tokens {
            let state = states.entry(&row.status).or_insert_with(|| State { word: &row.status, total: 0, ages: [0; AGES.len() + 2] });
            state.total += 1;
            if let Some(count) = state.ages.get_mut(column(row, report.head.as_of)) {
                *count += 1;
            }
        }
        // Those with findings first, so that a long list does not hide them.
        let (found, rest): (Vec<_>, Vec<_>) = report.tokens.iter().partition(|row| !row.findings.is_empty());
        Self {
            head: &report.head,
            states: states.into_values().collect(),
            shown: Shown::of(found.into_iter().chain(rest), report.tokens.len(), "tokens.csv"),
            index,
        }
    }

    /// The largest count of the table by state and age: the length of a full bar.
    fn most(&self) -> u64 {
        self.states.iter().flat_map(|state| state.ages).max().unwrap_or_default().max(1)
    }

    fn age(&self, row: &TokenRow) -> &'static str {
        AGE_LABELS.get(column(row, self.head.as_of)).copied().unwrap_or_default()
    }

    fn links(&self, row: &'r TokenRow) -> Vec<Link<'r>> {
        self.index.of_credential(&row.system, &row.credential, &row.findings)
    }

    fn total(&self) -> usize {
        self.shown.total
    }
}

/// The age of a secret: since it was last renewed, else made.
fn column(row: &TokenRow, as_of: Timestamp) -> usize {
    let Some(made) = row.rotated_at.or(row.created_at) else { return AGES.len() + 1 };
    let days = as_of.since(made).micros() / 86_400_000_000;
    AGES.iter().position(|end| days < *end).unwrap_or(AGES.len())
}

/// When it was last used, to the minute; the words of the contract where that is no time.
fn last_used(row: &TokenRow) -> String {
    match row.last_used_at.as_str() {
        "" => "never".to_owned(),
        text => Timestamp::parse(text).map_or_else(|| text.to_owned(), Timestamp::minute),
    }
}
