//! How fast reading is.
fn main() {}
