//! Thirty nights of a small company, one after the other, with what an operator sees of each: what is out of order, how the
//! run ended, and its digest. `cargo test --test nights`; what must hold of them is tested in `tests/suite/nights.rs`.

#![expect(clippy::print_stdout, reason = "the digests are what it is for")]

use std::path::Path;

#[path = "company.rs"]
mod company;
#[path = "story.rs"]
mod story;

fn main() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for night in story::told(folder.path(), Path::new(env!("CARGO_BIN_EXE_scimdrift"))) {
        println!("── night {} · exit {} · {}\n{}{}", night.number, night.code, company::note(night.number), night.warnings, night.digest);
    }
}
