//! Slack's shape of a message, in which no text of others can ring a bell or become a link.
//!
//! <https://docs.slack.dev/messaging/formatting-message-text/>: `&`, `<` and `>` are control characters, and are escaped.
//! Others that take this shape also read `@channel` and bare addresses, so those are taken apart as well.

use serde_json::json;

/// Joins what stands beside it, and shows as nothing (U+2060 WORD JOINER).
const APART: char = '\u{2060}';

/// A section holds 3000 characters at most; the rest is in the report.
const LONGEST: usize = 2_900;

/// The body: lines that were made by the functions below; `summary` is what a notification on a telephone shows.
pub(super) fn body(summary: &str, lines: &[String]) -> String {
    let mut text = String::new();
    for line in lines {
        if text.chars().count() + line.chars().count() < LONGEST {
            text.push_str(if text.is_empty() { "" } else { "\n" });
            text.push_str(line);
        }
    }
    let section = json!({"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": true}});
    json!({"text": plain(summary), "blocks": [section], "unfurl_links": false, "unfurl_media": false}).to_string()
}

/// Text of others, as text.
pub(super) fn plain(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => clean.push_str("&amp;"),
            '<' => clean.push_str("&lt;"),
            '>' => clean.push_str("&gt;"),
            // A mention, an address, and the marks of bold, code and of a link in Markdown.
            '@' | ':' | '.' | '*' | '_' | '~' | '`' | '[' => clean.extend([c, APART]),
            c if c.is_control() => clean.push(' '),
            c => clean.push(c),
        }
    }
    clean
}

/// The same, bold.
pub(super) fn bold(text: &str) -> String {
    format!("*{}*", plain(text))
}

/// What is to be copied, as it is: nothing is read in it, and it ends where we say.
pub(super) fn code(text: &str) -> String {
    let text: String = text.chars().map(|c| if c == '`' || c.is_control() { '\'' } else { c }).collect();
    format!("`{}`", text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_of_others_rings_or_leads_away() {
        let hostile = "<!channel> @here <@U1|ada> <https://evil.example|here> [a](https://evil.example) www.evil.example *b* `c` &lt;";
        for text in [plain(hostile), bold(hostile), code(hostile)] {
            assert!(!text.contains(['<', '>']) && text.contains("&lt;!channel&gt;"), "{text}");
        }
        let shown = plain(hostile);
        for dead in ["@here", "@U1", "https://", "www.evil", "evil.example", "[a", "*b", "`c"] {
            assert!(!shown.contains(dead), "{dead}: {shown}");
        }
        assert_eq!(shown.replace(APART, ""), hostile.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"));
        assert_eq!(code("a`b\nc"), "`a'b'c`");
    }

    #[test]
    fn a_body_is_short_enough_and_json() {
        let lines: Vec<String> = (0..100).map(|_| "x".repeat(100)).collect();
        let body: serde_json::Value = serde_json::from_str(&body("a & b", &lines)).unwrap();
        let section = &body["blocks"][0]["text"];
        assert!(section["text"].as_str().is_some_and(|text| (1..3000).contains(&text.chars().count())));
        assert_eq!((&section["verbatim"], &body["text"], &body["unfurl_links"]), (&json!(true), &json!("a &amp; b"), &json!(false)));
    }
}
