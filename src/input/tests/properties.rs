//! Properties: where blocks begin and end changes nothing, and no bytes are too strange.

use proptest::prelude::*;
use serde_json::Value;

use super::{Limits, SMALL, framings, people, read, try_read};

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
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn block_boundaries_change_nothing(values in prop::collection::vec(value(), 4..9), limits in limits()) {
        // The empty object is one line however it is printed, and NDJSON is told by its first line.
        let values = [people().get(..1).unwrap_or_default(), &values].concat();
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
    fn any_bytes_are_read_or_refused(
        bytes in prop::collection::vec(prop::sample::select(b"{}[]\"\\:,; \n\r\t1a\xff\0".to_vec()), 0..120),
        limits in limits(),
        record in 8_usize..60,
    ) {
        for head in ["", "[", "{\"records\":[", "a,b\n", "{}\n"] {
            let text = [head.as_bytes(), &bytes].concat();
            let small = try_read(&text, Limits { record, ..limits }).map(|read| read.seen).ok();
            let large = try_read(&text, Limits { record, ..Limits::STANDARD }).map(|read| read.seen).ok();
            prop_assert_eq!(small, large);
        }
    }
}
