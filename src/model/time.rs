//! Moments: UTC, in microseconds, read from the forms that exports use.
//!
//! Nothing is guessed: a text that names no zone is a moment only where the caller knows the format's
//! documentation to say so ([`Timestamp::parse_utc`]), and a text that is no time is `None`, never 1970.

use std::fmt;

use chrono::{DateTime, NaiveDate, NaiveDateTime, SecondsFormat, TimeDelta, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A moment in UTC, to the microsecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The first moment that RFC 3339 can write, `0000-01-01T00:00:00Z`.
    const FIRST: Self = Self(-62_167_219_200_000_000);

    /// The last moment that can be told.
    pub const LAST: Self = Self(i64::MAX);

    /// The moment `micros` microseconds after 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Reads an RFC 3339 time: 0 to 9 fractional digits, `Z` or an offset, `T` or a space.
    /// Digits beyond the microsecond are cut off.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        Self::parse_plain(text)
            .or_else(|| DateTime::parse_from_rfc3339(text).ok().and_then(|time| Self(time.timestamp_micros()).in_calendar()))
    }

    /// Like [`Timestamp::parse`], and reads a time that names no zone as UTC.
    #[must_use]
    pub fn parse_utc(text: &str) -> Option<Self> {
        Self::parse(text).or_else(|| {
            ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f"]
                .into_iter()
                .find_map(|form| NaiveDateTime::parse_from_str(text.trim(), form).ok())
                .and_then(|time| Self(time.and_utc().timestamp_micros()).in_calendar())
        })
    }

    /// Reads a time, or a date as its first moment, in UTC.
    #[must_use]
    pub fn parse_or_date(text: &str) -> Option<Self> {
        Self::parse(text).or_else(|| text.trim().parse::<NaiveDate>().ok().and_then(|day| Self::start_of(day).in_calendar()))
    }

    /// The moment itself, where RFC 3339 can write it: in the years 0 to 9999.
    #[must_use]
    pub fn in_calendar(self) -> Option<Self> {
        (self >= Self::FIRST && self.0 < 253_402_300_800_000_000).then_some(self)
    }

    /// The form nearly every log line has, `2026-07-13T23:45:29.933Z`, without a detour over calendar types.
    fn parse_plain(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if bytes.len() != 24 || bytes[10] != b'T' || bytes[19] != b'.' || bytes[23] != b'Z' {
            return None;
        }
        let number = |from: usize, to: usize| {
            bytes[from..to].iter().try_fold(0_u32, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + u32::from(digit - b'0')))
        };
        let at = |index: usize, mark: u8| (bytes[index] == mark).then_some(());
        at(4, b'-').and(at(7, b'-')).and(at(13, b':')).and(at(16, b':'))?;
        let date = NaiveDate::from_ymd_opt(i32::try_from(number(0, 4)?).ok()?, number(5, 7)?, number(8, 10)?)?;
        let time = date.and_hms_milli_opt(number(11, 13)?, number(14, 16)?, number(17, 19)?, number(20, 23)?)?;
        Some(Self(time.and_utc().timestamp_micros()))
    }

    /// The first moment of a day.
    #[must_use]
    pub fn start_of(day: NaiveDate) -> Self {
        Self(day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_micros())
    }

    /// The last moment of a day, to the microsecond.
    #[must_use]
    pub fn end_of(day: NaiveDate) -> Self {
        Self(Self::start_of(day).0 + 86_400_000_000 - 1)
    }

    /// The calendar day in UTC.
    #[must_use]
    pub fn day(self) -> NaiveDate {
        self.date_time().date_naive()
    }

    /// The moment `span` later; the latest moment there is, if that lies beyond it.
    #[must_use]
    pub fn plus(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }

    /// The moment `span` earlier; the first moment that can be told, if that lies before it.
    #[must_use]
    pub fn minus(self, span: Span) -> Self {
        Self(self.0.saturating_sub(span.0)).max(Self::FIRST.min(self))
    }

    /// The time from `earlier` to this moment; negative if `earlier` is later.
    #[must_use]
    pub fn since(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }

    /// The form used in folder names: `2026-10-01T060000Z`.
    #[must_use]
    pub fn file_name(self) -> String {
        self.date_time().format("%Y-%m-%dT%H%M%SZ").to_string()
    }

    /// The form people read: `2026-10-01 06:00`, in UTC.
    #[must_use]
    pub fn minute(self) -> String {
        self.date_time().format("%Y-%m-%d %H:%M").to_string()
    }

    fn date_time(self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }
}

impl From<DateTime<Utc>> for Timestamp {
    fn from(time: DateTime<Utc>) -> Self {
        Self(time.timestamp_micros())
    }
}

/// RFC 3339 with `Z`, and no more fractional digits than the moment has: none, three or six.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = match self.0.rem_euclid(1_000_000) {
            0 => SecondsFormat::Secs,
            micros if micros % 1_000 == 0 => SecondsFormat::Millis,
            _ => SecondsFormat::Micros,
        };
        f.write_str(&self.date_time().to_rfc3339_opts(digits, true))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom(format_args!("{text:?} is no RFC 3339 time")))
    }
}

/// A length of time, to the microsecond.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Span(i64);

impl Span {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// So many microseconds.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// So many hours.
    #[must_use]
    pub const fn from_hours(hours: i64) -> Self {
        Self(hours * 3_600_000_000)
    }

    /// So many days.
    #[must_use]
    pub const fn from_days(days: i64) -> Self {
        Self::from_hours(days * 24)
    }

    /// In hours, with fractions.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "shown with four digits")]
    pub fn hours(self) -> f64 {
        self.0 as f64 / 3_600_000_000.0
    }

    /// In whole microseconds.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }
}

impl From<TimeDelta> for Span {
    fn from(delta: TimeDelta) -> Self {
        Self(delta.num_microseconds().unwrap_or(i64::MAX))
    }
}

impl From<std::time::Duration> for Span {
    fn from(duration: std::time::Duration) -> Self {
        Self(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX))
    }
}

/// In words a person uses, the two largest units; up to two days in hours: `18 d 20 h`, `24 h`, `4 h 5 min`, `12 s`.
impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The nearest number of the unit that is shown, and the next unit where that is full.
        let rounded = |unit: u64| (self.0.unsigned_abs() + unit * 500_000) / (unit * 1_000_000);
        let (seconds, minutes, hours) = (rounded(1), rounded(60), rounded(3_600));
        if self.0 < 0 && seconds > 0 {
            f.write_str("-")?;
        }
        match (minutes / 60, minutes % 60) {
            _ if seconds < 60 => write!(f, "{seconds} s"),
            (0, minutes) => write!(f, "{minutes} min"),
            (hours @ ..48, 0) => write!(f, "{hours} h"),
            (hours @ ..48, minutes) => write!(f, "{hours} h {minutes} min"),
            _ if hours.is_multiple_of(24) => write!(f, "{} d", hours / 24),
            _ => write!(f, "{} d {} h", hours / 24, hours % 24),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shown_lengths_are_rounded_to_the_unit_shown() {
        let shown = |micros: i64| Span::from_micros(micros).to_string();
        let second = 1_000_000;
        assert_eq!(shown(59 * second + 499_999), "59 s");
        assert_eq!(shown(59 * second + 500_000), "1 min");
        assert_eq!(shown(90 * second), "2 min");
        assert_eq!(shown(3_600 * second - 1), "1 h");
        assert_eq!(shown(-(24 * 3_600 * second + 31 * second)), "-24 h 1 min");
        assert_eq!(shown(48 * 3_600 * second - 1), "2 d");
        assert_eq!(shown(71 * 3_600 * second + 1_800 * second), "3 d");
        assert_eq!(shown(49 * 3_600 * second + 1_799 * second), "2 d 1 h");
        assert_eq!((shown(0), shown(-400_000)), ("0 s".to_owned(), "0 s".to_owned()));
        assert_eq!(shown(i64::MIN), shown(-i64::MAX));
    }

    #[test]
    fn reads_the_forms_exports_use() {
        let moment = Timestamp::parse("2026-07-13T23:45:29.933Z").expect("plain form");
        for same in [
            "2026-07-13T23:45:29.9330000Z",
            "2026-07-14T01:45:29.933+02:00",
            "2026-07-13 23:45:29.933Z",
            " 2026-07-13T23:45:29.933000001Z ",
        ] {
            assert_eq!(Timestamp::parse(same), Some(moment), "{same}");
        }
        assert_eq!(Timestamp::parse_utc("2026-07-13 23:45:29.933"), Some(moment));
        assert_eq!(moment.to_string(), "2026-07-13T23:45:29.933Z");
        assert_eq!(Timestamp::parse("2026-07-13T23:45:29Z").map(|t| t.to_string()), Some("2026-07-13T23:45:29Z".to_owned()));
    }

    #[test]
    fn refuses_what_is_no_time() {
        for text in [
            "",
            "redacted",
            "2026-07-13 23:45:29.933",
            "2026-13-01T00:00:00.000Z",
            "2026-02-30T00:00:00Z",
            "1784000000",
            "2026-07-13",
            "2026-07-13T23:45:29.9é3Z",
            "+20000-01-01T00:00:00Z",
            "-0001-01-01T00:00:00Z",
            "9999-12-31T23:59:59-05:00",
        ] {
            assert_eq!(Timestamp::parse(text), None, "{text}");
        }
        assert_eq!(Timestamp::parse_or_date("2026-07-13"), Timestamp::parse("2026-07-13T00:00:00Z"));
    }

    #[test]
    fn no_length_of_time_leads_from_the_past_into_the_future() {
        let moment = Timestamp::parse("2026-07-13T00:00:00Z").expect("a moment");
        for span in [Span::from_days(99_999_999), Span::from_micros(i64::MAX)] {
            assert_eq!(moment.minus(span).to_string(), "0000-01-01T00:00:00Z");
        }
        assert_eq!(moment.minus(Span::from_days(400)).to_string(), "2025-06-08T00:00:00Z");
        assert_eq!(Timestamp::from_micros(i64::MIN).minus(Span::from_days(1)), Timestamp::from_micros(i64::MIN));
    }

    #[test]
    fn spans_read_as_people_say_them() {
        for (micros, words) in
            [(12, "12 s"), (245 * 60, "4 h 5 min"), (18 * 86_400 + 20 * 3_600 + 59, "18 d 20 h"), (86_400, "24 h"), (45 * 86_400, "45 d")]
        {
            assert_eq!(Span::from_micros(micros * 1_000_000).to_string(), words);
        }
    }
}
