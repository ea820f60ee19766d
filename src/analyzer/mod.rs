//! Analyzers: what is not as it should be. Directory and policy in, findings out; one file per rule.
//!
//! An analyzer only finds. Waivers, history and order are applied in one place, in `pipeline`, and confidence lowers
//! severity through the link to the owner. It reads no file and no clock, and does not know how a finding is shown.

mod altered_input;
mod author;
mod cause;
mod clock_skew;
mod configuration_change;
mod connector_outage;
mod context;
mod counterpart;
mod dormant_account;
mod duplicate_identity;
mod expectation;
mod failed_sync;
mod failures;
mod flapping_sync;
mod group_drift;
mod held_deprovisioning;
#[cfg(test)]
mod independence;
mod intent;
mod lapsed_account;
mod late_deprovisioning;
mod linked_group;
mod log_gap;
mod malformed_attribute;
mod mapping;
mod mismatched_resource_role;
mod mismatched_role;
mod missing_account;
mod orphaned_account;
mod out_of_band_change;
mod overscoped_token;
mod rejected_records;
mod remedy;
#[cfg(test)]
pub(crate) mod scene;
mod scim_token;
mod settled;
mod shrunken_listing;
mod stale_input;
mod stale_token;
mod suspect_correlation;
mod target_rule;
mod unprotected_admin;
mod unrepaired;

use rayon::prelude::*;

use crate::model::control::{Control, Framework};
use crate::model::finding::{Finding, Severity};
use crate::state::Slice;

pub use altered_input::Altered;
pub use author::{Author, scim_actors};
pub use cause::Cause;
pub use context::{Context, InputFile, connector};
pub use counterpart::Counterparts;
pub use expectation::{Expectation, expected_role, expected_roles, mapped_groups};
pub use failures::{Failures, Outage};
pub use held_deprovisioning::quarantine;
pub use linked_group::{LinkedGroup, highest, ids as member_ids};
pub use mapping::{is_named_so, is_replaced, names_fit, value_sent};
pub use settled::{End, Settled, of_group as settled_of_group, of_person as settled_of};
pub use shrunken_listing::{KeptOut, shrunken_listing_id, shrunken_listing_waived_until};
pub use target_rule::{Attribute, Complaint, refused};
pub use unrepaired::{BY_HAND_FIRST, Try, Unrepaired, of_person as unrepaired_of, tries};

/// A reason a rule may give, in the order in which the first one that holds is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The word of the contract; empty for rules that list none.
    pub id: &'static str,
    /// How bad it is at high confidence; the worst where it depends.
    pub severity: Severity,
}

/// How an analyzer judges.
#[derive(Clone, Copy)]
pub enum Judge {
    /// Person by person, in parallel.
    EachSlice(fn(&Context<'_>, &Slice, &mut Vec<Finding>)),
    /// Once, over everything.
    Once(fn(&Context<'_>, &mut Vec<Finding>)),
}

/// Whether a rule could judge everything it looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// It could.
    Everything,
    /// Nothing was asked of it: the config has no mapping, no input a limit.
    Nothing,
    /// It could not, and this is why, as a sentence without its full stop.
    Part(String),
}

impl Reach {
    /// What is left where each of these, a clause without its full stop, keeps a rule from judging everything.
    fn in_part(reasons: impl IntoIterator<Item = String>) -> Self {
        let reasons: Vec<String> = reasons.into_iter().collect();
        if reasons.is_empty() { Self::Everything } else { Self::Part(reasons.join("; ")) }
    }
}

/// The reach of a rule that judges whatever was read.
fn everything(_: &Context<'_>) -> Reach {
    Reach::Everything
}

/// A rule: its card and its function.
#[derive(Clone, Copy)]
pub struct Analyzer {
    /// The id of the contract.
    pub id: &'static str,
    /// What it finds, in a few words.
    pub title: &'static str,
    /// Its page.
    pub doc: &'static str,
    /// Its reasons.
    pub reasons: &'static [Reason],
    /// The controls it gives evidence for.
    pub controls: &'static [Control],
    /// What it rests on: of each group of sources at least one has to be read. Empty: on whatever was read.
    pub rests_on: &'static [&'static [&'static str]],
    /// Sources without which some of what it finds cannot be seen: of those that the organization's systems have, each
    /// has to be read before no findings say anything.
    pub witnesses: &'static [&'static str],
    /// Whether it could judge everything it looks at.
    pub reach: fn(&Context<'_>) -> Reach,
    /// How many subjects it looks at, and what they are called.
    pub population: fn(&Context<'_>) -> (u64, &'static str),
    /// How it judges.
    pub judge: Judge,
}

/// Every rule, by id.
pub const ALL: &[Analyzer] = &[
    altered_input::ANALYZER,
    clock_skew::ANALYZER,
    configuration_change::ANALYZER,
    connector_outage::ANALYZER,
    dormant_account::ANALYZER,
    duplicate_identity::ANALYZER,
    failed_sync::ANALYZER,
    flapping_sync::ANALYZER,
    group_drift::ANALYZER,
    held_deprovisioning::ANALYZER,
    lapsed_account::ANALYZER,
    late_deprovisioning::ANALYZER,
    log_gap::ANALYZER,
    malformed_attribute::ANALYZER,
    mismatched_resource_role::ANALYZER,
    mismatched_role::ANALYZER,
    missing_account::ANALYZER,
    orphaned_account::ANALYZER,
    out_of_band_change::ANALYZER,
    overscoped_token::ANALYZER,
    rejected_records::ANALYZER,
    scim_token::ANALYZER,
    shrunken_listing::ANALYZER,
    stale_input::ANALYZER,
    stale_token::ANALYZER,
    suspect_correlation::ANALYZER,
    unprotected_admin::ANALYZER,
];

/// Runs every rule. The order of findings does not depend on the number of threads.
#[must_use]
pub fn run(context: &Context<'_>) -> Vec<Finding> {
    conclude(context, judge(context, &context.directory.slices))
}

/// What the rules that judge person by person find in these slices. Nobody's findings depend on who else is judged, so that
/// parts of the directory may be judged apart, and [`conclude`] gets them in any order.
#[must_use]
pub fn judge(context: &Context<'_>, slices: &[Slice]) -> Vec<Finding> {
    let each: Vec<_> =
        ALL.iter().filter_map(|analyzer| if let Judge::EachSlice(judge) = analyzer.judge { Some(judge) } else { None }).collect();
    slices
        .par_iter()
        .with_min_len(256)
        .flat_map_iter(|slice| {
            let mut found = Vec::new();
            for judge in &each {
                judge(context, slice, &mut found);
            }
            found
        })
        .collect()
}

/// Adds what the other rules find, which look at everything once.
#[must_use]
pub fn conclude(context: &Context<'_>, mut findings: Vec<Finding>) -> Vec<Finding> {
    for analyzer in ALL {
        if let Judge::Once(judge) = analyzer.judge {
            judge(context, &mut findings);
        }
    }
    suspect_correlation::doubt_ownerless(context, &mut findings);
    findings
}

/// The rule with this id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Analyzer> {
    ALL.iter().find(|analyzer| analyzer.id == id)
}

/// Sources that tell who the identity provider's people are.
const PEOPLE: &[&str] = &["okta-users", "okta-system-log", "entra-users", "entra-audit"];
/// Sources that tell which accounts the target has.
const ACCOUNTS: &[&str] = &["huggingface-members", "scim-users", "huggingface-audit-log"];
/// Sources that tell what the identity provider tried at the target.
const SYNCS: &[&str] = &["okta-system-log", "entra-provisioning", "scim-requests"];

const fn soc2(id: &'static str) -> Control {
    Control { framework: Framework::Soc2, id }
}

const fn iso(id: &'static str) -> Control {
    Control { framework: Framework::Iso27001, id }
}

const fn nist(id: &'static str) -> Control {
    Control { framework: Framework::Nist80053, id }
}

const fn cis(id: &'static str) -> Control {
    Control { framework: Framework::Cis, id }
}

const fn pci(id: &'static str) -> Control {
    Control { framework: Framework::Pci, id }
}

const fn hipaa(id: &'static str) -> Control {
    Control { framework: Framework::Hipaa, id }
}
