//! `scimdrift plan`: the dry run. The store is opened to be read, and nothing is sent.

mod text;

use std::path::Path;

use super::arguments::{Global, PlanArguments};
use super::exit::{Exit, Failure};
use super::job;
use super::terminal::Terminal;
use crate::model::plan::{Guard, Plan};
use crate::model::trace::Candidate;
use crate::pipeline::{self, Named, PlanAnswer, Setup, Suppositions, Workers};
use crate::report;
use crate::store::Store;

pub(super) fn plan(global: &Global, asked: &PlanArguments, terminal: &Terminal) -> Result<Exit, Failure> {
    let setup = Setup::read(&global.config)?;
    let store = Store::open_to_read(&global.store.clone().unwrap_or_else(|| setup.store_path()))?;
    let workers = Workers::new(global.jobs.map_or(0, usize::from))?;
    // The last analysis is what the other questions are answered from; before the first one it is now.
    let as_of = global.as_of.or(store.last_analysis()?).unwrap_or_else(|| job::as_of(global));
    let suppositions = Suppositions {
        add_to_group: asked.add_to_group.clone(),
        remove_from_group: asked.remove_from_group.clone(),
        users: named(asked.users.as_deref())?,
        deactivate: named(asked.deactivate.as_deref())?,
    };
    let plan = match pipeline::plan(&setup, &store, as_of, asked.only.as_deref(), &suppositions, &workers)? {
        PlanAnswer::Planned(plan) => plan,
        PlanAnswer::UnnamedGroup { asked, among } => return Err(Failure::UnknownGroup { asked, among }),
        PlanAnswer::Unnamed { asked, among } if among.is_empty() => return Err(Failure::UnknownPerson(asked)),
        PlanAnswer::Unnamed { asked, among } => {
            return Err(Failure::AmbiguousPerson { asked, among: among.iter().map(Candidate::line).collect() });
        }
    };
    if !store.is_unchanged() {
        Terminal::warning("the store was written to while it was read: ask again when the other run has ended");
    }
    let in_full = terminal.is_verbose() || asked.only.is_some();
    terminal.data(&plan, |out| text::write(out, &plan, in_full))?;
    if plan.is_refused() {
        // What takes away too much is not handed on as a list to work off.
        Terminal::warning(&format!("the plan is refused: {}", exceeded(&plan.guard)));
        return Ok(Exit::Incomplete);
    }
    if let Some(path) = &asked.out {
        write_table(&plan, path)?;
        terminal.note(&format!("operations  {}", path.display()));
    }
    Ok(if plan.gaps.is_empty() { Exit::Done } else { Exit::Incomplete })
}

/// The people whom a file names, one a line.
fn named(path: Option<&Path>) -> Result<Vec<Named>, Failure> {
    let Some(path) = path else { return Ok(Vec::new()) };
    let text = std::fs::read_to_string(path).map_err(|source| Failure::People { path: path.to_owned(), source })?;
    let text = text.trim_start_matches('\u{feff}');
    let lines = (1..).zip(text.lines().map(|line| line.split('#').next().unwrap_or_default().trim()));
    let named = |(line, key): (u64, &str)| Named { file: path.display().to_string(), line, key: key.to_owned() };
    let people: Vec<Named> = lines.filter(|(_, key)| !key.is_empty()).map(named).collect();
    if people.is_empty() { Err(Failure::NoPeople(path.to_owned())) } else { Ok(people) }
}

fn write_table(plan: &Plan, path: &Path) -> Result<(), Failure> {
    let mut table = Vec::new();
    let written = report::write_plan(plan, &mut table).and_then(|()| std::fs::write(path, table));
    written.map_err(|source| Failure::Table { path: path.to_owned(), source })
}

/// `deactivations 6 of 27 active accounts at the endpoint, more than 20%`
fn exceeded(guard: &Guard) -> String {
    let exceeded = guard.measures.iter().filter(|measure| measure.exceeded);
    let told = exceeded.map(|measure| {
        let (planned, of) = (measure.planned, measure.of);
        format!("{} {planned} of {of} {}, more than {}%", measure.what, measure.of_what, guard.max_change_percent)
    });
    told.collect::<Vec<_>>().join("; ")
}
