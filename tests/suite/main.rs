//! The one integration test binary: the real program on the real fixtures, and the promises as properties.

mod acme;
mod cli;
mod properties;
mod sample;
mod store;
mod support;
