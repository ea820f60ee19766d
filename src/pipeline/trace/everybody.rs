//! Everybody of a directory, by what questions may call them.

use super::dossier::{everybody, named_by};
use super::whom::{self, Whom};
use crate::model::trace::{Candidate, Dossier};
use crate::state::Directory;

/// Everybody of a directory.
pub(in crate::pipeline) struct Everybody(Vec<Dossier>);

impl Everybody {
    pub(in crate::pipeline) fn of(directory: &Directory) -> Self {
        Self(everybody(directory).into_iter().map(|subject| named_by(directory, subject)).collect())
    }

    /// The id of the person whom a key names; empty for an account without an owner.
    ///
    /// # Errors
    /// The candidates, where the key does not name exactly one; empty where there are none.
    pub(in crate::pipeline) fn named(&self, key: &str) -> Result<&str, Vec<Candidate>> {
        let whom: Vec<Whom<'_>> = self.0.iter().map(Whom::of).collect();
        let index = whom::find(&whom, key)?;
        Ok(whom.get(index).map(|whom| whom.person).unwrap_or_default())
    }
}
