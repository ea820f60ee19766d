//! How a file stands to what was read: told by what it looks like, and by its digest where that is not enough.
//!
//! A file is known by its name; one whose name is new may be known by its content. Whatever is told here, what is kept
//! is the same as if the file had been read whole.

use std::collections::BTreeMap;

use super::InputPath;
use crate::input::{self, Input, InputError};
use crate::model::identity::Looks;
use crate::model::record::Kind;
use crate::policy::InputRule;
use crate::source::{self, Source};
use crate::store::{FileRow, Likeness, Store, StoreError};

/// What became of a file since it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It begins with what was read, and goes on.
    Grown,
    /// It holds what was read under another name, which is this.
    Rotated(String),
    /// It is shorter, and begins like what was read.
    Truncated,
    /// It holds something else.
    Replaced,
}

impl Change {
    /// The word for it.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Grown => "grown",
            Self::Rotated(_) => "rotated",
            Self::Truncated => "truncated",
            Self::Replaced => "replaced",
        }
    }
}

/// How a file stands to what was read.
pub(super) enum Standing {
    /// Nothing of this name or content was read.
    New,
    /// It was not touched since.
    Same(FileRow),
    /// It holds what was read, though something about it is new.
    Touched(FileRow),
    /// It begins with what was read, and is to be read whole.
    Grown(FileRow),
    /// It begins with what was read, and is read on from there.
    GoesOn(Box<Behind>),
    /// It holds what this log holds, whose name comes first.
    Rotated(FileRow),
    Truncated,
    Replaced,
}

/// A log that goes on where it ended.
pub(super) struct Behind {
    pub(super) row: FileRow,
    pub(super) source: &'static Source,
    /// How many of its records stay as they were read.
    pub(super) records: u64,
    /// Stands where the new records begin.
    pub(super) input: Input,
}

/// The files that were read before, by length; looked up once a file with a new name comes.
#[derive(Default)]
pub(super) struct Known(Option<BTreeMap<u64, Vec<FileRow>>>);

impl Known {
    /// How the file stands to what was read; or why it cannot be read.
    pub(super) fn standing(
        &mut self,
        store: &Store,
        file: &InputPath,
        rule: &InputRule,
        looks: &Looks,
    ) -> Result<Result<Standing, InputError>, StoreError> {
        let likeness = store.likeness(&file.name)?;
        if let Some(likeness) = likeness.as_ref().filter(|known| looks.identity.is_some() && known.identity == looks.identity) {
            return Ok(Ok(Standing::Same(likeness.file.clone())));
        }
        let known = store.generations(&file.name)?;
        if known.is_empty() {
            let lengths = match &mut self.0 {
                Some(lengths) => lengths,
                none => none.insert(store.files_by_length()?),
            };
            return Ok(rotated(lengths.get(&looks.bytes), file, rule));
        }
        Ok(compare(&known, likeness.as_ref(), file, rule, looks))
    }
}

/// Whether a log of this length holds the same.
fn rotated(known: Option<&Vec<FileRow>>, file: &InputPath, rule: &InputRule) -> Result<Standing, InputError> {
    let may_be = |row: &&FileRow| row.name < file.name && read_as(row, rule).is_some();
    let Some(known) = known.filter(|known| known.iter().any(|row| may_be(&row))) else { return Ok(Standing::New) };
    let found = input::digests(&file.path, 0)?.whole.to_string();
    let twin = known.iter().filter(may_be).find(|row| row.sha256 == found);
    Ok(twin.map_or(Standing::New, |row| Standing::Rotated(row.clone())))
}

/// Tells a file that is known from one that grew, and from one that has other content under the same name.
fn compare(
    known: &[FileRow],
    likeness: Option<&Likeness>,
    file: &InputPath,
    rule: &InputRule,
    looks: &Looks,
) -> Result<Standing, InputError> {
    if let Some(behind) = likeness.map_or(Ok(None), |likeness| go_on(likeness, file, rule, looks))? {
        return Ok(Standing::GoesOn(Box::new(behind)));
    }
    let Some(latest) = likeness.map(|likeness| &likeness.file).or(known.first()) else { return Ok(Standing::New) };
    let found = input::digests(&file.path, latest.bytes)?;
    let (whole, part) = (found.whole.to_string(), found.part.map(|part| part.to_string()));
    if let Some(same) = known.iter().find(|row| row.sha256 == whole) {
        return Ok(Standing::Touched(same.clone()));
    }
    if part.as_deref() == Some(latest.sha256.as_str()) {
        return Ok(Standing::Grown(latest.clone()));
    }
    let is_part = |known: &Likeness| looks.bytes == 0 || looks.beginning.begins(&known.beginning);
    let truncated = found.bytes < latest.bytes && likeness.is_some_and(is_part);
    Ok(if truncated { Standing::Truncated } else { Standing::Replaced })
}

/// Opens a log of lines behind what was read, if it still begins with that.
fn go_on(known: &Likeness, file: &InputPath, rule: &InputRule, looks: &Looks) -> Result<Option<Behind>, InputError> {
    let row = &known.file;
    // Without a whole record the file may turn out to be framed in another way.
    let end = known.line_end.filter(|end| end.records > 0 && looks.bytes > row.bytes);
    let (Some(end), Some(source)) = (end, read_as(row, rule)) else { return Ok(None) };
    let opened = input::open_behind(&file.path, (row.bytes, &row.sha256), end)?;
    Ok(opened.map(|input| Behind { row: row.clone(), source, records: end.records, input }))
}

/// The source that a log was read as, if it is to be read as that.
fn read_as(row: &FileRow, rule: &InputRule) -> Option<&'static Source> {
    let source = source::find(&row.source).filter(|source| source.kind == Kind::Log)?;
    rule.source.as_deref().is_none_or(|id| id == source.id).then_some(source)
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::path::PathBuf;

    use super::*;
    use crate::model::time::Timestamp;
    use crate::pipeline::{Setup, Workers, ingest};

    const EVENT: &str = r#"{"uuid":"u0000","published":"2026-06-01T12:00:00.000Z","eventType":"policy.evaluate_sign_on","outcome":{"result":"ALLOW"},"target":[]}"#;

    /// Lines of a log, each with its number.
    fn lines(numbers: std::ops::Range<u32>) -> String {
        numbers.map(|number| EVENT.replace("u0000", &format!("u{number:04}")) + "\n").collect()
    }

    /// A folder with one log, and the store it was read into.
    struct Log {
        folder: tempfile::TempDir,
        setup: Setup,
        store: Store,
    }

    impl Log {
        fn read(text: &str) -> Self {
            let folder = tempfile::tempdir().expect("a folder");
            let config = "[report]\norganization = \"Acme Corp\"\n[[input]]\npath = \"*.ndjson\"\n[idp]\nprovider = \"okta\"\n\
                          [target]\nprovider = \"huggingface\"\nname = \"acme\"\n";
            fs::write(folder.path().join("scimdrift.toml"), config).expect("a config");
            let setup = Setup::read(&folder.path().join("scimdrift.toml")).expect("a config");
            let store = Store::open(&folder.path().join("store.db")).expect("a store");
            let mut log = Self { folder, setup, store };
            log.write("b.ndjson", text);
            let file = log.file("b.ndjson");
            ingest(&log.setup, &mut log.store, &[file], &Workers::new(1).expect("a thread"), Timestamp::LAST, &|_| {}).expect("read");
            log
        }

        fn path(&self, name: &str) -> PathBuf {
            self.folder.path().join(name)
        }

        fn file(&self, name: &str) -> InputPath {
            InputPath { path: self.path(name), name: name.to_owned(), rule: None }
        }

        fn write(&self, name: &str, text: &str) {
            fs::write(self.path(name), text).expect("written");
        }

        fn standing_as(&self, name: &str, rule: &InputRule) -> Standing {
            let looks = input::look(&self.path(name), Timestamp::LAST).expect("readable");
            Known::default().standing(&self.store, &self.file(name), rule, &looks).expect("a store").expect("readable")
        }

        fn standing(&self, name: &str) -> Standing {
            self.standing_as(name, &InputRule::default())
        }
    }

    #[test]
    fn who_was_not_touched_is_not_read() {
        let log = Log::read(&lines(0..900));
        assert!(matches!(log.standing("b.ndjson"), Standing::Same(_)));
        log.write("b.ndjson", &lines(0..900));
        assert!(matches!(log.standing("b.ndjson"), Standing::Touched(_)), "written again, with the same bytes");
    }

    #[test]
    fn a_change_in_the_middle_shows_whatever_time_it_is_given() {
        let log = Log::read(&lines(0..2_000));
        let written = fs::metadata(log.path("b.ndjson")).expect("a file").modified().expect("a time");
        let changed = lines(0..2_000).replace("u1000", "u9999");
        log.write("b.ndjson", &changed);
        File::options().write(true).open(log.path("b.ndjson")).and_then(|file| file.set_modified(written)).expect("set");
        assert!(matches!(log.standing("b.ndjson"), Standing::Replaced));
    }

    #[test]
    fn grown_truncated_and_replaced_are_told_apart() {
        let log = Log::read(&lines(0..40));
        let standing = |text: &str| {
            log.write("b.ndjson", text);
            log.standing("b.ndjson")
        };
        assert!(matches!(standing(&lines(0..50)), Standing::GoesOn(behind) if behind.records == 40));
        assert!(matches!(standing(&lines(0..39)), Standing::Truncated));
        assert!(matches!(standing(""), Standing::Truncated));
        assert!(matches!(standing(&lines(1..40)), Standing::Replaced), "shorter, and another");
        assert!(matches!(standing(&lines(1..41)), Standing::Replaced), "as long, and another");
        assert!(matches!(standing(&lines(1..60)), Standing::Replaced), "longer, and another");
        assert!(matches!(standing(&format!("{}{}", lines(0..39), lines(50..60))), Standing::Replaced), "it begins alike");
    }

    #[test]
    fn without_its_lines_a_log_that_grew_is_read_whole() {
        let text = lines(0..40);
        let log = Log::read(text.trim_end());
        log.write("b.ndjson", &lines(0..50));
        assert!(matches!(log.standing("b.ndjson"), Standing::Grown(_)), "the last line may not have been one");
        let log = Log::read(&text);
        log.write("b.ndjson", &lines(0..50));
        let rule = InputRule { source: Some("okta-users".to_owned()), ..InputRule::default() };
        assert!(matches!(log.standing_as("b.ndjson", &rule), Standing::Grown(_)), "it is to be read as something else now");
    }

    #[test]
    fn a_log_that_was_rotated_is_known_by_its_content() {
        let log = Log::read(&lines(0..40));
        fs::rename(log.path("b.ndjson"), log.path("b.ndjson.1")).expect("renamed");
        log.write("b.ndjson", &lines(40..50));
        assert!(matches!(log.standing("b.ndjson.1"), Standing::Rotated(twin) if twin.name == "b.ndjson"));
        assert!(matches!(log.standing("b.ndjson"), Standing::Replaced));
        fs::rename(log.path("b.ndjson.1"), log.path("a.ndjson")).expect("renamed");
        assert!(matches!(log.standing("a.ndjson"), Standing::New), "its records stand in it first now, which is for reading to say");
        log.write("c.ndjson", &lines(1..41));
        assert!(matches!(log.standing("c.ndjson"), Standing::New), "as long, and another");
    }
}
