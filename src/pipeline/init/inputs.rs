//! `[[input]]`s: files of one source become one glob, where it names no file of another.

use std::collections::BTreeMap;

use globset::GlobBuilder;
use regex::Regex;

use super::files::{Found, Recognized};
use crate::model::proposal::ProposedInput;

/// A date, with or without a time, or a sequence number: what differs from one export to the next.
const MARK: &str = r"(?x)
    [-_.]? \d{4}-?\d{2}-?\d{2} (?: [T_-] \d{2} (?: [:\-]? \d{2}){0,2} (?: \.\d+ )? (?: Z | [+-]\d{2}:?\d{2} )? )? (?: [-_.] \d+ (?: [-_.]|$) )?
  | (?: ^ | [-_.] ) \d+ (?: [-_.] | $ )";

/// What to read, by area and source.
pub(super) fn propose(found: &Found) -> Vec<ProposedInput> {
    let mark = Regex::new(MARK).expect("the pattern is fixed, and a test builds it");
    let mut groups: BTreeMap<(usize, &str, bool, String), Vec<&Recognized>> = BTreeMap::new();
    for file in &found.read {
        let (folder, _) = in_two(&file.name);
        let folder = starred(&mark, folder).unwrap_or_else(|| globset::escape(folder));
        groups.entry((area(file.source.id), file.source.id, file.needs_taken_at, folder)).or_default().push(file);
    }
    let mut inputs = Vec::new();
    for ((_, _, needs_taken_at, folder), files) in groups {
        // Each listing without a time will have one of its own, so each has its own [[input]].
        let named =
            if needs_taken_at { files.iter().map(|file| (file.name.clone(), 1)).collect() } else { globs(found, &mark, &folder, &files) };
        let Some(source) = files.first().map(|file| file.source) else { continue };
        let input = |(path, files)| ProposedInput { path, source: source.id, title: source.title, files, needs_taken_at };
        inputs.extend(named.into_iter().map(input));
    }
    inputs
}

/// Globs for files of one source in one folder, with how many each names: one for all of them, else one for each way of being
/// called, else the files themselves.
fn globs(found: &Found, mark: &Regex, folder: &str, files: &[&Recognized]) -> Vec<(String, usize)> {
    let names: Vec<&str> = files.iter().map(|file| in_two(&file.name).1).collect();
    let whole = |name: &str| if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
    let one = common(mark, &names).map(|stem| whole(&stem)).filter(|glob| names_only(found, glob, files));
    if let Some(glob) = one {
        return vec![(glob, files.len())];
    }
    let mut heads: BTreeMap<&str, Vec<&Recognized>> = BTreeMap::new();
    for file in files {
        let name = in_two(&file.name).1;
        heads.entry(mark.find(name).map_or(name, |found| head(name, found.start()))).or_default().push(file);
    }
    if heads.len() > 1 {
        return heads.values().flat_map(|files| globs(found, mark, folder, files)).collect();
    }
    let mut kinds: BTreeMap<String, Vec<&Recognized>> = BTreeMap::new();
    for file in files {
        let name = in_two(&file.name).1;
        let stem = starred(mark, name).unwrap_or_else(|| globset::escape(name));
        kinds.entry(whole(&stem)).or_default().push(file);
    }
    let mut globs = Vec::new();
    for (glob, files) in kinds {
        match files.as_slice() {
            // The very name is a path as well as a glob, and a path needs no escapes.
            [file] if glob == globset::escape(&file.name) => globs.push((file.name.clone(), 1)),
            _ if names_only(found, &glob, &files) => globs.push((glob, files.len())),
            _ => globs.extend(files.iter().map(|file| (file.name.clone(), 1))),
        }
    }
    globs
}

/// The stem that all names share, up to what differs: `system-log-*`. `None` for one name that has no date and no number.
fn common(mark: &Regex, names: &[&str]) -> Option<String> {
    let heads: Vec<&str> = names.iter().map(|name| mark.find(name).map_or(*name, |found| head(name, found.start()))).collect();
    let tails: Vec<&str> = names.iter().map(|name| mark.find_iter(name).last().map_or(*name, |found| tail(name, found.end()))).collect();
    if names.len() == 1 && heads == names {
        return None;
    }
    let head = shared(&heads, false);
    let tail = shared(&tails, true);
    // Cut at a mark between words, so that no word is torn.
    let is_torn = names.iter().any(|name| name[head.len()..].starts_with(char::is_alphanumeric));
    let head = if is_torn { head.rfind(['-', '_', '.']).map_or("", |at| &head[..=at]) } else { head };
    let tail = tail.find(['.', '-', '_']).map_or("", |at| &tail[at..]);
    // One name inside of another would be counted twice.
    (names.iter().all(|name| name.len() >= head.len() + tail.len()) && !(head.is_empty() && tail.is_empty()))
        .then(|| format!("{}*{}", globset::escape(head), globset::escape(tail)))
}

/// What stands before a mark, with the hyphen that the mark may have taken.
fn head(name: &str, start: usize) -> &str {
    let end = if name[start..].starts_with(['-', '_', '.']) { start + 1 } else { start };
    &name[..end]
}

/// What stands behind a mark, with the full stop that the mark may have taken.
fn tail(name: &str, end: usize) -> &str {
    let start = if name[..end].ends_with(['-', '_', '.']) { end - 1 } else { end };
    &name[start..]
}

/// The longest beginning, or end, that all have.
fn shared<'a>(all: &[&'a str], at_end: bool) -> &'a str {
    let Some(first) = all.first() else { return "" };
    let mut cuts: Vec<usize> = first.char_indices().map(|(at, _)| at).chain([first.len()]).collect();
    if !at_end {
        cuts.reverse();
    }
    let part = |at: usize| if at_end { &first[at..] } else { &first[..at] };
    let fits = |part: &str| all.iter().all(|other| if at_end { other.ends_with(part) } else { other.starts_with(part) });
    cuts.into_iter().map(part).find(|part| fits(part)).unwrap_or("")
}

/// The text as a glob, with `*` for dates and numbers; `None` where it has none.
fn starred(mark: &Regex, text: &str) -> Option<String> {
    let mut glob = String::new();
    let mut end = 0;
    for found in mark.find_iter(text) {
        let (before, after) = (head(text, found.start()), tail(text, found.end()));
        glob += &globset::escape(before.get(end..).unwrap_or_default());
        if !glob.ends_with('*') {
            glob.push('*');
        }
        end = text.len() - after.len();
    }
    (end > 0).then(|| glob + &globset::escape(&text[end..]))
}

/// Whether the glob names these files and no others that were found.
fn names_only(found: &Found, glob: &str, files: &[&Recognized]) -> bool {
    let Ok(glob) = GlobBuilder::new(glob).literal_separator(true).build().map(|glob| glob.compile_matcher()) else { return false };
    let read = found.read.iter().filter(|file| glob.is_match(&file.name)).map(|file| file.name.as_str());
    read.eq(files.iter().map(|file| file.name.as_str())) && !found.unread.iter().any(|file| glob.is_match(&file.file))
}

fn in_two(name: &str) -> (&str, &str) {
    name.rsplit_once('/').unwrap_or(("", name))
}

/// Identity provider, target, systems beside it, the organization's own.
fn area(source: &str) -> usize {
    let areas: [&[&str]; 3] = [&["okta-", "entra-"], &["huggingface-", "scim-"], &["aws-", "hoop-"]];
    areas.iter().position(|prefixes| prefixes.iter().any(|prefix| source.starts_with(prefix))).unwrap_or(areas.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::proposal::Unread;
    use crate::source::find;

    fn found(files: &[(&str, &str)]) -> Found {
        let mut found = Found::default();
        for (name, source) in files {
            match find(source.trim_end_matches('?')) {
                Some(known) => found.read.push(Recognized {
                    path: (*name).into(),
                    name: (*name).to_owned(),
                    source: known,
                    needs_taken_at: source.ends_with('?'),
                }),
                None => found.unread.push(Unread { file: (*name).to_owned(), reason: String::new() }),
            }
        }
        found.read.sort_by(|one, other| one.name.cmp(&other.name));
        found
    }

    fn paths(files: &[(&str, &str)]) -> Vec<String> {
        propose(&found(files)).into_iter().map(|input| input.path).collect()
    }

    #[test]
    fn dates_and_numbers_become_stars() {
        let log = "okta-system-log";
        assert_eq!(paths(&[("a/system-log-2026-06-10.json", log), ("a/system-log-2026-06-11-console.csv", log)]), ["a/system-log-*"]);
        assert_eq!(paths(&[("users-2026-06-30T020000Z.json", "okta-users")]), ["users-*.json"]);
        assert_eq!(
            paths(&[("scim/users-2026-06-30T022000Z-1.json", "scim-users"), ("scim/users-2026-06-30T022000Z-2.json", "scim-users")]),
            ["scim/users-*.json"]
        );
        assert_eq!(paths(&[("2026-09-29/users.json", "okta-users"), ("2026-09-30/users.json", "okta-users")]), ["*/users.json"]);
        assert_eq!(paths(&[("page-1.json", "okta-groups")]), ["page-*.json"]);
        assert_eq!(paths(&[("log.1", log), ("log.2", log)]), ["log.*"]);
        assert_eq!(paths(&[("again-1.json", log), ("log-1.json", log), ("log-2.json.gz", log)]), ["again-*.json", "log-*"]);
    }

    #[test]
    fn names_without_them_stay() {
        assert_eq!(paths(&[("groups.json", "okta-groups")]), ["groups.json"]);
        assert_eq!(paths(&[("s3-export.json", "okta-groups")]), ["s3-export.json"]);
        assert_eq!(paths(&[("g/hf-admins.json", "okta-group-users"), ("g/Everyone.json", "okta-group-users")]), ["g/*.json"]);
        assert_eq!(paths(&[("accounts.json", "okta-groups"), ("accounts-today.json", "okta-groups")]), ["accounts*.json"]);
    }

    #[test]
    fn a_glob_names_no_other_source() {
        let mixed = [("users-2026-06-29.json", "okta-users"), ("users-2026-06-30.json", "scim-users")];
        assert_eq!(paths(&mixed), ["users-2026-06-29.json", "users-2026-06-30.json"]);
        let broken = [("log-1.json", "okta-system-log"), ("log-2.json", "okta-system-log"), ("log-3.json", "none")];
        assert_eq!(paths(&broken), ["log-1.json", "log-2.json"]);
        let apart = [("x/a-1.json", "okta-system-log"), ("x/b-1.json", "okta-groups"), ("x/c-1.json", "okta-system-log")];
        assert_eq!(paths(&apart), ["x/b-*.json", "x/a-*.json", "x/c-*.json"]);
    }

    #[test]
    fn each_listing_without_a_time_has_its_own() {
        assert_eq!(paths(&[("a-1.json", "okta-users?"), ("a-2.json", "okta-users?")]), ["a-1.json", "a-2.json"]);
    }

    #[test]
    fn what_a_name_has_of_a_glob_is_escaped() {
        let names = [("x[1]/log{a}-2026-01-01.json", "okta-system-log"), ("x[1]/log{a}-2026-01-02.json", "okta-system-log")];
        assert_eq!(paths(&names), ["x[[]1[]]/log[{]a[}]-*.json"]);
        assert_eq!(paths(&[("a*b.json", "okta-groups"), ("acb.json", "scim-groups")]), ["a*b.json", "acb.json"]);
        // Letters of more than one byte are cut nowhere.
        assert_eq!(paths(&[("é-1.json", "okta-groups"), ("è-1.json", "okta-groups")]), ["*.json"]);
    }
}
