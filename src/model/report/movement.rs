//! Who came, as rows.

use serde::{Deserialize, Serialize};

use crate::model::time::{Span, Timestamp};

/// One row of joiners.csv: one time that an account appeared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinerRow {
    /// The owner's id; empty without one.
    pub person: String,
    /// The owner's login.
    pub person_login: String,
    /// When the owner became entitled, where that was before and is told; the target's accounts only.
    pub entitled_at: Option<Timestamp>,
    /// The system.
    pub system: String,
    /// The account's name.
    pub account: String,
    /// When it appeared, or was first seen.
    pub appeared_at: Timestamp,
    /// From the entitlement to the account.
    pub lag: Option<Span>,
    /// `scim`, `invitation`, `sso-join`, `manual` or `unknown`.
    pub origin: String,
    /// Who did it, where that is told.
    pub by: String,
}
