//! `clock-skew`: two systems' clocks differ by so much that what happened first cannot be told.

use super::{Analyzer, Context, Judge, Reach, Reason, cis, iso, nist, pci, soc2};
use crate::model::finding::{Finding, Proof, Severity, Subject};
use crate::model::time::Span;
use crate::policy::Provider;
use crate::state::Skew;

/// The card.
pub(super) const ANALYZER: Analyzer = Analyzer {
    id: "clock-skew",
    title: "Clocks of two systems that differ",
    doc: include_str!("../../docs/rules/clock-skew.md"),
    reasons: &[Reason { id: "", severity: Severity::Low }],
    controls: &[soc2("CC2.1"), iso("A.8.17"), nist("AU-8"), cis("8.4"), pci("10.6")],
    rests_on: &[&["okta-system-log", "entra-provisioning"], &["scim-requests", "huggingface-audit-log"]],
    witnesses: &[],
    reach,
    population: |context| {
        let skews = &context.directory.skews;
        ([&skews.endpoint, &skews.audit_log].into_iter().flatten().count() as u64, "pairs of logs that tell of the same attempts")
    },
    judge: Judge::Once(judge),
};

fn reach(context: &Context<'_>) -> Reach {
    let skews = &context.directory.skews;
    let read = |sources: &&[&str]| context.logs.iter().any(|log| sources.contains(&log.source.as_str()));
    if [&skews.endpoint, &skews.audit_log].into_iter().flatten().any(Skew::is_sure) || !ANALYZER.rests_on.iter().all(read) {
        return Reach::Everything;
    }
    Reach::Part("too few attempts are told by two logs to compare their clocks".to_owned())
}

fn judge(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let provider = match context.policy.idp.provider {
        Provider::Okta => "okta-system-log",
        Provider::Entra => "entra-provisioning",
    };
    let endpoint = context.directory.skews.endpoint.as_ref().filter(|skew| skew.is_fault());
    let audit_log = context.directory.skews.audit_log.as_ref().filter(|skew| skew.is_fault());
    if let (Some(endpoint), Some(audit_log)) = (endpoint, audit_log)
        && endpoint.median.micros().abs_diff(audit_log.median.micros()) <= Skew::TOLERATED.micros().unsigned_abs()
    {
        // Both of the target's logs agree with each other: the odd one is the provider's.
        let opposite = Skew { median: Span::from_micros(endpoint.median.micros().saturating_neg()), ..endpoint.clone() };
        findings.push(finding(context.policy.idp.provider.word(), provider, "scim-requests and huggingface-audit-log", &opposite));
        return;
    }
    let target = &context.directory.target;
    findings.extend(endpoint.map(|skew| finding(target, "scim-requests", provider, skew)));
    findings.extend(audit_log.map(|skew| finding(target, "huggingface-audit-log", provider, skew)));
}

fn finding(system: &str, source: &str, other: &str, skew: &Skew) -> Finding {
    let subject = Subject { system: system.to_owned(), object: source.to_owned(), ..Subject::default() };
    let (one, another) = skew.example;
    let mut finding = Finding::new(ANALYZER.id, "", Severity::Low, subject, &[source], Proof::Event(one));
    let direction = if skew.median > Span::ZERO { "later" } else { "earlier" };
    let by = skew.size();
    finding.expected = format!("no more than {} apart", Skew::TOLERATED);
    finding.observed = format!("{by} {direction} than {other}");
    finding.explanation = format!(
        "{source} tells of the same attempts {by} {direction} than {other}: the median over {} attempts that both tell of.",
        skew.pairs
    );
    finding.remediation =
        "Set the clock of the system that is wrong by a time server, and check that its export writes the right time zone.".to_owned();
    finding.resting_on([Proof::Event(another)])
}

#[cfg(test)]
mod tests {
    use super::super::scene::{Scene, hour};
    use super::*;
    use crate::model::event::{Membership, Operation, Outcome};

    const FIVE_MINUTES: i64 = 300_000_000;

    fn scene() -> Scene {
        let mut scene = Scene::new("scim_actors = [\"acme-scim\"]");
        scene.accounts(0, &[("1", true)]);
        scene
    }

    /// So many attempts, each told by the provider and, by so many microseconds later, by the endpoint.
    fn requests(scene: &mut Scene, pairs: i64, later: i64) {
        for at in 1..=pairs {
            scene.attempt(at, "1", Operation::Update, Outcome::Success);
            scene.request_at(hour(at).plus(Span::from_micros(later)), "1", Operation::Update, Outcome::Success);
        }
    }

    /// The same, told by the provider and the audit log.
    fn audited(scene: &mut Scene, pairs: i64, later: i64) {
        for at in 101..=100 + pairs {
            scene.attempt(at, "1", Operation::Enable, Outcome::Success);
            scene.audited_at(hour(at).plus(Span::from_micros(later)), "1", Membership::Added);
        }
    }

    /// Source and observation of each finding.
    fn found(scene: &Scene) -> Vec<(String, String)> {
        scene.findings(ANALYZER.id).into_iter().map(|finding| (finding.subject.object, finding.observed)).collect()
    }

    #[test]
    fn twenty_pairs_and_more_than_five_minutes() {
        for source in ["scim-requests", "huggingface-audit-log"] {
            let tell = if source == "scim-requests" { requests } else { audited };
            for (pairs, later, expected) in [
                (20, FIVE_MINUTES + 1, Some("5 min later than entra-provisioning")),
                (20, -FIVE_MINUTES - 1, Some("5 min earlier than entra-provisioning")),
                (20, FIVE_MINUTES, None),
                (20, -FIVE_MINUTES, None),
                (19, FIVE_MINUTES + 1, None),
                (19, 12 * FIVE_MINUTES, None),
                (21, 12 * FIVE_MINUTES, Some("1 h later than entra-provisioning")),
                (20, 26 * 12 * FIVE_MINUTES, Some("26 h later than entra-provisioning")),
                (20, 26 * 12 * FIVE_MINUTES + 1, None),
            ] {
                let mut scene = scene();
                tell(&mut scene, pairs, later);
                let expected: Vec<_> = expected.into_iter().map(|observed| (source.to_owned(), observed.to_owned())).collect();
                assert_eq!(found(&scene), expected, "{source}: {pairs} pairs, {later} microseconds");
            }
        }
    }

    #[test]
    fn a_few_that_are_far_off_do_not_move_the_median() {
        let mut scene = scene();
        requests(&mut scene, 30, 1_000_000);
        for at in 31..=59 {
            scene.attempt(at, "1", Operation::Update, Outcome::Success);
            scene.request_at(hour(at).plus(Span::from_hours(1)), "1", Operation::Update, Outcome::Success);
        }
        assert_eq!(found(&scene), []);
    }

    #[test]
    fn of_two_logs_each_has_its_own_finding_unless_they_agree() {
        let told = |by_endpoint: i64, by_audit_log: i64| {
            let mut scene = scene();
            requests(&mut scene, 20, by_endpoint);
            audited(&mut scene, 20, by_audit_log);
            found(&scene)
        };
        let pair = |source: &str, observed: &str| (source.to_owned(), observed.to_owned());
        let minutes = FIVE_MINUTES / 5;
        assert_eq!(
            told(10 * minutes, 15 * minutes),
            [pair("entra-provisioning", "10 min earlier than scim-requests and huggingface-audit-log")],
            "the target's logs agree with each other"
        );
        assert_eq!(
            told(10 * minutes, 15 * minutes + 1),
            [
                pair("scim-requests", "10 min later than entra-provisioning"),
                pair("huggingface-audit-log", "15 min later than entra-provisioning")
            ]
        );
        assert_eq!(told(10 * minutes, 0), [pair("scim-requests", "10 min later than entra-provisioning")]);
        assert_eq!(told(0, -10 * minutes), [pair("huggingface-audit-log", "10 min earlier than entra-provisioning")]);
    }

    #[test]
    fn changes_by_others_than_the_connector_tell_nothing_of_its_clock() {
        let mut scene = Scene::new("scim_actors = [\"another-scim\"]");
        scene.accounts(0, &[("1", true)]);
        audited(&mut scene, 20, 2 * FIVE_MINUTES);
        assert_eq!(found(&scene), []);
    }
}
