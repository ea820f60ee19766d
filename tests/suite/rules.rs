//! Every rule against its fixtures: `fixtures/rules/<id>` holds small companies in the true formats. In `hit*` the rule
//! finds what stands in `golden.csv`, between them every reason of its card; in `miss*` stand the look-alikes, and the
//! rule, though it judges them, finds nothing.
//!
//! `UPDATE_GOLDEN=1` writes the golden files anew; read the difference before committing it. `RULE=stale-token` looks at
//! one rule alone.

use std::collections::BTreeSet;
use std::path::Path;

use scimdrift::analyzer::{ALL, Analyzer};

use crate::companies::Judge;
use crate::mutant::Mutant;
use crate::support::{AS_OF, root};

/// The rules to look at: all of them, or the one that `RULE` names.
fn chosen() -> impl Iterator<Item = &'static Analyzer> {
    #[expect(clippy::disallowed_methods, reason = "a switch of this test, not of the product")]
    let only = std::env::var("RULE").ok();
    let chosen: Vec<&Analyzer> = ALL.iter().filter(|rule| only.as_ref().is_none_or(|only| only == rule.id)).collect();
    assert!(!chosen.is_empty(), "there is no rule {only:?}");
    chosen.into_iter()
}

fn judge() -> Judge<'static> {
    Judge { top: root(), program: Path::new(env!("CARGO_BIN_EXE_scimdrift")), as_of: AS_OF }
}

/// Fails with every problem, one a line.
#[track_caller]
fn all_hold(verdicts: impl Iterator<Item = Result<(), String>>) {
    let problems: Vec<String> = verdicts.filter_map(Result::err).collect();
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

#[test]
fn every_reason_is_found_as_the_golden_files_say() {
    #[expect(clippy::disallowed_methods, reason = "a switch of this test, not of the product")]
    let update = std::env::var_os("UPDATE_GOLDEN").is_some();
    all_hold(chosen().map(|rule| judge().hits(rule, update)));
}

#[test]
fn look_alikes_are_judged_and_not_found() {
    all_hold(chosen().map(|rule| judge().misses(rule)));
}

#[test]
fn every_reason_has_a_mutant_that_fits_the_code() {
    for rule in chosen() {
        let mutants = Mutant::of(root(), rule.id).expect("mutants for every rule");
        for mutant in &mutants {
            mutant.applied(root()).expect("the text to replace");
        }
        let given: BTreeSet<&str> = mutants.iter().map(|mutant| mutant.reason.as_str()).collect();
        let reasons: BTreeSet<&str> = rule.reasons.iter().map(|reason| reason.id).collect();
        assert_eq!(given, reasons, "{}: the reasons of its mutants, and those of its card", rule.id);
    }
}
