//! Names: which fields, headers, columns and parameters hold a credential, whatever it looks like.

use std::sync::LazyLock;

use regex::Regex;

use super::hint;

/// What a name says of its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Credential {
    pub(super) kind: Kind,
    /// Whether the name is the credential's own, so that even a number under it is one; `false` for a name that only
    /// speaks of it or has several.
    pub(super) exact: bool,
}

/// How a credential is written and replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Replaced without a trace.
    Password,
    /// A header whose value goes on to the end of its line.
    Header,
    /// Any other.
    Token,
}

/// The parts that a credential's name ends with.
pub(super) const ENDS: &str = concat!(
    "token|secret|signature|assertion|samlresponse|token_hint|verifier|jwt|passcode|pwd|passw(?:or)?d|passphrase|",
    "(?:api|access|private|secret|subscription|functions?|signing|shared|master|host|auth|encryption)[-_ ]?key"
);

/// The parts that make a name a credential's wherever they stand in it.
pub(super) const PARTS: &str = "authorization|cookie|passw|passphrase";

static END: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(&format!("(?-u)(?:{ENDS})(s?)(?:[-_]?values?)?(?:[-_]?[0-9]{{1,2}})?$")).expect("a fixed pattern"));

static PART: LazyLock<Regex> = LazyLock::new(|| Regex::new(&format!("(?-u)(?:{PARTS})")).expect("a fixed pattern"));

/// What stands behind the part where the value is about the credential: a time, a count, a setting.
static ABOUT: LazyLock<Regex> = LazyLock::new(|| {
    let words = concat!(
        "changed|changes|enabled|disabled|used|set|required|supported|expire[sd]?|expiry|expiration|rotation|rotated|length|",
        "polic(?:y|ies)|types?|ids?|status|at|date|time|days|count|attempts|age|ur[il]|endpoint|servers?|method|provider|",
        "history|strength|complexity|names?|updated|created"
    );
    Regex::new(&format!("(?-u)(?:{PARTS})[a-z0-9_-]*?(?:{words})$")).expect("a fixed pattern")
});

/// What a field, header or column of this name holds, if that is a credential.
///
/// Of a path such as `urn:ietf:params:scim:schemas:core:2.0:User:password` the last part counts.
pub(super) fn credential(name: &str) -> Option<Credential> {
    if hint::may_be_credential(name) { by_patterns(name) } else { None }
}

pub(super) fn by_patterns(name: &str) -> Option<Credential> {
    let name = name.to_ascii_lowercase();
    let last = name.rsplit(parts).map(|part| part.trim_ascii().trim_end_matches(['-', '_'])).find(|part| !part.is_empty())?;
    let word = last.rsplit(' ').next()?;
    // Azure's logs have a result under this name.
    if last == "resultsignature" {
        return None;
    }
    let end = END.captures(last);
    if end.is_none() && (!PART.is_match(word) || ABOUT.is_match(word)) {
        return None;
    }
    let has = |part: &str| last.contains(part);
    let kind = match () {
        () if has("passw") || has("passphrase") || has("passcode") || has("pwd") => Kind::Password,
        () if has("authorization") || has("cookie") => Kind::Header,
        () => Kind::Token,
    };
    let is_one = end.and_then(|end| end.get(1)).is_some_and(|plural| plural.is_empty());
    Some(Credential { kind, exact: is_one })
}

/// Whether this letter parts a path into names.
fn parts(letter: char) -> bool {
    !(letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | ' '))
}

/// What the value beside this name or path holds: `{"name": "Authorization", "value": "…"}` in HTTP archives,
/// `{"op": "replace", "path": "password", "value": "…"}` in RFC 7644 section 3.5.2.
pub(super) fn named_credential(path: &str) -> Option<Credential> {
    path.split(parts).find_map(credential)
}

/// Whether a field of this name may name what its neighbour holds.
pub(super) fn is_label(name: &str) -> bool {
    let labels = [
        "name",
        "key",
        "path",
        "header",
        "headername",
        "field",
        "fieldname",
        "attribute",
        "attributename",
        "property",
        "propertyname",
        "displayname",
        "param",
        "parameter",
        "target",
        "k",
        "n",
    ];
    labels.iter().any(|label| is_spelled(name, label))
}

/// Whether a field of this name may hold what its neighbour names.
pub(super) fn is_labelled(name: &str) -> bool {
    let ends_so = name.trim_ascii_end().ends_with(['e', 'E', '-', '_']) && plain(name).ends_with("value");
    ends_so || ["values", "val", "v", "content", "data", "text"].iter().any(|word| is_spelled(name, word))
}

/// Whether a field of this name is the credential itself, inside an object that stands for a credential.
pub(super) fn is_inner(name: &str) -> bool {
    let inner = [
        "key",
        "raw",
        "hash",
        "salt",
        "plain",
        "plaintext",
        "cleartext",
        "digest",
        "credential",
        "current",
        "new",
        "old",
        "before",
        "after",
        "from",
        "to",
        "#text",
        "$",
        "$t",
        "",
    ];
    is_labelled(name) || inner.contains(&plain(name).as_str())
}

/// Whether a URL's parameter of this name is a credential: signatures and codes that open what they stand beside.
pub(super) fn is_url_credential(name: &str) -> bool {
    ["sig", "code"].iter().any(|parameter| name.eq_ignore_ascii_case(parameter))
}

/// Whether a field of this name holds the parameters of a URL.
pub(super) fn is_query(name: &str) -> bool {
    name.trim_start_matches(['-', '_']).get(..5).is_some_and(|head| head.eq_ignore_ascii_case("query"))
}

/// Whether a name is this word, however its parts are joined.
fn is_spelled(name: &str, word: &str) -> bool {
    let letters = name.trim_ascii().bytes().filter(|byte| !matches!(byte, b'-' | b'_')).map(|byte| byte.to_ascii_lowercase());
    letters.eq(word.bytes())
}

fn plain(name: &str) -> String {
    name.trim_ascii().to_ascii_lowercase().replace(['-', '_'], "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_credentials() {
        let passwords = [
            "password",
            "Password",
            "newPassword",
            "password_confirmation",
            "pwd",
            "db_pwd",
            "passphrase",
            "urn:ietf:params:scim:schemas:core:2.0:User:password",
            "profile.Password",
        ];
        for name in passwords {
            assert_eq!(credential(name).map(|found| found.kind), Some(Kind::Password), "{name}");
        }
        for name in ["Authorization", "authorization_header", "X-Forwarded-Authorization", "Set-Cookie", "cookies"] {
            assert_eq!(credential(name).map(|found| found.kind), Some(Kind::Header), "{name}");
        }
        let tokens = [
            "X-Auth-Token",
            "Private-Token",
            "X-Amz-Security-Token",
            "X-Vault-Token",
            "Ocp-Apim-Subscription-Key",
            "x-functions-key",
            "X-SCIM-Secret",
            "apiKey",
            "x-api-key",
            "aws_secret_access_key",
            "Secret access key",
            "client_secret",
            "X-Amz-Signature",
            "sessionToken",
            "client_assertion",
        ];
        for name in tokens {
            assert_eq!(credential(name).map(|found| found.kind), Some(Kind::Token), "{name}");
        }
    }

    #[test]
    fn names_of_what_is_no_credential() {
        let names = [
            "requestApiTokenId",
            "rootApiTokenId",
            "tokenWindow",
            "tokenId",
            "token_id",
            "passwordChanged",
            "password_enabled",
            "password_last_used",
            "password_last_changed",
            "password_next_rotation",
            "PasswordLastUsed",
            "PasswordPolicies",
            "passwordResetRequired",
            "MinimumPasswordLength",
            "FAILED_PASSWD_ATTEMPTS",
            "incomingTokenType",
            "tokenIssuedAt",
            "uniqueTokenIdentifier",
            "accessKeyId",
            "ResultSignature",
            "SignatureVersion",
            "authorizationServer",
            "userName",
            "externalId",
        ];
        for name in names {
            assert_eq!(credential(name), None, "{name}");
        }
    }
}
