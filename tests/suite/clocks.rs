//! Two clocks: what is said of a leaver whose account was gone close to the limit.

use std::fmt::Write as _;
use std::path::Path;

use scimdrift::model::time::{Span, Timestamp};

use crate::support::{config, folder, input, rows, run, stderr};

const SECOND: i64 = 1_000_000;

/// The moment of the deactivation; the limit is a day.
const LEFT: &str = "2026-06-10T08:00:00Z";

fn okta(number: usize, at: Timestamp, event_type: &str) -> String {
    format!(
        r#"{{"uuid":"{number:08}-aaaa-bbbb-cccc-000000000000","published":"{at}","eventType":"{event_type}","actor":{{"id":"00u9","type":"SystemPrincipal","alternateId":"system@okta.com"}},"outcome":{{"result":"SUCCESS"}},"target":[{{"id":"00u1","type":"User","alternateId":"robin.vale@acme.example","displayName":"Robin Vale"}},{{"id":"0oa1","type":"AppInstance","alternateId":"Hugging Face","displayName":"Hugging Face"}}]}}"#
    )
}

fn request(number: usize, at: Timestamp, active: bool) -> String {
    format!(
        r#"{{"timestamp":"{at}","request_id":"{number}","method":"PUT","path":"/api/organizations/acme/scim/v2/Users/65a1","status":200,"request":{{"userName":"robinvale","externalId":"00u1","active":{active}}},"response":{{"id":"65a1","userName":"robinvale","externalId":"00u1","active":{active}}}}}"#
    )
}

/// The row of the leaver, where the endpoint's clock is ahead by so many seconds and the account was gone `lag` seconds
/// after the limit by that clock. Only the endpoint tells of it.
fn leaver(folder: &Path, ahead: i64, lag: i64) -> (String, usize) {
    let (mut log, mut requests) = (String::new(), String::new());
    let left = Timestamp::parse(LEFT).expect("a time");
    let later = |at: Timestamp, seconds: i64| at.plus(Span::from_micros(seconds * SECOND));
    for number in 0..20 {
        let at = left.minus(Span::from_hours(100 - i64::try_from(number).expect("small")));
        writeln!(log, "{}", okta(number, at, "application.provision.user.push_profile")).expect("a string");
        writeln!(requests, "{}", request(number, later(at, ahead), true)).expect("a string");
    }
    writeln!(log, "{}", okta(20, left, "user.lifecycle.deactivate")).expect("a string");
    writeln!(requests, "{}", request(20, later(left, 24 * 3600 + lag), false)).expect("a string");
    let path = config(folder, "from = 2026-06-01\nto = 2026-06-20\n[thresholds]\nlog_gap = \"90d\"");
    input(folder, "log.ndjson", log.as_bytes());
    input(folder, "requests.ndjson", requests.as_bytes());
    let output = run(&path, folder, &["-q"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let leavers = rows(&folder.join("report/leavers.csv"));
    assert_eq!(leavers.len(), 1, "{leavers:?}");
    let late = rows(&folder.join("report/findings.csv")).iter().filter(|row| row["rule"] == "late-deprovisioning").count();
    (leavers[0]["verdict"].clone(), late)
}

#[test]
fn no_verdict_is_given_inside_a_measured_difference_of_the_clocks() {
    for (ahead, lag, verdict, late) in [
        (0, 0, "within-sla", 0),
        (0, 1, "over-sla", 1),
        (420, -420, "within-sla", 0),
        (420, -419, "unknown", 0),
        (420, 420, "unknown", 0),
        (420, 421, "over-sla", 1),
        (-420, 1, "unknown", 0),
        (300, 1, "over-sla", 1),
        // Behind by seven minutes, and done two minutes after the deactivation.
        (-420, -24 * 3600 - 300, "within-sla", 0),
    ] {
        let folder = folder();
        assert_eq!(leaver(folder.path(), ahead, lag), (verdict.to_owned(), late), "{ahead} s ahead, {lag} s after the limit");
    }
}
