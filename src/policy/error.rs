//! What can be wrong with a config.

/// A config that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// The text is no TOML, or a key is unknown, missing or has a value that cannot be read.
    #[error("{file}, line {line}: {message}")]
    Invalid {
        /// The file as the user named it.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong, with the key.
        message: String,
    },
    /// Two values that do not go together.
    #[error("{file}: {message}")]
    Contradiction {
        /// The file as the user named it.
        file: String,
        /// What is wrong, with the keys.
        message: String,
    },
}

impl PolicyError {
    /// An error of the TOML reader, its place turned into a line and its key named.
    pub(super) fn from_toml(file: &str, text: &str, error: &toml::de::Error) -> Self {
        let start = error.span().map_or(0, |span| span.start);
        let before = text.get(..start).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let key = text.lines().nth(line - 1).and_then(|line| line.split_once('=')).map(|(key, _)| key.trim());
        let message = error.message().trim().to_owned();
        let message = match key {
            Some(key) if !message.contains(key.trim_matches('"')) => format!("`{key}`: {message}"),
            _ => message,
        };
        Self::Invalid { file: file.to_owned(), line, message }
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        "the keys and their values are listed in docs/guides/configuration.md"
    }
}
