//! `scimdrift.toml`, key by key. An unknown key, a bad value, an unreadable duration: each is an error with its line.

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::NaiveDate;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _};

use super::telling::{MetricsTable, NotifyTable};
use super::{AccountRule, Idp, InputRule, Policy, PolicyError, Provider, Role, Sso, Target, Thresholds, TokenPolicy};
use crate::model::class::Class;
use crate::model::link::{Alias, NameTransform};
use crate::model::time::{Span, Timestamp};

/// Reads `scimdrift.toml`. Waivers come from [`super::parse_waivers`].
///
/// # Errors
/// When the text is no TOML, a key is unknown or missing, a value cannot be read, or two values do not go together.
pub fn parse(text: &str, file: &str) -> Result<Policy, PolicyError> {
    let config: File = toml::from_str(text).map_err(|error| PolicyError::from_toml(file, text, &error))?;
    let contradiction = |message| PolicyError::Contradiction { file: file.to_owned(), message };
    let policy = config.into_policy().map_err(contradiction)?;
    if let (Some(from), Some(to)) = (policy.from, policy.to)
        && from > to
    {
        return Err(contradiction(format!("`report.from` {from} is later than `report.to` {to}")));
    }
    if !policy.roles.is_empty() && policy.target.default_role.is_none() {
        return Err(contradiction("`[roles]` needs `target.default_role`: the role where no mapping matches".to_owned()));
    }
    Ok(policy)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    report: ReportTable,
    #[serde(default)]
    store: StoreTable,
    #[serde(default)]
    input: Vec<InputTable>,
    idp: IdpTable,
    target: TargetTable,
    #[serde(default)]
    roles: BTreeMap<String, RoleWord>,
    #[serde(default)]
    resource_groups: BTreeMap<String, BTreeMap<String, RoleWord>>,
    #[serde(default)]
    thresholds: ThresholdTable,
    #[serde(default)]
    account: Vec<AccountTable>,
    #[serde(default)]
    alias: Vec<AliasTable>,
    notify: Option<NotifyTable>,
    #[serde(default)]
    metrics: MetricsTable,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReportTable {
    organization: String,
    from: Option<Day>,
    to: Option<Day>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StoreTable {
    path: PathBuf,
}

impl Default for StoreTable {
    fn default() -> Self {
        Self { path: PathBuf::from("scimdrift.db") }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct InputTable {
    path: InputPath,
    source: Option<String>,
    taken_at: Option<Moment>,
    complete: Option<bool>,
    max_age: Option<Duration>,
    log_gap: Option<Silence>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IdpTable {
    provider: Word<Provider>,
    application: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TargetTable {
    provider: TargetProvider,
    name: String,
    #[serde(default)]
    sso: Word<Sso>,
    default_role: Option<RoleWord>,
    #[serde(default)]
    scim_actors: Vec<String>,
    #[serde(default)]
    user_name: Word<NameTransform>,
    scim_token_expires: Option<Day>,
    #[serde(default)]
    token_policy: Word<TokenPolicy>,
}

#[derive(Deserialize)]
enum TargetProvider {
    #[serde(rename = "huggingface")]
    HuggingFace,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct ThresholdTable {
    deprovision_sla: Option<Duration>,
    grace: Option<Duration>,
    unused_token: Option<Duration>,
    token_rotation: Option<Duration>,
    dormant_account: Option<Duration>,
    invitation: Option<Duration>,
    scim_token_warn: Option<Duration>,
    log_gap: Option<Silence>,
    max_change: Option<Percent>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AccountTable {
    system: String,
    name: String,
    class: Word<Class>,
    owner: Option<String>,
    review_by: Option<Day>,
    expires: Option<Day>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AliasTable {
    person: String,
    system: String,
    account: String,
}

impl File {
    fn into_policy(self) -> Result<Policy, String> {
        let TargetTable { provider, name, sso, default_role, scim_actors, user_name, scim_token_expires, token_policy } = self.target;
        let TargetProvider::HuggingFace = provider;
        let roles = |table: BTreeMap<String, RoleWord>| table.into_iter().map(|(group, role)| (group, role.0)).collect();
        Ok(Policy {
            organization: self.report.organization,
            from: self.report.from.map(|day| day.0),
            to: self.report.to.map(|day| day.0),
            store: self.store.path,
            inputs: self.input.into_iter().map(InputTable::into_rule).collect(),
            idp: Idp { provider: self.idp.provider.0, application: self.idp.application },
            target: Target {
                provider: "huggingface".to_owned(),
                name,
                sso: sso.0,
                default_role: default_role.map(|role| role.0),
                scim_actors,
                user_name: user_name.0,
                scim_token_expires: scim_token_expires.map(|day| day.0),
                token_policy: token_policy.0,
            },
            roles: roles(self.roles),
            resource_groups: self.resource_groups.into_iter().map(|(name, groups)| (name, roles(groups))).collect(),
            thresholds: self.thresholds.over_defaults(),
            accounts: self.account.into_iter().map(AccountTable::into_rule).collect(),
            aliases: self.alias.into_iter().map(|AliasTable { person, system, account }| Alias { person, system, account }).collect(),
            notify: self.notify.map(NotifyTable::into_notify).transpose()?,
            metrics: self.metrics.file,
            waivers: Vec::new(),
        })
    }
}

impl InputTable {
    fn into_rule(self) -> InputRule {
        InputRule {
            path: self.path.0,
            source: self.source,
            taken_at: self.taken_at.map(|moment| moment.0),
            complete: self.complete,
            max_age: self.max_age.map(|duration| duration.0),
            log_gap: self.log_gap.map(|silence| silence.0.0),
        }
    }
}

impl ThresholdTable {
    fn over_defaults(self) -> Thresholds {
        let defaults = Thresholds::default();
        let span = |given: Option<Duration>, default| given.map_or(default, |duration| duration.0);
        Thresholds {
            deprovision_sla: span(self.deprovision_sla, defaults.deprovision_sla),
            grace: span(self.grace, defaults.grace),
            unused_token: span(self.unused_token, defaults.unused_token),
            token_rotation: span(self.token_rotation, defaults.token_rotation),
            dormant_account: span(self.dormant_account, defaults.dormant_account),
            invitation: span(self.invitation, defaults.invitation),
            scim_token_warn: span(self.scim_token_warn, defaults.scim_token_warn),
            log_gap: span(self.log_gap.map(|silence| silence.0), defaults.log_gap),
            max_change_percent: self.max_change.map_or(defaults.max_change_percent, |percent| percent.0),
        }
    }
}

impl AccountTable {
    fn into_rule(self) -> AccountRule {
        AccountRule {
            system: self.system,
            name: self.name,
            class: self.class.0,
            owner: self.owner.filter(|owner| !owner.trim().is_empty()),
            review_by: self.review_by.map(|day| day.0),
            expires: self.expires.map(|day| day.0),
        }
    }
}

/// A word of a closed list.
#[derive(Default)]
struct Word<T>(T);

/// The closed list behind a [`Word`].
trait Words: Sized + Copy + 'static {
    const ALL: &'static [(&'static str, Self)];
}

impl Words for Provider {
    const ALL: &'static [(&'static str, Self)] = &[("okta", Self::Okta), ("entra", Self::Entra)];
}

impl Words for Sso {
    const ALL: &'static [(&'static str, Self)] = &[("managed", Self::Managed), ("basic", Self::Basic)];
}

impl Words for NameTransform {
    const ALL: &'static [(&'static str, Self)] = &[("as-is", Self::AsIs), ("strip-dots", Self::StripDots)];
}

impl Words for TokenPolicy {
    const ALL: &'static [(&'static str, Self)] = &[("any", Self::Any), ("fine-grained", Self::FineGrained), ("approval", Self::Approval)];
}

impl Words for Class {
    const ALL: &'static [(&'static str, Self)] = &[
        ("human", Self::Human),
        ("service", Self::Service),
        ("break-glass", Self::BreakGlass),
        ("external", Self::External),
        ("shared", Self::Shared),
    ];
}

impl<'de, T: Words> Deserialize<'de> for Word<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        let known = || T::ALL.iter().map(|(word, _)| *word).collect::<Vec<_>>().join(", ");
        let found = T::ALL.iter().find(|(known, _)| *known == word);
        found.map(|(_, value)| Self(*value)).ok_or_else(|| D::Error::custom(format!("{word:?} is none of {}", known())))
    }
}

/// A role by its word.
struct RoleWord(Role);

impl<'de> Deserialize<'de> for RoleWord {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        Role::parse(&word)
            .map(Self)
            .ok_or_else(|| D::Error::custom(format!("{word:?} is none of no_access, read, contributor, write, admin")))
    }
}

/// A TOML date.
pub(super) struct Day(pub(super) NaiveDate);

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = toml::value::Datetime::deserialize(deserializer)?;
        match (value.date, value.time) {
            (Some(_), None) => value.to_string().parse().map(Self).map_err(D::Error::custom),
            _ => Err(D::Error::custom(format!("{value} is no day such as 2026-09-30"))),
        }
    }
}

/// A TOML date and time with its zone.
struct Moment(Timestamp);

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = toml::value::Datetime::deserialize(deserializer)?.to_string();
        Timestamp::parse(&value)
            .map(Self)
            .ok_or_else(|| D::Error::custom(format!("{value} is no time with a zone such as 2026-09-14T02:00:00Z")))
    }
}

/// `30m`, `24h`, `45d`.
struct Duration(Span);

impl<'de> Deserialize<'de> for Duration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        super::duration(&text)
            .map(|duration| Self(duration.into()))
            .ok_or_else(|| D::Error::custom(format!("{text:?} is no duration such as 30m, 24h or 45d")))
    }
}

/// A duration of an hour or more: for every hour a store keeps the first and the last record, so a shorter silence
/// would not be seen.
struct Silence(Duration);

impl<'de> Deserialize<'de> for Silence {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let duration = Duration::deserialize(deserializer)?;
        if duration.0 < Span::from_hours(1) {
            return Err(D::Error::custom("a log_gap is an hour or more"));
        }
        Ok(Self(duration))
    }
}

/// A path that names something.
struct InputPath(String);

impl<'de> Deserialize<'de> for InputPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let path = String::deserialize(deserializer)?;
        if path.trim().is_empty() { Err(D::Error::custom("the path is empty")) } else { Ok(Self(path)) }
    }
}

/// `20%`.
struct Percent(u8);

impl<'de> Deserialize<'de> for Percent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let number = text.trim().strip_suffix('%').and_then(|number| number.trim().parse().ok());
        number.filter(|percent| *percent <= 100).map(Self).ok_or_else(|| D::Error::custom(format!("{text:?} is no share such as 20%")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAST: &str =
        "[report]\norganization = \"Acme Corp\"\n[idp]\nprovider = \"okta\"\n[target]\nprovider = \"huggingface\"\nname = \"acme\"\n";

    #[test]
    fn the_least_config_has_the_defaults() {
        let policy = parse(LEAST, "scimdrift.toml").expect("valid");
        assert_eq!(policy.thresholds, Thresholds::default());
        assert_eq!(policy.target.sso, Sso::Managed);
        assert_eq!(policy.store, PathBuf::from("scimdrift.db"));
    }

    #[test]
    fn errors_name_file_line_and_key() {
        for (more, line, word) in [
            ("[thresholds]\ngrace = \"soon\"\n", 9, "grace"),
            ("[thresholds]\ngrase = \"1h\"\n", 9, "grase"),
            ("[roles]\n\"ml\" = \"owner\"\n", 9, "owner"),
            ("[[input]]\npath = \"x\"\ntaken_at = 2026-09-14\n", 10, "taken_at"),
            ("[thresholds]\nmax_change = \"200%\"\n", 9, "max_change"),
            ("[thresholds]\nlog_gap = \"20m\"\n", 9, "log_gap"),
            ("[[input]]\npath = \"\"\n", 9, "path"),
        ] {
            let error = parse(&format!("{LEAST}{more}"), "scimdrift.toml").expect_err(more).to_string();
            assert!(error.starts_with(&format!("scimdrift.toml, line {line}:")) && error.contains(word), "{error}");
        }
    }
}
