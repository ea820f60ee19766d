//! How a file is to be read: as which source, about what, and as of when. Told by the config, the envelope and the name.

use std::collections::BTreeMap;

use super::decode::Tally;
use super::{Setup, moment};
use crate::input::{Finished, Input};
use crate::model::record::{Envelope, Kind, Scope};
use crate::model::time::Timestamp;
use crate::policy::InputRule;
use crate::source::{self, Source};

/// How a file is to be read.
pub(super) struct Plan {
    pub(super) source: &'static Source,
    pub(super) scope: Scope,
    /// What the listing is about, by the envelope's parameter.
    listing_scope: String,
}

impl Plan {
    /// # Errors
    /// Why the file cannot be read, and what to do, as a sentence.
    pub(super) fn make(setup: &Setup, name: &str, rule: &InputRule, input: &mut Input) -> Result<Self, String> {
        let source = match &rule.source {
            Some(id) => {
                source::find(id).ok_or_else(|| format!("the config says source = {id:?}, which is none; `scimdrift sources` lists them"))?
            }
            None => recognize(input)?,
        };
        let envelope = input.envelope().cloned().unwrap_or_default();
        let taken_at = match source.kind {
            Kind::Log => None,
            Kind::Listing(_) => Some(taken_at(name, rule, &envelope).ok_or_else(|| no_moment(source))?),
        };
        let listing_scope = match source.scope {
            Some(parameter) => match envelope.params.get(parameter.name) {
                Some(value) => value.clone(),
                None if parameter.required => {
                    return Err(format!("recognised as {}, which needs an envelope with params.{}", source.id, parameter.name));
                }
                None => String::new(),
            },
            None => String::new(),
        };
        Ok(Self { source, scope: scope(setup, taken_at, envelope.params), listing_scope })
    }

    /// Of a log that goes on where it ended when it was read by this source.
    pub(super) fn go_on(setup: &Setup, source: &'static Source) -> Self {
        Self { source, scope: scope(setup, None, BTreeMap::new()), listing_scope: String::new() }
    }

    /// Scope, moment, completeness and declared rows, where it is a listing.
    /// A listing that lost a row proves nobody's absence, and neither does a single resource that stands in no list.
    pub(super) fn listing(&self, rule: &InputRule, finished: &Finished, tally: &Tally) -> Option<(String, Timestamp, bool, Option<u64>)> {
        let taken_at = self.scope.taken_at?;
        let told = finished.envelope.as_ref().and_then(|envelope| envelope.complete);
        let complete = rule.complete.or(told).unwrap_or(!finished.lone) && tally.rejected == 0;
        Some((self.listing_scope.clone(), taken_at, complete, finished.declared))
    }
}

fn scope(setup: &Setup, taken_at: Option<Timestamp>, params: BTreeMap<String, String>) -> Scope {
    let (application, target) = (setup.policy.idp.application.clone(), setup.policy.target.provider.clone());
    Scope { taken_at, params, application, target }
}

/// The source that claims the file; where none does because its first record is broken, where that is.
fn recognize(input: &mut Input) -> Result<&'static Source, String> {
    let unrecognized = match source::recognize(&input.sample()) {
        Ok(source) => return Ok(source),
        Err(unrecognized) => format!("{}: {unrecognized}", input.shape()),
    };
    let readable = !input.sample().records.is_empty() || !input.sample().header.is_empty();
    let broken = if readable { None } else { first_error(input) };
    Err(broken.map_or(unrecognized, |broken| format!("{}: its first record {broken}", input.shape())))
}

/// Why the first record is no JSON: what is wrong, on which line and column of the file.
fn first_error(input: &mut Input) -> Option<String> {
    let block = input.next_block().ok()??;
    let mut found = None;
    block.records(|record, raw| {
        if found.is_none() {
            let line = record.as_ref().map_or_else(|reject| reject.origin.line, |record| record.origin.line);
            found = Some(match (record, serde_json::from_slice::<serde::de::IgnoredAny>(raw)) {
                (Err(reject), _) => format!("cannot be read: {} (line {line})", reject.reason),
                (Ok(_), Ok(_)) => "is no JSON object".to_owned(),
                (Ok(_), Err(error)) => {
                    let place = format!("line {}, column {}", line + (error.line() as u64).saturating_sub(1), error.column());
                    let said = error.to_string();
                    format!("is not valid JSON: {} at {place}", said.split(" at line ").next().unwrap_or_default())
                }
            });
        }
    });
    found
}

/// The envelope's word, else the config's, else the name's.
fn taken_at(name: &str, rule: &InputRule, envelope: &Envelope) -> Option<Timestamp> {
    envelope.collected_at.or(rule.taken_at).or_else(|| moment::in_name(name))
}

fn no_moment(source: &Source) -> String {
    format!(
        "recognised as {}, a listing, but nothing says when it was taken; set taken_at for its [[input]], \
         put the time into its name (members-2026-09-14T020000Z.json), or wrap it in an envelope with collected_at",
        source.id
    )
}
