//! One block of records, decoded: what goes into the store, what is only counted, what could not be read.

use std::collections::BTreeMap;

use crate::input::Block;
use crate::model::record::{Body, Decoded, RawRecord, Reject, Scope};
use crate::model::secret;
use crate::model::time::Timestamp;
use crate::source::Source;
use crate::store::{EventRow, FileRow, HourRow};

/// The redacted record is kept up to this length, and the excerpt of one that could not be read up to the other.
const ORIGINAL_CHARACTERS: usize = 65_536;
const EXCERPT_CHARACTERS: usize = 300;
/// So much of a record that could not be read is looked at for secrets: what is behind may say what stands before,
/// as the path of a change may stand behind its value. In bytes.
const EXCERPT_CONTEXT: usize = 1 << 20;

/// What a block, or a whole file so far, amounts to.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) records: u64,
    pub(super) relevant: u64,
    pub(super) rejected: u64,
    pub(super) hours: BTreeMap<i64, HourRow>,
}

impl Tally {
    /// Of a file that was read before, as far as its records stay: of one that is torn nothing is known but that it was rejected.
    pub(super) fn of(file: &FileRow, records: u64, hours: &[HourRow]) -> Self {
        let rejected = (file.rejected + records).saturating_sub(file.records);
        let hours = hours.iter().map(|hour| (HourRow::hour_of(hour.first), *hour)).collect();
        Self { records, relevant: file.relevant, rejected, hours }
    }

    /// What came in addition; the hours are those of both.
    pub(super) fn since(self, before: &Self) -> Self {
        Self {
            records: self.records.saturating_sub(before.records),
            relevant: self.relevant.saturating_sub(before.relevant),
            rejected: self.rejected.saturating_sub(before.rejected),
            hours: self.hours,
        }
    }

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
        let body = record.as_ref().ok().map(|record| record.body);
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
            Err(reject) => decoded.reject(reject, body, raw),
        }
    });
    decoded
}

impl DecodedBlock {
    /// Counts a record that could not be read, with an excerpt that holds no secret.
    fn reject(&mut self, reject: Reject, body: Option<Body<'_>>, raw: &[u8]) {
        self.tally.rejected += 1;
        let head = raw.get(..raw.len().min(EXCERPT_CONTEXT)).unwrap_or(raw);
        self.rejects.push((reject, cut(&redacted(body, head), EXCERPT_CHARACTERS)));
    }
}

/// The text of a record without its secrets: of a CSV row by the names of its columns, of JSON by those of its fields.
fn redacted(body: Option<Body<'_>>, raw: &[u8]) -> String {
    match body {
        Some(Body::Row(row)) => secret::redact_row(&row, raw),
        Some(Body::Json(_)) | None => secret::redact_record(raw),
    }
}

/// A record that could be read: its moment, and its row where it touches access.
fn read(record: &RawRecord<'_>, raw: &[u8], source: &Source, scope: &Scope) -> Result<(Option<Timestamp>, Option<EventRow>), Reject> {
    let decoded = (source.decode)(record, scope)?;
    let at = decoded.at();
    let Decoded::Used(event) = decoded else { return Ok((at, None)) };
    let original = cut(&redacted(Some(record.body), raw), ORIGINAL_CHARACTERS);
    let row =
        EventRow::new(*event, original).map_err(|error| Reject { origin: record.origin, reason: format!("cannot be kept: {error}") })?;
    Ok((at, Some(row)))
}

/// The text up to so many characters, with a mark where it was cut.
fn cut(text: &str, characters: usize) -> String {
    // Letters are bytes, or more than one.
    let end = if text.len() <= characters { None } else { text.char_indices().nth(characters) };
    match end {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or(text)),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::record::{Origin, Row};

    #[test]
    fn rows_are_redacted_by_their_columns() {
        let header = ["login", "secret"].map(str::to_owned);
        let row = Body::Row(Row { header: &header, fields: &["jane", "q1w2e3"] });
        let clean = redacted(Some(row), b"jane,q1w2e3");
        assert!(clean.starts_with("jane,sha256:"), "{clean}");
        let mut decoded = DecodedBlock::default();
        decoded.reject(Reject { origin: Origin::default(), reason: "has no time".to_owned() }, Some(row), b"jane,q1w2e3");
        assert_eq!(decoded.rejects.iter().map(|(_, excerpt)| excerpt.clone()).collect::<Vec<_>>(), [clean]);
    }

    #[test]
    fn an_excerpt_knows_what_stands_behind_it() {
        let mut decoded = DecodedBlock::default();
        let raw = format!(r#"{{"value":"q1w2e3","note":"{}","path":"password"}}"#, "x".repeat(5_000));
        decoded.reject(Reject { origin: Origin::default(), reason: "has no time".to_owned() }, None, raw.as_bytes());
        assert!(decoded.rejects.iter().all(|(_, excerpt)| excerpt.starts_with(r#"{"value":"[redacted]","note""#)));
    }
}
