//! Pages: the documentation that is compiled in, and its sections.

/// The lines of one section of a page, without its heading and its blank lines; empty where the page has no such section.
pub fn section<'a>(page: &'a str, heading: &'a str) -> impl Iterator<Item = &'a str> {
    let after = page.lines().skip_while(move |line| line.strip_prefix("## ") != Some(heading)).skip(1);
    after.take_while(|line| !line.starts_with("## ")).filter(|line| !line.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::section;

    #[test]
    fn a_section_ends_where_the_next_begins() {
        let page = "# t\n\n## One\n\na\nb\n\n## Two\nc\n";
        assert_eq!(section(page, "One").collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(section(page, "Two").collect::<Vec<_>>(), ["c"]);
        assert_eq!(section(page, "Three").count(), 0);
    }
}
