//! From clues to a proposal: what is shown well enough to be written down, what is named as a candidate, what is not known.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::clues::{Application, Clues};
use super::files::Found;
use super::inputs;
use crate::model::proposal::{Candidate, Proposal, Told, Unknown};
use crate::model::secret;

/// So many groups are named.
const GROUPS: usize = 30;
/// So many people tell how user names are made.
const LEAST_NAMES: usize = 3;

/// What the exports tell, and what they do not.
pub(super) fn make(found: &Found, clues: &Clues) -> Proposal {
    let (provider, application, other_applications) = connector(clues);
    let of_target = application.as_ref().and_then(|told| clues.applications.iter().find(|((_, key), _)| *key == told.value));
    let (idp_groups, more_idp_groups) = groups(clues, of_target.map(|(_, application)| application));
    let mut proposal = Proposal {
        inputs: inputs::propose(found),
        unread: found.unread.clone(),
        from: clues.span.map(|(from, _)| from),
        to: clues.span.map(|(_, to)| to),
        provider,
        application,
        other_applications,
        target: target(clues),
        sso: sso(clues),
        scim_actors: scim_actors(clues),
        user_name: user_name(clues),
        token_policy: token_policy(clues),
        idp_groups,
        more_idp_groups,
        scim_groups: clues.scim_groups.iter().map(|name| clean(name)).collect(),
        resource_groups: clues.resource_groups.iter().map(|name| clean(name)).collect(),
        accounts: clues.accounts.iter().cloned().collect(),
        unknown: Vec::new(),
    };
    proposal.unknown = unknown(&proposal, clues);
    proposal
}

/// Provider and application: the one that knows most accounts of the target, then the one with most attempts.
fn connector(clues: &Clues) -> (Option<Told>, Option<Told>, Vec<Candidate>) {
    let mut ranked: Vec<(&'static str, Candidate)> = clues
        .applications
        .iter()
        .map(|((provider, key), known)| (*provider, candidate(clues, key, known)))
        .filter(|(_, candidate)| candidate.attempts > 0 || candidate.accounts > 0)
        .collect();
    ranked.sort_by_key(|(provider, known)| (Reverse((known.accounts, known.attempts)), *provider, known.application.clone()));
    let mut ranked = ranked.into_iter();
    let Some((provider, first)) = ranked.next() else {
        let most = clues.providers.iter().max_by_key(|(_, records)| **records);
        let provider = most.map(|(provider, records)| told(provider, format!("{records} records are of its exports")));
        return (provider, None, Vec::new());
    };
    let why = grounds(&first);
    (
        Some(told(provider, "the application below is one of its".to_owned())),
        Some(told(&first.application, first.label.as_ref().map_or_else(|| why.clone(), |label| format!("{label:?}, {why}")))),
        ranked.map(|(_, other)| other).collect(),
    )
}

fn candidate(clues: &Clues, key: &str, known: &Application) -> Candidate {
    let accounts = known.accounts.iter().filter(|id| clues.target_ids.contains(*id)).count();
    Candidate { application: key.to_owned(), label: known.label.as_deref().map(clean), attempts: known.attempts, accounts: accounts as u64 }
}

/// `with 120 attempts at provisioning; 40 accounts it knows are in the target`
fn grounds(candidate: &Candidate) -> String {
    let accounts =
        if candidate.accounts > 0 { format!("; {} accounts it knows are in the target", candidate.accounts) } else { String::new() };
    format!("with {} attempts at provisioning{accounts}", candidate.attempts)
}

fn target(clues: &Clues) -> Option<Told> {
    let (name, times) = clues.organizations.iter().max_by_key(|(name, times)| (**times, Reverse(*name)))?;
    let others: Vec<&str> = clues.organizations.keys().filter(|other| *other != name).map(String::as_str).collect();
    let others = if others.is_empty() { String::new() } else { format!("; also named: {}", others.join(", ")) };
    Some(told(name, format!("{times} addresses, envelopes and messages name it{others}")))
}

/// Each of the two has a SCIM endpoint of its own; where both are asked, nothing follows.
fn sso(clues: &Clues) -> Option<Told> {
    match (clues.managed, clues.basic) {
        (0, 0) => None,
        (times, 0) => Some(told("managed", format!("{times} SCIM addresses end in scim/v2, the endpoint of managed SSO"))),
        (0, times) => Some(told("basic", format!("{times} SCIM addresses end in scim-provisioning/v2, the endpoint of basic SSO"))),
        _ => None,
    }
}

fn scim_actors(clues: &Clues) -> Vec<Told> {
    let why = |together, all| format!("{together} of its {all} changes in the audit log stand beside a request of the connector");
    clues.moves.actors().into_iter().map(|(actor, together, all)| told(actor, why(together, all))).collect()
}

fn user_name(clues: &Clues) -> Option<Told> {
    let (as_is, stripped) = clues.name_forms();
    match (as_is, stripped) {
        (as_is, stripped) if stripped >= LEAST_NAMES && stripped > as_is * 9 => {
            Some(told("strip-dots", format!("{stripped} user names are the login without its dots, {as_is} are as it is")))
        }
        (as_is, stripped) if as_is >= LEAST_NAMES && as_is > stripped * 9 => {
            Some(told("as-is", format!("{as_is} user names are the login as it is, {stripped} are without its dots")))
        }
        _ => None,
    }
}

fn token_policy(clues: &Clues) -> Option<Told> {
    let (at, enabled) = clues.token_approval.last_key_value()?;
    enabled.then(|| told("approval", format!("the audit log has it switched on at {} UTC", at.minute())))
}

/// Names of the identity provider's groups: those assigned to the application or known to the target, then the others.
fn groups(clues: &Clues, application: Option<&Application>) -> (Vec<String>, usize) {
    let assigned: BTreeSet<&str> = application.into_iter().flat_map(|known| known.groups.iter().map(String::as_str)).collect();
    let concerns = |(id, name): &(&String, &String)| assigned.contains(id.as_str()) || clues.scim_groups.contains(*name);
    let (near, far): (Vec<_>, Vec<_>) = clues.groups.iter().partition(concerns);
    let sorted = |groups: Vec<(&String, &String)>| groups.into_iter().map(|(_, name)| clean(name)).collect::<BTreeSet<String>>();
    let near = sorted(near);
    let far = sorted(far);
    let all: Vec<String> = near.iter().chain(far.difference(&near)).cloned().collect();
    let more = all.len().saturating_sub(GROUPS);
    (all.into_iter().take(GROUPS).collect(), more)
}

fn unknown(proposal: &Proposal, clues: &Clues) -> Vec<Unknown> {
    let mut unknown = Vec::new();
    let mut add = |key: &str, why: &str, look_up: &str| {
        unknown.push(Unknown { key: key.to_owned(), why: why.to_owned(), look_up: look_up.to_owned() });
    };
    add("report.organization", "no export says how your organization is called", "the name that the head of a report shall show");
    if proposal.provider.is_none() {
        add("idp.provider", "no export of an identity provider was found", "okta or entra: the one that provisions the target");
    }
    if proposal.application.is_none() {
        add(
            "idp.application",
            "no log or listing shows an application that provisions the target; without it every application counts",
            "Okta: Applications, the application, the id in the address of its page (0oa…). Entra: Enterprise applications, the application, Object ID",
        );
    }
    if proposal.target.is_none() {
        add("target.name", "no address, envelope or message names the organization", "the address of its page: huggingface.co/NAME");
    }
    if proposal.sso.is_none() {
        let why = if clues.managed > 0 {
            "both SCIM endpoints are asked"
        } else {
            "no SCIM address was seen, and each of the two models has its own"
        };
        add("target.sso", why, "Hugging Face: organization settings, SSO. Enterprise Plus with managed users: managed; else basic");
    }
    if proposal.scim_actors.is_empty() {
        let why = match clues.moves.are_seen() {
            (false, _) => "no audit log shows who changes access in the target",
            (true, false) => "no SCIM request or provisioning log stands beside the changes of the audit log",
            (true, true) => "nobody's changes in the audit log stand beside the connector's requests",
        };
        add("target.scim_actors", why, "Hugging Face: organization settings, audit log: the author of what the connector does");
    }
    add(
        "target.default_role",
        "a policy, not a fact of the exports; [roles] needs it",
        "Hugging Face: organization settings, SSO: the role where no mapping matches",
    );
    add("roles", "which group gives which role is not in the exports", "Hugging Face: organization settings, SSO, role mapping");
    if !proposal.resource_groups.is_empty() {
        add(
            "resource_groups",
            "which SCIM group gives which role in a resource group is not in the exports",
            "Hugging Face: organization settings, resource groups, linked groups",
        );
    }
    if proposal.user_name.is_none() {
        add(
            "target.user_name",
            "too few accounts tell how their names are made",
            "Okta: the application, Provisioning, userName. Entra: Attribute mapping, userName",
        );
    }
    add("target.scim_token_expires", "a SCIM token does not tell when it ends", "the day you noted when it was made");
    if proposal.token_policy.is_none() {
        add(
            "target.token_policy",
            "no export says what tokens the organization allows",
            "Hugging Face: organization settings, access tokens",
        );
    }
    for input in proposal.inputs.iter().filter(|input| input.needs_taken_at) {
        add(
            &input.path,
            "nothing says when this listing was taken, so a run refuses it and ends with exit code 3 until taken_at is set",
            "when the export ran; a later one says it in its name (members-2026-09-14T020000Z.json)",
        );
    }
    unknown
}

fn told(value: &str, why: String) -> Told {
    Told { value: value.to_owned(), why }
}

/// A name as it may be shown: without what looks like a credential.
fn clean(name: &str) -> String {
    secret::redact(name).into_owned()
}
