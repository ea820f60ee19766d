//! The layer as a whole: the same records, however they are framed, compressed, cut or broken.

mod broken;
mod grown;
mod properties;
mod wrappers;

use std::io::{Cursor, Write as _};
use std::path::Path;

use flate2::write::GzEncoder;
use serde_json::{Value, json};

use super::block::Limits;
use super::*;
use crate::model::record::Origin;

/// What one record came to: its origin, its text, its fields where it is a row, and why it was refused.
#[derive(Clone, Debug, PartialEq)]
struct Seen {
    origin: Origin,
    raw: String,
    fields: Vec<String>,
    refused: Option<String>,
}

struct Reading {
    shape: String,
    seen: Vec<Seen>,
    finished: Finished,
}

const SMALL: Limits = Limits { block: 64, records: 5, record: 16 << 20, prefix: 1 << 20, chunk: 7 };

fn input(bytes: &[u8], limits: Limits) -> Result<Input, InputError> {
    Input::read(Box::new(Cursor::new(bytes.to_vec())), Path::new("listing.json"), limits)
}

fn try_read(bytes: &[u8], limits: Limits) -> Result<Reading, InputError> {
    let mut input = input(bytes, limits)?;
    let shape = input.shape();
    let mut seen = Vec::new();
    while let Some(block) = input.next_block()? {
        assert!(!block.is_empty(), "no empty blocks");
        block.records(|record, raw| {
            let raw = String::from_utf8_lossy(raw).into_owned();
            seen.push(match record {
                Ok(record) => {
                    let fields = match record.body {
                        Body::Json(json) => {
                            assert_eq!(String::from_utf8_lossy(json), raw);
                            Vec::new()
                        }
                        Body::Row(row) => row.fields.iter().map(|&field| field.to_owned()).collect(),
                    };
                    Seen { origin: record.origin, raw, fields, refused: None }
                }
                Err(reject) => Seen { origin: reject.origin, raw, fields: Vec::new(), refused: Some(reject.reason) },
            });
        });
    }
    let finished = input.finish();
    assert_eq!(
        (finished.sha256, finished.bytes),
        (Digest::of(bytes), bytes.len() as u64),
        "the digest is of the file as it lies on the disk"
    );
    for (number, record) in (1..).zip(&seen) {
        assert_eq!(record.origin.record, number);
    }
    Ok(Reading { shape, seen, finished })
}

fn read(bytes: &[u8], limits: Limits) -> Reading {
    try_read(bytes, limits).expect("readable")
}

/// Each record's text, or the reason it was refused.
fn outcomes(bytes: &[u8]) -> Vec<Result<String, String>> {
    read(bytes, Limits::STANDARD).seen.into_iter().map(|seen| seen.refused.map_or(Ok(seen.raw), Err)).collect()
}

fn ok(texts: &[&str]) -> Vec<Result<String, String>> {
    texts.iter().map(|text| Ok((*text).to_owned())).collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).expect("in memory");
    encoder.finish().expect("in memory")
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).expect("in memory")
}

/// The bytes as they are, and compressed in one piece and in two.
fn compressed(bytes: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let (left, right) = bytes.split_at(bytes.len() / 2);
    vec![
        ("", bytes.to_vec()),
        ("gzip, ", gzip(bytes)),
        ("gzip, ", [gzip(left), gzip(right)].concat()),
        ("zstd, ", zstd(bytes)),
        ("zstd, ", [zstd(left), zstd(right)].concat()),
    ]
}

fn people() -> Vec<Value> {
    vec![
        json!({"id": "1", "name": "Ada \"]}\" \\ {[", "tags": [{"a": []}, "}"]}),
        json!({"id": "2", "name": "Grüße, 世界\n", "value": [{"id": "x"}]}),
        json!({}),
        json!({"id": "4", "records": [{"id": "y"}], "note": "\u{7f}\\\""}),
    ]
}

fn lines(values: &[Value], end: &str) -> String {
    values.iter().flat_map(|value| [value.to_string(), end.to_owned()]).collect()
}

/// Every framing of these records, by the words it is recognised with.
fn framings(values: &[Value]) -> Vec<(&'static str, String)> {
    let list = Value::from(values.to_vec());
    let pretty = |value: &Value| serde_json::to_string_pretty(value).expect("a value");
    let envelope = json!({"scimdrift": "listing/1", "source": "okta-users", "items": list, "complete": true});
    let response =
        |list: &Value| json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], "totalResults": 4, "Resources": list});
    let value =
        json!({"@odata.context": "https://graph.example/$metadata#users", "value": list, "@odata.nextLink": "https://graph.example/2"});
    let hook = |list: &Value| json!({"eventType": "com.okta.event_hook", "eventId": "e1", "data": {"events": list}, "eventTime": "2026-09-08T14:02:14Z"});
    let page = |at: std::ops::Range<usize>| json!({ "records": values.get(at) }).to_string();
    vec![
        ("NDJSON", lines(values, "\n")),
        ("NDJSON", format!("\u{feff}{}", lines(values, "\r\n\r\n"))),
        ("NDJSON", lines(values, "\n").trim_end().to_owned()),
        ("JSON array", list.to_string()),
        ("JSON array", format!("\u{feff}\r\n {}\n\n", pretty(&list))),
        ("JSON array", format!("[{}]", values.iter().map(Value::to_string).collect::<Vec<_>>().join("\n,\n"))),
        ("JSON objects", values.iter().map(|value| pretty(value) + "\n").collect()),
        ("scimdrift listing", envelope.to_string()),
        ("scimdrift listing", format!("\n{}\n", pretty(&envelope))),
        ("scimdrift listing", json!({"items": list, "scimdrift": "listing/1"}).to_string()),
        ("scimdrift listing", json!({"items": response(&list), "scimdrift": "listing/1"}).to_string()),
        ("SCIM ListResponse", response(&list).to_string()),
        ("SCIM ListResponse", pretty(&json!({"Resources": list, "totalResults": 4}))),
        ("JSON object with its records in \"value\"", value.to_string()),
        ("JSON object with its records in \"value\"", pretty(&value)),
        ("JSON object with its records in \"records\"", format!("{}\n{}\n", page(0..1), page(1..4))),
        ("JSON object with its records in \"Records\"", json!({ "Records": list }).to_string()),
        ("JSON object with its records in \"data\"", json!({"pages": {"page": 1, "total": 4}, "data": list}).to_string()),
        ("JSON object with its records in \"data\"", pretty(&json!({"data": list, "total": 4, "has_next_page": false}))),
        ("JSON object with its records in \"entries\"", json!({"count": 4, "entries": list}).to_string()),
        ("Okta event hook", hook(&list).to_string()),
        (
            "Okta event hook",
            format!(
                "{}\n{}\n",
                hook(&Value::from(values.get(..2).unwrap_or_default())),
                hook(&Value::from(values.get(2..).unwrap_or_default()))
            ),
        ),
        ("HAR", json!({"log": {"version": "1.2", "pages": [], "entries": list}}).to_string()),
    ]
}

#[test]
fn every_framing_and_compression_gives_the_same_records() {
    let people = people();
    for (words, text) in framings(&people) {
        for (compression, bytes) in compressed(text.as_bytes()) {
            for limits in [Limits::STANDARD, SMALL] {
                let read = read(&bytes, limits);
                assert_eq!(read.shape, format!("{compression}{words}"), "{text}");
                let values = read.seen.iter().map(|seen| serde_json::from_str(&seen.raw).expect("JSON")).collect::<Vec<Value>>();
                assert_eq!(values, people, "{text}");
                assert!(read.seen.iter().all(|seen| seen.refused.is_none()), "{text}");
                assert_eq!(read.finished.torn, None);
            }
        }
    }
}

#[test]
fn origins_point_into_the_text() {
    let people = people();
    for (_, text) in framings(&people) {
        for seen in read(&gzip(text.as_bytes()), SMALL).seen {
            let start = usize::try_from(seen.origin.offset).expect("small");
            let length = usize::try_from(seen.origin.length).expect("small");
            assert_eq!(text.get(start..start + length), Some(seen.raw.as_str()));
            let newlines = text[..start].matches('\n').count() as u64;
            assert_eq!(seen.origin.line, newlines + 1, "{text}");
        }
    }
}

#[test]
fn a_table_is_read_by_its_header_and_its_quotes() {
    let expected = [vec!["1", "a, \"b\"\nc;d\te", ""], vec!["2", " say \"hi\"", "x", "more"], vec!["3", "short"]];
    for (mark, words) in [(",", "CSV with commas"), (";", "CSV with semicolons"), ("\t", "CSV with tabs")] {
        for end in ["\n", "\r\n"] {
            let text = ["\u{feff}\"ID\"| Full Name |end", "1|\"a, \"\"b\"\"\nc;d\te\"|", "", "2| say \"hi\"|x|more", "||", "3|short", ""]
                .join(end)
                .replace('|', mark);
            for limits in [Limits::STANDARD, SMALL, Limits { chunk: 1, block: 1, ..SMALL }] {
                let input = input(text.as_bytes(), limits).expect("readable");
                assert_eq!(input.sample().header, ["id", "full name", "end"]);
                let read = read(text.as_bytes(), limits);
                assert_eq!(read.shape, words);
                assert_eq!(read.seen.iter().map(|seen| seen.fields.clone()).collect::<Vec<_>>(), expected, "{text:?}");
                let lines = read.seen.iter().map(|seen| seen.origin.line).collect::<Vec<_>>();
                assert_eq!(lines, [2, 5, 7]);
                for seen in read.seen {
                    let start = usize::try_from(seen.origin.offset).expect("small");
                    assert!(text[start..].starts_with(&seen.raw));
                }
            }
        }
    }
}

#[test]
fn line_ends_doubled_on_the_way_mean_the_same_wherever_a_block_ends() {
    for limits in [Limits::STANDARD, Limits { chunk: 1, block: 8, records: 1, ..SMALL }] {
        let seen = read(b"one,two\n1,2\r\r\n3,4\r\r\n5,6", limits).seen;
        assert_eq!(seen.iter().map(|seen| seen.fields.clone()).collect::<Vec<_>>(), [["1", "2"], ["3", "4"], ["5", "6"]]);
    }
}

#[test]
fn blocks_go_to_other_threads() {
    let mut input = input(lines(&people(), "\n").as_bytes(), SMALL).expect("readable");
    let block = input.next_block().expect("readable").expect("has records");
    let count = std::thread::spawn(move || {
        let mut count = 0;
        block.records(|_, _| count += 1);
        count
    });
    assert!(count.join().expect("walked") > 0);
    std::thread::spawn(move || drop(input)).join().expect("an input goes too");
}

#[test]
fn the_sample_is_the_first_objects() {
    let text = (0..40).map(|n| if n % 2 == 0 { format!("{{\"n\":{n}}}\n") } else { "[]\n".to_owned() }).collect::<String>();
    let input = input(text.as_bytes(), Limits::STANDARD).expect("readable");
    let sample = input.sample();
    assert_eq!(sample.records.len(), 16);
    assert_eq!(sample.records[15], json!({"n": 30}));
    assert!(sample.header.is_empty() && sample.envelope.is_none());
}

#[test]
fn the_digest_is_of_the_file_as_it_lies_on_the_disk() {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    file.write_all(b"{\"a\":1}\n{\"b\"").expect("written");
    let mut opened = open(file.path()).expect("opened");
    while opened.next_block().expect("read").is_some() {}
    assert_eq!(opened.finish().sha256, Digest::of(b"{\"a\":1}\n{\"b\""));
    assert!(matches!(open(Path::new("no/such/file.json")), Err(InputError::Open { .. })));
}
