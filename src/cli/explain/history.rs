//! The history of a finding: run by run, runs that say the same put together.

use serde::Serialize;

use crate::model::time::Timestamp;
use crate::store::Sighting;

/// Runs in a row that say the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Stretch {
    /// The first of them.
    pub(super) from: Timestamp,
    /// The last.
    pub(super) to: Timestamp,
    /// How many.
    pub(super) runs: u64,
    /// `new`, `persisting`, `reopened`, `resolved`, or `absent` after that.
    pub(super) change: &'static str,
    /// The severity and the status; empty where it was not found.
    pub(super) severity: String,
    /// The status.
    pub(super) status: String,
}

/// The history from the first run that found it.
pub(super) fn of(sightings: &[Sighting]) -> Vec<Stretch> {
    let mut history: Vec<Stretch> = Vec::new();
    let mut before: Option<&Sighting> = None;
    for sighting in sightings.iter().skip_while(|sighting| sighting.found.is_none()) {
        let change = change(before, sighting);
        let (severity, status) = sighting.found.clone().unwrap_or_default();
        match history.last_mut() {
            Some(last) if (last.change, &last.severity, &last.status) == (change, &severity, &status) => {
                last.to = sighting.as_of;
                last.runs += 1;
            }
            _ => history.push(Stretch { from: sighting.as_of, to: sighting.as_of, runs: 1, change, severity, status }),
        }
        before = Some(sighting);
    }
    history
}

/// What a run says against the one before. One whose waiver ran out is open again.
fn change(before: Option<&Sighting>, now: &Sighting) -> &'static str {
    let status = |sighting: &Sighting| sighting.found.as_ref().map(|(_, status)| status.clone());
    match (before.map(status), status(now)) {
        (None, _) => "new",
        (Some(None), Some(_)) => "reopened",
        (Some(Some(before)), Some(now)) if before == "waived" && now == "open" => "reopened",
        (Some(Some(_)), Some(_)) => "persisting",
        (Some(Some(_)), None) => "resolved",
        (Some(None), None) => "absent",
    }
}

#[cfg(test)]
mod tests {
    use super::{Sighting, Timestamp, of};

    #[test]
    fn runs_that_say_the_same_are_one_stretch() {
        let nights = ["", "open", "open", "waived", "waived", "open", "", "", "open"];
        let sighting = |(night, status): (usize, &&str)| {
            let found = (!status.is_empty()).then(|| ("high".to_owned(), (*status).to_owned()));
            Sighting { as_of: Timestamp::from_micros(i64::try_from(night).unwrap_or_default()), found }
        };
        let history = of(&nights.iter().enumerate().map(sighting).collect::<Vec<_>>());
        let told: Vec<(i64, u64, &str, &str)> =
            history.iter().map(|stretch| (stretch.from.micros(), stretch.runs, stretch.change, stretch.status.as_str())).collect();
        let expected = [
            (1, 1, "new", "open"),
            (2, 1, "persisting", "open"),
            (3, 2, "persisting", "waived"),
            (5, 1, "reopened", "open"),
            (6, 1, "resolved", ""),
            (7, 1, "absent", ""),
            (8, 1, "reopened", "open"),
        ];
        assert_eq!(told, expected);
        assert_eq!(of(&[]), []);
    }
}
