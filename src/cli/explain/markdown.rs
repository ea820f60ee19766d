//! An explanation as Markdown, for a ticket. What comes from outside is text in it, and no markup.

use std::io::{self, Write};

use super::Explanation;
use super::text::{fields, in_words};
use crate::cli::terminal::visible;
use crate::model::finding::Status;
use crate::model::report::Evidence;

pub(super) fn write(out: &mut dyn Write, explanation: &Explanation) -> io::Result<()> {
    let row = &explanation.finding;
    let reason = if row.reason.is_empty() { String::new() } else { format!(": {}", row.reason) };
    writeln!(out, "# {}{reason}\n", row.rule)?;
    writeln!(out, "{}\n", inert(&row.explanation))?;
    writeln!(out, "| | |\n|---|---|")?;
    writeln!(out, "| finding | `{}`: {}, {}, {} |", row.finding_id, row.severity, row.status.word(), row.change.word())?;
    for (name, value) in fields(row).iter().filter(|(_, value)| !value.trim().is_empty()) {
        writeln!(out, "| {name} | {} |", inert(value.trim()))?;
    }
    if !row.keys.is_empty() {
        writeln!(out, "\n## Keys tried\n\n| key | value | outcome | why |\n|---|---|---|---|")?;
        for key in &row.keys {
            writeln!(out, "| {} | {} | {} | {} |", key.key, inert(&key.value), key.outcome, inert(&key.because))?;
        }
    }
    rule(out, explanation)?;
    writeln!(out, "\n## History\n")?;
    explanation.history.iter().try_for_each(|stretch| writeln!(out, "- {}", in_words(stretch)))?;
    writeln!(out, "\n## What makes it go away\n")?;
    explanation.goes_away.iter().try_for_each(|way| writeln!(out, "- {}", inert(way)))?;
    if !explanation.rule.how_to_fix.is_empty() {
        writeln!(out, "\nHow to fix:\n")?;
        // A list that begins at 5 would be counted on from there.
        explanation.rule.how_to_fix.iter().try_for_each(|step| writeln!(out, "- {}", step.replacen(". ", "\\. ", 1)))?;
    }
    if row.status == Status::Open {
        writeln!(out, "\nTo accept it until a date, in `waivers.toml`:\n")?;
        fenced(out, "toml", &explanation.waiver)?;
    }
    writeln!(out, "\n## Evidence")?;
    row.evidence.iter().try_for_each(|evidence| proof(out, evidence))
}

fn rule(out: &mut dyn Write, explanation: &Explanation) -> io::Result<()> {
    let rule = &explanation.rule;
    writeln!(out, "\n## Rule in force\n\n{}: {}", rule.id, rule.title)?;
    if !rule.parameters.is_empty() {
        writeln!(out, "\n| parameter | in force | default | meaning |\n|---|---|---|---|")?;
        for parameter in &rule.parameters {
            let value = parameter.value.as_deref().unwrap_or("see the config");
            writeln!(
                out,
                "| {} | {} | {} | {} |",
                inert(&parameter.key),
                inert(value),
                inert(&parameter.default),
                inert(&parameter.meaning)
            )?;
        }
    }
    if rule.note.is_empty() { Ok(()) } else { writeln!(out, "\nParameters: {}", rule.note) }
}

fn proof(out: &mut dyn Write, evidence: &Evidence) -> io::Result<()> {
    writeln!(out, "\n### {}\n", inert(&evidence.reference()))?;
    let line = evidence.line.map(|line| format!(", line {line}")).unwrap_or_default();
    let at = evidence.at.map(|at| format!(", {at}")).unwrap_or_default();
    let sha256 = if evidence.sha256.is_empty() { String::new() } else { format!(", sha256 `{}`", evidence.sha256) };
    writeln!(out, "{}{line}{at}{sha256}\n", evidence.source)?;
    fenced(out, "", &evidence.original)
}

/// A block that nothing in it can end.
fn fenced(out: &mut dyn Write, language: &str, content: &str) -> io::Result<()> {
    let content = visible(content);
    let longest = content.split(|character| character != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    writeln!(out, "{fence}{language}\n{content}\n{fence}")
}

/// The text on one line, with everything that Markdown would take for markup or for an address made plain.
pub(in crate::cli) fn inert(text: &str) -> String {
    let text = visible(text).replace(['\n', '\r'], " ");
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '&' | '#' | '!') {
            plain.push('\\');
        }
        plain.push(character);
    }
    plain.replace("://", ":\\//").replace("www.", "www\\.")
}

#[cfg(test)]
mod tests {
    use super::{fenced, inert};

    #[test]
    fn what_comes_from_outside_is_no_markup() {
        assert_eq!(inert("<b>a|b</b> [x](y)\n`z`"), "\\<b\\>a\\|b\\</b\\> \\[x\\](y) \\`z\\`");
        assert_eq!(inert("see https://a.example \u{202e}"), "see https:\\//a.example \\\\u{202e}");
    }

    #[test]
    fn no_content_ends_its_block() {
        let mut out = Vec::new();
        fenced(&mut out, "", "a\n````\n<script>").expect("memory");
        assert_eq!(String::from_utf8(out).expect("UTF-8"), "`````\na\n````\n<script>\n`````\n");
    }
}
