//! `huggingface-audit-log`: the audit log of a Hugging Face organization, as `GET …/audit-log/export` writes it.
//!
//! Every entry matters: what does not change access shows that its author is active. Types are an open set, and the
//! shape of `data` is not documented; [`subject`] reads it by the names seen in it, else by the message.

mod subject;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::recognition::{certain, has_all};
use super::wire::{Moment, Object, Text, json, keep, reject};
use super::{Source, System};
use crate::model::event::{AccountRef, Activity, Actor, Change, Event, Membership, NamedRef, Outcome, TokenStep};
use crate::model::record::{Decoded, Kind, RawRecord, Recognition, Reject, Sample, Scope};
use subject::Subject;

pub(super) const SOURCE: Source = Source {
    id: "huggingface-audit-log",
    title: "Hugging Face audit log",
    doc: include_str!("../../../docs/sources/huggingface-audit-log.md"),
    kind: Kind::Log,
    system: System::Provider("huggingface"),
    scope: None,
    recognizes,
    decode,
};

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Entry<'a> {
    #[serde(borrow, rename = "_id")]
    id: Text<'a>,
    #[serde(borrow)]
    created_at: Moment<'a>,
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
    #[serde(borrow)]
    message: Text<'a>,
    #[serde(borrow)]
    author: Object<Author<'a>>,
    #[serde(borrow)]
    token: Object<Token<'a>>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Author<'a> {
    #[serde(borrow, rename = "_id")]
    id: Text<'a>,
    #[serde(borrow)]
    user: Text<'a>,
    #[serde(borrow, rename = "type")]
    kind: Text<'a>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Token<'a> {
    #[serde(borrow)]
    id: Text<'a>,
}

fn recognizes(sample: &Sample<'_>) -> Recognition {
    certain(sample, |record| has_all(record, &["createdAt", "type", "author", "message"]))
}

fn decode(record: &RawRecord<'_>, _: &Scope) -> Result<Decoded, Reject> {
    let entry: Entry<'_> = json(record)?;
    let event = event(record, &entry).map_err(|reason| reject(record, reason))?;
    Ok(Decoded::Used(Box::new(event)))
}

fn event(record: &RawRecord<'_>, entry: &Entry<'_>) -> Result<Event, String> {
    let author = &entry.author.0;
    let actor = Actor { id: author.id.keep(), name: author.user.keep(), kind: author.kind.keep() };
    Ok(Event {
        at: entry.created_at.read("createdAt")?.ok_or("has no createdAt")?,
        source: SOURCE.id.to_owned(),
        native_id: entry.id.keep().ok_or("has no _id")?,
        outcome: Outcome::Success,
        actor: (actor != Actor::default()).then_some(actor),
        failure: None,
        correlation: None,
        token: entry.token.0.id.keep(),
        activity: activity(entry)?,
        origin: record.origin,
    })
}

fn activity(entry: &Entry<'_>) -> Result<Activity, String> {
    let kind = entry.kind.get().ok_or("has no type")?;
    let subject = || Subject::of(entry.data, entry.message.get().unwrap_or_default());
    let membership = |step| {
        let subject = subject();
        Activity::Membership { role: subject.role(), account: subject.account().unwrap_or_default(), step }
    };
    // Leaving, joining and accepting are done by the one they happen to.
    let own_membership = |step| {
        let subject = subject();
        Activity::Membership { role: subject.role(), account: subject.account().unwrap_or_else(|| account(entry)), step }
    };
    Ok(match kind {
        "org.add_user" => membership(Membership::Added),
        "org.remove_user" => membership(Membership::Removed),
        "org.invite_user" | "org.invite.email" => membership(Membership::Invited),
        "org.leave" => own_membership(Membership::Left),
        "org.sso_join" => own_membership(Membership::Joined),
        "org.invite.accept" => own_membership(Membership::Accepted),
        _ if kind.starts_with("org.join.") => own_membership(Membership::Joined),
        "org.change_role" => {
            let subject = subject();
            let to = subject.new_role().ok_or("is a change of role that does not tell the new role")?;
            Activity::RoleChange { account: subject.account().unwrap_or_default(), from: subject.old_role(), to }
        }
        "resource_group.add_users" | "resource_group.change_role" => resource_group(&subject(), Change::Added),
        "resource_group.remove_users" => resource_group(&subject(), Change::Removed),
        "org.sso_login" => Activity::Login { account: account(entry) },
        _ => match (token_step(kind), is_setting(kind)) {
            (Some(step), _) => Activity::Credential { system: "huggingface".to_owned(), credential: subject().credential(), step },
            (None, true) => Activity::Setting { subject: NamedRef::default(), setting: setting(kind, entry) },
            (None, false) => Activity::Act { account: account(entry), kind: keep(kind) },
        },
    })
}

fn resource_group(subject: &Subject, change: Change) -> Activity {
    Activity::ResourceGroupMembers { group: subject.resource_group(), accounts: subject.accounts(), change }
}

fn token_step(kind: &str) -> Option<TokenStep> {
    Some(match kind {
        "org.rotate_token" | "org.service_account.token.rotate" => TokenStep::Rotated,
        "org.service_account.token.create" => TokenStep::Created,
        "org.service_account.token.delete" => TokenStep::Revoked,
        "org.service_account.token.update" => TokenStep::Updated,
        _ => return None,
    })
}

/// Before June 2026 every change of a setting was one `org.update_settings`.
fn is_setting(kind: &str) -> bool {
    let exact = ["org.update_settings", "org.update_join_settings", "org.token_approval.enabled", "org.token_approval.disabled"];
    exact.contains(&kind) || kind == "org.settings" || kind.starts_with("org.settings.")
}

fn setting(kind: &str, entry: &Entry<'_>) -> String {
    entry.message.get().map_or_else(|| keep(kind), |message| keep(&format!("{kind}: {message}")))
}

fn account(entry: &Entry<'_>) -> AccountRef {
    AccountRef { system: None, id: entry.author.0.id.keep(), name: entry.author.0.user.keep() }
}
