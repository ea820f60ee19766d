//! The pages of the rules have one form, since they are printed by `explain` and shown in reports; every page is in the index.

use std::fs;

use regex::Regex;

use super::{none, texts, top};

/// The sections of a rule's page, in order.
const SECTIONS: [&str; 7] =
    ["What it finds", "Why it matters", "How it decides", "Parameters", "What it cannot see", "How to fix", "Example"];

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
    let wanted = SECTIONS;
    if found != wanted {
        problems.push(format!("{file}: has the sections {}, in this order; found {}", wanted.join(" · "), found.join(" · ")));
        return problems;
    }
    let section =
        |title: &str| text.split(&format!("\n## {title}\n")).nth(1).and_then(|rest| rest.split("\n## ").next()).unwrap_or("").trim();
    for title in wanted.iter().filter(|title| section(title).is_empty()) {
        problems.push(format!("{file}: {title} is empty"));
    }
    let row = Regex::new(r"(?m)^\| (`[a-z-]+`|–) \| (critical|high|medium|low)\b[^|]*\|").unwrap();
    if !section("What it finds").contains("| reason | severity | when |") || !row.is_match(section("What it finds")) {
        problems.push(format!("{file}: What it finds has a table `| reason | severity | when |`"));
    }
    let blind = section("What it cannot see");
    if blind.contains("\n\n") || blind.lines().any(|line| line.starts_with(['-', '*', '|', '#', '`'])) {
        problems.push(format!("{file}: What it cannot see is one paragraph of plain sentences, since reports show it"));
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
            "What it finds" => format!("\n## {title}\n\n| reason | severity | when |\n|---|---|---|\n| `no-owner` | high | x |\n"),
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
    assert_eq!(deviations(&page("", "One.", head).replace("high", "bad")), 1);
}

#[test]
fn a_page_out_of_the_index_is_seen() {
    assert_eq!(unlinked("[a](rules/a.md)", ["rules/a.md", "rules/b.md"].into_iter()), ["docs/README.md: does not link rules/b.md"]);
}
