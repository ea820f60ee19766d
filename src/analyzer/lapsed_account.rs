//! `lapsed-account`: an account that is no person's, and that nobody answers for any more.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::context::subject;
use super::{Analyzer, Context, Judge, Reach, Reason, cis, hipaa, iso, nist, pci, soc2};
use crate::model::finding::{Finding, Proof, Severity};
use crate::model::link::fold;
use crate::model::time::Timestamp;
use crate::policy::AccountRule;
use crate::state::{Access, Account};

/// The card.
pub(super) const ANALYZER: Analyzer = Analyzer {
    id: "lapsed-account",
    title: "Configured account past its end or review, or without an owner",
    doc: include_str!("../../docs/rules/lapsed-account.md"),
    reasons: &[
        Reason { id: "expired", severity: Severity::Medium },
        Reason { id: "review-overdue", severity: Severity::Medium },
        Reason { id: "unowned", severity: Severity::Medium },
    ],
    controls: &[
        soc2("CC6.1"),
        soc2("CC6.2"),
        soc2("CC6.6"),
        iso("A.5.18"),
        iso("A.8.2"),
        nist("AC-2"),
        nist("AC-2(3)"),
        nist("AC-6(7)"),
        nist("IA-8"),
        cis("5.5"),
        cis("6.2"),
        pci("7.2.5.1"),
        pci("8.2.7"),
        hipaa("308(a)(3)(ii)(C)"),
    ],
    rests_on: &[],
    witnesses: &["huggingface-members", "huggingface-service-accounts"],
    reach: |context| if rules(context).is_empty() { Reach::Nothing } else { Reach::Everything },
    population: |context| (configured(context).count() as u64, "configured accounts that are no person's"),
    judge: Judge::Once(judge),
};

/// The configured rules of accounts that need no owner of their own, by system and folded name.
fn rules<'a>(context: &Context<'a>) -> BTreeMap<(&'a str, String), &'a AccountRule> {
    let rules = context.policy.accounts.iter().filter(|rule| !rule.class.needs_owner());
    rules.map(|rule| ((rule.system.as_str(), fold(&rule.name)), rule)).collect()
}

/// Accounts with such a rule that are not known to be gone.
fn configured<'a>(context: &Context<'a>) -> impl Iterator<Item = (&'a Account, &'a AccountRule)> {
    let (rules, accounts) = (rules(context), &context.directory.accounts);
    let there = |account: &&Account| !matches!(account.access.value(), Some(Access::Inactive | Access::Pending));
    accounts.iter().filter(there).filter_map(move |account| Some((account, *rules.get(&(account.system.as_str(), fold(&account.name)))?)))
}

/// One reason that holds, with its words.
struct Complaint {
    reason: &'static str,
    since: Option<Timestamp>,
    expected: String,
    observed: String,
    remediation: &'static str,
}

fn judge(context: &Context<'_>, findings: &mut Vec<Finding>) {
    for (account, rule) in configured(context) {
        let mut complaints = complaints(context, rule).into_iter();
        if let Some(first) = complaints.next() {
            findings.push(finding(account, rule, first, complaints.map(|complaint| complaint.reason)));
        }
    }
}

/// Every reason that holds, in the order of the contract. The last day counts.
fn complaints(context: &Context<'_>, rule: &AccountRule) -> Vec<Complaint> {
    let past = |day: Option<NaiveDate>| day.filter(|day| context.as_of.day() > *day);
    let after = |day: NaiveDate| day.succ_opt().map(Timestamp::start_of);
    let expired = past(rule.expires).map(|day| Complaint {
        reason: "expired",
        since: after(day),
        expected: format!("no access after {day}"),
        observed: "still there".to_owned(),
        remediation: "Remove it, or write the new end of the engagement into the config.",
    });
    let overdue = past(rule.review_by).map(|day| Complaint {
        reason: "review-overdue",
        since: after(day),
        expected: format!("a review by {day}"),
        observed: "no later date of review".to_owned(),
        remediation: "Review whether it is still needed and what it may do; then write the next date into the config.",
    });
    let unowned = rule.owner.is_none().then(|| Complaint {
        reason: "unowned",
        since: None,
        expected: "somebody who answers for it".to_owned(),
        observed: "no owner in the config".to_owned(),
        remediation: "Find somebody who answers for it and write the address into the config, or remove it.",
    });
    [expired, overdue, unowned].into_iter().flatten().collect()
}

fn finding(account: &Account, rule: &AccountRule, complaint: Complaint, others: impl Iterator<Item = &'static str>) -> Finding {
    let proof = Proof::Event(account.proof());
    let mut finding = Finding::new(ANALYZER.id, complaint.reason, Severity::Medium, subject(account, None), &[account.id()], proof);
    finding.explanation = format!(
        "The {} account {} in {}: {}; expected: {}.",
        rule.class.word(),
        account.name,
        account.system,
        complaint.observed,
        complaint.expected
    );
    finding.expected = complaint.expected;
    finding.observed =
        std::iter::once(complaint.observed).chain(others.map(|reason| format!("also {reason}"))).collect::<Vec<_>>().join("; ");
    finding.since = complaint.since;
    finding.remediation = complaint.remediation.to_owned();
    finding
}

#[cfg(test)]
mod tests {
    use super::super::scene::{AS_OF, Scene, hour};

    #[test]
    fn the_last_day_counts_and_the_first_reason_stands() {
        let today = hour(AS_OF).day();
        let yesterday = today.pred_opt().expect("there is one");
        let reasons = |dates: String| {
            let mut scene =
                Scene::new(&format!("[[account]]\nsystem = \"huggingface\"\nname = \"Visitor\"\nclass = \"external\"\n{dates}"));
            scene.members(AS_OF - 2, &["visitor"]);
            scene.reasons(super::ANALYZER.id).into_iter().map(|(reason, _)| reason).collect::<Vec<_>>()
        };
        let owner = "owner = \"lab@acme.example\"\n";
        assert_eq!(reasons(format!("{owner}expires = {today}\nreview_by = {today}\n")), [""; 0]);
        assert_eq!(reasons(format!("expires = {yesterday}\nreview_by = {yesterday}\n")), ["expired"]);
        assert_eq!(reasons(format!("expires = {today}\nreview_by = {yesterday}\n")), ["review-overdue"]);
        assert_eq!(reasons(format!("expires = {today}\n")), ["unowned"]);
    }
}
