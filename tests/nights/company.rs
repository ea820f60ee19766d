//! A small company over thirty nights of June: what its exports are each night, and what goes wrong with them.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::{Value, json};

/// Nights from the first to the last of June.
pub(crate) const NIGHTS: u32 = 30;
/// So many people at the beginning.
const PEOPLE: u32 = 40;
const APPLICATION: &str = "0oa1hfacme0000000000";

/// Who leaves, on which day of June, and on which day the account goes, if at all.
const LEAVERS: [(u32, u32, u32); 3] = [(5, 3, 3), (7, 5, 11), (9, 21, 99)];

/// What is out of order, by night, as an operator would note it.
pub(crate) fn note(night: u32) -> &'static str {
    match night {
        4 => "person05 left yesterday, and the account went with them",
        6 => "person07 left yesterday, and the account is still there",
        9 => "the export of the System Log did not run",
        10 => "it did not run again",
        11 => "it runs again, and the two days are missing",
        12 => "the account of person07 was removed by hand; the System Log of the two days is delivered late",
        15 => "the listings of people and of members have twelve rows of forty",
        16 => "they are whole again",
        17 => "the listing of people is a gzip that breaks off",
        18 => "it is exported again, whole, under the same name",
        20 => "the last line of the System Log is torn",
        21 => "the file was finished",
        22 => "person09 left yesterday, and the account is still there; the audit log was rotated",
        23 => "the System Log of the days 22 and 23 is lost for good",
        25 => "the operator accepts the gap until the 27th",
        28 => "the acceptance is over",
        30 => "the operator accepts the gap until the end of the year",
        _ => "",
    }
}

/// The company in a folder of its own.
pub(crate) struct Company {
    pub(crate) folder: PathBuf,
    program: PathBuf,
}

impl Company {
    pub(crate) fn new(folder: &Path, program: &Path) -> Self {
        fs::create_dir_all(folder.join("inputs")).expect("a folder");
        let input = |name: &str, more: &str| format!("[[input]]\npath = \"inputs/{name}\"\n{more}\n");
        let nightly = "max_age = \"26h\"";
        let config = format!(
            "[report]\norganization = \"Acme Corp\"\n{}{}{}{}{}{}[idp]\nprovider = \"okta\"\napplication = \"{APPLICATION}\"\n\
             [target]\nprovider = \"huggingface\"\nname = \"acme\"\nscim_actors = [\"acme-scim\"]\n",
            input("system-log-*", ""),
            input("users-*", nightly),
            input("app-users-*", nightly),
            input("members-*", nightly),
            input("scim-users-*", nightly),
            input("audit-log*", ""),
        );
        fs::write(folder.join("scimdrift.toml"), config).expect("a config");
        Self { folder: folder.to_owned(), program: program.to_owned() }
    }

    /// The exports of a night, made at two o'clock.
    pub(crate) fn export(&self, night: u32) {
        let stamp = format!("2026-06-{night:02}T020000Z");
        let shown = if night == 15 { 12 } else { PEOPLE };
        let people = (0..shown).map(|number| okta_user(number, night));
        let people = Value::from(people.collect::<Vec<_>>()).to_string().into_bytes();
        match night {
            17 => self.write(&format!("users-{stamp}.json.gz"), &gzip(&people)[..400]),
            18 => {
                self.write("users-2026-06-17T020000Z.json.gz", &gzip(&people));
                self.write(&format!("users-{stamp}.json"), &people);
            }
            _ => self.write(&format!("users-{stamp}.json"), &people),
        }
        let assigned: Vec<Value> = (0..PEOPLE).filter(|number| is_employed(*number, night)).map(app_user).collect();
        self.write(&format!("app-users-{stamp}.json"), Value::from(assigned).to_string().as_bytes());
        let members: Vec<Value> = (0..shown).filter(|number| has_account(*number, night)).map(member).collect();
        self.write(&format!("members-{stamp}.json"), Value::from(members).to_string().as_bytes());
        let users: Vec<Value> = (0..PEOPLE).map(|number| scim_user(number, has_account(number, night))).collect();
        let list =
            json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], "totalResults": users.len(), "Resources": users});
        self.write(&format!("scim-users-{stamp}.json"), list.to_string().as_bytes());
        self.export_logs(night);
    }

    fn export_logs(&self, night: u32) {
        match night {
            9 | 10 | 22 | 23 => {}
            12 => [9, 10, 12].iter().for_each(|night| self.write(&log_name(*night), &system_log(*night))),
            20 => {
                let log = system_log(night);
                self.write(&log_name(night), &log[..log.len() - 100]);
            }
            21 => [20, 21].iter().for_each(|night| self.write(&log_name(*night), &system_log(*night))),
            _ => self.write(&log_name(night), &system_log(night)),
        }
        // One file that grows, and is put away once.
        let current = self.folder.join("inputs/audit-log.ndjson");
        if night == 22 {
            fs::rename(&current, self.folder.join("inputs/audit-log.1.ndjson")).expect("a rotation");
        }
        let mut file = fs::OpenOptions::new().append(true).create(true).open(current).expect("the audit log");
        file.write_all(&audit_log(night)).expect("more of it");
    }

    /// The job of a night, at six o'clock.
    pub(crate) fn run(&self, night: u32) -> Output {
        let mut command = std::process::Command::new(&self.program);
        command.env_clear().args(["run", "--as-of", &format!("2026-06-{night:02}T06:00:00Z")]);
        command.arg("--config").arg(self.folder.join("scimdrift.toml")).arg("--out").arg(self.report(night));
        command.output().expect("the program starts")
    }

    /// The folder of a night's report.
    pub(crate) fn report(&self, night: u32) -> PathBuf {
        self.folder.join(format!("reports/{night:02}"))
    }

    /// Accepts a finding, alone.
    pub(crate) fn waive(&self, finding: &str, expires: &str) {
        let text = format!(
            "[[waiver]]\nfinding = \"{finding}\"\nreason = \"the log of two days is lost\"\napprover = \"ciso@acme.example\"\nexpires = {expires}\n"
        );
        fs::write(self.folder.join("waivers.toml"), text).expect("waivers");
    }

    fn write(&self, name: &str, content: &[u8]) {
        fs::write(self.folder.join("inputs").join(name), content).expect("an export");
    }
}

/// Whether the person is active on the day before this night.
fn is_employed(number: u32, night: u32) -> bool {
    LEAVERS.iter().all(|(who, left, _)| *who != number || night <= *left)
}

fn has_account(number: u32, night: u32) -> bool {
    LEAVERS.iter().all(|(who, _, removed)| *who != number || night <= *removed)
}

fn login(number: u32) -> String {
    format!("person{number:02}@acme.example")
}

fn person_id(number: u32) -> String {
    format!("00u{number:017}")
}

fn account_id(number: u32) -> String {
    format!("64{number:022x}")
}

fn okta_user(number: u32, night: u32) -> Value {
    let status = if is_employed(number, night) { "ACTIVE" } else { "DEPROVISIONED" };
    json!({"id": person_id(number), "status": status, "created": "2025-01-02T00:00:00.000Z", "profile": {"login": login(number), "email": login(number),
        "firstName": "Person", "lastName": format!("No {number}")}, "credentials": {"provider": {"type": "OKTA", "name": "OKTA"}}})
}

fn app_user(number: u32) -> Value {
    json!({"id": person_id(number), "externalId": account_id(number), "created": "2025-01-02T00:00:00.000Z", "scope": "USER", "status": "PROVISIONED",
        "syncState": "SYNCHRONIZED", "credentials": {"userName": login(number)},
        "_links": {"app": {"href": format!("https://acme.okta.example/api/v1/apps/{APPLICATION}")}}})
}

fn member(number: u32) -> Value {
    json!({"_id": account_id(number), "user": format!("person{number:02}"), "fullname": format!("Person No {number}"), "type": "user", "role": "read",
        "avatarUrl": "https://avatars.example/0.png", "isPro": false, "twoFaEnabled": true, "verifiedEmail": login(number)})
}

fn scim_user(number: u32, active: bool) -> Value {
    json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": account_id(number), "externalId": person_id(number),
        "userName": format!("person{number:02}"), "emails": [{"value": login(number), "primary": true}], "active": active,
        "name": {"givenName": "Person", "familyName": format!("No {number}")}})
}

fn log_name(night: u32) -> String {
    format!("system-log-2026-06-{night:02}.ndjson")
}

/// The System Log of the day before a night, with two hours of the day before that, which the last file has too.
fn system_log(night: u32) -> Vec<u8> {
    let end = i64::from(night) * 24 + 2;
    let mut lines = Vec::new();
    for hour in end - 26..end {
        let number = u32::try_from(hour).unwrap_or_default();
        lines.push(okta_event("user.authentication.sso", hour, 15, number % 4, "User"));
        for (who, left, removed) in LEAVERS {
            if hour == i64::from(left) * 24 + 10 {
                lines.push(okta_event("user.lifecycle.deactivate", hour, 0, who, "SystemPrincipal"));
                if removed == left {
                    lines.push(okta_event("application.provision.user.deactivate", hour, 1, who, "SystemPrincipal"));
                }
            }
        }
    }
    lines.into_iter().flat_map(|line| format!("{line}\n").into_bytes()).collect()
}

/// An event in an hour of June, which begins with hour 24: the first day is 1.
fn okta_event(kind: &str, hour: i64, minute: u32, who: u32, actor: &str) -> Value {
    let user = json!({"id": person_id(who), "type": "User", "alternateId": login(who), "displayName": login(who)});
    let application = json!({"id": APPLICATION, "type": "AppInstance", "alternateId": "Hugging Face", "displayName": "Hugging Face"});
    json!({"uuid": format!("{hour:08x}-0000-4000-8000-{minute:04x}{who:08x}"), "published": moment(hour, minute), "eventType": kind,
        "displayMessage": kind, "outcome": {"result": "SUCCESS"}, "actor": {"id": person_id(who), "type": actor, "alternateId": login(who)},
        "target": [user, application]})
}

/// The audit log of the day before a night: somebody signs in every hour.
fn audit_log(night: u32) -> Vec<u8> {
    let end = i64::from(night) * 24 + 2;
    let hours = (end - 24..end).flat_map(|hour| {
        let who = u32::try_from(hour).unwrap_or_default() % 4;
        let login = audit_entry("org.sso_login", hour, 15, &format!("person{who:02}"), &json!({"provider": "saml"}));
        let removed = LEAVERS.iter().filter(move |(_, _, removed)| hour == i64::from(*removed) * 24 + 10).map(move |(who, _, _)| {
            audit_entry("org.remove_user", hour, 2, "acme-scim", &json!({"user": format!("person{who:02}"), "userId": account_id(*who)}))
        });
        std::iter::once(login).chain(removed)
    });
    hours.flat_map(|line| format!("{line}\n").into_bytes()).collect()
}

fn audit_entry(kind: &str, hour: i64, minute: u32, author: &str, about: &Value) -> Value {
    json!({"_id": format!("65{hour:020x}{minute:02x}"), "createdAt": moment(hour, minute), "type": kind, "message": format!("{kind} by {author}"),
        "author": {"_id": format!("63{:0>22}", author.len()), "user": author, "type": "user"}, "data": about})
}

/// The last days of May, where the hour lies before June.
fn moment(hour: i64, minute: u32) -> String {
    let first = chrono::DateTime::from_timestamp(1_780_272_000, 0).expect("the first of June 2026");
    let at = first + chrono::TimeDelta::hours(hour - 24) + chrono::TimeDelta::minutes(i64::from(minute));
    at.format("%Y-%m-%dT%H:%M:%S.000Z").to_string()
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(text).expect("memory takes everything");
    gzip.finish().expect("memory takes everything")
}
