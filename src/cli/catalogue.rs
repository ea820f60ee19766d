//! What can be read, and what can be found.

use super::exit::{Exit, Failure};
use super::terminal::Terminal;
use crate::analyzer;
use crate::model::record::Kind;
use crate::source;

/// `scimdrift sources`.
pub(super) fn sources(terminal: &Terminal) -> Result<Exit, Failure> {
    let kind = |source: &source::Source| if source.kind == Kind::Log { "log" } else { "listing" };
    let json: Vec<_> =
        source::ALL.iter().map(|source| serde_json::json!({"id": source.id, "kind": kind(source), "title": source.title})).collect();
    terminal.data(&json, |out| {
        source::ALL.iter().try_for_each(|source| writeln!(out, "{:<32}{:<9}{}", source.id, kind(source), source.title))
    })?;
    Ok(Exit::Done)
}

/// `scimdrift rules`.
pub(super) fn rules(terminal: &Terminal) -> Result<Exit, Failure> {
    let reasons = |rule: &analyzer::Analyzer| -> Vec<&'static str> {
        rule.reasons.iter().map(|reason| reason.id).filter(|id| !id.is_empty()).collect()
    };
    let json: Vec<_> = analyzer::ALL
        .iter()
        .map(|rule| {
            let controls: Vec<String> = rule.controls.iter().map(ToString::to_string).collect();
            serde_json::json!({"id": rule.id, "title": rule.title, "reasons": reasons(rule), "controls": controls})
        })
        .collect();
    terminal.data(&json, |out| {
        analyzer::ALL.iter().try_for_each(|rule| {
            writeln!(out, "{:<22}{}", rule.id, rule.title)?;
            let reasons = reasons(rule);
            if reasons.is_empty() { Ok(()) } else { writeln!(out, "{:<22}{}", "", reasons.join(" · ")) }
        })
    })?;
    Ok(Exit::Done)
}
