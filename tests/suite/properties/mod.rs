//! The promise behind everything else: what is concluded depends on the records alone, not on how they came, not on what
//! came later, and not on other people.

mod company;
mod later;
mod leaver;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use proptest::prelude::*;
use scimdrift::model::report::Report;
use scimdrift::model::time::Timestamp;
use scimdrift::report;

use self::company::{Taken, conclude, take_apart, written};
use crate::support::{AS_OF, acme, folder, rows};

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, max_shrink_iters: 0, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn doubled_shuffled_split_and_recompressed_is_the_same(seed in any::<u64>(), jobs in prop_oneof![Just(1_usize), Just(4)]) {
        let (as_it_is, rearranged) = (folder(), folder());
        let (events, report) = conclude(&acme().join("scimdrift.toml"), as_it_is.path(), as_of(), 2);
        rearrange(&take_apart(&report), rearranged.path(), &mut Dice(seed));
        let (other_events, other) = conclude(&rearranged.path().join("scimdrift.toml"), rearranged.path(), as_of(), jobs);
        prop_assert_eq!(events, other_events);
        report::write_folder(&report, &as_it_is.path().join("report")).expect("written");
        report::write_folder(&other, &rearranged.path().join("report")).expect("written");
        for file in ["findings.csv", "accounts.csv", "leavers.csv", "tokens.csv", "coverage.csv"] {
            prop_assert_eq!(without_file_names(as_it_is.path(), file), without_file_names(rearranged.path(), file), "{}", file);
        }
        let used = |report: &Report| report.inputs.iter().map(|row| row.used).sum::<u64>();
        prop_assert_eq!(used(&report), used(&other));
    }
}

fn as_of() -> Timestamp {
    Timestamp::parse(AS_OF).expect("a time")
}

/// Writes the same records as other files: each file once or twice, in pieces, in another order, in another compression.
fn rearrange(files: &[Taken], folder: &Path, dice: &mut Dice) {
    let mut config = String::new();
    let mut skipping = false;
    for line in std::fs::read_to_string(acme().join("scimdrift.toml")).expect("the config").lines() {
        if line.starts_with('[') {
            skipping = line.starts_with("[[input]]");
        }
        if !skipping {
            writeln!(config, "{line}").expect("a string");
        }
    }
    std::fs::copy(acme().join("waivers.toml"), folder.join("waivers.toml")).expect("the waivers");
    let mut number = 0;
    for file in files {
        for _ in 0..=dice.below(2) {
            for piece in pieces(&file.records, dice) {
                let extension = if file.header.is_some() { "csv" } else { "json" };
                let name = format!("{:03}-{number}.{extension}", dice.below(1000));
                number += 1;
                std::fs::write(folder.join(&name), compressed(&written(file, &piece), dice)).expect("a file");
                write!(config, "[[input]]\npath = \"{name}\"\nsource = \"{}\"\n", file.row.source).expect("a string");
                if let (Some(taken_at), Some(complete)) = (file.row.taken_at, file.row.complete) {
                    write!(config, "taken_at = {taken_at}\ncomplete = {complete}\n").expect("a string");
                }
            }
        }
    }
    std::fs::write(folder.join("scimdrift.toml"), config).expect("a config");
}

fn pieces(records: &[Vec<u8>], dice: &mut Dice) -> Vec<Vec<Vec<u8>>> {
    // Broken records follow whole ones: a file that begins with one may be taken for another kind.
    let broken = |record: &Vec<u8>| {
        record.starts_with(b"<") || (record.starts_with(b"{") && serde_json::from_slice::<serde_json::Value>(record).is_err())
    };
    let (torn, mut records): (Vec<Vec<u8>>, Vec<Vec<u8>>) = records.iter().cloned().partition(broken);
    for index in (1..records.len()).rev() {
        records.swap(index, dice.below(index + 1));
    }
    let size = records.len().div_ceil(1 + dice.below(3)).max(1);
    let mut pieces: Vec<Vec<Vec<u8>>> = records.chunks(size).map(<[_]>::to_vec).collect();
    if pieces.is_empty() {
        pieces.push(Vec::new());
    }
    pieces[0].extend(torn);
    pieces
}

fn compressed(text: &[u8], dice: &mut Dice) -> Vec<u8> {
    match dice.below(3) {
        0 => text.to_vec(),
        1 => {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(text).expect("memory");
            encoder.finish().expect("memory")
        }
        _ => zstd::encode_all(text, 1).expect("memory"),
    }
}

/// The rows of a report's file without the column that names files.
fn without_file_names(folder: &Path, file: &str) -> Vec<BTreeMap<String, String>> {
    let mut rows = rows(&folder.join("report").join(file));
    for row in &mut rows {
        row.remove("evidence");
    }
    rows
}

/// Splitmix64: the same seed, the same throws.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % limit as u64).expect("small")
    }
}
