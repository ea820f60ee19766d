//! `late-deprovisioning`: an account that was taken away, but later than agreed.

use super::context::{AboutAccount as _, subject};
use super::{ACCOUNTS, Analyzer, Context, Judge, PEOPLE, Reach, Reason, cis, hipaa, iso, nist, pci, soc2};
use crate::model::finding::{Finding, Proof, Severity};
use crate::state::{Account, Departure, Lapse, Person, Slice, moment_in_words};

/// The card.
pub(super) const ANALYZER: Analyzer = Analyzer {
    id: "late-deprovisioning",
    title: "Account taken away later than agreed",
    doc: include_str!("../../docs/rules/late-deprovisioning.md"),
    reasons: &[Reason { id: "over-sla", severity: Severity::High }],
    controls: &[
        soc2("CC6.2"),
        soc2("CC6.3"),
        iso("A.5.18"),
        iso("A.6.5"),
        nist("AC-2(3)"),
        nist("PS-4"),
        cis("6.2"),
        pci("8.2.5"),
        hipaa("308(a)(3)(ii)(C)"),
    ],
    rests_on: &[PEOPLE, ACCOUNTS],
    witnesses: &["okta-system-log", "entra-audit"],
    reach,
    population: |context| (judged(context).count() as u64, "lapses of people with an account"),
    judge: Judge::EachSlice(judge),
};

/// The lapses that are looked at, one for each account: those of the period, and those from before it that ended late in it.
fn judged<'a>(context: &'a Context<'_>) -> impl Iterator<Item = (&'a Account, &'a Person, Lapse)> {
    let accounts = context.directory.accounts.iter().filter(|account| account.class.needs_owner());
    let owned = accounts.filter_map(|account| Some((account, context.directory.owner(account)?)));
    let lapses =
        owned.flat_map(|(account, owner)| context.directory.lapses(account, owner).into_iter().map(move |lapse| (account, owner, lapse)));
    lapses.filter(|(account, owner, lapse)| lapse.in_period(context.from, context.to) || late(context, account, owner, lapse).is_some())
}

/// The lapses of the period whose person has no account that is linked, where nothing tells that there was none either.
fn unlinked(context: &Context<'_>) -> impl Iterator<Item = Lapse> {
    let persons = context.directory.persons.iter().filter(|person| !person.assigned.steps().is_empty());
    let unlinked = persons.filter(|person| context.directory.target_accounts(person).next().is_none());
    let lapses = unlinked.flat_map(|person| person.lapses().into_iter().map(move |lapse| (person, lapse)));
    let untold = lapses.filter(|(person, lapse)| {
        let concerns = lapse.in_period(context.from, context.to) && !lapse.is_shorter_than(context.policy.thresholds.grace);
        concerns && context.directory.departure_unlinked(lapse, person) == Departure::Untold
    });
    untold.map(|(_, lapse)| lapse)
}

fn reach(context: &Context<'_>) -> Reach {
    let sla = context.policy.thresholds.deprovision_sla;
    let untold = judged(context).filter(|(account, owner, lapse)| {
        let departure = context.directory.departure(lapse, account, owner);
        match departure {
            Departure::Untold => true,
            Departure::Gone { .. } => departure.within(lapse, sla).is_none(),
            Departure::NoAccess | Departure::Overtaken | Departure::Open => false,
        }
    });
    match untold.count() + unlinked(context).count() {
        0 => Reach::Everything,
        1 => Reach::Part(format!("of one lapse it is not known whether access ended within {sla}")),
        count => Reach::Part(format!("of {count} lapses it is not known whether access ended within {sla}")),
    }
}

fn judge(context: &Context<'_>, slice: &Slice, findings: &mut Vec<Finding>) {
    let Some(owner) = slice.person.and_then(|index| context.directory.persons.get(index)) else { return };
    let accounts = slice.accounts.iter().filter_map(|index| context.directory.accounts.get(*index));
    for account in accounts.filter(|account| account.class.needs_owner()) {
        findings.extend(context.directory.lapses(account, owner).iter().filter_map(|lapse| late(context, account, owner, lapse)));
    }
}

fn late(context: &Context<'_>, account: &Account, owner: &Person, lapse: &Lapse) -> Option<Finding> {
    let sla = context.policy.thresholds.deprovision_sla;
    let departure = context.directory.departure(lapse, account, owner);
    let Departure::Gone { at, later_than, proof, .. } = departure else { return None };
    if departure.within(lapse, sla) != Some(false) || at < context.from || lapse.earliest() > context.to {
        return None;
    }
    let lag = at.since(lapse.at);
    let mut finding = Finding::new(
        ANALYZER.id,
        "over-sla",
        Severity::High,
        subject(account, Some(owner)),
        &[account.id(), &owner.id],
        Proof::Event(lapse.proof),
    );
    finding.about = Some(lapse.proof);
    finding.expected = format!("no access within {sla}");
    // Where listings bound one of both moments, what is told is the least that it can have been.
    let least = later_than.unwrap_or(at).since(lapse.at);
    let lag = if later_than.is_some() || lapse.later_than.is_some() { format!("{least} or more") } else { lag.to_string() };
    finding.observed = format!("access taken away after {lag}");
    finding.since = lapse.exactly();
    finding.explanation = format!(
        "{} stopped being entitled ({}) {}; the account left the organization {}, {lag} later, where {sla} is agreed.",
        owner.label(),
        lapse.kind.word(),
        lapse.when(),
        moment_in_words(at, later_than)
    );
    finding.remediation =
        "Nothing is left to remove. Find out what held the deprovisioning up, and check what the account did in the meantime.".to_owned();
    Some(finding.through_link(account).resting_on([Proof::Event(proof)]))
}

#[cfg(test)]
mod tests {
    use super::super::scene::{Scene, hour};
    use super::*;
    use crate::model::event::{Lifecycle, Membership, Operation, Outcome};
    use crate::model::time::{Span, Timestamp};

    const MINUTE: i64 = 60_000_000;

    /// Whoever tells that the account is gone.
    #[derive(Clone, Copy, Debug)]
    enum Teller {
        Endpoint,
        AuditLog,
        Provider,
    }

    /// `leaver` is deactivated at the hundredth hour, and the account is gone so many microseconds after that.
    /// `pairs` attempts for somebody else are told by provider and endpoint, whose clock is ahead by `ahead`.
    fn left(teller: Teller, lag: i64, pairs: i64, ahead: i64) -> Scene {
        let mut scene = Scene::new("scim_actors = [\"acme-scim\"]");
        scene.accounts(0, &[("leaver", true), ("other", true)]);
        let later = |at: Timestamp, micros: i64| at.plus(Span::from_micros(micros));
        for at in 1..=pairs {
            scene.attempt(at, "other", Operation::Update, Outcome::Success);
            scene.request_at(later(hour(at), ahead), "other", Operation::Update, Outcome::Success);
        }
        scene.lifecycle(100, "leaver", Lifecycle::Deactivated);
        let gone = later(hour(100), lag);
        match teller {
            Teller::Endpoint => scene.request_at(gone, "leaver", Operation::Disable, Outcome::Success),
            Teller::AuditLog => scene.audited_at(gone, "leaver", Membership::Removed),
            Teller::Provider => scene.attempt_at(gone, "leaver", Operation::Disable, Outcome::Success),
        };
        scene
    }

    fn is_late(scene: &Scene) -> bool {
        match scene.reasons(ANALYZER.id).as_slice() {
            [] => false,
            [(reason, whom)] => (*reason, whom.as_str()) == ("over-sla", "leaver"),
            more => panic!("{more:?}"),
        }
    }

    const SLA: i64 = 24 * 60 * MINUTE;

    #[test]
    fn later_than_agreed_is_late_whoever_tells() {
        for teller in [Teller::Endpoint, Teller::AuditLog, Teller::Provider] {
            assert!(!is_late(&left(teller, SLA, 0, 0)), "{teller:?}");
            assert!(is_late(&left(teller, SLA + 1, 0, 0)), "{teller:?}");
        }
    }

    #[test]
    fn lapses_of_people_whose_account_nothing_tells_of_are_counted() {
        let reach_with = |listed: Option<i64>| {
            let mut scene = Scene::new("");
            scene.entitled("leaver", 1).entitled("other", 1).lifecycle(100, "leaver", Lifecycle::Deactivated);
            if let Some(at) = listed {
                scene.members(at, &["other"]);
            }
            scene.with(reach)
        };
        let part = Reach::Part("of one lapse it is not known whether access ended within 24 h".to_owned());
        assert_eq!([reach_with(None), reach_with(Some(150))], [part.clone(), part]);
        assert_eq!(reach_with(Some(50)), Reach::Everything);
    }

    #[test]
    fn nothing_is_said_to_be_late_inside_a_measured_skew() {
        let skew = 7 * MINUTE;
        for ahead in [skew, -skew] {
            let late = |lag| is_late(&left(Teller::Endpoint, lag, 20, ahead));
            assert!(!late(SLA - skew) && !late(SLA) && !late(SLA + skew), "{ahead}");
            assert!(late(SLA + skew + 1), "{ahead}");
        }
    }

    #[test]
    fn a_skew_that_is_no_fault_or_not_measured_changes_nothing() {
        let late = |pairs, ahead| is_late(&left(Teller::Endpoint, SLA + 1, pairs, ahead));
        assert!(late(19, 7 * MINUTE) && late(20, 5 * MINUTE) && late(20, -5 * MINUTE));
        assert!(!late(20, 5 * MINUTE + 1) && !late(20, -5 * MINUTE - 1));
    }

    #[test]
    fn only_the_clock_that_told_is_in_doubt() {
        // The endpoint's clock is off; the audit log's and the provider's are not known to be.
        for teller in [Teller::AuditLog, Teller::Provider] {
            assert!(is_late(&left(teller, SLA + 1, 20, 7 * MINUTE)), "{teller:?}");
        }
        let mut audited = left(Teller::AuditLog, SLA + 1, 0, 0);
        for at in 1..=20 {
            audited.attempt(at, "other", Operation::Enable, Outcome::Success);
            audited.audited_at(hour(at).plus(Span::from_micros(7 * MINUTE)), "other", Membership::Added);
        }
        assert!(!is_late(&audited), "now the audit log's is known to be off");
    }
}
