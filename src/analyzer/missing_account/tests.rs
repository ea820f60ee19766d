//! Tests of `missing-account`.

use super::*;
use crate::analyzer::scene::{AS_OF, Scene};
use crate::model::event::{AccountRef, Activity, Membership};
use crate::model::facts::{AssignmentFacts, Observation, PersonFacts, ScimUser};

fn scene(since: i64) -> Scene {
    let mut scene = Scene::new("");
    scene.entitled("robin", since).members(AS_OF - 2, &["somebody"]);
    scene
}

fn removed_at(scene: &mut Scene, at: i64) {
    let account = AccountRef { name: Some("robin".to_owned()), ..AccountRef::default() };
    scene.event(at, Outcome::Success, Activity::Membership { account, step: Membership::Removed, role: None });
}

fn reasons(scene: &Scene) -> Vec<&'static str> {
    scene.reasons(ANALYZER.id).into_iter().map(|(reason, _)| reason).collect()
}

#[test]
fn the_last_attempt_says_why() {
    let mut scene = scene(10);
    assert_eq!(reasons(&scene), ["never-attempted"]);
    scene.attempt(11, "robin", Operation::Create, Outcome::Failure).attempt(12, "robin", Operation::Update, Outcome::Success);
    assert_eq!(reasons(&scene), ["attempt-failed"]);
    scene.attempt(13, "robin", Operation::Create, Outcome::Success);
    assert_eq!(reasons(&scene), ["removed-in-target"], "a later listing does not have it");
    scene.attempt(AS_OF - 1, "robin", Operation::Create, Outcome::Success);
    assert_eq!(reasons(&scene), [""; 0], "no later listing contradicts it");
}

#[test]
fn a_failure_for_an_earlier_entitlement_explains_nothing() {
    let mut scene = scene(100);
    scene.attempt(50, "robin", Operation::Create, Outcome::Failure);
    assert_eq!(reasons(&scene), ["never-attempted"]);
}

#[test]
fn within_grace_nobody_is_missing() {
    assert_eq!(reasons(&scene(AS_OF - 1)), [""; 0]);
}

#[test]
fn without_a_full_listing_nobody_is_missing() {
    let mut scene = Scene::new("");
    scene.entitled("robin", 10);
    assert_eq!(reasons(&scene), [""; 0]);
    scene.attempt(11, "robin", Operation::Create, Outcome::Failure);
    let found = scene.findings(ANALYZER.id);
    let found: Vec<_> = found.iter().map(|finding| (finding.reason, finding.confidence, finding.severity)).collect();
    assert_eq!(found, [("attempt-failed", Confidence::Low, Severity::Low)], "the log itself says that there is none");
}

#[test]
fn the_endpoint_does_not_know_every_member() {
    let found = |sso: &str, members: bool| {
        let mut scene = Scene::new(&format!("sso = \"{sso}\""));
        scene.entitled("robin", 10).listing(AS_OF - 2, "scim-users", Absence::ScimUser, 1);
        if members {
            scene.members(AS_OF - 2, &["somebody"]);
        }
        let found = scene.findings(ANALYZER.id).pop().expect("robin is missing");
        (found.confidence, found.severity, found.explanation.contains("was not listed"))
    };
    assert_eq!(found("basic", false), (Confidence::Medium, Severity::Low, true));
    assert_eq!(found("basic", true), (Confidence::High, Severity::Medium, false));
    assert_eq!(found("managed", false), (Confidence::Medium, Severity::Low, true), "the first sign-on may have made it");
}

#[test]
fn records_that_end_early_are_told() {
    let explanation = |listed: i64| {
        let mut scene = Scene::new("");
        scene.entitled("robin", 10).members(listed, &["somebody"]);
        scene.findings(ANALYZER.id).pop().expect("robin is missing").explanation
    };
    assert!(explanation(AS_OF - 25).contains("no active account, by the records of huggingface up to"));
    assert!(!explanation(AS_OF - 24).contains("by the records"));
}

#[test]
fn an_account_of_which_nothing_tells_whether_it_is_there_is_not_missing() {
    let mut scene = Scene::new("[[alias]]\nperson = \"robin\"\nsystem = \"huggingface\"\naccount = \"goose\"");
    let user = ScimUser { id: Some("1".to_owned()), active: Some(true), ..ScimUser::default() };
    scene.entitled("robin", 10).row(20, "scim-users", Observation::ScimUser(user));
    scene.listing(20, "scim-users", Absence::ScimUser, 1);
    assert_eq!(reasons(&scene), ["never-attempted"]);
    let account = AccountRef { name: Some("goose".to_owned()), ..AccountRef::default() };
    scene.event(30, Outcome::Success, Activity::Login { account });
    assert_eq!(reasons(&scene), [""; 0]);
    let why = "of one entitled person the account is known, and not whether it is active";
    assert_eq!(scene.with(|context| (ANALYZER.reach)(context)), Reach::Part(why.to_owned()));
}

#[test]
fn what_the_connector_took_away_was_not_removed_in_the_target() {
    let mut scene = Scene::new("");
    scene.entitled("robin", 10).members(20, &["robin", "somebody"]).members(AS_OF - 2, &["somebody"]);
    removed_at(&mut scene, 30);
    assert_eq!(reasons(&scene), ["removed-in-target"]);
    scene.attempt(30, "robin", Operation::Disable, Outcome::Success);
    assert_eq!(reasons(&scene), ["never-attempted"]);
}

/// The scene in which nobody but a log and a listing of members tells of an account.
fn invited(config: &str, at: i64) -> Scene {
    let mut scene = Scene::new(&format!("sso = \"basic\"\n{config}"));
    scene.entitled("robin", 10).attempt(at, "robin", Operation::Create, Outcome::Success).members(AS_OF - 2, &["somebody"]);
    scene
}

#[test]
fn under_basic_single_sign_on_a_creation_is_an_invitation() {
    let found = invited("", 12).findings(ANALYZER.id).pop().expect("the invitation waits for long");
    assert_eq!((found.reason, found.confidence), ("invitation-pending", Confidence::Low));
    assert!(found.explanation.contains("pending invitations were not listed"), "{}", found.explanation);
    assert_eq!(reasons(&invited("", AS_OF - 7 * 24)), [""; 0], "it may wait for that long");
    let mut listed = invited("", 12);
    listed.listing(AS_OF - 2, "scim-users", Absence::ScimUser, 1);
    assert_eq!(reasons(&listed), ["removed-in-target"], "no invitation waits");
}

#[test]
fn an_invitation_from_before_the_logs_may_be_pending() {
    let found = |listed: bool| {
        let mut scene = Scene::new("sso = \"basic\"");
        scene.entitled("robin", 10).members(AS_OF - 2, &["somebody"]);
        if listed {
            scene.listing(AS_OF - 2, "scim-users", Absence::ScimUser, 1);
        }
        let found = scene.findings(ANALYZER.id).pop().expect("robin is missing");
        (found.reason, found.confidence, found.explanation.contains("pending invitations were not listed"))
    };
    assert_eq!(found(false), ("never-attempted", Confidence::Medium, true));
    assert_eq!(found(true), ("never-attempted", Confidence::High, false));
}

#[test]
fn a_failure_between_two_listings_may_be_of_the_present_entitlement() {
    let mut scene = Scene::new("");
    let person = |active| PersonFacts { id: "robin".to_owned(), active: Some(active), ..PersonFacts::default() };
    scene.entitled("robin", 1).person(10, person(false)).person(100, person(true)).members(AS_OF - 2, &["somebody"]);
    let found = scene.findings(ANALYZER.id).pop().expect("robin is missing");
    assert_eq!((found.reason, found.since), ("never-attempted", None));
    assert!(found.explanation.contains("UTC at the latest"), "{}", found.explanation);
    scene.attempt(50, "robin", Operation::Create, Outcome::Failure);
    let found = scene.findings(ANALYZER.id).pop().expect("robin is missing");
    assert_eq!((found.reason, found.since), ("attempt-failed", None));
}

#[test]
fn who_removed_an_account_is_said_only_where_a_log_tells_what_the_connector_did() {
    let found = |source: &str, hours: &[i64]| {
        let mut scene = Scene::new("");
        scene.entitled("robin", 10).members(20, &["robin", "somebody"]).members(AS_OF - 2, &["somebody"]).log(source, hours);
        removed_at(&mut scene, 30);
        let found = scene.findings(ANALYZER.id).pop().expect("robin is missing");
        (found.reason, found.confidence, found.explanation.contains("not by the connector"))
    };
    assert_eq!(found("entra-provisioning", &[0, AS_OF]), ("removed-in-target", Confidence::High, true));
    assert_eq!(found("entra-audit", &[0, AS_OF]), ("removed-in-target", Confidence::Medium, false));
    assert_eq!(found("entra-provisioning", &[40, AS_OF]), ("removed-in-target", Confidence::Medium, false), "it begins later");
}

#[test]
fn an_account_that_the_identity_provider_has_as_made_was_attempted() {
    let mut scene = scene(10);
    let facts = AssignmentFacts { person: "robin".to_owned(), account_id: Some("goose".to_owned()), ..AssignmentFacts::default() };
    scene.row(50, "okta-app-users", Observation::Assignment(facts));
    let found = scene.findings(ANALYZER.id).pop().expect("robin is missing");
    assert_eq!((found.reason, found.confidence), ("removed-in-target", Confidence::Low));
    assert!(found.explanation.contains("has account goose as made"), "{}", found.explanation);
}
