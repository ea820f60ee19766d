//! Hostile text in every field of every row, read back: in the tables it is the same text, on the page it is text.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use proptest::prelude::*;
use serde_json::Value;

use super::document::Document;
use super::{COLUMNS, is_word, rows, written};
use crate::model::report::Report;
use crate::report::sample;
use crate::report::visible::{is_hidden, is_line_space};

/// Ends what a test puts before a text. It stands nowhere in the templates, so that what is before it came from the test.
const MARK: char = '¤';

/// What people put where a name is asked for. U+FFFD is what a lone surrogate becomes when it is read.
const NASTY: [&str; 24] = [
    "=cmd|'/c calc'!A1",
    "+1",
    "-1",
    "@SUM(A1:A9)",
    "\t=1",
    "\r=1",
    "\r\n=1",
    "\n",
    "'",
    "''=1",
    "\"",
    "\"\"",
    "a,b;c",
    "\"><img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "</style></title></textarea><!--",
    "--><svg/onload=alert(1)>",
    "' autofocus onfocus=alert(1) x='",
    "javascript:alert(1)",
    "&lt;b&gt;&#0;&amp",
    "{{7*7}}{% x %}",
    "\u{0}\u{1b}[31m\u{7f}",
    "\u{202e}\u{2066}\u{200b}\u{feff}\u{2028}",
    "\u{fffd}\u{fffd}１２🏴󠁧󠁢󠁿",
];

fn hostile() -> impl Strategy<Value = String> {
    let nasty = || prop::sample::select(&NASTY[..]).prop_map(str::to_owned);
    let any = "(?s).{0,24}";
    prop_oneof![nasty(), (nasty(), any).prop_map(|(one, other)| one + &other), (any, nasty()).prop_map(|(one, other)| one + &other)]
}

/// A report with `before` and the mark before every text, by way of its JSON form. Words that a type spells out, times, and the state
/// that decides whether an account is up for review, stay.
pub(super) fn poisoned(before: &str) -> Report {
    fn poison(value: &mut Value, before: &str) {
        match value {
            Value::String(text) if !text.starts_with("20") && !is_word(text) => *text = format!("{before}{MARK}{text}"),
            Value::Array(items) => items.iter_mut().for_each(|item| poison(item, before)),
            Value::Object(fields) => fields.iter_mut().filter(|(key, _)| *key != "state").for_each(|(_, field)| poison(field, before)),
            _ => {}
        }
    }
    let mut value = serde_json::to_value(sample::acme()).expect("a report is JSON");
    poison(&mut value, before);
    serde_json::from_value(value).expect("still a report")
}

/// The rows behind a table, as JSON.
fn rows_behind(report: &Report, id: &str) -> Vec<Value> {
    let value = serde_json::to_value(report).expect("a report is JSON");
    let of = |key: &str| value[key].as_array().cloned().unwrap_or_default();
    match id {
        "worksheet" => of("findings").into_iter().filter(|row| row["status"] == "open").collect(),
        "access-review" => of("accounts").into_iter().filter(|row| row["state"] == "active").collect(),
        "inputs" => {
            let refused = of("refused").into_iter().map(|row| serde_json::json!({"file": row["file"]}));
            let mut files: Vec<_> = of("inputs").into_iter().chain(refused).collect();
            files.sort_by_key(|row| row["file"].as_str().map(str::to_owned));
            files
        }
        _ => of(id),
    }
}

/// What a cell has to hold for a text, or a list of texts; `None` for what is no text.
fn expected(field: &Value) -> Option<String> {
    let text = match field {
        Value::String(text) => Cow::Borrowed(text.as_str()),
        Value::Array(items) => {
            let mut texts = items.iter().map(Value::as_str).collect::<Option<Vec<_>>>()?;
            texts.sort_unstable();
            texts.dedup();
            Cow::Owned(texts.join("; "))
        }
        _ => return None,
    };
    let mut cell = String::new();
    for character in text.replace("\r\n", "\n").chars() {
        match character {
            _ if is_line_space(character) => cell.push(' '),
            _ if is_hidden(character) => write!(cell, "\\u{{{:X}}}", u32::from(character)).expect("memory takes everything"),
            _ => cell.push(character),
        }
    }
    let runs = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
    let is_formula = text.starts_with(['\t', '\r', '\n', '\0']) || [&*text, &cell].iter().any(|text| text.trim_start().starts_with(runs));
    Some(if is_formula { format!("'{cell}") } else { cell })
}

/// A text as the page shows it: hidden characters by their numbers.
fn shown(text: &str) -> String {
    let mut shown = String::new();
    for character in text.chars() {
        if is_hidden(character) {
            write!(shown, "[U+{:04X}]", u32::from(character)).expect("memory takes everything");
        } else {
            shown.push(character);
        }
    }
    shown
}

/// The elements of a page that are the same whatever its texts hold: not those that show a hidden character or mark a decisive field.
fn structure(document: &Document) -> BTreeMap<String, usize> {
    let mut elements = document.elements();
    let hidden = document.values("class").iter().filter(|class| **class == "hid").count();
    elements.entry("span class".to_owned()).and_modify(|count| *count -= hidden);
    elements.remove("mark");
    elements
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn every_table_parses_back_to_the_same_texts(before in hostile()) {
        let report = poisoned(&before);
        for (id, columns) in COLUMNS {
            let (cells, behind) = (rows(&report, id), rows_behind(&report, id));
            prop_assert_eq!(cells.len(), behind.len(), "{}", id);
            prop_assert!(id == "rejects" || !cells.is_empty(), "{} has rows", id);
            for (row, behind) in cells.iter().zip(&behind) {
                prop_assert_eq!(row.len(), columns.split(',').count(), "{}", id);
                for (column, cell) in row {
                    if let Some(expected) = behind.get(column).and_then(expected) {
                        prop_assert_eq!(cell, &expected, "{} {}", id, column);
                    }
                }
            }
        }
    }

    #[test]
    fn on_the_page_every_text_is_text(before in hostile()) {
        let harmless = "h".repeat(before.chars().count());
        let (page, twin) = (Document::read(&written(&poisoned(&before), "html")), Document::read(&written(&poisoned(&harmless), "html")));
        prop_assert_eq!(structure(&page), structure(&twin), "an element or attribute that no template wrote");
        prop_assert_eq!(&page.errors, &twin.errors);
        // Records keep their lines, everything else is on one.
        let mut starts = vec![shown(&before), before.split('\n').map(shown).collect::<Vec<_>>().join("\n")];
        starts.dedup();
        let found: usize = starts.iter().map(|start| page.text().matches(&format!("{start}{MARK}")).count()).sum();
        prop_assert_eq!(found, twin.text().matches(&format!("{harmless}{MARK}")).count(), "a text is not what it was");
        prop_assert!(page.text().matches(MARK).count() > 1_000);
        for target in page.values("href") {
            let known = target.starts_with('#') || crate::report::ALL.iter().any(|format| format.file == target);
            prop_assert!(known, "a link to {:?}", target);
        }
    }
}

#[test]
fn a_very_long_text_is_whole_in_the_tables_and_harmless_on_the_page() {
    let long = "</td>=\"'<!--\u{202e}".repeat(100);
    let report = poisoned(&long);
    let cells = rows(&report, "findings");
    assert_eq!(Some(&cells[0]["explanation"]), expected(&Value::String(report.findings[0].explanation.clone())).as_ref());
    let page = written(&report, "html");
    assert!(page.contains(" more characters</span>"));
    let twin = Document::read(&written(&poisoned(&"h".repeat(long.chars().count())), "html"));
    let kinds = |document: &Document| structure(document).into_keys().collect::<Vec<_>>();
    assert_eq!(kinds(&Document::read(&page)), kinds(&twin));
}

/// The test of the page could fail: a text that is no text is seen.
#[test]
fn what_runs_is_seen() {
    let harmless = Document::read("<p title=\"h\">h</p><script>1</script>");
    for raw in
        ["<p title=\"\" onclick=\"1\">h</p><script>1</script>", "<p title=\"h\">h<img src=x></p><script>1</script>", "<p title=\"h\">h</p>"]
    {
        assert_ne!(structure(&Document::read(raw)), structure(&harmless), "{raw}");
    }
    let hidden = Document::read("<p title=\"h\"><span class=\"hid\">[U+0000]</span></p><script>1</script>");
    assert_eq!((structure(&hidden).get("span class"), hidden.text().as_str()), (Some(&0), "[U+0000]1"));
    assert_eq!((harmless.of_the("title", "h", "title"), harmless.of_the("title", "x", "title")), (Some("h"), None));
    let two = Document::read("<div id=a><p>one<br>two</p><p> </p></div><div id=b>three</div><style>a<b</style>");
    assert_eq!((two.texts_of("a"), two.texts_of("b")), (vec!["one".to_owned(), "two".to_owned()], vec!["three".to_owned()]));
    assert!(two.text().ends_with("threea<b") && two.errors.is_empty());
}
