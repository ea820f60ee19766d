//! Failures as rows: all that failed and was not repaired, be it found one by one, as an outage, or not yet.

use crate::analyzer::{self, Context, Failures, Unrepaired};
use crate::model::report::FailureRow;
use crate::state::Person;

/// Every unrepaired failure, by cause, then by person or group.
pub(super) fn rows(context: &Context<'_>) -> Vec<FailureRow> {
    let failures = Failures::of(context);
    let connector = analyzer::connector(context).object;
    let mut rows = Vec::new();
    for (index, unrepaired) in &failures.people {
        let Some(person) = context.directory.persons.get(*index) else { continue };
        for one in unrepaired {
            let in_outage = failures.outage.stands_for(*index, one.operation);
            let standing = standing(context, one, Some(person), in_outage);
            let (person, person_login) = (person.id.clone(), person.login.clone().unwrap_or_default());
            rows.push(FailureRow { person, person_login, standing, ..row(&connector, one) });
        }
    }
    for (name, unrepaired) in &failures.groups {
        for one in unrepaired {
            let row = row(&connector, one);
            // No column names a group, and a failure that names nobody helps nobody.
            let remediation = format!("Group {name}: {}", row.remediation);
            rows.push(FailureRow { group: (*name).to_owned(), standing: standing(context, one, None, false), remediation, ..row });
        }
    }
    rows.sort_by(|one, other| order(one).cmp(&order(other)));
    rows
}

fn order(row: &FailureRow) -> impl Ord + '_ {
    (&row.cause, &row.person_login, &row.person, &row.group, &row.operation)
}

fn row(connector: &str, one: &Unrepaired<'_>) -> FailureRow {
    let words = one.words();
    let told: Vec<&str> = words.iter().map(|failure| failure.message.as_str()).filter(|text| !text.is_empty()).collect();
    // The provider's text mostly quotes the target's.
    let is_quoted = |index: usize, text: &str| {
        told.iter().enumerate().any(|(other, quoting)| other != index && quoting.contains(text) && (*quoting != text || other < index))
    };
    let messages: Vec<&str> = told.iter().enumerate().filter(|(index, text)| !is_quoted(*index, text)).map(|(_, text)| *text).collect();
    FailureRow {
        connector: connector.to_owned(),
        cause: one.cause.word().to_owned(),
        person: String::new(),
        person_login: String::new(),
        operation: one.operation.word().to_owned(),
        first_failed_at: one.first_at(),
        last_failed_at: one.last_at(),
        attempts: one.attempts() as u64,
        code: words.iter().find_map(|failure| failure.code.clone()).unwrap_or_default(),
        message: messages.join("; "),
        remediation: one.remediation(),
        group: String::new(),
        standing: String::new(),
    }
}

fn standing(context: &Context<'_>, one: &Unrepaired<'_>, person: Option<&Person>, in_outage: bool) -> String {
    let done = person.is_some_and(|person| one.is_done_at_target(context, &person.attempts));
    let word = match (done, in_outage) {
        (true, _) => "done-at-target",
        (false, true) => "outage",
        (false, false) if one.beyond_retries(context) => "open",
        (false, false) => "retrying",
    };
    word.to_owned()
}
