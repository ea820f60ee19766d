//! State: events in order of time, folded into the directory at a moment.
//!
//! Pure and total: [`Replay`] is a visitor that cannot fail, knows no SQL, no file and no threshold. What the
//! organization decided (roles, grace, waivers) is `policy`; what is wrong with a directory is for `analyzer` to say.

mod account;
mod attempt;
mod attribution;
mod correlation;
mod credential;
mod departure;
mod directory;
mod elsewhere;
mod entry;
mod grant;
mod group;
mod lapse;
mod listing;
mod person;
mod provider;
mod register;
mod replay;
mod skew;
mod target;
mod target_listing;
mod timeline;
mod trail;

pub use account::{Access, Account, Owner, RoleFact};
pub use attempt::{Attempt, Side, Stranger};
pub use credential::{Credential, Holder};
pub use departure::Departure;
pub use directory::{Directory, Slice};
pub use entry::{Appearance, Entry, Way};
pub use grant::{Grant, GrantChange, Teller};
pub use group::Group;
pub use lapse::{Lapse, LapseKind, moment_in_words};
pub use person::{Employment, Person, Profile, Standing};
pub use replay::{Frame, Replay};
pub use skew::{Skew, Skews};
pub use timeline::{Step, Timeline};
pub use trail::{ConnectorExchange, ResourceGroup, SettingChange, Step as ChangeStep, TargetChange, TargetGroup};
