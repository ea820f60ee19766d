//! What belongs together: a source, rule or diagnosis is a file, a line in its registry, a page, and fixtures. Each without the others
//! is a mistake.

use std::collections::BTreeSet;

use regex::Regex;
use scimdrift::analyzer;
use scimdrift::model::control::{Control, Framework};

use super::{exists, names, none, texts};

/// One of the registries.
struct Registry {
    /// Where its files stand: `src/source`.
    folder: &'static str,
    /// The type of its cards: `Source`.
    card: &'static str,
    /// Where its pages stand.
    pages: &'static str,
    /// Where its fixtures stand, a folder for each id.
    fixtures: &'static str,
}

const SOURCES: Registry = Registry { folder: "src/source", card: "Source", pages: "docs/sources", fixtures: "fixtures/sources" };
const RULES: Registry = Registry { folder: "src/analyzer", card: "Analyzer", pages: "docs/rules", fixtures: "fixtures/rules" };
const DIAGNOSES: Registry =
    Registry { folder: "src/diagnosis", card: "Diagnosis", pages: "docs/diagnoses", fixtures: "fixtures/diagnoses" };

/// What is registered, as the files show it.
#[derive(Default)]
struct Shown {
    /// Module name and id of each file that holds a card. Files without one are shared.
    cards: Vec<(String, String)>,
    /// The modules that `ALL` names.
    listed: BTreeSet<String>,
}

/// Reads `(file, text)` of one registry's folder.
fn shown(registry: &Registry, files: &[(String, String)]) -> Shown {
    let card = Regex::new(&format!(r#"(?s):\s*{0}\s*=\s*{0}\s*\{{\s*id:\s*"([^"]*)""#, registry.card)).unwrap();
    let all = Regex::new(&format!(r"(?s)ALL:\s*&\[(?:&'static\s+|&)?{}\]\s*=\s*&\[(.*?)\]", registry.card)).unwrap();
    let module = Regex::new(r"(\w+)::").unwrap();
    let mut shown = Shown::default();
    for (file, text) in files {
        let inside = file.trim_start_matches(registry.folder).trim_start_matches('/');
        if inside == "mod.rs" {
            let list = all.captures(text).map_or("", |found| found.get(1).map_or("", |list| list.as_str()));
            shown.listed.extend(module.captures_iter(list).map(|found| found[1].to_owned()));
        } else {
            let stem = inside.trim_end_matches(".rs").trim_end_matches("/mod").to_owned();
            shown.cards.extend(card.captures_iter(text).map(|found| (stem.clone(), found[1].to_owned())));
        }
    }
    shown
}

/// What does not fit together.
fn misfits(registry: &Registry, shown: &Shown, pages: Option<&[String]>, fixtures: Option<&[String]>) -> Vec<String> {
    let mut problems = Vec::new();
    for (stem, id) in &shown.cards {
        if *stem != id.replace('-', "_") {
            problems.push(format!("{}/{stem}.rs: holds the card of {id}", registry.folder));
        }
        if !shown.listed.contains(stem) {
            problems.push(format!("{}/mod.rs: ALL does not name {stem}", registry.folder));
        }
    }
    for stem in shown.listed.iter().filter(|stem| shown.cards.iter().all(|(card, _)| card != *stem)) {
        problems.push(format!("{}/{stem}.rs: is named in ALL and holds no card", registry.folder));
    }
    let ids: BTreeSet<&str> = shown.cards.iter().map(|(_, id)| id.as_str()).collect();
    let kept = [(registry.pages, ".md", pages), (registry.fixtures, "", fixtures)];
    for (folder, suffix, names) in kept.into_iter().filter_map(|(folder, suffix, names)| Some((folder, suffix, names?))) {
        let found: BTreeSet<&str> = names.iter().map(|name| name.strip_suffix(suffix).unwrap_or(name)).collect();
        problems.extend(ids.difference(&found).map(|id| format!("{folder}/{id}{suffix}: is missing")));
        problems.extend(found.difference(&ids).map(|name| format!("{folder}/{name}{suffix}: belongs to no card in {}", registry.folder)));
    }
    problems
}

fn check(registry: &Registry) {
    let files = texts(registry.folder, "rs");
    if files.is_empty() {
        return;
    }
    let shown = shown(registry, &files);
    assert!(!shown.cards.is_empty() && !shown.listed.is_empty(), "{}: no card, or no ALL, was recognised", registry.folder);
    let listing = |folder| exists(folder).then(|| names(folder));
    let (pages, fixtures) = (names(registry.pages), listing(registry.fixtures));
    none(&misfits(registry, &shown, Some(&pages), fixtures.as_deref()));
}

#[test]
fn every_source_has_its_line_page_and_fixtures() {
    check(&SOURCES);
}

#[test]
fn every_rule_has_its_line_page_and_fixtures() {
    check(&RULES);
}

#[test]
fn every_diagnosis_has_its_line_page_and_fixtures() {
    check(&DIAGNOSES);
}

/// Controls that a rule names and nobody gave a title, and titles of controls that no rule names.
fn untitled(named: &BTreeSet<Control>, titled: &BTreeSet<Control>) -> Vec<String> {
    let missing = named.difference(titled).map(|control| format!("src/model/control/title.rs: {control} has no title"));
    let unused = titled.difference(named).map(|control| format!("src/model/control/title.rs: no rule names {control}"));
    missing.chain(unused).collect()
}

#[test]
fn every_control_that_a_rule_names_has_a_title() {
    let named = analyzer::ALL.iter().flat_map(|rule| rule.controls).copied().collect();
    none(&untitled(&named, &Control::titled().collect()));
    let empty: Vec<String> = Control::titled()
        .filter(|control| control.title().is_none_or(|title| title.trim().is_empty()))
        .map(|control| control.to_string())
        .collect();
    none(&empty);
}

#[test]
fn a_control_without_a_title_is_seen() {
    let control = |id| Control { framework: Framework::Soc2, id };
    let problems = untitled(&BTreeSet::from([control("CC1"), control("CC2")]), &BTreeSet::from([control("CC2"), control("CC3")]));
    let expected = ["src/model/control/title.rs: SOC 2 CC1 has no title", "src/model/control/title.rs: no rule names SOC 2 CC3"];
    assert_eq!(problems, expected);
    assert_eq!(control("CC1").title(), None);
}

#[test]
fn what_is_missing_is_seen() {
    let file = |name: &str, text: &str| (format!("src/source/{name}.rs"), text.to_owned());
    let card = |id: &str| {
        format!(
            "/// Doc.\npub const CARD: Source = Source {{\n    id: \"{id}\",\n    title: \"x\" }};\nlet p = PersonRef {{ id: \"no\" }};"
        )
    };
    let files = [
        file("mod", "pub const ALL: &[Source] = &[a_log::CARD, gone::CARD];"),
        file("a_log", &card("a-log")),
        file("b_log", &card("b-log")),
        file("c_log", &card("other")),
        file("shared", "pub(super) fn text() {}"),
    ];
    let shown = shown(&SOURCES, &files);
    let list = |names: &[&str]| names.iter().map(ToString::to_string).collect::<Vec<String>>();
    let pages = list(&["a-log.md", "b-log.md", "other.md"]);
    let fixtures = list(&["a-log", "b-log", "other", "stray"]);
    let problems = misfits(&SOURCES, &shown, Some(&pages), Some(&fixtures));
    let expected = [
        "src/source/mod.rs: ALL does not name b_log",
        "src/source/c_log.rs: holds the card of other",
        "src/source/mod.rs: ALL does not name c_log",
        "src/source/gone.rs: is named in ALL and holds no card",
        "fixtures/sources/stray: belongs to no card in src/source",
    ];
    assert_eq!(problems, expected);
    let problems = misfits(&SOURCES, &shown, Some(&pages[1..]), None);
    assert!(problems.contains(&"docs/sources/a-log.md: is missing".to_owned()), "{problems:?}");
}
