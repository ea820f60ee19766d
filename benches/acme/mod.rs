//! An invented company of any size: people, teams, accounts, groups, tokens, and a quarter of a year of logs, written as
//! the files its systems would answer with. The same size gives the same bytes.
//!
//! Most of it is as it should be. About one account in a hundred is not, in ways that every rule of a managed
//! organization finds; [`person::Fate`] lists them.

mod life;
mod listings;
mod logs;
mod person;

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use serde_json::Value;

use life::Event;
use person::{Fate, Person};

/// The application that provisions the target.
const APPLICATION: &str = "0oa1hfacme0000000000";
/// When everything is judged.
pub(super) const AS_OF: &str = "2026-10-01T06:00:00Z";
/// People of one team.
const TEAM: u64 = 70;
/// Teams that have a resource group of their own.
const RESOURCE_GROUPS: u64 = 40;

/// The company.
pub(super) struct Company {
    people: Vec<Person>,
    teams: u64,
}

impl Company {
    /// A company of so many people.
    pub(super) fn of(accounts: u64) -> Self {
        let teams = (accounts / TEAM).max(2);
        Self { people: (0..accounts).map(|number| Person::new(number, teams)).collect(), teams }
    }

    /// Writes every input and the config into a folder; returns the config's path.
    pub(super) fn write(&self, folder: &Path) -> PathBuf {
        self.write_logs(folder);
        self.write_provider(folder);
        self.write_target(folder);
        let rows = |name: &str, columns: &str, rows: Vec<String>| {
            fs::write(folder.join(name), format!("{columns}\n{}\n", rows.join("\n"))).unwrap();
        };
        rows("tokens-2026-10-01T020000Z.csv", listings::TOKEN_COLUMNS, self.people.iter().filter_map(listings::token).collect());
        rows("roster-2026-10-01.csv", listings::ROSTER_COLUMNS, self.people.iter().map(listings::employee).collect());
        let config = folder.join("scimdrift.toml");
        fs::write(&config, self.config()).unwrap();
        config
    }

    /// The System Log a file a week, the requests and the audit log in one file each, all in order of time.
    fn write_logs(&self, folder: &Path) {
        let mut events: Vec<Event> = Vec::new();
        self.people.iter().for_each(|person| life::events(person, &mut events));
        events.sort_by_key(|event| (event.at, event.person));
        let of = |event: &Event| &self.people[usize::try_from(event.person).unwrap()];
        let numbered = || (0..).zip(&events);
        for week in 0..=life::DAYS / 7 {
            let in_week = |(_, event): &(u64, &Event)| (event.at - life::BEGINNING) / 604_800 == week;
            let lines = numbered().filter(in_week).filter_map(|(number, event)| logs::okta(event, of(event), number));
            write_lines(&folder.join(format!("system-log-{week:02}.ndjson")), lines);
        }
        write_lines(&folder.join("requests.ndjson"), numbered().filter_map(|(number, event)| logs::request(event, of(event), number)));
        write_array(
            &folder.join("audit-log.json"),
            "[",
            numbered().filter_map(|(number, event)| logs::audit(event, of(event), number)),
            "]",
        );
    }

    fn write_provider(&self, folder: &Path) {
        let everybody = self.people.iter();
        write_array(&folder.join("users-2026-10-01T020000Z.json"), "[", everybody.clone().map(listings::okta_user), "]");
        let assigned = everybody.filter(|person| person.is_assigned()).map(listings::app_user);
        write_array(&folder.join("app-users-2026-10-01T020200Z.json"), "[", assigned, "]");
        let roles = [("00g1admins", "hf-admins", "admin"), ("00g1writers", "ml-engineers", "write")];
        let teams = (0..self.teams).map(|team| listings::okta_group(&logs::team_id(team), &logs::team_name(team)));
        let groups = teams.chain(roles.iter().map(|(id, name, _)| listings::okta_group(id, name)));
        write_array(&folder.join("groups-2026-10-01T020000Z.json"), "[", groups, "]");
        fs::create_dir_all(folder.join("group-users")).unwrap();
        for team in 0..self.teams {
            write_group(folder, &logs::team_id(team), self.team(team).iter());
        }
        for (id, _, role) in roles {
            write_group(folder, id, self.people.iter().filter(|person| person.role() == role));
        }
    }

    fn write_target(&self, folder: &Path) {
        let members = self.people.iter().filter(|person| person.has_account()).map(|person| {
            let group = Self::resource_group(person);
            listings::member(person, group.as_deref())
        });
        let doubled = self.people.iter().filter(|person| person.fate == Fate::TwoAccounts).map(listings::second_member);
        write_array(&folder.join("members-2026-10-01T021000Z.json"), "[", members.chain(doubled), "]");
        let list = "{\"schemas\":[\"urn:ietf:params:scim:api:messages:2.0:ListResponse\"],\"Resources\":[";
        let users = self.people.iter().filter(|person| person.had_account());
        let users = users.map(|person| listings::scim_user(person, person.has_account()));
        write_array(&folder.join("scim-users-2026-10-01T022000Z.json"), list, users, "]}");
        let groups = (0..self.teams).map(|team| listings::scim_group(team, &self.team(team)));
        write_array(&folder.join("scim-groups-2026-10-01T022000Z.json"), list, groups, "]}");
        let resource_groups = (0..RESOURCE_GROUPS.min(self.teams)).map(|team| {
            let name = logs::team_name(team);
            let members: Vec<Person> = self
                .people
                .iter()
                .filter(|person| person.has_account() && Self::resource_group(person).as_ref() == Some(&name))
                .copied()
                .collect();
            listings::resource_group(&name, &members)
        });
        write_array(&folder.join("resource-groups-2026-10-01T021000Z.json"), "[", resource_groups, "]");
        // The second of these listings has lost too much to be believed.
        for (moment, count) in [("2026-09-24T021000Z", 40), ("2026-10-01T021000Z", 20)] {
            write_array(&folder.join(format!("service-accounts-{moment}.json")), "[", (0..count).map(listings::service_account), "]");
        }
    }

    /// The members of a team.
    fn team(&self, team: u64) -> Vec<Person> {
        self.people.iter().filter(|person| person.team == team).copied().collect()
    }

    /// The resource group that a person is in: the team's own, and for some one that nobody asked for.
    fn resource_group(person: &Person) -> Option<String> {
        let team = if person.fate == Fate::ResourceExtra { (person.team + 1) % RESOURCE_GROUPS } else { person.team };
        (team < RESOURCE_GROUPS && person.is_active()).then(|| logs::team_name(team))
    }

    fn config(&self) -> String {
        let mapped =
            (0..RESOURCE_GROUPS.min(self.teams)).map(|team| format!("[resource_groups.\"team-{team}\"]\n\"team-{team}\" = \"write\"\n"));
        let inputs = ["*.ndjson", "*.json", "*.csv", "group-users"].map(|path| format!("[[input]]\npath = \"{path}\"\n"));
        format!(
            "[report]\norganization = \"Acme Corp\"\nfrom = 2026-07-01\nto = 2026-09-30\n[store]\npath = \"store.db\"\n{}\
             [idp]\nprovider = \"okta\"\napplication = \"{APPLICATION}\"\n\
             [target]\nprovider = \"huggingface\"\nname = \"acme\"\nsso = \"managed\"\ndefault_role = \"read\"\nscim_actors = [\"acme-scim\"]\n\
             user_name = \"strip-dots\"\nscim_token_expires = 2026-10-16\ntoken_policy = \"fine-grained\"\n\
             [roles]\n\"hf-admins\" = \"admin\"\n\"ml-engineers\" = \"write\"\n{}\
             [[account]]\nsystem = \"huggingface\"\nname = \"acme-job-1\"\nclass = \"service\"\n",
            inputs.concat(),
            mapped.collect::<String>()
        )
    }
}

fn write_group<'a>(folder: &Path, id: &str, members: impl Iterator<Item = &'a Person>) {
    let envelope = format!(
        "{{\"scimdrift\":\"listing/1\",\"source\":\"okta-group-users\",\"params\":{{\"groupId\":\"{id}\"}},\"collected_at\":\"2026-10-01T02:01:00Z\",\"complete\":true,\"items\":["
    );
    write_array(&folder.join("group-users").join(format!("{id}.json")), &envelope, members.map(listings::okta_user), "]}");
}

fn write_lines(path: &Path, values: impl Iterator<Item = Value>) {
    let mut file = BufWriter::new(File::create(path).unwrap());
    for value in values {
        writeln!(file, "{value}").unwrap();
    }
    file.flush().unwrap();
}

fn write_array(path: &Path, opening: &str, values: impl Iterator<Item = Value>, closing: &str) {
    let mut file = BufWriter::new(File::create(path).unwrap());
    file.write_all(opening.as_bytes()).unwrap();
    for (number, value) in values.enumerate() {
        let separator = if number == 0 { "" } else { "," };
        write!(file, "{separator}{value}").unwrap();
    }
    file.write_all(closing.as_bytes()).unwrap();
    file.flush().unwrap();
}
