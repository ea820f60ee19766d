//! scimdrift: who could reach the target at any moment, who should have, and the evidence for both.

pub mod analyzer;
pub mod cli;
pub mod input;
pub mod model;
pub mod pipeline;
pub mod policy;
pub mod report;
pub mod source;
pub mod state;
pub mod store;
