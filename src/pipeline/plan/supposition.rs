//! Suppositions: people who join or leave a group, or are deactivated, as if that had been done at the end.

use std::collections::BTreeMap;

use super::super::trace::Everybody;
use super::PlanAnswer;
use crate::model::event::{Activity, Change, Lifecycle, NamedRef, PersonRef};
use crate::model::trace::Place;
use crate::state::Directory;

/// Somebody whom a line of a file names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: u64,
    /// Any key of a person, as `trace` takes it.
    pub key: String,
}

/// What is supposed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Suppositions {
    /// The users join this group of the identity provider, by name or id.
    pub add_to_group: Option<String>,
    /// The users leave this group.
    pub remove_from_group: Option<String>,
    /// The users who join or leave.
    pub users: Vec<Named>,
    /// Who is deactivated.
    pub deactivate: Vec<Named>,
}

/// Suppositions with people and groups in place of names.
#[derive(Debug, Default)]
pub(super) struct Supposed {
    /// What is done, and the line that says so.
    steps: Vec<(Activity, Place)>,
    /// The same in words.
    pub(super) sentences: Vec<String>,
}

impl Suppositions {
    /// Finds everybody and every group that is named.
    ///
    /// # Errors
    /// The first name that is not exactly one's.
    pub(super) fn resolve(&self, directory: &Directory, everybody: &Everybody) -> Result<Supposed, Box<PlanAnswer>> {
        let mut supposed = Supposed::default();
        let moves = [(&self.add_to_group, Change::Added, "join"), (&self.remove_from_group, Change::Removed, "leave")];
        for (name, change, word) in moves {
            let Some(name) = name else { continue };
            let group = group(directory, name)?;
            let people = people(everybody, &self.users)?;
            supposed.sentences.push(format!("{} people {word} group {}", people.len(), group.name.as_deref().unwrap_or(name)));
            for (person, place) in people {
                supposed.steps.push((Activity::GroupMembership { person, group: group.clone(), change }, place));
            }
        }
        let leavers = people(everybody, &self.deactivate)?;
        if !leavers.is_empty() {
            supposed.sentences.push(format!("{} people are deactivated", leavers.len()));
        }
        let steps = leavers.into_iter().map(|(person, place)| (Activity::Lifecycle { person, step: Lifecycle::Deactivated }, place));
        supposed.steps.extend(steps);
        Ok(supposed)
    }
}

impl Supposed {
    pub(super) fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// What is done, each with a number that no record has.
    pub(super) fn activities(&self) -> Vec<(Activity, u32)> {
        self.steps.iter().zip(numbers()).map(|((activity, _), ordinal)| (activity.clone(), ordinal)).collect()
    }

    /// Where each is said.
    pub(super) fn places(&self) -> BTreeMap<u32, Place> {
        self.steps.iter().zip(numbers()).map(|((_, place), ordinal)| (ordinal, place.clone())).collect()
    }
}

/// Records are numbered from 0, so these are taken from the other end.
fn numbers() -> impl Iterator<Item = u32> {
    (0..u32::MAX).map(|number| u32::MAX - number)
}

fn group(directory: &Directory, name: &str) -> Result<NamedRef, Box<PlanAnswer>> {
    let by_id = directory.groups.get_key_value(name).map(|(id, group)| (id.as_str(), group));
    let named: Vec<_> = by_id.into_iter().chain(directory.groups_named(name).filter(|(id, _)| *id != name)).collect();
    match named.as_slice() {
        [(id, group)] => Ok(NamedRef { id: Some((*id).to_owned()), name: Some(group.name.clone()) }),
        [] => {
            let mut among: Vec<String> = directory.groups.values().map(|group| group.name.clone()).collect();
            among.sort();
            among.dedup();
            Err(Box::new(PlanAnswer::UnnamedGroup { asked: name.to_owned(), among }))
        }
        several => {
            let among = several.iter().map(|(id, group)| format!("{id}  {}", group.name)).collect();
            Err(Box::new(PlanAnswer::UnnamedGroup { asked: name.to_owned(), among }))
        }
    }
}

fn people(everybody: &Everybody, named: &[Named]) -> Result<Vec<(PersonRef, Place)>, Box<PlanAnswer>> {
    let mut people = Vec::with_capacity(named.len());
    for one in named {
        let unnamed = |among| Box::new(PlanAnswer::Unnamed { asked: format!("{}:{}: {}", one.file, one.line, one.key), among });
        let person = everybody.named(&one.key).map_err(unnamed)?;
        if person.is_empty() {
            return Err(unnamed(Vec::new()));
        }
        let place = Place { source: "supposed".to_owned(), file: one.file.clone(), line: Some(one.line) };
        people.push((PersonRef { id: Some(person.to_owned()), ..PersonRef::default() }, place));
    }
    Ok(people)
}
