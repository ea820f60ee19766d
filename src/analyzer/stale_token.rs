//! `stale-token`: a credential that was used when it should not have been, or that nobody needs or renews.

use super::context::NIGHT;
use super::{Analyzer, Context, Judge, Reason, cis, everything, hipaa, iso, nist, pci, soc2};
use crate::model::class::Class;
use crate::model::facts::{LastUse, TokenStatus};
use crate::model::finding::{Finding, Proof, Severity, Subject};
use crate::model::time::Timestamp;
use crate::state::{Credential, Holder, Slice};

/// The card.
pub(super) const ANALYZER: Analyzer = Analyzer {
    id: "stale-token",
    title: "Credential that is misused, abandoned or never renewed",
    doc: include_str!("../../docs/rules/stale-token.md"),
    reasons: &[
        Reason { id: "used-after-revocation", severity: Severity::Critical },
        Reason { id: "used-after-expiry", severity: Severity::Critical },
        Reason { id: "owner-inactive", severity: Severity::Critical },
        Reason { id: "never-used", severity: Severity::Medium },
        Reason { id: "unused", severity: Severity::Medium },
        Reason { id: "unrotated", severity: Severity::Medium },
        Reason { id: "no-expiry", severity: Severity::Low },
    ],
    controls: &[
        soc2("CC6.1"),
        soc2("CC6.2"),
        soc2("CC7.2"),
        iso("A.5.17"),
        iso("A.6.5"),
        nist("IA-5"),
        nist("AC-2(3)"),
        nist("PS-4"),
        cis("5.3"),
        cis("5.5"),
        pci("8.2.5"),
        pci("8.2.6"),
        pci("8.6.3"),
        hipaa("312(d)"),
    ],
    rests_on: &[&["token-inventory", "huggingface-service-accounts", "okta-api-tokens", "aws-credential-report"]],
    witnesses: &["token-inventory", "huggingface-service-accounts", "okta-api-tokens"],
    reach: everything,
    population: |context| (context.directory.credentials.len() as u64, "credentials"),
    judge: Judge::EachSlice(judge),
};

fn judge(context: &Context<'_>, slice: &Slice, findings: &mut Vec<Finding>) {
    for credential in slice.credentials.iter().filter_map(|index| context.directory.credentials.get(*index)) {
        let mut complaints = complaints(context, credential).into_iter();
        if let Some(first) = complaints.next() {
            findings.push(finding(context, credential, first, complaints.map(|complaint| complaint.reason)));
        }
    }
}

/// One reason that holds, with its words.
struct Complaint {
    reason: &'static str,
    since: Option<Timestamp>,
    expected: String,
    observed: String,
    remediation: &'static str,
}

/// Every reason that holds, in the order of the contract.
fn complaints(context: &Context<'_>, credential: &Credential) -> Vec<Complaint> {
    let mut found: Vec<Complaint> = misuse(credential).into_iter().collect();
    if credential.status(context.as_of) == "active" {
        found.extend(owner_inactive(context, credential));
        found.extend(idle(context, credential));
        found.extend(lifetime(context, credential));
    }
    found
}

fn misuse(credential: &Credential) -> Vec<Complaint> {
    let LastUse::At(used) = credential.last_used() else { return Vec::new() };
    let after = |reason, known: Option<Timestamp>, shown: Option<Timestamp>, past: &str, word: &str, remediation| {
        let (end, word) = known.map(|end| (end, past.to_owned())).or_else(|| Some((shown?, format!("was listed as {word}"))))?;
        let expected = format!("no use after {} UTC, when it {word}", end.minute());
        (used > end).then(|| Complaint {
            reason,
            since: Some(end),
            expected,
            observed: format!("used on {} UTC", used.minute()),
            remediation,
        })
    };
    let revoked = after(
        "used-after-revocation",
        credential.revoked.map(|(at, _)| at),
        credential.shown(TokenStatus::Revoked),
        "was revoked",
        "revoked",
        "Find out who used it and from where; revoke it again at its system and check that it is refused now.",
    );
    let expired = after(
        "used-after-expiry",
        credential.expires_at(),
        credential.shown(TokenStatus::Expired),
        "expired",
        "expired",
        "Find out who used it and from where; revoke it at its system and check that it is refused now.",
    );
    [revoked, expired].into_iter().flatten().collect()
}

fn owner_inactive(context: &Context<'_>, credential: &Credential) -> Option<Complaint> {
    let holder = context.directory.holder(credential)?;
    let left = holder.standing.last().copied()?;
    if holder.active() != Some(false) || !context.beyond_grace(left.at) {
        return None;
    }
    // A listing tells only by when somebody was gone.
    let exact = left.later_than.is_none() && !left.from_the_start;
    let by_when = if exact { String::new() } else { format!(", known to be gone by {} UTC", left.at.minute()) };
    let provider = context.policy.idp.provider.name();
    let observed = format!("usable, while its owner {} is {} in {provider}{by_when}", holder.label(), holder.state());
    let since = exact.then_some(left.at);
    let remediation = "Revoke it; where something depends on it, give that a service account's token first.";
    Some(Complaint { reason: "owner-inactive", since, expected: "revoked with its owner".to_owned(), observed, remediation })
}

fn idle(context: &Context<'_>, credential: &Credential) -> Option<Complaint> {
    let limit = context.policy.thresholds.unused_token;
    let (reason, since, observed) = match credential.last_used() {
        LastUse::Never => {
            let created = credential.created_at()?;
            ("never-used", created, format!("made on {} UTC and not used once", created.minute()))
        }
        LastUse::At(used) => ("unused", used, format!("last used on {} UTC", used.minute())),
        LastUse::Unknown => return None,
    };
    let remediation = "Ask its owner whether it is still needed, and revoke it if nobody says so.";
    (told_until(context, credential).since(since) > limit).then(|| Complaint {
        reason,
        since: Some(since),
        expected: format!("used within {limit}"),
        observed,
        remediation,
    })
}

/// Until when a use would have been told: a listing speaks for the night it was taken in, an older one of nothing since.
fn told_until(context: &Context<'_>, credential: &Credential) -> Timestamp {
    let taken = credential.listed.as_ref().map(|(at, ..)| *at);
    taken.filter(|at| context.as_of.since(*at) > NIGHT).unwrap_or(context.as_of)
}

fn lifetime(context: &Context<'_>, credential: &Credential) -> Vec<Complaint> {
    let limit = context.policy.thresholds.token_rotation;
    let renewed = credential.rotated_at().max(credential.created_at());
    let unrotated = renewed.filter(|renewed| context.as_of.since(*renewed) > limit).map(|renewed| Complaint {
        reason: "unrotated",
        since: Some(renewed),
        expected: format!("a new secret every {limit}"),
        observed: format!("the same secret since {} UTC", renewed.minute()),
        remediation: "Rotate it: make a new one, move its users over, revoke the old one.",
    });
    let can_expire = credential.listed.as_ref().is_some_and(|(_, _, facts)| facts.can_expire) && !of_service_account(context, credential);
    let endless = (can_expire && credential.expires_at().is_none()).then(|| Complaint {
        reason: "no-expiry",
        since: credential.created_at(),
        expected: "a date on which it ends".to_owned(),
        observed: "no such date".to_owned(),
        remediation: "Replace it by one that ends.",
    });
    unrotated.into_iter().chain(endless).collect()
}

/// Whether it is a service account's, also where an inventory lists it.
fn of_service_account(context: &Context<'_>, credential: &Credential) -> bool {
    let Holder::Account(index) = credential.holder else { return false };
    context.directory.accounts.get(index).is_some_and(|account| account.class == Class::Service)
}

fn finding(context: &Context<'_>, credential: &Credential, complaint: Complaint, others: impl Iterator<Item = &'static str>) -> Finding {
    let holder = context.directory.holder(credential);
    let subject = Subject {
        system: credential.system.clone(),
        credential: credential.id.clone(),
        person: holder.map(|person| person.id.clone()).unwrap_or_default(),
        ..Subject::default()
    };
    let severity = ANALYZER.reasons.iter().find(|reason| reason.id == complaint.reason).map_or(Severity::Medium, |reason| reason.severity);
    let mut proofs = credential.proofs().into_iter().map(Proof::Event);
    let first = proofs.next().unwrap_or(Proof::Event(credential.proof));
    let owner_proof = holder
        .filter(|_| complaint.reason == "owner-inactive")
        .and_then(|person| person.standing.seen())
        .map(|(_, proof)| Proof::Event(proof));
    let mut finding = Finding::new(ANALYZER.id, complaint.reason, severity, subject, &[&credential.id], first);
    let name = credential.name.as_deref().unwrap_or(&credential.id);
    finding.explanation =
        format!("Credential “{name}” in {}: {}; expected: {}.", credential.system, complaint.observed, complaint.expected);
    finding.expected = complaint.expected;
    finding.observed =
        std::iter::once(complaint.observed).chain(others.map(|reason| format!("also {reason}"))).collect::<Vec<_>>().join("; ");
    finding.since = complaint.since;
    finding.remediation = complaint.remediation.to_owned();
    finding.resting_on(proofs).resting_on(owner_proof)
}

#[cfg(test)]
mod tests {
    use super::super::scene::{Scene, hour};
    use super::*;
    use crate::model::event::Lifecycle;
    use crate::model::facts::{Observation, PersonFacts, TokenFacts};

    #[test]
    fn what_only_a_listing_shows_is_known_by_its_moment() {
        let found = |by_listing: bool| {
            let mut scene = Scene::new("");
            let token = TokenFacts { system: "huggingface".into(), id: "t1".into(), owner: Some("robin".into()), ..TokenFacts::default() };
            scene.entitled("robin", 1).row(20, "token-inventory", Observation::Token(token));
            if by_listing {
                scene.person(50, PersonFacts { id: "robin".into(), active: Some(false), ..PersonFacts::default() });
            } else {
                scene.lifecycle(50, "robin", Lifecycle::Deactivated);
            }
            let found = scene.findings(ANALYZER.id).pop().expect("the token outlived its owner");
            (found.reason, found.since, found.observed.contains("known to be gone by"))
        };
        assert_eq!(found(true), ("owner-inactive", None, true));
        assert_eq!(found(false), ("owner-inactive", Some(hour(50)), false));
    }
}
