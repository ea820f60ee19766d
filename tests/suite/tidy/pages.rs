//! The pages of the rules have one form and say what the cards say: they are compiled in, and reports quote them.
//! Every page is in the index.

use std::fs;

use regex::Regex;
use scimdrift::analyzer::{self, Analyzer};
use scimdrift::model::finding::Severity;

use super::{none, texts, top};

/// The sections of a rule's page, in order.
const SECTIONS: [&str; 7] =
    ["What it finds", "Why it matters", "How it decides", "Parameters", "What it cannot see", "How to fix", "Example"];

/// The sections of a diagnosis' page, in order.
const OF_DIAGNOSES: [&str; 6] = ["How it looks", "Why", "Fix in Okta", "Fix in Entra", "Fix at Hugging Face", "Test with one user"];

/// The head of the table of reasons.
const TABLE: &str = "| Reason | When | Severity |\n|---|---|---|\n";

/// The text under a heading.
fn section<'a>(text: &'a str, title: &str) -> &'a str {
    text.split(&format!("\n## {title}\n")).nth(1).and_then(|rest| rest.split("\n## ").next()).unwrap_or("").trim()
}

/// How a rule's page differs from the form.
fn deviations(file: &str, text: &str) -> Vec<String> {
    let mut problems = Vec::new();
    let id = file.rsplit('/').next().unwrap_or(file).trim_end_matches(".md");
    let (head, _) = text.split_once("\n## ").unwrap_or((text, ""));
    let head: Vec<&str> = head.lines().filter(|line| !line.is_empty()).collect();
    if head.len() != 2 || head[0] != format!("# {id}") {
        problems.push(format!("{file}: begins with `# {id}` and one line of summary"));
    }
    let found: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("## ")).collect();
    if found != SECTIONS {
        problems.push(format!("{file}: has the sections {}, in this order; found {}", SECTIONS.join(" · "), found.join(" · ")));
        return problems;
    }
    for title in SECTIONS.iter().filter(|title| section(text, title).is_empty()) {
        problems.push(format!("{file}: {title} is empty"));
    }
    let blind = section(text, "What it cannot see");
    if blind.contains("\n\n") || blind.lines().any(|line| line.starts_with(['-', '*', '|', '#', '`'])) {
        problems.push(format!("{file}: What it cannot see is one paragraph of plain sentences, since reports show it"));
    }
    problems
}

/// The rows of the table of reasons: reason, empty for `none`, and the first word of the severity.
fn reasons(text: &str) -> Vec<(String, String)> {
    let row = Regex::new(r"(?m)^\| (?:`([a-z-]+)`|none) \| [^|]+ \| (critical|high|medium|low)\b[^|]* \|$").unwrap();
    let table = section(text, "What it finds").split_once(TABLE).map_or("", |(_, rows)| rows);
    row.captures_iter(table).map(|row| (row.get(1).map_or("", |reason| reason.as_str()).to_owned(), row[2].to_owned())).collect()
}

/// Where the page and the card of a rule say different things.
fn contradictions(rule: &Analyzer, text: &str) -> Vec<String> {
    let file = format!("docs/rules/{}.md", rule.id);
    let mut problems = Vec::new();
    let card: Vec<_> = rule.reasons.iter().map(|reason| (reason.id.to_owned(), reason.severity.word().to_owned())).collect();
    let page = reasons(text);
    if page != card {
        problems.push(format!("{file}: the table has the reasons {page:?}, the card has {card:?}"));
    }
    let why = section(text, "Why it matters");
    let word = |id: &str| Regex::new(&format!(r"(?:^|[^\w.()]){}(?:$|[^\w(]|\.?\s)", regex::escape(id))).unwrap();
    for control in rule.controls.iter().filter(|control| !word(control.id).is_match(why)) {
        problems.push(format!("{file}: Why it matters does not name {control}"));
    }
    problems
}

/// Pages that the index does not link.
fn unlinked<'a>(index: &str, pages: impl Iterator<Item = &'a str>) -> Vec<String> {
    pages.filter(|page| !index.contains(&format!("]({page})"))).map(|page| format!("docs/README.md: does not link {page}")).collect()
}

#[test]
fn every_rule_page_has_the_form() {
    let pages = texts("docs/rules", "md");
    assert!(!pages.is_empty(), "no pages were read");
    none(&pages.iter().flat_map(|(file, text)| deviations(file, text)).collect::<Vec<_>>());
}

#[test]
fn every_rule_page_says_what_the_card_says() {
    none(&analyzer::ALL.iter().flat_map(|rule| contradictions(rule, rule.doc)).collect::<Vec<_>>());
}

#[test]
fn every_diagnosis_page_has_the_form() {
    let pages = texts("docs/diagnoses", "md");
    assert!(!pages.is_empty(), "no pages were read");
    let of_page = |(file, text): &(String, String)| {
        let id = file.rsplit('/').next().unwrap_or(file).trim_end_matches(".md");
        let found: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        let mut problems = Vec::new();
        if !text.starts_with(&format!("# {id}\n\n")) || found != OF_DIAGNOSES {
            problems.push(format!("{file}: begins with `# {id}` and has the sections {}", OF_DIAGNOSES.join(" · ")));
        }
        let numbered = |title: &&&str| section(text, title).lines().all(|line| line.starts_with(|first: char| first.is_ascii_digit()));
        problems
            .extend(OF_DIAGNOSES.iter().filter(|title| section(text, title).is_empty()).map(|title| format!("{file}: {title} is empty")));
        problems
            .extend(OF_DIAGNOSES[2..].iter().filter(|title| !numbered(title)).map(|title| format!("{file}: {title} is a list of steps")));
        problems
    };
    none(&pages.iter().flat_map(of_page).collect::<Vec<_>>());
}

#[test]
fn every_page_is_in_the_index() {
    let index = fs::read_to_string(top().join("docs/README.md")).unwrap();
    let pages = texts("docs", "md");
    let pages = pages.iter().map(|(file, _)| file.trim_start_matches("docs/")).filter(|page| *page != "README.md");
    none(&unlinked(&index, pages));
}

#[test]
fn another_form_is_seen() {
    let page = |skipped: &str, blind: &str, head: &str| {
        let sections = SECTIONS.iter().filter(|title| **title != skipped).map(|title| match *title {
            "What it cannot see" => format!("\n## {title}\n\n{blind}\n"),
            _ => format!("\n## {title}\n\nText.\n"),
        });
        format!("{head}{}", sections.collect::<String>())
    };
    let deviations = |text: &str| deviations("docs/rules/a-rule.md", text).len();
    let head = "# a-rule\n\nOne line.\n";
    assert_eq!(deviations(&page("", "One.\nTwo.", head)), 0);
    assert_eq!(deviations(&page("Parameters", "One.", head)), 1);
    assert_eq!(deviations(&page("", "One.\n\nTwo.", head)), 1);
    assert_eq!(deviations(&page("", "- One.", head)), 1);
    assert_eq!(deviations(&page("", "", head)), 1);
    assert_eq!(deviations(&page("", "One.", "# b-rule\n\nOne line.\n")), 1);
}

#[test]
fn a_contradiction_is_seen() {
    let rule = analyzer::find("late-deprovisioning").unwrap();
    none(&contradictions(rule, rule.doc));
    assert_eq!(rule.reasons[0].severity, Severity::High);
    assert_eq!(contradictions(rule, &rule.doc.replace("| high |", "| low |")).len(), 1);
    assert_eq!(contradictions(rule, &rule.doc.replace("`over-sla`", "`late`")).len(), 1);
    assert_eq!(contradictions(rule, &rule.doc.replace("CC6.3", "CC6.31")).len(), 1);
    assert_eq!(contradictions(rule, &rule.doc.replace("AC-2(3)", "AC-2")).len(), 1);
}

#[test]
fn a_page_out_of_the_index_is_seen() {
    assert_eq!(unlinked("[a](rules/a.md)", ["rules/a.md", "rules/b.md"].into_iter()), ["docs/README.md: does not link rules/b.md"]);
}
