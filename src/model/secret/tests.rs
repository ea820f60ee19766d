//! Canaries in every place where a secret may stand, and what must stay where it is.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::model::record::Row;

/// Secrets of every shape; none may survive. Each begins so that no other text can hold it.
const CANARIES: [&str; 12] = [
    "cnry-8f3A.k2",
    "cnryTr0ub&x,y",
    "cnry abc def",
    "cnry}q;1",
    "cnrY",
    "cnry/pa+ss==",
    "cnry'quo'te",
    "cnry<b>7",
    "cnryé☃9",
    "cnry\\back\\",
    "cnry:colon:1",
    "cnry\"quoted\"1",
];

const NAMES: [&str; 24] = [
    "password",
    "Password",
    "newPassword",
    "pwd",
    "passphrase",
    "token",
    "secret",
    "client_secret",
    "access_token",
    "apiKey",
    "api-key",
    "Authorization",
    "proxy-authorization",
    "authorization_header",
    "Cookie",
    "set-cookie",
    "X-Auth-Token",
    "Private-Token",
    "X-Amz-Security-Token",
    "X-Vault-Token",
    "Ocp-Apim-Subscription-Key",
    "x-functions-key",
    "X-SCIM-Secret",
    "aws_secret_access_key",
];

/// A record for every way to write this secret under this name.
fn records(name: &str, secret: &str) -> Vec<String> {
    let nested = json!({name: secret, "userName": "jane"}).to_string();
    let twice = json!({"body": nested}).to_string();
    let urn = format!("urn:ietf:params:scim:schemas:core:2.0:User:{name}");
    let operation = json!({"op": "replace", "path": name, "value": secret});
    let backwards = json!({"value": secret, "op": "replace", "path": name});
    let whole = [
        json!({name: secret}),
        json!({"a": [{"b": {name: secret}}]}),
        json!({name: [secret]}),
        json!({name: {"value": secret}}),
        json!({name: {"hash": {"salt": secret, "algorithm": "SHA-512"}}}),
        json!({"name": name, "value": secret}),
        json!({"Name": name, "Value": secret}),
        json!({"key": name, "value": [secret]}),
        json!([name, secret]),
        json!({"rawHeaders": ["Host", "scim.example.com", name, secret, "Accept", "*/*"]}),
        json!({"headers": [[name, secret]]}),
        operation.clone(),
        backwards.clone(),
        json!({"op": "Replace", "path": urn, "value": secret}),
        json!({"op": "Replace", "path": format!("profile.{name}"), "value": secret}),
        json!({"displayName": name, "oldValue": null, "newValue": secret}),
        json!({"body": nested}),
        json!({"outer": twice}),
        json!({"body": json!({"Operations": [operation]}).to_string()}),
        json!({"body": json!({"Operations": [backwards]}).to_string()}),
        json!({"message": format!("sent {nested}")}),
        json!({"message": format!("sent {twice} to the target")}),
    ];
    let whole: Vec<String> = whole.iter().map(Value::to_string).collect();
    // A record that is torn in the middle of its secret, or behind it, or is broken elsewhere.
    let broken = whole.iter().flat_map(|record| [format!("{record} x"), format!("{{\"broken\": {record}"), format!("x{record}\n")]);
    let torn = whole.iter().filter_map(|record| Some(record.get(..record.rfind(name)? + name.len() + 6)?.to_owned()));
    whole.iter().cloned().chain(broken).chain(torn).chain([percent(&nested), format!("q={}", percent(&percent(&nested)))]).collect()
}

fn percent(text: &str) -> String {
    text.bytes().map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// What is left of a secret, however its letters are written.
fn survives(clean: &str, secret: &str) -> bool {
    // Of what is torn, a part may be left; the mark alone tells.
    clean.to_ascii_lowercase().contains("cnry") || clean.contains(secret)
}

#[test]
fn no_canary_survives_under_any_name_in_any_form() {
    let mut failures = Vec::new();
    for name in NAMES {
        for secret in CANARIES {
            for record in records(name, secret) {
                let clean = redact_record(record.as_bytes());
                if survives(&clean, secret) {
                    failures.push(format!("{record}\n  -> {clean}"));
                } else if redact_record(clean.as_bytes()) != clean {
                    failures.push(format!("twice: {record}\n  -> {clean}\n  -> {}", redact_record(clean.as_bytes())));
                }
            }
        }
    }
    let shown = failures.iter().take(12).cloned().collect::<Vec<_>>().join("\n");
    assert!(failures.is_empty(), "{} of them:\n{shown}", failures.len());
}

#[test]
fn no_canary_survives_in_a_text() {
    let texts = [
        "Authorization: Bearer cnry123DEF456",
        "Authorization: ApiKey cnry-xyz",
        "authorization: Digest username=\"u\", response=\"cnry6629\"",
        "got Authorization: Token token=\"cnry12\", and no more",
        "Cookie: a=cnry1; b=cnry2",
        "curl -H 'X-Auth-Token: cnry1' https://scim.example.com",
        "curl --token cnry1q2w3e https://scim.example.com",
        "GET /v1?token=cnry1 HTTP/1.1",
        "https://app.example/back?code=cnry1&state=2",
        "https://blob.example/x?sv=1&sig=cnry%2Babc%3D",
        "https://blob.example/x?X-Amz-Signature=cnry12",
        "https://cnry1q2w3e@host.example/",
        "https://u:cnry/ss@host.example/Users/a@b.example",
        "https%3A%2F%2Fu%3Acnry1%40host.example",
        "grant_type=password&username=u&password=cnry1",
        "user[password]=cnry1",
        "aws_secret_access_key = cnryFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "AKIAQQQQQQQQQQQQQQQQ,cnryrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "<password>cnry1</password>",
        "('Authorization', 'cnry1')",
        "\"password\" => \"cnry 1\"",
        r#"{"pass\u0077ord":"cnry1" "#,
        r#"{"a":"Bear\u0065r cnry123DEF456"}"#,
        "{\"query\":{\"code\":\"cnry1\"}}",
        "{\"queryString\":[{\"name\":\"sig\",\"value\":\"cnry1\"}]}",
        "{\"hf_cnryefghijklmnopqrstuvwx\":1}",
        "eyJcnryciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
        "-----BEGIN PRIVATE KEY-----\ncnry",
        r#"{"op":"replace","value":"cnry1","pa"#,
        "{\"password\":{\"hash\":{\"value\":\"cnry1\"",
    ];
    for text in texts {
        for record in
            [text.to_owned(), json!({"message": text}).to_string(), json!([{"message": json!({"inner": text}).to_string()}]).to_string()]
        {
            let clean = redact_record(record.as_bytes());
            assert!(!clean.contains("cnry"), "{record}\n  -> {clean}");
            assert_eq!(redact_record(clean.as_bytes()), clean, "twice is once");
        }
    }
}

#[test]
fn numbers_under_the_name_of_a_credential_are_one() {
    for name in ["token", "secret", "password"] {
        for record in [format!(r#"{{"{name}":1234567}}"#), format!(r#"{{"{name}":1234567,"#)] {
            let clean = redact_record(record.as_bytes());
            assert!(!clean.contains("1234567"), "{clean}");
        }
    }
}

#[test]
fn what_stands_for_a_number_is_not_replaced_again() {
    for name in ["password", "token", "Authorization", "session_token_id", "client_secret"] {
        for behind in ["}", " }", r#", "a":1}"#, r#" hunter2"}"#, r#"}""#, "", "]", r#"\"}"#] {
            let text = format!(r#"{{"{name}":0{behind}"#);
            for text in [text.clone(), serde_json::Value::String(text).to_string()] {
                let once = redact(&text).into_owned();
                assert_eq!(redact(&once), once, "{text}");
            }
        }
    }
    assert_eq!(redact(r#""{\"password\":0}""#), r#""{\"password\":[redacted]}""#);
    assert_eq!(redact(r#"{"password":0 hunter2"}"#), r#"{"password":[redacted]"}"#);
}

#[test]
fn the_same_credential_is_seen_to_be_the_same() {
    let clean = |text: &str| redact(text).into_owned();
    assert_eq!(clean("Bearer abc123DEF456"), clean("Bearer abc123DEF456"));
    assert!(clean("Bearer abc123DEF456").starts_with("Bearer sha256:"));
    let headers = redact_record(br#"{"Authorization":"Bearer abc123DEF456"}"#);
    assert!(headers.contains(&clean("Bearer abc123DEF456")), "{headers}");
    assert_eq!(
        clean("Authorization: Bearer abc123DEF456, status 401").replace(&clean("Bearer abc123DEF456"), ""),
        "Authorization: , status 401"
    );
}

#[test]
fn plain_text_ids_and_times_stay() {
    let texts = [
        "Invalid SCIM token",
        "The token expired yesterday",
        "Rate limit reached, retry later",
        "Authorization failed",
        "Authorization: missing",
        "Invalid token: expired",
        "Basic Authentication failed",
        "used tokens: 512",
        "https://scim.example.com:8443/Users/jane@acme.example?filter=userName%20eq%20%22jane%22",
        "code=42",
        r#"{"amr":["pwd","mfa"],"cookies":[]}"#,
        r#"{"passwordChanged":"2026-01-02T03:04:05.000Z","password_last_used":"2026-01-02T03:04:05+00:00","password_enabled":"true"}"#,
        r#"{"tokenWindow":null,"requestApiTokenId":"00T1ge6yCN4gtJw3a5d7","rootApiTokenId":"00T1ge6yCN4gtJw3a5d7"}"#,
        r#"{"token":{"type":"access","id":"67f0aa","role":"write","last4":"Ab1x"},"token_id":"67f0aa"}"#,
        r#"{"accessKey":{"accessKeyId":"AKIAQQQQQQQQQQQQQQQQ","status":"Active"},"accessKeyId":"AKIAQQQQQQQQQQQQQQQQ"}"#,
        r#"{"credentials":{"provider":{"type":"OKTA","name":"OKTA"}},"_links":{"resetPassword":{"href":"https://acme.example/reset","method":"POST"}}}"#,
        r#"{"Operations":[{"op":"replace","path":"active","value":false},{"op":"replace","path":"userName","value":"jane"}]}"#,
        r#"{"grant_types":["authorization_code","refresh_token"],"attributes":["userName","password"],"password":""}"#,
        r#"{"authorization":{"action":"Microsoft.Authorization/roleAssignments/write","scope":"/subscriptions/1"}}"#,
    ];
    for text in texts {
        assert_eq!(redact_record(text.as_bytes()), text);
    }
}

#[test]
fn rows_lose_the_columns_of_credentials_and_no_column() {
    let header = ["login", "token_value", "password", "secret access key", "note", "token_id"].map(str::to_owned);
    let clean = |fields: &[&str], raw: &str| redact_row(&Row { header: &header, fields }, raw.as_bytes());
    let plain = "jane, ,,, said \"so\",t1";
    assert_eq!(clean(&["jane", " ", "", "", " said \"so\"", "t1"], plain), plain);
    let row =
        clean(&["jane", "abc", "hunter2", "xyz", "Authorization: ApiKey uvw", "t1"], "jane;abc;hunter2;xyz;Authorization: ApiKey uvw;t1");
    assert_eq!(row.split(';').count(), 6, "{row}");
    assert!(row.starts_with("jane;sha256:") && row.ends_with(";t1") && row.contains(";[redacted];"), "{row}");
    assert!(["abc;", "hunter2", "xyz", "uvw"].iter().all(|secret| !row.contains(secret)), "{row}");
    let pairs = ["name", "value"].map(str::to_owned);
    assert_eq!(redact_row(&Row { header: &pairs, fields: &["password", "a,b"] }, b"password,\"a,b\""), "password,[redacted]");
}

#[test]
fn hostile_texts_take_no_time() {
    for part in [
        "Authorization: Bearer x, ",
        "token=1&",
        "\"token\",\"a\":",
        "a://",
        "password=",
        "\"token\":",
        "{\"token\":{",
        "\\\"",
        "%25",
        "-----BEGIN PRIVATE KEY-----",
        "token ",
        "Authorization: ",
        "\"op\":\"value\":\"",
    ] {
        let text = part.repeat(60_000 / part.len());
        let begin = std::time::Instant::now();
        let clean = redact_record(text.as_bytes());
        assert!(begin.elapsed().as_secs() < 5, "{part} takes {:?} for {} bytes", begin.elapsed(), clean.len());
    }
}

fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(&NAMES[..]).prop_map(str::to_owned),
        prop::sample::select(vec![
            "\"",
            "\\\"",
            "\\",
            ":",
            ": ",
            "=",
            "[",
            "]",
            "{",
            "}",
            ",",
            " ",
            "\n",
            "\\n",
            "\\u0041",
            "&",
            "?",
            "@",
            "://",
            "%22",
            "%3A",
            "%20",
            "%3D",
            "%2540",
            "%74oken",
            "%7",
            "--",
            "Bearer ",
            "SSWS",
            "basic\t",
            "Token+",
            "sig=",
            "code=",
            "AKIAQQQQQQQQQQQQQQQQ",
            "eyJhbGciOiJIUzI1NiJ9.e30.",
            "value",
            "\"value\":",
            "\"op\":",
            "\"value\":\"",
            "\"path\":",
            "\"name\":",
            "op",
            "query",
            "sha256:",
            "[redacted]",
            "Id",
            "Changed",
            "é",
            "'",
            "/",
            ".",
            "-",
            "_",
            "00",
            "hf_",
        ])
        .prop_map(str::to_owned),
        "[A-Za-z0-9/+_-]{1,44}",
        "[a-z]{1,8}",
    ]
}

/// JSON whose names and texts are made of such pieces.
fn value() -> impl Strategy<Value = Value> {
    let text = || prop::collection::vec(piece(), 0..4).prop_map(|pieces| pieces.concat());
    let leaf = prop_oneof![text().prop_map(Value::String), any::<u32>().prop_map(Value::from), Just(Value::Null)];
    leaf.prop_recursive(3, 16, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::vec((text(), inner.clone()), 0..4).prop_map(|fields| Value::Object(fields.into_iter().collect())),
            inner.prop_map(|value| Value::String(value.to_string())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// The cheap look never says no where the patterns would find something.
    #[test]
    fn the_cheap_look_misses_nothing_in_a_text(pieces in prop::collection::vec(piece(), 0..8)) {
        let text = pieces.concat();
        if !may_hold_secret(&text) {
            prop_assert_eq!(thorough(&text), text);
        }
    }

    /// The walk over the bytes never says no where the patterns of the cheap look would say yes.
    #[test]
    fn the_first_look_misses_nothing(pieces in prop::collection::vec(piece(), 0..8)) {
        let text = pieces.concat();
        // Of what an escape stands for the patterns are always asked; the walk looks for itself.
        let is_plain = hint::is_plain(&text) && !text.contains('%');
        prop_assert!(!is_plain || !patterns_may_find(&text), "{}", text);
        prop_assert!(hint::may_be_credential(&text) || name::by_patterns(&text).is_none(), "{}", text);
    }

    #[test]
    fn the_cheap_look_misses_nothing_in_json(mut json in value()) {
        if !may_hold_secret(&json.to_string()) {
            let before = json.clone();
            redact_json(&mut json);
            prop_assert_eq!(before, json);
        }
    }

    #[test]
    fn whole_records_are_replaced_once(json in value()) {
        let once = redact_record(json.to_string().as_bytes());
        prop_assert_eq!(redact_record(once.as_bytes()), once);
    }
}
