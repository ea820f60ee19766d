//! scimdrift: who could reach the target at any moment, who should have, and the evidence for both.

pub mod input;
pub mod model;
