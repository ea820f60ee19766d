//! What can be read, and what can be found.

use super::exit::{Exit, Failure};
use super::terminal::Terminal;
use crate::analyzer;
use crate::model::page::section;
use crate::model::record::Kind;
use crate::source;

/// `scimdrift sources`.
pub(super) fn sources(terminal: &Terminal) -> Result<Exit, Failure> {
    let kind = |source: &source::Source| if source.kind == Kind::Log { "log" } else { "listing" };
    let row = |source: &'static source::Source| {
        let export: Vec<&str> = export(source).collect();
        serde_json::json!({"id": source.id, "kind": kind(source), "title": source.title, "export": export.join("\n")})
    };
    terminal.data(&source::ALL.iter().map(row).collect::<Vec<_>>(), |out| {
        source::ALL.iter().try_for_each(|source| {
            writeln!(out, "{:<32}{:<9}{}", source.id, kind(source), source.title)?;
            export(source).try_for_each(|line| writeln!(out, "    {line}"))
        })
    })?;
    Ok(Exit::Done)
}

/// How to export a source: what its page says under "Where to get it".
fn export(source: &'static source::Source) -> impl Iterator<Item = &'static str> {
    section(source.doc, "Where to get it").filter(|line| !line.starts_with("```"))
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
    let width = analyzer::ALL.iter().map(|rule| rule.id.len()).max().unwrap_or_default() + 2;
    terminal.data(&json, |out| {
        analyzer::ALL.iter().try_for_each(|rule| {
            writeln!(out, "{:<width$}{}", rule.id, rule.title)?;
            let reasons = reasons(rule);
            if reasons.is_empty() { Ok(()) } else { writeln!(out, "{:<width$}{}", "", reasons.join(" · ")) }
        })
    })?;
    Ok(Exit::Done)
}
