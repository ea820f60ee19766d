//! `scim-token`: the token with which the identity provider writes to the target is refused, over, or soon to be.

use super::context::connector;
use super::{Analyzer, Context, Judge, Reach, Reason, cause, cis, iso, nist, soc2};
use crate::model::finding::{Finding, Proof, Severity};
use crate::model::time::Timestamp;
use crate::state::{Attempt, Side};

/// So many refusals in a row are no accident.
const REFUSALS: usize = 3;

/// The card.
pub(super) const ANALYZER: Analyzer = Analyzer {
    id: "scim-token",
    title: "SCIM token that is refused or ends",
    doc: include_str!("../../docs/rules/scim-token.md"),
    reasons: &[
        Reason { id: "rejected", severity: Severity::Critical },
        Reason { id: "expired", severity: Severity::Critical },
        Reason { id: "expiring", severity: Severity::High },
    ],
    controls: &[soc2("CC6.1"), soc2("CC7.2"), iso("A.5.17"), nist("IA-5"), cis("5.6")],
    rests_on: &[],
    reach: |context| {
        let known = context.policy.target.scim_token_expires.is_some() || !answers(context).is_empty();
        if known { Reach::Everything } else { Reach::Nothing }
    },
    population: |_| (1, "SCIM tokens"),
    judge: Judge::Once(judge),
};

/// How the target answered once.
struct Answer {
    at: Timestamp,
    success: bool,
    refused: bool,
    proof: u32,
}

/// One reason that holds, with its words.
struct Complaint {
    reason: &'static str,
    severity: Severity,
    since: Option<Timestamp>,
    observed: String,
    explanation: String,
    proofs: Vec<Proof>,
    /// Whether the records speak against it.
    doubted: bool,
}

fn judge(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let mut complaints = rejected(&answers(context)).into_iter().chain(ending(context));
    let Some(first) = complaints.next() else { return };
    let subject = connector(context);
    let key = subject.object.clone();
    let configured =
        Proof::Input { source: String::new(), file: String::new(), note: "target.scim_token_expires of the config".to_owned() };
    let mut proofs = first.proofs.into_iter();
    let proof = proofs.next().unwrap_or(configured);
    let mut finding = Finding::new(ANALYZER.id, first.reason, first.severity, subject, &[&key], proof);
    finding.expected = "a token that is accepted, and will be for a while".to_owned();
    finding.observed = complaints.fold(first.observed, |observed, other| format!("{observed}; also {}: {}", other.reason, other.observed));
    finding.since = first.since;
    finding.explanation = first.explanation;
    if first.doubted {
        finding.doubt();
    }
    finding.remediation =
        "Make a new SCIM token in the target's settings of single sign-on, enter it at the identity provider, test the connection, and write its last day into target.scim_token_expires."
            .to_owned();
    findings.push(finding.resting_on(proofs));
}

fn rejected(answers: &[Answer]) -> Option<Complaint> {
    let since_success = answers.iter().rposition(|answer| answer.success).map_or(0, |last| last + 1);
    let mut rows = answers[since_success..].split(|answer| !answer.refused).filter(|row| row.len() >= REFUSALS);
    let (first, last) = rows.next().map(|row| (row, rows.next_back().unwrap_or(row)))?;
    let (began, ended) = (first.first()?, last.last()?);
    let count = answers[since_success..].iter().filter(|answer| answer.refused).count();
    Some(Complaint {
        reason: "rejected",
        severity: Severity::Critical,
        since: Some(began.at),
        observed: format!("{count} answers 401 and no success since"),
        explanation: format!(
            "The target refused the connector's credentials {count} times from {} to {} UTC, and nothing has succeeded since.",
            began.at.minute(),
            ended.at.minute()
        ),
        proofs: vec![Proof::Event(began.proof), Proof::Event(ended.proof)],
        doubted: false,
    })
}

fn ending(context: &Context<'_>) -> Option<Complaint> {
    let last_day = context.policy.target.scim_token_expires?;
    let end = Timestamp::end_of(last_day);
    let warn = context.policy.thresholds.scim_token_warn;
    let (reason, severity, observed) = if context.as_of > end {
        ("expired", Severity::Critical, format!("ended with {last_day}"))
    } else if end.since(context.as_of) <= warn {
        ("expiring", Severity::High, format!("ends with {last_day}"))
    } else {
        return None;
    };
    let answers = answers(context);
    let since_end: Vec<&Answer> = answers.iter().filter(|answer| answer.success && answer.at > end).collect();
    let worked = since_end.last().filter(|_| reason == "expired");
    let observed = match worked {
        Some(_) => format!("{observed}; {} worked since", requests(since_end.len())),
        None => observed,
    };
    let explanation = match (reason, worked) {
        ("expired", Some(last)) => format!(
            "By the config, the SCIM token was valid up to {last_day}; {} worked since, the last on {} UTC. Another token is in use, or the config is out of date.",
            requests(since_end.len()),
            last.at.minute()
        ),
        ("expired", None) => {
            format!("By the config, the SCIM token was valid up to {last_day}: nothing can be provisioned with it any more.")
        }
        _ => format!("By the config, the SCIM token is valid up to {last_day}, which is no more than {warn} away."),
    };
    let since = Some(if reason == "expired" { end } else { end.minus(warn) });
    let told = worked.copied().or(answers.last()).map(|answer| Proof::Event(answer.proof));
    Some(Complaint { reason, severity, since, observed, explanation, proofs: told.into_iter().collect(), doubted: worked.is_some() })
}

fn requests(count: usize) -> String {
    if count == 1 { "one request".to_owned() } else { format!("{count} requests") }
}

/// The target's answers in order: the endpoint's own, and where there are none those that the provider's log tells.
fn answers(context: &Context<'_>) -> Vec<Answer> {
    let exchanges = &context.directory.exchanges;
    if !exchanges.is_empty() {
        let answer = |exchange: &crate::state::ConnectorExchange| Answer {
            at: exchange.at,
            success: exchange.success,
            refused: exchange.status == Some(401),
            proof: exchange.proof,
        };
        return exchanges.iter().map(answer).collect();
    }
    let attempts = context.directory.persons.iter().flat_map(|person| &person.attempts);
    let attempts = attempts.chain(context.directory.group_attempts.values().flatten());
    let told = |attempt: &&Attempt| attempt.side == Side::Provider && (attempt.success() || attempt.failed());
    let answer = |attempt: &Attempt| Answer {
        at: attempt.at,
        success: attempt.success(),
        refused: attempt.failure.as_ref().is_some_and(cause::is_unauthorized) && attempt.failed(),
        proof: attempt.proof,
    };
    let mut answers: Vec<Answer> = attempts.filter(told).map(answer).collect();
    answers.sort_by_key(|answer| (answer.at, answer.proof));
    answers
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(statuses: &[u16]) -> Option<String> {
        let answer = |status: &u16| Answer { at: Timestamp::from_micros(0), success: *status < 300, refused: *status == 401, proof: 0 };
        rejected(&statuses.iter().map(answer).collect::<Vec<_>>()).map(|complaint| complaint.observed)
    }

    #[test]
    fn three_refusals_in_a_row_and_no_success_since() {
        assert_eq!(count(&[200, 401, 401, 401]).as_deref(), Some("3 answers 401 and no success since"));
        assert!(count(&[401, 401, 401, 503]).is_some());
        for statuses in [&[401, 401][..], &[401, 401, 401, 200], &[401, 401, 503, 401], &[503, 503, 503], &[]] {
            assert_eq!(count(statuses), None, "{statuses:?}");
        }
    }
}
