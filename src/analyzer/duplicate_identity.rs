//! `duplicate-identity`: one person with two accounts, or one account with two possible owners.

use std::collections::BTreeMap;

use super::context::subject;
use super::{ACCOUNTS, Analyzer, Context, Judge, PEOPLE, Reason, cis, everything, hipaa, iso, nist, pci, soc2};
use crate::model::finding::{Confidence, Finding, Proof, Severity, Subject};
use crate::state::{Account, Owner, Person, Slice};

/// The card.
pub(super) const ANALYZER: Analyzer = Analyzer {
    id: "duplicate-identity",
    title: "Two accounts of one person, or one of several people",
    doc: include_str!("../../docs/rules/duplicate-identity.md"),
    reasons: &[Reason { id: "two-accounts", severity: Severity::Medium }, Reason { id: "disputed-owner", severity: Severity::Medium }],
    controls: &[soc2("CC6.1"), soc2("CC6.2"), iso("A.5.16"), nist("IA-4"), cis("5.1"), pci("8.2.1"), hipaa("312(a)(2)(i)")],
    rests_on: &[PEOPLE, ACCOUNTS],
    witnesses: &["huggingface-members"],
    reach: everything,
    population: |context| (context.active_humans().count() as u64, "active accounts of people"),
    judge: Judge::EachSlice(judge),
};

fn judge(context: &Context<'_>, slice: &Slice, findings: &mut Vec<Finding>) {
    let accounts = slice.accounts.iter().filter_map(|index| context.directory.accounts.get(*index));
    let active = accounts.filter(|account| account.is_active() && account.class.needs_owner());
    match slice.person.and_then(|index| context.directory.persons.get(index)) {
        Some(person) => {
            let mut by_system: BTreeMap<&str, Vec<&Account>> = BTreeMap::new();
            active.for_each(|account| by_system.entry(&account.system).or_default().push(account));
            findings.extend(by_system.into_iter().filter_map(|(system, accounts)| two_accounts(person, system, &accounts)));
        }
        None => findings.extend(active.filter_map(|account| disputed_owner(context, account))),
    }
}

fn two_accounts(person: &Person, system: &str, accounts: &[&Account]) -> Option<Finding> {
    let mut links: Vec<Confidence> = accounts.iter().filter_map(|account| account.owner.confidence()).collect();
    links.sort_unstable_by(|one, other| other.cmp(one));
    // Two accounts are as sure as the second-best link.
    let confidence = *links.get(1)?;
    let [first, rest @ ..] = accounts else { return None };
    let subject = Subject { system: system.to_owned(), person: person.id.clone(), ..Subject::default() };
    let severity = Severity::Medium.lowered(confidence.steps());
    let mut finding = Finding::new(ANALYZER.id, "two-accounts", severity, subject, &[&person.id], Proof::Event(first.proof()));
    let names: Vec<&str> = accounts.iter().map(|account| account.name.as_str()).collect();
    finding.confidence = confidence;
    finding.matched = accounts.iter().filter_map(|account| matched(account)).collect::<Vec<_>>().join("; ");
    finding.expected = "one active account".to_owned();
    finding.observed = names.join("; ");
    // It began with the second of them.
    finding.since = accounts.iter().map(|account| account.active_since()).max().flatten();
    finding.explanation = format!("{} has {} active accounts in {system}: {}.", person.label(), accounts.len(), names.join(", "));
    finding.remediation =
        "Ask the person which one is in use, move what the other holds, and remove it; if it is not a person's, give it a class with [[account]]."
            .to_owned();
    Some(finding.resting_on(rest.iter().map(|account| Proof::Event(account.proof()))))
}

/// How an account was matched, in words.
fn matched(account: &Account) -> Option<String> {
    let Owner::Linked { key, value, .. } = &account.owner else { return None };
    Some(format!("{}: {} {value} ({})", account.name, key.word(), key.confidence()))
}

fn disputed_owner(context: &Context<'_>, account: &Account) -> Option<Finding> {
    let Owner::Disputed { candidates, key } = &account.owner else { return None };
    let persons: Vec<&Person> = candidates.iter().filter_map(|index| context.directory.persons.get(*index)).collect();
    let labels: Vec<&str> = persons.iter().map(|person| person.label()).collect();
    let proof = Proof::Event(account.proof());
    let mut finding = Finding::new(ANALYZER.id, "disputed-owner", Severity::Medium, subject(account, None), &[account.id()], proof);
    finding.expected = "one owner".to_owned();
    finding.observed = format!("{} candidates by {}: {}", labels.len(), key.word(), labels.join(", "));
    finding.since = account.active_since();
    finding.explanation = format!(
        "The account {} leads by {} to {} people ({}); whose it is cannot be told, and no owner is guessed.",
        account.name,
        key.word(),
        labels.len(),
        labels.join(", ")
    );
    finding.remediation =
        "Find out whose it is and link it with [[alias]], or give it a class with [[account]]; then mend the shared key.".to_owned();
    Some(finding.resting_on(persons.iter().map(|person| Proof::Event(person.proof))))
}

#[cfg(test)]
mod tests {
    use super::super::scene::{AS_OF, Scene};

    #[test]
    fn an_alias_settles_a_dispute_and_makes_a_second_account() {
        let alias = "[[alias]]\nperson = \"robin\"\nsystem = \"huggingface\"\naccount = \"lab\"\n";
        for (config, expected) in [("", vec![]), (alias, vec![("two-accounts", "robin".to_owned())])] {
            let mut scene = Scene::new(config);
            scene.entitled("robin", 1).members(AS_OF - 2, &["robin", "lab"]);
            assert_eq!(scene.reasons(super::ANALYZER.id), expected);
        }
    }
}
