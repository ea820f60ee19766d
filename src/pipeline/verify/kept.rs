//! The store against the run that a folder is the report of: the report it keeps, its findings, and its records.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::folder::{Folder, Reference};
use super::{Difference, Kind, Verification};
use crate::model::digest::Digest;
use crate::model::report::Report;
use crate::report::{self, Manifest, Written};
use crate::store::{KeptFinding, RunRow, Store, StoreError};

/// How many records that differ are named one by one.
const NAMED: usize = 20;

/// What the store keeps of the run.
pub(super) struct Kept {
    /// The manifest, as text and as what it says; `None` where it was kept without, or cannot be read.
    pub(super) manifest: Option<(String, Manifest)>,
    /// The report; `None` where it was kept without, or in a form that this version does not know.
    report: Option<Report>,
}

/// The files as they come out of the store.
pub(super) struct Rendering<'k> {
    report: &'k Report,
    written: BTreeMap<&'static str, Written>,
}

impl Kept {
    /// The run that the folder names; else the one whose manifest has the hash that the folder knows.
    pub(super) fn find(store: &Store, folder: &Folder, said: &mut Verification) -> Option<Self> {
        let runs = said.settle(store.runs())?;
        let own = folder.manifest.as_ref().and_then(|(_, parsed)| parsed.as_ref().ok());
        let summed = folder.sums.iter().find(|(name, _)| name == report::MANIFEST).map(|(_, sha256)| sha256.clone());
        let known = [folder.manifest_sha256(), summed];
        let sealed = |run: &&RunRow| {
            let sha256 = run.manifest.as_ref().map(|manifest| Digest::of(manifest.as_bytes()).to_string());
            sha256.is_some() && known.contains(&sha256)
        };
        let run = own.and_then(|own| runs.iter().find(|run| run.as_of == own.as_of)).or_else(|| runs.iter().find(sealed));
        let Some(run) = run else {
            let removed = said.settle(store.pruned_runs()).unwrap_or_default();
            if let Some(own) = own.filter(|own| removed.contains_key(&own.as_of)) {
                said.unchecked.push(format!("the run as of {} was removed from the store by prune, with its report", own.as_of));
                return None;
            }
            let which = own.map_or_else(|| "that this folder is of".to_owned(), |own| format!("as of {}", own.as_of));
            said.unchecked.push(format!("{}: it holds no run {which}", store.path().display()));
            return None;
        };
        let manifest = run.manifest.clone().and_then(|text| match Manifest::parse(text.as_bytes()) {
            Ok(manifest) => Some((text, manifest)),
            Err(_) => None, // said where the chain is compared
        });
        if run.manifest.is_none() {
            said.unchecked.push(format!("the run as of {} was kept before there were manifests; analyze it again to have one", run.as_of));
        }
        let report = said.settle(store.report(run.as_of)).flatten();
        Some(Self { manifest, report })
    }

    /// Whether this version, rendering the run again, gives this manifest: that of another version names other hashes.
    pub(super) fn written_again(&self, own: &Manifest, bytes: &[u8]) -> bool {
        let again = || self.report.as_ref().and_then(|report| report::seal(report).ok());
        own.is_of_this_version() && again().is_some_and(|text| text.as_bytes() == bytes)
    }

    /// Every file, rendered again; `None`, said, where another version rendered them.
    pub(super) fn rendering(&self, reference: &Reference, said: &mut Verification) -> Option<Rendering<'_>> {
        let (report, manifest) = (self.report.as_ref()?, reference.manifest.as_ref()?);
        if !manifest.is_of_this_version() {
            said.notes
                .push(format!("the files were rendered by scimdrift {}, and were not rendered again by this version", manifest.written_by));
            return None;
        }
        match report::ALL.iter().map(|format| Ok((format.file, report::rendered(report, format)?))).collect() {
            Ok(written) => Some(Rendering { report, written }),
            Err(error) => {
                let error: report::ReportError = error;
                said.unchecked.push(error.to_string());
                None
            }
        }
    }

    /// Compares the records that findings rest on with those that the store holds.
    pub(super) fn compare_evidence(&self, store: &Store, said: &mut Verification) {
        let Some(report) = &self.report else { return };
        let digests: BTreeMap<&str, &str> = report.inputs.iter().map(|row| (row.file.as_str(), row.sha256.as_str())).collect();
        let mut compared: BTreeMap<String, bool> = BTreeMap::new();
        for evidence in report.findings.iter().flat_map(|finding| &finding.evidence).filter(|evidence| evidence.record.is_some()) {
            let Some(sha256) = digests.get(evidence.file.as_str()) else { continue };
            if compared.contains_key(&evidence.reference()) {
                continue;
            }
            let Some(originals) = said.settle(store.originals_at(evidence, sha256)) else { return };
            let same =
                originals.is_empty() || originals.iter().any(|original| Digest::of(original.as_bytes()).to_string() == evidence.sha256);
            compared.insert(evidence.reference(), same);
        }
        let altered: Vec<&String> = compared.iter().filter(|(_, same)| !**same).map(|(reference, _)| reference).collect();
        let differ = |reference: &&String| {
            let sentence = format!("the store's `original` of {reference} is not the record that the finding rests on");
            Difference::new(Kind::Record, reference.as_str(), sentence).at("table original, body", "", "")
        };
        said.differences.extend(altered.iter().take(NAMED).map(differ));
        if altered.is_empty() {
            said.agree("evidence", format!("{} records that findings rest on are as the report shows them", compared.len()));
        }
    }
}

impl Rendering<'_> {
    pub(super) fn sha256(&self, name: &str) -> Option<&str> {
        self.written.get(name).map(|written| written.sha256.as_str())
    }

    /// The file itself, made when it is asked for.
    pub(super) fn bytes(&self, name: &str) -> Option<Vec<u8>> {
        let format = report::ALL.iter().find(|format| format.file == name)?;
        let mut bytes = Vec::new();
        (format.write)(self.report, &mut bytes).ok().map(|()| bytes)
    }
}

/// Compares every record with the digest it was kept with, and all of them with the runs that judged just these.
pub(super) fn compare_records(store: &Store, manifests: &[Manifest], said: &mut Verification) {
    if let Some(Some(broken)) = said.settle(store.structure()) {
        let sentence = format!("the store's file is damaged: {broken}");
        said.differences.push(Difference::new(Kind::Record, "store", sentence));
    }
    let Some(compared) = said.settle(store.compare_events()) else { return };
    let before = said.differences.len();
    for altered in compared.altered.iter().take(NAMED) {
        let sentence = format!(
            "the store's record {} of {}, id {}, is not the one that was read",
            altered.reference, altered.source, altered.native_id
        );
        said.differences.push(Difference::new(Kind::Record, altered.reference.as_str(), sentence).at("table event, body", "", ""));
    }
    if let Some(more) = compared.altered.len().checked_sub(NAMED).filter(|more| *more > 0) {
        let sentence = format!("and {more} more records of the store are not those that were read");
        said.differences.push(Difference::new(Kind::Record, "store", sentence));
    }
    if let Some(events) = compared.seal {
        let whole = said.settle(compare_read(store, events, manifests));
        said.differences.extend(whole.flatten());
    }
    for withdrawn in said.settle(store.withdrawn()).unwrap_or_default() {
        said.notes.push(format!("{} was withdrawn on {}: {}", withdrawn.file, withdrawn.withdrawn_at.day(), withdrawn.reason));
    }
    for pruning in said.settle(store.prunings()).unwrap_or_default() {
        let records: u64 = pruning.removed.iter().map(|kind| kind.records).sum();
        said.notes.push(format!("{records} records before {} were removed on {} by prune", pruning.before, pruning.pruned_at.day()));
    }
    if said.differences.len() == before {
        said.agree("records", format!("{} in the store, each with the digest it was kept with", compared.count));
    }
}

/// Everything that was read against what a run judged, where no other file was read since.
fn compare_read(store: &Store, events: Digest, manifests: &[Manifest]) -> Result<Option<Difference>, StoreError> {
    let files: BTreeSet<(String, String)> = store.files()?.into_iter().map(|file| (file.name, file.sha256)).collect();
    let of = |manifest: &&Manifest| {
        let inputs: BTreeSet<(String, String)> = manifest.inputs.iter().map(|input| (input.file.clone(), input.sha256.clone())).collect();
        !manifest.read_sha256.is_empty() && inputs == files
    };
    let Some(manifest) = manifests.iter().rev().find(of) else { return Ok(None) };
    let found = store.digest_of_read(events)?.to_string();
    // What was removed for its age since then is on record.
    if found == store.read_after_prunings(&manifest.read_sha256)? {
        return Ok(None);
    }
    let sentence = format!(
        "the store holds other records, files, hours or rejects than the run as of {} judged, and no file was read since: rows were \
         added, removed or changed",
        manifest.as_of
    );
    let place = "tables event, file, listing_part, coverage, reject";
    Ok(Some(Difference::new(Kind::Record, "store", sentence).at(place, &manifest.read_sha256, found)))
}

/// Compares what the store keeps of one run: columns, report and findings, with its manifest and one another.
pub(super) fn compare_run(store: &Store, run: &RunRow, manifest: &Manifest) -> Result<Vec<Difference>, StoreError> {
    let subject = format!("run as of {}", run.as_of);
    let mut differences = Vec::new();
    let columns = [("run_id", &manifest.run_id, &run.run_id), ("tool", &manifest.tool.version, &run.tool)];
    for (column, wanted, found) in columns.into_iter().filter(|(_, wanted, found)| wanted != found) {
        let sentence = format!("the {subject} has {column} {found:?} in the store, and {wanted:?} in its manifest");
        differences.push(Difference::new(Kind::Run, &subject, sentence).at(format!("table run, {column}"), wanted, found));
    }
    let Some(json) = store.report_json(run.as_of)? else {
        differences.push(Difference::new(Kind::Run, &subject, format!("the report of the {subject} is gone from the store")));
        return Ok(differences);
    };
    let sha256 = Digest::of(json.as_bytes()).to_string();
    if sha256 != manifest.report_sha256 {
        let sentence = format!("the report of the {subject} was changed in the store after the run");
        let difference = Difference::new(Kind::Run, &subject, sentence);
        differences.push(difference.at("table run, report or archive", &manifest.report_sha256, sha256));
    }
    let kept = store.kept_findings(run.as_of)?;
    differences.extend(compare_findings(&subject, &json, &kept));
    Ok(differences)
}

#[derive(Deserialize)]
struct Findings<'a> {
    #[serde(borrow)]
    findings: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Named {
    finding_id: String,
    rule: String,
    severity: String,
    status: String,
}

/// The findings of the report against the rows of `finding`, which later runs take their history from.
fn compare_findings(subject: &str, json: &str, kept: &[KeptFinding]) -> Vec<Difference> {
    // A report that is no JSON of findings was said to be changed already.
    let findings = serde_json::from_str::<Findings<'_>>(json).map(|report| report.findings).unwrap_or_default();
    let mut rows: BTreeMap<&str, &KeptFinding> = kept.iter().map(|row| (row.finding_id.as_str(), row)).collect();
    let mut differences = Vec::new();
    for raw in findings {
        let Ok(named) = serde_json::from_str::<Named>(raw.get()) else { continue };
        if named.status == "resolved" {
            continue;
        }
        let id = &named.finding_id;
        let Some(row) = rows.remove(id.as_str()) else {
            let sentence = format!("finding {id} of the {subject} is gone from the store");
            differences.push(Difference::new(Kind::Finding, id, sentence).at("table finding", raw.get(), ""));
            continue;
        };
        let columns = row.columns.iter().zip([&named.rule, &named.severity, &named.status]);
        let mut cells: Vec<(String, String, String)> = columns
            .map(|((name, found), wanted)| ((*name).to_owned(), wanted.clone(), found.clone()))
            .filter(|(_, wanted, found)| wanted != found)
            .collect();
        if row.body != raw.get() {
            cells.extend(body_cells(raw.get(), &row.body));
        }
        for (column, wanted, found) in cells {
            let sentence = format!("finding {id} of the {subject} has {column} {found:?} in the store, and {wanted:?} in its report");
            differences.push(Difference::new(Kind::Finding, id, sentence).at(format!("table finding, {column}"), wanted, found));
        }
    }
    for id in rows.into_keys() {
        let sentence = format!("finding {id} of the {subject} stands in the store, and not in its report");
        differences.push(Difference::new(Kind::Finding, id, sentence).at("table finding", "", id));
    }
    differences
}

/// The fields of two findings that differ, as `body.severity`; the whole where they are no objects.
fn body_cells(wanted: &str, found: &str) -> Vec<(String, String, String)> {
    let object = |text: &str| serde_json::from_str::<serde_json::Map<String, Value>>(text).ok();
    let (Some(wanted), Some(found)) = (object(wanted), object(found)) else {
        return vec![("body".to_owned(), wanted.to_owned(), found.to_owned())];
    };
    let said = |value: Option<&Value>| match value {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    let keys = wanted.keys().chain(found.keys().filter(|key| !wanted.contains_key(*key)));
    let differ = keys.filter(|key| wanted.get(*key) != found.get(*key));
    let cells: Vec<_> = differ.map(|key| (format!("body.{key}"), said(wanted.get(key)), said(found.get(key)))).collect();
    if cells.is_empty() { vec![("body".to_owned(), "its own form".to_owned(), "another form of the same".to_owned())] } else { cells }
}
