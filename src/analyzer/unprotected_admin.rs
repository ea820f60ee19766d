//! `unprotected-admin`: an administrator of the organization whose own login has no second factor.

use super::context::{access_in_words, subject};
use super::{Analyzer, Context, Judge, Reach, Reason, cis, hipaa, iso, nist, pci, soc2};
use crate::model::finding::{Finding, Proof, Severity};
use crate::policy::{Role, Sso};
use crate::state::{Account, Slice};

/// The card.
pub(super) const ANALYZER: Analyzer = Analyzer {
    id: "unprotected-admin",
    title: "Administrator without a second factor",
    doc: include_str!("../../docs/rules/unprotected-admin.md"),
    reasons: &[Reason { id: "", severity: Severity::High }],
    controls: &[
        soc2("CC6.1"),
        soc2("CC6.6"),
        iso("A.8.2"),
        iso("A.8.5"),
        nist("IA-2(1)"),
        nist("AC-6(5)"),
        cis("6.5"),
        pci("8.4.2"),
        hipaa("312(d)"),
    ],
    rests_on: &[&["huggingface-members"]],
    witnesses: &[],
    reach,
    population: |context| (admins(context).count() as u64, "administrators"),
    judge: Judge::EachSlice(judge),
};

fn is_admin(context: &Context<'_>, account: &Account) -> bool {
    let role = account.role.as_ref().and_then(|fact| Role::parse(&fact.role));
    context.policy.target.sso != Sso::Managed && context.directory.is_target(account) && account.is_active() && role == Some(Role::Admin)
}

fn admins<'a>(context: &Context<'a>) -> impl Iterator<Item = &'a Account> {
    let (context, accounts) = (*context, &context.directory.accounts);
    accounts.iter().filter(move |account| is_admin(&context, account))
}

fn reach(context: &Context<'_>) -> Reach {
    if context.policy.target.sso == Sso::Managed {
        return Reach::Nothing;
    }
    match admins(context).filter(|account| account.second_factor.is_none()).count() {
        0 => Reach::Everything,
        1 => Reach::Part("of one administrator it is not told whether there is a second factor".to_owned()),
        unknown => Reach::Part(format!("of {unknown} administrators it is not told whether there is a second factor")),
    }
}

fn judge(context: &Context<'_>, slice: &Slice, findings: &mut Vec<Finding>) {
    let accounts = slice.accounts.iter().filter_map(|index| context.directory.accounts.get(*index));
    for account in accounts.filter(|account| is_admin(context, account) && account.second_factor == Some(false)) {
        let owner = context.directory.owner(account);
        let proof = Proof::Event(account.proof());
        let mut finding = Finding::new(ANALYZER.id, "", Severity::High, subject(account, owner), &[account.id()], proof);
        finding.expected = "a second factor".to_owned();
        finding.observed = format!("{}; no second factor", access_in_words(account));
        finding.since = account.role.as_ref().map(|fact| fact.at);
        finding.explanation = format!(
            "The account {} is an administrator and signs in with its own password: single sign-on is not managed, and no second factor is set up.",
            account.name
        );
        finding.remediation =
            "Have the person set up a second factor, and require it of the whole organization; until then, lower the role.".to_owned();
        findings.push(finding.resting_on(account.role.as_ref().map(|fact| Proof::Event(fact.proof))));
    }
}

#[cfg(test)]
mod tests {
    use super::super::scene::{AS_OF, Scene};
    use crate::model::event::{Activity, Outcome};
    use crate::model::facts::{MemberFacts, Observation};

    #[test]
    fn only_an_admin_known_to_have_no_second_factor_under_basic_sso() {
        let found = |sso: &str, role: &str, second_factor: Option<bool>| {
            let mut scene = Scene::new(&format!("sso = \"{sso}\"\n"));
            let (name, role) = ("robin".to_owned(), Some(role.to_owned()));
            let member = MemberFacts { id: name.clone(), name, role, second_factor, ..MemberFacts::default() };
            scene.event(AS_OF - 2, Outcome::Success, Activity::Observe(Box::new(Observation::Member(member))));
            scene.findings(super::ANALYZER.id).len()
        };
        assert_eq!(found("basic", "admin", Some(false)), 1);
        assert_eq!(found("basic", "admin", Some(true)), 0);
        assert_eq!(found("basic", "admin", None), 0);
        assert_eq!(found("basic", "write", Some(false)), 0);
        assert_eq!(found("managed", "admin", Some(false)), 0);
    }
}
