//! The time line: all sources in one order, both sides of one exchange put together, repeats folded.

use std::collections::{BTreeMap, BTreeSet};

use super::{Named, Window, words};
use crate::model::event::{Activity, Actor, Event};
use crate::model::trace::{Dossier, Moment};

/// The events about the subject as moments, in order.
pub(super) fn timeline(dossier: &Dossier, named: &[Named], window: Window) -> Vec<Moment> {
    let inside = |moment: &Moment| {
        window.since.is_none_or(|since| moment.until.unwrap_or(moment.at) >= since) && window.until.is_none_or(|until| moment.at <= until)
    };
    let exchanges = exchanges(dossier, named);
    folded(exchanges.iter().map(|exchange| moment(exchange, dossier))).into_iter().filter(inside).collect()
}

/// Events that tell of one and the same thing, in order: an attempt as the provider's log and the target's endpoint tell
/// it, and a request and its answer on lines of their own.
fn exchanges<'a>(dossier: &Dossier, named: &'a [Named]) -> Vec<Vec<&'a Named>> {
    let mut groups: Vec<Vec<&Named>> = Vec::new();
    let mut by_try: BTreeMap<usize, usize> = BTreeMap::new();
    let mut by_correlation: BTreeMap<&str, usize> = BTreeMap::new();
    let attempts = dossier.attempts.iter().enumerate();
    let of_proof: BTreeMap<u32, usize> = attempts.flat_map(|(index, proofs)| proofs.iter().map(move |proof| (*proof, index))).collect();
    for one in named {
        let of_try = of_proof.get(&one.ordinal).copied();
        let correlation = one.event.correlation.as_deref().filter(|_| is_of_exchange(&one.event));
        let known = of_try.and_then(|index| by_try.get(&index)).or_else(|| by_correlation.get(correlation?)).copied();
        // Two provisioning records under one transaction are two things.
        let known = known.filter(|group| !is_provisioning(&one.event) || !groups[*group].iter().any(|other| is_provisioning(&other.event)));
        let group = known.unwrap_or(groups.len());
        if group == groups.len() {
            groups.push(Vec::new());
        }
        groups[group].push(one);
        if let Some(index) = of_try {
            by_try.insert(index, group);
        }
        if let Some(correlation) = correlation {
            by_correlation.insert(correlation, group);
        }
    }
    groups
}

fn is_of_exchange(event: &Event) -> bool {
    matches!(event.activity, Activity::Exchange(_) | Activity::Provisioning { .. })
}

fn is_provisioning(event: &Event) -> bool {
    matches!(event.activity, Activity::Provisioning { .. })
}

fn moment(exchange: &[&Named], dossier: &Dossier) -> Moment {
    let mut parts: Vec<(String, &str)> = Vec::new();
    let mut told: Vec<String> = Vec::new();
    let mut places = Vec::new();
    // The provider's word first: it says what was meant.
    let mut ordered: Vec<&&Named> = exchange.iter().collect();
    ordered.sort_by_key(|named| !is_provisioning(&named.event));
    for named in ordered {
        let part = (words::what(&named.event, dossier), words::outcome(&named.event));
        if !parts.contains(&part) {
            parts.push(part);
        }
        let failure = words::told(&named.event);
        if !failure.is_empty() && !told.contains(&failure) {
            told.push(failure);
        }
        places.push(named.place.clone());
    }
    let mut outcomes: Vec<&str> = parts.iter().map(|(_, outcome)| *outcome).filter(|outcome| !outcome.is_empty()).collect();
    outcomes.dedup();
    let differ = outcomes.len() > 1;
    let what: Vec<String> = parts
        .iter()
        .map(|(what, outcome)| if differ && !outcome.is_empty() { format!("{what} ({outcome})") } else { what.clone() })
        .collect();
    let sources: BTreeSet<&str> = exchange.iter().map(|named| named.event.source.as_str()).collect();
    let by = exchange.iter().find_map(|named| named.event.actor.as_ref()).map(author).unwrap_or_default();
    Moment {
        at: exchange.iter().map(|named| named.event.at).min().unwrap_or(crate::model::time::Timestamp::LAST),
        until: None,
        times: 1,
        sources: sources.into_iter().map(ToOwned::to_owned).collect(),
        what: what.join(" · "),
        outcome: outcomes.join(" / "),
        told: told.join(" · "),
        by,
        evidence: places,
    }
}

fn author(actor: &Actor) -> String {
    actor.name.clone().or_else(|| actor.id.clone()).unwrap_or_default()
}

/// What is alike and follows on one another becomes one; what a listing shows again is told where it was shown first.
fn folded(moments: impl Iterator<Item = Moment>) -> Vec<Moment> {
    let mut folded: Vec<Moment> = Vec::new();
    // The last thing that each source's listings showed, by its first word.
    let mut shown: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut last_event = None;
    for moment in moments {
        let is_shown = moment.outcome.is_empty();
        let kind = (moment.sources.join(" "), moment.what.split(':').next().unwrap_or_default().to_owned());
        let before = if is_shown { shown.get(&kind).copied() } else { last_event };
        let same = before.filter(|index: &usize| {
            let before = &folded[*index];
            (&before.what, &before.outcome, &before.told, &before.sources, &before.by)
                == (&moment.what, &moment.outcome, &moment.told, &moment.sources, &moment.by)
        });
        if let Some(index) = same {
            folded[index].times += 1;
            folded[index].until = Some(moment.at);
            continue;
        }
        if is_shown {
            shown.insert(kind, folded.len());
        } else {
            last_event = Some(folded.len());
        }
        folded.push(moment);
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time::Timestamp;

    fn moment(at: i64, what: &str, outcome: &str) -> Moment {
        Moment {
            at: Timestamp::from_micros(at),
            until: None,
            times: 1,
            sources: vec!["s".to_owned()],
            what: what.to_owned(),
            outcome: outcome.to_owned(),
            told: String::new(),
            by: String::new(),
            evidence: Vec::new(),
        }
    }

    #[test]
    fn repeats_are_folded_over_what_listings_show_in_between() {
        let moments = [
            moment(1, "listed: active", ""),
            moment(2, "create", "failure"),
            moment(3, "listed: active", ""),
            moment(4, "create", "failure"),
            moment(5, "update", "failure"),
            moment(6, "create", "failure"),
        ];
        let shown: Vec<_> = folded(moments.into_iter()).into_iter().map(|one| (one.at.micros(), one.what, one.times)).collect();
        let expected = [(1, "listed: active", 2), (2, "create", 2), (5, "update", 1), (6, "create", 1)]
            .map(|(at, what, times)| (at, what.to_owned(), times));
        assert_eq!(shown, expected);
    }

    #[test]
    fn a_listing_that_shows_something_else_is_told_again() {
        let moments = [moment(1, "listed: a", ""), moment(2, "listed: b", ""), moment(3, "listed: a", "")];
        assert_eq!(folded(moments.into_iter()).len(), 3);
    }
}
