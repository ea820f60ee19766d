//! The text format: families of samples, each with its help and type.
//! <https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format>

use std::fmt::{Display, Write as _};

/// What begins the description of a family.
const HELP: &str = "# HELP ";

/// Families, in the order they were added.
#[derive(Debug, Default)]
pub(super) struct Families {
    all: Vec<Family>,
}

/// Samples of one name. All of ours are gauges: a file is as new as the last run, and may go down.
#[derive(Debug)]
pub(super) struct Family {
    name: String,
    /// With help and type.
    text: String,
    /// Whether there is any sample; a family without one says nothing.
    is_told: bool,
}

impl Families {
    pub(super) fn add(&mut self, name: &str, help: &str) -> &mut Family {
        let text = format!("{HELP}{name} {help}\n# TYPE {name} gauge\n");
        self.all.push(Family { name: name.to_owned(), text, is_told: false });
        let last = self.all.len() - 1;
        &mut self.all[last]
    }

    /// Adds the families of a text of ours, but those with these names. What is not ours, or is cut off, is left out.
    pub(super) fn keep(&mut self, text: &str, but: &[&str]) {
        for part in text.split(HELP).skip(1) {
            let name = part.split(' ').next().unwrap_or_default();
            let is_known = but.contains(&name) || self.all.iter().any(|family| family.name == name);
            if name.starts_with("scimdrift_") && !is_known && is_whole(name, part) {
                self.all.push(Family { name: name.to_owned(), text: format!("{HELP}{part}"), is_told: true });
            }
        }
    }

    pub(super) fn text(&self) -> String {
        self.all.iter().filter(|family| family.is_told).map(|family| family.text.as_str()).collect()
    }
}

impl Family {
    /// Adds a sample.
    pub(super) fn is(&mut self, labels: &[(&str, &str)], value: impl Display) {
        self.is_told = true;
        self.text.push_str(&self.name);
        for (index, (name, value)) in labels.iter().enumerate() {
            let before = if index == 0 { '{' } else { ',' };
            let _never = write!(self.text, "{before}{name}=\"{}\"", escaped(value));
        }
        let _never = writeln!(self.text, "{} {value}", if labels.is_empty() { "" } else { "}" });
    }
}

/// A label's value: these three are all that the format escapes.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

/// Whether this is one family as [`Families::text`] writes it, after the word `HELP`: help, type, then samples with a number each.
fn is_whole(name: &str, part: &str) -> bool {
    let mut lines = part.lines().skip(1);
    let is_sample = |line: &str| {
        let rest = line.strip_prefix(name);
        let is_named = rest.is_some_and(|rest| rest.starts_with([' ', '{']));
        is_named && line.rsplit(' ').next().is_some_and(|value| value.parse::<f64>().is_ok())
    };
    let typed = lines.next() == Some(&format!("# TYPE {name} gauge"));
    let mut samples = lines.peekable();
    part.ends_with('\n') && typed && samples.peek().is_some() && samples.all(is_sample)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_cannot_end_its_sample() {
        let mut families = Families::default();
        families.add("scimdrift_a", "Help.").is(&[("b", "x\"} 1\nscimdrift_c 2\\"), ("d", "é")], 3);
        families.add("scimdrift_none", "Nothing.");
        let expected = "# HELP scimdrift_a Help.\n# TYPE scimdrift_a gauge\nscimdrift_a{b=\"x\\\"} 1\\nscimdrift_c 2\\\\\",d=\"é\"} 3\n";
        assert_eq!(families.text(), expected);
    }

    #[test]
    fn what_was_said_before_is_kept_whole_or_not_at_all() {
        let mut old = Families::default();
        old.add("scimdrift_a", "Help.").is(&[("b", "c d")], 3.5);
        old.add("scimdrift_last", "Help.").is(&[], 1);
        let old = old.text();
        let kept = |text: &str| {
            let mut families = Families::default();
            families.add("scimdrift_last", "Help.").is(&[], 2);
            families.keep(text, &["scimdrift_last"]);
            families.text()
        };
        let fresh = old.replace("_last 1", "_last 2");
        let (one, other) = fresh.split_at(fresh.find("# HELP scimdrift_last").unwrap());
        assert_eq!(kept(&old), format!("{other}{one}"));
        assert_eq!(kept(&format!("{old}{old}")), format!("{other}{one}"), "each once");
        for bad in ["", "no metrics", "# HELP node_x y\n# TYPE node_x gauge\nnode_x 1\n", &old[..one.len() - 1], "# HELP scimdrift_b"] {
            assert_eq!(kept(bad), other, "{bad:?}");
        }
        assert_eq!(kept("# HELP scimdrift_b x\n# TYPE scimdrift_b gauge\nscimdrift_b 1\nnode_c 1\n"), other);
    }
}
