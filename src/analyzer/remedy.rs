//! Remedies: what to do about a failure, by its code or text where that says more than the cause, else by the cause.
//!
//! Codes of Entra: "Provisioning error codes" in its provisioning logs' documentation; texts of Okta: its System Log.

use super::cause::Cause;
use crate::model::event::Failure;

/// What to do where code or text tells more than the cause.
struct Known {
    /// Only under this cause, so that a name in the text misleads nobody.
    cause: Cause,
    /// Ends of codes, in lower case: applications put their own name before them.
    codes: &'static [&'static str],
    /// Parts of a text, in lower case.
    texts: &'static [&'static str],
    remedy: &'static str,
}

const KNOWN: &[Known] = &[
    Known {
        cause: Cause::Conflict,
        codes: &["duplicatetargetentries"],
        texts: &[],
        remedy: "More than one account at the target matches this person: keep one, and rename or remove the others; then retry.",
    },
    Known {
        cause: Cause::Conflict,
        codes: &["duplicatesourceentries"],
        texts: &[],
        remedy: "More than one person at the identity provider carries the matching value: make it unique; then retry.",
    },
    Known {
        cause: Cause::Attribute,
        codes: &["mandatoryfieldsmissing", "missingvalues"],
        texts: &[],
        remedy: "Fill in the value that the message names at the identity provider, or map an attribute that has one; then retry.",
    },
    Known {
        cause: Cause::Attribute,
        codes: &["invaliddomain"],
        texts: &[],
        remedy: "Give an address in a domain that the target accepts, or have the domain added there; then retry.",
    },
    Known {
        cause: Cause::Attribute,
        codes: &["schemapropertycanonlyacceptvalue"],
        texts: &[],
        remedy: "The target accepts a few values only for the attribute that the message names: map it to one of them; then retry.",
    },
    Known {
        cause: Cause::NotFound,
        codes: &["invalidanchor"],
        texts: &[],
        remedy: "The account that the identity provider is linked to is gone: find out who removed it, then provision this one user again.",
    },
    Known {
        cause: Cause::NotFound,
        codes: &[],
        texts: &["matching user not found", "no matching user"],
        remedy: "No account at the target matches this person: switch on the creation of users, or make one with the matching user name; then retry.",
    },
    Known {
        cause: Cause::Configuration,
        codes: &["schemaattributenotfound"],
        texts: &[],
        remedy: "The mapping names an attribute that the target does not have: correct the mapping or take it out; then retry.",
    },
    Known {
        cause: Cause::Configuration,
        codes: &["notimplemented"],
        texts: &[],
        remedy: "The target does not do this over SCIM: do it there by hand, and switch the operation off.",
    },
    Known {
        cause: Cause::Configuration,
        codes: &[],
        texts: &["is not enabled", "are not enabled", "not enabled for"],
        remedy: "Switch the operation on in the provisioning settings of the application; then retry.",
    },
    Known {
        cause: Cause::Authentication,
        codes: &["credentialvalidationunavailable"],
        texts: &[],
        remedy: "Check the endpoint's address and the SCIM token in the provisioning settings, test the connection, and retry.",
    },
];

/// What to do about a failure of this cause, as a sentence.
pub(super) fn remedy(cause: Cause, failure: Option<&Failure>) -> &'static str {
    let code = failure.and_then(|failure| failure.code.as_deref()).unwrap_or_default().to_ascii_lowercase();
    let text = failure.map(|failure| failure.message.to_ascii_lowercase()).unwrap_or_default();
    let knows = |known: &&Known| {
        let told = known.codes.iter().any(|end| code.ends_with(end)) || known.texts.iter().any(|part| text.contains(part));
        known.cause == cause && told
    };
    KNOWN.iter().find(knows).map_or(cause.remediation(), |known| known.remedy)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(code: &str, message: &str) -> &'static str {
        let failure = Failure { code: (!code.is_empty()).then(|| code.to_owned()), message: message.to_owned() };
        remedy(Cause::of(&failure), Some(&failure))
    }

    #[test]
    fn a_code_says_more_than_its_cause() {
        assert!(told("AcmeDuplicateTargetEntries", "").starts_with("More than one account"));
        assert!(told("", "Automatic provisioning of user A to app B failed: Matching user not found").starts_with("No account"));
        assert_eq!(told("409 uniqueness", "taken"), Cause::Conflict.remediation());
        assert_eq!(remedy(Cause::Unknown, None), Cause::Unknown.remediation());
    }
}
