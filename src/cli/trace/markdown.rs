//! A trace as Markdown, to be pasted into a ticket.

use std::io::{self, Write};

use super::text::{places, repeats, scope, span};
use crate::cli::explain::markdown::inert;
use crate::model::trace::{DiagnosisRow, Stretch, Trace};

pub(super) fn write(out: &mut dyn Write, trace: &Trace) -> io::Result<()> {
    match &trace.person {
        Some(person) => {
            writeln!(out, "# {} ({} {})\n", inert(&person.login), person.system, inert(&person.id))?;
            let entitled = person.entitled.map_or("unknown", |entitled| if entitled { "yes" } else { "no" });
            writeln!(out, "| | |\n|---|---|")?;
            writeln!(out, "| name | {} |\n| state | {} |\n| entitled | {entitled} |", inert(&person.name), person.state)?;
            writeln!(out, "| addresses | {} |", inert(&person.addresses.join(", ")))?;
            writeln!(out, "| groups | {} |", inert(&person.groups.join(", ")))?;
        }
        None => writeln!(out, "# An account without an owner")?,
    }
    writeln!(out, "\n## Diagnosis\n")?;
    if trace.diagnoses.is_empty() {
        let known =
            if trace.open_failures.is_empty() { "Nothing is known to be the matter." } else { "None fits, and something failed:\n" };
        writeln!(out, "{known}")?;
        trace.open_failures.iter().try_for_each(|failure| writeln!(out, "- {}", inert(failure)))?;
    }
    trace.diagnoses.iter().try_for_each(|found| diagnosis(out, found))?;
    writeln!(out, "\n## Accounts\n\n| system | account | id | state | role | matched |\n|---|---|---|---|---|---|")?;
    for account in &trace.accounts {
        let links = account
            .keys
            .iter()
            .find(|key| key.outcome == "links")
            .map_or(account.situation.clone(), |key| format!("by {}: {}", key.key, key.value));
        writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} |",
            inert(&account.system),
            inert(&account.account),
            inert(&account.account_id),
            account.state,
            inert(&account.role),
            inert(&links)
        )?;
    }
    stretches(out, "Entitlement", &trace.entitlement)?;
    stretches(out, "Role that the mapping gives", &trace.expected_role)?;
    stretches(out, "Role at the target", &trace.observed_role)?;
    writeln!(out, "\n## Time line (UTC)\n\n| when | what | outcome | told | by | record |\n|---|---|---|---|---|---|")?;
    for one in &trace.timeline {
        writeln!(
            out,
            "| {} | {}{} | {} | {} | {} | {} |",
            one.at.minute(),
            inert(&one.what),
            repeats(one),
            one.outcome,
            inert(&one.told),
            inert(&one.by),
            inert(&places(one))
        )?;
    }
    Ok(())
}

fn diagnosis(out: &mut dyn Write, found: &DiagnosisRow) -> io::Result<()> {
    writeln!(
        out,
        "**{}** (`{}`, confidence {}): {}. {}.\n",
        found.title,
        found.id,
        found.confidence,
        inert(&found.because),
        scope(found.others)
    )?;
    // A list that begins at 5 would be counted on from there.
    found.fix.iter().chain(&found.test).try_for_each(|step| writeln!(out, "- {}", step.replacen(". ", "\\. ", 1)))?;
    writeln!(out)
}

fn stretches(out: &mut dyn Write, title: &str, stretches: &[Stretch]) -> io::Result<()> {
    if stretches.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n## {title}\n")?;
    stretches.iter().try_for_each(|stretch| writeln!(out, "- {}: {}", span(stretch), inert(&stretch.value)))
}
