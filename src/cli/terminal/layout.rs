//! The width of the screen, and texts that keep to it: names on the left, what they are of beside them.

use std::io::{self, Write};

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::on_one_line;

/// Longer lines are hard to read, however wide the screen.
const WIDEST: usize = 120;

/// Narrower ones leave no room beside the names.
const NARROWEST: usize = 40;

/// How wide a line may be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::cli) struct Layout {
    /// In columns; `None`: as wide as it is, since a program reads it, or a file keeps it.
    width: Option<usize>,
}

impl Layout {
    /// That of standard output: `COLUMNS`, else the terminal's; without both, lines are not broken.
    pub(in crate::cli) fn of_terminal() -> Self {
        #[expect(clippy::disallowed_methods, reason = "the command line reads the environment")]
        let asked = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse::<usize>().ok()).filter(|columns| *columns > 0);
        let screen = || terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| usize::from(width.0));
        Self { width: asked.or_else(screen).map(|width| width.clamp(NARROWEST, WIDEST)) }
    }

    /// A name, and from column `margin` on a text, broken where the line is full. Hostile characters are escaped in both.
    pub(in crate::cli) fn entry(self, out: &mut dyn Write, margin: usize, name: &str, text: &str) -> io::Result<()> {
        let name = on_one_line(name);
        let gap = margin.saturating_sub(name.width()).max(usize::from(!name.is_empty()));
        write!(out, "{name}{:gap$}", "")?;
        self.rest(out, margin, text)
    }

    /// The same on a line where `begun` columns are written already; a name that is too long has its text below.
    pub(in crate::cli) fn beside(self, out: &mut dyn Write, begun: usize, margin: usize, name: &str, text: &str) -> io::Result<()> {
        let name = on_one_line(name);
        match margin.checked_sub(begun + name.width()) {
            Some(gap @ 1..) => write!(out, "{name}{:gap$}", "")?,
            _ => write!(out, "{name}\n{:margin$}", "")?,
        }
        self.rest(out, margin, text)
    }

    /// What goes on at column `margin`, to the end of the line and of those below.
    pub(in crate::cli) fn rest(self, out: &mut dyn Write, margin: usize, text: &str) -> io::Result<()> {
        let text = on_one_line(text);
        let mut lines = self.lines(&text, margin).into_iter();
        writeln!(out, "{}", lines.next().unwrap_or_default())?;
        lines.try_for_each(|line| writeln!(out, "{:margin$}{line}", ""))
    }

    /// The text on one line, cut where the line is full beside the margin. Hostile characters are escaped.
    pub(in crate::cli) fn cut(self, margin: usize, text: &str) -> String {
        let text = on_one_line(text);
        let Some(room) = self.width.map(|width| width.saturating_sub(margin)) else { return text };
        if text.width() <= room {
            return text;
        }
        let mut cut = String::new();
        for c in text.chars() {
            if cut.width() + c.width().unwrap_or(0) >= room {
                break;
            }
            cut.push(c);
        }
        cut + "…"
    }

    /// The text in so many lines beside the margin at most, the last cut where more would follow. Hostile characters are escaped.
    pub(in crate::cli) fn in_lines(self, margin: usize, text: &str, most: usize) -> Vec<String> {
        let mut lines = self.lines(&on_one_line(text), margin);
        if lines.len() > most {
            let rest = lines.split_off(most.saturating_sub(1)).join(" ");
            lines.push(self.cut(margin, &rest));
        }
        lines
    }

    /// The text in lines that fit beside the margin. A word that is longer stays whole, so that it can be copied.
    fn lines(self, text: &str, margin: usize) -> Vec<String> {
        let Some(width) = self.width else { return vec![text.to_owned()] };
        let room = width.saturating_sub(margin).max(NARROWEST / 2);
        let mut lines = vec![String::new()];
        // Spaces inside of a line stay, as columns are made of them.
        for word in text.split_inclusive(' ') {
            let Some(line) = lines.last_mut() else { continue };
            if !line.is_empty() && line.width() + word.trim_end().width() > room {
                lines.push(word.to_owned());
            } else {
                line.push_str(word);
            }
        }
        lines.iter().map(|line| line.trim_end().to_owned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(width: Option<usize>, margin: usize, name: &str, text: &str) -> Vec<String> {
        let mut out = Vec::new();
        Layout { width }.entry(&mut out, margin, name, text).expect("memory takes everything");
        String::from_utf8_lossy(&out).lines().map(ToOwned::to_owned).collect()
    }

    #[test]
    fn a_text_is_broken_beside_its_name_and_a_long_word_stays_whole() {
        let lines = entry(Some(40), 10, "sample", "create for somebody: 409 uniqueness and-a-word-that-is-longer-than-the-line ends");
        let expected = [
            "sample    create for somebody: 409",
            "          uniqueness",
            "          and-a-word-that-is-longer-than-the-line",
            "          ends",
        ];
        assert_eq!(lines, expected);
        assert_eq!(entry(None, 10, "sample", &"word ".repeat(50)).len(), 1);
    }

    #[test]
    fn a_name_that_is_too_long_has_its_text_below() {
        let beside = |name: &str| {
            let mut out = Vec::new();
            Layout::default().beside(&mut out, 4, 10, name, "text").expect("memory takes everything");
            String::from_utf8_lossy(&out).into_owned()
        };
        assert_eq!((beside("name"), beside("a-name")), ("name  text\n".to_owned(), "a-name\n          text\n".to_owned()));
    }

    #[test]
    fn what_is_cut_ends_with_the_line() {
        let cut = |text: &str| Layout { width: Some(40) }.cut(10, text);
        assert_eq!(cut(&"x".repeat(30)), "x".repeat(30));
        assert_eq!(cut(&"x".repeat(31)), format!("{}…", "x".repeat(29)));
        assert!(cut(&"林".repeat(20)).width() <= 30);
        assert_eq!(Layout::default().cut(10, "a\nb\u{1b}"), "a b\\u{1b}");
    }

    #[test]
    fn what_may_go_on_below_is_cut_only_there() {
        let lines = |text: &str| Layout { width: Some(40) }.in_lines(10, text, 2);
        assert_eq!(lines("one line"), ["one line"]);
        assert_eq!(lines(&"reason ".repeat(8)), ["reason ".repeat(4).trim_end(), "reason ".repeat(4).trim_end()]);
        let cut = lines(&"reason ".repeat(9));
        assert!(cut.len() == 2 && cut[1].ends_with('…') && cut[1].width() <= 30, "{cut:?}");
        assert_eq!(Layout::default().in_lines(10, &"reason ".repeat(9), 2).len(), 1);
    }

    #[test]
    fn wide_and_hostile_characters_keep_the_columns() {
        assert_eq!(entry(None, 8, "林", "a\nb\u{1b}"), ["林      a b\\u{1b}"]);
        assert_eq!(entry(None, 4, "longer-name", "text"), ["longer-name text"]);
        assert_eq!(entry(Some(40), 20, "", &"林 ".repeat(10)).len(), 2, "each takes two columns");
    }
}
