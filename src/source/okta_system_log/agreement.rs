//! Skimming agrees with the reference: what is skimmed is what `serde_json` reads, and what that refuses is not skimmed.

use proptest::prelude::*;

use super::form::Head;
use super::*;
use crate::model::record::Origin;

const EVENT: &str = r#"{"actor":{"id":"00u1","alternateId":"jane@acme.example"},"eventType":"user.authentication.sso","published":"2026-06-01T12:00:00.000Z","outcome":{"result":"SUCCESS","reason":null},"debugContext":{"debugData":{"url":"\/login?x=\u0026","n":-1.5e-3,"deep":[[{}],[],true,false]}},"transaction":{"type":"WEB","id":"t1","detail":{"requestApiTokenId":"00T1"}},"uuid":"u1","target":[{"id":"0oa1","type":"AppInstance"},{"id":"00u1"}],"message":"{\"eventType\":1}","note":"é"}"#;

/// Pieces that make JSON, break it, or say the same twice.
const PIECES: [&str; 36] = [
    "\"",
    "\\",
    "\\u00",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    " ",
    "\n",
    "\t",
    "\u{1}",
    "0",
    "-",
    "1",
    ".",
    "e",
    "+",
    "true",
    "null",
    "nul",
    "\"eventType\":",
    "\"eventtype\":\"x\",",
    "\"published\":1,",
    "\"published\":null,",
    "\"target\":null,",
    "\"target\":[],",
    "\"transaction\":{\"id\":[]},",
    "\"transaction\":null,",
    "\"message\":\"a\",",
    "\"\\u0065vent\":1,",
    "\"detail\":{\"a\":1},",
    "{\"a\":",
    "é",
    "\"k\":\"v\",",
];

fn reference(record: &[u8]) -> Option<String> {
    serde_json::from_slice::<Head<'_>>(record).ok().map(|head| format!("{head:?}"))
}

fn skimmed(record: &[u8]) -> Option<String> {
    Head::skim(record).map(|head| format!("{head:?}"))
}

fn piece() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => prop::sample::select(PIECES.to_vec()).prop_map(|piece| piece.as_bytes().to_vec()),
        1 => any::<u8>().prop_map(|byte| vec![byte]),
        1 => Just(Vec::new()),
    ]
}

#[test]
fn an_event_is_skimmed() {
    let head = skimmed(EVENT.as_bytes());
    assert_eq!(head, reference(EVENT.as_bytes()));
    assert!(head.is_some_and(|head| head.contains("00T1") && head.contains("AppInstance")));
}

proptest! {
    /// Whatever is cut out of an event and put into it: what is skimmed is what the reference reads, and what the
    /// reference refuses is not skimmed. `PROPTEST_CASES` says how often it is tried.
    #[test]
    fn skimming_agrees_on_an_event(edits in prop::collection::vec((0..EVENT.len(), 0..12_usize, piece()), 0..4)) {
        let mut record = EVENT.as_bytes().to_vec();
        for (at, cut, piece) in edits {
            let at = at.min(record.len());
            let end = (at + cut).min(record.len());
            record.splice(at..end, piece);
        }
        if let Some(head) = skimmed(&record) {
            prop_assert_eq!(Some(head), reference(&record), "{}", String::from_utf8_lossy(&record));
        }
    }

    #[test]
    fn skimming_agrees_on_what_is_made_of_pieces(pieces in prop::collection::vec(piece(), 0..24)) {
        let record = [b"{".to_vec(), pieces.concat(), b"}".to_vec()].concat();
        if let Some(head) = skimmed(&record) {
            prop_assert_eq!(Some(head), reference(&record), "{}", String::from_utf8_lossy(&record));
        }
    }
}

/// The records of the fixtures, and what wraps events in log streams.
fn seeds() -> Vec<Vec<u8>> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures");
    let mut folders = vec![std::path::PathBuf::from(folder)];
    let mut seeds = vec![
        EVENT.as_bytes().to_vec(),
        format!(r#"{{"detail":{EVENT},"source":"aws"}}"#).into_bytes(),
        format!(r#"{{"event":{EVENT},"sourcetype":"Okta"}}"#).into_bytes(),
        format!(r#"{{"message":{}}}"#, serde_json::Value::from(EVENT)).into_bytes(),
    ];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "ndjson") {
                let text = std::fs::read(&path).expect("a file");
                seeds.extend(text.split(|byte| *byte == b'\n').filter(|line| line.len() > 2).map(<[u8]>::to_vec));
            }
        }
    }
    seeds.sort_unstable();
    seeds.dedup();
    seeds
}

/// What becomes of a record, all of it.
fn decoded(record: &[u8], skimmed: Option<Head<'_>>) -> String {
    let origin = Origin { record: 1, line: 1, offset: 0, length: record.len() as u64 };
    let scope = Scope { application: Some("Hugging Face".to_owned()), target: "huggingface".to_owned(), ..Scope::default() };
    format!("{:?}", decode_json(&RawRecord { origin, body: Body::Json(record) }, record, skimmed, &scope))
}

/// Records of the fixtures, cut, joined and broken, for `SCIMDRIFT_FUZZ_SECONDS`; a minute without it. Says how many it tried.
#[test]
#[ignore = "takes as long as it is told to"]
#[expect(clippy::print_stdout, reason = "who lets it run wants to know how far it came")]
fn whatever_is_done_to_a_record_skimming_changes_nothing() {
    #[expect(clippy::disallowed_methods, reason = "a test has no command line of its own")]
    let (seconds, started) = (std::env::var("SCIMDRIFT_FUZZ_SECONDS"), std::time::Instant::now());
    let seconds = seconds.map_or(60, |text| text.parse().expect("a number"));
    let seeds = seeds();
    let mut random = Splitmix(started.elapsed().subsec_nanos().into());
    let (mut tried, mut skimmed) = (0_u64, 0_u64);
    while started.elapsed().as_secs() < seconds {
        for _ in 0..100 {
            let mut record = random.one_of(&seeds).clone();
            for _ in 0..random.below(4) {
                let start = random.below(record.len() + 1);
                let end = start + random.below(record.len() - start + 1).min(random.below(40));
                let piece = match random.below(4) {
                    0 => vec![u8::try_from(random.below(256)).expect("a byte")],
                    1 => Vec::new(),
                    2 => random.one_of(&PIECES).as_bytes().to_vec(),
                    _ => {
                        let other = random.one_of(&seeds);
                        let from = random.below(other.len());
                        other[from..(from + random.below(60)).min(other.len())].to_vec()
                    }
                };
                record.splice(start..end, piece);
            }
            tried += 1;
            skimmed += u64::from(Head::skim(&record).is_some());
            let (fast, slow) = (decoded(&record, Head::skim(&record)), decoded(&record, None));
            assert!(fast == slow, "{}\n{fast}\n{slow}", String::from_utf8_lossy(&record));
        }
    }
    println!("{tried} records, {skimmed} of them skimmed");
    assert!(skimmed > tried / 10, "{skimmed} of {tried} were skimmed");
}

/// Numbers that look like chance: Steele, Lea and Flood, 2014.
struct Splitmix(u64);

impl Splitmix {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) >> 1).expect("a machine of 64 bits") % limit.max(1)
    }

    fn one_of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
}
