//! A world: everything a store tells up to a moment, to be replayed as it was, or as if more had been done at its end.

use super::super::altered::Versions;
use super::super::analyze::{Replayed, input_files, listings_up_to, logs, replay_supposing};
use super::super::guard::{Guarded, guard};
use super::super::{PipelineError, Setup};
use crate::analyzer::{Altered, Context, InputFile, KeptOut};
use crate::model::coverage::Coverage;
use crate::model::event::Activity;
use crate::model::listing::Listing;
use crate::model::time::Timestamp;
use crate::policy::Policy;
use crate::state::Directory;
use crate::store::Store;

/// What a replay starts from.
pub(super) struct World<'a> {
    pub(super) setup: &'a Setup,
    pub(super) store: &'a Store,
    pub(super) as_of: Timestamp,
    listings: Vec<Listing>,
    kept_out: Vec<KeptOut>,
    inputs: Vec<InputFile>,
}

/// What a replay gives, with what the rules look at beside it.
pub(super) struct Replica<'a> {
    pub(super) directory: Directory,
    policy: &'a Policy,
    logs: Vec<Coverage>,
    altered: Vec<Altered>,
    from: Timestamp,
    to: Timestamp,
    kept_out: &'a [KeptOut],
    inputs: &'a [InputFile],
}

impl<'a> World<'a> {
    pub(super) fn of(setup: &'a Setup, store: &'a Store, as_of: Timestamp) -> Result<Self, PipelineError> {
        let Guarded { rest_on: listings, kept_out, .. } = guard(listings_up_to(store, as_of)?, &setup.policy, as_of);
        let inputs = input_files(setup, &store.files()?);
        Ok(Self { setup, store, as_of, listings, kept_out, inputs })
    }

    /// The events, and then what is supposed.
    pub(super) fn replayed(&self, supposed: impl IntoIterator<Item = (Activity, u32)>) -> Result<Replica<'_>, PipelineError> {
        let (store, as_of, policy) = (self.store, self.as_of, &self.setup.policy);
        let mut versions = Versions::of(store, as_of)?;
        let Replayed { directory, spoken, .. } =
            replay_supposing(self.setup, store, as_of, (&self.listings, &self.kept_out), &mut versions, |_| {}, supposed)?;
        let logs = logs(store, as_of, &spoken)?;
        let first_record = || logs.iter().filter_map(Coverage::first).chain(self.listings.iter().map(|listing| listing.taken_at)).min();
        let from = policy.from.map(Timestamp::start_of).or_else(first_record).unwrap_or(as_of);
        let to = policy.to.map_or(as_of, Timestamp::end_of).min(as_of);
        let (altered, kept_out, inputs) = (versions.into_altered(), self.kept_out.as_slice(), self.inputs.as_slice());
        Ok(Replica { directory, policy, logs, altered, from, to, kept_out, inputs })
    }
}

impl Replica<'_> {
    /// What `judge` says of it at a moment.
    pub(super) fn judged<T>(&self, at: Timestamp, judge: impl FnOnce(&Context<'_>) -> T) -> T {
        judge(&Context {
            directory: &self.directory,
            policy: self.policy,
            as_of: at,
            from: self.from,
            to: self.to,
            logs: &self.logs,
            inputs: self.inputs,
            kept_out: self.kept_out,
            accepted: &[],
            altered: &self.altered,
        })
    }
}
