//! Who came, and what changed, as rows.

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

/// One row of changes.csv: one role, group or resource group that was given, changed or taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeRow {
    /// When, or when it was first seen.
    pub at: Timestamp,
    /// The system it changed in.
    pub system: String,
    /// Whose: the account's name there.
    pub account: String,
    /// The person's id; empty where nobody is linked.
    pub person: String,
    /// `role`, `group` or `resource-group`.
    pub kind: String,
    /// What was held before; empty for nothing, or where it is not known.
    pub from: String,
    /// What was held afterwards; empty for nothing.
    pub to: String,
    /// Who did it, where that is told.
    pub by: String,
    /// `idp`, `scim`, `sso-login`, `target`, `manual` or `unknown`.
    pub origin: String,
    /// The record, or the listing, that tells: as in findings.csv.
    pub evidence: String,
}
