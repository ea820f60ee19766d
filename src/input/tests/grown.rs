//! Files that grow are read on behind their last whole line, as if they had been read whole.

use std::io::Write as _;

use super::*;
use crate::model::identity::LineEnd;

/// Number, line, offset and text of every record, or why it is none, and what was known at the end.
fn read(mut input: Input) -> (Vec<String>, Finished) {
    let mut found = Vec::new();
    while let Some(block) = input.next_block().expect("read") {
        block.records(|record, raw| {
            let text = String::from_utf8_lossy(raw);
            found.push(match record {
                Ok(record) => format!("{:?} {text}", record.origin),
                Err(reject) => format!("{:?} {text} {}", reject.origin, reject.reason),
            });
        });
    }
    (found, input.finish())
}

fn written(text: &[u8]) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    file.write_all(text).expect("written");
    file
}

fn line_end(text: &[u8]) -> Option<LineEnd> {
    read(open(written(text).path()).expect("opened")).1.line_end
}

#[test]
fn whatever_a_file_was_when_it_was_read_first_the_rest_makes_it_whole() {
    let text = "\u{feff}{\"a\":1}\r\n\n{\"b\":\"é\"}\n  garbage\n{\"c\":3}\n{\"d\"".as_bytes();
    let (whole, finished) = read(open(written(text).path()).expect("opened"));
    let grown = written(text);
    let mut read_on = 0;
    for cut in 0..text.len() {
        let first = written(&text[..cut]);
        let Ok(input) = open(first.path()) else { continue };
        let (mut found, before) = read(input);
        let Some(end) = before.line_end.filter(|end| end.records > 0) else { continue };
        let known = before.sha256.to_string();
        let input = open_behind(grown.path(), (before.bytes, &known), end).expect("opened").expect("it begins as it did");
        let (rest, after) = read(input);
        found.truncate(usize::try_from(end.records).expect("few"));
        found.extend(rest);
        assert_eq!(found, whole, "cut at {cut}");
        assert_eq!((after.sha256, after.bytes, after.line_end), (finished.sha256, finished.bytes, finished.line_end), "cut at {cut}");
        read_on += 1;
    }
    assert!(read_on > 20, "{read_on}");
}

#[test]
fn a_file_that_begins_in_another_way_is_not_read_on() {
    let before = b"{\"a\":1}\n{\"b\"";
    let end = LineEnd { at: 8, lines: 1, records: 1 };
    assert_eq!(line_end(before), Some(end));
    let known = Digest::of(before).to_string();
    let opened = |text: &[u8]| open_behind(written(text).path(), (12, &known), end).expect("opened").is_some();
    assert!(opened(b"{\"a\":1}\n{\"b\":2}\n"));
    assert!(!opened(b"{\"A\":1}\n{\"b\":2}\n"));
    assert!(!opened(b"{\"a\":1}\n{\"B\":2}\n"));
    assert!(!opened(b"{\"a\":1}\n"), "it is shorter");
}

#[test]
fn only_whole_lines_on_the_disk_are_read_on() {
    assert_eq!(line_end(b"{\"a\":1}\n{\"b\":2}\n"), Some(LineEnd { at: 16, lines: 2, records: 2 }));
    assert_eq!(line_end(b"{\"a\":1}\n{\"b\":2}"), None, "the last record may be the beginning of another");
    assert_eq!(line_end(b"{\"a\":1}\n  "), None, "so may these blanks");
    assert_eq!(line_end(b"[{\"a\":1}]"), None);
    assert_eq!(line_end(b"a,b\n1,2\n"), None);
    let mut gzip = GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(b"{\"a\":1}\n{\"b\":2}\n").expect("written");
    assert_eq!(line_end(&gzip.finish().expect("finished")), None);
}
