//! Just enough of Rust's grammar to tell code from prose, and to follow paths.

/// The text with comments, and what stands between quotes, blanked out. Lines stay where they are.
pub(super) fn code(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = match (chars[at], chars.get(at + 1)) {
            ('/', Some('/')) => until(&chars, at, |rest| rest[0] == '\n'),
            ('/', Some('*')) => block_comment(&chars, at),
            ('r', Some('"' | '#')) if at == 0 || !is_word(chars[at - 1]) || chars[at - 1] == 'b' => raw_string(&chars, at),
            ('"', _) | ('\'', Some('\\')) => quoted(&chars, at),
            ('\'', Some(_)) if chars.get(at + 2) == Some(&'\'') => at + 3,
            _ => at,
        };
        if end == at {
            out.push(chars[at]);
            at += 1;
        } else {
            out.extend(chars[at..end].iter().map(|&c| if c == '\n' { '\n' } else { ' ' }));
            at = end;
        }
    }
    out
}

fn is_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

fn until(chars: &[char], from: usize, ends: impl Fn(&[char]) -> bool) -> usize {
    (from..chars.len()).find(|&at| ends(&chars[at..])).unwrap_or(chars.len())
}

fn block_comment(chars: &[char], from: usize) -> usize {
    let (mut at, mut depth) = (from, 0_usize);
    while at < chars.len() {
        match (chars[at], chars.get(at + 1)) {
            ('/', Some('*')) => (at, depth) = (at + 2, depth + 1),
            ('*', Some('/')) if depth == 1 => return at + 2,
            ('*', Some('/')) => (at, depth) = (at + 2, depth - 1),
            _ => at += 1,
        }
    }
    at
}

/// `from` itself where no raw string begins there: `r#type`.
fn raw_string(chars: &[char], from: usize) -> usize {
    let hashes = chars[from + 1..].iter().take_while(|&&c| c == '#').count();
    let body = from + 1 + hashes;
    if chars.get(body) != Some(&'"') {
        return from;
    }
    let closes = |rest: &[char]| rest[0] == '"' && rest.len() > hashes && rest[1..=hashes].iter().all(|&c| c == '#');
    (until(chars, body + 1, closes) + 1 + hashes).min(chars.len())
}

fn quoted(chars: &[char], from: usize) -> usize {
    let mut at = from + 1;
    while at < chars.len() && chars[at] != chars[from] {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(chars.len())
}

/// A word, `::`, or one other character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) text: &'a str,
    pub(super) line: usize,
}

/// The tokens of what [`code`] left.
pub(super) fn tokens(code: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    for (number, line) in code.lines().enumerate() {
        let mut rest = line.trim_start();
        while let Some(first) = rest.chars().next() {
            let length = match first {
                _ if is_word(first) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
                ':' if rest.starts_with("::") => 2,
                _ => first.len_utf8(),
            };
            let (text, left) = rest.split_at(length);
            tokens.push(Token { text, line: number + 1 });
            rest = left.trim_start();
        }
    }
    tokens
}

/// A place in a file where a path leaves the module it stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reach<'a> {
    /// `crate::first`, also inside `crate::{…}`; `*` for a glob.
    Crate { first: &'a str, line: usize },
    /// A chain of `super`, with the number of inline modules around it.
    Super { steps: usize, inline: usize, line: usize },
    /// `first::…`, where nothing stands before `first`, outside of inline test modules.
    Outside { first: &'a str, line: usize },
}

/// What an open brace opened.
enum Brace {
    Block,
    Module {
        test: bool,
    },
    /// `crate::{`
    CrateGroup,
    /// `super::{`, with the steps so far.
    SuperGroup(usize),
}

/// Every place in this text where a path leaves its module, in order.
pub(super) fn reaches<'a>(tokens: &[Token<'a>]) -> Vec<Reach<'a>> {
    let mut reaches = Vec::new();
    let mut braces: Vec<Brace> = Vec::new();
    let mut chain = 0;
    let before = |at: usize, back: usize| at.checked_sub(back).map_or("", |at| tokens[at].text);
    for (at, &Token { text, line }) in tokens.iter().enumerate() {
        let after = tokens.get(at + 1).map_or("", |token| token.text);
        let starts = before(at, 1) != "::";
        let in_tests = braces.iter().any(|brace| matches!(brace, Brace::Module { test: true }));
        match text {
            "{" => braces.push(match (before(at, 1), before(at, 2)) {
                ("::", "crate" | "scimdrift") => Brace::CrateGroup,
                ("::", "super") => Brace::SuperGroup(chain),
                (module, "mod") => Brace::Module { test: module == "tests" },
                _ => Brace::Block,
            }),
            "}" => drop(braces.pop()),
            "crate" | "scimdrift" if after == "::" => {
                if let Some(first) = tokens.get(at + 2).filter(|first| first.text != "{") {
                    reaches.push(Reach::Crate { first: first.text, line });
                }
            }
            "super" => {
                let outer = if let Some(Brace::SuperGroup(outer)) = braces.last() { *outer } else { 0 };
                chain = if starts { outer + 1 } else { chain + 1 };
                if after != "::" || tokens.get(at + 2).is_none_or(|next| next.text != "super") {
                    let inline = braces.iter().filter(|brace| matches!(brace, Brace::Module { .. })).count();
                    reaches.push(Reach::Super { steps: chain, inline, line });
                }
            }
            _ if matches!(braces.last(), Some(Brace::CrateGroup)) && matches!(before(at, 1), "{" | ",") && text != "self" => {
                reaches.push(Reach::Crate { first: text, line });
            }
            _ if starts && after == "::" && text.starts_with(is_word) && !in_tests => reaches.push(Reach::Outside { first: text, line }),
            _ => {}
        }
    }
    reaches
}

#[test]
fn prose_and_quotes_are_not_code() {
    let text = "a // b\n/* c /* d */ e */ f \"g \\\" h\" r#\"i \" j\"# 'k' '\\'' &'l m b\"n\" r#type";
    assert_eq!(code(text).split_whitespace().collect::<Vec<_>>(), ["a", "f", "&'l", "m", "b", "r#type"]);
    assert_eq!(code(text).lines().count(), 2);
    assert_eq!(code("\"open").trim(), "");
}

#[test]
fn paths_are_followed_through_groups_and_inline_modules() {
    let text = "use crate::{model::x, store};\nuse super::{super::y, z};\nmod tests { use super::*; csv::a(); }\nclap::b(c::d)";
    let code = code(text);
    let expected = [
        Reach::Crate { first: "model", line: 1 },
        Reach::Crate { first: "store", line: 1 },
        Reach::Super { steps: 1, inline: 0, line: 2 },
        Reach::Super { steps: 2, inline: 0, line: 2 },
        Reach::Super { steps: 1, inline: 1, line: 3 },
        Reach::Outside { first: "clap", line: 4 },
        Reach::Outside { first: "c", line: 4 },
    ];
    assert_eq!(reaches(&tokens(&code)), expected);
}
