//! Gaps and blockers: what was not read, so that the plan is a part only, and what keeps a sync from running at all.

use std::collections::BTreeSet;

use crate::analyzer::{Context, mapped_groups, quarantine};
use crate::model::listing::Absence;
use crate::model::time::Timestamp;

use super::ground::Ground;

/// What was not read in full, as sentences.
pub(super) fn gaps(ground: &Ground<'_>, unknown_groups: &BTreeSet<String>) -> Vec<String> {
    let (context, directory) = (ground.context, ground.context.directory);
    let mut gaps = Vec::new();
    if directory.scim_users_listed.is_none() {
        let waiting =
            directory.persons.iter().filter(|person| person.entitled() == Some(true) && directory.target_accounts(person).next().is_none());
        gaps.push(format!(
            "The target's SCIM users were not listed in full, so nobody is known to lack an account: no account is planned to be made, also \
             none for {} entitled people without a known one.",
            waiting.count()
        ));
    }
    if ![Absence::PersonInactive, Absence::PersonGone].iter().any(|absence| directory.listed.contains(absence)) {
        gaps.push("The identity provider's people were not listed in full: only who is known from records is planned for.".to_owned());
    }
    let untold = directory.persons.iter().filter(|person| person.active() == Some(true) && person.assigned.value().is_none()).count();
    if untold > 0 && !directory.listed.contains(&Absence::Assignment) {
        gaps.push(format!("Nothing tells whether {untold} active people are assigned to the application: nothing is planned for them."));
    }
    if !directory.listed.contains(&Absence::ScimGroup) {
        gaps.push("The target's SCIM groups were not listed in full: groups that are not known are not planned for.".to_owned());
    }
    let unknown = unknown_groups
        .iter()
        .map(|name| format!("Who is in SCIM group {name}, or who should be, is not known in full: nobody is planned to be added."));
    gaps.extend(unknown);
    if let (false, Err(group)) = (context.policy.roles.is_empty(), mapped_groups(context)) {
        gaps.push(format!("The members of group {group}, which [roles] names, are not known: no organization role is planned."));
    }
    for kept in context.kept_out.iter().filter(|kept| kept.superseded.is_none()) {
        let (listing, rests_on) = (&kept.listing, &kept.rests_on);
        gaps.push(format!(
            "The listing {} of {} UTC shrank from {} to {} rows and is kept out: the plan rests on the one of {} UTC.",
            listing.source,
            listing.taken_at.minute(),
            rests_on.rows,
            listing.rows,
            rests_on.taken_at.minute()
        ));
    }
    gaps
}

/// What keeps a sync from running, or its requests from being taken, as sentences.
pub(super) fn blockers(context: &Context<'_>) -> Vec<String> {
    let mut blockers = Vec::new();
    if let Some(begun) = quarantine(context) {
        blockers.push(format!(
            "The provisioning job is in quarantine since {} UTC: until that ends, hardly anything is sent.",
            begun.at.minute()
        ));
    }
    let over = context.policy.target.scim_token_expires.filter(|day| Timestamp::end_of(*day) < context.as_of);
    if let Some(day) = over {
        blockers.push(format!("The SCIM token ended on {day}: every request will be answered by 401."));
    }
    let last = context.directory.exchanges.iter().rev();
    let refused = last.take_while(|exchange| !exchange.success).filter(|exchange| exchange.status == Some(401)).count();
    if refused >= 3 {
        blockers.push(format!("{refused} requests were answered by 401 and none has worked since: the SCIM token is refused."));
    }
    blockers
}
