//! `mismatched-resource-role`: the role in a resource group is not the one that the account's SCIM groups give.

use std::collections::{BTreeMap, BTreeSet};

use super::context::subject;
use super::linked_group::{LinkedGroup, ids};
use super::{Analyzer, Context, Judge, Reach, Reason, hipaa, iso, nist, pci, soc2};
use crate::model::finding::{Finding, Proof, Severity};
use crate::model::time::Timestamp;
use crate::policy::Role;
use crate::state::{Account, ChangeStep};

/// The card.
pub(super) const ANALYZER: Analyzer = Analyzer {
    id: "mismatched-resource-role",
    title: "Role in a resource group differs from the SCIM groups",
    doc: include_str!("../../docs/rules/mismatched-resource-role.md"),
    reasons: &[
        Reason { id: "over-privileged", severity: Severity::High },
        Reason { id: "under-privileged", severity: Severity::Low },
        Reason { id: "unexpected-member", severity: Severity::Medium },
    ],
    controls: &[
        soc2("CC6.3"),
        iso("A.5.15"),
        iso("A.5.18"),
        nist("AC-2"),
        nist("AC-6"),
        super::cis("6.8"),
        pci("7.2.2"),
        hipaa("308(a)(4)(ii)(B)"),
    ],
    rests_on: &[&["scim-groups", "scim-requests"], &["huggingface-resource-groups", "huggingface-members", "huggingface-audit-log"]],
    reach,
    population: |context| {
        let configured = context.policy.resource_groups.len() as u64;
        (
            configured * context.active_humans().filter(|account| context.directory.is_target(account)).count() as u64,
            "accounts and resource groups",
        )
    },
    judge: Judge::Once(judge),
};

fn reach(context: &Context<'_>) -> Reach {
    if context.policy.resource_groups.is_empty() {
        return Reach::Nothing;
    }
    let whys = context.policy.resource_groups.iter().filter_map(|(name, mapping)| LinkedGroup::of(context, name, mapping).err());
    whys.take(1).map(Reach::Part).next().unwrap_or(Reach::Everything)
}

fn judge(context: &Context<'_>, findings: &mut Vec<Finding>) {
    if context.policy.resource_groups.is_empty() {
        return;
    }
    let (changed, accounts) = (last_changes(context), Candidates::of(context));
    for (name, mapping) in &context.policy.resource_groups {
        let Ok(linked) = LinkedGroup::of(context, name, mapping) else { continue };
        let judged = accounts.of_group(&linked).into_iter().filter_map(|index| Some((index, context.directory.accounts.get(index)?)));
        findings.extend(
            judged.filter_map(|(index, account)| mismatch(context, &linked, account, changed.get(&(index, name.as_str())).copied())),
        );
    }
}

/// Indexes of the accounts that are judged, by what brings them near a resource group: most are near none.
struct Candidates<'a> {
    by_id: BTreeMap<&'a str, Vec<usize>>,
    by_resource_group: BTreeMap<&'a str, Vec<usize>>,
}

impl<'a> Candidates<'a> {
    fn of(context: &Context<'a>) -> Self {
        let (mut by_id, mut by_resource_group) = (BTreeMap::<_, Vec<usize>>::new(), BTreeMap::<_, Vec<usize>>::new());
        let is_judged = |account: &Account| context.directory.is_target(account) && account.is_active() && account.class.needs_owner();
        for (index, account) in context.directory.accounts.iter().enumerate().filter(|(_, account)| is_judged(account)) {
            ids(account).for_each(|id| by_id.entry(id).or_default().push(index));
            account.resource_groups.keys().for_each(|name| by_resource_group.entry(name.as_str()).or_default().push(index));
        }
        Self { by_id, by_resource_group }
    }

    /// Who is in the resource group, and who is in a SCIM group that gives a role in it. About nobody else is there anything to say.
    fn of_group(&self, linked: &LinkedGroup<'_>) -> BTreeSet<usize> {
        let members = linked.groups.iter().flat_map(|(_, group)| &group.members).filter_map(|member| self.by_id.get(member.as_str()));
        members.chain(self.by_resource_group.get(linked.name)).flatten().copied().collect()
    }
}

/// The last change of every account in every resource group, as the target's audit log tells it.
fn last_changes<'a>(context: &Context<'a>) -> BTreeMap<(usize, &'a str), (Timestamp, u32)> {
    let changes = context.directory.changes.iter();
    let in_groups = changes.filter_map(|change| match &change.step {
        ChangeStep::ResourceGroup(name, _) => Some(((change.account?, name.as_str()), (change.at, change.proof))),
        _ => None,
    });
    in_groups.collect()
}

fn mismatch(context: &Context<'_>, linked: &LinkedGroup<'_>, account: &Account, changed: Option<(Timestamp, u32)>) -> Option<Finding> {
    let held = account.resource_groups.get(linked.name);
    let observed = match held {
        // A member whose role nothing tells can only be compared with nobody.
        Some(None) => None,
        Some(Some(word)) => Some(Role::parse(word)?),
        None => Some(Role::NoAccess),
    };
    let expected = linked.expected(account);
    let listed = context.directory.resource_groups.get(linked.name);
    let (reason, severity) = match (expected, observed) {
        (Some((expected, _)), Some(observed)) if observed > expected => ("over-privileged", Severity::High),
        (Some((expected, _)), Some(observed)) if observed < expected => ("under-privileged", Severity::Low),
        (Some(_), _) | (None, Some(Role::NoAccess)) => return None,
        (None, _) if listed.is_some_and(|listed| listed.auto_join) => return None,
        (None, _) => ("unexpected-member", Severity::Medium),
    };
    let moved = linked.moved(account);
    // What the resource group is known for ends with its last listing, unless a log goes on.
    let followed = context.logs.iter().any(|log| log.source == "huggingface-audit-log");
    let known_until = listed.and_then(|listed| listed.seen).filter(|_| !followed).unwrap_or(context.as_of);
    let unsettled = |at: Timestamp| known_until.since(at) <= context.policy.thresholds.grace;
    if [moved.map(|(at, _)| at), changed.map(|(at, _)| at), account.active_since()].into_iter().flatten().any(unsettled) {
        return None;
    }
    let mut about = subject(account, context.directory.owner(account));
    linked.name.clone_into(&mut about.group);
    let mut finding = Finding::new(ANALYZER.id, reason, severity, about, &[account.id(), linked.name], Proof::Event(account.proof()));
    let holds = match (held, observed) {
        (None, _) => "no membership".to_owned(),
        (Some(_), Some(role)) => format!("role {}", role.word()),
        (Some(_), None) => "a membership".to_owned(),
    };
    finding.expected = expected.map_or_else(|| "no membership".to_owned(), |(role, _)| format!("role {}", role.word()));
    let gives = match expected {
        Some((role, group)) => format!("SCIM group {} gives {} role {} in it", group.name, account.name, role.word()),
        None => format!("no SCIM group that is linked to it has {} as a member", account.name),
    };
    finding.explanation = format!("In resource group {}, {} has {holds}; {gives}.", linked.name, account.name);
    finding.observed = holds;
    finding.since = moved.max(changed).map(|(at, _)| at);
    finding.remediation = match reason {
        "over-privileged" => "Lower the role in the resource group, or move the person to the group that gives the higher one.",
        "under-privileged" => "Check that the SCIM group is still linked to the resource group; link it again, or push its members again.",
        _ => "Remove the account from the resource group, or add the person to a group that is linked to it.",
    }
    .to_owned();
    let proofs = [
        moved.map(|(_, proof)| proof),
        changed.map(|(_, proof)| proof),
        expected.map(|(_, group)| group.proof),
        listed.map(|listed| listed.proof),
    ];
    Some(finding.resting_on(proofs.into_iter().flatten().map(Proof::Event)))
}

#[cfg(test)]
mod tests {
    use super::super::scene::Scene;
    use super::*;

    const MAPPING: &str = "[resource_groups.vision]\nreaders = \"read\"\nwriters = \"write\"\n";

    /// What is found: reason and account.
    fn found(scene: &Scene) -> Vec<(&'static str, String)> {
        let mut findings = Vec::new();
        scene.with(|context| judge(context, &mut findings));
        findings.into_iter().map(|finding| (finding.reason, finding.subject.account)).collect()
    }

    fn scene(auto_join: bool, users: &[(&str, &str)]) -> Scene {
        let mut scene = Scene::new(MAPPING);
        scene.accounts(0, &[("00u1", true), ("00u2", true), ("00u3", true)]);
        scene.scim_group(0, "readers", &["id-00u1", "id-00u2"]).scim_group(0, "writers", &["id-00u2"]);
        scene.resource_group(0, "vision", auto_join, users);
        scene
    }

    #[test]
    fn the_highest_role_of_the_groups_is_expected() {
        assert_eq!(found(&scene(false, &[("00u1", "read"), ("00u2", "write")])), []);
        let over = scene(false, &[("00u1", "admin"), ("00u2", "read"), ("00u3", "read")]);
        let expected = [("over-privileged", "name-00u1"), ("under-privileged", "name-00u2"), ("unexpected-member", "name-00u3")];
        assert_eq!(found(&over), expected.map(|(reason, account)| (reason, account.to_owned())));
        assert_eq!(found(&scene(false, &[("00u1", "read")])), [("under-privileged", "name-00u2".to_owned())]);
    }

    #[test]
    fn nobody_is_unexpected_where_everybody_may_join() {
        assert_eq!(found(&scene(true, &[("00u1", "read"), ("00u2", "write"), ("00u3", "read")])), []);
    }

    #[test]
    fn without_the_members_of_a_group_nothing_is_judged() {
        let mut unknown = Scene::new(MAPPING);
        unknown.accounts(0, &[("00u1", true)]).resource_group(0, "vision", false, &[("00u1", "admin")]);
        assert_eq!(found(&unknown), []);
        unknown.with(|context| assert!(matches!(reach(context), Reach::Part(_))));
    }
}
