//! `held-deprovisioning`: an account is still active because the provisioning job holds its removal back.

use super::context::{AboutAccount as _, access_in_words, subject};
use super::{ACCOUNTS, Analyzer, Context, Judge, PEOPLE, Reach, Reason, cis, hipaa, iso, nist, pci, soc2};
use crate::model::event::{Operation, Outcome};
use crate::model::finding::{Finding, Proof, Severity};
use crate::policy::Provider;
use crate::state::{Account, Attempt, Lapse, Person, SettingChange, Slice};

/// The card.
pub(super) const ANALYZER: Analyzer = Analyzer {
    id: "held-deprovisioning",
    title: "Removal that the provisioning job holds back",
    doc: include_str!("../../docs/rules/held-deprovisioning.md"),
    reasons: &[Reason { id: "staged", severity: Severity::Critical }, Reason { id: "quarantined", severity: Severity::Critical }],
    controls: &[
        soc2("CC6.2"),
        soc2("CC7.2"),
        iso("A.5.18"),
        nist("AC-2(3)"),
        nist("PS-4"),
        cis("6.2"),
        pci("8.2.5"),
        hipaa("308(a)(3)(ii)(C)"),
    ],
    rests_on: &[PEOPLE, ACCOUNTS, &["entra-provisioning", "entra-audit"]],
    // Okta neither stages nor quarantines.
    witnesses: &["entra-provisioning"],
    reach: |context| if context.policy.idp.provider == Provider::Entra { Reach::Everything } else { Reach::Nothing },
    population: |context| {
        let left = context.active_humans().filter(|account| {
            context.directory.is_target(account) && context.directory.owner(account).and_then(Person::entitled) == Some(false)
        });
        (left.count() as u64, "active accounts of people who are no longer entitled")
    },
    judge: Judge::EachSlice(judge),
};

fn judge(context: &Context<'_>, slice: &Slice, findings: &mut Vec<Finding>) {
    let Some(owner) = slice.person.and_then(|index| context.directory.persons.get(index)) else { return };
    if owner.entitled() != Some(false) {
        return;
    }
    let open = owner.lapses().pop().filter(|lapse| lapse.ended.is_none() && context.beyond_grace(lapse.at));
    let Some(lapse) = open else { return };
    let accounts = slice.accounts.iter().filter_map(|index| context.directory.accounts.get(*index));
    for account in accounts.filter(|account| context.directory.is_target(account) && account.is_active() && account.class.needs_owner()) {
        let quarantine = quarantine(context).filter(|quarantine| lapse.later_than.unwrap_or(lapse.at) >= quarantine.at);
        if let Some(attempt) = staged(owner, &lapse) {
            let mut finding = held_as_staged(context, account, owner, &lapse, attempt);
            if let Some(quarantine) = quarantine {
                finding.observed.push_str("; also quarantined");
                finding = finding.resting_on([Proof::Event(quarantine.proof)]);
            }
            findings.push(finding);
        } else if let Some(quarantine) = quarantine {
            findings.push(held_by_quarantine(context, account, owner, &lapse, quarantine));
        }
    }
}

/// The disable of this lapse, as long as it is held back: nothing was tried since.
fn staged<'a>(owner: &'a Person, lapse: &Lapse) -> Option<&'a Attempt> {
    let from = lapse.later_than.unwrap_or(lapse.at);
    let takes = |attempt: &&Attempt| matches!(attempt.operation, Operation::Disable | Operation::Delete) && attempt.at >= from;
    let told = |attempt: &&Attempt| matches!(attempt.outcome, Outcome::Success | Outcome::Failure | Outcome::Deferred);
    owner.attempts.iter().filter(takes).rfind(told).filter(|attempt| attempt.outcome == Outcome::Deferred)
}

/// The quarantine that has not ended, by the record that begins it.
#[must_use]
pub fn quarantine<'a>(context: &Context<'a>) -> Option<&'a SettingChange> {
    context.directory.settings.iter().fold(None, |open, change| match turn(&change.setting) {
        Some(Turn::Begins) => open.or(Some(change)),
        Some(Turn::Ends) => None,
        None => open,
    })
}

/// What a change of a setting says of the job's quarantine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
    Begins,
    Ends,
}

/// Texts that end a quarantine, in lower case. A restart clears it (Microsoft: "Application provisioning in quarantine status").
const ENDS: &[&str] = &[
    "released from quarantine",
    "left quarantine",
    "removed from quarantine",
    "out of quarantine",
    "no longer in quarantine",
    "not in quarantine",
    "exited quarantine",
    "quarantine ended",
    "quarantine cleared",
    "quarantine was cleared",
    "quarantine lifted",
    "restart provisioning configuration",
];

/// Texts that begin one, in lower case.
const BEGINS: &[&str] =
    &["quarantined", "in quarantine", "into quarantine", "entered quarantine", "under quarantine", "encounteredquarantineexception"];

fn turn(setting: &str) -> Option<Turn> {
    let setting = setting.to_lowercase();
    let says = |texts: &[&str]| texts.iter().any(|text| setting.contains(text));
    if says(ENDS) {
        Some(Turn::Ends)
    } else if setting.starts_with("quarantine") || says(BEGINS) {
        Some(Turn::Begins)
    } else {
        None
    }
}

/// A finding with what both reasons share.
fn held(reason: &'static str, account: &Account, owner: &Person, lapse: &Lapse, proof: u32) -> Finding {
    let subject = subject(account, Some(owner));
    let mut finding = Finding::new(ANALYZER.id, reason, Severity::Critical, subject, &[account.id()], Proof::Event(proof));
    finding.expected = "no access".to_owned();
    finding.observed = access_in_words(account);
    finding.since = lapse.exactly();
    finding.through_link(account).resting_on([Proof::Event(lapse.proof), Proof::Event(account.proof())])
}

fn held_as_staged(context: &Context<'_>, account: &Account, owner: &Person, lapse: &Lapse, attempt: &Attempt) -> Finding {
    let as_far = context.as_far_as_told(account, Some(lapse.at));
    let mut finding = held("staged", account, owner, lapse, attempt.proof);
    finding.explanation = format!(
        "{} stopped being entitled {}; {} staged the disable on {} UTC and has not released it, so {as_far}the account is still active.",
        owner.label(),
        lapse.when(),
        context.policy.idp.provider.name(),
        attempt.at.minute()
    );
    finding.remediation =
        "Review the staged removals in the provisioning job and allow them; if that takes longer, remove the member by hand.".to_owned();
    finding
}

fn held_by_quarantine(context: &Context<'_>, account: &Account, owner: &Person, lapse: &Lapse, quarantine: &SettingChange) -> Finding {
    let as_far = context.as_far_as_told(account, Some(lapse.at));
    let mut finding = held("quarantined", account, owner, lapse, quarantine.proof);
    finding.explanation = format!(
        "{} stopped being entitled {}, while the provisioning job of {} was in quarantine since {} UTC; it still is, and {as_far}the account is active.",
        owner.label(),
        lapse.when(),
        context.policy.idp.provider.name(),
        quarantine.at.minute()
    );
    finding.remediation = "Remove the member by hand now. Then mend what put the job into quarantine and restart provisioning.".to_owned();
    finding
}

#[cfg(test)]
mod tests {
    use super::super::scene::{AS_OF, Scene};
    use super::*;
    use crate::model::event::{Activity, Lifecycle, NamedRef, PersonRef};

    /// Robin left at an hour, and the account is still there.
    fn left(at: i64) -> Scene {
        let mut scene = Scene::new("");
        let person = PersonRef { id: Some("robin".to_owned()), ..PersonRef::default() };
        scene.entitled("robin", 1).members(AS_OF - 2, &["robin"]);
        scene.event(at, Outcome::Success, Activity::Lifecycle { person, step: Lifecycle::Deactivated });
        scene
    }

    fn set(scene: &mut Scene, at: i64, outcome: Outcome, setting: &str) {
        scene.event(at, outcome, Activity::Setting { subject: NamedRef::default(), setting: setting.to_owned() });
    }

    fn reasons(scene: &Scene) -> Vec<&'static str> {
        scene.reasons(ANALYZER.id).into_iter().map(|(reason, _)| reason).collect()
    }

    #[test]
    fn a_staged_disable_is_held_until_something_else_is_tried() {
        let mut scene = left(50);
        scene.attempt(40, "robin", Operation::Disable, Outcome::Deferred);
        assert_eq!(reasons(&scene), [""; 0], "it belongs to no lapse");
        scene.attempt(51, "robin", Operation::Disable, Outcome::Deferred);
        assert_eq!(reasons(&scene), ["staged"]);
        scene.attempt(60, "robin", Operation::Disable, Outcome::Failure);
        assert_eq!(reasons(&scene), [""; 0], "it was released and failed");
    }

    #[test]
    fn records_of_the_target_that_end_before_the_lapse_are_told() {
        let explanation = |listed: i64| {
            let mut scene = Scene::new("");
            scene.entitled("robin", 1).members(listed, &["robin"]).lifecycle(50, "robin", Lifecycle::Deactivated);
            scene.attempt(51, "robin", Operation::Disable, Outcome::Deferred);
            scene.findings(ANALYZER.id).pop().expect("it is held").explanation
        };
        assert!(explanation(40).contains("by the records of huggingface up to"));
        assert!(!explanation(60).contains("by the records"));
    }

    #[test]
    fn a_quarantine_holds_what_lapsed_in_it_until_it_ends() {
        let mut scene = left(50);
        set(&mut scene, 60, Outcome::Success, "Quarantine: The job was quarantined");
        assert_eq!(reasons(&scene), [""; 0], "the lapse had its chance");
        set(&mut scene, 40, Outcome::Failure, "Quarantine: The job was quarantined");
        assert_eq!(reasons(&scene), ["quarantined"]);
        set(&mut scene, 70, Outcome::Success, "Quarantine: Released from quarantine");
        assert_eq!(reasons(&scene), [""; 0]);
    }

    #[test]
    fn a_setting_that_only_names_the_word_is_no_quarantine() {
        let turns = [
            ("Quarantine: The job was quarantined; Status: Quarantined", Some(Turn::Begins)),
            ("Quarantine", Some(Turn::Begins)),
            ("Other: The job is in quarantine", Some(Turn::Begins)),
            ("Quarantine: Released from quarantine", Some(Turn::Ends)),
            ("Other: The job left quarantine", Some(Turn::Ends)),
            ("Enable/restart provisioning configuration", Some(Turn::Ends)),
            ("Update provisioning setting or credentials: QuarantineNotification: on", None),
        ];
        for (setting, expected) in turns {
            assert_eq!(turn(setting), expected, "{setting}");
        }
    }

    #[test]
    fn a_provider_that_holds_nothing_back_leaves_nothing_to_judge() {
        left(100).with(|context| {
            assert_eq!((ANALYZER.reach)(context), Reach::Everything);
            let mut policy = context.policy.clone();
            policy.idp.provider = Provider::Okta;
            assert_eq!((ANALYZER.reach)(&Context { policy: &policy, ..*context }), Reach::Nothing);
        });
    }
}
