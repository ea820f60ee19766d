//! Failures as rows: all that failed and was not repaired, be it found one by one, as an outage, or not yet; and all that
//! failed and is over. [`summary`] groups them for whoever asks.

mod summary;

use crate::analyzer::{self, Context, End, Failures, Settled, Unrepaired};
use crate::model::report::FailureRow;
use crate::state::Person;

pub use summary::failures;

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
    for (stranger, unrepaired) in &failures.strangers {
        for one in unrepaired {
            let row = row(&connector, one);
            let remediation =
                format!("No input of the identity provider names this person, so find out who it is first. {}", row.remediation);
            let person = stranger.external_id.clone().unwrap_or_default();
            let person_login = stranger.user_name.clone().unwrap_or_default();
            rows.push(FailureRow { person, person_login, standing: standing(context, one, None, false), remediation, ..row });
        }
    }
    rows.sort_by(|one, other| order(one).cmp(&order(other)));
    rows
}

/// Every failure that is over, in the same order.
pub(super) fn past(context: &Context<'_>) -> Vec<FailureRow> {
    let connector = analyzer::connector(context).object;
    let directory = context.directory;
    let of_people = directory.persons.iter().flat_map(|person| {
        let named = |over: &Settled<'_>| FailureRow {
            person: person.id.clone(),
            person_login: person.login.clone().unwrap_or_default(),
            ..past_row(&connector, over)
        };
        analyzer::settled_of(context, person).iter().map(named).collect::<Vec<_>>()
    });
    let of_groups = directory.group_attempts.iter().flat_map(|(name, attempts)| {
        let named = |over: &Settled<'_>| FailureRow { group: name.clone(), ..past_row(&connector, over) };
        analyzer::settled_of_group(context, attempts).iter().map(named).collect::<Vec<_>>()
    });
    let of_strangers = directory.stranger_attempts.iter().flat_map(|(stranger, attempts)| {
        let named = |over: &Settled<'_>| FailureRow {
            person: stranger.external_id.clone().unwrap_or_default(),
            person_login: stranger.user_name.clone().unwrap_or_default(),
            ..past_row(&connector, over)
        };
        analyzer::settled_of_group(context, attempts).iter().map(named).collect::<Vec<_>>()
    });
    let mut rows: Vec<FailureRow> = of_people.chain(of_groups).chain(of_strangers).collect();
    rows.sort_by(|one, other| order(one).cmp(&order(other)));
    rows
}

fn past_row(connector: &str, over: &Settled<'_>) -> FailureRow {
    let (standing, ended_at) = match over.end {
        End::Recovered(at) => ("recovered", Some(at)),
        End::Held(at) => ("superseded", Some(at)),
        End::Pointless => ("superseded", None),
    };
    FailureRow { standing: standing.to_owned(), ended_at, ..row(connector, &over.failed) }
}

fn order(row: &FailureRow) -> impl Ord + '_ {
    (&row.cause, &row.person_login, &row.person, &row.group, &row.operation, row.first_failed_at)
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
        ended_at: None,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyzer::scene::{AS_OF, Scene, hour};
    use crate::model::event::{Activity, Exchange, NamedRef, Operation, Outcome};
    use crate::model::facts::ScimUser;
    use crate::model::time::Span;

    fn standing_of(scene: &Scene) -> Vec<(String, String, String)> {
        scene.with(rows).into_iter().map(|row| (row.person, row.operation, row.standing)).collect()
    }

    fn one(person: &str, operation: &str, standing: &str) -> (String, String, String) {
        (person.to_owned(), operation.to_owned(), standing.to_owned())
    }

    #[test]
    fn a_row_says_what_both_sides_wrote_and_what_to_do() {
        let mut scene = Scene::provided_by("okta", "");
        scene.accounts(5, &[("1", true)]);
        scene.refused(20, "1", Operation::Update, "409 uniqueness", "User name is taken");
        scene.refused(30, "1", Operation::Update, "AcmeDuplicateTargetEntries", "two of them");
        let rows = scene.with(rows);
        assert_eq!(rows.len(), 1);
        let row = &rows[0];
        assert_eq!((row.connector.as_str(), row.cause.as_str(), row.person_login.as_str()), ("acme", "conflict", "1@acme.example"));
        assert_eq!((row.first_failed_at, row.last_failed_at, row.attempts), (hour(20), hour(30), 2));
        assert_eq!((row.code.as_str(), row.message.as_str()), ("AcmeDuplicateTargetEntries", "two of them"));
        assert!(row.remediation.starts_with("More than one account"), "{}", row.remediation);
        assert_eq!(standing_of(&scene), [one("1", "update", "open")]);
    }

    #[test]
    fn what_is_still_tried_and_what_is_an_outage_is_listed_too() {
        let mut scene = Scene::new("");
        scene.accounts(5, &[("1", true)]).refused(AS_OF - 2, "1", Operation::Update, "409", "");
        assert_eq!(standing_of(&scene), [one("1", "update", "retrying")]);
        let mut scene = Scene::new("");
        let people = ["1", "2", "3", "4", "5"];
        scene.accounts(5, &people.map(|person| (person, true)));
        for person in people {
            scene.refused(20, person, Operation::Update, "503", "");
        }
        assert_eq!(standing_of(&scene), people.map(|person| one(person, "update", "outage")));
    }

    #[test]
    fn what_the_target_did_and_the_providers_log_has_as_failed_is_told_apart() {
        let mut scene = Scene::provided_by("okta", "");
        scene.accounts(5, &[("1", true)]).request_at(hour(20), "1", Operation::Update, Outcome::Success);
        scene.attempt_at(hour(20).plus(Span::from_micros(30_000_000)), "1", Operation::Update, Outcome::Failure);
        assert_eq!(standing_of(&scene), [one("1", "update", "done-at-target")]);
        let mut scene = Scene::provided_by("okta", "");
        scene.accounts(5, &[("1", true)]).request_at(hour(20), "1", Operation::Update, Outcome::Success);
        scene.attempt(21, "1", Operation::Update, Outcome::Failure);
        assert_eq!(standing_of(&scene), [one("1", "update", "open")], "that was another attempt");
    }

    #[test]
    fn a_failure_for_a_group_names_it() {
        let mut scene = Scene::provided_by("okta", "");
        let group = Some(NamedRef { id: Some("00g-hf-nlp".to_owned()), name: Some("hf-nlp".to_owned()) });
        let push = Activity::Provisioning {
            operation: Operation::GroupPush,
            person: None,
            group,
            application: NamedRef::default(),
            account_id: None,
        };
        scene.event(20, Outcome::Failure, push);
        let rows = scene.with(rows);
        assert_eq!((rows[0].person.as_str(), rows[0].group.as_str(), rows[0].operation.as_str()), ("", "hf-nlp", "group-push"));
        assert!(rows[0].remediation.starts_with("Group hf-nlp: "), "{}", rows[0].remediation);
    }

    #[test]
    fn what_was_repaired_is_not_listed() {
        let mut scene = Scene::provided_by("okta", "");
        scene.accounts(5, &[("1", true)]).refused(20, "1", Operation::Update, "409", "");
        scene.attempt(21, "1", Operation::Update, Outcome::Success);
        assert_eq!(standing_of(&scene), []);
        let past = scene.with(past);
        let over: Vec<_> = past.iter().map(|row| (row.person.as_str(), row.cause.as_str(), row.standing.as_str(), row.ended_at)).collect();
        assert_eq!(over, [("1", "conflict", "recovered", Some(hour(21)))]);
    }

    #[test]
    fn a_request_about_nobody_known_has_its_row() {
        let mut scene = Scene::provided_by("okta", "");
        let refused = |external_id: Option<&str>, user_name: &str| {
            let user =
                ScimUser { external_id: external_id.map(str::to_owned), user_name: Some(user_name.to_owned()), ..ScimUser::default() };
            let exchange =
                Exchange { method: "POST".to_owned(), operation: Some(Operation::Create), user: Some(user), ..Exchange::default() };
            Activity::Exchange(Box::new(exchange))
        };
        scene.event(20, Outcome::Failure, refused(Some("00u-gone"), "Gone"));
        scene.event(21, Outcome::Failure, refused(None, "Stray"));
        scene.event(22, Outcome::Failure, refused(None, "mended"));
        scene.event(23, Outcome::Success, refused(None, "Mended"));
        let rows = scene.with(rows);
        let told: Vec<_> = rows.iter().map(|row| (row.person.as_str(), row.person_login.as_str(), row.operation.as_str())).collect();
        assert_eq!(told, [("00u-gone", "", "create"), ("", "stray", "create")]);
        assert!(rows[0].remediation.starts_with("No input of the identity provider names this person"), "{}", rows[0].remediation);
    }
}
