//! `orphaned-account`: an account that is still in the organization while nobody entitled owns it.

use super::context::{AboutAccount as _, access_in_words, subject};
use super::{ACCOUNTS, Analyzer, Context, Judge, PEOPLE, Reach, Reason, cis, hipaa, iso, nist, pci, soc2};
use crate::model::finding::{Finding, Proof, Severity};
use crate::model::listing::Absence;
use crate::model::time::Timestamp;
use crate::state::{Account, Lapse, LapseKind, Owner, Person, Slice};

/// Logs that tell who left the identity provider.
const PEOPLE_LOGS: &[&str] = &["okta-system-log", "entra-audit"];

/// The card.
pub(super) const ANALYZER: Analyzer = Analyzer {
    id: "orphaned-account",
    title: "Active account without an entitled owner",
    doc: include_str!("../../docs/rules/orphaned-account.md"),
    reasons: &[
        Reason { id: "owner-inactive", severity: Severity::Critical },
        Reason { id: "owner-unassigned", severity: Severity::High },
        Reason { id: "contract-ended", severity: Severity::High },
        Reason { id: "no-owner", severity: Severity::High },
    ],
    controls: &[
        soc2("CC6.2"),
        soc2("CC6.3"),
        iso("A.5.16"),
        iso("A.5.18"),
        iso("A.6.5"),
        nist("AC-2"),
        nist("AC-2(3)"),
        nist("PS-4"),
        cis("5.1"),
        cis("6.2"),
        pci("7.2.4"),
        pci("8.2.5"),
        hipaa("308(a)(3)(ii)(C)"),
    ],
    rests_on: &[PEOPLE, ACCOUNTS],
    witnesses: &["okta-app-users", "entra-app-role-assignments"],
    reach,
    population: |context| (context.active_humans().count() as u64, "active accounts of people"),
    judge: Judge::EachSlice(judge),
};

fn reach(context: &Context<'_>) -> Reach {
    let untold =
        |account: &&Account| context.directory.owner(account).is_some_and(|owner| context.directory.entitled(account, owner).is_none());
    let untold = match context.active_humans().filter(untold).count() {
        0 => None,
        1 => Some("of one active account nothing tells whether its owner is entitled".to_owned()),
        count => Some(format!("of {count} active accounts nothing tells whether their owners are entitled")),
    };
    let unlisted = context.directory.accounts_listed.is_none().then(|| {
        "the target's accounts were not listed in full, so those that no log tells of are not judged, and who has no owner is known with low confidence"
            .to_owned()
    });
    Reach::in_part(unlisted.into_iter().chain(untold))
}

fn judge(context: &Context<'_>, slice: &Slice, findings: &mut Vec<Finding>) {
    let accounts = slice.accounts.iter().filter_map(|index| context.directory.accounts.get(*index));
    for account in accounts.filter(|account| account.is_active() && account.class.needs_owner()) {
        let found = match (&account.owner, context.directory.owner(account)) {
            (_, Some(owner)) => owner_gone(context, account, owner).or_else(|| contract_ended(context, account, owner)),
            (Owner::Unmatched, None) => no_owner(context, account),
            _ => None,
        };
        findings.extend(found);
    }
}

/// A finding with what all reasons share.
fn orphan(reason: &'static str, severity: Severity, account: &Account, owner: Option<&Person>, since: Option<Timestamp>) -> Finding {
    let mut finding = Finding::new(ANALYZER.id, reason, severity, subject(account, owner), &[account.id()], Proof::Event(account.proof()));
    finding.expected = "no access".to_owned();
    finding.observed = access_in_words(account);
    finding.since = since;
    finding.through_link(account).resting_on(account.role.as_ref().map(|fact| Proof::Event(fact.proof)))
}

fn owner_gone(context: &Context<'_>, account: &Account, owner: &Person) -> Option<Finding> {
    if context.directory.entitled(account, owner) != Some(false) {
        return None;
    }
    let lapse = context.directory.lapses(account, owner).pop().filter(|lapse| lapse.ended.is_none());
    // A system that names its accounts by their sessions alone proves nothing after the last of them.
    let known_by_sessions = account.system == "hoop" && account.activity.map(|(at, _)| at) <= lapse.map(|lapse| lapse.at);
    if known_by_sessions {
        return None;
    }
    // What is left behind begins with the lapse, or with the account where that came later.
    let since = lapse.map(|lapse| lapse.at).max(account.active_since());
    if since.is_some_and(|since| !context.beyond_grace(since)) {
        return None;
    }
    let inactive = owner.active() == Some(false);
    let (reason, severity) = if inactive { ("owner-inactive", Severity::Critical) } else { ("owner-unassigned", Severity::High) };
    let provider = context.policy.idp.provider.name();
    let when = lapse.map(|lapse| format!(" {}", lapse.when())).unwrap_or_default();
    let happened = match (inactive, lapse.map(|lapse| lapse.kind)) {
        (true, Some(LapseKind::Suspended)) => format!("{} was suspended in {provider}{when}", owner.label()),
        (true, Some(LapseKind::Deleted)) => format!("{} was deleted in {provider}{when}", owner.label()),
        (true, Some(LapseKind::Deactivated)) => format!("{} was deactivated in {provider}{when}", owner.label()),
        (true, Some(LapseKind::Unassigned)) => {
            format!("{} lost the application{when} and is {} in {provider}", owner.label(), owner.state())
        }
        (true, None) => format!("{} is {} in {provider}", owner.label(), owner.state()),
        (false, Some(_)) => format!("{} is active in {provider} but lost the application{when}", owner.label()),
        (false, None) => format!("{} is active in {provider} but not assigned to the application", owner.label()),
    };
    let mut finding = orphan(reason, severity, account, Some(owner), exactly(since, lapse, account));
    let as_far = context.as_far_as_told(account, lapse.map(|lapse| lapse.at));
    finding.explanation = format!("{happened}; {as_far}the account is still in the organization.");
    finding.remediation = if inactive {
        "Remove the member from the organization and revoke its tokens, then find out why the deactivation did not arrive.".to_owned()
    } else {
        "Remove the member, or assign the application again; then run the sync for this one user.".to_owned()
    };
    let assigned = owner.assigned.seen().map(|(_, proof)| proof);
    let standing = owner.standing.seen().map(|(_, proof)| proof);
    let decisive = lapse.map(|lapse| lapse.proof).or(if inactive { standing } else { assigned });
    Some(finding.resting_on(decisive.map(Proof::Event)))
}

/// The moment from which an account is left behind, where a record tells it; a listing shows only that it has passed.
fn exactly(since: Option<Timestamp>, lapse: Option<Lapse>, account: &Account) -> Option<Timestamp> {
    let bounded = lapse.filter(|lapse| lapse.later_than.is_some()).map(|lapse| lapse.at);
    let appeared = account.access.last().filter(|step| step.later_than.is_some()).map(|step| step.at);
    since.filter(|since| bounded.max(appeared) < Some(*since))
}

fn contract_ended(context: &Context<'_>, account: &Account, owner: &Person) -> Option<Finding> {
    // Whoever left within the grace is waited for as a leaver.
    if context.directory.entitled(account, owner) == Some(false) {
        return None;
    }
    let employment = owner.employment.as_ref()?;
    let end = employment.end_date?;
    let since = Timestamp::start_of(end.succ_opt()?);
    if !context.beyond_grace(since) {
        return None;
    }
    let mut finding = orphan("contract-ended", Severity::High, account, Some(owner), Some(since));
    finding.explanation = format!(
        "The personnel roster ends {}'s employment on {end}; the person is still entitled in {} and the account is in the organization.",
        owner.label(),
        context.policy.idp.provider.name()
    );
    finding.remediation = "Deactivate the person in the identity provider, or correct the end date in the roster.".to_owned();
    Some(finding.resting_on([Proof::Event(employment.proof)]))
}

/// Whether the people of the identity provider were listed in full, those who left included: by a listing that names them too,
/// or by its log.
fn leavers_named(context: &Context<'_>) -> bool {
    let listed = |absence: Absence| context.directory.listed.contains(&absence);
    let logged = || context.logs.iter().any(|log| PEOPLE_LOGS.contains(&log.source.as_str()));
    listed(Absence::PersonGone) || (listed(Absence::PersonInactive) && logged())
}

/// Whether a listing in full can name the account: the SCIM endpoint alone does not know those that came past it.
fn stands_in_listing(context: &Context<'_>, account: &Account) -> bool {
    context.directory.listed.contains(&Absence::Member) || (context.directory.accounts_listed.is_some() && account.scim_id.is_some())
}

fn no_owner(context: &Context<'_>, account: &Account) -> Option<Finding> {
    // Where nothing tells when it began, it was there before the first record that names it.
    if account.active_since().is_some_and(|since| !context.beyond_grace(since)) {
        return None;
    }
    let since = account.active_since().or(account.first_seen.map(|(at, _)| at));
    let mut finding = orphan("no-owner", Severity::High, account, None, since);
    let people_listed = [Absence::PersonInactive, Absence::PersonGone].iter().any(|absence| context.directory.listed.contains(absence));
    let is_listed = !context.directory.is_target(account) || stands_in_listing(context, account);
    if !people_listed || !is_listed {
        // Where not everybody was listed, that nobody is known to own it proves little; a log alone tells little of an account.
        finding.doubt();
    }
    finding.explanation = match &account.external_id {
        // Of somebody who left before, a listing of those who are active says nothing; an account of theirs has no owner either.
        Some(id) if !leavers_named(context) => {
            format!("The account is in the organization, and its externalId {id} belongs to nobody the records name.")
        }
        Some(id) => {
            format!("The account is in the organization, and its externalId {id} belongs to nobody the identity provider ever had.")
        }
        None => {
            "The account is in the organization, and no id, address or user name links it to a person of the identity provider.".to_owned()
        }
    };
    finding.remediation =
        "Find out whose account it is: link it with [[alias]], give it a class with [[account]], or remove it from the organization."
            .to_owned();
    Some(finding)
}

#[cfg(test)]
mod tests {
    use crate::analyzer::scene::{AS_OF, Scene};
    use crate::model::event::Activity;
    use crate::model::event::{AccountRef, Membership, Outcome};
    use crate::model::facts::{Observation, ScimUser};
    use crate::model::finding::Confidence;
    use crate::model::listing::Absence;

    /// What is said of the only account, by this rule alone: it is too few to tell whether the matching is to be doubted.
    fn found(scene: &Scene) -> (Confidence, String) {
        scene.with(|context| {
            let account = context.directory.accounts.first().expect("it is there");
            let found = super::no_owner(context, account).expect("nobody owns it");
            (found.confidence, found.explanation)
        })
    }

    #[test]
    fn an_account_that_only_a_log_names_is_doubted_where_members_were_not_listed() {
        let confidence = |members: bool| {
            let mut scene = Scene::new("");
            scene.entitled("robin", 1).listing(1, "entra-users", Absence::PersonGone, 1);
            scene.listing(AS_OF - 2, "scim-users", Absence::ScimUser, 0);
            if members {
                scene.members(20, &["stranger"]);
            } else {
                let account = AccountRef { name: Some("stranger".to_owned()), ..AccountRef::default() };
                scene.event(20, Outcome::Success, Activity::Membership { account, step: Membership::Joined, role: None });
            }
            found(&scene).0
        };
        assert_eq!(confidence(true), Confidence::High);
        assert_eq!(confidence(false), Confidence::Low);
    }

    #[test]
    fn whom_a_listing_without_leavers_does_not_name_may_have_been_there() {
        let told = |absence: Absence, logged: bool| {
            let mut scene = Scene::new("");
            let user = ScimUser {
                id: Some("1".to_owned()),
                external_id: Some("gone".to_owned()),
                user_name: Some("goose".to_owned()),
                active: Some(true),
                ..ScimUser::default()
            };
            scene.entitled("robin", 1).listing(1, "entra-users", absence, 1);
            scene.row(20, "scim-users", Observation::ScimUser(user)).listing(20, "scim-users", Absence::ScimUser, 1);
            if logged {
                scene.log("entra-audit", &[0, AS_OF]);
            }
            let (confidence, explanation) = found(&scene);
            (confidence, explanation.contains("nobody the records name"))
        };
        assert_eq!(told(Absence::PersonInactive, false), (Confidence::High, true));
        assert_eq!(told(Absence::PersonInactive, true), (Confidence::High, false));
        assert_eq!(told(Absence::PersonGone, false), (Confidence::High, false));
    }
}
