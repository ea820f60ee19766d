//! Repeats: whole listings that say what the one before says, where another one, old too, comes after. Such a listing shows
//! nothing that those around it do not show.

use std::collections::BTreeMap;

use crate::model::digest::Digest;
use crate::model::event::Activity;
use crate::model::facts::{LastUse, Observation, TokenFacts};
use crate::model::listing::Listing;
use crate::model::time::Timestamp;
use crate::store::{FileRow, OldListing, OldRecord, StoredEvent};

/// A listing with its rows by id.
struct Rows {
    listing: OldListing,
    by_id: BTreeMap<String, Row>,
    /// Whether all of them may go.
    free: bool,
}

struct Row {
    /// What it says, and what it says apart from when something was last used.
    said: [Digest; 2],
    record: OldRecord,
}

/// The listings so far, by source and scope in order of time.
pub(super) struct Repeats {
    listings: BTreeMap<(String, String), BTreeMap<Timestamp, Rows>>,
    scopes: BTreeMap<i64, String>,
}

impl Repeats {
    /// Of these whole listings; `files` say what each is of.
    pub(super) fn of(whole: impl IntoIterator<Item = Listing>, files: &[FileRow]) -> Self {
        let scopes = files.iter().map(|file| (file.id, file.scope.clone())).collect();
        let mut listings: BTreeMap<(String, String), BTreeMap<Timestamp, Rows>> = BTreeMap::new();
        for listing in whole {
            let Listing { taken_at, source, scope, rows, .. } = listing;
            let of = (source.clone(), scope.clone());
            let listing = OldListing { taken_at, source, scope, rows };
            listings.entry(of).or_default().insert(taken_at, Rows { listing, by_id: BTreeMap::new(), free: true });
        }
        Self { listings, scopes }
    }

    /// Takes the row of a listing in. A listing with one that is not `free` stays.
    pub(super) fn take(&mut self, stored: &StoredEvent, free: bool) {
        let event = &stored.event;
        let scope = self.scopes.get(&stored.file).cloned().unwrap_or_default();
        let listing = self.listings.get_mut(&(event.source.clone(), scope)).and_then(|listings| listings.get_mut(&event.at));
        let (Some(listing), Activity::Observe(observation)) = (listing, &event.activity) else { return };
        let record = OldRecord {
            at: event.at,
            source: event.source.clone(),
            native_id: event.native_id.clone(),
            activity: event.activity.word(),
            file: stored.first_file,
        };
        let digest = |observation: &Observation| Digest::of(serde_json::to_string(observation).unwrap_or_default().as_bytes());
        let said = [digest(observation), digest(&without_use(observation))];
        listing.free &= free;
        listing.by_id.insert(event.native_id.clone(), Row { said, record });
    }

    /// The listings that may go, and all their rows.
    pub(super) fn finish(self) -> (Vec<OldListing>, Vec<OldRecord>) {
        let (mut listings, mut records) = (Vec::new(), Vec::new());
        for of_scope in self.listings.into_values() {
            let of_scope: Vec<Rows> = of_scope.into_values().collect();
            for around in of_scope.windows(3) {
                let [before, own, after] = around else { continue };
                if own.free && own.is_whole() && before.is_whole() && after.is_whole() && own.repeats(before, after) {
                    listings.push(own.listing.clone());
                    records.extend(own.by_id.values().map(|row| row.record.clone()));
                }
            }
        }
        (listings, records)
    }
}

impl Rows {
    fn is_whole(&self) -> bool {
        self.by_id.len() as u64 == self.listing.rows
    }

    /// Whether it says what `before` says. When something was last used may differ, where `after` tells it anew.
    fn repeats(&self, before: &Self, after: &Self) -> bool {
        let same = |of: usize| {
            let said = |rows: &Self| rows.by_id.iter().map(|(id, row)| (id.clone(), row.said[of])).collect::<Vec<_>>();
            said(self) == said(before)
        };
        let told_anew = || self.by_id.keys().all(|id| after.by_id.contains_key(id));
        same(0) || (same(1) && told_anew())
    }
}

/// What a row says, apart from when something was last used.
fn without_use(observation: &Observation) -> Observation {
    let mut observation = observation.clone();
    let unused = |token: &mut TokenFacts| token.last_used = LastUse::Unknown;
    match &mut observation {
        Observation::Person(person) | Observation::GroupMember { person, .. } => person.last_login_at = None,
        Observation::Account(account) => {
            account.last_login_at = None;
            account.tokens.iter_mut().for_each(unused);
        }
        Observation::ServiceAccount(account) => account.tokens.iter_mut().for_each(unused),
        Observation::Token(token) => unused(token),
        _ => {}
    }
    observation
}
