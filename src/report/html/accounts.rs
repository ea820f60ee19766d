//! Accounts: the population that the findings are drawn from.

use std::collections::BTreeMap;

use askama::Template;

use super::index::{Index, Link};
use super::{Shown, filters};
use crate::model::report::{AccountRow, Head, Report};

/// All accounts.
#[derive(Template)]
#[template(path = "report/accounts.html", whitespace = "minimize")]
pub(super) struct Section<'r> {
    head: &'r Head,
    systems: Vec<System<'r>>,
    shown: Shown<'r, AccountRow>,
    index: &'r Index<'r>,
}

/// The accounts of one system, by state and by situation.
struct System<'r> {
    name: &'r str,
    total: u64,
    states: [u64; STATES.len()],
    situations: [u64; SITUATIONS.len()],
}

impl System<'_> {
    fn states(&self) -> impl Iterator<Item = (&'static str, u64)> {
        STATES.into_iter().zip(self.states)
    }

    fn situations(&self) -> impl Iterator<Item = (&'static str, u64)> {
        SITUATIONS.into_iter().zip(self.situations)
    }
}

/// The states of CONTRACT section 4.
const STATES: [&str; 4] = ["active", "pending", "inactive", "unknown"];

/// The situations of CONTRACT section 4.
const SITUATIONS: [&str; 4] = ["linked", "unmatched", "disputed", "exempt"];

impl<'r> Section<'r> {
    pub(super) fn of(report: &'r Report, index: &'r Index<'r>) -> Self {
        let mut systems = BTreeMap::<&str, System<'r>>::new();
        for row in &report.accounts {
            let system = systems.entry(&row.system).or_insert_with(|| System {
                name: &row.system,
                total: 0,
                states: [0; STATES.len()],
                situations: [0; SITUATIONS.len()],
            });
            system.total += 1;
            add(&mut system.states, &STATES, &row.state);
            add(&mut system.situations, &SITUATIONS, &row.situation);
        }
        // Those with findings first, so that a long list does not hide them.
        let (found, rest): (Vec<_>, Vec<_>) = report.accounts.iter().partition(|row| !row.findings.is_empty());
        Self {
            head: &report.head,
            systems: systems.into_values().collect(),
            shown: Shown::of(found.into_iter().chain(rest), report.accounts.len(), "accounts.csv"),
            index,
        }
    }

    fn links(&self, row: &'r AccountRow) -> Vec<Link<'r>> {
        self.index.of_account(&row.system, &row.account, &row.findings)
    }
}

fn add(counts: &mut [u64], words: &[&str], word: &str) {
    if let Some(count) = words.iter().position(|known| *known == word).and_then(|place| counts.get_mut(place)) {
        *count += 1;
    }
}
