//! Evidence on the page: the records themselves, laid out, and never more of them than a page can hold.

use super::marks::{Piece, Subject};
use super::shown;
use crate::model::report::{Evidence, FindingRow};

/// How many records of one finding the page shows.
const RECORDS: usize = 20;

/// How much of one record the page shows, in bytes of HTML.
const RECORD: usize = 12_000;

/// How much of all records together the page shows, in bytes of HTML.
const ALL: usize = 1_000_000;

/// One record that a finding rests on.
pub(super) struct Exhibit<'r> {
    /// Where it stands.
    pub(super) evidence: &'r Evidence,
    /// The record, laid out, with the fields that decided marked; empty where the page is full.
    pub(super) original: Vec<Piece>,
    /// Whether its end is missing here.
    pub(super) cut: bool,
}

/// How much room for records is left.
pub(super) struct Budget {
    left: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { left: ALL }
    }
}

impl Budget {
    /// The records of a finding that the page shows, and how many more there are.
    pub(super) fn exhibits<'r>(&mut self, row: &'r FindingRow) -> (Vec<Exhibit<'r>>, usize) {
        let exhibits: Vec<_> = row.evidence.iter().take(RECORDS).map(|evidence| self.exhibit(row, evidence)).collect();
        let more = row.evidence.len() - exhibits.len();
        (exhibits, more)
    }

    fn exhibit<'r>(&mut self, row: &FindingRow, evidence: &'r Evidence) -> Exhibit<'r> {
        let json = laid_out(&evidence.original);
        let is_json = json.is_some();
        let whole = json.unwrap_or_else(|| evidence.original.clone());
        let original = shown::beginning(&whole, RECORD.min(self.left)).to_owned();
        let cut = original.len() < whole.len();
        self.left -= shown::html(&original, true).len().min(self.left);
        // What is told of a whole file is a sentence, of which no part decides more than another.
        let original = match evidence.record {
            Some(_) => Subject::of(row, evidence).pieces(&original, is_json),
            None => vec![Piece { text: original, marked: false }],
        };
        Exhibit { evidence, original, cut }
    }
}

/// JSON over several lines, with every name, number and string as it was written; `None` where the text is no JSON object or array.
fn laid_out(json: &str) -> Option<String> {
    let json = json.trim();
    if !json.starts_with(['{', '[']) {
        return None;
    }
    // Checked, not converted: a number of twenty digits must stay one. The parser also bounds the depth, and so the indentation.
    serde_json::from_str::<serde::de::IgnoredAny>(json).ok()?;
    let mut layout = Layout { out: String::with_capacity(json.len() * 2), depth: 0 };
    let mut rest = json.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '"' => layout.string(&mut rest),
            '{' | '[' => {
                layout.out.push(character);
                while rest.next_if(char::is_ascii_whitespace).is_some() {}
                match rest.next_if(|next| matches!(next, '}' | ']')) {
                    Some(end) => layout.out.push(end),
                    None => layout.deeper(),
                }
            }
            '}' | ']' => layout.end(character),
            ',' => layout.next(),
            ':' => layout.out.push_str(": "),
            _ if character.is_ascii_whitespace() => {}
            _ => layout.out.push(character),
        }
    }
    Some(layout.out)
}

/// The text being laid out, and how deep in it we are.
struct Layout {
    out: String,
    depth: usize,
}

impl Layout {
    /// The rest of a string, as it was written.
    fn string(&mut self, rest: &mut impl Iterator<Item = char>) {
        self.out.push('"');
        let mut escaped = false;
        for character in rest {
            self.out.push(character);
            if character == '"' && !escaped {
                return;
            }
            escaped = character == '\\' && !escaped;
        }
    }

    fn deeper(&mut self) {
        self.depth += 1;
        self.new_line();
    }

    fn next(&mut self) {
        self.out.push(',');
        self.new_line();
    }

    fn end(&mut self, bracket: char) {
        self.depth = self.depth.saturating_sub(1);
        self.new_line();
        self.out.push(bracket);
    }

    fn new_line(&mut self) {
        self.out.push('\n');
        self.out.extend(std::iter::repeat_n("  ", self.depth));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_laid_out_as_written() {
        let laid = laid_out(r#"{"a":12345678901234567890123,"b":[ ],"c":{"d":"x, {\"y\": 1}\\"},"e":[1.10,true]}"#);
        let wanted = concat!(
            "{\n  \"a\": 12345678901234567890123,\n  \"b\": [],\n  \"c\": {\n    \"d\": \"x, {\\\"y\\\": 1}\\\\\"\n  },\n",
            "  \"e\": [\n    1.10,\n    true\n  ]\n}"
        );
        assert_eq!(laid.as_deref(), Some(wanted));
        assert_eq!(laid_out("no record for 79.7 h"), None);
        assert_eq!(laid_out("{\"broken\": "), None);
        assert_eq!(laid_out(&"[".repeat(100_000)), None);
    }

    #[test]
    fn the_page_never_holds_more_than_it_can() {
        let evidence = Evidence {
            source: "okta-system-log".into(),
            file: "log".into(),
            record: Some(1),
            line: Some(1),
            at: None,
            sha256: String::new(),
            original: "é".repeat(RECORD),
        };
        let mut row = crate::report::sample::acme().findings.remove(0);
        row.evidence = vec![evidence; RECORDS + 3];
        let mut budget = Budget { left: RECORD + 1 };
        let (exhibits, more) = budget.exhibits(&row);
        assert_eq!((exhibits.len(), more, budget.left), (RECORDS, 3, 1));
        let length = |exhibit: &Exhibit<'_>| exhibit.original.iter().map(|piece| piece.text.len()).sum::<usize>();
        assert!(exhibits.iter().all(|exhibit| exhibit.cut && length(exhibit) <= RECORD));
    }
}
