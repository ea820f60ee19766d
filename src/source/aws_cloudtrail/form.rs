//! The shape of a CloudTrail record, and what IAM and the console put into its parameters and answers.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::model::event::{AccountRef, Actor};
use crate::source::wire::{Moment, Object, Text};

/// How the credential report names the root user, whom CloudTrail gives no name.
const ROOT: &str = "<root_account>";

/// What is used of every record.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Record<'a> {
    #[serde(borrow)]
    pub(super) event_time: Moment<'a>,
    #[serde(borrow)]
    pub(super) event_source: Text<'a>,
    #[serde(borrow)]
    pub(super) event_name: Text<'a>,
    #[serde(borrow, rename = "eventID")]
    pub(super) event_id: Text<'a>,
    #[serde(borrow, rename = "requestID")]
    pub(super) request_id: Text<'a>,
    #[serde(borrow)]
    pub(super) error_code: Text<'a>,
    #[serde(borrow)]
    pub(super) error_message: Text<'a>,
    #[serde(borrow)]
    pub(super) user_identity: Object<UserIdentity<'a>>,
    #[serde(borrow)]
    pub(super) request_parameters: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) response_elements: Option<&'a RawValue>,
}

/// Who made the request.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct UserIdentity<'a> {
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow)]
    arn: Text<'a>,
    #[serde(borrow)]
    principal_id: Text<'a>,
    #[serde(borrow)]
    user_name: Text<'a>,
}

impl UserIdentity<'_> {
    /// Who did it; `None` where nothing is told.
    pub(super) fn actor(&self) -> Option<Actor> {
        let actor = Actor { id: self.arn.keep().or_else(|| self.principal_id.keep()), name: self.user_name.keep(), kind: self.kind.keep() };
        (actor != Actor::default()).then_some(actor)
    }

    /// The IAM user or root user that this is. A role somebody took on is no account.
    pub(super) fn account(&self) -> Option<AccountRef> {
        let name = match self.kind.get()? {
            "IAMUser" => self.user_name.keep(),
            "Root" => Some(ROOT.to_owned()),
            _ => return None,
        };
        Some(AccountRef { system: Some(super::SYSTEM.to_owned()), id: self.arn.keep(), name })
    }
}

/// `requestParameters` of requests about users and their credentials.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Parameters<'a> {
    #[serde(borrow)]
    pub(super) user_name: Text<'a>,
    #[serde(borrow)]
    pub(super) access_key_id: Text<'a>,
    #[serde(borrow)]
    pub(super) status: Text<'a>,
}

/// `responseElements` of such requests.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Answer<'a> {
    #[serde(borrow)]
    pub(super) user: Object<User<'a>>,
    #[serde(borrow)]
    pub(super) access_key: Object<AccessKey<'a>>,
    #[serde(borrow, rename = "ConsoleLogin")]
    pub(super) console_login: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct User<'a> {
    #[serde(borrow)]
    pub(super) arn: Text<'a>,
    #[serde(borrow)]
    pub(super) user_name: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct AccessKey<'a> {
    #[serde(borrow)]
    pub(super) access_key_id: Text<'a>,
    #[serde(borrow)]
    pub(super) user_name: Text<'a>,
}
