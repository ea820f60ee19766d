//! A source that is not read: whatever is taken away, no control comes out better than with it.

use std::collections::BTreeMap;
use std::path::Path;

use crate::support::{acme, folder, rows, run, stderr};

/// Rules about the evidence alone: with the log goes its gap.
const ABOUT_EVIDENCE: [&str; 6] = ["altered-input", "clock-skew", "log-gap", "rejected-records", "shrunken-listing", "stale-input"];

/// Framework and control, with the conclusion and the rules.
fn conclusions(config: &Path) -> BTreeMap<(String, String), (String, String)> {
    let folder = folder();
    let output = run(config, folder.path(), &["-q"]);
    assert!(matches!(output.status.code(), Some(0 | 3)), "{}", stderr(&output));
    let row = |row: BTreeMap<String, String>| {
        ((row["framework"].clone(), row["control"].clone()), (row["conclusion"].clone(), row["rules"].clone()))
    };
    rows(&folder.path().join("report/controls.csv")).into_iter().map(row).collect()
}

/// The config without its `index`th input, waivers and all else as they are; `None` behind the last.
fn without(text: &str, index: usize) -> Option<String> {
    let mut parts = text.split("[[input]]");
    let head = parts.next()?.to_owned();
    let parts: Vec<&str> = parts.collect();
    let gone = parts.get(index)?;
    // What stands behind the last key of an input belongs to the next table.
    let rest = gone.find("\n[").and_then(|at| gone.get(at..)).unwrap_or_default();
    let kept = parts.iter().enumerate().map(|(at, part)| if at == index { rest.to_owned() } else { format!("[[input]]{part}") });
    Some(head + &kept.collect::<String>())
}

#[test]
fn no_control_comes_out_better_without_one_of_the_inputs() {
    let text = std::fs::read_to_string(acme().join("scimdrift.toml")).expect("a config");
    let whole = conclusions(&acme().join("scimdrift.toml"));
    let mut problems = Vec::new();
    let mut tried = 0;
    let aside = folder();
    std::fs::copy(acme().join("waivers.toml"), aside.path().join("waivers.toml")).expect("the waivers");
    let config = aside.path().join("scimdrift.toml");
    while let Some(text) = without(&text, tried) {
        let text = text.replace("\"inputs/", &format!("\"{}/inputs/", acme().display()));
        std::fs::write(&config, text).expect("a config");
        let reduced = conclusions(&config);
        for (control, (conclusion, rules)) in &whole {
            let about_evidence = rules.split("; ").all(|rule| ABOUT_EVIDENCE.contains(&rule));
            let now = reduced.get(control).map(|(now, _)| now.as_str());
            if conclusion != "no exceptions" && now == Some("no exceptions") && !about_evidence {
                problems.push(format!("without input {tried}: {control:?} was {conclusion}, and is no exceptions ({rules})"));
            }
        }
        tried += 1;
    }
    assert!(tried > 10, "{tried}");
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}
