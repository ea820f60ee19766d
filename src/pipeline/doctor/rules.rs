//! What the rules need and do not have.

use std::collections::{BTreeMap, BTreeSet};

use super::inputs::Found;
use super::sources::Read;
use crate::analyzer::{self, Reach};
use crate::model::check_up::{Area, Check, Level};
use crate::pipeline::Setup;
use crate::source;

/// What is on disk counts as read: the next run reads it.
pub(super) fn look(setup: &Setup, read: &Read, on_disk: &Found, checks: &mut Vec<Check>) {
    let mut known: BTreeSet<String> = on_disk.sources.iter().map(|id| (*id).to_owned()).collect();
    known.extend(read.coverage().into_iter().filter(|row| row.verdict != "missing").map(|row| row.source));
    let context = read.context();
    let asked = |rule: &&analyzer::Analyzer| (rule.reach)(&context) != Reach::Nothing;
    let mut missing: BTreeMap<Vec<&str>, Vec<&str>> = BTreeMap::new();
    let mut evaluated = 0_usize;
    for rule in analyzer::ALL.iter().filter(asked) {
        let unmet: Vec<_> = rule.rests_on.iter().filter(|group| !group.iter().any(|id| known.contains(*id))).collect();
        evaluated += usize::from(unmet.is_empty());
        for group in unmet {
            missing.entry(own(setup, group)).or_default().push(rule.id);
        }
    }
    checks.push(Check::ok(Area::Rules, "evaluated", format!("{evaluated} of {} rules have what they need", analyzer::ALL.len())));
    for (sources, rules) in missing {
        let are = if rules.len() == 1 { "is" } else { "are" };
        let says = format!("none was read, so {} {are} not evaluated", rules.join(", "));
        let next = "export one and name it in an [[input]]; `scimdrift sources` says where to get it".to_owned();
        checks.push(Check::new(Area::Rules, Level::Warning, sources.join(" or "), says, next));
    }
    for (rule, why) in read.in_part() {
        let next = format!("`scimdrift explain {rule}` says what it needs");
        checks.push(Check::new(Area::Rules, Level::Warning, *rule, format!("judged a part only at the last run: {why}"), next));
    }
    let idle: Vec<&str> = analyzer::ALL.iter().filter(|rule| !asked(rule)).map(|rule| rule.id).collect();
    // Before anything was read, nobody knows what the inputs ask for.
    if let Some(first) = idle.first().filter(|_| !read.is_empty()) {
        let says = format!("neither config nor inputs ask anything of {}", idle.join(", "));
        checks.push(Check::new(
            Area::Rules,
            Level::Note,
            "not asked",
            says,
            format!("`scimdrift explain {first}`, and so on, says what each needs"),
        ));
    }
}

/// The sources of the group that this identity provider can give; all where it gives none.
fn own<'a>(setup: &Setup, group: &[&'a str]) -> Vec<&'a str> {
    let other = match setup.policy.idp.provider {
        crate::policy::Provider::Okta => "entra",
        crate::policy::Provider::Entra => "okta",
    };
    let is_own = |id: &&str| source::find(id).is_some_and(|source| source.system(&setup.policy.target.provider) != other);
    let own: Vec<&str> = group.iter().copied().filter(|id| is_own(id)).collect();
    if own.is_empty() { group.to_vec() } else { own }
}
