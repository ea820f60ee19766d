//! Whether the config says what can be done.

use std::path::Path;

use super::{Ask, counted, without};
use crate::model::check_up::{Area, Check, Level};
use crate::pipeline::Setup;
use crate::source;

/// The set-up, where it can be read.
pub(super) fn look(ask: &Ask<'_>, checks: &mut Vec<Check>) -> Option<Setup> {
    let subject = ask.config.display().to_string();
    let setup = match Setup::read(ask.config) {
        Ok(setup) => setup,
        Err(error) => {
            let says = without(&subject, &error.to_string());
            checks.push(Check::new(Area::Config, Level::Broken, subject, says, error.hint()));
            return None;
        }
    };
    let policy = &setup.policy;
    let application = policy.idp.application.as_ref().map(|application| format!(", application {application}")).unwrap_or_default();
    let says = format!(
        "{}{application}, provisions {} organization {}; {}, {}",
        policy.idp.provider.name(),
        policy.target.provider,
        policy.target.name,
        counted(policy.inputs.len(), "input", "inputs"),
        counted(policy.waivers.len(), "waiver", "waivers"),
    );
    checks.push(Check::ok(Area::Config, subject, says));
    checks.extend(unset(&setup));
    checks.extend(expired(&setup, ask));
    checks.extend(unknown_sources(&setup));
    checks.extend(telling(&setup, ask));
    Some(setup)
}

/// Keys without which something is not found, or found too often.
fn unset(setup: &Setup) -> Vec<Check> {
    let policy = &setup.policy;
    let unset = |key: &str, says: &str, next: &str| Check::new(Area::Config, Level::Warning, key, says, next);
    let mut checks = Vec::new();
    if policy.inputs.is_empty() {
        checks.push(Check::new(
            Area::Config,
            Level::Warning,
            "[[input]]",
            "there is none, so `scimdrift run` reads nothing",
            "name the exports, or folders of them; `scimdrift sources` says what can be read",
        ));
    }
    for (key, value, next) in [
        ("target.name", &policy.target.name, "set it to the name of the organization at the target"),
        ("report.organization", &policy.organization, "set it to the name of the company that the reports are about"),
    ] {
        if value.trim().is_empty() {
            checks.push(unset(key, "is empty, so reports do not say what they are about", next));
        }
    }
    if policy.idp.application.is_none() {
        let says = "is not set, so assignments to every application count as entitlements";
        checks.push(unset("idp.application", says, "set it to the id or label of the application that provisions the target"));
    }
    if policy.target.scim_actors.is_empty() {
        let says = "is not set, so changes by the connector are told apart from those by hand by their times alone";
        checks.push(unset("target.scim_actors", says, "set it to the names that the target's audit log has for the connector"));
    }
    checks
}

/// What the config names and is over.
fn expired(setup: &Setup, ask: &Ask<'_>) -> Vec<Check> {
    let today = ask.as_of.day();
    let mut checks = Vec::new();
    if let Some(day) = setup.policy.target.scim_token_expires.filter(|day| *day < today) {
        let next = "make a new SCIM token, enter it at the identity provider, and write its last day into the config";
        checks.push(Check::new(Area::Config, Level::Warning, "target.scim_token_expires", format!("was {day}"), next));
    }
    let over = setup.policy.waivers.iter().filter(|waiver| waiver.expires < today);
    checks.extend(over.map(|waiver| {
        let about = waiver.finding.clone().or_else(|| waiver.account.clone()).unwrap_or_default();
        let subject = format!("waiver for {about}");
        let next = "mend what it accepted, renew it with a new approval, or take it out of waivers.toml";
        Check::new(Area::Config, Level::Warning, subject, format!("its last day was {}", waiver.expires), next)
    }));
    checks
}

fn unknown_sources(setup: &Setup) -> Vec<Check> {
    let unknown = setup.policy.inputs.iter().filter_map(|rule| {
        let id = rule.source.as_deref().filter(|id| source::find(id).is_none())?;
        let next = "`scimdrift sources` lists them; without the key the file is recognised by what it holds";
        Some(Check::new(Area::Config, Level::Broken, format!("[[input]] {}", rule.path), format!("source = {id:?} is no source"), next))
    });
    unknown.collect()
}

/// Who is told of a run. Nothing is sent.
fn telling(setup: &Setup, ask: &Ask<'_>) -> Vec<Check> {
    let mut checks = Vec::new();
    match ask.webhook {
        None => {}
        Some(Ok(host)) => checks.push(Check::ok(Area::Config, "[notify]", format!("tells {host}"))),
        Some(Err(reason)) => {
            let next = "put the address where the config says, where the run starts too; `scimdrift notify --test` tries it";
            checks.push(Check::new(Area::Config, Level::Warning, "[notify]", reason, next));
        }
    }
    if let Some(path) = setup.policy.metrics.as_ref().map(|path| setup.base.join(path)) {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        checks.push(if folder.is_dir() {
            Check::ok(Area::Config, "metrics.file", path.display().to_string())
        } else {
            let says = format!("{} is not there", folder.display());
            Check::new(Area::Config, Level::Warning, "metrics.file", says, "make the folder, or name another file")
        });
    }
    checks
}
