//! `malformed-attribute`: a value that the target refused, or will refuse when it is sent.

use std::collections::BTreeMap;

use super::mapping::{is_named_so, is_replaced, names_fit, value_sent};
use super::target_rule::{Attribute, Complaint, refused};
use super::unrepaired::{self, Try};
use super::{Analyzer, Cause, Context, Judge, PEOPLE, Reason, SYNCS, cause, cis, everything, hipaa, iso, nist, pci, soc2};
use crate::model::facts::ScimUser;
use crate::model::finding::{Finding, Proof, Severity, Subject};
use crate::model::link::fold;
use crate::policy::Sso;
use crate::state::Person;

/// The card.
pub(super) const ANALYZER: Analyzer = Analyzer {
    id: "malformed-attribute",
    title: "Value that the target does not take",
    doc: include_str!("../../../docs/rules/malformed-attribute.md"),
    reasons: &[Reason { id: "rejected-by-target", severity: Severity::Medium }, Reason { id: "will-be-rejected", severity: Severity::Low }],
    controls: &[
        soc2("CC2.1"),
        soc2("CC6.2"),
        soc2("CC8.1"),
        iso("A.5.16"),
        nist("IA-4"),
        nist("SI-10"),
        cis("5.1"),
        pci("8.2.1"),
        hipaa("312(a)(2)(i)"),
    ],
    rests_on: &[PEOPLE, SYNCS],
    reach: everything,
    population: |context| {
        let entitled = context.directory.persons.iter().filter(|person| person.entitled() == Some(true)).count();
        (entitled as u64, "entitled people")
    },
    judge: Judge::Once(judge),
};

fn judge(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let names_fit = names_fit(context);
    for person in &context.directory.persons {
        let mut found = rejected(context, person);
        for (attribute, value, complaint) in foreseen(context, person, names_fit) {
            found.entry(attribute).or_insert_with(|| will_be_rejected(context, person, attribute, &value, complaint));
        }
        findings.extend(found.into_values());
    }
}

/// What a request or a log shows to be refused, and nothing repaired or mended since.
fn rejected(context: &Context<'_>, person: &Person) -> BTreeMap<Attribute, Finding> {
    let mut found = BTreeMap::new();
    for row in unrepaired::of_person(context, person).iter().filter(|row| row.cause == Cause::Attribute) {
        let Some(last) = row.tries().last() else { continue };
        for (attribute, complaint) in blamed(last) {
            if is_mended(context, person, attribute, last) {
                continue;
            }
            let proofs: Vec<Proof> = last.tellings().map(|told| Proof::Event(told.proof)).collect();
            let words = row.words().first().map(|failure| failure.message.clone()).unwrap_or_default();
            let mut finding = about(context, person, attribute, "rejected-by-target", Severity::Medium, proofs.first().cloned());
            // Nothing is said of a value that was left out, sent empty, or is no text: which of them it was is not known.
            finding.observed = match sent(last).map(|sent| value_of(sent, attribute)).filter(|value| !value.is_empty()) {
                Some(value) => format!("{}: {words}", shown(&value)),
                None => words,
            };
            finding.since = Some(row.first_at());
            let why = complaint.map(|complaint| format!(" ({complaint})")).unwrap_or_default();
            finding.explanation = format!(
                "The target refused the {} of {} because of {}{why}, last on {} UTC.",
                row.noun(),
                person.label(),
                attribute.word(),
                row.last_at().minute()
            );
            found.entry(attribute).or_insert(finding.resting_on(proofs));
        }
    }
    found
}

/// The attributes that a refusal names; of several, or of none, those that break the target's rule as they were sent.
fn blamed(one: &Try<'_>) -> Vec<(Attribute, Option<Complaint>)> {
    let texts = one.tellings().filter_map(|told| told.failure.as_ref()).map(cause::told);
    let mut named: Vec<Attribute> = texts.flat_map(|text| Attribute::named_in(&text)).collect();
    named.sort_unstable();
    named.dedup();
    let broken: Vec<(Attribute, Complaint)> =
        sent(one).map(refused).unwrap_or_default().into_iter().map(|(attribute, _, complaint)| (attribute, complaint)).collect();
    let complaint = |attribute: Attribute| broken.iter().find(|(broken, _)| *broken == attribute).map(|(_, complaint)| *complaint);
    if named.is_empty() {
        return broken.iter().map(|(attribute, complaint)| (*attribute, Some(*complaint))).collect();
    }
    let sure: Vec<_> = named.iter().filter(|attribute| complaint(**attribute).is_some()).copied().collect();
    let named = if named.len() > 1 && !sure.is_empty() { sure } else { named };
    named.into_iter().map(|attribute| (attribute, complaint(attribute))).collect()
}

fn sent<'a>(one: &Try<'a>) -> Option<&'a ScimUser> {
    one.endpoint?.sent.as_deref()
}

/// A value as it was sent; what was sent empty is not told apart from what was left out.
fn value_of(user: &ScimUser, attribute: Attribute) -> String {
    let value = match attribute {
        Attribute::UserName => user.user_name.as_deref(),
        Attribute::Emails => user.emails.first().map(String::as_str),
        Attribute::GivenName => user.given_name.as_deref(),
        Attribute::FamilyName => user.family_name.as_deref(),
        Attribute::ExternalId => user.external_id.as_deref(),
        Attribute::Active => None,
    };
    value.unwrap_or_default().to_owned()
}

/// Whether the identity provider has another value by now, one that the target takes.
fn is_mended(context: &Context<'_>, person: &Person, attribute: Attribute, failed: &Try<'_>) -> bool {
    if person.profile.as_ref().and_then(|profile| profile.at).is_none_or(|at| at <= failed.at) {
        return false;
    }
    let Some(now) = value_sent(context, person, attribute) else { return false };
    let changed = match sent(failed) {
        Some(sent) => fold(&value_of(sent, attribute)) != fold(&now),
        None => person.touched.iter().any(|touched| *touched > failed.at),
    };
    changed && attribute.complaint(&now).is_none()
}

/// What the target will refuse of an entitled person, with what is wrong with it.
fn foreseen(context: &Context<'_>, person: &Person, names_fit: bool) -> Vec<(Attribute, String, Complaint)> {
    if person.profile.is_none() || person.entitled() != Some(true) {
        return Vec::new();
    }
    let judged = |attribute: &Attribute| match attribute {
        Attribute::UserName => names_fit && is_named_so(context, person),
        // Personal accounts keep their own names: nothing but the state and the id is written to them.
        Attribute::GivenName | Attribute::FamilyName => context.policy.target.sso == Sso::Managed,
        _ => true,
    };
    let value = |attribute: Attribute| {
        let value = value_sent(context, person, attribute)?;
        let complaint = attribute.complaint(&value).filter(|_| !is_replaced(&value))?;
        Some((attribute, value, complaint))
    };
    Attribute::ALL.into_iter().filter(judged).filter_map(value).collect()
}

fn will_be_rejected(context: &Context<'_>, person: &Person, attribute: Attribute, value: &str, complaint: Complaint) -> Finding {
    let profile = person.profile.as_ref();
    let proof = profile.map(|profile| Proof::Event(profile.proof));
    let mut finding = about(context, person, attribute, "will-be-rejected", Severity::Low, proof);
    finding.observed = shown(value);
    finding.since = profile.and_then(|profile| profile.at);
    finding.explanation = format!(
        "{} of {} is {} in the identity provider, and the target will refuse it: {complaint}.",
        attribute.word(),
        person.label(),
        shown(value)
    );
    finding
}

fn about(
    context: &Context<'_>,
    person: &Person,
    attribute: Attribute,
    reason: &'static str,
    severity: Severity,
    proof: Option<Proof>,
) -> Finding {
    let subject = Subject {
        system: context.directory.target.clone(),
        person: person.id.clone(),
        object: attribute.word().to_owned(),
        ..Subject::default()
    };
    let proof = proof.unwrap_or(Proof::Event(person.proof));
    let mut finding = Finding::new(ANALYZER.id, reason, severity, subject, &[&person.id, attribute.word()], proof);
    finding.expected = format!("{} as the target takes it", attribute.word());
    finding.remediation = match attribute {
        Attribute::UserName => "Change the login, or the mapping that makes the user name of it; then provision the person again.",
        Attribute::Active => "Make the mapping send true and false as truth values; then provision the person again.",
        Attribute::ExternalId => "Map externalId to the identity provider's immutable id; then provision the person again.",
        _ => "Correct the value in the identity provider; then provision the person again.",
    }
    .to_owned();
    finding
}

/// A value as a sentence can hold it.
fn shown(value: &str) -> String {
    if value.is_empty() { "empty".to_owned() } else { format!("“{value}”") }
}

#[cfg(test)]
mod tests;
