//! Sayings: log lines that tell of somebody signing in or doing something, and change nothing. Of those that say the same the
//! first and the last before the cut stay: since when somebody was there, and when last.

use std::collections::{BTreeSet, HashMap};

use crate::model::digest::Digest;
use crate::model::event::{Activity, Event, Outcome, TokenStep};
use crate::model::time::{Span, Timestamp};
use crate::store::{OldRecord, StoredEvent};

/// What happens this long before or after a change in the target may explain it, and stays.
const EXPLAINS: Span = Span::from_hours(2);

/// The log lines so far.
pub(super) struct Sayings {
    several_forms: BTreeSet<(String, String)>,
    /// By what is said: the latest that says so, unless it is the first too, or may not go.
    latest: HashMap<[u8; 32], Option<OldRecord>>,
    repeated: Vec<OldRecord>,
    /// The moments of changes in the target, in order.
    changes: Vec<Timestamp>,
}

impl Sayings {
    /// Records of these sources and ids stay.
    pub(super) fn new(several_forms: BTreeSet<(String, String)>) -> Self {
        Self { several_forms, latest: HashMap::new(), repeated: Vec::new(), changes: Vec::new() }
    }

    /// Takes a log line in; events come in order of time. One that is not `free` stays.
    pub(super) fn take(&mut self, stored: &StoredEvent, free: bool) {
        let event = &stored.event;
        if matches!(event.activity, Activity::Membership { .. } | Activity::RoleChange { .. } | Activity::ResourceGroupMembers { .. }) {
            self.changes.push(event.at);
        }
        let Some(said) = said(event) else { return };
        let may_go = free && !self.several_forms.contains(&(event.source.clone(), event.native_id.clone()));
        let record = || OldRecord {
            at: event.at,
            source: event.source.clone(),
            native_id: event.native_id.clone(),
            activity: event.activity.word(),
            file: stored.first_file,
        };
        match self.latest.entry(said) {
            std::collections::hash_map::Entry::Vacant(first) => drop(first.insert(None)),
            std::collections::hash_map::Entry::Occupied(mut latest) => {
                let before = latest.insert(may_go.then(record));
                self.repeated.extend(before);
            }
        }
    }

    /// Those that may go.
    pub(super) fn finish(self) -> Vec<OldRecord> {
        let changes = self.changes;
        let explains = |record: &OldRecord| {
            let from = changes.partition_point(|change| *change < record.at.minus(EXPLAINS));
            changes.get(from).is_some_and(|change| *change <= record.at.plus(EXPLAINS))
        };
        self.repeated.into_iter().filter(|record| !explains(record)).collect()
    }
}

/// What an event says, without when and under which id; `None` where it changes something, or may explain why nothing changed.
fn said(event: &Event) -> Option<[u8; 32]> {
    let idle = matches!(
        event.activity,
        Activity::SignOn { .. } | Activity::Login { .. } | Activity::Act { .. } | Activity::Credential { step: TokenStep::Used, .. }
    );
    if !idle || event.outcome != Outcome::Success || event.failure.is_some() {
        return None;
    }
    let activity = serde_json::to_string(&event.activity).ok()?;
    let actor = serde_json::to_string(&event.actor).ok()?;
    Some(*Digest::of_parts([event.source.as_str(), event.token.as_deref().unwrap_or_default(), &actor, &activity]).bytes())
}
