//! A few kills, every time the suite runs; `cargo test --test kill9 -- 200` does as many as one likes.

use super::killing::Company;
use crate::support::{AS_OF, acme};

#[test]
fn a_run_that_was_killed_and_started_again_left_what_one_run_leaves() {
    let (folder, program) = (acme(), std::path::Path::new(env!("CARGO_BIN_EXE_scimdrift")));
    let company = Company { program, folder: &folder, nights: ["2026-06-29T06:00:00Z", AS_OF] };
    let tally = company.kill(12, 7, &mut |_| {}).expect("runs");
    assert_eq!(tally.problems, Vec::<String>::new());
    assert!(tally.killed >= 6, "{tally:?}");
}
