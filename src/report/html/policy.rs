//! What the page may do: the Content-Security-Policy over its own style and script, and the header of printed pages.

use std::fmt::Write as _;

use crate::model::digest::Digest;
use crate::model::report::Head;

/// The policy that lets this style and this script run, and nothing else load, run or be sent.
pub(super) fn content_security_policy(style: &str, script: &str) -> String {
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        base64(Digest::of(style.as_bytes()).bytes()),
        base64(Digest::of(script.as_bytes()).bytes()),
    )
}

/// The style rule that puts organization, run and page number on every printed page.
pub(super) fn running_header(head: &Head) -> String {
    let title = css_string(&format!("Access drift report · {}", head.organization));
    let run = css_string(&format!("run {} · as of {} UTC", head.run_id, head.as_of.minute()));
    format!(
        "@page{{@top-left{{content:{title}}}@top-right{{content:{run}}}@bottom-right{{content:\"page \" counter(page) \" of \" counter(pages)}}}}\n"
    )
}

/// A text as a CSS string: whatever is no letter, digit or space is written by its number, so that nothing ends the string or the style.
fn css_string(text: &str) -> String {
    let mut css = String::from("\"");
    for character in text.chars().take(120) {
        if character.is_ascii_alphanumeric() || character == ' ' {
            css.push(character);
        } else {
            // Writing to a string cannot fail.
            write!(css, "\\{:X} ", u32::from(character)).unwrap_or_default();
        }
    }
    css.push('"');
    css
}

/// RFC 4648 section 4, with padding.
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            let six = (bits >> (18 - 6 * place) & 63) as usize;
            text.push(if place > chunk.len() { '=' } else { char::from(ALPHABET[six]) });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_rfc_4648() {
        for (plain, coded) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }

    #[test]
    fn an_organization_cannot_leave_the_style() {
        let css = css_string("A\"}</style><script>\n\\");
        assert_eq!(css, "\"A\\22 \\7D \\3C \\2F style\\3E \\3C script\\3E \\A \\5C \"");
    }
}
