//! The nightly job from outside: alone at its store, brief, and heard where something is new or broken.

mod alone;
mod digest;
mod log;
mod message;
mod metrics;
mod server;
mod waived;
mod webhook;

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::{config, scimdrift};

/// Two nights, one after the other.
const NIGHTS: [&str; 2] = ["2026-06-02T06:00:00Z", "2026-06-03T06:00:00Z"];

/// A small company whose exports change from night to night.
struct Company {
    folder: tempfile::TempDir,
    config: PathBuf,
}

impl Company {
    /// With more of a config; nothing was exported yet.
    fn new(more: &str) -> Self {
        let folder = crate::support::folder();
        // One of two accounts without an owner would make the matching suspect.
        let more = format!("from = 2026-06-01\nto = 2026-06-01\n[thresholds]\nmax_change = \"100%\"\n{more}");
        let config = config(folder.path(), &more);
        let company = Self { folder, config };
        company.export(
            "users-2026-06-01T120000Z.json",
            r#"[{"id":"00u1","status":"ACTIVE","created":"2025-01-01T00:00:00.000Z","profile":{"login":"ada@acme.example"},"credentials":{}}]"#,
        );
        company
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn export(&self, name: &str, text: &str) {
        crate::support::input(self.folder.path(), name, text.as_bytes());
    }

    /// A listing of the organization's members, at noon of a day of June: Ada, and these whom nobody owns.
    fn members(&self, day: u32, strays: &[&str]) {
        let member = |(number, user): (usize, &&str)| {
            format!(
                r#"{{"_id":"65a1000000000000000000{number:02}","user":"{user}","fullname":"{user}","avatarUrl":"https://a.example/a.png","role":"read"}}"#
            )
        };
        let members: Vec<String> = ["ada"].iter().chain(strays).enumerate().map(member).collect();
        self.export(&format!("members-2026-06-{day:02}T120000Z.json"), &format!("[{}]", members.join(",")));
    }

    /// One System Log event of no interest, at this hour of the first day.
    fn event(hour: u32) -> String {
        format!(
            r#"{{"uuid":"0000{hour:04}-aaaa-bbbb-cccc-000000000000","published":"2026-06-01T{hour:02}:00:00.000Z","eventType":"policy.evaluate_sign_on","actor":{{"id":"00u1","type":"User","alternateId":"ada@acme.example"}},"outcome":{{"result":"ALLOW"}},"target":[]}}"#
        )
    }

    fn command(&self, name: &str) -> Command {
        let mut command = scimdrift();
        command.arg(name).arg("--config").arg(&self.config).arg("--store").arg(self.path("store.db"));
        command
    }

    /// A run as of this moment; its report is in `report`.
    fn run(&self, as_of: &str) -> Command {
        let mut command = self.command("run");
        command.args(["--as-of", as_of]).arg("--out").arg(self.path("report"));
        command
    }

    /// A run that cannot write its report.
    fn failing_run(&self, as_of: &str) -> Command {
        let mut command = self.command("run");
        command.args(["--as-of", as_of, "--out", "/dev/null/report"]);
        command
    }
}

fn output(mut command: Command) -> std::process::Output {
    command.output().expect("the program starts")
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).expect("a text")
}
