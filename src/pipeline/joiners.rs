//! Joiners as rows: every account that appeared in the period, how, and who did it.

use std::collections::BTreeSet;

use crate::analyzer::Context;
use crate::model::event::Actor;
use crate::model::link::fold;
use crate::model::report::JoinerRow;
use crate::model::time::{Span, Timestamp};
use crate::state::{Account, Appearance, Entry, Way};

/// What the SCIM endpoint and the audit log tell of one exchange lies no further apart than this.
const SAME_EXCHANGE: Span = Span::from_micros(120_000_000);

/// Every account that appeared in the period, by time; one row for each time.
pub(super) fn rows(context: &Context<'_>) -> Vec<JoinerRow> {
    let scim_actors: BTreeSet<String> = context.policy.target.scim_actors.iter().map(|actor| fold(actor)).collect();
    let grace = context.policy.thresholds.grace;
    let mut rows = Vec::new();
    for account in &context.directory.accounts {
        let owner = context.directory.owner(account);
        let appearances = account.appearances(owner.filter(|_| context.directory.is_target(account)), grace);
        let in_period = appearances.iter().filter(|one| context.may_be_in_period(one.at, one.later_than));
        rows.extend(in_period.map(|appearance| row(context, account, appearance, &scim_actors)));
    }
    rows.sort_by(|one, other| (one.appeared_at, &one.system, &one.account).cmp(&(other.appeared_at, &other.system, &other.account)));
    rows
}

fn row(context: &Context<'_>, account: &Account, appearance: &Appearance<'_>, scim_actors: &BTreeSet<String>) -> JoinerRow {
    let owner = context.directory.owner(account);
    // Elsewhere nothing tells when somebody came to need an account.
    let entitled = |moment: Timestamp| owner.filter(|_| context.directory.is_target(account)).and_then(|owner| owner.entitled_from(moment));
    // A record of the endpoint may stand just before that of the assignment it follows.
    let entitled_at = entitled(appearance.at).or_else(|| entitled(appearance.at.plus(SAME_EXCHANGE)));
    let (origin, by) = origin(appearance, scim_actors);
    JoinerRow {
        person: owner.map(|person| person.id.clone()).unwrap_or_default(),
        person_login: owner.and_then(|person| person.login.clone()).unwrap_or_default(),
        entitled_at,
        system: account.system.clone(),
        account: account.name.clone(),
        appeared_at: appearance.at,
        lag: entitled_at.map(|entitled_at| appearance.at.since(entitled_at)),
        origin: origin.to_owned(),
        by: by.and_then(|actor| actor.name.clone().or_else(|| actor.id.clone())).unwrap_or_default(),
    }
}

/// How it appeared, and who did it.
fn origin<'a>(appearance: &Appearance<'a>, scim_actors: &BTreeSet<String>) -> (&'static str, Option<&'a Actor>) {
    let of = |way: Way| appearance.entries.iter().copied().find(move |entry| entry.way == way);
    let added = of(Way::Added);
    if of(Way::Accepted).is_some() || (appearance.was_pending && added.is_none()) {
        return ("invitation", appearance.invitation.and_then(|entry| entry.by.as_ref()));
    }
    if let Some(joined) = of(Way::Joined) {
        return ("sso-join", joined.by.as_ref());
    }
    let requests = appearance.entries.iter().filter(|entry| entry.way == Way::Scim).map(|entry| entry.at).chain(appearance.reported);
    let mut requests = requests.peekable();
    match added {
        Some(added) if is_scim_actor(added, scim_actors) => ("scim", added.by.as_ref()),
        // Whoever the audit log names at the moment of a SCIM request is who SCIM changes are recorded as.
        Some(added) if requests.any(|at| is_near(at, added.at)) => ("scim", added.by.as_ref()),
        Some(added) if added.by.is_some() => ("manual", added.by.as_ref()),
        _ if requests.peek().is_some() => ("scim", None),
        _ => ("unknown", None),
    }
}

fn is_scim_actor(entry: &Entry, scim_actors: &BTreeSet<String>) -> bool {
    let names = entry.by.iter().flat_map(|actor| [&actor.name, &actor.id]).flatten();
    names.into_iter().any(|name| scim_actors.contains(&fold(name)))
}

fn is_near(one: Timestamp, other: Timestamp) -> bool {
    one.since(other).micros().unsigned_abs() <= SAME_EXCHANGE.micros().unsigned_abs()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyzer::scene::{AS_OF, Scene, hour};
    use crate::model::event::{AccountRef, Activity, Membership, Operation, Outcome};
    use crate::model::facts::{Observation, ServiceAccountFacts};

    const SCIM: &str = "scim_actors = [\"acme-scim\"]\n";

    type Told = (String, Timestamp, String, String);

    fn told(rows: Vec<JoinerRow>) -> Vec<Told> {
        rows.into_iter().map(|row| (row.account, row.appeared_at, row.origin, row.by)).collect()
    }

    fn joiners(scene: &Scene) -> Vec<Told> {
        told(scene.with(rows))
    }

    fn one(account: &str, at: i64, origin: &str, by: &str) -> Vec<Told> {
        vec![(account.to_owned(), hour(at), origin.to_owned(), by.to_owned())]
    }

    #[test]
    fn what_the_connector_made_is_its_own_whether_its_name_is_configured_or_not() {
        for config in [SCIM, ""] {
            let mut scene = Scene::new(config);
            scene.entitled("1", 19).request_at(hour(20), "1", Operation::Create, Outcome::Success);
            assert_eq!(joiners(&scene), one("name-1", 20, "scim", ""), "the endpoint does not tell who");
            scene.audited(20, "1", Membership::Added);
            assert_eq!(joiners(&scene), one("name-1", 20, "scim", "acme-scim"));
            let rows = scene.with(rows);
            assert_eq!((rows[0].entitled_at, rows[0].lag), (Some(hour(19)), Some(Span::from_hours(1))));
            assert_eq!((rows[0].person.as_str(), rows[0].person_login.as_str()), ("1", "1@acme.example"));
        }
    }

    #[test]
    fn what_somebody_added_is_manual() {
        let mut scene = Scene::new(SCIM);
        scene.audited(20, "1", Membership::Added).by("dana-k");
        assert_eq!(joiners(&scene), one("name-1", 20, "manual", "dana-k"));
        let rows = scene.with(rows);
        assert_eq!((rows[0].person.as_str(), rows[0].entitled_at, rows[0].lag), ("", None, None), "nobody owns it");
        // The connector finds the account later, and links it.
        scene.request_at(hour(25), "1", Operation::Create, Outcome::Success);
        assert_eq!(joiners(&scene), one("name-1", 20, "manual", "dana-k"));
    }

    #[test]
    fn an_invitation_brings_in_when_it_is_accepted() {
        let mut scene = Scene::new(&format!("sso = \"basic\"\n{SCIM}"));
        scene.entitled("1", 19).request_at(hour(20), "1", Operation::Create, Outcome::Success).audited(20, "1", Membership::Invited);
        assert_eq!(joiners(&scene), [], "it waits");
        scene.audited(30, "1", Membership::Accepted).by("name-1");
        assert_eq!(joiners(&scene), one("name-1", 30, "invitation", "acme-scim"));
    }

    #[test]
    fn who_joins_does_it_by_themselves() {
        let mut scene = Scene::new(SCIM);
        scene.audited(20, "1", Membership::Joined).by("name-1");
        assert_eq!(joiners(&scene), one("name-1", 20, "sso-join", "name-1"));
    }

    #[test]
    fn what_only_listings_show_has_no_origin_unless_the_provider_reports_it() {
        let mut scene = Scene::new("");
        scene.members(10, &["other"]).members(40, &["other", "robin"]);
        assert_eq!(joiners(&scene), one("robin", 40, "unknown", ""), "who was there at first has not appeared");
        scene.entitled("robin", 20).attempt(25, "robin", Operation::Create, Outcome::Success);
        assert_eq!(joiners(&scene), one("robin", 25, "scim", ""));
    }

    #[test]
    fn a_listing_after_the_period_shows_what_may_have_come_in_it() {
        let mut scene = Scene::new("");
        scene.members(10, &["other"]).members(40, &["other", "robin"]);
        let until = |scene: &Scene, to: i64| scene.with(|context| told(rows(&Context { to: hour(to), ..*context })));
        assert_eq!(until(&scene, 30), one("robin", 40, "unknown", ""));
        assert_eq!(until(&scene, 10), []);
        scene.members(35, &["other"]);
        assert_eq!(until(&scene, 30), [], "it was not there yet at the end");
    }

    #[test]
    fn whoever_was_gone_for_longer_than_the_grace_comes_again() {
        let mut scene = Scene::new(SCIM);
        scene.audited(20, "1", Membership::Added).audited(30, "1", Membership::Removed);
        scene.audited_at(hour(30).plus(Span::from_micros(600_000_000)), "1", Membership::Added);
        assert_eq!(joiners(&scene), one("name-1", 20, "scim", "acme-scim"));
        scene.audited(40, "1", Membership::Removed).audited(50, "1", Membership::Added).by("dana-k");
        assert_eq!(joiners(&scene), [one("name-1", 20, "scim", "acme-scim"), one("name-1", 50, "manual", "dana-k")].concat());
    }

    #[test]
    fn a_service_account_was_there_though_listings_of_members_never_named_it() {
        let mut scene = Scene::new("");
        let account = AccountRef { id: Some("id-ci".to_owned()), name: Some("ci".to_owned()), ..AccountRef::default() };
        scene.event(5, Outcome::Success, Activity::Act { account, kind: "repo.create".to_owned() });
        scene.members(10, &["other"]).members(AS_OF - 10, &["other"]);
        let mut facts = ServiceAccountFacts { id: "id-ci".to_owned(), name: "ci".to_owned(), ..ServiceAccountFacts::default() };
        facts.created_at = Some(hour(-100));
        scene.row(AS_OF - 5, "huggingface-service-accounts", Observation::ServiceAccount(facts.clone()));
        assert_eq!(joiners(&scene), []);
        facts.created_at = Some(hour(3));
        scene.row(AS_OF - 4, "huggingface-service-accounts", Observation::ServiceAccount(facts));
        assert_eq!(joiners(&scene), [], "the first listing's word on when it was made stands");
    }
}
