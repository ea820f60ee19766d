//! Properties of all rules together, over scenes made at random: what comes after the as-of time changes nothing, and one more
//! leaver changes what is said of the leaver alone.

use proptest::prelude::*;

use super::run;
use super::scene::{AS_OF, Scene};
use crate::model::event::{Change, Lifecycle, Membership, Operation, Outcome};

const PEOPLE: [&str; 5] = ["0", "1", "2", "3", "4"];

const CONFIG: &str = "default_role = \"read\"\nscim_actors = [\"acme-scim\"]\n[roles]\nwriters = \"write\"\n\
                      [resource_groups.lab]\nreaders = \"read\"\n";

/// Something that happens to somebody.
#[derive(Clone, Copy, Debug)]
enum Happening {
    Life(Lifecycle),
    Assigned(Change),
    Attempted(Operation, Outcome),
    Requested(Operation, Outcome),
    Changed(Membership),
    Refused(&'static str),
}

/// What happens to whom, at which hour.
type Story = Vec<(i64, usize, Happening)>;

fn happening() -> impl Strategy<Value = Happening> {
    let step = prop::sample::select(vec![
        Lifecycle::Activated,
        Lifecycle::Deactivated,
        Lifecycle::Suspended,
        Lifecycle::Unsuspended,
        Lifecycle::Deleted,
    ]);
    let operation = || {
        prop::sample::select(vec![
            Operation::Create,
            Operation::Update,
            Operation::Enable,
            Operation::Disable,
            Operation::Delete,
            Operation::Verify,
        ])
    };
    let outcome = || prop::sample::select(vec![Outcome::Success, Outcome::Failure, Outcome::Deferred]);
    let membership =
        prop::sample::select(vec![Membership::Added, Membership::Removed, Membership::Invited, Membership::Joined, Membership::Left]);
    // No cause here is an outage's: that would be five people's, not one's.
    let cause = prop::sample::select(vec!["name.familyName is empty", "userName is not valid", "LicenseLimitExceeded", "Conflict"]);
    prop_oneof![
        step.prop_map(Happening::Life),
        prop::sample::select(vec![Change::Added, Change::Removed]).prop_map(Happening::Assigned),
        (operation(), outcome()).prop_map(|(operation, outcome)| Happening::Attempted(operation, outcome)),
        (operation(), outcome()).prop_map(|(operation, outcome)| Happening::Requested(operation, outcome)),
        membership.prop_map(Happening::Changed),
        cause.prop_map(Happening::Refused),
    ]
}

fn story(hours: std::ops::Range<i64>) -> impl Strategy<Value = Story> {
    prop::collection::vec((hours, 0..PEOPLE.len(), happening()), 0..40)
}

/// Five people, some of them with an account, in groups; then the story.
fn scene(config: &str, accounts: &[bool], story: &Story) -> Scene {
    let mut scene = Scene::new(&format!("{config}{CONFIG}"));
    let people: Vec<_> = PEOPLE.into_iter().zip(accounts.iter().copied()).collect();
    scene.accounts(1, &people).idp_group(1, "writers", &["0", "1"]).idp_group(1, "readers", &["1", "2", "3"]);
    scene.scim_group(1, "readers", &["id-1", "id-2", "id-4"]).resource_group(1, "lab", false, &[("1", "read"), ("4", "admin")]);
    for &(at, person, happening) in story {
        let person = PEOPLE[person];
        match happening {
            Happening::Life(step) => scene.lifecycle(at, person, step),
            Happening::Assigned(change) => scene.assignment(at, person, change),
            Happening::Attempted(operation, outcome) => scene.attempt(at, person, operation, outcome),
            Happening::Requested(operation, outcome) => scene.request(at, person, operation, outcome),
            Happening::Changed(step) => scene.audited(at, person, step),
            Happening::Refused(why) => scene.refused(at, person, Operation::Update, "400", why),
        };
    }
    scene
}

/// Whom each finding is about, and the finding in full but for its records, whose numbers move when there is one more.
fn found(scene: &Scene) -> Vec<(String, String)> {
    let told = |finding: crate::model::finding::Finding| {
        let account = finding.subject.account.trim_start_matches("name-").trim_start_matches("id-").to_owned();
        let whom = if finding.subject.person.is_empty() { account } else { finding.subject.person.clone() };
        let said = [finding.rule, finding.reason, finding.severity.word(), finding.confidence.word()].join(" ");
        (
            whom,
            format!("{said} {:?} {} {} {:?} {}", finding.subject, finding.expected, finding.observed, finding.since, finding.explanation),
        )
    };
    let mut found: Vec<_> = scene.with(run).into_iter().map(told).collect();
    found.sort();
    found
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_comes_later_changes_nothing(
        managed in any::<bool>(), accounts in any::<[bool; 5]>(), before in story(2..AS_OF + 1), after in story(AS_OF + 1..AS_OF + 500),
    ) {
        let config = if managed { "" } else { "sso = \"basic\"\n" };
        let mut all = before.clone();
        all.extend(after);
        prop_assert_eq!(found(&scene(config, &accounts, &before)), found(&scene(config, &accounts, &all)));
    }

    #[test]
    fn one_more_leaver_changes_what_is_said_of_the_leaver_alone(
        managed in any::<bool>(), accounts in any::<[bool; 5]>(), story in story(2..AS_OF + 1), at in 2..AS_OF, who in 0..PEOPLE.len(),
    ) {
        let config = if managed { "" } else { "sso = \"basic\"\n" };
        let mut with = story.clone();
        with.push((at, who, Happening::Life(Lifecycle::Deactivated)));
        let (without, with) = (found(&scene(config, &accounts, &story)), found(&scene(config, &accounts, &with)));
        let changed = without.iter().filter(|row| !with.contains(row)).chain(with.iter().filter(|row| !without.contains(row)));
        for (whom, said) in changed {
            prop_assert_eq!(whom, PEOPLE[who], "{}", said);
        }
    }
}
