//! JSON by structure: arrays, objects one after another, and the lists inside wrappers.

use super::block::{Cursor, Cuts, EXCERPT};
use super::cutter::{Cutter, TORN};
use super::nesting::Nesting;
use super::wrapper::{Key, Wrapper, Wrapping};

/// No key that matters is longer; a longer one is none of them.
const LONGEST_KEY: usize = 16;

/// Cuts JSON where its values end.
///
/// Only quotes and brackets are looked at, so what a record says is never parsed here. A record that is broken
/// inside itself goes to the decoder like any other; only where the structure around the records breaks is the
/// rest one reject.
pub(super) struct Values {
    cursor: Cursor,
    place: Place,
    nesting: Nesting,
    /// Whether the value in progress is an element of a list.
    in_list: bool,
    /// Whether an object at the top is a wrapper around a list rather than a record.
    unwraps: bool,
    wrapping: Wrapping,
    /// How many objects of the wrapper are open around the place.
    depth: usize,
    /// The last string among the members, and the key of the member in progress.
    name: Vec<u8>,
    key: Key,
    /// Set when an envelope has ended: it says what the whole file is, so nothing may follow it.
    alone: bool,
}

/// What the next byte belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// The space between values at the top.
    Between,
    /// The members of a wrapper: a key, a colon, the first byte of a value, a comma.
    Members,
    /// A string among them.
    Name,
    /// A value of theirs that is not the list.
    Member,
    /// A list that has just begun.
    List,
    /// Behind a comma of the list.
    Comma,
    /// An array, object or string that is a record.
    Element,
    /// A number, a word or garbage that is a record.
    Scalar,
    /// Behind a record of the list.
    Separator,
    /// Behind what cannot be read any further.
    Rest(&'static str),
}

impl Values {
    /// Objects and arrays at the top: an object is a record, an array a list of them.
    pub(super) fn starting_at(at: usize) -> Self {
        Self {
            cursor: Cursor::starting_at(at),
            place: Place::Between,
            nesting: Nesting::default(),
            in_list: false,
            unwraps: false,
            wrapping: Wrapping::default(),
            depth: 0,
            name: Vec::new(),
            key: Key::Other,
            alone: false,
        }
    }

    /// An object at the top that has a list is a wrapper around its records.
    pub(super) fn unwrapping_at(at: usize) -> Self {
        Self { unwraps: true, ..Self::starting_at(at) }
    }

    fn step(&mut self, text: &[u8], byte: u8, cuts: &mut Cuts) {
        match self.place {
            Place::Between => self.between(text, byte),
            Place::Members => self.members(byte, cuts),
            Place::Name | Place::Member => self.member(text),
            Place::List | Place::Comma => self.element(text, byte, cuts),
            Place::Element => self.follow(text, cuts),
            Place::Scalar => self.scalar(text, cuts),
            Place::Separator => self.separator(text, byte),
            Place::Rest(reason) => self.rest(text, reason, cuts),
        }
    }

    fn between(&mut self, text: &[u8], byte: u8) {
        match byte {
            _ if byte.is_ascii_whitespace() => self.cursor.at += 1,
            _ if self.alone => self.give_up(text, "more text after the end of the envelope, which must be alone in its file"),
            b'{' if self.unwraps => {
                self.cursor.begin(text);
                self.cursor.at += 1;
                self.wrapping.begin();
                self.wrapping.take(b"{");
                self.depth = 1;
                self.place = Place::Members;
            }
            b'{' => self.begin(text),
            b'[' => {
                self.cursor.at += 1;
                self.place = Place::List;
                self.in_list = true;
            }
            _ => self.give_up(text, "text that is no JSON; what follows it is not read"),
        }
    }

    fn members(&mut self, byte: u8, cuts: &mut Cuts) {
        self.wrapping.take(&[byte]);
        match byte {
            b'"' => {
                self.name.clear();
                self.nesting = Nesting::STRING;
                self.place = Place::Name;
            }
            b':' => self.key = Key::named(&self.name, self.depth),
            b',' => self.forget_key(),
            b'[' if matches!(self.key, Key::List | Key::ListOrDeeper) => {
                self.wrapping.open_list(self.depth);
                self.cursor.forget();
                self.in_list = true;
                self.place = Place::List;
            }
            b'{' if matches!(self.key, Key::Deeper | Key::ListOrDeeper) => {
                self.depth += 1;
                self.forget_key();
            }
            b'[' | b'{' => {
                self.nesting = Nesting::BRACKET;
                self.place = Place::Member;
            }
            b'}' => {
                self.depth -= 1;
                self.forget_key();
                if self.depth == 0 {
                    self.cursor.at += 1;
                    return self.unwrap(cuts);
                }
            }
            _ => {}
        }
        self.cursor.at += 1;
    }

    fn forget_key(&mut self) {
        self.name.clear();
        self.key = Key::Other;
    }

    /// The top object has ended. One that is no wrapper after all is a record.
    fn unwrap(&mut self, cuts: &mut Cuts) {
        self.place = Place::Between;
        let wrapper = self.wrapping.end();
        self.alone = wrapper == Wrapper::Envelope;
        let Some(open) = self.cursor.open().filter(|_| !self.wrapping.has_list()) else { return };
        let span = open.start..self.cursor.at;
        match wrapper {
            Wrapper::ListResponse => drop(self.cursor.forget()),
            Wrapper::Envelope => {
                self.cursor.forget();
                let shown = span.start..span.end.min(span.start + EXCERPT);
                cuts.reject(shown, open.line, "the envelope has no list of items");
            }
            Wrapper::Other => self.cursor.end(span, cuts),
        }
    }

    fn member(&mut self, text: &[u8]) {
        let start = self.cursor.at;
        let end = self.nesting.follow(text, start);
        self.cursor.at = end.unwrap_or(text.len());
        let passed = text.get(start..self.cursor.at).unwrap_or_default();
        self.wrapping.take(passed);
        if self.place == Place::Name {
            let name = passed.get(..passed.len() - usize::from(end.is_some())).unwrap_or_default();
            let room = (LONGEST_KEY + 1).saturating_sub(self.name.len());
            self.name.extend_from_slice(name.get(..room.min(name.len())).unwrap_or_default());
        }
        if end.is_some() {
            self.place = Place::Members;
        }
    }

    fn element(&mut self, text: &[u8], byte: u8, cuts: &mut Cuts) {
        match byte {
            _ if byte.is_ascii_whitespace() => self.cursor.at += 1,
            b']' => {
                if self.place == Place::Comma {
                    let line = self.cursor.line(text);
                    cuts.reject(self.cursor.at..self.cursor.at, line, "a comma with no record after it");
                }
                self.close_list();
            }
            b',' => {
                let line = self.cursor.line(text);
                cuts.reject(self.cursor.at..self.cursor.at, line, "a comma with no record before it");
                self.cursor.at += 1;
                self.place = Place::Comma;
            }
            b'{' | b'[' | b'"' => self.begin(text),
            _ => {
                self.cursor.begin(text);
                self.place = Place::Scalar;
            }
        }
    }

    fn begin(&mut self, text: &[u8]) {
        self.cursor.begin(text);
        self.nesting = Nesting::default();
        self.place = Place::Element;
    }

    fn follow(&mut self, text: &[u8], cuts: &mut Cuts) {
        match self.nesting.follow(text, self.cursor.at) {
            None => self.cursor.at = text.len(),
            Some(end) => self.end_element(end, cuts),
        }
    }

    fn scalar(&mut self, text: &[u8], cuts: &mut Cuts) {
        let rest = text.get(self.cursor.at..).unwrap_or_default();
        match rest.iter().position(|byte| matches!(byte, b',' | b']' | b'\n')) {
            None => self.cursor.at = text.len(),
            Some(length) => self.end_element(self.cursor.at + length, cuts),
        }
    }

    fn end_element(&mut self, end: usize, cuts: &mut Cuts) {
        self.cursor.at = end;
        self.cursor.end(self.cursor.kept()..end, cuts);
        self.place = if self.in_list { Place::Separator } else { Place::Between };
    }

    fn separator(&mut self, text: &[u8], byte: u8) {
        match byte {
            _ if byte.is_ascii_whitespace() => self.cursor.at += 1,
            b',' => {
                self.cursor.at += 1;
                self.place = Place::Comma;
            }
            b']' => self.close_list(),
            _ => self.give_up(text, "no comma between two records; what follows is not read"),
        }
    }

    fn close_list(&mut self) {
        self.cursor.at += 1;
        self.in_list = false;
        self.place = Place::Between;
        if self.depth > 0 {
            self.wrapping.take(b"]");
            self.place = Place::Members;
        }
    }

    fn give_up(&mut self, text: &[u8], reason: &'static str) {
        self.cursor.begin(text);
        self.place = Place::Rest(reason);
    }

    /// Waits for enough of the rest to show, then passes over it.
    fn rest(&mut self, text: &[u8], reason: &'static str, cuts: &mut Cuts) {
        if let Some(open) = self.cursor.open().filter(|open| text.len() - open.start >= EXCERPT) {
            self.cursor.forget();
            cuts.reject(open.start..open.start + EXCERPT, open.line, reason);
        }
        self.cursor.at = text.len();
    }
}

impl Cutter for Values {
    fn scan(&mut self, text: &[u8], cuts: &mut Cuts) {
        while !cuts.is_full()
            && let Some(&byte) = text.get(self.cursor.at)
        {
            self.step(text, byte, cuts);
        }
        self.cursor.settle(text, cuts);
    }

    fn end(&mut self, text: &[u8], fault: Option<&str>, cuts: &mut Cuts) {
        let reason = match self.place {
            Place::Between => None,
            Place::Rest(reason) => {
                if let Some(open) = self.cursor.forget() {
                    cuts.reject(open.start..text.len(), open.line, reason);
                }
                None
            }
            Place::Members | Place::Name | Place::Member if self.wrapping.has_list() => Some("the file ends before its wrapper is closed"),
            Place::List | Place::Comma | Place::Separator => Some("the file ends before its list is closed"),
            _ => Some(TORN),
        };
        match (self.cursor.forget(), fault.or(reason)) {
            (Some(open), Some(reason)) => cuts.torn(open.start..text.len(), open.line, reason.to_owned()),
            // A record that was refused for its length is torn too, but it is one record.
            (None, Some(TORN)) | (_, None) => {}
            (None, Some(reason)) => {
                let line = self.cursor.line(text);
                cuts.torn(text.len()..text.len(), line, reason.to_owned());
            }
        }
    }

    fn cursor(&mut self) -> &mut Cursor {
        &mut self.cursor
    }

    fn wrapping(&self) -> Option<&Wrapping> {
        self.unwraps.then_some(&self.wrapping)
    }
}
