//! scimdrift: who could reach the target at any moment, who should have, and the evidence for both.
//!
//! The modules stand in the order of the layers; `ARCHITECTURE.md` draws them.

pub mod model;

pub mod input;
pub mod metrics;
pub mod notify;
pub mod policy;
pub mod report;
pub mod source;
pub mod state;
pub mod store;

pub mod analyzer;

pub mod diagnosis;

pub mod plan;

pub mod pipeline;

pub mod cli;
