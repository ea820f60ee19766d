//! The plan: what the next sync would do at the target, from the identity provider's state, the mapping and the target's state.
//!
//! Pure like the rules: a context in, rows out. It plans what differs between what should be and what is, as a full sync would
//! mend it, and sends nothing. Neighbours: roles, mapping and counterparts are those of `analyzer`; records behind the
//! rows, suppositions and comparisons are for `pipeline`. One file per kind of operation; `ground` is what all of
//! them stand on. What is not known is never planned: it is a gap, or an `Unplanned` row that says why.

mod create;
mod deactivate;
mod delete;
mod draft;
mod effect;
mod gap;
mod ground;
mod group;
mod guard;
mod request;
mod role;
#[cfg(test)]
mod tests;
mod update;
mod validity;

use crate::analyzer::{Context, connector};
use crate::model::plan::{Plan, counts};

use draft::Draft;
use ground::Ground;

/// What the next sync would do.
#[must_use]
pub fn plan(context: &Context<'_>) -> Plan {
    let ground = Ground::of(context);
    let mut draft = Draft::default();
    // Steps are numbered as they are drafted: this is the order that is safe.
    create::draft(&ground, &mut draft);
    update::draft(&ground, &mut draft);
    group::draft_additions(&ground, &mut draft);
    role::draft(&ground, &mut draft);
    group::draft_removals(&ground, &mut draft);
    deactivate::draft(&ground, &mut draft);
    delete::draft(&ground, &mut draft);
    let people = effect::people(&ground, &draft);
    let guard = guard::measure(&ground, &draft, &people);
    draft.settle();
    let policy = context.policy;
    Plan {
        as_of: context.as_of,
        provider: format!("{}, application {}", policy.idp.provider.name(), connector(context).object),
        target: format!("Hugging Face organization {}", policy.target.name),
        target_listed_at: context.directory.scim_users_listed,
        only: String::new(),
        counts: counts(&draft.operations),
        operations: draft.operations,
        people,
        undecided: draft.undecided,
        left_alone: draft.left_alone,
        gaps: gap::gaps(&ground, &draft.unknown_groups),
        blockers: gap::blockers(context),
        guard,
        comparison: None,
    }
}
