//! Hugging Face's rules for the attributes of a user, as its API description states them (`scim/v2/Users`).
//!
//! Its patterns look around, which the `regex` crate cannot, so each rule is checked by hand and says what it misses.

use std::fmt;

use crate::model::facts::ScimUser;

/// An attribute of a user that the target has a rule for. The order is that of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Attribute {
    /// `userName`.
    UserName,
    /// `emails`.
    Emails,
    /// `name.givenName`.
    GivenName,
    /// `name.familyName`.
    FamilyName,
    /// `externalId`.
    ExternalId,
    /// `active`.
    Active,
}

impl Attribute {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::UserName, Self::Emails, Self::GivenName, Self::FamilyName, Self::ExternalId, Self::Active];

    /// The name in SCIM (RFC 7643 section 4.1).
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::UserName => "userName",
            Self::Emails => "emails",
            Self::GivenName => "name.givenName",
            Self::FamilyName => "name.familyName",
            Self::ExternalId => "externalId",
            Self::Active => "active",
        }
    }

    /// How texts call it, in lower case: SCIM's names, and those of Okta's and Entra's profiles.
    const fn names(self) -> &'static [&'static str] {
        match self {
            Self::UserName => &["username", "login", "mailnickname"],
            Self::Emails => &["emails", "email", "mail"],
            Self::GivenName => &["givenname", "firstname"],
            Self::FamilyName => &["familyname", "lastname", "surname"],
            Self::ExternalId => &["externalid"],
            Self::Active => &["active", "issoftdeleted"],
        }
    }

    /// The attributes that a text names, as whole words.
    #[must_use]
    pub fn named_in(text: &str) -> Vec<Self> {
        let text = text.to_lowercase();
        let words: Vec<&str> = text.split(|letter: char| !letter.is_alphanumeric()).collect();
        Self::ALL.into_iter().filter(|attribute| words.iter().any(|word| attribute.names().contains(word))).collect()
    }

    /// What is wrong with a value; `None` where the target takes it.
    #[must_use]
    pub fn complaint(self, value: &str) -> Option<Complaint> {
        match self {
            Self::UserName => user_name(value),
            Self::Emails => email(value),
            Self::GivenName | Self::FamilyName | Self::ExternalId => value.is_empty().then_some(Complaint::Empty),
            Self::Active => None,
        }
    }
}

/// What is wrong with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Complaint {
    /// Nothing is in it.
    Empty,
    /// It has fewer or more letters than this allows.
    Length(usize, usize),
    /// It holds a letter that is not allowed.
    Letter(char),
    /// It begins or ends with something that may only stand in the middle.
    Edge(char),
    /// It holds the same mark twice in a row.
    Twice(char),
    /// It is digits only.
    DigitsOnly,
    /// It looks like one of the target's ids: 24 hexadecimal digits.
    LooksLikeId,
    /// It is no address: an `@` with something before and a domain after it is missing.
    NoAddress,
    /// Its domain is none.
    Domain,
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("it may not be empty"),
            Self::Length(least, most) => write!(f, "it has to have {least} to {most} characters"),
            Self::Letter(letter) if letter.is_control() => write!(f, "it may not hold {}", letter.escape_unicode()),
            Self::Letter(letter) => write!(f, "it may not hold “{letter}”"),
            Self::Edge(letter) => write!(f, "it may not begin or end with “{letter}”"),
            Self::Twice(letter) => write!(f, "it may not hold “{letter}{letter}”"),
            Self::DigitsOnly => f.write_str("it may not be digits only"),
            Self::LooksLikeId => f.write_str("it may not be 24 hexadecimal digits"),
            Self::NoAddress => f.write_str("it is no e-mail address"),
            Self::Domain => f.write_str("its domain is not one the target accepts"),
        }
    }
}

/// `^\b(?!\d+$)(?![0-9a-fA-F]{24}$)([a-zA-Z0-9]|-(?!-))+\b$`, 2 to 42 characters.
fn user_name(name: &str) -> Option<Complaint> {
    let (least, most) = (2, 42);
    if name.is_empty() {
        return Some(Complaint::Empty);
    }
    if let Some(letter) = name.chars().find(|letter| !letter.is_ascii_alphanumeric() && *letter != '-') {
        return Some(Complaint::Letter(letter));
    }
    if !(least..=most).contains(&name.len()) {
        return Some(Complaint::Length(least, most));
    }
    if name.starts_with('-') || name.ends_with('-') {
        return Some(Complaint::Edge('-'));
    }
    if name.contains("--") {
        return Some(Complaint::Twice('-'));
    }
    if name.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Complaint::DigitsOnly);
    }
    (name.len() == 24 && name.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(Complaint::LooksLikeId)
}

/// `^(?!\.)(?!.*\.\.)([A-Za-z0-9_'+\-\.]*)[A-Za-z0-9_+-]@([A-Za-z0-9][A-Za-z0-9\-]*\.)+[A-Za-z]{2,}$`
fn email(address: &str) -> Option<Complaint> {
    if address.is_empty() {
        return Some(Complaint::Empty);
    }
    let Some((local, domain)) = address.split_once('@').filter(|(local, domain)| !local.is_empty() && !domain.is_empty()) else {
        return Some(Complaint::NoAddress);
    };
    if let Some(letter) = local.chars().find(|letter| !letter.is_ascii_alphanumeric() && !"_'+-.".contains(*letter)) {
        return Some(Complaint::Letter(letter));
    }
    if address.contains("..") {
        return Some(Complaint::Twice('.'));
    }
    if local.starts_with('.') {
        return Some(Complaint::Edge('.'));
    }
    if let Some(letter) = local.chars().last().filter(|letter| ".'".contains(*letter)) {
        return Some(Complaint::Edge(letter));
    }
    let Some((labels, top)) = domain.rsplit_once('.') else { return Some(Complaint::Domain) };
    let label = |label: &str| {
        label.starts_with(|first: char| first.is_ascii_alphanumeric())
            && label.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '-')
    };
    let accepted = labels.split('.').all(label) && top.len() >= 2 && top.chars().all(|letter| letter.is_ascii_alphabetic());
    (!accepted).then_some(Complaint::Domain)
}

/// What the target would not take of a user as it was sent. What is not there may be meant to stay as it is.
#[must_use]
pub fn refused(user: &ScimUser) -> Vec<(Attribute, String, Complaint)> {
    let emails = user.emails.iter().map(|email| (Attribute::Emails, email.as_str()));
    let others = [
        (Attribute::UserName, &user.user_name),
        (Attribute::GivenName, &user.given_name),
        (Attribute::FamilyName, &user.family_name),
        (Attribute::ExternalId, &user.external_id),
    ];
    let others = others.into_iter().filter_map(|(attribute, value)| Some((attribute, value.as_deref()?)));
    let mut refused: Vec<_> =
        others.chain(emails).filter_map(|(attribute, value)| Some((attribute, value.to_owned(), attribute.complaint(value)?))).collect();
    refused.sort_by_key(|(attribute, ..)| *attribute);
    refused.dedup_by_key(|(attribute, ..)| *attribute);
    refused
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_names() {
        for name in ["ab", "noa-berg", "n0a", "A-1-b", "0a", "012345678901234567890123456789ab", "abcdefabcdefabcdefabcdeg"] {
            assert_eq!(user_name(name), None, "{name}");
        }
        for (name, complaint) in [
            ("", Complaint::Empty),
            ("a", Complaint::Length(2, 42)),
            (&"a".repeat(43), Complaint::Length(2, 42)),
            ("noa.berg", Complaint::Letter('.')),
            ("o'neil", Complaint::Letter('\'')),
            ("noa_berg", Complaint::Letter('_')),
            ("noé", Complaint::Letter('é')),
            ("noa berg", Complaint::Letter(' ')),
            ("-noa", Complaint::Edge('-')),
            ("noa-", Complaint::Edge('-')),
            ("noa--berg", Complaint::Twice('-')),
            ("123456", Complaint::DigitsOnly),
            ("5f0c3a9be4d1f2a6b7c8d9e0", Complaint::LooksLikeId),
            ("123456789012345678901234", Complaint::DigitsOnly),
        ] {
            assert_eq!(user_name(name), Some(complaint), "{name}");
        }
        assert_eq!(user_name(&"a".repeat(42)), None);
    }

    #[test]
    fn addresses() {
        for address in ["n@acme.example", "noa.berg@acme.example", "o'neil+x_1-@sub.acme-labs.example", "+@a.io", "n@1.example"] {
            assert_eq!(email(address), None, "{address}");
        }
        for (address, complaint) in [
            ("", Complaint::Empty),
            ("noa", Complaint::NoAddress),
            ("@acme.example", Complaint::NoAddress),
            (".noa@acme.example", Complaint::Edge('.')),
            ("noa.@acme.example", Complaint::Edge('.')),
            ("noa'@acme.example", Complaint::Edge('\'')),
            ("noa..berg@acme.example", Complaint::Twice('.')),
            ("noa@acme..example", Complaint::Twice('.')),
            ("noa#ext#@acme.example", Complaint::Letter('#')),
            ("noé@acme.example", Complaint::Letter('é')),
            ("noa@ac_me.example", Complaint::Domain),
            ("noa@acme.xn--p1ai", Complaint::Domain),
            ("noa@acme.1", Complaint::Domain),
            ("noa@acme.e", Complaint::Domain),
            ("noa@acme", Complaint::Domain),
            ("noa@-acme.example", Complaint::Domain),
            ("noa@b@acme.example", Complaint::Domain),
            ("noa@acme.example ", Complaint::Domain),
        ] {
            assert_eq!(email(address), Some(complaint), "{address}");
        }
    }

    #[test]
    fn texts_name_attributes_as_whole_words() {
        assert_eq!(Attribute::named_in("name.familyName must have at least 1 character"), [Attribute::FamilyName]);
        assert_eq!(Attribute::named_in("it failed (field login)"), [Attribute::UserName]);
        assert_eq!(Attribute::named_in("emails[type eq \"work\"].value is not an e-mail"), [Attribute::Emails]);
        assert_eq!(Attribute::named_in("the mailing of inactive blogins"), []);
    }
}
