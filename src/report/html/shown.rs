//! How values are shown on the page: texts made inert, counts with their thousands apart, lengths in words.

use std::fmt::{self, Write as _};

use crate::model::time::{Span, Timestamp};
use crate::report::visible::is_hidden;

/// What stands where there is nothing to show.
pub(super) const NONE: &str = "<span class=\"none\">–</span>";

/// How much of one text the page shows, in characters. Names are shorter; what is not has all its length in the CSV files.
const LONGEST: usize = 1_000;

/// A value or `None`, by reference or not: templates hand over all of them.
pub(super) trait Optional<V> {
    /// The value.
    fn get(&self) -> Option<V>;
}

impl Optional<Self> for Timestamp {
    fn get(&self) -> Option<Self> {
        Some(*self)
    }
}

impl Optional<Self> for Span {
    fn get(&self) -> Option<Self> {
        Some(*self)
    }
}

impl<V: Copy> Optional<V> for Option<V> {
    fn get(&self) -> Option<V> {
        *self
    }
}

impl<V, T: Optional<V>> Optional<V> for &T {
    fn get(&self) -> Option<V> {
        (*self).get()
    }
}

/// A count of any width.
pub(super) trait Number {
    /// The count.
    fn number(&self) -> u64;
}

impl Number for u64 {
    fn number(&self) -> u64 {
        *self
    }
}

impl Number for usize {
    fn number(&self) -> u64 {
        u64::try_from(*self).unwrap_or(u64::MAX)
    }
}

impl<T: Number> Number for &T {
    fn number(&self) -> u64 {
        (*self).number()
    }
}

/// A count with its thousands apart: `1,284`.
pub(super) fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// The one way in which outside text reaches the page: its markup inert, its hidden characters shown by their numbers.
pub(super) fn html(text: &str, keep_lines: bool) -> String {
    let mut html = String::with_capacity(text.len() + text.len() / 8);
    let room = if keep_lines { usize::MAX } else { LONGEST };
    let mut rest = text.chars();
    for character in rest.by_ref().take(room) {
        // Writing to a string cannot fail.
        show(character, keep_lines, &mut html).unwrap_or_default();
    }
    let more = if rest.as_str().is_empty() { 0 } else { rest.count() };
    if more > 0 {
        write!(html, " <span class=\"none\">… and {} more characters</span>", count(u64::try_from(more).unwrap_or(u64::MAX)))
            .unwrap_or_default();
    }
    html
}

/// The beginning of a text that takes no more than so many bytes of the page, where line ends stay line ends.
pub(super) fn beginning(text: &str, bytes: usize) -> &str {
    let (mut html, mut taken) = (String::new(), 0);
    for (place, character) in text.char_indices() {
        html.clear();
        show(character, true, &mut html).unwrap_or_default();
        taken += html.len();
        if taken > bytes {
            return text.get(..place).unwrap_or_default();
        }
    }
    text
}

/// A moment to the minute, with the exact one behind it.
pub(super) fn moment(at: Timestamp) -> String {
    format!("<time datetime=\"{at}\">{}</time>", at.minute())
}

/// The day of a moment, with the exact moment behind it.
pub(super) fn day(at: Timestamp) -> String {
    format!("<time datetime=\"{at}\">{}</time>", date(at))
}

/// The day of a moment: `2026-10-01`.
pub(super) fn date(at: Timestamp) -> String {
    at.minute().split(' ').next().unwrap_or_default().to_owned()
}

/// A length of time in words that stay on one line.
pub(super) fn span(span: Span) -> String {
    span.to_string().replace(' ', "\u{a0}")
}

/// A text as a value in a query string, as the page shows it.
pub(super) fn query(text: &str) -> String {
    let mut query = String::new();
    for byte in plain(text).bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'(' | b')') {
            query.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            write!(query, "%{byte:02X}").unwrap_or_default();
        }
    }
    query
}

/// A length in bytes, in the unit a person would choose.
pub(super) fn bytes(number: u64) -> String {
    let (mut tenths, mut unit) = (number.saturating_mul(10), "B");
    for larger in ["kB", "MB", "GB", "TB"] {
        if tenths < 10_000 {
            break;
        }
        (tenths, unit) = (tenths / 1000, larger);
    }
    let digits = if unit == "B" || tenths >= 1000 { count(tenths / 10) } else { format!("{}.{}", tenths / 10, tenths % 10) };
    format!("{digits}\u{a0}{unit}")
}

/// A text for an attribute or a title, where no markup can stand; the template escapes it.
pub(super) fn plain(text: &str) -> String {
    let mut visible = String::with_capacity(text.len());
    for character in text.chars().take(LONGEST) {
        if is_hidden(character) {
            write!(visible, "[U+{:04X}]", u32::from(character)).unwrap_or_default();
        } else {
            visible.push(character);
        }
    }
    visible
}

fn show(character: char, keep_lines: bool, html: &mut String) -> fmt::Result {
    match character {
        '<' => html.write_str("&lt;"),
        '>' => html.write_str("&gt;"),
        '&' => html.write_str("&amp;"),
        // Records are mostly quotes; where their lines are kept, no attribute can be meant.
        '"' if !keep_lines => html.write_str("&quot;"),
        '\'' if !keep_lines => html.write_str("&#39;"),
        '\n' if keep_lines => html.write_char('\n'),
        _ if is_hidden(character) => write!(html, "<span class=\"hid\">[U+{:04X}]</span>", u32::from(character)),
        _ => html.write_char(character),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outside_text_is_inert_and_whole() {
        assert_eq!(html("<b title='x'>&\"", false), "&lt;b title=&#39;x&#39;&gt;&amp;&quot;");
        assert_eq!(html("a\u{202e}b", false), "a<span class=\"hid\">[U+202E]</span>b");
        assert_eq!(html("a\nb", true), "a\nb");
        assert_eq!(html("a\nb\0", false), "a<span class=\"hid\">[U+000A]</span>b<span class=\"hid\">[U+0000]</span>");
    }

    #[test]
    fn no_text_fills_the_page() {
        let long = html(&"é".repeat(LONGEST + 1_284), false);
        assert!(long.ends_with("é <span class=\"none\">… and 1,284 more characters</span>"));
        assert_eq!(html(&"é".repeat(LONGEST), false), "é".repeat(LONGEST));
        assert_eq!(plain(&"é".repeat(LONGEST + 1)).chars().count(), LONGEST);
        let (hidden, all) = ("é\0".repeat(3), html("é\0", true).len());
        assert_eq!(beginning(&hidden, all + 1), "é\0");
        assert_eq!(beginning(&hidden, 3 * all), hidden);
    }

    #[test]
    fn thousands_stand_apart() {
        for (number, text) in [(0, "0"), (999, "999"), (1_284, "1,284"), (1_000_000, "1,000,000")] {
            assert_eq!(count(number), text);
        }
    }
}
