//! `deactivate`: somebody is not entitled any more, and the endpoint holds their account as active.

use crate::model::event::{Exchange, Operation, Outcome};
use crate::model::facts::ScimUser;
use crate::model::plan::{Kind, Validity, ValueChange};
use crate::policy::Provider;
use crate::state::{Account, LapseKind, Person, Standing};

use super::create::provider;
use super::delete::{self, due};
use super::draft::{Draft, endpoint_id, operation};
use super::ground::{Ground, Seat, is_on};

pub(super) fn draft(ground: &Ground<'_>, draft: &mut Draft) {
    for person in ground.persons() {
        match (person.entitled(), ground.seat(person)) {
            (Some(false), Seat::Held(account)) if is_on(account) => deactivate(ground, draft, person, account),
            (Some(false), Seat::Taken(account)) if is_on(account) => {
                let because = "The account is linked by address or name alone: the identity provider does not know it by an id, and will \
                               not deactivate it.";
                draft.leave_alone(Some(person), Some(account), "", because.to_owned());
            }
            (Some(false), Seat::Unclear(account)) if is_on(account) => {
                draft.leave_undecided(person, Some(account), "Several accounts may be the one to deactivate.".to_owned());
            }
            (None, Seat::Held(account) | Seat::Taken(account)) if is_on(account) || account.is_active() => {
                let because = "Nothing tells whether the person is active and assigned, so nothing tells whether the account stays.";
                draft.leave_undecided(person, Some(account), because.to_owned());
            }
            _ => {}
        }
    }
    let targets = ground.context.directory.accounts.iter().filter(|account| ground.context.directory.is_target(account));
    for account in targets.filter(|account| is_on(account) && ground.context.directory.owner(account).is_none()) {
        let because = format!(
            "{} knows nobody with this account ({}, class {}); a sync does not touch it.",
            provider(ground),
            account.owner.situation(),
            account.class.word()
        );
        draft.leave_alone(None, Some(account), "", because);
    }
}

fn deactivate(ground: &Ground<'_>, draft: &mut Draft, person: &Person, account: &Account) {
    let suspended = person.standing.value() == Some(Standing::Suspended) && person.assigned.value() == Some(true);
    if suspended && ground.context.policy.idp.provider == Provider::Okta {
        let because = "The person is suspended and still assigned. Okta sends nothing for a suspension, so the account stays active.";
        return draft.leave_alone(Some(person), Some(account), "", because.to_owned());
    }
    if let Some(at) = ground.reported_since(person, Some(account), &[Operation::Disable, Operation::Delete]) {
        let because = format!("The identity provider reports that it deactivated it on {} UTC, after the target was listed.", at.minute());
        return draft.leave_undecided(person, Some(account), because);
    }
    let (Some(resource), Some(id)) = (&account.resource, endpoint_id(account)) else { return };
    if due(ground, person).is_some_and(|due| due <= ground.context.as_of) {
        return;
    }
    let mut planned = operation(Kind::Deactivate, Some(person), Some(account), reason(ground, person));
    planned.irreversible = delete::announcement(ground, person).unwrap_or_default();
    ground.expect_again(&mut planned, person, &[Operation::Disable], None);
    let last = person.attempts.iter().rfind(|attempt| matches!(attempt.operation, Operation::Disable | Operation::Delete));
    if let Some(staged) = last.filter(|attempt| attempt.outcome == Outcome::Deferred) {
        planned.validity = planned.validity.max(Validity::Unknown);
        planned.remarks.push(format!(
            "It was staged on {} UTC and is held back by the threshold for accidental deletions: nothing is sent until deletes are allowed.",
            staged.at.minute()
        ));
        planned.proofs.push(staged.proof);
    }
    planned.proofs.extend(person.lapses().last().map(|lapse| lapse.proof));
    let afterwards = ScimUser { active: Some(false), ..resource.clone() };
    planned.request = Some(ground.dialect.deactivate(id, &afterwards));
    planned.changes = vec![ValueChange { what: "active".to_owned(), from: "true".to_owned(), to: "false".to_owned() }];
    let user = ScimUser { id: Some(id.to_owned()), active: Some(false), ..ScimUser::default() };
    planned.effect =
        Some(Exchange { method: "PATCH".to_owned(), operation: Some(Operation::Disable), user: Some(user), ..Exchange::default() });
    draft.push(planned);
}

fn reason(ground: &Ground<'_>, person: &Person) -> String {
    let provider = provider(ground);
    let lapse = person.lapses().pop().filter(|lapse| lapse.ended.is_none());
    let when = lapse.map(|lapse| format!(" on {} UTC", lapse.at.minute())).unwrap_or_default();
    match lapse.map(|lapse| lapse.kind) {
        Some(LapseKind::Deactivated) => format!("{} was deactivated in {provider}{when}.", person.label()),
        Some(LapseKind::Suspended) => format!("{} was suspended in {provider}{when}.", person.label()),
        Some(LapseKind::Deleted) => format!("{} was deleted in {provider}{when}.", person.label()),
        Some(LapseKind::Unassigned) => format!("{} lost the application in {provider}{when}.", person.label()),
        None => format!("{} is {} in {provider}, and not assigned to the application.", person.label(), person.state()),
    }
}
