//! A report folder against its manifest: what was changed, added, removed, renamed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::kept::{Kept, Rendering};
use super::{Difference, Kind, Verification};
use crate::model::digest::Digest;
use crate::pipeline::PipelineError;
use crate::report::{self, Format, HeldFile, MANIFEST, Manifest, SUMS, first_difference};

/// A report folder, as it stands.
pub(super) struct Folder {
    dir: PathBuf,
    held: BTreeMap<String, HeldFile>,
    /// The bytes of the manifest, and what they say.
    pub(super) manifest: Option<(Vec<u8>, Result<Manifest, String>)>,
    /// Names and hashes of the checksums.
    pub(super) sums: Vec<(String, String)>,
    /// The lines of the checksums that cannot be read; `None` where there are no checksums.
    broken_sums: Option<Vec<usize>>,
}

/// What a folder is compared with.
pub(super) struct Reference {
    /// The manifest that holds; `None` where there is none, and the checksums have to do.
    pub(super) manifest: Option<Manifest>,
    /// The hash of every file of the report but manifest and checksums.
    files: BTreeMap<String, String>,
}

impl Folder {
    pub(super) fn read(dir: &Path) -> Result<Self, PipelineError> {
        let held = report::hold(dir)?;
        let is_file = |name| matches!(held.get(name), Some(HeldFile::File { .. }));
        if !held.contains_key(MANIFEST) && !held.contains_key(SUMS) {
            return Err(PipelineError::NoReport(dir.to_owned()));
        }
        let manifest = if is_file(MANIFEST) { Some(report::read_held(dir, MANIFEST)?) } else { None };
        let manifest = manifest.map(|bytes| {
            let parsed = Manifest::parse(&bytes);
            (bytes, parsed)
        });
        let sums = if is_file(SUMS) { Some(report::read_held(dir, SUMS)?) } else { None };
        let (sums, broken_sums) = sums.map(|bytes| report::parse_sums(&String::from_utf8_lossy(&bytes))).unzip();
        Ok(Self { dir: dir.to_owned(), held, manifest, sums: sums.unwrap_or_default(), broken_sums })
    }

    /// The manifest that the files are compared with: the one that the store keeps for the run, else the folder's own.
    pub(super) fn reference(&self, kept: Option<&Kept>, said: &mut Verification) -> Reference {
        let sealed = kept.and_then(|kept| kept.manifest.as_ref().map(|manifest| (kept, manifest)));
        let differ = |said: &mut Verification, difference: Difference| said.differences.push(difference);
        match (&self.manifest, sealed) {
            (Some((bytes, Ok(own))), Some((_, (text, _)))) if bytes == text.as_bytes() => {
                said.agree("manifest", "is the one that the store keeps for the run");
                Reference::of(own)
            }
            (Some((bytes, Ok(own))), Some((kept, (text, sealed)))) => {
                if own.run_id == sealed.run_id && kept.written_again(own, bytes) {
                    said.notes.push(format!(
                        "the folder was written again by scimdrift {}, and the run by {}",
                        own.written_by, sealed.written_by
                    ));
                    return Reference::of(own);
                }
                let same_run = own.run_id == sealed.run_id;
                let why = if same_run {
                    "was changed"
                } else {
                    "is of another run: that moment was analyzed again, or the store or the folder was changed"
                };
                differ(said, manifest_difference(why, text.as_bytes(), bytes));
                Reference::of(if same_run { sealed } else { own })
            }
            (Some((bytes, Err(reason))), Some((_, (text, sealed)))) => {
                differ(said, manifest_difference(&format!("cannot be read ({reason})"), text.as_bytes(), bytes));
                Reference::of(sealed)
            }
            (None, sealed) => {
                let sentence = match self.held.get(MANIFEST) {
                    Some(HeldFile::Other(what)) => format!("{MANIFEST} is {what}"),
                    _ => format!("{MANIFEST} is not there"),
                };
                differ(said, Difference::new(Kind::Missing, MANIFEST, sentence));
                sealed.map_or_else(|| Reference::of_sums(&self.sums), |(_, (_, sealed))| Reference::of(sealed))
            }
            (Some((_, Ok(own))), None) => Reference::of(own),
            (Some((_, Err(reason))), None) => {
                differ(said, Difference::new(Kind::Manifest, MANIFEST, format!("{MANIFEST} cannot be read: {reason}")));
                Reference::of_sums(&self.sums)
            }
        }
    }

    /// Compares every file; with a rendering, says where a file that was changed differs.
    pub(super) fn compare(&self, reference: &Reference, rendering: Option<&Rendering<'_>>, only: &[&Format], said: &mut Verification) {
        let before = said.differences.len();
        let mut missing: BTreeSet<&str> = BTreeSet::new();
        let mut intact = 0;
        for (name, sha256) in &reference.files {
            match self.held.get(name) {
                Some(HeldFile::File { sha256: found, .. }) if found == sha256 => {
                    intact += 1;
                    said.differences.extend(rendering.and_then(|rendering| self.rendered_otherwise(name, sha256, rendering)));
                }
                Some(HeldFile::File { .. }) => said.differences.push(self.changed(name, sha256, rendering)),
                Some(HeldFile::Other(what)) => {
                    said.differences.push(Difference::new(Kind::Changed, name, format!("{name} is {what}, and was a file")));
                }
                None if only.is_empty() || only.iter().any(|format| format.file == name) => drop(missing.insert(name)),
                None => {}
            }
        }
        for name in self.held.keys().filter(|name| !reference.files.contains_key(*name) && ![MANIFEST, SUMS].contains(&name.as_str())) {
            let moved = missing.iter().find(|missing| self.hash(name).is_some_and(|found| reference.files.get(**missing) == Some(found)));
            let difference = match moved.copied() {
                Some(from) => {
                    missing.remove(from);
                    let sentence = format!("{from} was renamed to {name}; its content is as it was");
                    Difference::new(Kind::Renamed, from, sentence).at("", from, name.as_str())
                }
                None => Difference::new(Kind::Added, name, format!("{name} is no file of this report")),
            };
            said.differences.push(difference);
        }
        self.missing(&missing, reference, said);
        self.compare_sums(reference, said);
        if said.differences.len() == before {
            said.agree("files", format!("{intact} of {} are here, each as the manifest names it", reference.files.len()));
            if rendering.is_some() {
                said.agree("rendering", "from the store, every file comes out the same to the byte");
            }
        }
    }

    /// Files that are not there: left out when the folder was written, where the checksums do not name them either.
    fn missing(&self, missing: &BTreeSet<&str>, reference: &Reference, said: &mut Verification) {
        let named = |name: &str| self.sums.iter().any(|(file, _)| file == name);
        let part = self.broken_sums.is_some() && !missing.is_empty() && !missing.iter().any(|name| named(name));
        if part {
            said.left_out = missing.iter().map(ToString::to_string).collect();
            let (here, all) = (reference.files.len() - missing.len(), reference.files.len());
            let list = said.left_out.join(", ");
            said.unchecked.push(format!("this is a part of a report: {here} of {all} files are here, and these are not: {list}"));
        } else {
            let gone = |name: &&str| Difference::new(Kind::Missing, *name, format!("{name} is not there"));
            said.differences.extend(missing.iter().map(gone));
        }
    }

    fn compare_sums(&self, reference: &Reference, said: &mut Verification) {
        let mut differ = |sentence: String| said.differences.push(Difference::new(Kind::Checksums, SUMS, sentence));
        let Some(broken) = &self.broken_sums else {
            return differ(format!("{SUMS} is not there"));
        };
        for line in broken {
            differ(format!("{SUMS} cannot be read in line {line}"));
        }
        for (name, sha256) in &self.sums {
            let wanted = if name == MANIFEST { self.manifest_sha256() } else { reference.files.get(name).cloned() };
            match wanted {
                Some(wanted) if wanted == *sha256 => {}
                Some(_) if name == MANIFEST => differ(format!("{SUMS} names another hash for {MANIFEST} than it has")),
                Some(_) => differ(format!("{SUMS} names another hash for {name} than the manifest")),
                None if name == MANIFEST => {}
                None => differ(format!("{SUMS} names {name}, which is no file of this report")),
            }
        }
        let named = |name: &str| self.sums.iter().any(|(file, _)| file == name);
        let here = reference.files.keys().map(String::as_str).chain([MANIFEST]).filter(|name| self.held.contains_key(*name));
        for name in here.filter(|name| !named(name)) {
            differ(format!("{SUMS} does not name {name}"));
        }
    }

    fn changed(&self, name: &str, sha256: &str, rendering: Option<&Rendering<'_>>) -> Difference {
        let plain = Difference::new(Kind::Changed, name, format!("{name} is not as the manifest names it"));
        let was = rendering.and_then(|rendering| rendering.bytes(name)).filter(|was| Digest::of(was).to_string() == sha256);
        let point = was.zip(report::read_held(&self.dir, name).ok()).and_then(|(was, is)| first_difference(name, &was, &is));
        let Some(point) = point else { return plain };
        let sentence = format!("{name} was changed, {point}: the report has {:?}, the folder {:?}", point.wanted, point.found);
        Difference { sentence, ..plain }.at(point.to_string(), &point.wanted, &point.found)
    }

    /// A file that is as the manifest names it, and that the store does not give any more.
    fn rendered_otherwise(&self, name: &str, sha256: &str, rendering: &Rendering<'_>) -> Option<Difference> {
        if rendering.sha256(name) == Some(sha256) {
            return None;
        }
        let plain = Difference::new(Kind::Rendering, name, format!("{name} does not come out of the store as it stands in the folder"));
        let now = rendering.bytes(name).zip(report::read_held(&self.dir, name).ok());
        let Some(point) = now.and_then(|(now, is)| first_difference(name, &is, &now)) else { return Some(plain) };
        let sentence =
            format!("{name} comes out of the store otherwise, {point}: the folder has {:?}, the store {:?}", point.wanted, point.found);
        Some(Difference { sentence, ..plain }.at(point.to_string(), &point.wanted, &point.found))
    }

    fn hash(&self, name: &str) -> Option<&String> {
        if let Some(HeldFile::File { sha256, .. }) = self.held.get(name) { Some(sha256) } else { None }
    }

    /// The hash of the manifest that stands in the folder.
    pub(super) fn manifest_sha256(&self) -> Option<String> {
        self.hash(MANIFEST).cloned()
    }
}

impl Reference {
    fn of(manifest: &Manifest) -> Self {
        let files = manifest.files.iter().map(|written| (written.file.clone(), written.sha256.clone())).collect();
        Self { manifest: Some(manifest.clone()), files }
    }

    fn of_sums(sums: &[(String, String)]) -> Self {
        Self { manifest: None, files: sums.iter().filter(|(name, _)| name != MANIFEST).cloned().collect() }
    }
}

fn manifest_difference(why: &str, wanted: &[u8], found: &[u8]) -> Difference {
    let plain = Difference::new(Kind::Manifest, MANIFEST, format!("{MANIFEST} {why}"));
    let Some(point) = first_difference(MANIFEST, wanted, found) else { return plain };
    let sentence = format!("{}, {point}: the store keeps {:?}, the folder has {:?}", plain.sentence, point.wanted, point.found);
    Difference { sentence, ..plain }.at(point.to_string(), &point.wanted, &point.found)
}
