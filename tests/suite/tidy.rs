//! The rules of the house, read off the files themselves: who may import whom, what belongs together, what may not stand
//! anywhere.
//!
//! Each check is a function from text to problems, so that a test beside it can show the text it refuses.
//! A layer that does not exist yet is not missed; one that exists is held to the table.

#![expect(clippy::unwrap_used, reason = "a tree that cannot be read fails the test that reads it")]

mod layers;
mod pages;
mod registries;
mod rust;
mod words;

use std::fs;
use std::path::{Path, PathBuf};

/// The top of the package.
fn top() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files below `folder` whose names end in `.extension`, as slash-separated paths from the top, with their text; sorted.
/// Empty where there is no such folder.
fn texts(folder: &str, extension: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![top().join(folder)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for path in entries.map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push((name(&path), fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

/// The path from the top, with slashes.
fn name(path: &Path) -> String {
    let parts: Vec<_> = path.strip_prefix(top()).unwrap().iter().map(|part| part.to_str().unwrap()).collect();
    parts.join("/")
}

/// The names directly below `folder`, sorted; empty where there is no such folder.
fn names(folder: &str) -> Vec<String> {
    let Ok(entries) = fs::read_dir(top().join(folder)) else { return Vec::new() };
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn exists(path: &str) -> bool {
    top().join(PathBuf::from(path)).exists()
}

/// Fails with every problem, one a line.
#[track_caller]
fn none(problems: &[String]) {
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}
