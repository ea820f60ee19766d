//! Metrics for Prometheus: strictly what the format allows, and whole whatever happens.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::time::{SystemTime, UNIX_EPOCH};

use super::{Company, NIGHTS, output, read};
use crate::support::stderr;

/// Name and labels of every sample, as they stand, with its value, which is a number.
type Samples = BTreeMap<String, String>;

/// Reads the text format, and takes nothing that is not in it: <https://prometheus.io/docs/instrumenting/exposition_formats/>.
fn parse(text: &str) -> Result<Samples, String> {
    let mut samples = Samples::new();
    let mut family = String::new();
    let mut seen = Vec::new();
    if !text.ends_with('\n') {
        return Err("the last line does not end".to_owned());
    }
    for line in text.lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            family = help.split_once(' ').ok_or_else(|| format!("no help: {line}"))?.0.to_owned();
            if seen.contains(&family) {
                return Err(format!("twice: {family}"));
            }
            seen.push(family.clone());
        } else if let Some(of) = line.strip_prefix("# TYPE ") {
            if of != format!("{family} gauge") {
                return Err(format!("type of another: {line}"));
            }
        } else {
            let (series, value) = sample(line).ok_or_else(|| format!("no sample: {line}"))?;
            if series.split('{').next() != Some(family.as_str()) || samples.insert(series, value).is_some() {
                return Err(format!("out of its family, or twice: {line}"));
            }
        }
    }
    Ok(samples)
}

fn sample(line: &str) -> Option<(String, String)> {
    let end = line.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))?;
    let (name, mut rest) = line.split_at(end);
    let is_name =
        |text: &str| text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if !is_name(name) {
        return None;
    }
    if let Some(mut labels) = rest.strip_prefix('{') {
        loop {
            let (label, after) = labels.split_once("=\"")?;
            let mut chars = after.char_indices();
            let close = loop {
                match chars.next()? {
                    (_, '\\') => matches!(chars.next()?.1, '\\' | '"' | 'n').then_some(())?,
                    (at, '"') => break at,
                    _ => {}
                }
            };
            if !is_name(label) {
                return None;
            }
            labels = after.get(close + 1..)?;
            match labels.strip_prefix(',') {
                Some(more) => labels = more,
                None => break,
            }
        }
        rest = labels.strip_prefix('}')?;
    }
    let value = rest.strip_prefix(' ')?;
    let series = line.strip_suffix(rest)?.to_owned();
    value.parse::<f64>().is_ok().then(|| (series, value.to_owned()))
}

#[test]
fn the_reader_is_strict() {
    let one = "# HELP a b\n# TYPE a gauge\n";
    assert_eq!(parse(&format!("{one}a{{b=\"c\\\"}} 1\",d=\"\"}} 2\n")).map(|samples| samples.len()), Ok(1));
    for bad in
        ["a 1", "b 1\n", "a{b=\"c} 1\n", "a{b=\"\\x\"} 1\n", "a 1\na 1\n", "a  1\n", "a x\n", "\n", "a{b=\"c\"}1\n", "a{b=\"c\",} 1\n"]
    {
        assert!(parse(&format!("{one}{bad}")).is_err(), "{bad}");
    }
}

fn company() -> Company {
    let company = Company::new("[metrics]\nfile = \"metrics/scimdrift.prom\"");
    std::fs::create_dir(company.path("metrics")).expect("a folder");
    company
}

fn samples(company: &Company) -> Samples {
    let text = read(&company.path("metrics/scimdrift.prom"));
    parse(&text).map_err(|error| format!("{error}: {text}")).expect("the format")
}

fn seconds() -> f64 {
    #[expect(clippy::disallowed_methods, reason = "compared with what the program says of its own clock")]
    SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs_f64()
}

#[test]
fn a_run_that_fails_says_so_and_keeps_what_the_last_good_one_said() {
    let company = company();
    company.members(1, &["stray"]);
    company.export("system-log.ndjson", &format!("{}\nno json\n", Company::event(0)));
    company.export("broken\"\\.ndjson", "no json\n");
    let before = seconds();
    let first = output(company.run(NIGHTS[0]));
    assert_eq!(first.status.code(), Some(3), "{}", stderr(&first));
    let told = samples(&company);
    let is = |series: &str| told.get(series).map(String::as_str);
    let number = |series: &str| is(series).and_then(|value| value.parse::<f64>().ok()).expect("a number");
    assert_eq!(is("scimdrift_last_run_exit_code"), Some("3"));
    for series in ["scimdrift_last_success_timestamp_seconds", "scimdrift_last_run_timestamp_seconds"] {
        assert!((before - 1.0..seconds() + 1.0).contains(&number(series)), "{series}");
    }
    assert!(number("scimdrift_last_run_duration_seconds") > 0.0);
    assert_eq!(is("scimdrift_as_of_timestamp_seconds"), Some("1780380000"));
    assert_eq!(is(r#"scimdrift_findings{rule="orphaned-account",severity="high",status="open"}"#), Some("1"));
    assert_eq!(is(r#"scimdrift_findings{rule="stale-token",severity="critical",status="waived"}"#), Some("0"));
    assert_eq!(is(r#"scimdrift_records{source="okta-system-log",outcome="rejected"}"#), Some("1"));
    assert_eq!(is(r#"scimdrift_files{outcome="refused"}"#), Some("1"));
    assert_eq!(is(r#"scimdrift_files{outcome="read"}"#), Some("3"));
    assert!(number(r#"scimdrift_gap_hours{source="okta-system-log"}"#) >= 0.0);
    assert_eq!((is("scimdrift_waivers_expiring"), is(r#"scimdrift_findings_by_change{change="resolved"}"#)), (Some("0"), Some("0")));
    // Who collects is somebody else, and reads it too, however private this user's files are.
    let mut private = std::process::Command::new("sh");
    private.args(["-c", "umask 077; exec \"$0\" \"$@\""]).arg(company.run(NIGHTS[0]).get_program()).args(company.run(NIGHTS[0]).get_args());
    assert_eq!(output(private).status.code(), Some(3));
    let told = samples(&company);
    let mode = std::fs::metadata(company.path("metrics/scimdrift.prom")).expect("the file").permissions().mode();
    assert_eq!(mode & 0o777, 0o644);

    let run = company.failing_run(NIGHTS[1]);
    assert_eq!(output(run).status.code(), Some(2));
    let failed = samples(&company);
    let of_the_run = |series: &&String| series.starts_with("scimdrift_last_run");
    assert_eq!(failed["scimdrift_last_run_exit_code"], "2");
    assert!(failed["scimdrift_last_run_timestamp_seconds"] > told["scimdrift_last_run_timestamp_seconds"]);
    let rest = |samples: &Samples| {
        samples.iter().filter(|(series, _)| !of_the_run(series)).map(|(s, v)| (s.clone(), v.clone())).collect::<Samples>()
    };
    assert_eq!(rest(&failed), rest(&told));

    // What is no longer ours is not carried on, and the first success after it is whole again.
    std::fs::write(company.path("metrics/scimdrift.prom"), "garbage\n# HELP scimdrift_findings x\nscimdrift_find").expect("written");
    let run = company.failing_run(NIGHTS[1]);
    assert_eq!(output(run).status.code(), Some(2));
    assert_eq!(samples(&company).len(), 3);
    assert_eq!(output(company.run(NIGHTS[1])).status.code(), Some(3));
    assert_eq!(samples(&company).len(), told.len());
    let left = std::fs::read_dir(company.path("metrics")).expect("a folder").count();
    assert_eq!(left, 1, "nothing is left beside it");
}

#[test]
fn metrics_that_cannot_be_written_are_a_warning() {
    let company = Company::new("[metrics]\nfile = \"nowhere/scimdrift.prom\"");
    company.export("system-log.ndjson", &format!("{}\n{}\n", Company::event(0), Company::event(23)));
    let output = output(company.run(NIGHTS[0]));
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stderr(&output).contains("nowhere/scimdrift.prom: the metrics were not written"), "{}", stderr(&output));
}

#[test]
fn doctor_looks_where_they_go() {
    let company = Company::new("[metrics]\nfile = \"nowhere/scimdrift.prom\"\n[notify]\nwebhook_env = \"SCIMDRIFT_WEBHOOK\"");
    let checked = |address: Option<&str>| {
        let mut doctor = company.command("doctor");
        doctor.args(["--as-of", NIGHTS[0]]).envs(address.map(|address| ("SCIMDRIFT_WEBHOOK", address)));
        crate::support::stdout(&output(doctor))
    };
    let said = checked(None);
    assert!(said.contains("the environment variable SCIMDRIFT_WEBHOOK is not set") && said.contains("nowhere is not there"), "{said}");
    std::fs::create_dir(company.path("nowhere")).expect("a folder");
    let said = checked(Some("https://hooks.acme.example/s3cret"));
    assert!(said.contains("tells hooks.acme.example") && !said.contains("s3cret"), "{said}");
    assert!(said.contains("nowhere/scimdrift.prom") && !said.contains("is not there"), "{said}");
}
