//! Listings: which source was listed in full, when, and whether the listing names everything there was.

use serde::{Deserialize, Serialize};

use super::time::Timestamp;

/// What it means that a complete listing does not name something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Absence {
    /// A person is not active: this listing leaves deactivated people out, as Okta's default does.
    PersonInactive,
    /// A person is gone: this listing names deactivated people too.
    PersonGone,
    /// A group is not there. Its members are judged by the listings that name them.
    Group,
    /// A person is not in the group that the listing is about.
    GroupMember,
    /// Nobody else is assigned to the application.
    Assignment,
    /// A SCIM user is not there.
    ScimUser,
    /// A SCIM group is not there.
    ScimGroup,
    /// An account is not in the organization.
    Member,
    /// A service account is not there, and neither are its tokens.
    ServiceAccount,
    /// A resource group is not there.
    ResourceGroup,
    /// A credential is not there; in listings of several systems, only of the systems it names.
    Credential,
    /// An account of a system beside the target is not there, and neither are its credentials.
    Account,
    /// A row of the roster does not hold any more.
    Employee,
}

/// One listing: all rows of one source and scope at one moment, however many files they came in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Listing {
    /// When it was taken.
    pub taken_at: Timestamp,
    /// The source id.
    pub source: String,
    /// What the request named: the group of `okta-group-users`, the application of `okta-app-users`; else empty.
    pub scope: String,
    /// What absence from it means.
    pub absence: Absence,
    /// Whether what it does not name was absent.
    pub complete: bool,
    /// How many distinct rows it has.
    pub rows: u64,
    /// A file it came in; the first by name.
    pub file: String,
}
