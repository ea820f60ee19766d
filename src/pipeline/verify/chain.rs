//! The chain of runs: each manifest names the hash of the one before, so that none can be changed, or taken out, unseen.

use std::collections::BTreeMap;

use super::kept::compare_run;
use super::{Difference, Kind, Verification};
use crate::model::digest::Digest;
use crate::model::time::Timestamp;
use crate::report::Manifest;
use crate::store::{RunRow, Store};

/// Compares every run of the store with its manifest, and every manifest with the one that the next names.
/// Answers the manifests that can be read.
pub(super) fn compare(store: &Store, said: &mut Verification) -> Vec<Manifest> {
    let mut manifests = Vec::new();
    let Some(runs) = said.settle(store.runs()) else { return manifests };
    let before = said.differences.len();
    // A run that was removed for its age left the hash of its manifest.
    let Some(removed) = said.settle(store.pruned_runs()) else { return manifests };
    said.notes.extend(removed_in_words(&removed));
    let own = runs.iter().map(|run| (run.as_of, run.manifest.as_ref().map(|manifest| Digest::of(manifest.as_bytes()).to_string())));
    let hashes: BTreeMap<Timestamp, Option<String>> = removed.into_iter().chain(own).collect();
    for run in &runs {
        let Some(text) = &run.manifest else {
            said.notes.push(format!(
                "the run as of {} was kept before there were manifests, and stands in the chain by its time alone",
                run.as_of
            ));
            continue;
        };
        match Manifest::parse(text.as_bytes()) {
            Ok(manifest) => {
                said.differences.extend(broken(run, &manifest, &hashes));
                said.notes.extend(passed_over(run, &manifest, &runs));
                if let Some(differences) = said.settle(compare_run(store, run, &manifest)) {
                    said.differences.extend(differences);
                }
                manifests.push(manifest);
            }
            Err(reason) => {
                let subject = format!("run as of {}", run.as_of);
                let sentence = format!("the manifest of the {subject} cannot be read in the store: {reason}");
                said.differences.push(Difference::new(Kind::Run, subject, sentence).at("table run, manifest", "", ""));
            }
        }
    }
    if let (true, Some(first), Some(last)) = (said.differences.len() == before, runs.first(), runs.last()) {
        let link = if runs.len() == 1 { "the first and only one" } else { "each names the one before" };
        said.agree("chain", format!("{} in the store, from {} to {}: {link}", counted(runs.len()), first.as_of, last.as_of));
    }
    manifests
}

fn removed_in_words<V>(removed: &BTreeMap<Timestamp, V>) -> Option<String> {
    let ((first, _), (last, _)) = (removed.first_key_value()?, removed.last_key_value()?);
    Some(match removed.len() {
        1 => format!("the run as of {first} had been removed by prune"),
        runs => format!("{runs} runs between {first} and {last} had been removed by prune"),
    })
}

fn counted(runs: usize) -> String {
    if runs == 1 { "1 run".to_owned() } else { format!("{runs} runs") }
}

/// What is wrong with the link to the run before.
fn broken(run: &RunRow, manifest: &Manifest, hashes: &BTreeMap<Timestamp, Option<String>>) -> Option<Difference> {
    let subject = format!("run as of {}", run.as_of);
    if manifest.as_of != run.as_of {
        let sentence = format!("the {subject} has the manifest of a run as of {}", manifest.as_of);
        return Some(Difference::new(Kind::Chain, subject, sentence).at(
            "table run, manifest",
            run.as_of.to_string(),
            manifest.as_of.to_string(),
        ));
    }
    let previous = manifest.previous.as_ref()?;
    let wanted = previous.manifest_sha256.as_ref()?;
    match hashes.get(&previous.as_of) {
        Some(Some(found)) if found == wanted => None,
        Some(found) => {
            let before = previous.as_of;
            let sentence = format!(
                "the chain is broken: the {subject} names another manifest of the run as of {before} than the store keeps, since that \
                 run was changed, or analyzed again later. Analyzing as of {} again mends it in the second case",
                run.as_of
            );
            Some(Difference::new(Kind::Chain, subject, sentence).at(
                format!("table run, manifest as of {before}"),
                wanted,
                found.clone().unwrap_or_default(),
            ))
        }
        None => {
            let sentence = format!("the chain is broken: the {subject} names a run as of {}, which is gone from the store", previous.as_of);
            Some(Difference::new(Kind::Chain, subject, sentence).at("table run", wanted, ""))
        }
    }
}

/// A run that was not there yet when the next was analyzed: added later, which changes nothing that was said.
fn passed_over(run: &RunRow, manifest: &Manifest, runs: &[RunRow]) -> Option<String> {
    let named = manifest.previous.as_ref().map(|previous| previous.as_of);
    let before = runs.iter().map(|other| other.as_of).filter(|as_of| *as_of < run.as_of).max()?;
    (named < Some(before)).then(|| format!("the run as of {before} was analyzed after the one as of {}, which does not know it", run.as_of))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_run_is_not_between_itself_and_itself() {
        let removed = |runs: i64| removed_in_words(&(0..runs).map(|run| (Timestamp::from_micros(run * 1_000_000), ())).collect());
        assert_eq!(removed(0), None);
        assert_eq!(removed(1).as_deref(), Some("the run as of 1970-01-01T00:00:00Z had been removed by prune"));
        assert_eq!(removed(2).as_deref(), Some("2 runs between 1970-01-01T00:00:00Z and 1970-01-01T00:00:01Z had been removed by prune"));
    }
}
