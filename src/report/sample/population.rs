//! The population of the sample: accounts, leavers, tokens and files, as many as asked for.

use super::{HOSTILE, PEOPLE, account_name, day, hex, hours, person_id};
use crate::model::digest::Digest;
use crate::model::report::{
    AccountRow, ChangeRow, FailureRow, InputRow, JoinerRow, LeaverRow, PrunedCount, PruningRow, TokenRow, WithdrawnRow,
};
use crate::model::time::{Span, Timestamp};

pub(super) fn account(index: usize) -> AccountRow {
    let situation = ["linked", "linked", "linked", "linked", "linked", "unmatched", "linked", "disputed", "linked", "exempt"][index % 10];
    let linked = |text: &str| if situation == "linked" { text.to_owned() } else { String::new() };
    AccountRow {
        system: "huggingface".into(),
        account: account_name(index),
        account_id: hex(500 + index),
        external_id: linked(&person_id(index)),
        email: format!("{}@acme.example", PEOPLE[index % PEOPLE.len()]),
        class: if situation == "exempt" { "service" } else { "human" }.into(),
        state: ["active", "active", "active", "inactive", "active", "pending"][index % 6].into(),
        person: linked(&person_id(index)),
        person_login: linked(&format!("{}@acme.example", PEOPLE[index % PEOPLE.len()])),
        person_state: linked(["active", "active", "inactive"][index % 3]),
        entitled: linked(["true", "true", "false"][index % 3]),
        situation: situation.into(),
        match_key: linked(["external-id", "target-id", "email"][index % 3]),
        confidence: linked(["high", "high", "medium"][index % 3]),
        role_expected: linked("read"),
        role_observed: ["read", "read", "write", "admin"][index % 4].into(),
        resource_groups: if index % 4 == 2 { vec!["nlp-research: write".into(), "vision: read".into()] } else { Vec::new() },
        last_activity: (!index.is_multiple_of(5)).then(|| day("2026-09-20")),
        created_at: Some(day("2025-11-03")),
        findings: Vec::new(),
        manager_email: "lead@acme.example".into(),
    }
}

pub(super) fn leaver(index: usize) -> LeaverRow {
    let verdict = ["within-sla", "within-sla", "within-sla", "over-sla", "within-sla", "within-sla", "open", "no-account"][index % 8];
    let lag = match verdict {
        "within-sla" => Some(Span::from_micros(hours(index * 5 % 23).micros() + 77_000_000)),
        "over-sla" => Some(hours(30 + index * 9)),
        "open" => Some(Span::from_hours(450)),
        _ => None,
    };
    let lapsed_at = day("2026-07-06").plus(hours(83 * (index % 24)));
    LeaverRow {
        person: person_id(index),
        person_login: format!("{}@acme.example", PEOPLE[index % PEOPLE.len()]),
        lapsed_at,
        lapse: ["deactivated", "unassigned", "suspended"][index % 3].into(),
        system: "huggingface".into(),
        account: if verdict == "no-account" { String::new() } else { account_name(index) },
        deprovisioned_at: lag.filter(|_| verdict != "open").map(|lag| lapsed_at.plus(lag)),
        lag,
        sla: Span::from_hours(24),
        verdict: verdict.into(),
        hr_end_date: if index.is_multiple_of(3) { "2026-07-05".into() } else { String::new() },
        hr_lag: index.is_multiple_of(3).then(|| Span::from_hours(31)),
    }
}

pub(super) fn token(index: usize) -> TokenRow {
    TokenRow {
        system: if index % 5 == 4 { "okta" } else { "huggingface" }.into(),
        credential: format!("65a1{index:08x}"),
        name: ["training-cluster", "notebook", "ci-upload", HOSTILE[index % 3]][index % 4].into(),
        kind: ["personal", "fineGrained", "api-token"][index % 3].into(),
        owner: format!("{}@acme.example", PEOPLE[index % PEOPLE.len()]),
        owner_state: ["active", "active", "inactive"][index % 3].into(),
        created_at: (!index.is_multiple_of(6)).then(|| day("2026-09-25").minus(hours(index % 40 * 17 * 24))),
        last_used_at: ["2026-09-29T11:02:09.120Z", "", "unknown"][index % 3].into(),
        expires_at: index.is_multiple_of(2).then(|| day("2027-01-31")),
        rotated_at: None,
        status: ["active", "active", "active", "revoked", "expired"][index % 5].into(),
        findings: if index.is_multiple_of(5) { vec!["stale-token".into()] } else { Vec::new() },
    }
}

pub(super) fn joiner(index: usize) -> JoinerRow {
    let origin = ["scim", "invitation", "sso-join", "manual", "unknown"][index % 5];
    let (owned, appeared_at) = (index % 5 != 3, day("2026-07-08").plus(hours(61 * (index % 30))));
    let lag = owned.then(|| Span::from_micros(2_000_000 + hours(index % 3).micros()));
    JoinerRow {
        person: if owned { person_id(index) } else { String::new() },
        person_login: if owned { format!("{}@acme.example", PEOPLE[index % PEOPLE.len()]) } else { String::new() },
        entitled_at: lag.map(|lag| appeared_at.minus(lag)),
        system: "huggingface".into(),
        account: account_name(index),
        appeared_at,
        lag,
        origin: origin.into(),
        by: if origin == "unknown" { String::new() } else { HOSTILE[index % HOSTILE.len()].into() },
    }
}

pub(super) fn change(index: usize) -> ChangeRow {
    let (kind, from, to) = [("role", "read", "write"), ("group", "", "hf-nlp"), ("resource-group", "nlp-research: read", "")][index % 3];
    let origin = ["idp", "scim", "sso-login", "manual", "unknown"][index % 5];
    ChangeRow {
        at: day("2026-07-08").plus(hours(53 * (index % 35))),
        system: if origin == "idp" { "okta" } else { "huggingface" }.into(),
        account: account_name(index),
        person: person_id(index),
        kind: kind.into(),
        from: from.into(),
        to: to.into(),
        by: if origin == "unknown" { String::new() } else { HOSTILE[index % HOSTILE.len()].into() },
        origin: origin.into(),
        evidence: format!("inputs/huggingface/audit-log.json.gz#{}", 100 + index),
    }
}

pub(super) fn failure(index: usize) -> FailureRow {
    let (cause, code, message) = [
        ("conflict", "409 uniqueness", "User name is already taken"),
        ("attribute", "400 invalidValue", HOSTILE[index % HOSTILE.len()]),
        ("authentication", "401", ""),
    ][index % 3];
    let of_group = index % 6 == 5;
    FailureRow {
        connector: "0oa1hfacme".into(),
        cause: cause.into(),
        person: if of_group { String::new() } else { person_id(index) },
        person_login: if of_group { String::new() } else { format!("{}@acme.example", PEOPLE[index % PEOPLE.len()]) },
        operation: if of_group { "group-push" } else { ["create", "disable", "update"][index % 3] }.into(),
        first_failed_at: day("2026-09-20"),
        last_failed_at: day("2026-09-20").plus(hours(index)),
        attempts: 1 + index as u64,
        code: code.into(),
        message: message.into(),
        remediation: "Correct the value at the identity provider, or the mapping that makes it; then retry.".into(),
        group: if of_group { "hf-nlp".into() } else { String::new() },
        standing: ["open", "outage", "retrying", "done-at-target"][index % 4].into(),
        ended_at: None,
    }
}

pub(super) fn input(index: usize) -> InputRow {
    let log = index.is_multiple_of(2);
    let (used, irrelevant, duplicate, rejected) = (1_204 + index as u64, 24_000 * u64::from(log), 12, 2 * u64::from(index == 4));
    InputRow {
        file: format!("inputs/okta/system-log-2026-{:02}.ndjson.gz", index + 1),
        sha256: Digest::of(&index.to_le_bytes()).to_string(),
        bytes: 7_340_032 * (index as u64 + 1) / 3,
        source: if log { "okta-system-log" } else { "okta-users" }.into(),
        read: used + irrelevant + duplicate + rejected,
        used,
        irrelevant,
        duplicate,
        rejected,
        first_at: log.then(|| day("2026-07-01")),
        last_at: log.then(|| day("2026-07-31")),
        taken_at: (!log).then(|| day("2026-09-30")),
        complete: (!log).then_some(index != 3),
    }
}

/// A file that was withdrawn, and what was removed for its age.
pub(super) fn removed() -> (Vec<WithdrawnRow>, Vec<PruningRow>) {
    let moment = |text| Timestamp::parse(text).expect("a time");
    let withdrawn = WithdrawnRow {
        file: "inputs/okta/other-tenant.ndjson".into(),
        sha256: Digest::of(b"other tenant").to_string(),
        bytes: 48_211,
        source: "okta-system-log".into(),
        read: 310,
        removed: 298,
        removed_sha256: Digest::of(b"its records").to_string(),
        withdrawn_at: moment("2026-09-20T09:12:00Z"),
        reason: "exported from the test tenant by mistake".into(),
        again: false,
    };
    let pruning = PruningRow {
        pruned_at: moment("2026-09-21T02:00:00Z"),
        before: moment("2025-08-17T00:00:00Z"),
        removed: vec![PrunedCount { source: "okta-system-log".into(), activity: "sign-on".into(), records: 41_020 }],
        listings: 12,
        runs: 30,
        removed_sha256: Digest::of(b"old records").to_string(),
    };
    (vec![withdrawn], vec![pruning])
}
