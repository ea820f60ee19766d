//! Broken, torn and foreign files: what came before is kept, and each break is one reject in its place.

use std::io::{Cursor, Read, Write as _};
use std::path::Path;

use super::*;

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
            let before = whole.iter().filter(|seen| seen.origin.offset + seen.origin.length < cut as u64).count();
            assert!(same >= before, "{words} at {cut}: {before} records end before it, {text}");
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
            let (last, before) = read.seen.split_last().expect("a broken stream is never nothing");
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
    let all = [SMALL, Limits::STANDARD].map(|limits| Limits { record: 100, ..limits });
    for (limits, length) in all.into_iter().flat_map(|limits| [95, 101, 108, 109, 3_000].map(|length| (limits, length))) {
        let long = format!("{{\"a\":\"{}\"}}", "x".repeat(length - 8));
        for text in [
            format!("{{\"b\":1}}\n{long}\n{{\"c\":2}}\n"),
            format!("[{{\"b\":1}},{long},{{\"c\":2}}]"),
            format!("{{\"records\":[{{\"b\":1}},{long},{{\"c\":2}}]}}"),
            format!("id,name\nb,1\n\"{}\",\nc,2\n", "x".repeat(length - 3)),
            format!("id,name\nb,1\n\"{}\"x\nc,2\n", "x".repeat(length - 3)),
        ] {
            let read = read(text.as_bytes(), limits);
            assert_eq!(read.seen.len(), 3, "{length}: {text}");
            let is_long = read.seen[1].refused.as_deref() == Some("longer than 100 bytes");
            assert_eq!(is_long, length > 100, "{length}: {:?}", read.seen[1]);
            assert!(read.seen[0].refused.is_none() && read.seen[2].refused.is_none());
            assert!(!is_long || read.seen[1].origin.length == 100);
        }
        let blanks = " ".repeat(length - 2);
        for padded in [format!("{blanks}{{}}"), format!("{{}}{blanks}")] {
            let text = format!("{{\"b\":1}}\n{padded}\n{{\"c\":2}}\n");
            let refused = read(text.as_bytes(), limits).seen.iter().filter(|seen| seen.refused.is_some()).count();
            assert_eq!(refused, usize::from(length > 100), "blanks count");
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
fn a_failing_disk_is_an_error_and_no_reject() {
    /// Fails once; a decoder may ask again.
    struct Failing(bool);
    impl Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            if std::mem::replace(&mut self.0, false) { Err(io::Error::other("bad sector")) } else { Ok(0) }
        }
    }
    let sound = Cursor::new("{\"a\":1}\n".repeat(30).into_bytes());
    let limits = Limits { prefix: 8, ..SMALL };
    let mut input = Input::read(Box::new(sound.chain(Failing(true))), Path::new("log.ndjson"), limits).expect("begins well");
    let error = loop {
        match input.next_block() {
            Ok(block) => assert!(block.is_some(), "must not look whole"),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, InputError::Read { .. }), "{error}");
}
