//! Every source against its fixtures: `fixtures/sources/<id>` holds `ok.*` (the usual forms), `odd.*` (quirks that
//! are read all the same), `bad.*` (records that are refused among others) and `golden.json`, what becomes of each.
//!
//! `scope.json` there says what a file does not: when a listing was taken, what it is about, which application and
//! target are configured. `UPDATE_GOLDEN=1` writes the golden files anew; read the difference before committing it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use scimdrift::model::record::{Body, Decoded, Envelope, Origin, RawRecord, Recognition, Reject, Row, Sample, Scope};
use scimdrift::model::time::Timestamp;
use scimdrift::source::{ALL, Source, recognize};
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct ScopeFile {
    /// The source that the envelope names, for listings that cannot be told apart otherwise.
    envelope: Option<String>,
    taken_at: Option<Timestamp>,
    params: BTreeMap<String, String>,
    application: Option<String>,
    target: String,
}

/// One fixture file, framed in the simplest way: a JSON record per line, or CSV.
struct Fixture {
    name: String,
    header: Vec<String>,
    records: Vec<Record>,
}

enum Record {
    Json(Vec<u8>),
    Row(Vec<String>),
}

impl Fixture {
    fn read(path: &Path) -> Self {
        let name = path.file_name().expect("a file").to_string_lossy().into_owned();
        let bytes = fs::read(path).expect("a readable fixture");
        if path.extension().is_some_and(|extension| extension == "csv") {
            let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes.as_slice());
            let header = reader.headers().expect("a header").iter().map(|column| column.trim().to_lowercase()).collect();
            let rows = reader.records().map(|row| Record::Row(row.expect("a row").iter().map(str::to_owned).collect()));
            return Self { name, header, records: rows.collect() };
        }
        let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        Self { name, header: Vec::new(), records: lines.map(|line| Record::Json(line.to_vec())).collect() }
    }

    fn decode(&self, source: &Source, scope: &Scope) -> Vec<Result<Decoded, Reject>> {
        let one = |(index, record): (usize, &Record)| {
            let record_number = u64::try_from(index).expect("few records") + 1;
            let origin = Origin { record: record_number, line: record_number, ..Origin::default() };
            decode(source, scope, origin, &self.header, record)
        };
        self.records.iter().enumerate().map(one).collect()
    }

    fn objects(&self) -> Vec<Value> {
        let object = |record: &Record| match record {
            Record::Json(bytes) => serde_json::from_slice(bytes).ok().filter(Value::is_object),
            Record::Row(_) => None,
        };
        self.records.iter().filter_map(object).collect()
    }
}

fn decode(source: &Source, scope: &Scope, origin: Origin, header: &[String], record: &Record) -> Result<Decoded, Reject> {
    match record {
        Record::Json(bytes) => (source.decode)(&RawRecord { origin, body: Body::Json(bytes) }, scope),
        Record::Row(fields) => {
            let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
            (source.decode)(&RawRecord { origin, body: Body::Row(Row { header, fields: &fields }) }, scope)
        }
    }
}

fn folder(source: &Source) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/sources").join(source.id)
}

fn fixtures(source: &Source) -> Vec<Fixture> {
    let entries = fs::read_dir(folder(source)).expect("a folder of fixtures for every source");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("a folder entry").path()).collect();
    paths.sort();
    let is_fixture = |path: &&PathBuf| path.file_stem().is_some_and(|stem| ["ok", "odd", "bad"].iter().any(|kind| stem == *kind));
    paths.iter().filter(is_fixture).map(|path| Fixture::read(path)).collect()
}

fn scope(source: &Source) -> (Scope, Option<Envelope>) {
    let file = match fs::read(folder(source).join("scope.json")) {
        Ok(bytes) => serde_json::from_slice(&bytes).expect("a scope file"),
        Err(_) => ScopeFile::default(),
    };
    let envelope = file.envelope.map(|id| Envelope { source: Some(id), params: file.params.clone(), ..Envelope::default() });
    (Scope { taken_at: file.taken_at, params: file.params, application: file.application, target: file.target }, envelope)
}

fn shown(result: &Result<Decoded, Reject>) -> Value {
    match result {
        Ok(Decoded::Used(event)) => serde_json::to_value(event).expect("events are JSON"),
        Ok(Decoded::Irrelevant(at)) => json!({ "irrelevant": at }),
        Err(reject) => json!({ "reject": reject.reason }),
    }
}

#[test]
fn fixtures_decode_to_their_golden_events() {
    #[expect(clippy::disallowed_methods, reason = "a switch of this test, not of the product")]
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    for source in ALL {
        let (scope, _) = scope(source);
        let decoded: BTreeMap<String, Vec<Value>> = fixtures(source)
            .iter()
            .map(|fixture| (fixture.name.clone(), fixture.decode(source, &scope).iter().map(shown).collect()))
            .collect();
        let golden = folder(source).join("golden.json");
        let text = serde_json::to_string_pretty(&decoded).expect("JSON") + "\n";
        if update {
            fs::write(&golden, &text).expect("a writable golden file");
        }
        let expected = fs::read_to_string(&golden).expect("a golden file for every source");
        assert_eq!(text, expected, "{}; UPDATE_GOLDEN=1 writes it anew", source.id);
    }
}

#[test]
fn only_bad_records_are_refused() {
    for source in ALL {
        let (scope, _) = scope(source);
        let mut kinds = Vec::new();
        for fixture in fixtures(source) {
            let refused = fixture.decode(source, &scope).iter().filter(|result| result.is_err()).count();
            let kind = fixture.name.split('.').next().unwrap_or_default().to_owned();
            assert_eq!(kind == "bad", refused > 0, "{}/{}: {refused} refused", source.id, fixture.name);
            assert!(!fixture.records.is_empty(), "{}/{} has records", source.id, fixture.name);
            kinds.push(kind);
        }
        for kind in ["ok", "odd", "bad"] {
            assert!(kinds.iter().any(|other| other == kind), "{} has {kind}.*", source.id);
        }
    }
}

#[test]
fn files_are_recognized_by_what_they_hold() {
    for source in ALL {
        let (_, envelope) = scope(source);
        for fixture in fixtures(source).iter().filter(|fixture| !fixture.name.starts_with("bad")) {
            let objects = fixture.objects();
            let sample = Sample { envelope: envelope.as_ref(), header: &fixture.header, records: &objects };
            let recognized = recognize(&sample).map(|source| source.id).map_err(|error| error.to_string());
            assert_eq!(recognized, Ok(source.id), "{}", fixture.name);
            if envelope.is_none() {
                let others = ALL.iter().filter(|other| other.id != source.id && (other.recognizes)(&sample) == Recognition::Certain);
                assert_eq!(others.map(|other| other.id).collect::<Vec<_>>(), Vec::<&str>::new(), "{}", source.id);
            }
        }
    }
}

#[test]
fn a_record_cut_off_anywhere_is_refused() {
    for source in ALL {
        let (scope, _) = scope(source);
        for fixture in fixtures(source).iter().filter(|fixture| !fixture.name.starts_with("bad")) {
            for record in &fixture.records {
                let Record::Json(bytes) = record else { continue };
                for end in 0..bytes.trim_ascii_end().len() {
                    let cut = Record::Json(bytes[..end].to_vec());
                    let result = decode(source, &scope, Origin::default(), &[], &cut);
                    assert!(result.is_err(), "{}: {}", source.id, String::from_utf8_lossy(&bytes[..end]));
                }
            }
        }
    }
}

#[test]
fn fields_of_another_type_never_break_the_reading() {
    let strange = [json!(null), json!(true), json!(-1.5e300), json!("\u{0}\u{202e}é"), json!([]), json!([[{}]]), json!({"a": {"b": []}})];
    for source in ALL {
        let (scope, _) = scope(source);
        for fixture in fixtures(source) {
            for object in fixture.objects() {
                for key in object.as_object().expect("an object").keys() {
                    for value in &strange {
                        let mut changed = object.clone();
                        changed[key.as_str()] = value.clone();
                        let record = Record::Json(changed.to_string().into_bytes());
                        // Read or refused, with a reason.
                        if let Err(reject) = decode(source, &scope, Origin::default(), &[], &record) {
                            assert!(!reject.reason.is_empty(), "{}", source.id);
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn no_secret_of_a_record_reaches_an_event() {
    // As the fixtures have them: a password, a bearer token, a Hugging Face token, an Okta token.
    let secrets = ["Tr0ub4dor", "bearer-material", "hf_abcdefghijklmnopqrstuvwx", "00abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMN"];
    let mut planted = 0;
    for source in ALL {
        let (scope, _) = scope(source);
        for fixture in fixtures(source) {
            for (record, result) in fixture.records.iter().zip(fixture.decode(source, &scope)) {
                let text = match record {
                    Record::Json(bytes) => String::from_utf8_lossy(bytes).into_owned(),
                    Record::Row(fields) => fields.join(","),
                };
                let shown = shown(&result).to_string();
                for secret in secrets.iter().filter(|secret| text.contains(**secret)) {
                    planted += 1;
                    assert!(!shown.contains(secret), "{}: {shown}", source.id);
                }
            }
        }
    }
    assert!(planted >= secrets.len(), "the fixtures hold secrets to find");
}
