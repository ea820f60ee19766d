//! `suspect-correlation`: so many accounts have no owner that the matching is to be doubted, not the accounts.

use super::{ACCOUNTS, Analyzer, Context, Judge, PEOPLE, Reason, cis, everything, iso, nist, soc2};
use crate::model::finding::{Finding, Proof, Severity, Subject};
use crate::state::{Account, Owner};

/// The card.
pub(super) const ANALYZER: Analyzer = Analyzer {
    id: "suspect-correlation",
    title: "Too many accounts without an owner",
    doc: include_str!("../../docs/rules/suspect-correlation.md"),
    reasons: &[Reason { id: "", severity: Severity::High }],
    controls: &[soc2("CC2.1"), soc2("CC4.1"), iso("A.5.16"), nist("CA-7"), cis("5.1")],
    rests_on: &[PEOPLE, ACCOUNTS],
    reach: everything,
    population: |context| (judged(context).count() as u64, "active accounts of people at the target"),
    judge: Judge::Once(judge),
};

/// So many accounts stand for all as evidence.
const SHOWN: usize = 20;

fn judged<'a>(context: &Context<'a>) -> impl Iterator<Item = &'a Account> {
    let directory = context.directory;
    directory.accounts.iter().filter(|account| directory.is_target(account) && account.is_active() && account.class.needs_owner())
}

fn judge(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let all = judged(context).count();
    let unmatched: Vec<&Account> = judged(context).filter(|account| account.owner == Owner::Unmatched).collect();
    let limit = context.policy.thresholds.max_change_percent;
    let [first, rest @ ..] = unmatched.as_slice() else { return };
    if unmatched.len() * 100 <= all * usize::from(limit) {
        return;
    }
    let target = &context.policy.target;
    let subject = Subject { system: context.directory.target.clone(), object: target.name.clone(), ..Subject::default() };
    let proof = Proof::Event(first.proof());
    let mut finding = Finding::new(ANALYZER.id, "", Severity::High, subject, &[&target.name], proof);
    finding.expected = format!("no more than {limit}% of the active accounts of people without an owner");
    finding.observed = format!("{} of {all} without an owner", unmatched.len());
    finding.explanation = format!(
        "{} of {all} active accounts of people have no owner; that many point to a missing export or a wrong key rather than to orphans, so each of them is reported with low confidence.",
        unmatched.len()
    );
    finding.remediation =
        "Check that the identity provider's export names everybody, and target.user_name and [[alias]]; then run again.".to_owned();
    findings.push(finding.resting_on(rest.iter().take(SHOWN).map(|account| Proof::Event(account.proof()))));
}

/// Where the correlation is suspect, that nobody owns an account of the target is worth little: those findings become
/// confidence `low`, and their severity follows.
pub(super) fn doubt_ownerless(context: &Context<'_>, findings: &mut [Finding]) {
    if !findings.iter().any(|finding| finding.rule == ANALYZER.id) {
        return;
    }
    let ownerless = |finding: &&mut Finding| {
        finding.rule == super::orphaned_account::ANALYZER.id
            && finding.reason == "no-owner"
            && finding.subject.system == context.directory.target
    };
    for finding in findings.iter_mut().filter(ownerless) {
        finding.doubt();
    }
}

#[cfg(test)]
mod tests {
    use super::super::scene::{AS_OF, Scene};
    use super::*;
    use crate::model::finding::Confidence;

    #[test]
    fn too_many_ownerless_accounts_are_doubted_and_no_others() {
        let scene = |members: &[&str]| {
            let mut scene = Scene::new("");
            for person in ["ada", "bo", "cy", "di"] {
                scene.entitled(person, 1);
            }
            scene.members(AS_OF - 2, members);
            (scene.findings(ANALYZER.id).len(), scene.findings("orphaned-account"))
        };
        let (suspect, orphans) = scene(&["ada", "bo", "cy", "di", "nobody"]);
        assert_eq!((suspect, orphans.len()), (0, 1), "a fifth is not more than a fifth");
        let (suspect, orphans) = scene(&["ada", "bo", "cy", "nobody"]);
        let sure: Vec<_> = orphans.iter().map(|finding| (finding.confidence, finding.severity)).collect();
        assert_eq!((suspect, sure), (1, vec![(Confidence::Low, Severity::Low)]));
    }
}
