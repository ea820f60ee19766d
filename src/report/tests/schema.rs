//! The published schemas: what programs read is what they say, no key more and no key less.

use std::collections::BTreeSet;

use jsonschema::Validator;
use serde_json::Value;

use super::written;
use crate::model::report::Report;
use crate::report::sample;

const SUMMARY: &str = include_str!("../../../docs/schemas/summary.schema.json");
const MANIFEST: &str = include_str!("../../../docs/schemas/manifest.schema.json");

fn parsed(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

fn validator(schema: &str) -> Validator {
    let schema = parsed(schema);
    jsonschema::meta::validate(&schema).expect("a schema by its own schema");
    jsonschema::options().should_validate_formats(true).build(&schema).expect("a schema")
}

fn complaints(validator: &Validator, value: &Value) -> Vec<String> {
    validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

fn summary(report: &Report) -> Value {
    parsed(&written(report, "summary"))
}

/// Nothing read, nothing found.
fn empty() -> Report {
    let mut value = serde_json::to_value(sample::nothing_found()).expect("a report is JSON");
    for (_, field) in value.as_object_mut().expect("an object") {
        if field.is_array() {
            *field = Value::Array(Vec::new());
        }
    }
    serde_json::from_value(value).expect("still a report")
}

/// Nothing found, but a gap in a log and a file that could not be read.
fn incomplete() -> Report {
    let Report { coverage, refused, controls, gaps, .. } = sample::acme();
    Report { coverage, refused, controls, gaps, ..sample::nothing_found() }
}

#[test]
fn every_summary_is_as_its_schema_says() {
    let validator = validator(SUMMARY);
    for (name, report) in [
        ("acme", sample::acme()),
        ("clean", sample::nothing_found()),
        ("empty", empty()),
        ("incomplete", incomplete()),
        ("huge", sample::huge(300, 300)),
    ] {
        assert_eq!(complaints(&validator, &summary(&report)), Vec::<String>::new(), "{name}");
    }
    let of_fixtures = parsed(include_str!("../../../reports/sample/summary.json"));
    assert_eq!(complaints(&validator, &of_fixtures), Vec::<String>::new(), "reports/sample");
}

#[test]
fn the_sample_manifest_is_as_its_schema_says() {
    let manifest = parsed(include_str!("../../../reports/sample/manifest.json"));
    assert_eq!(complaints(&validator(MANIFEST), &manifest), Vec::<String>::new());
}

#[test]
fn what_is_not_as_the_schema_says_is_seen() {
    let validator = validator(SUMMARY);
    let of = |change: &dyn Fn(&mut Value)| {
        let mut value = summary(&sample::acme());
        change(&mut value);
        complaints(&validator, &value).len()
    };
    let whole = summary(&sample::acme());
    for key in whole.as_object().expect("an object").keys() {
        assert_eq!(of(&|value| drop(value.as_object_mut().and_then(|value| value.remove(key)))), 1, "{key} is left out");
        assert!(of(&|value| value[key] = Value::Bool(true)) > 0, "{key} is something else");
    }
    assert_eq!(of(&|value| value["more"] = Value::Null), 1);
    assert!(of(&|value| value["leavers"]["by_verdict"]["late"] = Value::from(1)) > 0);
    assert!(of(&|value| value["as_of"] = Value::from("2026-10-01 06:00")) > 0);
}

#[test]
fn the_schemas_describe_every_key_that_is_written_and_no_other() {
    let schema = parsed(SUMMARY);
    let (mut told, mut written) = (BTreeSet::new(), BTreeSet::new());
    keys_told(&schema, &schema, "", &mut told);
    keys_written(&summary(&sample::acme()), &told, "", &mut written);
    assert_eq!(written, told, "left: written by the code, right: told by the schema");
    let schema = parsed(MANIFEST);
    keys_told(&schema, &schema, "", &mut BTreeSet::new());
}

/// Every key of a schema, as a path: `findings.by_severity.high`. The words that a count goes by are `*`.
/// Each has to be described, required and the only ones, so that nothing is told in passing.
fn keys_told(schema: &Value, at: &Value, path: &str, keys: &mut BTreeSet<String>) {
    if let Some(name) = at["$ref"].as_str() {
        return keys_told(schema, schema.pointer(name.trim_start_matches('#')).expect("a definition"), path, keys);
    }
    for one in at["anyOf"].as_array().into_iter().flatten().chain(at.get("items")) {
        keys_told(schema, one, path, keys);
    }
    if at["additionalProperties"].is_object() {
        keys.insert(format!("{path}*"));
        keys_told(schema, &at["additionalProperties"], &format!("{path}*."), keys);
    }
    let Some(properties) = at["properties"].as_object() else { return };
    let required: Vec<&str> = at["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    assert_eq!(required, properties.keys().map(String::as_str).collect::<Vec<_>>(), "{path}");
    assert_eq!(at["additionalProperties"], Value::Bool(false), "{path}");
    for (key, one) in properties {
        assert!(one["description"].as_str().is_some_and(|text| !text.is_empty()), "{path}{key} is not described");
        keys.insert(format!("{path}{key}"));
        keys_told(schema, one, &format!("{path}{key}."), keys);
    }
}

/// Every key of a value, as [`keys_told`] names it.
fn keys_written(value: &Value, told: &BTreeSet<String>, path: &str, keys: &mut BTreeSet<String>) {
    for item in value.as_array().into_iter().flatten() {
        keys_written(item, told, path, keys);
    }
    for (key, one) in value.as_object().into_iter().flatten() {
        let key = if told.contains(&format!("{path}*")) { "*" } else { key };
        keys.insert(format!("{path}{key}"));
        keys_written(one, told, &format!("{path}{key}."), keys);
    }
}
