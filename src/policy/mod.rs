//! Policy: what the organization decided. The config, its thresholds and role mapping, and the waivers.
//!
//! Pure: texts in, values out. It knows no file system (`pipeline` reads the files), no directory and no finding.

mod account;
mod error;
mod parse;
mod quote;
mod role;
mod telling;
mod threshold;
mod waiver;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use chrono::NaiveDate;

use crate::model::link::{Alias, NameTransform};
use crate::model::time::{Span, Timestamp};

pub use account::AccountRule;
pub use error::PolicyError;
pub use parse::parse;
pub use quote::quoted;
pub use role::Role;
pub use telling::{Notify, NotifyFormat, WebhookPlace};
pub use threshold::Thresholds;
pub use waiver::{Waiver, parse_waivers};

/// A duration as the config writes it: `30m`, `24h`, `45d`.
#[must_use]
pub fn duration(text: &str) -> Option<Duration> {
    humantime::parse_duration(text).ok()
}

/// Everything `scimdrift.toml` and `waivers.toml` say.
#[derive(Clone, Debug)]
pub struct Policy {
    /// `report.organization`.
    pub organization: String,
    /// `report.from`, the first day of the period, in UTC.
    pub from: Option<NaiveDate>,
    /// `report.to`, the last day of the period, in UTC.
    pub to: Option<NaiveDate>,
    /// `store.path`, relative to the config.
    pub store: PathBuf,
    /// `[[input]]`, in order.
    pub inputs: Vec<InputRule>,
    /// `[idp]`.
    pub idp: Idp,
    /// `[target]`.
    pub target: Target,
    /// `[roles]`: group name of the identity provider, role in the organization.
    pub roles: BTreeMap<String, Role>,
    /// `[resource_groups]`: resource group, then SCIM group and the role it gives.
    pub resource_groups: BTreeMap<String, BTreeMap<String, Role>>,
    /// `[thresholds]`.
    pub thresholds: Thresholds,
    /// `[[account]]`.
    pub accounts: Vec<AccountRule>,
    /// `[[alias]]`.
    pub aliases: Vec<Alias>,
    /// `[notify]`.
    pub notify: Option<Notify>,
    /// `metrics.file`, relative to the config.
    pub metrics: Option<PathBuf>,
    /// `[[waiver]]` of `waivers.toml`.
    pub waivers: Vec<Waiver>,
}

/// One `[[input]]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InputRule {
    /// A file, folder or glob, relative to the config.
    pub path: String,
    /// The source, which skips recognition.
    pub source: Option<String>,
    /// When a listing was taken.
    pub taken_at: Option<Timestamp>,
    /// Whether a listing is the full state.
    pub complete: Option<bool>,
    /// How old it may be at the as-of time.
    pub max_age: Option<Span>,
    /// How long a log may be silent.
    pub log_gap: Option<Span>,
}

/// The identity provider.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Provider {
    /// Okta.
    #[default]
    Okta,
    /// Microsoft Entra ID.
    Entra,
}

impl Provider {
    /// Every provider.
    pub const ALL: [Self; 2] = [Self::Okta, Self::Entra];

    /// The word used as `system`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Okta => "okta",
            Self::Entra => "entra",
        }
    }

    /// The name people know it by.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Okta => "Okta",
            Self::Entra => "Microsoft Entra ID",
        }
    }
}

/// `[idp]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Idp {
    /// Which identity provider.
    pub provider: Provider,
    /// The id or label of the application that provisions the target.
    pub application: Option<String>,
}

/// Which of Hugging Face's two models of single sign-on the organization has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sso {
    /// Accounts belong to the organization.
    #[default]
    Managed,
    /// Accounts belong to people; a SCIM user is an invitation until it is accepted.
    Basic,
}

/// What tokens the organization allows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TokenPolicy {
    /// All kinds.
    #[default]
    Any,
    /// Fine-grained ones.
    FineGrained,
    /// Those an administrator approved.
    Approval,
}

impl TokenPolicy {
    /// The word of the config.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::FineGrained => "fine-grained",
            Self::Approval => "approval",
        }
    }
}

/// `[target]`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Target {
    /// The word used as `system`: `huggingface`.
    pub provider: String,
    /// The organization's name there.
    pub name: String,
    /// Its model of single sign-on.
    pub sso: Sso,
    /// The role where no mapping matches.
    pub default_role: Option<Role>,
    /// Who SCIM-made changes are recorded as in the target's audit log.
    pub scim_actors: Vec<String>,
    /// How `userName` is made.
    pub user_name: NameTransform,
    /// The last day of the SCIM token.
    pub scim_token_expires: Option<NaiveDate>,
    /// What tokens are allowed.
    pub token_policy: TokenPolicy,
}

impl Policy {
    /// The configured rule for an account, if there is one. Names are compared without case.
    #[must_use]
    pub fn account(&self, system: &str, name: &str) -> Option<&AccountRule> {
        self.accounts.iter().find(|rule| rule.system == system && rule.name.eq_ignore_ascii_case(name))
    }

    /// The parameters in force, key by key, as the report prints them.
    #[must_use]
    pub fn parameters(&self) -> Vec<(String, String)> {
        let mut rows = vec![
            ("idp.provider".to_owned(), self.idp.provider.word().to_owned()),
            ("idp.application".to_owned(), self.idp.application.clone().unwrap_or_else(|| "any".to_owned())),
            ("target.provider".to_owned(), self.target.provider.clone()),
            ("target.name".to_owned(), self.target.name.clone()),
            ("target.sso".to_owned(), if self.target.sso == Sso::Managed { "managed" } else { "basic" }.to_owned()),
            ("target.default_role".to_owned(), self.target.default_role.map_or("none", Role::word).to_owned()),
            ("target.scim_actors".to_owned(), self.target.scim_actors.join(", ")),
            ("target.user_name".to_owned(), if self.target.user_name == NameTransform::AsIs { "as-is" } else { "strip-dots" }.to_owned()),
        ];
        rows.push(("target.token_policy".to_owned(), self.target.token_policy.word().to_owned()));
        let expires = self.target.scim_token_expires.map_or_else(|| "none".to_owned(), |day| day.to_string());
        rows.push(("target.scim_token_expires".to_owned(), expires));
        rows.extend(self.roles.iter().map(|(group, role)| (format!("roles.{group}"), role.word().to_owned())));
        for (resource_group, groups) in &self.resource_groups {
            rows.extend(groups.iter().map(|(group, role)| (format!("resource_groups.{resource_group}.{group}"), role.word().to_owned())));
        }
        rows.extend(self.thresholds.parameters());
        rows
    }
}
