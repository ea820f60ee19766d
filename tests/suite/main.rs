//! The one integration test binary: the real program on the real fixtures, the promises as properties, and the house rules.

mod acme;
mod cli;
mod clocks;
mod companies;
mod doctor;
mod explain;
mod failures;
mod hostile;
mod mutant;
mod page;
mod plan;
mod properties;
mod reading;
mod rules;
mod sample;
mod scim_server;
mod shapes;
mod sources;
mod store;
mod support;
mod tidy;
mod totals;
mod trace;
mod unread;
mod verify;
