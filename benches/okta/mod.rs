//! An invented Okta tenant that writes System Log events of about three kilobytes, the same ones for the same seed.

use std::fmt::Write as _;

use crate::random::Random;

/// Of so many events, one touches access to the target.
const RELEVANT: u64 = 20;
/// The application that provisions the target, and seven others that people sign on to.
const APPLICATIONS: [(&str, &str); 8] = [
    ("0oa1hfacme", "Hugging Face"),
    ("0oa2wiki", "Wiki"),
    ("0oa3mail", "Mail"),
    ("0oa4chat", "Chat"),
    ("0oa5pay", "Payroll"),
    ("0oa6code", "Code"),
    ("0oa7tickets", "Tickets"),
    ("0oa8video", "Video"),
];
/// Events that say nothing about access to the target.
const OTHERS: [&str; 4] = ["user.session.start", "user.authentication.sso", "policy.evaluate_sign_on", "user.authentication.auth_via_mfa"];
/// Events that do.
const ACCESS: [&str; 6] = [
    "user.authentication.sso",
    "group.user_membership.add",
    "group.user_membership.remove",
    "application.user_membership.add",
    "application.user_membership.remove",
    "application.provision.user.push_profile",
];
const PEOPLE: u64 = 5_000;
const GROUPS: u64 = 40;
/// 2026-04-01T00:00:00Z in seconds, and how many seconds lie between two events.
const BEGINNING: u64 = 1_775_001_600;
const PACE: u64 = 7;

/// One event, as one line of JSON.
pub(super) struct Event {
    pub(super) json: String,
    /// Whether it touches access to the target.
    pub(super) relevant: bool,
}

/// Everybody and everything that events are about.
pub(super) struct Tenant {
    random: Random,
}

impl Tenant {
    /// The tenant of this seed.
    pub(super) fn new(seed: u64) -> Self {
        Self { random: Random::new(seed) }
    }

    /// The next event; its number sets its time.
    pub(super) fn event(&mut self, number: u64) -> Event {
        let relevant = self.random.below(RELEVANT) == 0;
        let (kind, application) = if relevant {
            (self.random.one(&ACCESS), APPLICATIONS[0])
        } else {
            (self.random.one(&OTHERS), self.random.one(&APPLICATIONS[1..]))
        };
        let actor = self.random.below(PEOPLE);
        let targets = self.targets(kind, actor, application);
        let json = self.json(number, kind, actor, &targets);
        Event { json, relevant }
    }

    /// A member's event has two users: who did it is the actor, whom it happened to is a target, and so may be the admin.
    fn targets(&mut self, kind: &str, actor: u64, (id, label): (&str, &str)) -> String {
        let person = if kind.starts_with("user.") { actor } else { self.random.below(PEOPLE) };
        let user = |person: u64, kind: &str| {
            format!(
                r#"{{"id":"{}","type":"{kind}","alternateId":"{}","displayName":"Person {person}","detailEntry":null}}"#,
                person_id(person),
                login(person)
            )
        };
        let application = format!(
            r#"{{"id":"{id}","type":"AppInstance","alternateId":"{label}","displayName":"{label}","detailEntry":{{"signOnModeType":"SAML_2_0"}}}}"#
        );
        match kind {
            "group.user_membership.add" | "group.user_membership.remove" => {
                let group = self.random.below(GROUPS);
                format!(
                    r#"{},{{"id":"00g{group:08}","type":"UserGroup","alternateId":"unknown","displayName":"team-{group}","detailEntry":null}}"#,
                    user(person, "User")
                )
            }
            "user.session.start" | "policy.evaluate_sign_on" => user(person, "User"),
            "user.authentication.sso" => format!("{application},{}", user(person, "AppUser")),
            _ => format!("{},{application},{}", user(person, "AppUser"), user(person, "User")),
        }
    }

    fn json(&mut self, number: u64, kind: &str, actor: u64, targets: &str) -> String {
        let (uuid, transaction, session) = (self.random.uuid(), self.random.hex(20), self.random.hex(24));
        let address = format!("198.51.100.{}", self.random.below(256));
        let agent = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/149.0.0.0 Safari/537.36";
        let place =
            r#"{"city":"Exampleton","state":"Example","country":"Nowhere","postalCode":"00000","geolocation":{"lat":0.5,"lon":0.5}}"#;
        let mut json = String::with_capacity(3_200);
        let _ = write!(
            json,
            r#"{{"actor":{{"id":"{id}","type":"User","alternateId":"{login}","displayName":"Person {actor}","detailEntry":null}},"client":{{"userAgent":{{"rawUserAgent":"{agent}","os":"Mac OS X","browser":"CHROME"}},"zone":"null","device":"Computer","id":null,"ipAddress":"{address}","geographicalContext":{place}}},"device":null,"authenticationContext":{{"authenticationProvider":null,"credentialProvider":null,"credentialType":null,"issuer":null,"interface":null,"authenticationStep":0,"rootSessionId":"{session}","externalSessionId":"{session}"}},"displayMessage":"{kind}","eventType":"{kind}","outcome":{{"result":"SUCCESS","reason":null}},"published":"{published}","securityContext":{{"asNumber":64500,"asOrg":"example carrier","isp":"example carrier","domain":"example.net","isProxy":false}},"severity":"INFO","debugContext":{{"debugData":{{"requestId":"{transaction}","dtHash":"{hash}","requestUri":"/app/acme/sso/saml","url":"/app/acme/sso/saml?","threatSuspected":"false","behaviors":"{{New Geo-Location=NEGATIVE, New Device=NEGATIVE, New IP=NEGATIVE, New State=NEGATIVE, New Country=NEGATIVE, Velocity=NEGATIVE, New City=NEGATIVE}}","risk":"{{reasons=Anomalous Device, level=LOW}}","logOnlySecurityData":"{padding}"}}}},"legacyEventType":null,"transaction":{{"type":"WEB","id":"{transaction}","detail":{{}}}},"uuid":"{uuid}","version":"0","request":{{"ipChain":[{{"ip":"{address}","geographicalContext":{place},"version":"V4","source":null}}]}},"target":[{targets}]}}"#,
            id = person_id(actor),
            login = login(actor),
            published = published(number),
            hash = self.random.hex(64),
            padding = self.random.hex(900),
        );
        json
    }
}

fn person_id(person: u64) -> String {
    format!("00u{person:017}")
}

fn login(person: u64) -> String {
    format!("person.{person}@acme.example")
}

fn published(number: u64) -> String {
    let seconds = i64::try_from(BEGINNING + number * PACE).unwrap();
    let moment = chrono::DateTime::from_timestamp(seconds, 0).unwrap();
    moment.format("%Y-%m-%dT%H:%M:%S.000Z").to_string()
}
