//! Fields: a text, a moment, a truth value, an object, each as leniently read as meaning allows.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::model::secret;
use crate::model::time::Timestamp;

/// A text, borrowed where the JSON needs no unescaping. `null`, the empty text and a missing field are the same.
///
/// `Option<Cow<str>>` would do, but serde always copies into it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Text<'a>(Option<Cow<'a, str>>);

impl<'a> Text<'a> {
    /// What is written, unless that is nothing.
    pub(crate) fn get(&self) -> Option<&str> {
        self.0.as_deref().filter(|text| !text.is_empty())
    }

    /// What is written, fit to be stored: without credentials.
    pub(crate) fn keep(&self) -> Option<String> {
        self.get().map(keep)
    }

    /// A field of a CSV row.
    pub(crate) fn of(text: Option<&'a str>) -> Self {
        Self(text.map(Cow::Borrowed))
    }
}

/// The text with every credential replaced.
pub(crate) fn keep(text: &str) -> String {
    secret::redact(text).into_owned()
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Scalar).map(Self)
    }
}

/// Takes texts, numbers and truth values as they are written.
struct Scalar;

impl<'de> Visitor<'de> for Scalar {
    type Value = Option<Cow<'de, str>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Some(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(Cow::Owned(text.to_owned())))
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<Self::Value, E> {
        Ok(Some(Cow::Borrowed(if truth { "true" } else { "false" })))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Some(Cow::Owned(number.to_string())))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Some(Cow::Owned(number.to_string())))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Some(Cow::Owned(number.to_string())))
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }
}

/// A time as written: a text, or a number of seconds, milliseconds or microseconds since 1970.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Moment<'a> {
    /// Not told.
    #[default]
    Absent,
    /// Still to be read.
    Text(Cow<'a, str>),
    /// A number.
    Epoch(f64),
}

impl<'a> Moment<'a> {
    /// A field of a CSV row.
    pub(crate) fn of(text: Option<&'a str>) -> Self {
        text.map_or(Self::Absent, |text| Self::Text(Cow::Borrowed(text)))
    }

    /// The moment, if one is told.
    ///
    /// # Errors
    ///
    /// The reason, naming the field, where what stands there is no time.
    pub(crate) fn read(&self, field: &str) -> Result<Option<Timestamp>, String> {
        self.read_by(field, Timestamp::parse)
    }

    /// Like [`Moment::read`], for formats documented to be in UTC even where no zone is written.
    pub(crate) fn read_utc(&self, field: &str) -> Result<Option<Timestamp>, String> {
        self.read_by(field, Timestamp::parse_utc)
    }

    fn read_by(&self, field: &str, parse: fn(&str) -> Option<Timestamp>) -> Result<Option<Timestamp>, String> {
        match self {
            Self::Absent => Ok(None),
            Self::Text(text) if text.trim().is_empty() => Ok(None),
            Self::Text(text) => parse(text).map(Some).ok_or_else(|| format!("{field} is no time: {text}")),
            Self::Epoch(number) => epoch(*number).map(Some).ok_or_else(|| format!("{field} is no time: {number}")),
        }
    }
}

/// Seconds up to the year 5138, then milliseconds, then microseconds: the ranges do not overlap for any log there is.
#[expect(clippy::cast_possible_truncation, reason = "the range is checked first, and less than a microsecond is cut off")]
fn epoch(number: f64) -> Option<Timestamp> {
    let micros = match number {
        n if !n.is_finite() || n <= 0.0 => return None,
        n if n < 1e11 => n * 1e6,
        n if n < 1e14 => n * 1e3,
        n if n < 1e17 => n,
        _ => return None,
    };
    Timestamp::from_micros(micros.round() as i64).in_calendar()
}

impl<'de: 'a, 'a> Deserialize<'de> for Moment<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MomentVisitor)
    }
}

struct MomentVisitor;

impl<'de> Visitor<'de> for MomentVisitor {
    type Value = Moment<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a time")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Moment::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Moment::Text(Cow::Owned(text.to_owned())))
    }

    #[expect(clippy::cast_precision_loss, reason = "exact up to 2^53, which microseconds reach in the year 2255")]
    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Moment::Epoch(number as f64))
    }

    #[expect(clippy::cast_precision_loss, reason = "exact up to 2^53, which microseconds reach in the year 2255")]
    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Moment::Epoch(number as f64))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Moment::Epoch(number))
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Moment::Absent)
    }
}

/// A truth value; Entra writes `"True"` and `"False"` as texts. Anything else tells nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Flag(pub(crate) Option<bool>);

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Text::deserialize(deserializer)?;
        Ok(Self(text.get().and_then(|text| text.to_ascii_lowercase().parse().ok())))
    }
}

/// A nested object; `null` is an empty one. Derived code alone would read an array by position.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Object<T>(pub(crate) T);

impl<'de, T: Deserialize<'de> + Default> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ObjectVisitor(PhantomData)).map(Self)
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de> + Default> Visitor<'de> for ObjectVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map))
    }

    fn visit_unit<E: Error>(self) -> Result<T, E> {
        Ok(T::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_borrowed_and_empty_is_not_told() {
        let text = serde_json::from_str::<Text<'_>>(r#""plain""#).expect("a text");
        assert!(matches!(text.0, Some(Cow::Borrowed("plain"))), "no copy");
        for (json, told) in [("null", None), (r#""""#, None), ("17", Some("17")), ("true", Some("true")), (r#""a\nb""#, Some("a\nb"))] {
            assert_eq!(serde_json::from_str::<Text<'_>>(json).expect(json).get(), told, "{json}");
        }
        assert!(serde_json::from_str::<Text<'_>>("{}").is_err());
    }

    #[test]
    fn moments_are_read_in_every_unit_and_never_made_up() {
        let moment = Timestamp::parse("2026-09-08T14:02:14.120Z").expect("a time");
        for json in [r#""2026-09-08T14:02:14.120Z""#, "1788876134.12", "1788876134120", "1788876134120000"] {
            assert_eq!(serde_json::from_str::<Moment<'_>>(json).expect(json).read("t"), Ok(Some(moment)), "{json}");
        }
        for json in [r#""redacted""#, "0", "-5", "1e300", r#""2026-09-08 14:02:14""#] {
            assert!(serde_json::from_str::<Moment<'_>>(json).expect(json).read("t").is_err(), "{json}");
        }
        assert_eq!(Moment::of(Some(" ")).read("t"), Ok(None));
        assert!(Moment::of(Some("2026-09-08 14:02:14")).read_utc("t").is_ok());
    }

    #[test]
    fn an_object_is_not_read_from_an_array() {
        #[derive(Debug, Default, Deserialize)]
        #[serde(default)]
        struct Name<'a> {
            #[serde(borrow)]
            given: Text<'a>,
        }
        assert!(serde_json::from_str::<Object<Name<'_>>>(r#"["x"]"#).is_err());
        let name = serde_json::from_str::<Object<Name<'_>>>(r#"{"given":"x"}"#).expect("an object");
        assert_eq!(name.0.given.get(), Some("x"));
        assert!(serde_json::from_str::<Object<Name<'_>>>("null").is_ok());
    }
}
