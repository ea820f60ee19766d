//! The fixtures' company as the properties need it: taken apart into records, written anew, judged.

use std::collections::BTreeMap;
use std::path::Path;

use scimdrift::model::event::Event;
use scimdrift::model::record::{Kind, Origin};
use scimdrift::model::report::{InputRow, Report};
use scimdrift::model::time::Timestamp;
use scimdrift::pipeline::{Setup, Workers, analyze, expand, ingest};
use scimdrift::store::Store;
use scimdrift::{input, source};

use crate::support::acme;

/// One file of the company, taken apart.
pub(super) struct Taken {
    pub(super) row: InputRow,
    /// The wrapper's fields that say what a listing is about.
    params: BTreeMap<String, String>,
    pub(super) header: Option<String>,
    pub(super) records: Vec<Vec<u8>>,
}

/// Reads into a store below `folder`, and judges at `as_of`. Every event of the store comes with the report, in order.
pub(super) fn conclude(config: &Path, folder: &Path, as_of: Timestamp, jobs: usize) -> (Vec<Event>, Report) {
    let setup = Setup::read(config).expect("a config");
    let mut store = Store::open(&folder.join("store.db")).expect("a store");
    let workers = Workers::new(jobs).expect("threads");
    let (files, _) = expand(&setup).expect("inputs");
    let ingested = ingest(&setup, &mut store, &files, &workers, Timestamp::LAST, &|_| {}).expect("read");
    assert_eq!(ingested.refused, []);
    let analysis = analyze(&setup, &mut store, as_of, &workers).expect("judged");
    let mut events = Vec::new();
    store.events(Timestamp::LAST, |stored| events.push(Event { origin: Origin::default(), ..stored.event })).expect("readable");
    (events, analysis.report)
}

/// The files that a report of the company names, record by record.
pub(super) fn take_apart(report: &Report) -> Vec<Taken> {
    let taken = |row: &InputRow| {
        let mut input = input::open(&acme().join(&row.file)).expect("an input");
        let header = input.sample().header.to_vec();
        let mut records = Vec::new();
        while let Some(block) = input.next_block().expect("a block") {
            block.records(|_, raw| records.push(raw.to_vec()));
        }
        let finished = input.finish();
        let params = finished.envelope.map(|envelope| envelope.params).unwrap_or_default();
        Taken { row: row.clone(), params, header: (!header.is_empty()).then(|| header.join(",")), records }
    };
    report.inputs.iter().map(taken).collect()
}

/// Records of a file as one file: a log as lines, a listing in its envelope, a table under its header.
pub(super) fn written(file: &Taken, records: &[Vec<u8>]) -> Vec<u8> {
    let lines = |between: &[u8]| records.join(between);
    if let Some(header) = &file.header {
        let body = records.iter().map(|record| String::from_utf8_lossy(record).trim_end().to_owned()).collect::<Vec<_>>().join("\r\n");
        return format!("{header}\r\n{body}\r\n").into_bytes();
    }
    if source::find(&file.row.source).is_some_and(|source| source.kind == Kind::Log) {
        let mut text = lines(b"\n");
        text.push(b'\n');
        return one_line_each(&text, records);
    }
    let params = serde_json::to_string(&file.params).expect("JSON");
    let mut text = format!("{{\"scimdrift\":\"listing/1\",\"source\":\"{}\",\"params\":{params},\"items\":[", file.row.source).into_bytes();
    text.extend(lines(b","));
    text.extend(b"]}");
    text
}

/// Records that span lines, as in a pretty-printed array, are put on one; broken ones stay as they are.
fn one_line_each(text: &[u8], records: &[Vec<u8>]) -> Vec<u8> {
    if !records.iter().any(|record| record.contains(&b'\n')) {
        return text.to_vec();
    }
    let line = |record: &Vec<u8>| {
        serde_json::from_slice::<serde_json::Value>(record).map_or_else(|_| record.clone(), |value| value.to_string().into_bytes())
    };
    let mut text = records.iter().map(line).collect::<Vec<_>>().join(&b"\n"[..]);
    text.push(b'\n');
    text
}
