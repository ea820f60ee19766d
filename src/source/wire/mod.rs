//! Wire shapes: what the records of several sources have in common.
//!
//! Lenient in form, strict in meaning: a number where a text is usual is read as written, `null` and the empty
//! text are "not told", and what cannot be read is refused with a reason, never replaced by a default.
//! Not a source itself; nothing outside `source` sees it.

mod caseless;
pub(crate) mod entra;
mod exchange;
mod field;
mod okta_user;
mod patch;
mod reading;
mod scim;
pub(crate) mod skim;

pub(crate) use caseless::{Caseless, caseless_field};
pub(crate) use exchange::{Content, Resource, exchange};
pub(crate) use field::{Flag, Moment, Object, Text, keep};
pub(crate) use okta_user::OktaUser;
pub(crate) use reading::{json, nested_json, object, observed, part, reject, row, shorten};
pub(crate) use scim::{GROUP, GroupForm, USER, UserForm, has_schema};
