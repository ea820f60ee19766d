//! A case: one person with what was tried for them, what failed and is still open, and what the rules found.

use super::{DAY, Symptom};
use crate::analyzer::{Attribute, Cause, Context, Try, Unrepaired, tries, unrepaired_of};
use crate::model::event::{Failure, Operation};
use crate::model::finding::{Confidence, Finding, Proof};
use crate::model::link::fold;
use crate::state::{Account, Attempt, Lapse, Person, Side, Timeline};

/// One person with everything a diagnosis looks at.
#[derive(Debug)]
pub struct Case<'a> {
    /// Who had what, and what the organization decided.
    pub context: &'a Context<'a>,
    /// Who it is about.
    pub person: &'a Person,
    /// What was tried, in order, each attempt once.
    pub tries: Vec<Try<'a>>,
    /// What failed and was not repaired, operation by operation.
    pub open: Vec<Unrepaired<'a>>,
    /// What the rules found about the person.
    pub findings: Vec<&'a Finding>,
}

impl<'a> Case<'a> {
    /// The case of a person; `findings` are those about nobody else.
    #[must_use]
    pub fn of(context: &'a Context<'a>, person: &'a Person, findings: Vec<&'a Finding>) -> Self {
        let tries = tries(context, &person.attempts);
        Self { context, person, tries, open: unrepaired_of(context, person), findings }
    }

    /// The failure that is still open and has one of these causes; of several, the last.
    pub(super) fn open(&self, causes: &[Cause]) -> Option<&Unrepaired<'a>> {
        self.open.iter().filter(|row| causes.contains(&row.cause)).max_by_key(|row| row.last_at())
    }

    /// What a rule found, with this reason where one is named, about one of these objects where some are.
    pub(super) fn finding(&self, rule: &str, reason: Option<&str>, objects: &[&str]) -> Option<&'a Finding> {
        let fits = |finding: &&&Finding| {
            let object = objects.is_empty() || objects.contains(&finding.subject.object.as_str());
            finding.rule == rule && reason.is_none_or(|reason| reason == finding.reason) && object
        };
        self.findings.iter().find(fits).copied()
    }

    /// A symptom of a value that was refused and that the identity provider may have corrected since, without a retry.
    pub(super) fn refused(&self, attribute: Attribute) -> Option<Symptom> {
        let row = self.open(&[Cause::Attribute])?;
        let sent = row.tries().last()?.endpoint.and_then(|told| told.sent.as_deref())?;
        let value = match attribute {
            Attribute::UserName => sent.user_name.as_deref()?,
            Attribute::Emails => sent.emails.first()?,
            _ => return None,
        };
        let complaint = attribute.complaint(value)?;
        let why = format!("{} was sent as “{value}” ({complaint}), and nothing was tried since", attribute.word());
        Some(failed(row, Confidence::Medium, &why))
    }

    /// The target's accounts of the person.
    pub(super) fn accounts(&self) -> impl Iterator<Item = &'a Account> {
        self.context.directory.target_accounts(self.person)
    }

    /// The lapse that has not ended.
    pub(super) fn lapse(&self) -> Option<Lapse> {
        if self.person.entitled() != Some(false) {
            return None;
        }
        self.person.lapses().pop().filter(|lapse| lapse.ended.is_none() && self.context.beyond_grace(lapse.at))
    }

    /// Whether the person is not entitled any more and an account is still active.
    pub(super) fn lapsed_and_active(&self) -> bool {
        self.lapse().is_some() && self.accounts().any(Account::is_active)
    }

    /// Whether somebody tried to take the access away since a lapse, whatever came of it.
    pub(super) fn tried_to_disable(&self, lapse: &Lapse) -> bool {
        let takes = |one: &&Try<'_>| matches!(one.operation, Operation::Disable | Operation::Delete);
        self.tries.iter().filter(takes).any(|one| one.aligned >= lapse.at.minus(DAY))
    }

    /// A request after a lapse that worked and says that the account is active.
    pub(super) fn pushed_active_since(&self, lapse: &Lapse) -> Option<&'a Attempt> {
        let says_active = |attempt: &&Attempt| attempt.sent.as_ref().is_some_and(|sent| sent.active == Some(true));
        let pushed = self.person.attempts.iter().filter(|attempt| attempt.side == Side::Endpoint && attempt.at > lapse.at);
        pushed.filter(|attempt| attempt.success() && attempt.operation != Operation::Disable).rfind(says_active)
    }

    /// The name of the identity provider's group that a SCIM group of this name stands for, where everybody who is entitled
    /// is in it and everybody in it is entitled: no record tells which group assigns, but such a one does.
    pub(super) fn assigns_and_is_pushed(&self, scim_group: &str) -> Option<&'a str> {
        let directory = self.context.directory;
        let pushed = directory.target_groups.values().find(|group| group.name == scim_group)?;
        let by_id = pushed.external_id.as_ref().and_then(|id| directory.groups.get_key_value(id)).map(|(id, group)| (id.as_str(), group));
        let (id, group) = by_id.or_else(|| directory.groups_named(scim_group).next())?;
        let is_in = |person: &Person| person.groups.get(id).and_then(Timeline::value) == Some(true);
        // Nothing is learned from whom the question is about, nor from those who are gone.
        let others = || directory.persons.iter().filter(|person| person.id != self.person.id && person.active() == Some(true));
        let fits = others().all(|person| is_in(person) == (person.entitled() == Some(true)));
        (fits && others().any(is_in)).then_some(group.name.as_str())
    }

    /// Whose account has the user name that a request sent: somebody else's.
    pub(super) fn name_holder(&self, row: &Unrepaired<'a>) -> Option<(&'a Account, &'a Person)> {
        let sent = row.tries().last()?.endpoint.and_then(|told| told.sent.as_ref()).and_then(|sent| sent.user_name.clone());
        let made = || self.context.policy.target.user_name.apply(self.person.login.as_deref()?);
        let name = fold(&sent.or_else(made)?);
        let directory = self.context.directory;
        let account = directory.target_account_named(&name)?;
        let owner = directory.owner(account).filter(|owner| owner.id != self.person.id)?;
        Some((account, owner))
    }
}

/// Whether code or text of the last attempt hold one of these, which are in lower case.
pub(super) fn says(row: &Unrepaired<'_>, parts: &[&str]) -> bool {
    row.words().iter().any(|failure| {
        let told = in_words(failure).to_lowercase();
        parts.iter().any(|part| told.contains(part))
    })
}

/// A symptom that a failure shows, with what was told of it.
pub(super) fn failed(row: &Unrepaired<'_>, confidence: Confidence, why: &str) -> Symptom {
    let told = row.words().first().map(|failure| in_words(failure)).filter(|told| !told.is_empty());
    let told = told.map(|told| format!(" ({told})")).unwrap_or_default();
    let because = format!("{why}: the {} failed, last on {} UTC{told}", row.noun(), row.last_at().minute());
    let proofs = row.tries().last().into_iter().flat_map(Try::tellings).map(|told| told.proof).collect();
    Symptom { confidence, because, since: Some(row.first_at()), proofs }
}

/// A symptom that a finding shows. What is foreseen is less sure than what has happened.
pub(super) fn found(finding: &Finding) -> Symptom {
    let event = |proof: &Proof| if let Proof::Event(ordinal) = proof { Some(*ordinal) } else { None };
    Symptom {
        confidence: if finding.reason == "will-be-rejected" { Confidence::Medium } else { finding.confidence },
        because: finding.explanation.trim_end_matches('.').to_owned(),
        since: finding.since,
        proofs: finding.evidence().iter().filter_map(event).collect(),
    }
}

/// Code and text, as they were written.
fn in_words(failure: &Failure) -> String {
    let code = failure.code.as_deref().unwrap_or_default();
    let parts: Vec<&str> = [code, failure.message.as_str()].into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(": ")
}
