//! Filters: the names by which the templates call [`super::shown`]. Every text from outside goes through [`text`], [`cell`] or [`lines`],
//! in an attribute through [`plain`] or [`query`].

use askama::Values;
use askama::filters::Safe;

use super::shown::{self, NONE, Number, Optional};
use crate::model::time::{Span, Timestamp};

/// A text as HTML: its markup inert, its hidden characters shown by their numbers.
#[askama::filter_fn]
pub(super) fn text<T: AsRef<str>>(value: T, _: &dyn Values) -> askama::Result<Safe<String>> {
    Ok(Safe(shown::html(value.as_ref(), false)))
}

/// Like [`text`], and a dash where the text is empty.
#[askama::filter_fn]
pub(super) fn cell<T: AsRef<str>>(value: T, _: &dyn Values) -> askama::Result<Safe<String>> {
    let value = value.as_ref();
    Ok(Safe(if value.is_empty() { NONE.to_owned() } else { shown::html(value, false) }))
}

/// Like [`text`], and line ends stay line ends.
#[askama::filter_fn]
pub(super) fn lines<T: AsRef<str>>(value: T, _: &dyn Values) -> askama::Result<Safe<String>> {
    Ok(Safe(shown::html(value.as_ref(), true)))
}

/// Like [`text`], for an attribute or a title, where no markup can stand.
#[askama::filter_fn]
pub(super) fn plain<T: AsRef<str>>(value: T, _: &dyn Values) -> askama::Result<String> {
    Ok(shown::plain(value.as_ref()))
}

/// A text as a value in a query string, as the page shows it.
#[askama::filter_fn]
pub(super) fn query<T: AsRef<str>>(value: T, _: &dyn Values) -> askama::Result<Safe<String>> {
    Ok(Safe(shown::query(value.as_ref())))
}

/// A moment to the minute, with the exact one behind it; a dash where there is none.
#[askama::filter_fn]
pub(super) fn moment<T: Optional<Timestamp>>(value: T, _: &dyn Values) -> askama::Result<Safe<String>> {
    Ok(Safe(value.get().map_or_else(|| NONE.to_owned(), shown::moment)))
}

/// The day of a moment.
#[askama::filter_fn]
pub(super) fn day<T: Optional<Timestamp>>(value: T, _: &dyn Values) -> askama::Result<Safe<String>> {
    Ok(Safe(value.get().map_or_else(|| NONE.to_owned(), shown::day)))
}

/// The day of a moment, as plain text for a chart.
#[askama::filter_fn]
pub(super) fn day_text<T: Optional<Timestamp>>(value: T, _: &dyn Values) -> askama::Result<String> {
    Ok(value.get().map_or_else(String::new, shown::date))
}

/// A length of time in words; a dash where there is none.
#[askama::filter_fn]
pub(super) fn span<T: Optional<Span>>(value: T, _: &dyn Values) -> askama::Result<Safe<String>> {
    Ok(Safe(value.get().map_or_else(|| NONE.to_owned(), shown::span)))
}

/// A length of time as a number that sorts; empty where there is none.
#[askama::filter_fn]
pub(super) fn micros<T: Optional<Span>>(value: T, _: &dyn Values) -> askama::Result<Safe<String>> {
    Ok(Safe(value.get().map_or_else(String::new, |span| span.micros().to_string())))
}

/// A count with its thousands apart: `1,284`.
#[askama::filter_fn]
pub(super) fn count<T: Number>(value: T, _: &dyn Values) -> askama::Result<Safe<String>> {
    Ok(Safe(shown::count(value.number())))
}

/// `s` where the count is not one.
#[askama::filter_fn]
pub(super) fn s<T: Number>(value: T, _: &dyn Values) -> askama::Result<&'static str> {
    Ok(if value.number() == 1 { "" } else { "s" })
}

/// A length in bytes, in the unit a person would choose.
#[askama::filter_fn]
pub(super) fn bytes<T: Number>(value: T, _: &dyn Values) -> askama::Result<Safe<String>> {
    Ok(Safe(shown::bytes(value.number())))
}
