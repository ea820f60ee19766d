//! `late-deprovisioning`: an account that was taken away, but later than agreed.

use super::context::{AboutAccount as _, subject};
use super::{ACCOUNTS, Analyzer, Context, Judge, PEOPLE, Reason, cis, everything, hipaa, iso, nist, pci, soc2};
use crate::model::finding::{Finding, Proof, Severity};
use crate::state::{Account, Departure, Lapse, Person, Slice};

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
    reach: everything,
    population: |context| (judged(context) as u64, "lapses of people with an account"),
    judge: Judge::EachSlice(judge),
};

/// How many lapses are looked at, one for each account: those of the period, and those from before it that ended late in it.
fn judged(context: &Context<'_>) -> usize {
    let accounts = context.directory.accounts.iter().filter(|account| account.class.needs_owner());
    let of_owner = |account: &Account| {
        let owner = context.directory.owner(account)?;
        let looked_at = |lapse: &&Lapse| context.from <= lapse.at || late(context, account, owner, lapse).is_some();
        Some(context.directory.lapses(account, owner).iter().filter(|lapse| lapse.at <= context.to).filter(looked_at).count())
    };
    accounts.filter_map(of_owner).sum()
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
    let departure = Departure::after(lapse, account, owner);
    let Departure::Gone { at, proof, .. } = departure else { return None };
    if departure.within(lapse, sla) != Some(false) || at < context.from || lapse.at > context.to {
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
    finding.observed = format!("access taken away after {lag}");
    finding.since = Some(lapse.at);
    finding.explanation = format!(
        "{} stopped being entitled ({}) on {} UTC; the account left the organization on {} UTC, {lag} later, where {sla} is agreed.",
        owner.label(),
        lapse.kind.word(),
        lapse.at.minute(),
        at.minute()
    );
    finding.remediation =
        "Nothing is left to remove. Find out what held the deprovisioning up, and check what the account did in the meantime.".to_owned();
    Some(finding.through_link(account).resting_on([Proof::Event(proof)]))
}
