//! What the three framings have in common: they cut a growing text into records.

use super::block::{Cursor, Cuts};
use super::wrapper::Wrapping;

/// The reason of a reject that the end of the file has cut short.
pub(super) const TORN: &str = "the file ends inside this record";

/// Cuts text into records. Each byte is scanned once; what is still needed is kept by the caller.
pub(super) trait Cutter: Send {
    /// Goes on where the last call stopped, to the end of `text` or until the block is full.
    fn scan(&mut self, text: &[u8], cuts: &mut Cuts);

    /// The text ends here: by itself, or because of this fault.
    fn end(&mut self, text: &[u8], fault: Option<&str>, cuts: &mut Cuts);

    /// Where it stands.
    fn cursor(&mut self) -> &mut Cursor;

    /// Where the whole lines of the text end, when all of it is scanned, and how many came before; `None` where lines are no
    /// records.
    fn line_end(&self) -> Option<(usize, u64)> {
        None
    }

    /// What the wrapper around the records has said so far.
    fn wrapping(&self) -> Option<&Wrapping> {
        None
    }
}
