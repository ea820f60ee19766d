//! `report.html`: one page that reads without script and loads nothing.
//!
//! Each section is a small view struct here and a template of the same name in `templates/report`. A view counts, sorts and cuts;
//! a template says it in words. Outside text passes through the filters [`filters::text`], [`filters::cell`] or [`filters::lines`] on its way.
//! A Content-Security-Policy names the hash of the style and of the script, and forbids everything else.

use std::io;

use askama::Template;

use super::Format;
use crate::model::report::{Head, Report};

mod accounts;
mod ages;
mod changes;
mod chart;
mod coverage;
mod evidence;
mod failures;
#[expect(
    unreachable_pub,
    clippy::inline_always,
    clippy::unused_self,
    clippy::unnecessary_wraps,
    reason = "askama makes a public type of each filter, with a method of a fixed shape"
)]
mod filters;
mod findings;
mod index;
mod inputs;
mod leavers;
mod marks;
mod policy;
mod rules;
mod shown;
mod strip;
mod terms;
mod tokens;
mod verdict;

/// The card of this format.
pub(super) const FORMAT: Format =
    Format { id: "html", file: "report.html", doc: "the page for people: verdict, findings, evidence", write };

/// How many rows of a table the page shows; the rest is in the CSV file, and the page says so.
const ROWS: usize = 1_000;

const STYLE: &str = concat!(
    include_str!("../../../templates/report/style/base.css"),
    include_str!("../../../templates/report/style/panels.css"),
    include_str!("../../../templates/report/style/tables.css"),
    include_str!("../../../templates/report/style/findings.css"),
    include_str!("../../../templates/report/style/narrow.css"),
    include_str!("../../../templates/report/style/print.css"),
);

const SCRIPT: &str = concat!(
    include_str!("../../../templates/report/script/page.js"),
    include_str!("../../../templates/report/script/list.js"),
    include_str!("../../../templates/report/script/links.js"),
);

/// The page.
#[derive(Template)]
#[template(path = "report/page.html", whitespace = "minimize")]
struct Page<'r> {
    head: &'r Head,
    policy: String,
    style: &'r str,
    script: &'r str,
    contents: Vec<Entry>,
    verdict: verdict::Section<'r>,
    strip: strip::Glance<'r>,
    lags: leavers::Lags,
    changes: changes::Section<'r>,
    controls: rules::Controls<'r>,
    counts: rules::Counts<'r>,
    findings: findings::Section<'r>,
    leavers: leavers::Section<'r>,
    tokens: tokens::Section<'r>,
    failures: failures::Section<'r>,
    accounts: accounts::Section<'r>,
    coverage: coverage::Section<'r>,
    inputs: inputs::Section<'r>,
    rejects: inputs::Rejects<'r>,
    terms: terms::Section<'r>,
    rules: rules::Section<'r>,
}

/// One line of the table of contents.
struct Entry {
    id: &'static str,
    title: &'static str,
    count: Option<usize>,
}

fn write(report: &Report, out: &mut dyn io::Write) -> io::Result<()> {
    let style = format!("{STYLE}{}", policy::running_header(&report.head));
    let index = index::Index::of(report);
    let page = Page {
        head: &report.head,
        policy: policy::content_security_policy(&style, SCRIPT),
        style: &style,
        script: SCRIPT,
        contents: contents(report),
        verdict: verdict::Section::of(report),
        strip: strip::Glance::of(report),
        lags: leavers::Lags::of(report),
        changes: changes::Section::of(report, &index),
        controls: rules::Controls::of(report),
        counts: rules::Counts::of(report),
        findings: findings::Section::of(report),
        leavers: leavers::Section::of(report),
        tokens: tokens::Section::of(report, &index),
        failures: failures::Section::of(report),
        accounts: accounts::Section::of(report, &index),
        coverage: coverage::Section::of(report),
        inputs: inputs::Section::of(report),
        rejects: inputs::Rejects::of(report),
        terms: terms::Section::of(report),
        rules: rules::Section::of(report),
    };
    page.write_into(out)?;
    out.write_all(b"\n")
}

fn contents(report: &Report) -> Vec<Entry> {
    let entry = |id, title, count| Entry { id, title, count };
    vec![
        entry("verdict", "Verdict", None),
        entry("strip", "Coverage", None),
        entry("lags", "Leavers", None),
        entry("changes", "What changed", None),
        entry("controls", "Controls", Some(report.controls.len())),
        entry("counts", "Counts by rule", None),
        entry("findings", "Findings", Some(report.findings.len())),
        entry("leavers", "Leavers in full", Some(report.leavers.len())),
        entry("tokens", "Tokens", Some(report.tokens.len())),
        entry("failures", "Sync failures", Some(report.failures.len())),
        entry("coverage", "By source and day", Some(report.coverage.len())),
        entry("accounts", "Accounts", Some(report.accounts.len())),
        entry("inputs", "Inputs", Some(report.inputs.len() + report.refused.len())),
        entry("rejects", "Rejected records", Some(report.rejects.len())),
        entry("terms", "Parameters and waivers", None),
        entry("rules", "Rules and their limits", Some(report.rules.len())),
        entry("sign-off", "Sign-off", None),
    ]
}

/// The first rows of a table, and how many there are in all.
struct Shown<'r, R> {
    rows: Vec<&'r R>,
    total: usize,
    /// The file that holds the rest.
    file: &'static str,
}

impl<'r, R> Shown<'r, R> {
    fn of(rows: impl IntoIterator<Item = &'r R>, total: usize, file: &'static str) -> Self {
        Self { rows: rows.into_iter().take(ROWS).collect(), total, file }
    }

    /// How many rows stand in the CSV file alone.
    fn left_out(&self) -> usize {
        self.total.saturating_sub(self.rows.len())
    }
}
