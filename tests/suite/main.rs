//! The one integration test binary: the real program on the real fixtures, and the promises as properties.

mod acme;
mod cli;
mod properties;
mod sample;
mod sources;
mod store;
mod support;
