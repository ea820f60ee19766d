//! Leavers as rows: every lapse in the period, and what became of the account.

use crate::analyzer::Context;
use crate::model::report::LeaverRow;
use crate::model::time::Timestamp;
use crate::state::{Account, Departure, Lapse, Person};

/// Every lapse in the period that lasted longer than the grace time, by time; one row for every account it concerned.
pub(super) fn rows(context: &Context<'_>) -> Vec<LeaverRow> {
    let mut rows: Vec<LeaverRow> = context.directory.persons.iter().flat_map(|person| rows_of(context, person)).collect();
    rows.sort_by(|one, other| {
        (one.lapsed_at, &one.person, &one.system, &one.account).cmp(&(other.lapsed_at, &other.person, &other.system, &other.account))
    });
    rows
}

fn rows_of(context: &Context<'_>, person: &Person) -> Vec<LeaverRow> {
    let accounts: Vec<&Account> = context.directory.target_accounts(person).filter(|account| account.class.needs_owner()).collect();
    // Nothing tells that this person ever had the application.
    if accounts.is_empty() && person.assigned.steps().is_empty() {
        return Vec::new();
    }
    let grace = context.policy.thresholds.grace;
    let mut rows = Vec::new();
    for lapse in person.lapses() {
        if lapse.is_shorter_than(grace) || !lapse.in_period(context.from, context.to) {
            continue;
        }
        let concerned = accounts.iter().map(|account| (*account, context.directory.departure(&lapse, account, person)));
        let concerned: Vec<_> = concerned.filter(|(_, departure)| *departure != Departure::NoAccess).collect();
        if concerned.is_empty() {
            rows.push(row(context, person, &lapse, None));
        }
        rows.extend(concerned.into_iter().map(|concerned| row(context, person, &lapse, Some(concerned))));
    }
    rows
}

/// What is known of a leaver to whom no account is linked that was there.
fn without_account(context: &Context<'_>, person: &Person, lapse: &Lapse) -> Departure {
    let linked = context.directory.target_accounts(person).next().is_some();
    if linked { Departure::NoAccess } else { context.directory.departure_unlinked(lapse, person) }
}

fn row(context: &Context<'_>, person: &Person, lapse: &Lapse, concerned: Option<(&Account, Departure)>) -> LeaverRow {
    let sla = context.policy.thresholds.deprovision_sla;
    let departure = concerned.map_or_else(|| without_account(context, person, lapse), |(_, departure)| departure);
    let gone = if let Departure::Gone { at, .. } = departure { Some(at) } else { None };
    let exactly_gone = gone.filter(|_| !matches!(departure, Departure::Gone { later_than: Some(_), .. }));
    let verdict = match (departure, departure.within(lapse, sla)) {
        (Departure::NoAccess, _) => "no-account",
        (Departure::Overtaken, _) => "ended",
        (Departure::Open, _) => "open",
        (Departure::Gone { .. }, Some(true)) => "within-sla",
        (Departure::Gone { .. }, Some(false)) => "over-sla",
        (Departure::Gone { .. }, None) | (Departure::Untold, _) => "unknown",
    };
    let hr_end = person.employment.as_ref().and_then(|employment| employment.end_date);
    let hr_over = hr_end.and_then(|end| end.succ_opt()).map(Timestamp::start_of);
    LeaverRow {
        person: person.id.clone(),
        person_login: person.login.clone().unwrap_or_default(),
        lapsed_at: lapse.at,
        lapse: lapse.kind.word().to_owned(),
        system: context.policy.target.provider.clone(),
        account: concerned.map(|(account, _)| account.name.clone()).unwrap_or_default(),
        deprovisioned_at: gone,
        lag: departure.lag(lapse),
        sla,
        verdict: verdict.to_owned(),
        hr_end_date: hr_end.map(|end| end.to_string()).unwrap_or_default(),
        hr_lag: exactly_gone.zip(hr_over).map(|(at, over)| at.since(over)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyzer::scene::Scene;
    use crate::model::event::{Lifecycle, Operation, Outcome};
    use crate::model::facts::{Observation, ScimUser};
    use crate::model::listing::Absence;

    /// The verdict on `leaver`, who is deactivated at the hundredth hour.
    fn verdict(scene: &mut Scene) -> String {
        scene.lifecycle(100, "leaver", Lifecycle::Deactivated);
        scene.with(|context| rows(context).into_iter().map(|row| row.verdict).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn an_account_that_only_the_last_listing_lacks_may_have_been_there() {
        let listed = |at| {
            let user = ScimUser {
                id: Some("id-leaver".to_owned()),
                external_id: Some("leaver".to_owned()),
                user_name: Some("name-leaver".to_owned()),
                ..ScimUser::default()
            };
            let mut scene = Scene::new("");
            scene.entitled("leaver", 1).row(at, "scim-users", Observation::ScimUser(user)).members(at, &["other"]);
            verdict(&mut scene)
        };
        assert_eq!((listed(150), listed(50)), ("unknown".to_owned(), "no-account".to_owned()));
    }

    #[test]
    fn a_listing_after_the_lapse_says_that_there_was_no_account_only_where_it_keeps_the_disabled() {
        assert_eq!(verdict(Scene::new("").entitled("leaver", 1).members(150, &["other"])), "unknown");
        assert_eq!(verdict(Scene::new("").entitled("leaver", 1).listing(50, "scim-users", Absence::ScimUser, 0)), "unknown");
        assert_eq!(verdict(Scene::new("").entitled("leaver", 1).listing(150, "scim-users", Absence::ScimUser, 1)), "no-account");
    }

    #[test]
    fn whatever_succeeded_at_an_account_shows_that_there_was_one() {
        for operation in [Operation::Create, Operation::Update, Operation::Disable, Operation::Delete] {
            let after = |outcome| {
                let mut scene = Scene::new("");
                verdict(scene.entitled("leaver", 1).members(2, &["other"]).attempt(104, "leaver", operation, outcome))
            };
            assert_eq!(
                (after(Outcome::Success), after(Outcome::Failure)),
                ("unknown".to_owned(), "no-account".to_owned()),
                "{operation:?}"
            );
        }
    }

    #[test]
    fn no_account_is_said_only_where_accounts_were_listed_and_none_was_made() {
        let mut scene = Scene::new("");
        assert_eq!(verdict(scene.entitled("leaver", 1)), "unknown");
        assert_eq!(verdict(Scene::new("").entitled("leaver", 1).members(2, &["other"])), "no-account");
        let mut scene = Scene::new("");
        scene.entitled("leaver", 1).members(2, &["other"]).attempt(3, "leaver", Operation::Create, Outcome::Success);
        assert_eq!(verdict(&mut scene), "unknown");
    }
}
