//! The moment that a file's name tells.

use std::sync::LazyLock;

use regex::Regex;

use crate::model::time::Timestamp;

static IN_NAME: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(\d{4}-\d{2}-\d{2})(?:T(\d{2})[:-]?(\d{2})(?:[:-]?(\d{2}))?(Z)?)?").expect("a fixed pattern"));

/// The RFC 3339 date or time in a file name: `members-2026-09-14T020000Z.json`, `hr-2026-09-14.csv`.
/// A time without its zone is none, and so is a date that is not in the calendar.
pub(super) fn in_name(name: &str) -> Option<Timestamp> {
    let name = name.rsplit('/').next().unwrap_or(name);
    IN_NAME.captures_iter(name).find_map(|found| {
        let date = found.get(1)?.as_str();
        let (Some(hour), Some(minute)) = (found.get(2), found.get(3)) else { return Timestamp::parse_or_date(date) };
        found.get(5)?;
        let second = found.get(4).map_or("00", |second| second.as_str());
        Timestamp::parse(&format!("{date}T{}:{}:{second}Z", hour.as_str(), minute.as_str()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_moments() {
        let moment = |text| Timestamp::parse(text);
        assert_eq!(in_name("hf/members-2026-09-14T020000Z.json"), moment("2026-09-14T02:00:00Z"));
        assert_eq!(in_name("members-2026-09-14T02:00:05Z-1.json.gz"), moment("2026-09-14T02:00:05Z"));
        assert_eq!(in_name("hr-roster-2026-10-01.csv"), moment("2026-10-01T00:00:00Z"));
        for name in
            ["members.json", "members-2026-13-01.json", "members-2026-09-14T020000.json", "2026-09-14/members.json", "20260914.json"]
        {
            assert_eq!(in_name(name), None, "{name}");
        }
    }
}
