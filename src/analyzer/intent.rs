//! Intent: whether what an operation was to reach is still wanted, or was reached by hand (CONTRACT section 4).
//!
//! A later success of another operation says nothing of that; [`super::unrepaired`] judges what repairs what.

use super::Context;
use crate::model::event::Operation;
use crate::model::time::Timestamp;
use crate::state::{Access, Person};

/// Whether what a person's operation was to reach is no longer wanted, or was reached by hand.
pub(super) fn is_pointless(context: &Context<'_>, person: &Person, operation: Operation, failed_at: Timestamp) -> bool {
    let lapses = person.lapses();
    let accounts: Vec<_> = context.directory.target_accounts(person).collect();
    let gone = |after: Option<Timestamp>| {
        !accounts.is_empty()
            && accounts.iter().all(|account| {
                let last = account.access.last().filter(|step| step.value == Access::Inactive);
                last.is_some_and(|step| after.is_none_or(|after| step.at >= after))
            })
    };
    match operation {
        Operation::Disable | Operation::Delete => {
            let entitled_again = lapses.iter().filter_map(|lapse| lapse.ended).any(|ended| ended > failed_at);
            person.entitled() == Some(true) || entitled_again || gone(None)
        }
        Operation::Create | Operation::Verify => person.entitled() == Some(false) || lapses.iter().any(|lapse| lapse.at > failed_at),
        Operation::Update | Operation::Enable => {
            person.entitled() == Some(false) || lapses.iter().any(|lapse| lapse.at > failed_at) || gone(Some(failed_at))
        }
        Operation::GroupPush => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::scene::{Scene, hour};
    use super::*;
    use crate::model::event::{Change, Lifecycle, Membership, Outcome};

    use Lifecycle::{Activated, Deactivated, Deleted, Suspended, Unsuspended};
    use Operation::{Create, Delete, Disable, Enable, GroupPush, Update, Verify};

    /// What a scene is told beyond its beginning.
    type Add = for<'s> fn(&'s mut Scene) -> &'s mut Scene;

    /// When the operations failed.
    const FAILED: i64 = 100;

    /// Person `1`, entitled from the start, with an account or without, and person `2` likewise; then what is added.
    fn scene(with_account: bool, add: Add) -> Scene {
        let mut scene = Scene::new("");
        if with_account {
            scene.accounts(0, &[("1", true), ("2", true)]);
        } else {
            scene.entitled("1", 0).entitled("2", 0);
        }
        add(&mut scene);
        scene
    }

    fn pointless(scene: &Scene, operation: Operation) -> bool {
        scene.with(|context| {
            let person = context.directory.persons.iter().find(|person| person.id == "1").expect("the person");
            is_pointless(context, person, operation, hour(FAILED))
        })
    }

    #[test]
    fn taking_away_is_pointless_once_entitled_again_or_gone() {
        let ended: [(&str, Add); 6] = [
            ("activated again", |scene| scene.lifecycle(90, "1", Deactivated).lifecycle(110, "1", Activated)),
            ("unsuspended", |scene| scene.lifecycle(90, "1", Suspended).lifecycle(110, "1", Unsuspended)),
            ("assigned again", |scene| scene.assignment(90, "1", Change::Removed).assignment(110, "1", Change::Added)),
            ("entitled for a while", |scene| {
                scene.lifecycle(90, "1", Deactivated).lifecycle(110, "1", Activated).lifecycle(120, "1", Deactivated)
            }),
            ("removed by hand", |scene| scene.lifecycle(90, "1", Deactivated).audited(110, "1", Membership::Removed)),
            ("removed before", |scene| scene.audited(80, "1", Membership::Removed).lifecycle(90, "1", Deactivated)),
        ];
        for (what, add) in ended {
            let scene = scene(true, add);
            assert!(pointless(&scene, Disable) && pointless(&scene, Delete), "{what}");
        }
    }

    #[test]
    fn taking_away_is_wanted_as_long_as_the_account_is_there_and_nobody_is_entitled() {
        let wanted: [(&str, Add); 6] = [
            ("nothing since", |scene| scene.lifecycle(90, "1", Deactivated)),
            ("deleted since", |scene| scene.lifecycle(90, "1", Deactivated).lifecycle(110, "1", Deleted)),
            ("entitled again before it failed", |scene| {
                scene.lifecycle(70, "1", Deactivated).lifecycle(80, "1", Activated).lifecycle(90, "1", Deactivated)
            }),
            ("somebody else is entitled again", |scene| {
                scene.lifecycle(90, "1", Deactivated).lifecycle(90, "2", Deactivated).lifecycle(110, "2", Activated)
            }),
            ("removed and back", |scene| {
                scene.lifecycle(90, "1", Deactivated).audited(110, "1", Membership::Removed).audited(120, "1", Membership::Added)
            }),
            ("assigned again, but not active", |scene| {
                scene.lifecycle(90, "1", Deactivated).assignment(95, "1", Change::Removed).assignment(110, "1", Change::Added)
            }),
        ];
        for (what, add) in wanted {
            let scene = scene(true, add);
            assert!(!pointless(&scene, Disable) && !pointless(&scene, Delete), "{what}");
        }
        let unknown = scene(false, |scene| scene.lifecycle(90, "1", Deactivated));
        assert!(!pointless(&unknown, Disable), "nothing tells that the account is gone");
        // `1` is linked to the second account by address.
        let second = scene(true, |scene| scene.members(0, &["1"]).lifecycle(90, "1", Deactivated).audited(110, "1", Membership::Removed));
        assert!(!pointless(&second, Disable), "the other account is still there");
    }

    #[test]
    fn giving_is_pointless_once_the_person_is_not_entitled_or_was_not_for_a_while() {
        let ended: [(&str, Add); 6] = [
            ("unassigned", |scene| scene.assignment(110, "1", Change::Removed)),
            ("deactivated", |scene| scene.lifecycle(110, "1", Deactivated)),
            ("suspended", |scene| scene.lifecycle(110, "1", Suspended)),
            ("deleted", |scene| scene.lifecycle(110, "1", Deleted)),
            ("not entitled before", |scene| scene.lifecycle(90, "1", Deactivated)),
            ("gone and back", |scene| scene.assignment(110, "1", Change::Removed).assignment(120, "1", Change::Added)),
        ];
        for (what, add) in ended {
            let (with, without) = (scene(true, add), scene(false, add));
            for operation in [Create, Verify, Update, Enable] {
                assert!(pointless(&with, operation) && pointless(&without, operation), "{what}: {operation:?}");
            }
        }
    }

    #[test]
    fn giving_is_wanted_as_long_as_the_person_is_entitled() {
        let wanted: [(&str, Add); 4] = [
            ("nothing since", |scene| scene),
            ("gone and back before it failed", |scene| scene.lifecycle(80, "1", Suspended).lifecycle(90, "1", Unsuspended)),
            ("somebody else is gone", |scene| scene.lifecycle(110, "2", Deactivated)),
            ("another operation worked", |scene| scene.attempt(110, "1", Disable, Outcome::Success)),
        ];
        for (what, add) in wanted {
            let scene = scene(false, add);
            for operation in [Create, Verify, Update, Enable] {
                assert!(!pointless(&scene, operation), "{what}: {operation:?}");
            }
        }
        let mut unknown = Scene::new("");
        unknown.lifecycle(50, "1", Activated);
        assert!(!pointless(&unknown, Create), "nothing tells whether the person is assigned");
    }

    #[test]
    fn an_account_that_was_removed_by_hand_needs_no_update() {
        let removed = |at: i64| {
            let mut scene = scene(true, |scene| scene);
            scene.audited(at, "1", Membership::Removed);
            scene
        };
        for operation in [Update, Enable] {
            assert!(pointless(&removed(110), operation) && pointless(&removed(FAILED), operation), "{operation:?}");
            assert!(!pointless(&removed(90), operation), "{operation:?}: it was gone before, and should be there");
        }
        assert!(!pointless(&removed(110), Create) && !pointless(&removed(110), Verify), "it should still be made");
        let back = scene(true, |scene| scene.audited(110, "1", Membership::Removed).audited(120, "1", Membership::Added));
        assert!(!pointless(&back, Update), "it came back");
    }

    #[test]
    fn the_push_of_a_group_is_nobodys_alone() {
        assert!(!pointless(&scene(true, |scene| scene.lifecycle(110, "1", Deleted)), GroupPush));
    }
}
