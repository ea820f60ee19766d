//! Coverage: for which hours a source has records, and for which it is silent.

use super::time::{Span, Timestamp};

/// The records of one source, hour by hour.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// The source id.
    pub source: String,
    /// How many records of it touch access, each counted once however many files it stands in.
    pub records: u64,
    /// First and last record of every hour that has one, in order of time.
    pub hours: Vec<(Timestamp, Timestamp)>,
}

impl Coverage {
    /// The first record.
    #[must_use]
    pub fn first(&self) -> Option<Timestamp> {
        self.hours.first().map(|(first, _)| *first)
    }

    /// The last record.
    #[must_use]
    pub fn last(&self) -> Option<Timestamp> {
        self.hours.last().map(|(_, last)| *last)
    }

    /// The silences between `from` and `to` that are longer than `allowed`, the ends included.
    #[must_use]
    pub fn gaps(&self, from: Timestamp, to: Timestamp, allowed: Span) -> Vec<(Timestamp, Timestamp)> {
        let mut gaps = Vec::new();
        let mut heard = from;
        for &(first, last) in &self.hours {
            if first > to {
                break;
            }
            if first.since(heard) > allowed {
                gaps.push((heard, first));
            }
            heard = heard.max(last);
        }
        if to.since(heard) > allowed {
            gaps.push((heard, to));
        }
        gaps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hour(n: i64) -> Timestamp {
        Timestamp::from_micros(n * 3_600_000_000)
    }

    #[test]
    fn silences_are_found_inside_and_at_both_ends() {
        let coverage = Coverage { hours: vec![(hour(-5), hour(-5)), (hour(30), hour(31)), (hour(100), hour(100))], ..Coverage::default() };
        let allowed = Span::from_hours(24);
        assert_eq!(coverage.gaps(hour(0), hour(130), allowed), [(hour(0), hour(30)), (hour(31), hour(100)), (hour(100), hour(130))]);
        assert_eq!(coverage.gaps(hour(10), hour(50), allowed), []);
        assert_eq!(Coverage::default().gaps(hour(0), hour(25), allowed), [(hour(0), hour(25))]);
    }
}
