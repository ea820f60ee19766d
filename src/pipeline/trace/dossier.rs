//! Dossiers: what the replayed directory, the rules and the diagnoses say of one person, or of an account without one.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::{place, role, words};
use crate::analyzer::{self, Context, tries, unrepaired_of};
use crate::diagnosis::{Case, Diagnosis, Symptom, diagnose};
use crate::model::finding::Finding;
use crate::model::link::fold;
use crate::model::page::section;
use crate::model::trace::{Called, DiagnosisRow, Dossier, Place, TracedAccount, TracedPerson};
use crate::policy::Provider;
use crate::state::{Account, Directory, Owner, Person};
use crate::store::EventEvidence;

/// A person with their accounts, or an account without a person, by index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Subject {
    Person(usize),
    Account(usize),
}

/// Everybody there is a dossier of: all people, and all accounts that are nobody's.
pub(super) fn everybody(directory: &Directory) -> Vec<Subject> {
    let people = (0..directory.persons.len()).map(Subject::Person);
    let ownerless = |account: &Account| matches!(account.owner, Owner::Unmatched | Owner::Exempt);
    let accounts = directory.accounts.iter().enumerate().filter(|(_, account)| ownerless(account));
    people.chain(accounts.map(|(index, _)| Subject::Account(index))).collect()
}

impl Subject {
    fn person<'a>(&self, directory: &'a Directory) -> Option<&'a Person> {
        if let Self::Person(index) = self { directory.persons.get(*index) } else { None }
    }

    /// The accounts, the target's first; those that may be the person's among them.
    fn accounts<'a>(&self, directory: &'a Directory) -> Vec<&'a Account> {
        let indexes: Vec<usize> = match self {
            Self::Person(_) => self.person(directory).map(|person| person.accounts.iter().chain(&person.disputed).copied().collect()),
            Self::Account(index) => Some(vec![*index]),
        }
        .unwrap_or_default();
        let mut accounts: Vec<&Account> = indexes.into_iter().filter_map(|index| directory.accounts.get(index)).collect();
        accounts.sort_by_key(|account| (!directory.is_target(account), account.system.clone(), account.name.clone()));
        accounts
    }
}

/// What is the matter with everybody with whom anything is.
pub(in crate::pipeline) struct Diagnosed {
    /// By person, the most certain first.
    found: BTreeMap<String, Vec<(&'static Diagnosis, Symptom)>>,
    /// How many people show a diagnosis before all others.
    first: BTreeMap<&'static str, u64>,
}

impl Diagnosed {
    /// Diagnoses whoever something was tried for, or found about.
    pub(in crate::pipeline) fn of(context: &Context<'_>, findings: &[Finding]) -> Self {
        let mut by_person: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
        for finding in findings {
            by_person.entry(&finding.subject.person).or_default().push(finding);
        }
        let diagnosed = |person: &Person| {
            let own = by_person.get(person.id.as_str()).cloned().unwrap_or_default();
            if own.is_empty() && person.attempts.is_empty() {
                return None;
            }
            let found = diagnose(&Case::of(context, person, own));
            (!found.is_empty()).then(|| (person.id.clone(), found))
        };
        let found: BTreeMap<_, _> = context.directory.persons.par_iter().with_min_len(64).filter_map(diagnosed).collect();
        let mut first: BTreeMap<&'static str, u64> = BTreeMap::new();
        for (diagnosis, _) in found.values().filter_map(|found| found.first()) {
            *first.entry(diagnosis.id).or_default() += 1;
        }
        Self { found, first }
    }

    /// The events that the diagnoses rest on.
    pub(in crate::pipeline) fn proofs(&self) -> BTreeSet<u32> {
        self.found.values().flatten().flat_map(|(_, symptom)| symptom.proofs.iter().copied()).collect()
    }
}

/// The dossier of a subject; `evidence` are the records that the diagnoses rest on.
pub(super) fn dossier(context: &Context<'_>, subject: Subject, diagnosed: &Diagnosed, evidence: &BTreeMap<u32, EventEvidence>) -> Dossier {
    let directory = context.directory;
    let (person, accounts) = (subject.person(directory), subject.accounts(directory));
    let (ids, names) = keys(person, &accounts);
    let attempts = person.map(|person| tries(context, &person.attempts)).unwrap_or_default();
    Dossier {
        person: person.map(|person| traced_person(context, person)),
        accounts: accounts.iter().map(|account| traced_account(directory, account)).collect(),
        entitlement: person.map(|person| role::entitlement(context, person)).unwrap_or_default(),
        expected_role: person.map(|person| role::expected(context, person)).unwrap_or_default(),
        diagnoses: person.map(|person| diagnosis_rows(context, person, diagnosed, evidence)).unwrap_or_default(),
        open_failures: person.map(|person| open_failures(context, person)).unwrap_or_default(),
        called: called(directory, subject),
        ids,
        names,
        attempts: attempts.iter().map(|one| one.tellings().map(|told| told.proof).collect()).collect(),
    }
}

/// As much of a dossier as tells whom a question means.
pub(super) fn named_by(directory: &Directory, subject: Subject) -> Dossier {
    let person = subject.person(directory).map(|person| TracedPerson {
        id: person.id.clone(),
        login: person.login.clone().unwrap_or_default(),
        ..TracedPerson::default()
    });
    let accounts = subject.accounts(directory).iter().map(|account| traced_account(directory, account)).collect();
    Dossier { person, accounts, called: called(directory, subject), ..Dossier::default() }
}

/// What questions may call a subject.
fn called(directory: &Directory, subject: Subject) -> Vec<Called> {
    let by_provider =
        |key: &str, value: &str| Called { key: key.to_owned(), value: value.to_owned(), system: String::new(), disputed: false };
    let mut all = Vec::new();
    if let Some(person) = subject.person(directory) {
        all.push(by_provider("id", &person.id));
        all.extend(person.addresses.iter().map(|address| by_provider("address", address)));
        all.extend(person.employee_id.iter().map(|number| by_provider("employee number", number)));
        all.extend(person.account_ids.keys().map(|id| by_provider("account id", id)));
    }
    for account in subject.accounts(directory) {
        let disputed = matches!(account.owner, Owner::Disputed { .. });
        let mut in_system = |key: &str, value: &str| {
            all.push(Called { key: key.to_owned(), value: value.to_owned(), system: account.system.clone(), disputed });
        };
        in_system("user name", &account.name);
        [&account.scim_id, &account.hub_id].into_iter().flatten().for_each(|id| in_system("account id", id));
        account.external_id.iter().for_each(|id| in_system("externalId", id));
        account.emails.iter().for_each(|email| in_system("address", email));
    }
    all.retain(|called| !called.value.is_empty());
    all
}

/// What events name a subject by: ids, and names without case.
fn keys(person: Option<&Person>, accounts: &[&Account]) -> (BTreeSet<String>, BTreeSet<String>) {
    let (mut ids, mut names) = (BTreeSet::new(), BTreeSet::new());
    if let Some(person) = person {
        ids.insert(person.id.clone());
        ids.extend(person.account_ids.keys().cloned());
        names.extend(person.addresses.iter().cloned());
        names.extend(person.employee_id.as_deref().map(fold));
    }
    for account in accounts {
        ids.extend([&account.scim_id, &account.hub_id].into_iter().flatten().cloned());
        names.insert(fold(&account.name));
        names.extend(account.emails.iter().cloned());
    }
    (ids, names)
}

/// The person in the identity provider.
fn traced_person(context: &Context<'_>, person: &Person) -> TracedPerson {
    let held = person.groups.iter().filter(|(_, membership)| membership.value() == Some(true)).map(|(id, _)| id);
    let name = |id: &String| context.directory.groups.get(id).map_or_else(|| id.clone(), |group| group.name.clone());
    let mut groups: Vec<String> = held.map(name).collect();
    groups.sort();
    TracedPerson {
        system: context.policy.idp.provider.word().to_owned(),
        id: person.id.clone(),
        login: person.login.clone().unwrap_or_default(),
        name: person.name.clone().unwrap_or_default(),
        employee_id: person.employee_id.clone().unwrap_or_default(),
        addresses: person.addresses.iter().cloned().collect(),
        state: person.state().to_owned(),
        entitled: person.entitled(),
        groups,
    }
}

/// An account, and how it was matched.
fn traced_account(directory: &Directory, account: &Account) -> TracedAccount {
    TracedAccount {
        system: account.system.clone(),
        account: account.name.clone(),
        account_id: account.id().to_owned(),
        external_id: account.external_id.clone().unwrap_or_default(),
        email: account.email.clone().unwrap_or_default(),
        state: account.state().to_owned(),
        role: account.role.as_ref().map(|fact| fact.role.clone()).unwrap_or_default(),
        situation: account.owner.situation().to_owned(),
        keys: directory.keys_tried(account),
    }
}

/// What failed and was not repaired, in words.
fn open_failures(context: &Context<'_>, person: &Person) -> Vec<String> {
    let sentence = |row: &analyzer::Unrepaired<'_>| {
        let told = row.words().first().map(|failure| words::failure(failure)).unwrap_or_default();
        let times = if row.attempts() == 1 { "once".to_owned() } else { format!("{} times in a row", row.attempts()) };
        format!("the {} failed {times}, last on {} UTC ({told})", row.noun(), row.last_at().minute())
    };
    unrepaired_of(context, person).iter().map(sentence).collect()
}

fn diagnosis_rows(
    context: &Context<'_>,
    person: &Person,
    diagnosed: &Diagnosed,
    evidence: &BTreeMap<u32, EventEvidence>,
) -> Vec<DiagnosisRow> {
    let found = diagnosed.found.get(&person.id).map(Vec::as_slice).unwrap_or_default();
    let own = found.first().map(|(diagnosis, _)| diagnosis.id);
    let others = |id: &str| diagnosed.first.get(id).copied().unwrap_or(0).saturating_sub(u64::from(own == Some(id)));
    found.iter().map(|(diagnosis, symptom)| row(context, diagnosis, symptom, others(diagnosis.id), evidence)).collect()
}

fn row(
    context: &Context<'_>,
    diagnosis: &Diagnosis,
    symptom: &Symptom,
    others: u64,
    evidence: &BTreeMap<u32, EventEvidence>,
) -> DiagnosisRow {
    let (at_provider, elsewhere) = match context.policy.idp.provider {
        Provider::Okta => ("Fix in Okta", "In Entra,"),
        Provider::Entra => ("Fix in Entra", "In Okta,"),
    };
    let at_target = steps(diagnosis.doc, "Fix at Hugging Face").map(|step| format!("At Hugging Face: {step}"));
    let fix = steps(diagnosis.doc, at_provider).map(ToOwned::to_owned).chain(at_target);
    let test = steps(diagnosis.doc, "Test with one user").filter(|step| !step.starts_with(elsewhere)).map(ToOwned::to_owned);
    let mut places: Vec<Place> = symptom.proofs.iter().filter_map(|proof| evidence.get(proof)).map(place).collect();
    places.sort();
    places.dedup();
    DiagnosisRow {
        id: diagnosis.id.to_owned(),
        title: diagnosis.title.to_owned(),
        confidence: symptom.confidence,
        because: symptom.because.clone(),
        since: symptom.since,
        others,
        fix: numbered(fix),
        test: numbered(test),
        evidence: places,
    }
}

/// The steps of a section, without their numbers.
fn steps(page: &'static str, heading: &'static str) -> impl Iterator<Item = &'static str> {
    section(page, heading).map(|line| line.split_once(". ").map_or(line, |(_, step)| step))
}

fn numbered(steps: impl Iterator<Item = String>) -> Vec<String> {
    steps.zip(1..).map(|(step, number)| format!("{number}. {step}")).collect()
}
