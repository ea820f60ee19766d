//! The nouns: moments, records, events, findings, controls, reports. Plain values, no I/O.
//!
//! What two layers share is a type of this module; nothing here knows a file, a database or a terminal.

pub mod check_up;
pub mod class;
pub mod control;
pub mod coverage;
pub mod digest;
pub mod event;
pub mod facts;
pub mod failures;
pub mod finding;
pub mod identity;
pub mod link;
pub mod listing;
pub mod mention;
pub mod operation;
pub mod page;
pub mod plan;
pub mod proposal;
pub mod record;
pub mod report;
pub mod secret;
pub mod time;
pub mod trace;
