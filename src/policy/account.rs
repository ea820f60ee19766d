//! Accounts judged by their own rules.

use chrono::NaiveDate;

use crate::model::class::Class;

/// One `[[account]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountRule {
    /// The system.
    pub system: String,
    /// The name users see.
    pub name: String,
    /// Its class.
    pub class: Class,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The day it is to be reviewed by.
    pub review_by: Option<NaiveDate>,
    /// The end of the engagement.
    pub expires: Option<NaiveDate>,
}
