//! The thirty nights as they go by, with what the operator does.

use std::collections::BTreeMap;
use std::path::Path;

use super::company::{Company, NIGHTS};

/// One night, as it ended.
pub(crate) struct Night {
    pub(crate) number: u32,
    pub(crate) code: i32,
    /// What was printed.
    pub(crate) digest: String,
    /// What was warned of.
    pub(crate) warnings: String,
    /// The rows of `findings.csv`.
    pub(crate) findings: Vec<BTreeMap<String, String>>,
}

/// Lives through all of them.
pub(crate) fn told(folder: &Path, program: &Path) -> Vec<Night> {
    let company = Company::new(folder, program);
    let mut nights: Vec<Night> = Vec::new();
    for number in 1..=NIGHTS {
        company.export(number);
        let gap = || {
            let rows = nights.iter().rev().flat_map(|night| &night.findings);
            rows.into_iter().find(|row| row["rule"] == "log-gap").map(|row| row["finding_id"].clone()).unwrap_or_default()
        };
        match number {
            25 => company.waive(&gap(), "2026-06-27"),
            30 => company.waive(&gap(), "2026-12-31"),
            _ => {}
        }
        let output = company.run(number);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(&folder.display().to_string(), "…");
        let findings = company.report(number).join("findings.csv");
        assert!(findings.exists(), "night {number}: {}", text(&output.stderr));
        let mut table = csv::Reader::from_path(findings).expect("a table");
        nights.push(Night {
            number,
            code: output.status.code().unwrap_or(-1),
            digest: text(&output.stdout),
            warnings: text(&output.stderr),
            findings: table.deserialize().collect::<Result<_, _>>().expect("rows"),
        });
    }
    nights
}
