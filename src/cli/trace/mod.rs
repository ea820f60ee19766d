//! `scimdrift trace`: one person over all systems on one time line, with what is the matter.

mod markdown;
mod text;

use super::arguments::{Global, TraceArguments};
use super::desk::Desk;
use super::exit::{Exit, Failure};
use super::terminal::Terminal;
use crate::model::trace::Candidate;
use crate::pipeline::{self, Answer, Window};

pub(super) fn trace(global: &Global, asked: &TraceArguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let desk = Desk::open_to_ask(global)?;
    let nothing = || Failure::NothingAnalyzed(desk.store.path().display().to_string());
    let as_of = global.as_of.or(desk.store.last_analysis()?).ok_or_else(nothing)?;
    let window = Window { since: asked.since, until: asked.until };
    let trace = match pipeline::trace(&desk.setup, &desk.store, as_of, &asked.person, window, &desk.workers)? {
        Answer::Found(trace) => trace,
        Answer::Nobody => return Err(Failure::UnknownPerson(asked.person.clone())),
        Answer::Several(candidates) => {
            if terminal.is_json() {
                let json = serde_json::json!({"asked": asked.person, "candidates": candidates});
                terminal.data(&json, |_| Ok(()))?;
            }
            let among = candidates.iter().map(Candidate::line).collect();
            return Err(Failure::AmbiguousPerson { asked: asked.person.clone(), among });
        }
    };
    desk.unchanged()?;
    if terminal.is_markdown() {
        terminal.data(&trace, |out| markdown::write(out, &trace))?;
    } else {
        terminal.pages(&trace, |out, layout| text::write(out, layout, &trace))?;
    }
    Ok(Exit::Done)
}
