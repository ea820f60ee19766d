//! Causes: why a sync failed, told from what the identity provider and the target wrote.
//!
//! One table, read from the top: texts that leave no doubt, then codes and HTTP statuses, then the names of HTTP
//! statuses that Okta writes in place of numbers. To teach a new code, add it to its row. What no row knows stays
//! `unknown`; the code and the text themselves are kept with the attempt and shown as they were written.
//! Codes of Entra: "How to analyze the Microsoft Entra provisioning logs"; of SCIM: RFC 7644 section 3.12.

use std::ops::RangeInclusive;

use crate::model::event::Failure;

/// Why a sync failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// The credentials were refused.
    Authentication,
    /// The credentials were accepted and may not do this.
    Permission,
    /// Too many requests.
    RateLimit,
    /// No answer, or none that is SCIM.
    Transport,
    /// A value is taken, or stands for more than one.
    Conflict,
    /// A value is missing or malformed.
    Attribute,
    /// The account or group is not there.
    NotFound,
    /// The mapping or the switched-on operations do not fit the target.
    Configuration,
    /// No seat is left.
    Capacity,
    /// Nothing tells.
    Unknown,
}

/// What tells a cause.
struct Row {
    cause: Cause,
    /// Parts of a text, in lower case, that leave no doubt whatever the status says.
    texts: &'static [&'static str],
    /// Ends of codes, in lower case: applications put their own name before them. With a star at its end it may
    /// stand anywhere in the code.
    codes: &'static [&'static str],
    /// HTTP statuses.
    statuses: &'static [RangeInclusive<u16>],
    /// The names of those statuses, in lower case.
    names: &'static [&'static str],
}

/// The first row that knows something decides.
const TABLE: &[Row] = &[
    Row {
        cause: Cause::Authentication,
        texts: &[
            "credentials used to connect",
            "error authenticating",
            "invalid scim token",
            "invalid token",
            "token has expired",
            "token expired",
            "token has been revoked",
            "invalid credentials",
        ],
        codes: &["credentialvalidationfailure", "credentialvalidationunavailable", "invalidcredentials", "authentication_failure"],
        statuses: &[401..=401],
        names: &["unauthorized"],
    },
    Row {
        cause: Cause::Permission,
        texts: &[],
        codes: &["insufficientrights", "methodnotallowed", "notpermitted", "unauthorized"],
        statuses: &[403..=403, 405..=405],
        names: &["forbidden", "method not allowed"],
    },
    Row {
        cause: Cause::RateLimit,
        texts: &["rate limit"],
        codes: &["toomanyrequests", "rate_limit", "rate_limit_exceeded"],
        statuses: &[429..=429],
        names: &["too many requests"],
    },
    Row {
        cause: Cause::Transport,
        // A web page in place of an answer: a wrong address, or something in between that never let the request through.
        texts: &[
            "invalid json",
            "unexpected character ('<'",
            "unrecognized token",
            "<!doctype",
            "<html",
            "timed out",
            "time-out",
            "timeout",
            "connection refused",
            "connection reset",
            "connect error",
            "no route to host",
            "unknownhost",
            "could not resolve host",
        ],
        codes: &["internalservererror", "internalerror", "timeout", "webexceptionprotocolerror", "serviceincompatible"],
        statuses: &[408..=408, 500..=599],
        names: &["request timeout", "internal server error", "bad gateway", "service unavailable", "gateway timeout"],
    },
    Row {
        cause: Cause::Conflict,
        texts: &[],
        codes: &["conflict", "uniqueness", "duplicate*", "notuniquewithinorg"],
        statuses: &[409..=409],
        names: &["conflict"],
    },
    Row {
        cause: Cause::Attribute,
        texts: &[],
        codes: &[
            "mandatoryfieldsmissing",
            "missingvalues",
            "invaliddomain",
            "schemapropertycanonlyacceptvalue",
            "unprocessableentity",
            "invalidvalue",
            "blank",
            "minlength",
            "maxlength",
        ],
        statuses: &[400..=400, 422..=422],
        names: &["bad request", "unprocessable entity", "unprocessable content"],
    },
    Row {
        cause: Cause::NotFound,
        texts: &["matching user not found", "no matching user"],
        codes: &["invalidanchor"],
        statuses: &[404..=404, 410..=410],
        names: &["not found", "gone"],
    },
    Row {
        cause: Cause::Configuration,
        texts: &["is not enabled", "are not enabled", "not enabled for"],
        codes: &["schemaattributenotfound", "notimplemented"],
        statuses: &[],
        names: &["not implemented"],
    },
    Row {
        cause: Cause::Capacity,
        texts: &[
            "no seats",
            "seat limit",
            "seats available",
            "seats left",
            "out of seats",
            "enough seats",
            "all seats",
            "seats are",
            "license limit",
        ],
        codes: &["licenselimitexceeded"],
        statuses: &[402..=402],
        names: &["payment required"],
    },
];

impl Cause {
    /// Why something failed, as far as its code and text tell.
    #[must_use]
    pub fn of(failure: &Failure) -> Self {
        let words = Words::of(failure);
        let steps: [&dyn Fn(&Row) -> bool; 3] = [
            &|row| row.texts.iter().any(|text| words.told.contains(text)),
            &|row| words.codes.iter().any(|code| row.knows_code(code)) || words.status.is_some_and(|status| row.knows(status)),
            &|row| words.name.as_deref().is_some_and(|name| row.names.contains(&name)),
        ];
        steps.iter().find_map(|knows| TABLE.iter().find(|row| knows(row))).map_or(Self::Unknown, |row| row.cause)
    }

    /// The word of the contract.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Authentication => "authentication",
            Self::Permission => "permission",
            Self::RateLimit => "rate-limit",
            Self::Transport => "transport",
            Self::Conflict => "conflict",
            Self::Attribute => "attribute",
            Self::NotFound => "not-found",
            Self::Configuration => "configuration",
            Self::Capacity => "capacity",
            Self::Unknown => "unknown",
        }
    }

    /// What to do about it, as a sentence.
    #[must_use]
    pub const fn remediation(self) -> &'static str {
        match self {
            Self::Authentication => {
                "Make a new SCIM token at the target, enter it at the identity provider, test the connection, and retry."
            }
            Self::Permission => "Let the SCIM token's owner manage members of the organization, or make a token that may; then retry.",
            Self::RateLimit => "Retry; where it happens often, spread the changes out or ask the target for a higher limit.",
            Self::Transport => "Check that the endpoint answers with SCIM at the configured address, then retry.",
            Self::Conflict => {
                "Find the account that holds the value: link or rename it, or change the value at the identity provider; then retry."
            }
            Self::Attribute => "Correct the value at the identity provider, or the mapping that makes it; then retry.",
            Self::NotFound => {
                "Find out who removed it at the target; restore it, or unlink it at the identity provider and provision again."
            }
            Self::Configuration => "Switch the operation on, or correct the mapping, in the provisioning settings; then retry.",
            Self::Capacity => "Buy seats, or take members out who no longer need one; then retry.",
            Self::Unknown => "Read the original text in the evidence and retry; where it fails again, ask the identity provider's support.",
        }
    }

    /// Whether it tells of the connector rather than of the person it failed for.
    #[must_use]
    pub const fn is_outage(self) -> bool {
        matches!(self, Self::Authentication | Self::Transport | Self::RateLimit)
    }
}

impl Row {
    fn knows_code(&self, code: &str) -> bool {
        self.codes.iter().any(|known| match known.strip_suffix('*') {
            Some(part) => code.contains(part),
            None => code.ends_with(known),
        })
    }

    fn knows(&self, status: u16) -> bool {
        self.statuses.iter().any(|range| range.contains(&status))
    }
}

/// What a failure's text says, in lower case, without the names of people that come before it.
pub(super) fn told(failure: &Failure) -> String {
    Words::of(failure).told
}

/// The HTTP status that a failure tells, as a number or by Okta's name for it.
pub(super) fn is_unauthorized(failure: &Failure) -> bool {
    let words = Words::of(failure);
    words.status == Some(401) || words.name.as_deref() == Some("unauthorized")
}

/// What a failure says, taken apart.
struct Words {
    /// Its codes, in lower case, numbers left out.
    codes: Vec<String>,
    /// Its HTTP status.
    status: Option<u16>,
    /// The name of the HTTP status, in lower case, as Okta writes it before what the remote server said.
    name: Option<String>,
    /// The text without the names of people that come before what was told.
    told: String,
}

impl Words {
    fn of(failure: &Failure) -> Self {
        let text = failure.message.to_lowercase();
        let told = without_names(&text);
        let codes: Vec<String> = failure
            .code
            .as_deref()
            .unwrap_or_default()
            .split([' ', ',', ';'])
            .map(str::to_lowercase)
            .filter(|code| !code.is_empty())
            .collect();
        let status = codes.iter().find_map(|code| status(code)).or_else(|| {
            let after = told.split_once("http status code ").map(|(_, rest)| rest)?;
            status(after.split(|letter: char| !letter.is_ascii_digit()).next()?)
        });
        let head = told.split_once("errors reported by remote server").map_or(told, |(head, _)| head);
        let name = head.rsplit(": ").next().map(|name| name.trim_matches([' ', '.']).to_owned()).filter(|name| !name.is_empty());
        let codes = codes.into_iter().filter(|code| status_like(code).is_none()).collect();
        Self { codes, status, name, told: told.to_owned() }
    }
}

/// `Automatic provisioning of user NAME to app APP failed: TEXT` is TEXT: whoever is called "Conflict" has none.
fn without_names(text: &str) -> &str {
    let named = ["automatic ", "group push of ", "error while "].iter().any(|start| text.starts_with(start));
    if named { text.split_once(" failed: ").map_or(text, |(_, told)| told) } else { text }
}

fn status(text: &str) -> Option<u16> {
    status_like(text).filter(|status| (100..600).contains(status))
}

fn status_like(text: &str) -> Option<u16> {
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cause(code: &str, message: &str) -> Cause {
        Cause::of(&Failure { code: (!code.is_empty()).then(|| code.to_owned()), message: message.to_owned() })
    }

    fn okta(told: &str) -> Cause {
        cause("", &format!("Automatic profile push of Noa Berg to app Hub failed: {told}"))
    }

    #[test]
    fn statuses_of_the_endpoint() {
        for (code, expected) in [
            ("401", Cause::Authentication),
            ("403", Cause::Permission),
            ("429", Cause::RateLimit),
            ("503", Cause::Transport),
            ("409 uniqueness", Cause::Conflict),
            ("400 uniqueness", Cause::Conflict),
            ("400 invalidValue", Cause::Attribute),
            ("422", Cause::Attribute),
            ("404", Cause::NotFound),
            ("418", Cause::Unknown),
        ] {
            assert_eq!(cause(code, ""), expected, "{code}");
        }
    }

    #[test]
    fn codes_of_entra_with_any_application_before_them() {
        for (code, expected) in [
            ("EntryConflict", Cause::Conflict),
            ("AcmeEntryConflict", Cause::Conflict),
            ("AcmeDuplicateTargetEntries", Cause::Conflict),
            ("AcmeDuplicateValue", Cause::Conflict),
            ("InsufficientRights", Cause::Permission),
            ("Unauthorized", Cause::Permission),
            ("TooManyRequests", Cause::RateLimit),
            ("SystemForCrossDomainIdentityManagementCredentialValidationUnavailable", Cause::Authentication),
            ("SystemForCrossDomainIdentityManagementServiceIncompatible", Cause::Transport),
            ("WebExceptionProtocolError", Cause::Transport),
            ("MandatoryFieldsMissing", Cause::Attribute),
            ("InvalidAnchor", Cause::NotFound),
            ("SchemaAttributeNotFound", Cause::Configuration),
            ("NotImplemented", Cause::Configuration),
            ("LicenseLimitExceeded", Cause::Capacity),
            ("NeverHeardOf", Cause::Unknown),
        ] {
            assert_eq!(cause(code, ""), expected, "{code}");
        }
        assert_eq!(cause("NeverHeardOf", "The hub returned an error response with the HTTP status code 409."), Cause::Conflict);
    }

    #[test]
    fn texts_of_okta() {
        for (told, expected) in [
            ("Matching user not found", Cause::NotFound),
            ("The credentials used to connect to the API were invalid", Cause::Authentication),
            (
                "Error while verifying if user n@acme.example exists: Unauthorized. Errors reported by remote server: no",
                Cause::Authentication,
            ),
            ("Forbidden. Errors reported by remote server: This token may not manage users", Cause::Permission),
            ("Forbidden. Errors reported by remote server: Invalid JSON: Unexpected character ('<' (code 60))", Cause::Transport),
            ("Bad Gateway. Errors reported by remote server: Unrecognized token 'Oops'", Cause::Transport),
            ("Conflict. Errors reported by remote server: User name is already taken", Cause::Conflict),
            (
                "Error while trying to push profile update for n@acme.example: Bad Request. Errors reported by remote server: name",
                Cause::Attribute,
            ),
            ("Too Many Requests. Errors reported by remote server: later", Cause::RateLimit),
            ("Forbidden. Errors reported by remote server: All seats of the plan are taken", Cause::Capacity),
            ("Not Found. Errors reported by remote server: Group not found", Cause::NotFound),
        ] {
            assert_eq!(okta(told), expected, "{told}");
        }
        assert_eq!(cause("", "Provisioning task ended abnormally"), Cause::Unknown);
    }

    #[test]
    fn names_of_people_tell_nothing() {
        assert_eq!(cause("", "Automatic provisioning of user Rate Limit to app No Seats failed: Odd"), Cause::Unknown);
    }
}
