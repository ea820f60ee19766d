//! Mentions: where events name somebody. An event is noted under the ids it names somebody by, else under the names;
//! one that names a whole crowd is noted once, for everybody.

use rayon::prelude::*;

use super::Named;
use super::place_of;
use crate::model::link::fold;
use crate::model::mention::Mention;
use crate::model::time::Timestamp;
use crate::model::trace::Dossier;
use crate::pipeline::PipelineError;
use crate::store::{Packed, Store, StoredEvent};

/// An event that names more than this many times is looked at for every question: a group of thousands, listed every night,
/// would else be noted thousands of times each.
const CROWD: usize = 256;
/// The part of the events that name a crowd; names stand in those below.
const OF_CROWDS: u16 = 1 << 12;

/// The mentions of all events.
#[derive(Debug, Default)]
pub(in crate::pipeline) struct Mentions {
    /// The digest of what is named, and which of `events` names it.
    keys: Vec<(u32, u32)>,
    events: Vec<Noted>,
    crowds: Vec<u32>,
    sources: Vec<String>,
    native_ids: String,
}

#[derive(Debug)]
struct Noted {
    ordinal: u32,
    at: Timestamp,
    source: usize,
    /// Where the native id ends.
    end: usize,
}

impl Mentions {
    /// Notes whom an event names.
    pub(in crate::pipeline) fn note(&mut self, stored: &StoredEvent) {
        let mut keys: Vec<u32> = stored.event.mentions().iter().flat_map(digests).collect();
        keys.sort_unstable();
        keys.dedup();
        if keys.is_empty() {
            return;
        }
        let Ok(index) = u32::try_from(self.events.len()) else { return };
        if keys.len() > CROWD {
            self.crowds.push(index);
        } else {
            self.keys.extend(keys.into_iter().map(|key| (key, index)));
        }
        let known = self.sources.iter().position(|source| *source == stored.event.source);
        let source = known.unwrap_or_else(|| {
            self.sources.push(stored.event.source.clone());
            self.sources.len() - 1
        });
        self.native_ids.push_str(&stored.event.native_id);
        self.events.push(Noted { ordinal: stored.ordinal, at: stored.event.at, source, end: self.native_ids.len() });
    }

    /// The mentions in parts, by digest.
    ///
    /// # Errors
    /// When there is no memory to pack them in.
    pub(in crate::pipeline) fn packed(mut self) -> std::io::Result<Vec<(u16, Packed)>> {
        self.keys.par_sort_unstable();
        let parts: Vec<&[(u32, u32)]> = self.keys.chunk_by(|(one, _), (other, _)| part_of(*one) == part_of(*other)).collect();
        let of_names = |keys: &&[(u32, u32)]| {
            let text: String = keys.iter().map(|(key, index)| self.line(*key, *index)).collect();
            let part = part_of(keys.first()?.0);
            Some(Packed::of(&text).map(|packed| (part, packed)))
        };
        let mut packed: Vec<(u16, Packed)> = parts.par_iter().filter_map(of_names).collect::<std::io::Result<_>>()?;
        if !self.crowds.is_empty() {
            let text: String = self.crowds.iter().map(|index| self.line(0, *index)).collect();
            packed.push((OF_CROWDS, Packed::of(&text)?));
        }
        Ok(packed)
    }

    fn line(&self, key: u32, index: u32) -> String {
        let index = index as usize;
        let before = index.checked_sub(1).and_then(|before| self.events.get(before)).map_or(0, |noted| noted.end);
        let Some(noted) = self.events.get(index) else { return String::new() };
        let (native_id, source) = (self.native_ids.get(before..noted.end), self.sources.get(noted.source));
        let line = (key, noted.ordinal, noted.at.micros(), source, native_id);
        serde_json::to_string(&line).map(|line| line + "\n").unwrap_or_default()
    }
}

/// The events that name the subject of a dossier, in order, as they were noted.
pub(super) fn named(store: &Store, dossier: &Dossier) -> Result<Vec<Named>, PipelineError> {
    let ids = dossier.ids.iter().map(|id| digest('i', id));
    let mut keys: Vec<u32> = ids.chain(dossier.names.iter().map(|name| digest('n', name))).collect();
    keys.sort_unstable();
    keys.dedup();
    let mut noted: Vec<(u32, i64, String, String)> = Vec::new();
    for same_part in keys.chunk_by(|one, other| part_of(*one) == part_of(*other)) {
        let Some(part) = same_part.first().map(|key| part_of(*key)) else { continue };
        let starts: Vec<String> = same_part.iter().map(|key| format!("[{key},")).collect();
        let text = store.mentions(part)?;
        noted.extend(text.lines().filter(|line| starts.iter().any(|start| line.starts_with(start))).filter_map(read));
    }
    noted.extend(store.mentions(OF_CROWDS)?.lines().filter_map(read));
    noted.sort_unstable();
    noted.dedup();
    let mut named = Vec::new();
    for (ordinal, at, source, native_id) in noted {
        let Some((event, file)) = store.event_at(Timestamp::from_micros(at), &source, &native_id)? else { continue };
        if names(dossier, &event.mentions()) {
            named.push(Named { ordinal, place: place_of(&event, &file), event });
        }
    }
    Ok(named)
}

/// Whether one of the mentions is of the subject: by an id, where it has any, else by a name.
pub(super) fn names(dossier: &Dossier, mentions: &[Mention<'_>]) -> bool {
    mentions.iter().any(|mention| {
        if mention.ids.is_empty() {
            mention.names.iter().any(|name| dossier.names.contains(&fold(name)))
        } else {
            mention.ids.iter().any(|id| dossier.ids.contains(*id))
        }
    })
}

fn read(line: &str) -> Option<(u32, i64, String, String)> {
    let (_, ordinal, at, source, native_id): (u32, u32, i64, String, String) = serde_json::from_str(line).ok()?;
    Some((ordinal, at, source, native_id))
}

fn digests(mention: &Mention<'_>) -> Vec<u32> {
    if mention.ids.is_empty() {
        mention.names.iter().map(|name| digest('n', &fold(name))).collect()
    } else {
        mention.ids.iter().map(|id| digest('i', id)).collect()
    }
}

/// FNV-1a of what is named. Two that share one cost a look at an event too many, and no more.
fn digest(kind: char, key: &str) -> u32 {
    let mut bytes = [0; 4];
    let kind = kind.encode_utf8(&mut bytes).as_bytes();
    kind.iter().chain(key.as_bytes()).fold(0x811c_9dc5, |hash: u32, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

/// The part that a digest stands in: its first twelve bits.
fn part_of(digest: u32) -> u16 {
    (digest >> 20) as u16
}
