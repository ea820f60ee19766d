//! `delete`: Entra deletes an account thirty days after it deleted the person. Okta never does.

use crate::model::event::{Exchange, Operation};
use crate::model::facts::ScimUser;
use crate::model::plan::Kind;
use crate::model::time::{Span, Timestamp};
use crate::policy::Provider;
use crate::state::{Person, Standing};

use super::draft::{Draft, endpoint_id, operation};
use super::ground::{Ground, Seat};

/// So long after a soft delete Entra purges a person, and sends DELETE (Microsoft: "How application provisioning works").
const PURGED_AFTER: Span = Span::from_days(30);

/// When the identity provider sends DELETE for a person; `None` where none is to come. Whoever was unassigned before is no longer
/// managed, and is not deleted.
pub(super) fn due(ground: &Ground<'_>, person: &Person) -> Option<Timestamp> {
    if ground.context.policy.idp.provider != Provider::Entra {
        return None;
    }
    let deleted = person.standing.last().filter(|step| step.value == Standing::Deleted && !step.from_the_start)?;
    let managed = person.assigned.held_at(deleted.at.minus(Span::from_micros(1)));
    managed.then(|| deleted.at.plus(PURGED_AFTER))
}

/// What cannot be undone about a DELETE.
fn loss(ground: &Ground<'_>) -> &'static str {
    if ground.is_managed() {
        "IRREVERSIBLE: DELETE under managed single sign-on destroys the account and all its content: repositories, models, data sets, tokens."
    } else {
        "IRREVERSIBLE: DELETE removes the member from the organization and from all its resource groups. The personal account stays."
    }
}

/// What is to come for a person whom the identity provider deleted, as a sentence.
pub(super) fn announcement(ground: &Ground<'_>, person: &Person) -> Option<String> {
    let due = due(ground, person)?;
    Some(format!(
        "{} It follows on {} UTC, 30 days after the soft delete, unless the person is restored, or unassigned first.",
        loss(ground),
        due.minute()
    ))
}

pub(super) fn draft(ground: &Ground<'_>, draft: &mut Draft) {
    for person in ground.persons().iter().filter(|person| person.entitled() == Some(false)) {
        let (Some(due), Seat::Held(account)) = (due(ground, person), ground.seat(person)) else { continue };
        let Some(id) = endpoint_id(account).filter(|_| due <= ground.context.as_of) else { continue };
        let reason = format!("{} was deleted in Microsoft Entra ID; the 30 days ended on {} UTC.", person.label(), due.minute());
        let mut planned = operation(Kind::Delete, Some(person), Some(account), reason);
        planned.irreversible = loss(ground).to_owned();
        planned
            .remarks
            .push("Move what is to be kept to another owner first, or restore the person, or untick Delete in the mapping.".to_owned());
        planned.proofs.extend(person.standing.last().map(|step| step.proof));
        planned.request = Some(ground.dialect.delete(id));
        let user = ScimUser { id: Some(id.to_owned()), ..ScimUser::default() };
        planned.effect =
            Some(Exchange { method: "DELETE".to_owned(), operation: Some(Operation::Delete), user: Some(user), ..Exchange::default() });
        draft.push(planned);
    }
}
