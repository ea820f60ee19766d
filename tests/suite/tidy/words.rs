//! What may not stand in any file that is kept: places that exist on one machine only.

use std::fs;
use std::process::Command;

use regex::Regex;

use super::{none, top};

/// Folders of one machine. In pieces, so that this file may be kept too.
const FOLDERS: [&str; 4] = [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("C:", "\\Users")];

/// Package registries and their mirrors. The default registry needs no host; another one is nobody else's.
const HOSTS: [&str; 7] = [
    concat!("index.", "crates.io"),
    concat!("static.", "crates.io"),
    concat!("registry.", "npmjs.org"),
    concat!("pypi", ".org/simple"),
    concat!("files.", "pythonhosted.org"),
    concat!("proxy.", "golang.org"),
    concat!("arti", "factory"),
];

/// Where `Cargo.lock` may say that a package comes from.
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// The forbidden words in this text, with their lines. A folder counts where a path begins, not inside of a longer one
/// (`example.com` + `/wo` + `rk/`, which SCIM has, is somebody's address).
fn forbidden(file: &str, text: &str) -> Vec<String> {
    let folders: Vec<String> = FOLDERS.iter().map(|folder| regex::escape(folder)).collect();
    let folders = Regex::new(&format!(r"(?:^|[^\w.\-/\]}})])(?:{})", folders.join("|"))).unwrap();
    let mut problems = Vec::new();
    for (number, line) in text.lines().enumerate() {
        if let Some(found) = folders.find(line) {
            problems.push(format!("{file}:{}: {} is a place on one machine", number + 1, found.as_str().trim()));
        }
        for host in HOSTS.iter().filter(|host| line.contains(*host)) {
            problems.push(format!("{file}:{}: {host} is a registry", number + 1));
        }
    }
    problems
}

/// The packages of this lock file that come from elsewhere than the default registry.
fn foreign(lock: &str) -> Vec<String> {
    let sources = lock.lines().filter_map(|line| line.strip_prefix("source = "));
    sources.filter(|source| source.trim_matches('"') != REGISTRY).map(|source| format!("Cargo.lock: {source}")).collect()
}

#[test]
fn no_kept_file_names_a_machine_or_a_registry() {
    let listed =
        Command::new("git").current_dir(top()).args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).output().unwrap();
    assert!(listed.status.success(), "git is needed to tell which files are kept: {}", String::from_utf8_lossy(&listed.stderr));
    let files = String::from_utf8(listed.stdout).unwrap();
    // Files that git still lists and that are gone are on their way out; files that are no text are pictures or archives.
    let texts = files.split_terminator('\0').filter_map(|file| Some((file, fs::read_to_string(top().join(file)).ok()?)));
    none(&texts.flat_map(|(file, text)| forbidden(file, &text)).collect::<Vec<_>>());
}

#[test]
fn every_package_comes_from_the_default_registry() {
    none(&foreign(&fs::read_to_string(top().join("Cargo.lock")).unwrap()));
}

#[test]
fn forbidden_words_are_seen() {
    for folder in FOLDERS {
        assert_eq!(forbidden("a", &format!("cd {folder}x")).len(), 1, "{folder}");
        assert_eq!(forbidden("a", &format!("\n{folder}x")), [format!("a:2: {folder} is a place on one machine")]);
    }
    for host in HOSTS {
        assert_eq!(forbidden("a", &format!("https://{host}/x")).len(), 1, "{host}");
    }
    none(&forbidden("a", &format!("https://hr.example.com{}x", FOLDERS[0])));
    none(&forbidden("a", "emails[type eq \"work\"] works, homework/ too"));
}

#[test]
fn a_foreign_package_is_seen() {
    none(&foreign(&format!("source = \"{REGISTRY}\"")));
    assert_eq!(foreign("source = \"git+https://example.com/x\"").len(), 1);
}
