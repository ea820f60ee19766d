//! The layer as a whole: the same records, however they are framed, compressed, cut or broken.

use std::io::{Cursor, Read, Write as _};
use std::path::Path;

use flate2::write::GzEncoder;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::block::Limits;
use super::*;
use crate::model::record::Origin;
use crate::model::time::Timestamp;

/// What one record came to: its origin, its text, its fields where it is a row, and why it was refused.
#[derive(Clone, Debug, PartialEq)]
struct Seen {
    origin: Origin,
    raw: String,
    fields: Vec<String>,
    refused: Option<String>,
}

struct Read1 {
    shape: String,
    seen: Vec<Seen>,
    finished: Finished,
}

const SMALL: Limits = Limits { block: 64, records: 5, record: 16 << 20, prefix: 1 << 20, chunk: 7 };

fn input(bytes: &[u8], limits: Limits) -> Result<Input, InputError> {
    Input::read(Box::new(Cursor::new(bytes.to_vec())), Path::new("listing.json"), limits)
}

fn try_read(bytes: &[u8], limits: Limits) -> Result<Read1, InputError> {
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
    Ok(Read1 { shape, seen, finished })
}

fn read(bytes: &[u8], limits: Limits) -> Read1 {
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
    values.iter().map(|value| format!("{value}{end}")).collect()
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
fn a_cut_anywhere_keeps_the_records_before_it() {
    let people = people();
    let mut texts = framings(&people);
    texts.push(("CSV with commas", "id,name\n1,\"a \"\"b\"\"\n,c\"\n2,d\n\n3,\"e\"\n".to_owned()));
    for (words, text) in texts {
        let whole = read(text.as_bytes(), Limits::STANDARD).seen;
        for cut in 0..text.len() {
            let Ok(read) = try_read(&text.as_bytes()[..cut], SMALL) else {
                assert_eq!(words, "CSV with commas", "only a header may be cut beyond recognition");
                continue;
            };
            let (good, bad) = read.seen.iter().partition::<Vec<_>, _>(|seen| seen.refused.is_none());
            assert!(bad.len() <= 1, "{words} at {cut}: {bad:?}");
            assert_eq!(read.finished.torn.map(|torn| torn.reason), bad.first().and_then(|seen| seen.refused.clone()));
            assert!(bad.iter().all(|seen| seen.origin.record == read.seen.len() as u64), "a torn end is the last");
            let is_same = |(seen, whole): (&&Seen, &Seen)| seen.origin == whole.origin && seen.raw == whole.raw;
            let same = good.iter().zip(&whole).take_while(|&pair| is_same(pair)).count();
            // A CSV row without its line end, and a wrapper cut in front of its list, can look whole.
            let slack = usize::from(words.starts_with("CSV") && !text[..cut].ends_with('\n'));
            assert!(good.len() - same <= slack, "{words} at {cut}: {good:?}");
        }
    }
}

#[test]
fn a_compressed_stream_cut_anywhere_is_one_reject() {
    let text = lines(&people(), "\n");
    let whole = read(text.as_bytes(), Limits::STANDARD).seen;
    for (name, bytes) in compressed(text.as_bytes()).into_iter().skip(1) {
        for cut in 1..bytes.len() {
            let read = read(&bytes[..cut], SMALL);
            let (last, before) = match read.seen.split_last() {
                Some(split) => split,
                // Between two members the stream is whole, and the text may end between two records.
                None => panic!("{name} at {cut}: nothing seen"),
            };
            let same = before.iter().zip(&whole).all(|(seen, whole)| seen == whole);
            assert!(same && before.len() <= whole.len(), "{name} at {cut}");
            let reason = last.refused.as_deref().unwrap_or_default();
            assert!(
                reason.contains("stream ends early, after") || reason == "the file ends inside this record",
                "{name} at {cut}: {reason:?}"
            );
            assert_eq!(read.finished.torn.map(|torn| torn.origin), Some(last.origin));
        }
    }
}

#[test]
fn what_stands_behind_a_compressed_stream_is_one_reject() {
    for bytes in [[gzip(b"{\"a\":1}\n"), b"garbage behind it".to_vec()].concat(), [zstd(b"{\"a\":1}\n"), b"garbage".to_vec()].concat()] {
        let seen = outcomes(&bytes);
        assert_eq!(seen.len(), 2, "{seen:?}");
        assert_eq!(seen[0], Ok("{\"a\":1}".to_owned()));
        assert!(seen[1].as_ref().is_err_and(|reason| reason.contains("is corrupt after 8 bytes of text")), "{seen:?}");
    }
}

#[test]
fn garbage_lines_are_records_and_blank_ones_are_not() {
    let text = "\u{feff}!! export interrupted\r\n\r\n{\"a\":1}\r\n   \n\u{feff}{\"b\":2}\n{\"c\": }\n\"text\"\n{\"d\":";
    let read = read(text.as_bytes(), SMALL);
    let raw = read.seen.iter().map(|seen| (seen.origin.line, seen.raw.as_str())).collect::<Vec<_>>();
    assert_eq!(raw, [(1, "!! export interrupted"), (3, "{\"a\":1}"), (5, "{\"b\":2}"), (6, "{\"c\": }"), (7, "\"text\""), (8, "{\"d\":")]);
    assert_eq!(read.seen[5].refused.as_deref(), Some("the file ends inside this record"));
    assert!(read.seen[..5].iter().all(|seen| seen.refused.is_none()));
}

#[test]
fn a_broken_list_gives_one_reject_where_it_breaks() {
    let element = "the file ends inside this record";
    for (text, expected) in [
        (
            "[{\"a\":1},{\"b\":}, 7, nonsense here, \"x,]\", [1,[2]], {\"c\":3}]",
            vec![Ok("{\"a\":1}"), Ok("{\"b\":}"), Ok("7"), Ok("nonsense here"), Ok("\"x,]\""), Ok("[1,[2]]"), Ok("{\"c\":3}")],
        ),
        ("[{\"a\":1} {\"b\":2}, {\"c\":3}]", vec![Ok("{\"a\":1}"), Err("no comma between two records; what follows is not read")]),
        ("[{\"a\":1},]", vec![Ok("{\"a\":1}"), Err("a comma with no record after it")]),
        ("[{\"a\":1},,{\"b\":2}]", vec![Ok("{\"a\":1}"), Err("a comma with no record before it"), Ok("{\"b\":2}")]),
        ("[{\"a\":1}] and more", vec![Ok("{\"a\":1}"), Err("text that is no JSON; what follows it is not read")]),
        ("[{\"a\":1},", vec![Ok("{\"a\":1}"), Err("the file ends before its list is closed")]),
        ("[{\"a\":1},{\"b", vec![Ok("{\"a\":1}"), Err(element)]),
        ("{\"records\":[{\"a\":1}]", vec![Ok("{\"a\":1}"), Err("the file ends before its wrapper is closed")]),
        ("[]\n", vec![]),
        ("[{\"a\":1}]\n[{\"b\":2}]\n", vec![Ok("{\"a\":1}"), Ok("{\"b\":2}")]),
        ("{\"uuid\": \"4f1c\", \"published\": }\n", vec![Ok("{\"uuid\": \"4f1c\", \"published\": }")]),
        ("", vec![]),
        (" \r\n\n", vec![]),
    ] {
        let expected = expected.into_iter().map(|item| item.map(str::to_owned).map_err(str::to_owned)).collect::<Vec<_>>();
        assert_eq!(outcomes(text.as_bytes()), expected, "{text}");
    }
}

#[test]
fn an_envelope_is_complete_whatever_the_order_of_its_keys() {
    let early = r#"{"scimdrift":"listing/1","source":"okta-group-users","params":{"groupId":"00g1","page":2,"none":null},
        "collected_at":"2026-09-14T02:00:00Z","complete":false,"items":[{"id":"1"}]}"#;
    let late = r#"{"items":[{"id":"1"}],"complete":false,"collected_at":"2026-09-14T02:00:00Z",
        "params":{"page":2,"groupId":"00g1"},"source":"okta-group-users","scimdrift":"listing/1"}"#;
    let expected = Envelope {
        source: Some("okta-group-users".to_owned()),
        params: [("groupId".to_owned(), "00g1".to_owned()), ("page".to_owned(), "2".to_owned())].into(),
        collected_at: Timestamp::parse("2026-09-14T02:00:00Z"),
        complete: Some(false),
    };
    for text in [early, late] {
        assert_eq!(input(text.as_bytes(), Limits::STANDARD).expect("readable").envelope(), Some(&expected));
        assert_eq!(read(text.as_bytes(), SMALL).finished.envelope, Some(expected.clone()));
    }
    // Where the keys lie beyond the prefix, they are known behind the last block.
    let short = Limits { prefix: 20, ..SMALL };
    assert_eq!(input(late.as_bytes(), short).expect("readable").envelope(), None);
    assert_eq!(read(late.as_bytes(), short).finished.envelope, Some(expected));
}

#[test]
fn an_envelope_that_cannot_be_read_is_an_error_that_names_the_key() {
    for (text, key) in [
        (r#"{"scimdrift":"listing/9","items":[]}"#, "scimdrift"),
        (r#"{"scimdrift":"listing/1","collected_at":"yesterday","items":[]}"#, "collected_at"),
        (r#"{"scimdrift":"listing/1","items":[{"a":1}],"complete":"yes"}"#, "complete"),
        (r#"{"scimdrift":"listing/1","params":[],"items":[]}"#, "params"),
        (r#"{"scimdrift":"listing/1","source":7,"items":[]}"#, "source"),
    ] {
        for limits in [Limits::STANDARD, Limits { prefix: 10, ..SMALL }] {
            match try_read(text.as_bytes(), limits) {
                Err(error @ InputError::Envelope { .. }) => assert!(error.to_string().contains(key), "{error}"),
                other => panic!("{text}: {:?}", other.map(|read| read.seen)),
            }
        }
    }
}

#[test]
fn an_envelope_has_a_list_and_is_alone() {
    let envelope = r#"{"scimdrift":"listing/1","source":"okta-users","items":[{"id":"1"}]}"#;
    let twice = outcomes(format!("{envelope}\n{envelope}\n").as_bytes());
    assert_eq!(twice[0], Ok("{\"id\":\"1\"}".to_owned()));
    assert!(twice.len() == 2 && twice[1].is_err(), "{twice:?}");
    for empty in ["", ",\"items\":null", ",\"items\":{\"id\":\"1\"}"] {
        let text = format!("{{\"scimdrift\":\"listing/1\",\"source\":\"okta-users\"{empty}}}");
        assert_eq!(outcomes(text.as_bytes()), [Err("the envelope has no list of items".to_owned())], "{text}");
    }
}

#[test]
fn a_list_response_may_have_no_resources_and_says_how_many_there_are() {
    let schemas = r#""schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"]"#;
    for (text, records, declared) in [
        (format!("{{{schemas},\"totalResults\":0}}"), 0, Some(0)),
        (format!("{{\"Resources\":null,\"totalResults\":3,{schemas}}}"), 0, Some(3)),
        (
            format!("{{\"totalResults\":3,\"Resources\":[{{}}],{schemas}}}\n{{\"totalResults\":4,\"Resources\":[{{}},{{}}],{schemas}}}"),
            3,
            Some(4),
        ),
        (format!("{{\"scimdrift\":\"listing/1\",\"items\":{{{schemas},\"totalResults\":2,\"Resources\":[{{}}]}}}}"), 1, Some(2)),
        (format!("{{{schemas},\"Resources\":[{{}}]}}"), 1, None),
    ] {
        let read = read(text.as_bytes(), SMALL);
        assert_eq!((read.seen.len(), read.finished.declared), (records, declared), "{text}");
        assert!(read.seen.iter().all(|seen| seen.refused.is_none()));
    }
}

#[test]
fn a_record_that_has_a_list_is_no_wrapper() {
    for text in [
        r#"{"id":"1","value":[{"x":1}],"emails":[{"value":"a@acme.example"}]}"#,
        r#"{"id":"1","items":[{"x":1}]}"#,
        r#"{"id":"1","value":["a","b"]}"#,
        r#"{"id":"1","log":{"level":"info"}}"#,
    ] {
        assert_eq!(outcomes(text.as_bytes()), ok(&[text]));
    }
    // Beside wrappers, an object without a list is a record.
    let mixed = "{\"records\":[{\"a\":1},{\"a\":2}]}\n{\"b\":3}\n{\"records\":[]}\n";
    assert_eq!(outcomes(mixed.as_bytes()), ok(&["{\"a\":1}", "{\"a\":2}", "{\"b\":3}"]));
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
fn a_row_that_is_wrong_is_one_reject() {
    let text = b"id,name\n1,\"a\"b\n2,\xff\n3,c\n4,\"d\"\n5,\"e\n6,f\n";
    let read = read(text, SMALL);
    let refused = read.seen.iter().map(|seen| seen.refused.as_deref()).collect::<Vec<_>>();
    assert_eq!(
        refused,
        [Some("there is text behind a closing quote"), Some("it is not UTF-8"), None, None, Some("the file ends inside this record")]
    );
    assert_eq!(read.seen[3].fields, ["4", "d"]);
    assert_eq!(outcomes(b"id,name\n1,a\n2"), [Ok("1,a".to_owned()), Err("the file ends inside this record".to_owned())]);
    assert_eq!(outcomes(b"id,name\n1,a\n2,"), ok(&["1,a", "2,"]));
}

#[test]
fn a_record_too_long_is_one_reject_and_the_next_is_read() {
    let limits = Limits { record: 100, ..SMALL };
    for length in [95, 101, 108, 109, 3_000] {
        let long = format!("{{\"a\":\"{}\"}}", "x".repeat(length - 8));
        for text in [
            format!("{{\"b\":1}}\n{long}\n{{\"c\":2}}\n"),
            format!("[{{\"b\":1}},{long},{{\"c\":2}}]"),
            format!("{{\"records\":[{{\"b\":1}},{long},{{\"c\":2}}]}}"),
            format!("id,name\nb,1\n\"{long}\",\nc,2\n").replace("{\"a\":\"", "x").replace("\"}", "x"),
        ] {
            let read = read(text.as_bytes(), limits);
            assert_eq!(read.seen.len(), 3, "{length}: {text}");
            let is_long = read.seen[1].refused.as_deref() == Some("longer than 100 bytes");
            assert_eq!(is_long, length > 100, "{length}: {:?}", read.seen[1]);
            assert!(read.seen[0].refused.is_none() && read.seen[2].refused.is_none());
            assert!(!is_long || read.seen[1].origin.length == 100);
        }
        let cut_off = format!("[{{\"b\":1}},{long}");
        assert_eq!(read(&cut_off.as_bytes()[..cut_off.len() - 1], limits).seen.len(), 2, "too long and torn is one reject");
    }
}

#[test]
fn memory_does_not_grow_with_the_file() {
    // A line of 64 MiB of text in a few KiB, and a record behind it.
    let mut encoder = zstd::Encoder::new(Vec::new(), 1).expect("in memory");
    encoder.write_all(b"{\"a\":1}\n").expect("in memory");
    for _ in 0..64 {
        encoder.write_all(&vec![b'['; 1 << 20]).expect("in memory");
    }
    encoder.write_all(b"\n{\"b\":2}\n").expect("in memory");
    let bytes = encoder.finish().expect("in memory");
    let mut input = input(&bytes, Limits::STANDARD).expect("readable");
    let mut records = 0;
    while let Some(block) = input.next_block().expect("readable") {
        assert!(block.len() <= 2 << 20);
        assert!(input.text.bytes.capacity() <= 40 << 20);
        block.records(|_, raw| {
            records += 1;
            assert!(raw.len() <= 1 << 10);
        });
    }
    assert_eq!(records, 3);
}

#[test]
fn a_bomb_of_brackets_is_one_record() {
    let text = "[".repeat(300_000);
    assert_eq!(outcomes(text.as_bytes()), [Err("the file ends inside this record".to_owned())]);
    let text = format!("[{}{}]", "[".repeat(300_000), "]".repeat(300_000));
    assert_eq!(outcomes(text.as_bytes()).len(), 1);
}

#[test]
fn other_files_are_refused_with_what_they_are() {
    let utf_16 = "{\"a\":1}".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    for (bytes, found) in [
        (b"PK\x03\x04....".to_vec(), "ZIP"),
        ([vec![b'x'; 257], b"ustar\0".to_vec()].concat(), "tar"),
        ([b"\xff\xfe".as_slice(), &utf_16].concat(), "UTF-16"),
        (utf_16, "UTF-16"),
        (b"<!DOCTYPE html><title>Sign in</title>".to_vec(), "HTML"),
        (b"BZh91AY".to_vec(), "bzip2"),
        (b"abc\0def,ghi".to_vec(), "binary"),
        (b"error code: 502\n".to_vec(), "text without columns"),
        (gzip(&gzip(b"{}")), "gzip inside"),
    ] {
        match try_read(&bytes, Limits::STANDARD) {
            Err(error @ InputError::Foreign { .. }) => {
                assert!(error.to_string().contains(found), "{error}");
                assert!(error.to_string().contains("listing.json") && !error.hint().is_empty());
            }
            other => panic!("{found}: {:?}", other.map(|read| read.seen)),
        }
    }
    assert!(matches!(try_read(b"id,n\xe4me\n1,a\n", Limits::STANDARD), Err(InputError::Header { .. })));
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
fn a_failing_disk_is_an_error_and_no_reject() {
    struct Failing(usize);
    impl Read for Failing {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.0 = self.0.checked_sub(1).ok_or_else(|| io::Error::other("bad sector"))?;
            buffer[..8].copy_from_slice(b"{\"a\":1}\n");
            Ok(8)
        }
    }
    let limits = Limits { prefix: 8, ..SMALL };
    let mut input = Input::read(Box::new(Failing(30)), Path::new("log.ndjson"), limits).expect("begins well");
    let error = loop {
        match input.next_block() {
            Ok(block) => assert!(block.is_some(), "must not look whole"),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, InputError::Read { .. }), "{error}");
}

#[test]
fn a_digest_can_be_of_the_first_bytes() {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    file.write_all(b"{\"a\":1}\n{\"b\"").expect("written");
    assert_eq!(digest(file.path(), Some(8)).expect("read"), (Digest::of(b"{\"a\":1}\n"), 8));
    assert_eq!(digest(file.path(), None).expect("read"), (Digest::of(b"{\"a\":1}\n{\"b\""), 12));
    assert_eq!(digest(file.path(), Some(99)).expect("read").1, 12);
    let mut opened = open(file.path()).expect("opened");
    while opened.next_block().expect("read").is_some() {}
    assert_eq!(opened.finish().sha256, Digest::of(b"{\"a\":1}\n{\"b\""));
    assert!(matches!(open(Path::new("no/such/file.json")), Err(InputError::Open { .. })));
}

fn value() -> impl Strategy<Value = Value> {
    let text = || "[ -~\\\\\"{}\\[\\]:,\u{e9}\u{4e16}\u{1f600}\n\t]{0,12}";
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        text().prop_map(Value::from)
    ];
    let tree = leaf.prop_recursive(3, 12, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((text(), inner), 0..4).prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    });
    prop::collection::vec((text(), tree), 0..4).prop_map(|members| Value::Object(members.into_iter().collect()))
}

fn limits() -> impl Strategy<Value = Limits> {
    (1_usize..200, 1_usize..6, 1_usize..50).prop_map(|(block, records, chunk)| Limits { block, records, chunk, ..SMALL })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn block_boundaries_change_nothing(values in prop::collection::vec(value(), 4..9), limits in limits()) {
        for (words, text) in framings(&values) {
            let small = read(text.as_bytes(), limits).seen;
            let large = read(text.as_bytes(), Limits::STANDARD).seen;
            prop_assert_eq!(&small, &large, "{}", words);
            let found = small.iter().map(|seen| serde_json::from_str::<Value>(&seen.raw).ok()).collect::<Vec<_>>();
            let expected = if text.contains("\"records\":[") && words.ends_with("\"records\"") { &values[..4] } else { &values[..] };
            prop_assert_eq!(found, expected.iter().cloned().map(Some).collect::<Vec<_>>(), "{} {}", words, text);
        }
    }

    #[test]
    fn tables_come_back_as_written(
        rows in prop::collection::vec(prop::collection::vec("[a-z ,;\"\n\t\u{e9}]{0,8}", 3), 1..12),
        delimiter in prop::sample::select(vec![b',', b';', b'\t']),
        limits in limits(),
    ) {
        let mut writer = csv::WriterBuilder::new().delimiter(delimiter).quote_style(csv::QuoteStyle::NonNumeric).from_writer(Vec::new());
        writer.write_record(["one", "two", "three"]).expect("in memory");
        for row in &rows {
            writer.write_record(row).expect("in memory");
        }
        let text = writer.into_inner().expect("in memory");
        let seen = read(&text, limits).seen;
        prop_assert_eq!(seen.iter().map(|seen| seen.fields.clone()).collect::<Vec<_>>(), rows);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(prop::sample::select(b"{}[]\"\\:,; \n\r\t1a\xff\0".to_vec()), 0..120), limits in limits()) {
        for text in [bytes.clone(), [b"[".as_slice(), &bytes].concat(), [b"{\"records\":[".as_slice(), &bytes].concat(), [b"a,b\n".as_slice(), &bytes].concat()] {
            let small = try_read(&text, limits).map(|read| read.seen).ok();
            let large = try_read(&text, Limits::STANDARD).map(|read| read.seen).ok();
            prop_assert_eq!(small, large);
        }
    }
}
