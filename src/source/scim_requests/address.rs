//! The address of a request: which resource it names.

use crate::source::wire::{Resource, keep};

/// The resource, by the end of the path: `…/Users`, `…/Users/{id}`, and the same for groups. The id is fit to be stored:
/// whoever mixes up a command's arguments sends a token in its place.
pub(super) fn resource(address: &str) -> Option<Resource> {
    if is_management_api(address) {
        return None;
    }
    let mut segments = without_query(address).split('/').rev().filter(|segment| !segment.is_empty());
    let last = segments.next()?;
    named(last, None).or_else(|| named(segments.next()?, Some(keep(&unescaped(last)))))
}

fn named(segment: &str, id: Option<String>) -> Option<Resource> {
    match segment {
        // A search is a question, whatever its method.
        _ if id.as_deref() == Some(".search") => None,
        _ if segment.eq_ignore_ascii_case("Users") => Some(Resource::User(id)),
        _ if segment.eq_ignore_ascii_case("Groups") => Some(Resource::Group(id)),
        _ => None,
    }
}

/// The path with its query, without scheme and host.
pub(super) fn without_host(address: &str) -> &str {
    let Some((_, rest)) = address.split_once("://") else { return address };
    rest.find('/').and_then(|start| rest.get(start..)).unwrap_or("/")
}

/// Whether this is an address of Okta's management API, which speaks no SCIM.
pub(super) fn is_management_api(address: &str) -> bool {
    address.contains("/api/v1/")
}

/// The path alone.
pub(super) fn without_query(address: &str) -> &str {
    address.split(['?', '#']).next().unwrap_or(address)
}

/// Percent-encoding undone, where what it stands for is UTF-8.
fn unescaped(segment: &str) -> String {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let code = tail.get(..2).filter(|code| *first == b'%' && code.iter().all(u8::is_ascii_hexdigit));
        let code = code.and_then(|code| u8::from_str_radix(std::str::from_utf8(code).ok()?, 16).ok());
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { tail.get(2..).unwrap_or_default() } else { tail };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| segment.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_is_a_credential_is_replaced() {
        let Some(Resource::User(Some(id))) = resource("/scim/v2/Users/hf%5Fabcdefghijklmnopqrstuvwx") else { panic!("a user") };
        assert!(id.starts_with("sha256:"), "{id}");
    }

    #[test]
    fn resources_are_told_by_the_end_of_the_path() {
        let user = |id: &str| Some(Resource::User(Some(id.to_owned())));
        let cases = [
            ("/api/organizations/acme/scim/v2/Users", Some(Resource::User(None))),
            ("/scim/v2/Users?filter=userName eq \"a/Groups\"", Some(Resource::User(None))),
            ("/scim/v2/Users/67f0", user("67f0")),
            ("/scim/v2/Users/a%40acme.example/", user("a@acme.example")),
            ("/scim/v2/Users/100%", user("100%")),
            ("/scim/v2/Users/%+f", user("%+f")),
            ("/scim/v2/Groups", Some(Resource::Group(None))),
            ("/scim/v2/ServiceProviderConfig", None),
            ("/scim/v2/Users/.search", None),
            ("/scim/v2/Users/1/roles", None),
            ("/api/v1/users", None),
            ("", None),
        ];
        for (address, named) in cases {
            assert_eq!(resource(address), named, "{address}");
        }
    }
}
