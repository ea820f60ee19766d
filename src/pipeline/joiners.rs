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
