//! The text of a config: what is known as keys, what is not as comments that say where to look it up.

use crate::cli::terminal::visible;
use crate::model::proposal::{Candidate, Proposal, ProposedInput, Told};
use crate::policy::{Thresholds, quoted};

/// Comments behind a key begin in this column where the key is shorter.
const COLUMN: usize = 32;
/// Longer comments stand above, broken at this width.
const WIDTH: usize = 120;
/// So many are named of each: files that are left out, applications, resource groups, accounts.
const NAMES: usize = 20;

const HEAD: &str = "\
# scimdrift.toml, as `scimdrift init` made it of a folder of exports. What is commented out they do not tell: where it
# can be looked up stands beside it. Paths are relative to this file. docs/guides/configuration.md has every key.
";

/// The config that a proposal amounts to; `store` is where the runs will keep what they read.
pub(super) fn config(proposal: &Proposal, store: &str) -> String {
    let mut page = Page(HEAD.to_owned());
    report(&mut page, proposal, store);
    inputs(&mut page, proposal);
    idp(&mut page, proposal);
    target(&mut page, proposal);
    roles(&mut page, proposal);
    accounts(&mut page, proposal);
    page.blank();
    page.remark("# [thresholds]", "the defaults");
    for (key, value) in Thresholds::default().parameters() {
        let key = key.trim_start_matches("thresholds.");
        page.line(&format!("# {key} = {}", quoted(&value.replace(' ', ""))));
    }
    page.0
}

fn report(page: &mut Page, proposal: &Proposal, store: &str) {
    page.title("[report]");
    let name = proposal.target.as_ref().map_or("", |told| told.value.as_str());
    page.remark(&format!("organization = {}", quoted(name)), "its name in the head of a report; here the target's, until you write yours");
    let span = proposal.from.zip(proposal.to).map(|(from, to)| format!("; the logs reach from {} to {} UTC", from.minute(), to.minute()));
    page.remark(
        "# from = YYYY-MM-DD",
        &format!("the audit period, both ends included; without it all there is{}", span.unwrap_or_default()),
    );
    page.remark("# to = YYYY-MM-DD", "");
    page.title("[store]");
    page.line(&format!("path = {}", quoted(store)));
}

fn inputs(page: &mut Page, proposal: &Proposal) {
    page.blank();
    page.comment("What to read. Give each that comes every night `max_age = \"26h\"`, so that you are told when an export stops.");
    proposal.inputs.iter().for_each(|proposed| input(page, proposed));
    if proposal.unread.is_empty() {
        return;
    }
    page.blank();
    page.comment("Left out, since they cannot be read:");
    for file in proposal.unread.iter().take(NAMES) {
        page.comment(&format!("  {}: {}", quoted(&file.file), file.reason));
    }
    page.more(proposal.unread.len(), "files");
}

fn input(page: &mut Page, input: &ProposedInput) {
    page.blank();
    let files = if input.files == 1 { "1 file".to_owned() } else { format!("{} files", input.files) };
    page.remark("[[input]]", &format!("{}: {}, {files}", input.source, input.title));
    page.line(&format!("path = {}", quoted(&input.path)));
    if input.needs_taken_at {
        page.remark(
            "# taken_at = YYYY-MM-DDTHH:MM:SSZ",
            "when this listing was taken: nothing in it says so, and a run refuses it until this is set",
        );
    }
}

fn idp(page: &mut Page, proposal: &Proposal) {
    page.title("[idp]");
    match &proposal.provider {
        Some(told) => page.told("provider", told),
        None => page.remark("provider = \"okta\"", &format!("not known, and needed: {}", look_up(proposal, "idp.provider"))),
    }
    match &proposal.application {
        Some(told) => page.told("application", told),
        None => page.ask(proposal, "# application = \"…\"", "idp.application"),
    }
    for other in proposal.other_applications.iter().take(NAMES) {
        page.comment(&format!("application = {}: {}", quoted(&other.application), about(other)));
    }
    page.more(proposal.other_applications.len(), "applications");
}

/// `"Slack", less likely, with 4 attempts at provisioning`
fn about(candidate: &Candidate) -> String {
    let label = candidate.label.as_ref().map_or_else(String::new, |label| format!("{}, ", quoted(label)));
    format!(
        "{label}less likely, with {} attempts at provisioning; {} accounts it knows are in the target",
        candidate.attempts, candidate.accounts
    )
}

fn target(page: &mut Page, proposal: &Proposal) {
    page.title("[target]");
    page.line("provider = \"huggingface\"");
    match &proposal.target {
        Some(told) => page.told("name", told),
        None => page.remark("name = \"\"", &format!("not known, and needed: {}", look_up(proposal, "target.name"))),
    }
    match &proposal.sso {
        Some(told) => page.told("sso", told),
        None => page.ask(proposal, "# sso = \"…\"", "target.sso"),
    }
    page.ask(proposal, "# default_role = \"…\"", "target.default_role");
    if proposal.scim_actors.is_empty() {
        page.ask(proposal, "# scim_actors = [\"…\"]", "target.scim_actors");
    } else {
        let names: Vec<String> = proposal.scim_actors.iter().map(|told| quoted(&told.value)).collect();
        let why: Vec<&str> = proposal.scim_actors.iter().map(|told| told.why.as_str()).collect();
        page.remark(&format!("scim_actors = [{}]", names.join(", ")), &why.join("; "));
    }
    match &proposal.user_name {
        Some(told) => page.told("user_name", told),
        None => page.ask(proposal, "# user_name = \"…\"", "target.user_name"),
    }
    page.ask(proposal, "# scim_token_expires = YYYY-MM-DD", "target.scim_token_expires");
    match &proposal.token_policy {
        Some(told) => page.told("token_policy", told),
        None => page.ask(proposal, "# token_policy = \"…\"", "target.token_policy"),
    }
}

fn roles(page: &mut Page, proposal: &Proposal) {
    page.blank();
    page.remark("# [roles]", "group of the identity provider -> no_access, read, contributor, write or admin; the highest wins");
    page.comment(&format!("Where to look: {}", look_up(proposal, "roles")));
    for group in &proposal.idp_groups {
        page.comment(&format!("{} = \"…\"", quoted(group)));
    }
    if proposal.more_idp_groups > 0 {
        page.comment(&format!("and {} more groups", proposal.more_idp_groups));
    }
    if proposal.resource_groups.is_empty() {
        return;
    }
    page.blank();
    let groups: Vec<String> = proposal.scim_groups.iter().take(NAMES).map(|group| quoted(group)).collect();
    let groups = if groups.is_empty() { "none was seen".to_owned() } else { groups.join(", ") };
    page.above(&format!(
        "resource group -> SCIM group -> role in it. Where to look: {}. SCIM groups: {groups}",
        look_up(proposal, "resource_groups")
    ));
    for resource_group in proposal.resource_groups.iter().take(NAMES) {
        page.comment(&format!("[resource_groups.{}]", quoted(resource_group)));
        page.comment("\"…\" = \"…\"");
    }
    page.more(proposal.resource_groups.len(), "resource groups");
}

fn accounts(page: &mut Page, proposal: &Proposal) {
    for account in proposal.accounts.iter().take(NAMES) {
        page.blank();
        page.remark("# [[account]]", "no person's: name who answers for it, and when it is looked at next");
        page.comment(&format!("system = {}", quoted(&account.system)));
        page.comment(&format!("name = {}", quoted(&account.name)));
        page.comment(&format!("class = {}", quoted(&account.class)));
        page.comment("owner = \"…\"");
        page.comment("review_by = YYYY-MM-DD");
    }
    page.more(proposal.accounts.len(), "accounts that are no person's");
}

fn look_up<'a>(proposal: &'a Proposal, key: &str) -> &'a str {
    proposal.unknown.iter().find(|unknown| unknown.key == key).map_or("", |unknown| unknown.look_up.as_str())
}

/// Lines of a config. Comments stay on their line, whatever names are in them.
struct Page(String);

impl Page {
    fn line(&mut self, line: &str) {
        self.0.push_str(line);
        self.blank();
    }

    fn blank(&mut self) {
        self.0.push('\n');
    }

    fn title(&mut self, title: &str) {
        self.blank();
        self.line(title);
    }

    fn comment(&mut self, text: &str) {
        let text = one_line(text);
        self.line(&format!("# {text}"));
    }

    /// A line, and what is to be said of it: behind it where there is room, else above.
    fn remark(&mut self, line: &str, remark: &str) {
        let remark = one_line(remark);
        if remark.is_empty() {
            self.line(line);
        } else if COLUMN.max(line.chars().count()) + 3 + remark.chars().count() <= WIDTH {
            self.line(&format!("{line:<COLUMN$} # {remark}"));
        } else {
            self.above(&remark);
            self.line(line);
        }
    }

    /// A comment on lines of its own.
    fn above(&mut self, text: &str) {
        let remark = one_line(text);
        let mut above = "#".to_owned();
        for word in remark.split(' ') {
            if above.chars().count() + word.chars().count() >= WIDTH {
                self.line(&above);
                "#".clone_into(&mut above);
            }
            above.push(' ');
            above.push_str(word);
        }
        self.line(&above);
    }

    /// How many there are beyond those that are named.
    fn more(&mut self, all: usize, what: &str) {
        if all > NAMES {
            self.comment(&format!("and {} more {what}", all - NAMES));
        }
    }

    /// A key whose value is known.
    fn told(&mut self, key: &str, told: &Told) {
        self.remark(&format!("{key} = {}", quoted(&told.value)), &told.why);
    }

    /// A key whose value is not known.
    fn ask(&mut self, proposal: &Proposal, line: &str, key: &str) {
        let unknown = proposal.unknown.iter().find(|unknown| unknown.key == key);
        let remark = unknown.map(|unknown| format!("{}; look up: {}", unknown.why, unknown.look_up));
        self.remark(line, &remark.unwrap_or_default());
    }
}

/// TOML allows no control character in a comment, and a line break would end it.
fn one_line(text: &str) -> String {
    visible(text).replace('\n', "\\n")
}
