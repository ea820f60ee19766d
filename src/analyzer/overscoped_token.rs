//! `overscoped-token`: a live credential that may do more than the organization's policy allows.

use super::{Analyzer, Context, Judge, Reason, cis, everything, iso, nist, pci, soc2};
use crate::model::facts::TokenFacts;
use crate::model::finding::{Finding, Proof, Severity, Subject};
use crate::policy::TokenPolicy;
use crate::state::{Credential, Slice};

/// The card.
pub(super) const ANALYZER: Analyzer = Analyzer {
    id: "overscoped-token",
    title: "Credential that may do too much",
    doc: include_str!("../../docs/rules/overscoped-token.md"),
    reasons: &[
        Reason { id: "write-where-fine-grained", severity: Severity::Medium },
        Reason { id: "network-exempt", severity: Severity::Medium },
    ],
    controls: &[soc2("CC6.1"), soc2("CC6.3"), iso("A.8.2"), iso("A.8.3"), nist("AC-6"), cis("5.4"), pci("7.2.5")],
    rests_on: &[&["token-inventory", "huggingface-service-accounts"]],
    witnesses: &["token-inventory", "huggingface-service-accounts"],
    reach: everything,
    population: |context| {
        let live = context.directory.credentials.iter().filter(|credential| credential.status(context.as_of) == "active");
        (live.count() as u64, "live credentials")
    },
    judge: Judge::EachSlice(judge),
};

fn judge(context: &Context<'_>, slice: &Slice, findings: &mut Vec<Finding>) {
    let credentials = slice.credentials.iter().filter_map(|index| context.directory.credentials.get(*index));
    for credential in credentials.filter(|credential| credential.status(context.as_of) == "active") {
        let Some((_, proof, facts)) = &credential.listed else { continue };
        let write = is_classic_write(context, credential, facts);
        if write || facts.network_exempt == Some(true) {
            findings.push(finding(context, credential, facts, *proof, write));
        }
    }
}

/// Whether it is one of Hugging Face's classic write tokens where the organization asks for other ones.
fn is_classic_write(context: &Context<'_>, credential: &Credential, facts: &TokenFacts) -> bool {
    let of_target = credential.system == context.directory.target;
    let write = facts.kind.as_deref().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("write"));
    of_target && write && context.policy.target.token_policy != TokenPolicy::Any
}

fn finding(context: &Context<'_>, credential: &Credential, facts: &TokenFacts, proof: u32, write: bool) -> Finding {
    let holder = context.directory.holder(credential);
    let subject = Subject {
        system: credential.system.clone(),
        credential: credential.id.clone(),
        person: holder.map(|person| person.id.clone()).unwrap_or_default(),
        ..Subject::default()
    };
    let reason = if write { "write-where-fine-grained" } else { "network-exempt" };
    let mut finding = Finding::new(ANALYZER.id, reason, Severity::Medium, subject, &[&credential.id], Proof::Event(proof));
    let allowed = match context.policy.target.token_policy {
        TokenPolicy::Approval => "a token that an administrator approved",
        TokenPolicy::Any | TokenPolicy::FineGrained => "a fine-grained token",
    };
    (finding.expected, finding.observed, finding.remediation) = if write {
        let also = if facts.network_exempt == Some(true) { "; also network-exempt" } else { "" };
        let remediation = "Make a fine-grained token for what it is used for, move its users over, and revoke this one.";
        (allowed.to_owned(), format!("a classic write token{also}"), remediation.to_owned())
    } else {
        let remediation = "Take the exemption away, or write down why it is needed and waive this finding until it is not.";
        ("bound by the organization's network rules".to_owned(), "exempt from network rules".to_owned(), remediation.to_owned())
    };
    finding.since = credential.created_at();
    let name = credential.name.as_deref().unwrap_or(&credential.id);
    finding.explanation = format!("Credential “{name}” in {}: {}; expected: {}.", credential.system, finding.observed, finding.expected);
    finding
}

#[cfg(test)]
mod tests {
    use super::super::scene::{AS_OF, Scene};
    use super::*;
    use crate::model::event::{Activity, Outcome};
    use crate::model::facts::{Observation, TokenStatus};

    #[test]
    fn the_policy_and_the_exemption_decide() {
        let reasons = |policy: &str, kind: &str, network_exempt: bool, status: TokenStatus| {
            let mut scene = Scene::new(&format!("token_policy = \"{policy}\"\n"));
            let (system, kind) = ("huggingface".to_owned(), Some(kind.to_owned()));
            let token =
                TokenFacts { system, id: "6a1f".to_owned(), kind, network_exempt: Some(network_exempt), status, ..TokenFacts::default() };
            scene.event(AS_OF - 2, Outcome::Success, Activity::Observe(Box::new(Observation::Token(token))));
            scene.findings(ANALYZER.id).into_iter().map(|finding| (finding.reason, finding.observed)).collect::<Vec<_>>()
        };
        let both = [("write-where-fine-grained", "a classic write token; also network-exempt".to_owned())];
        let exempt = [("network-exempt", "exempt from network rules".to_owned())];
        assert_eq!(reasons("fine-grained", "write", true, TokenStatus::Active), both);
        assert_eq!(reasons("approval", "write", true, TokenStatus::Active), both);
        assert_eq!(reasons("any", "write", true, TokenStatus::Active), exempt);
        assert_eq!(reasons("fine-grained", "fineGrained", true, TokenStatus::Active), exempt);
        assert_eq!(reasons("fine-grained", "write", true, TokenStatus::Revoked), []);
        assert_eq!(reasons("fine-grained", "read", false, TokenStatus::Active), []);
    }
}
