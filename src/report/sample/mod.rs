//! A made-up report, rich enough to show every part of the page and every way a row can look.

use population::{account, change, failure, input, joiner, leaver, token};

use crate::model::digest::Digest;
use crate::model::finding::{Confidence, Severity, Status, Turn};
use crate::model::report::{ControlRow, CoverageRow, Evidence, FindingRow, Head, RefusedRow, RejectRow, Report, RuleRow, WaiverRow};
use crate::model::time::{Span, Timestamp};

mod population;

/// Texts that someone might put in a display name.
pub(super) const HOSTILE: [&str; 6] = [
    "<script>alert(1)</script>",
    "=HYPERLINK(\"http://x.example\",\"y\")",
    "anna\u{202e}gnp.exe",
    "\"><img src=x onerror=alert(1)>",
    "{{ 7 * 7 }}&lt;b&gt;]]>\u{0}\u{1b}[31m",
    "-2+3\t@SUM(A1:A9)\r\nnext",
];

const PEOPLE: [&str; 12] = [
    "jane.doe",
    "ravi.kumar",
    "mei.tanaka",
    "olu.adeyemi",
    "sofia.lind",
    "tom.berger",
    "ana.silva",
    "li.wei",
    "noor.haddad",
    "paul.meier",
    "zoe.martin",
    "ivan.petrov",
];

/// The rules of the sample, with what they look at and how severe their first reason is.
const RULES: [(&str, &str, &str, Severity); 6] = [
    ("orphaned-account", "owner-inactive", "active accounts", Severity::Critical),
    ("late-deprovisioning", "over-sla", "lapses", Severity::High),
    ("mismatched-role", "over-privileged", "active accounts with an expected role", Severity::High),
    ("stale-token", "unrotated", "live credentials", Severity::Medium),
    ("log-gap", "", "logs", Severity::High),
    ("rejected-records", "", "sources", Severity::Medium),
];

/// Acme Corp after a quarter, with a gap, late leavers, waivers and hostile names.
pub(crate) fn acme() -> Report {
    let mut report = nothing_found();
    report.head.previous = Some(day("2026-09-24"));
    report.findings = findings();
    report.leavers = (0..24).map(leaver).collect();
    report.inputs = (0..9).map(input).collect();
    report.failures = (0..12).map(failure).collect();
    report.coverage = coverage();
    report.gaps = vec![
        "Okta System Log has no records from 2026-08-03 04:10 to 2026-08-06 11:52 UTC (79.7 h).".into(),
        "The Hugging Face member listing was last taken 2026-09-12, 19 days before the as-of time.".into(),
    ];
    report.controls = controls(true);
    report.rules = rules(&report.findings);
    report.rejects = rejects();
    (report.withdrawn, report.prunings) = population::removed();
    report.refused = vec![RefusedRow {
        file: "inputs/notes.docx".into(),
        reason: "it is a ZIP archive; name the folder of the export instead, or leave the file out".into(),
    }];
    report.waivers = waivers();
    name_findings(&mut report);
    report
}

/// Acme Corp when nothing is wrong.
pub(crate) fn nothing_found() -> Report {
    let mut report = Report {
        head: head(),
        findings: Vec::new(),
        accounts: (0..60).map(account).collect(),
        leavers: (0..24).map(leaver).collect(),
        tokens: (0..18).map(token).collect(),
        failures: Vec::new(),
        past_failures: Vec::new(),
        joiners: (0..8).map(joiner).collect(),
        changes: (0..12).map(change).collect(),
        coverage: coverage(),
        inputs: (0..9).map(input).collect(),
        refused: Vec::new(),
        withdrawn: Vec::new(),
        prunings: Vec::new(),
        rejects: Vec::new(),
        controls: controls(false),
        rules: rules(&[]),
        waivers: Vec::new(),
        parameters: [
            ("thresholds.deprovision_sla", "24h"),
            ("thresholds.grace", "60m"),
            ("thresholds.unused_token", "45d"),
            ("target.default_role", "read"),
        ]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .to_vec(),
        gaps: Vec::new(),
    };
    report.coverage.retain(|row| row.verdict != "missing");
    for row in &mut report.coverage {
        row.gaps.clear();
        row.gap = row.gap.map(|_| Span::ZERO);
        row.verdict = "covered".into();
    }
    report.controls.retain(|row| row.conclusion == "no exceptions");
    report.leavers.retain(|row| row.verdict == "within-sla");
    for row in &mut report.inputs {
        (row.read, row.rejected) = (row.read - row.rejected, 0);
    }
    report
}

/// A report of so many accounts, tokens and lapses, and of so many findings.
pub(super) fn huge(rows: usize, findings: usize) -> Report {
    let mut report = acme();
    let many = report.findings.clone();
    report.findings = (0..findings).map(|index| FindingRow { finding_id: hex(index), ..many[index % many.len()].clone() }).collect();
    report.findings.sort_by_key(|row| (row.status, std::cmp::Reverse(row.severity)));
    report.accounts = (0..rows).map(account).collect();
    report.leavers = (0..rows).map(leaver).collect();
    report.tokens = (0..rows).map(token).collect();
    report.failures = (0..rows).map(failure).collect();
    report.joiners = (0..rows).map(joiner).collect();
    report.changes = (0..rows).map(change).collect();
    report.rejects = (0..rows).map(|index| RejectRow { line: index as u64 + 1, ..rejects()[0].clone() }).collect();
    report
}

fn head() -> Head {
    Head {
        organization: "Acme Corp".into(),
        target: "Hugging Face organization acme".into(),
        provider: "Okta application 0oa1hfacme".into(),
        from: day("2026-07-01"),
        to: Timestamp::parse("2026-09-30T23:59:59.999999Z").expect("a time"),
        as_of: Timestamp::parse("2026-10-01T06:00:00Z").expect("a time"),
        previous: None,
        previous_manifest: None,
        read_sha256: String::new(),
        run_id: hex(77),
        tool: "0.1.0".into(),
        config_sha256: Digest::of(b"config").to_string(),
        rules_sha256: Digest::of(b"rules").to_string(),
        people: 74,
        entitled: 52,
    }
}

fn findings() -> Vec<FindingRow> {
    let mut rows: Vec<_> = (0..30).map(finding).collect();
    rows.sort_by_key(|row| (row.status, std::cmp::Reverse(row.severity)));
    rows
}

fn finding(index: usize) -> FindingRow {
    let (rule, reason, _, severity) = RULES[index % RULES.len()];
    let about_source = matches!(rule, "log-gap" | "rejected-records");
    let login = PEOPLE[index % PEOPLE.len()];
    let status = [Status::Open, Status::Open, Status::Open, Status::Waived, Status::Open, Status::Resolved, Status::Open][index % 7];
    let since = day("2026-09-12").plus(hours(7 * index));
    let text = |when: bool, text: &str| if when { text.to_owned() } else { String::new() };
    FindingRow {
        finding_id: hex(index),
        rule: rule.into(),
        reason: reason.into(),
        severity: if index % 8 == 7 { Severity::Low } else { severity },
        confidence: [Confidence::High, Confidence::High, Confidence::Medium][index % 3],
        status,
        change: if status == Status::Resolved {
            Turn::Resolved
        } else {
            [Turn::New, Turn::Persisting, Turn::Persisting, Turn::Reopened][index % 4]
        },
        system: if rule == "log-gap" { "okta" } else { "huggingface" }.into(),
        account: text(!about_source, &account_name(index)),
        person: text(!about_source, &person_id(index)),
        credential: text(rule == "stale-token", &format!("65a1{index:08x}")),
        group: String::new(),
        object: text(about_source, "okta-system-log"),
        expected: "no access".into(),
        observed: "role write, nlp-research: admin".into(),
        since: Some(since),
        explanation: format!(
            "{login} was deactivated in Okta on {} UTC; the account {} is still a member with role write.",
            since.minute(),
            account_name(index)
        ),
        remediation: "Remove the member, or assign the application again; then run the sync for this one user.".into(),
        controls: controls_of(rule),
        evidence: evidence(index, about_source),
        waiver_reason: text(status == Status::Waived, "Leaves with the team on 2026-10-15; access is read only"),
        waiver_approver: text(status == Status::Waived, "ciso@acme.example"),
        waiver_expires: text(status == Status::Waived, "2026-10-31"),
        first_seen: day("2026-09-13"),
        last_seen: day("2026-10-01"),
        account_id: String::new(),
        matched: text(!about_source, &format!("externalId {} (high)", person_id(index))),
        person_login: text(!about_source, &format!("{login}@acme.example")),
        keys: Vec::new(),
    }
}

fn evidence(index: usize, whole_file: bool) -> Vec<Evidence> {
    if whole_file {
        return vec![Evidence {
            source: "okta-system-log".into(),
            file: String::new(),
            record: None,
            line: None,
            at: None,
            sha256: String::new(),
            original: "no record between 2026-08-03 04:10 and 2026-08-06 11:52 UTC".into(),
        }];
    }
    let record = |ordinal: usize| {
        let original = format!(
            r#"{{"uuid":"{}","published":"2026-09-12T09:14:0{}.120Z","eventType":"user.lifecycle.deactivate","outcome":{{"result":"SUCCESS"}},"actor":{{"displayName":"{}"}},"target":[{{"type":"User","id":"{}","alternateId":"{}@acme.example"}}]}}"#,
            hex(index * 10 + ordinal),
            ordinal % 10,
            HOSTILE[0],
            person_id(index),
            PEOPLE[index % PEOPLE.len()],
        );
        Evidence {
            source: "okta-system-log".into(),
            file: "inputs/okta/system-log-2026-09.ndjson.gz".into(),
            record: Some(1_200 + (index * 10 + ordinal) as u64),
            line: Some(1_200 + (index * 10 + ordinal) as u64),
            at: Some(day("2026-09-12").plus(Span::from_hours(9))),
            sha256: Digest::of(original.as_bytes()).to_string(),
            original,
        }
    };
    (0..=index % 4).map(record).collect()
}

fn coverage() -> Vec<CoverageRow> {
    let hole = (Timestamp::parse("2026-08-03T04:10:00Z").expect("a time"), Timestamp::parse("2026-08-06T11:52:00Z").expect("a time"));
    let row = |source: &str, system: &str, log: bool, verdict: &str, from: &str, to: &str, records| CoverageRow {
        source: source.into(),
        system: system.into(),
        from: Timestamp::parse_or_date(from),
        to: Timestamp::parse_or_date(to),
        records,
        gap: log.then_some(if verdict == "gap" { hole.1.since(hole.0) } else { Span::ZERO }),
        verdict: verdict.into(),
        log,
        gaps: if verdict == "gap" { vec![hole] } else { Vec::new() },
    };
    vec![
        row("hr-roster", "hr", false, "covered", "2026-09-30", "2026-09-30", 81),
        row("huggingface-audit-log", "huggingface", true, "covered", "2026-06-28", "2026-09-30T21:04:11Z", 18_204),
        row("huggingface-members", "huggingface", false, "covered", "2026-07-01", "2026-09-12", 61),
        row("okta-system-log", "okta", true, "gap", "2026-06-28", "2026-10-01T05:12:00Z", 1_284_310),
        row("okta-users", "okta", false, "partial", "2026-08-01", "2026-09-30", 74),
        row("scim-requests", "huggingface", true, "missing", "", "", 0),
    ]
}

fn controls(found: bool) -> Vec<ControlRow> {
    let looked_at = |rules: &[&str]| {
        let of = RULES.into_iter().filter(|(id, ..)| rules.contains(id));
        of.map(|(_, _, population, _)| (60, population.to_owned())).collect()
    };
    let row = |framework: &str, control: &str, rules: &[&str], exceptions: u64, conclusion: &str, because: &str| ControlRow {
        framework: framework.into(),
        control: control.into(),
        title: "Access comes and goes with the right to it".into(),
        rules: rules.iter().map(ToString::to_string).collect(),
        population: if conclusion == "not evaluated" { Vec::new() } else { looked_at(rules) },
        exceptions: if found { exceptions } else { 0 },
        waived: u64::from(found && exceptions > 4),
        conclusion: if found || conclusion == "not evaluated" { conclusion } else { "no exceptions" }.into(),
        because: if found { because } else { "" }.into(),
    };
    let gap = "okta-system-log has a gap of 3 d 7 h inside the period";
    vec![
        row("SOC 2", "CC6.1", &["stale-token"], 3, "exceptions (3)", ""),
        row("SOC 2", "CC6.2", &["orphaned-account", "late-deprovisioning"], 7, "exceptions (7)", ""),
        row("SOC 2", "CC6.3", &["mismatched-role"], 4, "exceptions (4)", ""),
        row("SOC 2", "CC7.2", &["log-gap", "rejected-records"], 0, "unable to conclude", gap),
        row("ISO 27001", "A.5.18", &["orphaned-account", "late-deprovisioning"], 7, "exceptions (7)", ""),
        row("ISO 27001", "A.8.15", &["log-gap"], 0, "unable to conclude", gap),
        row("NIST 800-53", "AC-2(3)", &["orphaned-account"], 0, "no exceptions", ""),
        row("CIS", "5.3", &["dormant-account"], 0, "not evaluated", "no source of activity was given"),
    ]
}

/// The controls that a rule gives evidence for, as the rows of [`controls`] have them.
fn controls_of(rule: &str) -> Vec<String> {
    let rows = controls(true);
    rows.iter().filter(|row| row.rules.iter().any(|of| of == rule)).map(|row| format!("{} {}", row.framework, row.control)).collect()
}

fn rules(findings: &[FindingRow]) -> Vec<RuleRow> {
    let row = |(id, _, population, _): (&str, &str, &str, Severity)| {
        let count = |severity, status| {
            findings.iter().filter(|row| row.rule == id && row.severity == severity && row.status == status).count() as u64
        };
        RuleRow {
            id: id.into(),
            title: id.split('-').collect::<Vec<_>>().join(" ").replacen(id.get(..1).unwrap_or_default(), &id[..1].to_uppercase(), 1),
            population: (60, population.into()),
            open: Severity::ALL.map(|severity| count(severity, Status::Open)),
            waived: Severity::ALL.iter().map(|severity| count(*severity, Status::Waived)).sum(),
            blind_spots: "It knows an owner by the ids and addresses that the inputs hold. An account made by hand under a private address has no owner here, even where one exists.".into(),
        }
    };
    RULES.into_iter().map(row).collect()
}

fn rejects() -> Vec<RejectRow> {
    let row = |line, reason: &str, excerpt: &str| RejectRow {
        file: "inputs/okta/system-log-2026-05.ndjson.gz".into(),
        line,
        reason: reason.into(),
        excerpt: excerpt.into(),
        source: "okta-system-log".into(),
    };
    vec![
        row(1_204, "it is no JSON: expected value at line 1 column 1", HOSTILE[4]),
        row(24_117, "published \"yesterday\" is no RFC 3339 time", "=1+1{\"uuid\":\"9f\",\"published\":\"yesterday\"}"),
    ]
}

fn waivers() -> Vec<WaiverRow> {
    let row = |state: &str, ticket: &str| WaiverRow {
        rule: "stale-token".into(),
        subject: account_name(3),
        reason: "Leaves with the team on 2026-10-15; access is read only".into(),
        approver: "ciso@acme.example".into(),
        expires: "2026-10-31".into(),
        ticket: ticket.into(),
        state: state.into(),
    };
    vec![row("in force", "SEC-114"), row("expired", "SEC-97"), row("unused", "")]
}

/// Accounts carry the names of the rules with findings about them.
fn name_findings(report: &mut Report) {
    for account in &mut report.accounts {
        let about = report.findings.iter().filter(|row| row.account == account.account && row.status != Status::Resolved);
        account.findings = about.map(|row| row.rule.clone()).collect();
    }
}

fn account_name(index: usize) -> String {
    match index {
        6 | 14 | 20 | 26 | 32 => HOSTILE[index % HOSTILE.len()].to_owned(),
        16 => "a".repeat(300),
        _ => format!("{}-{index}", PEOPLE[index % PEOPLE.len()].replace('.', "")),
    }
}

fn person_id(index: usize) -> String {
    format!("00u{index:04}acme")
}

fn hex(index: usize) -> String {
    Digest::of(&index.to_le_bytes()).short(16)
}

fn hours(count: usize) -> Span {
    Span::from_hours(i64::try_from(count).expect("a small number"))
}

fn day(text: &str) -> Timestamp {
    Timestamp::parse_or_date(text).expect("a date")
}
