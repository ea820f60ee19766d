//! A page as a browser's tokenizer reads it (WHATWG HTML, section 13.2.5): elements with their attributes, and texts.

use std::cell::RefCell;
use std::collections::BTreeMap;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};

/// Elements that have no end.
const VOID: [&str; 8] = ["br", "col", "hr", "img", "input", "link", "meta", "source"];

/// A page.
#[derive(Debug, Default)]
pub(crate) struct Document {
    pieces: Vec<Piece>,
    /// What the tokenizer found wrong.
    pub(crate) errors: Vec<String>,
}

#[derive(Debug)]
enum Piece {
    Start { name: String, attributes: Vec<(String, String)> },
    End,
    Text(String),
}

impl Document {
    pub(crate) fn read(html: &str) -> Self {
        let tokenizer = Tokenizer::new(Reader::default(), TokenizerOpts::default());
        let input = BufferQueue::default();
        input.push_back(StrTendril::from(html));
        // Every script stops it once, as it would a browser.
        while !matches!(tokenizer.feed(&input), html5ever::TokenizerResult::Done) {}
        tokenizer.end();
        tokenizer.sink.0.into_inner()
    }

    /// How often every element stands with its attributes: `a class href`.
    pub(crate) fn elements(&self) -> BTreeMap<String, usize> {
        let mut elements = BTreeMap::new();
        for (name, attributes) in self.starts() {
            let mut names: Vec<&str> = attributes.iter().map(|(name, _)| name.as_str()).collect();
            names.sort_unstable();
            *elements.entry(std::iter::once(name).chain(names).collect::<Vec<_>>().join(" ")).or_default() += 1;
        }
        elements
    }

    /// The values of an attribute, on whatever elements, in order.
    pub(crate) fn values(&self, attribute: &str) -> Vec<&str> {
        let of = |attributes: &'_ [(String, String)]| attributes.iter().position(|(name, _)| name == attribute);
        self.starts().filter_map(|(_, attributes)| Some(attributes.get(of(attributes)?)?.1.as_str())).collect()
    }

    /// An attribute of the first element whose `attribute` is `value`.
    pub(crate) fn of_the(&self, attribute: &str, value: &str, other: &str) -> Option<&str> {
        let of = |attributes: &'_ [(String, String)], name: &str| attributes.iter().position(|(key, _)| key == name);
        let is_it = |attributes: &&[(String, String)]| of(attributes, attribute).is_some_and(|place| attributes[place].1 == value);
        let attributes = self.starts().map(|(_, attributes)| attributes).find(is_it)?;
        Some(attributes.get(of(attributes, other)?)?.1.as_str())
    }

    /// All texts, one after the other; styles and scripts are texts too.
    pub(crate) fn text(&self) -> String {
        self.pieces.iter().filter_map(|piece| if let Piece::Text(text) = piece { Some(text.as_str()) } else { None }).collect()
    }

    /// The texts inside the element with this id, trimmed, without the empty ones.
    pub(crate) fn texts_of(&self, id: &str) -> Vec<String> {
        let is_it = |attributes: &[(String, String)]| attributes.iter().any(|(name, value)| name == "id" && value == id);
        let begin = self.pieces.iter().position(|piece| matches!(piece, Piece::Start { attributes, .. } if is_it(attributes)));
        let (mut depth, mut texts) = (0_usize, Vec::new());
        for piece in self.pieces.iter().skip(begin.unwrap_or(self.pieces.len())) {
            match piece {
                Piece::Start { name, .. } if !VOID.contains(&name.as_str()) => depth += 1,
                Piece::Start { .. } => {}
                Piece::End => depth = depth.saturating_sub(1),
                Piece::Text(text) => texts.extend(Some(text.trim().to_owned()).filter(|text| !text.is_empty())),
            }
            if depth == 0 {
                break;
            }
        }
        texts
    }

    fn starts(&self) -> impl Iterator<Item = (&str, &[(String, String)])> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Start { name, attributes } => Some((name.as_str(), attributes.as_slice())),
            _ => None,
        })
    }

    fn add_text(&mut self, text: &str) {
        match self.pieces.last_mut() {
            Some(Piece::Text(last)) => last.push_str(text),
            _ => self.pieces.push(Piece::Text(text.to_owned())),
        }
    }
}

/// Takes the tokens down.
#[derive(Default)]
struct Reader(RefCell<Document>);

impl TokenSink for Reader {
    type Handle = ();

    fn process_token(&self, token: Token, _: u64) -> TokenSinkResult<()> {
        let mut document = self.0.borrow_mut();
        match token {
            Token::TagToken(tag) => return taken(&mut document, &tag),
            Token::CharacterTokens(text) => document.add_text(&text),
            Token::NullCharacterToken => document.add_text("\0"),
            Token::ParseError(error) => document.errors.push(error.into_owned()),
            Token::CommentToken(_) | Token::DoctypeToken(_) | Token::EOFToken => {}
        }
        TokenSinkResult::Continue
    }
}

/// What a tree would tell the tokenizer of an element.
fn taken(document: &mut Document, tag: &Tag) -> TokenSinkResult<()> {
    let name = tag.name.to_string();
    if tag.kind == TagKind::EndTag {
        let is_script = name == "script";
        document.pieces.push(Piece::End);
        return if is_script { TokenSinkResult::Script(()) } else { TokenSinkResult::Continue };
    }
    let raw = match name.as_str() {
        "title" | "textarea" => Some(RawKind::Rcdata),
        "style" | "xmp" | "iframe" | "noembed" | "noframes" => Some(RawKind::Rawtext),
        "script" => Some(RawKind::ScriptData),
        _ => None,
    };
    let attributes = tag.attrs.iter().map(|attribute| (attribute.name.local.to_string(), attribute.value.to_string())).collect();
    let closes_itself = tag.self_closing && !VOID.contains(&name.as_str());
    document.pieces.push(Piece::Start { name, attributes });
    if closes_itself {
        document.pieces.push(Piece::End); // as in SVG
    }
    raw.map_or(TokenSinkResult::Continue, TokenSinkResult::RawData)
}
