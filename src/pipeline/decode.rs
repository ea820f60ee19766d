//! One block of records, decoded: what goes into the store, what is only counted, what could not be read.

use std::collections::BTreeMap;

use crate::input::Block;
use crate::model::record::{Decoded, RawRecord, Reject, Scope};
use crate::model::secret;
use crate::model::time::Timestamp;
use crate::source::Source;
use crate::store::{EventRow, HourRow};

/// The redacted record is kept up to this length, and the excerpt of one that could not be read up to the other.
const ORIGINAL_CHARACTERS: usize = 65_536;
const EXCERPT_CHARACTERS: usize = 300;

/// What a block, or a whole file so far, amounts to.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) records: u64,
    pub(super) relevant: u64,
    pub(super) rejected: u64,
    pub(super) hours: BTreeMap<i64, HourRow>,
}

impl Tally {
    /// Counts a moment that a record speaks of.
    fn hear(&mut self, at: Timestamp) {
        self.merge_hour(HourRow { first: at, last: at, records: 1 });
    }

    fn merge_hour(&mut self, hour: HourRow) {
        let known = self.hours.entry(HourRow::hour_of(hour.first)).or_insert(HourRow { records: 0, ..hour });
        known.first = known.first.min(hour.first);
        known.last = known.last.max(hour.last);
        known.records += hour.records;
    }

    /// Adds what another block amounts to.
    pub(super) fn add(&mut self, other: Self) {
        self.records += other.records;
        self.relevant += other.relevant;
        self.rejected += other.rejected;
        other.hours.into_values().for_each(|hour| self.merge_hour(hour));
    }

    /// The first and the last moment that a record speaks of.
    pub(super) fn span(&self) -> Option<(Timestamp, Timestamp)> {
        let first = self.hours.values().map(|hour| hour.first).min()?;
        Some((first, self.hours.values().map(|hour| hour.last).max()?))
    }
}

/// What came out of one block.
#[derive(Debug, Default)]
pub(super) struct DecodedBlock {
    pub(super) rows: Vec<EventRow>,
    pub(super) rejects: Vec<(Reject, String)>,
    pub(super) tally: Tally,
    pub(super) bytes: usize,
}

/// Decodes a block; called on a worker thread.
pub(super) fn decode(block: &Block, source: &Source, scope: &Scope) -> DecodedBlock {
    let mut decoded = DecodedBlock { bytes: block.len(), ..DecodedBlock::default() };
    block.records(|record, raw| {
        decoded.tally.records += 1;
        let outcome = record.and_then(|record| read(&record, raw, source, scope));
        match outcome {
            Ok((at, row)) => {
                if let Some(at) = at {
                    decoded.tally.hear(at);
                }
                if let Some(row) = row {
                    decoded.tally.relevant += 1;
                    decoded.rows.push(row);
                }
            }
            Err(reject) => decoded.reject(reject, raw),
        }
    });
    decoded
}

impl DecodedBlock {
    /// Counts a record that could not be read, with an excerpt that holds no secret.
    pub(super) fn reject(&mut self, reject: Reject, raw: &[u8]) {
        self.tally.rejected += 1;
        let head = raw.get(..raw.len().min(4 * EXCERPT_CHARACTERS)).unwrap_or(raw);
        self.rejects.push((reject, cut(&secret::redact_record(head), EXCERPT_CHARACTERS)));
    }
}

/// A record that could be read: its moment, and its row where it touches access.
fn read(record: &RawRecord<'_>, raw: &[u8], source: &Source, scope: &Scope) -> Result<(Option<Timestamp>, Option<EventRow>), Reject> {
    let decoded = (source.decode)(record, scope)?;
    let at = decoded.at();
    let Decoded::Used(event) = decoded else { return Ok((at, None)) };
    let original = cut(&secret::redact_record(raw), ORIGINAL_CHARACTERS);
    let row =
        EventRow::new(*event, original).map_err(|error| Reject { origin: record.origin, reason: format!("cannot be kept: {error}") })?;
    Ok((at, Some(row)))
}

/// The text up to so many characters, with a mark where it was cut.
fn cut(text: &str, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or(text)),
        None => text.to_owned(),
    }
}
