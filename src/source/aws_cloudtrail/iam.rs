//! What requests to IAM change: users, their passwords and their access keys; and who signed in to the console.

use super::SYSTEM;
use super::form::{Answer, Parameters, UserIdentity};
use crate::model::event::{AccountRef, Activity, Membership, NamedRef, TokenStep};
use crate::source::wire::Text;

/// What a request to IAM is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Concern {
    User(Membership),
    Password(TokenStep),
    AccessKey(TokenStep),
    /// The request says whether the key may still be used.
    AccessKeyStatus,
}

/// What a request is about; `None` if it does not touch who has access.
pub(super) fn concern(event_name: &str) -> Option<Concern> {
    Some(match event_name {
        "CreateUser" => Concern::User(Membership::Added),
        "DeleteUser" => Concern::User(Membership::Removed),
        "CreateLoginProfile" => Concern::Password(TokenStep::Created),
        // It may change the password or only what is asked at the next sign-in; the record does not tell which.
        "UpdateLoginProfile" => Concern::Password(TokenStep::Updated),
        "ChangePassword" => Concern::Password(TokenStep::Rotated),
        "DeleteLoginProfile" => Concern::Password(TokenStep::Revoked),
        "CreateAccessKey" => Concern::AccessKey(TokenStep::Created),
        "DeleteAccessKey" => Concern::AccessKey(TokenStep::Revoked),
        "UpdateAccessKey" => Concern::AccessKeyStatus,
        _ => return None,
    })
}

/// What the request changes, or was to change. `own` is the account that makes it, where it succeeded.
pub(super) fn activity(concern: Concern, parameters: &Parameters<'_>, answer: &Answer<'_>, own: Option<AccountRef>) -> Activity {
    let account = account(parameters, answer, own);
    match concern {
        Concern::User(step) => Activity::Membership { account, step, role: None },
        Concern::Password(step) => {
            let id = account.name.as_ref().map(|name| format!("{name}/password"));
            credential(NamedRef { id, name: account.name }, step)
        }
        Concern::AccessKey(step) => credential(access_key(parameters, answer, account), step),
        Concern::AccessKeyStatus => {
            let is_off = parameters.status.get().is_some_and(|status| status.eq_ignore_ascii_case("Inactive"));
            let step = if is_off { TokenStep::Revoked } else { TokenStep::Updated };
            credential(access_key(parameters, answer, account), step)
        }
    }
}

/// The user it is about. A request that names none is about whoever makes it; of one that was refused, CloudTrail may
/// leave out whom it named.
fn account(parameters: &Parameters<'_>, answer: &Answer<'_>, own: Option<AccountRef>) -> AccountRef {
    let user = &answer.user.0;
    let name = [&user.user_name, &parameters.user_name, &answer.access_key.0.user_name].into_iter().find_map(Text::keep);
    match (name, own) {
        (None, Some(own)) => own,
        (name, _) => AccountRef { system: Some(SYSTEM.to_owned()), id: user.arn.keep(), name },
    }
}

fn access_key(parameters: &Parameters<'_>, answer: &Answer<'_>, account: AccountRef) -> NamedRef {
    NamedRef { id: answer.access_key.0.access_key_id.keep().or_else(|| parameters.access_key_id.keep()), name: account.name }
}

fn credential(credential: NamedRef, step: TokenStep) -> Activity {
    Activity::Credential { system: SYSTEM.to_owned(), credential, step }
}

/// Who signed in to the console, if somebody did. What was typed into a failed sign-in is not kept.
pub(super) fn sign_in(answer: &Answer<'_>, identity: &UserIdentity<'_>) -> Option<Activity> {
    let signed_in = answer.console_login.get() == Some("Success");
    Some(Activity::Login { account: identity.account().filter(|_| signed_in)? })
}
