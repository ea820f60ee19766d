//! CSV: RFC 4180 in UTF-8, with commas, CRLF and a header, and with cells that no spreadsheet takes for a formula.
//!
//! Each format is a list of [`Column`]s, so that a name and the cell under it stand on one line.
//! Numbers are written as they are; every other cell goes through [`guard`].

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io;

use super::visible::{is_hidden, is_line_space};
use crate::model::time::{Span, Timestamp};

/// One column: its name in the header, and its cell of a row.
pub(super) type Column<R> = (&'static str, for<'r> fn(&'r R) -> Cell<'r>);

/// One cell, before it is written.
pub(super) enum Cell<'r> {
    /// Text that may come from outside: guarded.
    Text(Cow<'r, str>),
    /// A number of ours: written as it is, since a guard would make it text.
    Number(String),
}

/// A text.
pub(super) fn text(text: &str) -> Cell<'_> {
    Cell::Text(Cow::Borrowed(text))
}

/// A list, sorted, joined by `; `.
pub(super) fn list<'r>(items: impl IntoIterator<Item = Cow<'r, str>>) -> Cell<'r> {
    let mut items: Vec<_> = items.into_iter().collect();
    items.sort_unstable();
    items.dedup();
    Cell::Text(Cow::Owned(items.join("; ")))
}

/// A list of texts.
pub(super) fn texts(items: &[String]) -> Cell<'_> {
    list(items.iter().map(|item| Cow::Borrowed(item.as_str())))
}

/// A moment in RFC 3339; empty where there is none.
pub(super) fn moment<'r>(moment: impl Into<Option<Timestamp>>) -> Cell<'r> {
    Cell::Text(moment.into().map_or_else(String::new, |moment| moment.to_string()).into())
}

/// A count.
pub(super) fn count<'r>(count: u64) -> Cell<'r> {
    Cell::Number(count.to_string())
}

/// Hours with four decimals, rounded half away from zero; empty where there are none.
pub(super) fn hours<'r>(span: impl Into<Option<Span>>) -> Cell<'r> {
    Cell::Number(span.into().map_or_else(String::new, four_decimals))
}

/// `true` or `false`; empty where it does not apply.
pub(super) fn flag<'r>(flag: Option<bool>) -> Cell<'r> {
    Cell::Text(flag.map_or("", |flag| if flag { "true" } else { "false" }).into())
}

/// An empty cell, for people to fill in.
pub(super) fn blank<R>(_: &R) -> Cell<'_> {
    text("")
}

/// Writes the header and a line for each row.
pub(super) fn write<'r, R: 'r>(columns: &[Column<R>], rows: impl IntoIterator<Item = &'r R>, out: &mut dyn io::Write) -> io::Result<()> {
    // Whether a cell stands in quotes says whether it is text, so it is decided here and not by the writer.
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).quote_style(csv::QuoteStyle::Never).from_writer(out);
    writer.write_record(columns.iter().map(|(name, _)| name))?;
    for row in rows {
        for (_, cell) in columns {
            match cell(row) {
                Cell::Text(text) => writer.write_field(quoted(&guard(&text)).as_bytes())?,
                Cell::Number(number) => writer.write_field(number)?,
            }
        }
        writer.write_record(None::<&[u8]>)?;
    }
    writer.flush()
}

/// A text as a field. It stands in quotes where RFC 4180 asks for them, and where a spreadsheet could take it for a number, a date
/// or a truth value: what is quoted can then be read as text, as in `00123`.
fn quoted(text: &str) -> Cow<'_, str> {
    let is_value = text.chars().any(char::is_numeric) || ["true", "false"].iter().any(|word| text.eq_ignore_ascii_case(word));
    if is_value || text.contains([',', '"']) { Cow::Owned(format!("\"{}\"", text.replace('"', "\"\""))) } else { Cow::Borrowed(text) }
}

/// A text as it may stand in a cell: no spreadsheet runs it, no terminal obeys it, and a row stays on one line.
///
/// A cell that starts with `=`, `+`, `-`, `@`, a tab, CR, LF or NUL, or with the full-width form of such a sign, after spaces or not,
/// gets a leading `'`. Tabs and line ends become one space each; other hidden characters are written as `\u{202E}`.
fn guard(text: &str) -> Cow<'_, str> {
    let visible = if text.chars().any(is_hidden) { Cow::Owned(made_visible(text)) } else { Cow::Borrowed(text) };
    if starts_a_formula(text) || starts_a_formula(&visible) { Cow::Owned(format!("'{visible}")) } else { visible }
}

fn made_visible(text: &str) -> String {
    let mut visible = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '\r' if rest.peek() == Some(&'\n') => {} // the LF stands for both
            _ if is_line_space(character) => visible.push(' '),
            // Writing to a string cannot fail.
            _ if is_hidden(character) => write!(visible, "\\u{{{:X}}}", u32::from(character)).unwrap_or_default(),
            _ => visible.push(character),
        }
    }
    visible
}

/// Spreadsheets skip spaces before a formula, so the first sign after them counts too.
fn starts_a_formula(text: &str) -> bool {
    let sign = |character| matches!(character, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠' | '\t' | '\r' | '\n' | '\0');
    text.starts_with(sign) || text.trim_start().starts_with(sign)
}

/// Whole numbers all the way, so that no platform rounds differently.
fn four_decimals(span: Span) -> String {
    const TEN_THOUSANDTH: u64 = 360_000; // microseconds in 0.0001 h
    let rounded = (span.micros().unsigned_abs() + TEN_THOUSANDTH / 2) / TEN_THOUSANDTH;
    let sign = if span.micros() < 0 && rounded > 0 { "-" } else { "" };
    format!("{sign}{}.{:04}", rounded / 10_000, rounded % 10_000)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn formulas_are_texts() {
        for (raw, safe) in [
            ("=HYPERLINK(\"http://x\",\"y\")", "'=HYPERLINK(\"http://x\",\"y\")"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\tx", "' x"),
            ("\r\nx", "' x"),
            ("\nx", "' x"),
            ("\0=1", "'\\u{0}=1"),
            ("  =1", "'  =1"),
            ("＝1", "'＝1"),
            ("\u{b}=1", "' =1"),
            ("a-b", "a-b"),
            ("O'Neil", "O'Neil"),
            ("first\r\nsecond\tthird", "first second third"),
            ("a\u{202e}b\u{1b}[2J", "a\\u{202E}b\\u{1B}[2J"),
            ("", ""),
        ] {
            assert_eq!(guard(raw), safe, "{raw:?}");
        }
    }

    #[test]
    fn what_could_be_taken_for_a_value_is_quoted() {
        for (text, field) in [
            ("00123", "\"00123\""),
            ("2026-09-30", "\"2026-09-30\""),
            ("May 1", "\"May 1\""),
            ("１２", "\"１２\""),
            ("TRUE", "\"TRUE\""),
            ("untrue", "untrue"),
            ("a,b", "\"a,b\""),
            ("say \"yes\"", "\"say \"\"yes\"\"\""),
            ("within-sla", "within-sla"),
            ("", ""),
        ] {
            assert_eq!(quoted(text), field, "{text}");
        }
    }

    #[test]
    fn hours_have_four_decimals() {
        for (micros, text) in [
            (0, "0.0000"),
            (3_600_000_000, "1.0000"),
            (1_980_000, "0.0006"),
            (-5_400_000_000, "-1.5000"),
            (-1, "0.0000"),
            (i64::MIN, "-2562047788.0152"),
        ] {
            assert_eq!(four_decimals(Span::from_micros(micros)), text, "{micros}");
        }
    }

    proptest! {
        #[test]
        fn guarding_twice_changes_nothing_more(text in "(?s)[ \\t\\r\\n=+@＝'\u{202e}\u{0}\u{a0}-]{0,3}.{0,12}") {
            let once = guard(&text).into_owned();
            prop_assert_eq!(guard(&once), once.as_str());
            prop_assert!(!once.chars().any(is_hidden));
            prop_assert!(!starts_a_formula(&once));
        }
    }
}
