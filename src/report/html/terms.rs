//! The terms of the judgement: parameters in force, and waivers.

use askama::Template;

use super::filters;
use crate::model::report::{Head, Report, WaiverRow};

/// Parameters and waivers.
#[derive(Template)]
#[template(path = "report/terms.html", whitespace = "minimize")]
pub(super) struct Section<'r> {
    head: &'r Head,
    parameters: &'r [(String, String)],
    waivers: &'r [WaiverRow],
}

impl<'r> Section<'r> {
    pub(super) fn of(report: &'r Report) -> Self {
        Self { head: &report.head, parameters: &report.parameters, waivers: &report.waivers }
    }
}

/// The class that colours the state of a waiver.
fn state_class(state: &str) -> &'static str {
    match state {
        "in force" => "ok",
        "expired" => "bad",
        _ => "off",
    }
}
