//! Envelopes and other wrappers: what they say about their list, and what is no wrapper.

use super::*;
use crate::model::time::Timestamp;

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
        let prefix = text.find("\"items\":[").expect("has items") + 9;
        for limits in [Limits::STANDARD, Limits { prefix, ..SMALL }] {
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
            format!(
                "{{\"totalResults\":3,\"Resources\":[{{}}],{schemas}}}\n{{\"totalResults\":4,\"Resources\":[{{}}]}}\n{{\"totalResults\":3,\"Resources\":[{{}}]}}"
            ),
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
        r#"{"id":"1","data":{"records":[{"x":1}],"events":[{"y":1}]}}"#,
        r#"{"id":"1","data":[{"x":1}],"actor":{"id":"2"}}"#,
        r#"{"id":"1","data":{"value":"x"}}"#,
        r#"{"id":"1","entries":["a"]}"#,
    ] {
        assert_eq!(outcomes(text.as_bytes()), ok(&[text]));
    }
    // Beside wrappers, an object without a list is a record.
    let mixed = "{\"records\":[{\"a\":1},{\"a\":2}]}\n{\"b\":3}\n{\"records\":[]}\n";
    assert_eq!(outcomes(mixed.as_bytes()), ok(&["{\"a\":1}", "{\"a\":2}", "{\"b\":3}"]));
}
