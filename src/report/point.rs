//! The first point at which two versions of a file differ: line and byte, and in a table the row and its columns.

use std::fmt;

/// How much of a line is shown around the point.
const AROUND: usize = 60;

/// Where two versions of a file part, and what each says there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// The line, from 1.
    pub line: u64,
    /// The byte, from 0.
    pub byte: u64,
    /// In a table, the first cell of the row, and the columns that differ; empty where whole rows do.
    pub row: Option<(String, Vec<String>)>,
    /// What should stand there.
    pub wanted: String,
    /// What does.
    pub found: String,
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        match &self.row {
            Some((key, columns)) if !columns.is_empty() => write!(f, ", row {key}, {}", columns.join(", ")),
            Some((key, _)) if !key.is_empty() => write!(f, ", row {key}"),
            _ => write!(f, ", byte {}", self.byte),
        }
    }
}

/// The first difference of two versions of the file with this name; `None` where there is none.
#[must_use]
pub fn first_difference(name: &str, wanted: &[u8], found: &[u8]) -> Option<Point> {
    let same = wanted.iter().zip(found).take_while(|(one, other)| one == other).count();
    if same == wanted.len() && same == found.len() {
        return None;
    }
    let before = wanted.get(..same).unwrap_or_default();
    let line = before.split(|byte| *byte == b'\n').count() as u64;
    let begin = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    let point = Point { line, byte: same as u64, row: None, wanted: around(wanted, begin, same), found: around(found, begin, same) };
    let table = name.to_ascii_lowercase().ends_with(".csv") && line > 1;
    Some(if table { cells(wanted, found, line).map_or(point.clone(), |cells| Point { byte: point.byte, ..cells }) } else { point })
}

/// What of the line stands around the point.
fn around(bytes: &[u8], begin: usize, point: usize) -> String {
    let line = bytes.get(begin..).unwrap_or_default();
    let line = line.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let from = (point - begin).saturating_sub(AROUND / 2).min(line.len());
    let shown = line.get(from..).unwrap_or_default();
    String::from_utf8_lossy(shown.get(..AROUND).unwrap_or(shown)).trim_end().to_owned()
}

/// The difference of two rows on the same line; one row is one line in every table of a report.
fn cells(wanted: &[u8], found: &[u8], line: u64) -> Option<Point> {
    let header = record(wanted, 1)?;
    let (wanted, found) = (record(wanted, line).unwrap_or_default(), record(found, line).unwrap_or_default());
    let key = wanted.first().or(found.first()).cloned().unwrap_or_default();
    let differ: Vec<usize> = (0..wanted.len().max(found.len())).filter(|index| wanted.get(*index) != found.get(*index)).collect();
    let whole = wanted.len() != header.len() || found.len() != header.len() || wanted.first() != found.first();
    let columns = if whole { Vec::new() } else { differ.iter().filter_map(|index| header.get(*index).cloned()).collect() };
    let said = |row: &[String]| {
        if whole {
            row.join(",").chars().take(2 * AROUND).collect()
        } else {
            differ.iter().filter_map(|index| row.get(*index)).map(String::as_str).collect::<Vec<_>>().join(" | ")
        }
    };
    let (wanted, found) = (said(&wanted), said(&found));
    Some(Point { line, byte: 0, row: Some((key, columns)), wanted, found })
}

fn record(bytes: &[u8], line: u64) -> Option<Vec<String>> {
    let index = usize::try_from(line.checked_sub(1)?).ok()?;
    let line = bytes.split_inclusive(|byte| *byte == b'\n').nth(index)?;
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(line);
    let mut record = csv::ByteRecord::new();
    reader.read_byte_record(&mut record).ok().filter(|read| *read)?;
    Some(record.iter().map(|cell| String::from_utf8_lossy(cell).into_owned()).collect())
}

#[cfg(test)]
mod tests {
    use super::first_difference;

    const TABLE: &[u8] = b"finding_id,severity,account\r\na1,high,\"x, y\"\r\nb2,low,z\r\n";

    fn place(found: &[u8]) -> (String, String, String) {
        let point = first_difference("findings.csv", TABLE, found).expect("a difference");
        (point.to_string(), point.wanted, point.found)
    }

    #[test]
    fn a_cell_is_named_by_its_row_and_column() {
        let found = String::from_utf8_lossy(TABLE).replace("b2,low", "b2,high");
        assert_eq!(place(found.as_bytes()), ("line 3, row b2, severity".to_owned(), "low".to_owned(), "high".to_owned()));
        let found = String::from_utf8_lossy(TABLE).replace("x, y", "x, z").replace("a1,high", "a1,low");
        assert_eq!(
            place(found.as_bytes()),
            ("line 2, row a1, severity, account".to_owned(), "high | x, y".to_owned(), "low | x, z".to_owned())
        );
    }

    #[test]
    fn a_row_that_is_gone_is_shown_whole() {
        let found = String::from_utf8_lossy(TABLE).replace("a1,high,\"x, y\"\r\n", "");
        let (place, wanted, found) = place(found.as_bytes());
        assert_eq!((place.as_str(), wanted.as_str(), found.as_str()), ("line 2, row a1", "a1,high,x, y", "b2,low,z"));
    }

    #[test]
    fn other_files_are_told_by_line_and_byte() {
        let point = first_difference("summary.json", b"{\n\"a\": 1\n}", b"{\n\"a\": 2\n}").expect("a difference");
        assert_eq!((point.to_string().as_str(), point.wanted.as_str(), point.found.as_str()), ("line 2, byte 7", "\"a\": 1", "\"a\": 2"));
        let longer = first_difference("x", b"a", b"ab").expect("a difference");
        assert_eq!((longer.byte, longer.found.as_str()), (1, "ab"));
        assert_eq!(first_difference("x", b"a", b"a"), None);
    }
}
