//! Filters: how the templates show values. Every text from outside goes through [`text`], [`cell`] or [`lines`].

use std::fmt::{self, Write as _};

use askama::Values;
use askama::filters::Safe;

use crate::model::time::{Span, Timestamp};
use crate::report::visible::is_hidden;

/// A text as HTML: its markup inert, its hidden characters shown by their numbers.
#[askama::filter_fn]
pub(super) fn text<T: AsRef<str>>(value: T, _: &dyn Values) -> askama::Result<Safe<String>> {
    Ok(Safe(shown(value.as_ref(), false)))
}

/// Like [`text`], and a dash where the text is empty.
#[askama::filter_fn]
pub(super) fn cell<T: AsRef<str>>(value: T, _: &dyn Values) -> askama::Result<Safe<String>> {
    let value = value.as_ref();
    Ok(Safe(if value.is_empty() { NONE.to_owned() } else { shown(value, false) }))
}

/// Like [`text`], and line ends stay line ends.
#[askama::filter_fn]
pub(super) fn lines<T: AsRef<str>>(value: T, _: &dyn Values) -> askama::Result<Safe<String>> {
    Ok(Safe(shown(value.as_ref(), true)))
}

/// Like [`text`], for an attribute or a title, where no markup can stand.
#[askama::filter_fn]
pub(super) fn plain<T: AsRef<str>>(value: T, _: &dyn Values) -> askama::Result<String> {
    Ok(visible(value.as_ref()))
}

/// A text as a value in a query string, as the page shows it.
#[askama::filter_fn]
pub(super) fn query<T: AsRef<str>>(value: T, _: &dyn Values) -> askama::Result<Safe<String>> {
    let mut query = String::new();
    for byte in visible(value.as_ref()).bytes() {
        // Writing to a string cannot fail.
        if byte.is_ascii_alphanumeric() { query.push(char::from(byte)) } else { write!(query, "%{byte:02X}").unwrap_or_default() }
    }
    Ok(Safe(query))
}

/// A moment to the minute, with the exact one behind it; a dash where there is none.
#[askama::filter_fn]
pub(super) fn moment<T: Optional<Timestamp>>(value: T, _: &dyn Values) -> askama::Result<Safe<String>> {
    Ok(Safe(value.get().map_or_else(|| NONE.to_owned(), |at| format!("<time datetime=\"{at}\">{}</time>", at.minute()))))
}

/// The day of a moment.
#[askama::filter_fn]
pub(super) fn day<T: Optional<Timestamp>>(value: T, _: &dyn Values) -> askama::Result<Safe<String>> {
    let date = |at: Timestamp| format!("<time datetime=\"{at}\">{}</time>", at.minute().split(' ').next().unwrap_or_default());
    Ok(Safe(value.get().map_or_else(|| NONE.to_owned(), date)))
}

/// The day of a moment, as plain text for a chart.
#[askama::filter_fn]
pub(super) fn day_text<T: Optional<Timestamp>>(value: T, _: &dyn Values) -> askama::Result<String> {
    Ok(value.get().and_then(|at| at.minute().split(' ').next().map(str::to_owned)).unwrap_or_default())
}

/// A length of time in words; a dash where there is none.
#[askama::filter_fn]
pub(super) fn span<T: Optional<Span>>(value: T, _: &dyn Values) -> askama::Result<Safe<String>> {
    Ok(Safe(value.get().map_or_else(|| NONE.to_owned(), |span| span.to_string().replace(' ', "\u{a0}"))))
}

/// A length of time as a number that sorts; empty where there is none.
#[askama::filter_fn]
pub(super) fn micros<T: Optional<Span>>(value: T, _: &dyn Values) -> askama::Result<Safe<String>> {
    Ok(Safe(value.get().map_or_else(String::new, |span| span.micros().to_string())))
}

/// A count with its thousands apart: `1,284`.
#[askama::filter_fn]
pub(super) fn count<T: Number>(value: T, _: &dyn Values) -> askama::Result<Safe<String>> {
    Ok(Safe(grouped(value.number())))
}

/// `s` where the count is not one.
#[askama::filter_fn]
pub(super) fn s<T: Number>(value: T, _: &dyn Values) -> askama::Result<&'static str> {
    Ok(if value.number() == 1 { "" } else { "s" })
}

/// A length in bytes, in the unit a person would choose.
#[askama::filter_fn]
pub(super) fn bytes<T: Number>(value: T, _: &dyn Values) -> askama::Result<Safe<String>> {
    let (mut tenths, mut unit) = (value.number().saturating_mul(10), "B");
    for larger in ["kB", "MB", "GB", "TB"] {
        if tenths < 10_000 {
            break;
        }
        (tenths, unit) = (tenths / 1000, larger);
    }
    let digits = if unit == "B" || tenths >= 1000 { grouped(tenths / 10) } else { format!("{}.{}", tenths / 10, tenths % 10) };
    Ok(Safe(format!("{digits}\u{a0}{unit}")))
}

const NONE: &str = "<span class=\"none\">–</span>";

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

pub(super) fn grouped(number: u64) -> String {
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

/// The one way in which outside text reaches the page.
fn shown(text: &str, keep_lines: bool) -> String {
    let mut html = String::with_capacity(text.len() + text.len() / 8);
    for character in text.chars() {
        // Writing to a string cannot fail.
        show(character, keep_lines, &mut html).unwrap_or_default();
    }
    html
}

fn visible(text: &str) -> String {
    let mut visible = String::with_capacity(text.len());
    for character in text.chars() {
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
        '"' => html.write_str("&quot;"),
        '\'' => html.write_str("&#39;"),
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
        assert_eq!(shown("<b title='x'>&\"", false), "&lt;b title=&#39;x&#39;&gt;&amp;&quot;");
        assert_eq!(shown("a\u{202e}b", false), "a<span class=\"hid\">[U+202E]</span>b");
        assert_eq!(shown("a\nb", true), "a\nb");
        assert_eq!(shown("a\nb\0", false), "a<span class=\"hid\">[U+000A]</span>b<span class=\"hid\">[U+0000]</span>");
    }

    #[test]
    fn thousands_stand_apart() {
        for (number, text) in [(0, "0"), (999, "999"), (1_284, "1,284"), (1_000_000, "1,000,000")] {
            assert_eq!(grouped(number), text);
        }
    }
}
