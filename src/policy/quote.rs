//! Texts as a config writes them.

/// The text as a TOML string on one line, quoted and escaped.
#[must_use]
pub fn quoted(text: &str) -> String {
    let value = toml::Value::String(text.to_owned()).to_string();
    if !value.contains('\n') && !value.starts_with("\"\"\"") && !value.starts_with("'''") {
        return value;
    }
    // A value may be written in the form for several lines; a key never is.
    let table = toml::Table::from_iter([(text.to_owned(), toml::Value::Boolean(true))]).to_string();
    table.trim_end().strip_suffix(" = true").unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_comes_back_from_one_line() {
        for text in [
            "hf-admins",
            "",
            "a\"b",
            "a'b\"c",
            "\"\"\"",
            "'''",
            "a\nb",
            "\r\n",
            "tab\there",
            "\u{0}\u{7f}\u{1b}[31m",
            "C:\\x",
            "é 漢",
            "#[x]=\"y\"",
            "\u{202e}",
        ] {
            let quoted = quoted(text);
            assert!(!quoted.contains(['\n', '\r']), "{quoted:?}");
            let read: toml::Table = format!("{quoted} = {quoted}").parse().unwrap_or_else(|error| panic!("{quoted:?}: {error}"));
            assert_eq!(read.get(text).and_then(toml::Value::as_str), Some(text), "{quoted:?}");
        }
    }
}
