//! The pipeline: draws the arrows. The only module that knows two neighbours at once.
//!
//! [`ingest()`] leads files through `input`, `source` and `store`; [`analyze()`] leads the store through `state`,
//! `analyzer` and the waivers to a [`crate::model::report::Report`]. What a layer does is not repeated here; what
//! needs two of them is here alone.

mod accounts;
mod altered;
mod analyze;
mod changes;
mod conclusion;
mod coverage;
mod decode;
pub mod doctor;
mod error;
mod failures;
mod findings;
mod guard;
mod ingest;
pub mod init;
mod inputs;
mod joiners;
mod leavers;
mod moment;
mod plan;
mod prune;
mod reading;
mod setup;
mod standing;
mod tokens;
mod trace;
pub mod verify;
mod withdraw;

pub use analyze::{Analysis, analyze};
pub use error::PipelineError;
pub use failures::failures;
pub use ingest::{Ingested, Progress, ingest};
pub use inputs::{InputPath, expand, expand_paths};
pub use plan::{Named, PlanAnswer, Suppositions, plan};
pub use prune::{Pruned, prunable, prune};
pub use setup::Setup;
pub use standing::Change;
pub use trace::{Answer, Window, trace};
pub use withdraw::{ask_again, forget};

/// The threads that decode and judge.
#[derive(Debug)]
pub struct Workers(rayon::ThreadPool);

impl Workers {
    /// So many threads; 0: as many as the machine has.
    ///
    /// # Errors
    /// When the system gives no threads.
    pub fn new(jobs: usize) -> Result<Self, PipelineError> {
        rayon::ThreadPoolBuilder::new().num_threads(jobs).build().map(Self).map_err(|error| PipelineError::Threads(error.to_string()))
    }

    fn run<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        self.0.install(work)
    }

    fn count(&self) -> usize {
        self.0.current_num_threads()
    }
}
