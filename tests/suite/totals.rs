//! The same totals wherever a report tells them: on the page, in the tables, in the summary, and in the terminal.

#![expect(clippy::panic, reason = "a number that is not where it should be fails the test, with all that is there")]

#[path = "../../src/report/tests/document.rs"]
#[expect(dead_code, reason = "the tests of the page ask for more of it")]
mod document;

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::support::{acme, folder, rows, run, scimdrift, stderr, stdout};
use document::Document;

const SEVERITIES: [&str; 4] = ["critical", "high", "medium", "low"];

type Counts = BTreeMap<String, u64>;

/// What is told in more than one place.
#[derive(Debug, PartialEq, Eq)]
struct Totals {
    open: Counts,
    waived: u64,
    accounts: Counts,
    leavers: Counts,
    tokens: Counts,
}

/// How often each value stands in a column of a table.
fn counted(report: &Path, file: &str, column: &str) -> Counts {
    let mut counts = Counts::new();
    for row in rows(&report.join(file)) {
        *counts.entry(row[column].clone()).or_default() += 1;
    }
    counts
}

fn sum(counts: &Counts) -> u64 {
    counts.values().sum()
}

fn in_tables(report: &Path) -> Totals {
    let mut open = Counts::new();
    for row in rows(&report.join("findings.csv")).iter().filter(|row| row["status"] == "open") {
        *open.entry(row["severity"].clone()).or_default() += 1;
    }
    Totals {
        open,
        waived: counted(report, "findings.csv", "status").get("waived").copied().unwrap_or(0),
        accounts: counted(report, "accounts.csv", "state"),
        leavers: counted(report, "leavers.csv", "verdict"),
        tokens: counted(report, "tokens.csv", "status"),
    }
}

fn counts(value: &Value) -> Counts {
    value.as_object().into_iter().flatten().map(|(word, count)| (word.clone(), count.as_u64().expect("a count"))).collect()
}

fn in_summary(summary: &Value) -> Totals {
    let open = |severity: &str| (severity.to_owned(), summary["findings"]["by_severity"][severity]["open"].as_u64().expect("a count"));
    Totals {
        open: SEVERITIES.into_iter().map(open).filter(|(_, count)| *count > 0).collect(),
        waived: summary["findings"]["waived"].as_u64().expect("a count"),
        accounts: counts(&summary["accounts"]["by_state"]),
        leavers: counts(&summary["leavers"]["by_verdict"]),
        tokens: counts(&summary["tokens"]["by_status"]),
    }
}

/// The number that stands before a word, or behind it.
fn beside(texts: &[String], word: &str, step: isize) -> u64 {
    let place = texts.iter().position(|text| text == word).unwrap_or_else(|| panic!("{word:?} is not among {texts:?}"));
    let number = place.checked_add_signed(step).and_then(|place| texts.get(place)).expect("a text beside it");
    number.replace(',', "").parse().unwrap_or_else(|_| panic!("{number:?} beside {word:?} is no number"))
}

/// The number a text begins with.
fn leading(text: &str) -> u64 {
    text.split(' ')
        .next()
        .and_then(|number| number.replace(',', "").parse().ok())
        .unwrap_or_else(|| panic!("{text:?} begins with no number"))
}

#[test]
fn page_tables_summary_and_terminal_agree() {
    let (folder, config) = (folder(), acme().join("scimdrift.toml"));
    let told = run(&config, folder.path(), &[]);
    assert_eq!(told.status.code(), Some(3), "{}", stderr(&told));
    let report = folder.path().join("report");
    let (tables, text) = (in_tables(&report), |file: &str| std::fs::read_to_string(report.join(file)).expect("a file"));
    let summary: Value = serde_json::from_str(&text("summary.json")).expect("JSON");
    assert!(sum(&tables.open) > 0 && tables.waived > 0 && tables.leavers.len() > 2 && tables.tokens.len() > 2, "{tables:?}");
    assert_eq!(in_summary(&summary), tables);
    for (file, column, word, by) in [
        ("failures.csv", "cause", "failures", "by_cause"),
        ("joiners.csv", "origin", "joiners", "by_origin"),
        ("changes.csv", "kind", "changes", "by_kind"),
        ("accounts.csv", "class", "accounts", "by_class"),
        ("accounts.csv", "system", "accounts", "by_system"),
        ("accounts.csv", "situation", "accounts", "by_situation"),
    ] {
        let counted = counted(&report, file, column);
        assert_eq!((counts(&summary[word][by]), summary[word]["total"].as_u64()), (counted.clone(), Some(sum(&counted))), "{file}");
    }
    assert_eq!(rows(&report.join("worksheet.csv")).len() as u64, sum(&tables.open));
    assert_eq!(rows(&report.join("access-review.csv")).len() as u64, tables.accounts["active"]);
    on_the_page(&Document::read(&text("report.html")), &report, &tables);
    in_the_terminal(&stdout(&told), &tables, &summary);
    let told = run(&config, folder.path(), &["--format", "json"]);
    let told: Value = serde_json::from_str(&stdout(&told)).expect("JSON");
    let open: Counts = counts(&told["open"]).into_iter().filter(|(_, count)| *count > 0).collect();
    assert_eq!((open, told["waived"].as_u64()), (tables.open.clone(), Some(tables.waived)));
    for turn in ["new", "persisting", "reopened", "resolved"] {
        assert_eq!(told[turn], summary["findings"]["by_change"][turn], "{turn}");
    }
    in_the_list(&config, &folder.path().join("store.db"), &counted(&report, "findings.csv", "status"));
}

/// What `scimdrift findings` lists, in all, and of each status.
fn in_the_list(config: &Path, store: &Path, by_status: &Counts) {
    let all = sum(by_status);
    let list = |arguments: &[&str]| {
        let mut list = scimdrift();
        list.arg("findings").args(arguments).arg("--config").arg(config).arg("--store").arg(store);
        stdout(&list.output().expect("the program starts"))
    };
    for (status, count) in by_status {
        let told = list(&["--status", status]);
        assert!(told.contains(&format!("\n{count} of {all} findings")), "{status}: {told}");
    }
    let rows: Value = serde_json::from_str(&list(&["--format", "json"])).expect("JSON");
    assert_eq!(rows.as_array().map(|rows| rows.len() as u64), Some(all));
}

fn on_the_page(page: &Document, report: &Path, tables: &Totals) {
    for list in ["accounts", "controls", "coverage", "failures", "findings", "inputs", "leavers", "rejects", "tokens"] {
        let told = page.of_the("data-list", list, "data-total").and_then(|total| total.parse().ok());
        assert_eq!(told, Some(rows(&report.join(format!("{list}.csv"))).len()), "{list}");
    }
    let verdict = page.texts_of("verdict");
    let open = verdict.iter().find(|text| text.ends_with("open findings")).expect("how many are open");
    assert_eq!(leading(open), sum(&tables.open));
    for (severity, count) in &tables.open {
        assert_eq!(beside(&verdict, severity, -1), *count, "{severity}");
    }
    let waived = verdict.iter().find(|text| text.ends_with("waived")).expect("how many are waived");
    assert_eq!(leading(waived), tables.waived);
    let by_rule = page.texts_of("counts");
    for (rule, count) in counted(report, "findings.csv", "rule") {
        let of_rule = |step| beside(&by_rule, &rule, step);
        assert_eq!(of_rule(6) + of_rule(8), count, "{rule}: open and waived");
        assert_eq!((2..6).map(of_rule).sum::<u64>(), of_rule(6), "{rule}: by severity");
    }
    let lags = page.texts_of("lags");
    let of = |words: &[&str]| words.iter().filter_map(|word| tables.leavers.get(*word)).sum::<u64>();
    let told = ["within 24\u{a0}h", "late", "still open", "without an account, or not known"].map(|word| beside(&lags, word, -1));
    assert_eq!(told, [of(&["within-sla"]), of(&["over-sla"]), of(&["open"]), of(&["ended", "unknown", "no-account"])]);
    let tokens = page.texts_of("tokens");
    for (status, count) in &tables.tokens {
        assert_eq!(beside(&tokens, status, 1), *count, "{status}");
    }
    let accounts = page.texts_of("accounts");
    let states = ["active", "pending", "inactive", "unknown"].map(|state| tables.accounts.get(state).copied().unwrap_or(0));
    let told: Vec<u64> = (1..6).map(|step| beside(&accounts, "huggingface", step)).collect();
    assert_eq!((told[0], &told[1..]), (sum(&tables.accounts), &states[..]), "the fixtures have one system");
}

fn in_the_terminal(told: &str, tables: &Totals, summary: &Value) {
    let line = |start: &str| told.lines().find_map(|line| line.strip_prefix(start)).unwrap_or_else(|| panic!("no line of {start}: {told}"));
    let open: Vec<String> = line("findings").split('·').map(|part| part.trim().to_owned()).collect();
    let mut expected = vec![format!("{} open", sum(&tables.open))];
    expected.extend(SEVERITIES.iter().filter_map(|severity| Some(format!("{} {severity}", tables.open.get(*severity)?))));
    assert_eq!(open, expected);
    let turns = |turn: &str| format!("{} {turn}", summary["findings"]["by_change"][turn]);
    let expected = ["new", "reopened", "persisting"].map(turns).join(" · ");
    let expected = format!("{expected}, {} of these waived · {}", tables.waived, turns("resolved"));
    assert!(told.contains(&expected), "{expected}: {told}");
    let active = format!("{} active of {}", tables.accounts["active"], sum(&tables.accounts));
    assert!(line("accounts").trim().starts_with(&active), "{active}: {told}");
}
