//! Who may import whom. A new arrow is a decision about the architecture, made here, in a commit of its own.

use std::fs;

use super::rust::{Reach, Token, code, reaches, tokens};
use super::{none, texts, top};

/// Each layer and the layers it may import, lowest first. `main` is `src/main.rs`; `lib` only declares the layers.
const LAYERS: [(&str, &[&str]); 16] = [
    ("lib", &[]),
    ("model", &[]),
    ("input", &["model"]),
    ("source", &["model"]),
    ("store", &["model"]),
    ("state", &["model"]),
    ("policy", &["model"]),
    ("report", &["model"]),
    ("notify", &["model"]),
    ("metrics", &["model"]),
    ("analyzer", &["model", "state", "policy"]),
    ("diagnosis", &["model", "state", "policy", "analyzer"]),
    ("plan", &["model", "state", "policy", "analyzer"]),
    ("pipeline", &["model", "input", "source", "store", "state", "policy", "report", "analyzer", "diagnosis", "plan"]),
    ("cli", &["model", "source", "store", "policy", "report", "notify", "metrics", "analyzer", "diagnosis", "pipeline"]),
    ("main", &["cli"]),
];

/// Crates of others, and the only layers that may name them. Unit tests may use any to set things up.
const CONFINED: [(&str, &[&str]); 28] = [
    ("anstream", &["cli"]),
    ("anstyle", &["cli"]),
    ("askama", &["report"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli"]),
    ("comfy_table", &["cli"]),
    ("csv", &["input", "report"]),
    ("flate2", &["input"]),
    ("globset", &["policy", "pipeline"]),
    ("humantime", &["policy", "pipeline"]),
    ("indicatif", &["cli"]),
    ("memchr", &["input"]),
    ("rayon", &["analyzer", "pipeline"]),
    ("regex", &["model", "source", "policy", "pipeline"]),
    ("rusqlite", &["store"]),
    ("rustix", &["pipeline"]),
    ("rustls", &["notify"]),
    ("rustls_native_certs", &["notify"]),
    ("sha2", &["model"]),
    ("signal_hook", &["cli"]),
    ("tempfile", &["report", "metrics", "store", "pipeline"]),
    ("terminal_size", &["cli"]),
    ("toml", &["policy", "pipeline"]),
    ("unicode_width", &["cli"]),
    ("ureq", &["notify"]),
    ("wide", &["source"]),
    ("zstd", &["input", "store"]),
];

/// Crates that every layer may name: plain values and errors.
const FREE: [&str; 4] = ["chrono", "serde", "serde_json", "thiserror"];

/// A file may grow to this many lines; beyond, it is two nouns.
const LINES: usize = 400;

/// `src/store/event.rs` → `store`; `src/lib.rs` → `lib`.
fn layer(file: &str) -> &str {
    let inside = file.trim_start_matches("src/");
    inside.split_once('/').map_or_else(|| inside.trim_end_matches(".rs"), |(layer, _)| layer)
}

/// How many modules stand above what is in this file, the crate not counted: `src/store/event.rs` → 2, `src/store/mod.rs` → 1.
fn depth(file: &str) -> usize {
    let inside = file.trim_start_matches("src/").trim_end_matches(".rs");
    inside.split('/').filter(|part| !matches!(*part, "mod" | "lib" | "main")).count()
}

/// Whether the file holds unit tests alone.
fn is_test(file: &str) -> bool {
    file.split('/').any(|part| matches!(part, "tests" | "tests.rs"))
}

/// What in this file breaks the tables.
fn trespasses(file: &str, text: &str) -> Vec<String> {
    let code = code(text);
    let tokens = tokens(&code);
    let from = layer(file);
    let Some((_, allowed)) = LAYERS.iter().find(|(layer, _)| *layer == from) else {
        return vec![format!("{file}: {from} is no layer; the layers stand in tests/suite/tidy/layers.rs")];
    };
    let mut problems = Vec::new();
    for reach in reaches(&tokens) {
        match reach {
            Reach::Crate { first, line } if first != from && !allowed.contains(&first) => {
                problems.push(format!("{file}:{line}: {from} may not import {first}"));
            }
            Reach::Super { steps, inline, line } if steps >= depth(file) + inline && from != "lib" => {
                problems.push(format!("{file}:{line}: super climbs out of {from}; write crate:: and be seen"));
            }
            Reach::Outside { first, line } if !is_test(file) => {
                if let Some((_, homes)) = CONFINED.iter().find(|(name, homes)| *name == first && !homes.contains(&from)) {
                    problems.push(format!("{file}:{line}: {first} is confined to {}", homes.join(", ")));
                }
            }
            Reach::Crate { .. } | Reach::Super { .. } | Reach::Outside { .. } => {}
        }
    }
    problems
}

/// Words that may not stand in code, and files that have outgrown themselves.
fn bad_habits(file: &str, text: &str) -> Vec<String> {
    let code = code(text);
    let tokens = tokens(&code);
    let mut problems: Vec<String> = tokens
        .windows(2)
        .filter(|pair| pair[0].text == "unsafe" || (matches!(pair[0].text, "todo" | "unimplemented") && pair[1].text == "!"))
        .map(|pair| format!("{file}:{}: {} has no place here", pair[0].line, pair[0].text))
        .collect();
    let lines = text.lines().count();
    if lines > LINES {
        problems.push(format!("{file}: {lines} lines; beyond {LINES} it is two nouns"));
    }
    problems
}

/// Dependencies without a row in one of the tables above.
fn unplaced(manifest: &str) -> Vec<String> {
    let manifest: toml::Table = manifest.parse().unwrap();
    let names = manifest["dependencies"].as_table().unwrap().keys().map(|name| name.replace('-', "_"));
    names
        .filter(|name| !FREE.contains(&name.as_str()) && CONFINED.iter().all(|(confined, _)| confined != name))
        .map(|name| format!("Cargo.toml: {name} has no row in tests/suite/tidy/layers.rs: which layers may name it?"))
        .collect()
}

#[test]
fn every_import_is_in_the_table() {
    let files = texts("src", "rs");
    assert!(files.iter().any(|(file, _)| file == "src/lib.rs"), "no sources were read");
    none(&files.iter().flat_map(|(file, text)| trespasses(file, text)).collect::<Vec<_>>());
}

#[test]
fn every_source_file_keeps_the_habits() {
    let files = ["src", "tests", "benches"].map(|folder| texts(folder, "rs"));
    assert!(files.iter().all(|files| !files.is_empty()), "no sources were read");
    none(&files.iter().flatten().flat_map(|(file, text)| bad_habits(file, text)).collect::<Vec<_>>());
}

#[test]
fn every_dependency_has_its_place() {
    none(&unplaced(&fs::read_to_string(top().join("Cargo.toml")).unwrap()));
}

#[test]
fn no_layer_imports_a_higher_one() {
    for (at, (layer, allowed)) in LAYERS.iter().enumerate() {
        for lower in *allowed {
            assert!(LAYERS[..at].iter().any(|(name, _)| name == lower), "{layer} → {lower} goes upwards");
        }
    }
}

#[test]
fn a_forbidden_import_is_seen() {
    for text in [
        "use crate::store::Store;",
        "use crate::{model, store};",
        "fn f() { crate::store::open() }",
        "use crate::*;",
        "use scimdrift::store;",
    ] {
        assert_eq!(trespasses("src/state/replay.rs", text).len(), 1, "{text}");
    }
    for text in
        ["use crate::model::Event;", "use crate::state::Replay;", "// crate::store\n", "let a = \"crate::store\";", "pub(crate) fn f() {}"]
    {
        none(&trespasses("src/state/replay.rs", text));
    }
    assert_eq!(trespasses("src/util/mod.rs", "").len(), 1);
    assert_eq!(trespasses("src/main.rs", "use scimdrift::store;").len(), 1);
    none(&trespasses("src/main.rs", "fn main() { scimdrift::cli::main() }"));
}

#[test]
fn climbing_out_is_seen() {
    let climbs = |file, text| !trespasses(file, text).is_empty();
    assert!(climbs("src/state/mod.rs", "use super::store;"));
    assert!(climbs("src/state/replay.rs", "use super::super::store;"));
    assert!(climbs("src/state/replay.rs", "use super::{super::store};"));
    assert!(climbs("src/state/replay.rs", "mod tests { use super::super::super::store; }"));
    assert!(!climbs("src/state/replay.rs", "use super::directory; mod tests { use super::*; }"));
    assert!(!climbs("src/state/mod.rs", "mod tests { use super::*; }"));
    assert!(!climbs("src/state/owner/key.rs", "use super::super::directory;"));
}

#[test]
fn a_crate_out_of_its_place_is_seen() {
    assert_eq!(trespasses("src/state/replay.rs", "use rusqlite::Connection;").len(), 1);
    assert_eq!(trespasses("src/state/replay.rs", "#[derive(clap::Parser)] struct A;").len(), 1);
    none(&trespasses("src/store/event.rs", "use rusqlite::Connection;"));
    none(&trespasses("src/state/replay.rs", "mod tests { use tempfile::tempdir; }"));
    none(&trespasses("src/state/tests.rs", "use tempfile::tempdir;"));
    none(&trespasses("src/state/tests/mod.rs", "use tempfile::tempdir;"));
    none(&trespasses("src/source/mod.rs", "use self::csv::Row; model::csv::x()"));
}

#[test]
fn bad_habits_are_seen() {
    assert_eq!(bad_habits("src/a.rs", "fn f() { todo!() }").len(), 1);
    assert_eq!(bad_habits("src/a.rs", "fn f() { unimplemented!() }").len(), 1);
    assert_eq!(bad_habits("src/a.rs", "unsafe fn f() {}").len(), 1);
    assert_eq!(bad_habits("src/a.rs", &"\n".repeat(LINES + 1)).len(), 1);
    none(&bad_habits("src/a.rs", &format!("// unsafe todo!(){}", "\n".repeat(LINES))));
}

#[test]
fn a_dependency_without_a_place_is_seen() {
    assert_eq!(unplaced("[dependencies]\nserde = \"1\"\nrusqlite = \"0\"\nleft-pad = \"1\"").len(), 1);
}

#[test]
fn lines_are_counted_from_one() {
    assert_eq!(tokens("\n a")[0], Token { text: "a", line: 2 });
}
