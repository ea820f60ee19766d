//! `configuration-change`: a setting of provisioning or of single sign-on changed.

use super::{Analyzer, Context, Judge, Reason, everything, hipaa, iso, nist, pci, soc2};
use crate::model::finding::{Finding, Proof, Severity, Subject};
use crate::state::SettingChange;

/// The card.
pub(super) const ANALYZER: Analyzer = Analyzer {
    id: "configuration-change",
    title: "Provisioning or single sign-on setting changed",
    doc: include_str!("../../docs/rules/configuration-change.md"),
    reasons: &[Reason { id: "", severity: Severity::High }],
    controls: &[
        soc2("CC7.1"),
        soc2("CC8.1"),
        iso("A.8.32"),
        nist("CM-3"),
        nist("AC-2(4)"),
        super::cis("6.7"),
        pci("6.5.1"),
        hipaa("312(b)"),
    ],
    rests_on: &[&["okta-system-log", "entra-audit", "huggingface-audit-log"]],
    witnesses: &["okta-system-log", "entra-audit", "huggingface-audit-log"],
    reach: everything,
    population: |context| {
        let settings = context.directory.settings.iter().filter(|change| is_judged(change));
        let judged = settings.filter(|change| in_period(context, change) || (weakens(&change.setting) && change.at < context.from));
        (judged.count() as u64, "changes of settings, and safeguards switched off before the period")
    },
    judge: Judge::Once(judge),
};

/// Settings of the target's audit log that have nothing to do with sign-on, provisioning or second factors.
const APART: &[&str] = &["org.settings.security.members_privacy", "org.settings.resource_groups", "org.token_approval."];

fn judge(context: &Context<'_>, findings: &mut Vec<Finding>) {
    let settings = &context.directory.settings;
    for (index, change) in settings.iter().enumerate().filter(|(_, change)| is_judged(change)) {
        let weakens = weakens(&change.setting);
        let mended = || settings.iter().skip(index + 1).any(|later| mends(later, change));
        // What was switched off before the period goes on until it is switched on again.
        if in_period(context, change) || (weakens && change.at < context.from && !mended()) {
            findings.push(finding(context, change, weakens));
        }
    }
}

fn in_period(context: &Context<'_>, change: &SettingChange) -> bool {
    context.from <= change.at && change.at <= context.to
}

/// A quarantine is a state of the connector that nobody set.
fn is_judged(change: &SettingChange) -> bool {
    let quarantine = change.source.starts_with("entra") && change.setting.to_lowercase().contains("quarantine");
    !quarantine && !APART.iter().any(|apart| change.setting.starts_with(apart))
}

/// What is switched off where a setting says so. The first verb decides: "enabled the option to deactivate users" enables.
fn weakens(setting: &str) -> bool {
    is_off(setting) == Some(true) && safeguards(setting).next().is_some()
}

/// Whether this change switches on again what the other one switched off.
fn mends(later: &SettingChange, off: &SettingChange) -> bool {
    later.source == off.source
        && later.subject.id == off.subject.id
        && stem(&later.setting) == stem(&off.setting)
        && safeguards(&later.setting).any(|safeguard| safeguards(&off.setting).any(|other| other == safeguard))
        && is_off(&later.setting) == Some(false)
}

/// The setting without its verb: what comes before the words of the record, and before the last dot of a type.
fn stem(setting: &str) -> &str {
    let kind = setting.split(':').next().unwrap_or(setting);
    match kind.rsplit_once('.') {
        Some((stem, _)) if !kind.contains(' ') => stem,
        _ => kind.split_once(' ').map_or(kind, |(_, rest)| rest),
    }
}

/// Whether a setting says that something was switched off, or on; `None` where it says neither.
fn is_off(setting: &str) -> Option<bool> {
    let words = setting.to_lowercase();
    let words = words.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    let words: Vec<&str> = words.collect();
    words.iter().enumerate().find_map(|(index, word)| match *word {
        "disable" | "disabled" | "deactivate" | "deactivated" | "pause" | "paused" | "stop" | "stopped" | "delete" | "deleted" => {
            Some(true)
        }
        "enable" | "enabled" | "accountenabled" | "activate" | "activated" | "start" | "started" | "restart" | "restarted" | "resume"
        | "resumed" => Some(words.get(index + 1) == Some(&"false")),
        "switched" | "turned" | "switch" | "turn" => match words.get(index + 1) {
            Some(&"off") => Some(true),
            Some(&"on") => Some(false),
            _ => None,
        },
        _ => None,
    })
}

/// Single sign-on, provisioning, the second factor, and the application itself: deactivated, it signs nobody on and
/// provisions nobody. By the words, in lower case, that tell of each.
const SAFEGUARDS: &[&[&str]] = &[
    &["sso", "saml", "oidc", "sign-on"],
    &["scim", "provisioning"],
    &["2fa", "two-factor", "mfa", "second factor"],
    &["service principal", "application.lifecycle.deactivate", "application.lifecycle.delete", "application.lifecycle.activate"],
];

/// The safeguards that a setting is about, by their place in the list.
fn safeguards(setting: &str) -> impl Iterator<Item = usize> {
    let setting = setting.to_lowercase();
    let told = move |words: &[&str]| words.iter().any(|word| setting.contains(word));
    SAFEGUARDS.iter().enumerate().filter_map(move |(place, words)| told(words).then_some(place))
}

fn finding(context: &Context<'_>, change: &SettingChange, weakens: bool) -> Finding {
    let system = change.source.split('-').next().unwrap_or_default().to_owned();
    let of_target = system == context.policy.target.provider;
    let told = change.subject.id.as_ref().or(change.subject.name.as_ref());
    let object = if of_target { Some(&context.policy.target.name) } else { context.policy.idp.application.as_ref().or(told) };
    let object = object.cloned().unwrap_or_default();
    let subject = Subject { system, object: object.clone(), ..Subject::default() };
    let severity = if weakens { Severity::High } else { Severity::Medium };
    let mut finding = Finding::new(ANALYZER.id, "", severity, subject, &[&object], Proof::Event(change.proof));
    let by = change.by.as_ref().and_then(|actor| actor.name.as_deref().or(actor.id.as_deref()));
    let by = by.map(|by| format!(" by {by}")).unwrap_or_default();
    finding.about = Some(change.proof);
    finding.expected = "an approved change".to_owned();
    finding.observed.clone_from(&change.setting);
    finding.since = Some(change.at);
    finding.explanation = format!(
        "{} changed{by} on {} UTC: {}.",
        if weakens { "A safeguard was switched off: settings" } else { "Settings" },
        change.at.minute(),
        change.setting.trim_end_matches('.')
    );
    finding.remediation = if weakens {
        "Switch it on again unless its owner approved this, and check what happened while it was off.".to_owned()
    } else {
        "Attach the change record. Where there is none, ask whoever did it, and compare the settings with what was approved.".to_owned()
    };
    finding
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_safeguard_that_is_switched_off_is_high() {
        let cases = [
            ("org.settings.security.2fa.disable: Disabled the two-factor requirement", true),
            ("org.settings.security.2fa.enable: Enabled the two-factor requirement", false),
            ("org.settings.sso.disable", true),
            ("org.update_settings: Turned off single sign-on", true),
            ("org.settings.security.auto_join.disable: Disabled auto-join", false),
            ("application.lifecycle.deactivate: Deactivate application", true),
            ("application.lifecycle.update: Enabled the option to deactivate users", false),
            ("application.lifecycle.update: Pushing user passwords", false),
            ("Disable/pause provisioning configuration", true),
            ("Enable/restart provisioning configuration", false),
            ("Update attribute mappings or scope", false),
            ("Update service principal: AccountEnabled: false (was true)", true),
            ("Update service principal: AccountEnabled: true (was false)", false),
        ];
        for (setting, expected) in cases {
            assert_eq!(weakens(setting), expected, "{setting}");
        }
    }

    #[test]
    fn switching_on_again_mends_what_was_switched_off() {
        let change = |setting: &str| SettingChange {
            at: crate::model::time::Timestamp::from_micros(0),
            source: "huggingface-audit-log".to_owned(),
            subject: crate::model::event::NamedRef::default(),
            setting: setting.to_owned(),
            by: None,
            proof: 0,
        };
        let off = change("org.settings.security.2fa.disable: Disabled it");
        assert!(mends(&change("org.settings.security.2fa.enable: Enabled it"), &off));
        assert!(!mends(&change("org.settings.sso.enable"), &off));
        assert!(!mends(&off, &off));
        // Until June 2026 every setting had the one type.
        let off = change("org.update_settings: Turned off single sign-on");
        assert!(mends(&change("org.update_settings: Turned on single sign-on"), &off));
        assert!(!mends(&change("org.update_settings: Turned on the two-factor requirement"), &off));
        assert!(!mends(&change("org.update_join_settings: Enabled joining from a domain"), &off));
    }
}
