//! What the pages say one can type, one can type.

use std::path::Path;

use clap::{CommandFactory as _, Parser as _};

use super::arguments::Arguments;

/// Every page with its text.
fn pages() -> Vec<(String, String)> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![top.join("docs")];
    let mut files =
        vec![top.join("README.md"), top.join("reports/README.md"), top.join("fixtures/acme/README.md"), top.join("CHANGELOG.md")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.retain(|file| file.extension().is_some_and(|extension| extension == "md"));
    files.sort();
    let read = |file: &std::path::PathBuf| (file.display().to_string(), std::fs::read_to_string(file).expect("a page"));
    files.iter().map(read).collect()
}

/// The words of a command as a shell splits it, without a comment, and without what follows a pipe or a redirection.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote, mut begun) = (Vec::new(), String::new(), None, false);
    for letter in line.chars() {
        match (letter, quote) {
            ('"' | '\'', None) => (quote, begun) = (Some(letter), true),
            (_, Some(mark)) if letter == mark => quote = None,
            ('#' | '|' | '>', None) if word.is_empty() => break,
            (' ', None) => {
                if begun || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                begun = false;
            }
            _ => word.push(letter),
        }
    }
    if begun || !word.is_empty() {
        words.push(word);
    }
    words
}

/// The commands of the blocks of code: whole lines, those that go on behind a backslash too.
fn commands(text: &str) -> Vec<String> {
    let mut code = false;
    let mut lines = Vec::new();
    for line in text.replace("\\\n", " ").lines() {
        if line.trim_start().starts_with("```") {
            code = !code;
        } else if code && line.trim_start().starts_with("scimdrift ") {
            lines.push(line.trim().to_owned());
        }
    }
    lines
}

/// The commands that stand in a sentence, which may be cut short.
fn mentions(text: &str) -> Vec<String> {
    text.split('`')
        .skip(1)
        .step_by(2)
        .filter(|span| span.starts_with("scimdrift ") && !span.contains('\n'))
        .map(ToOwned::to_owned)
        .collect()
}

#[test]
fn every_command_of_the_pages_parses() {
    let mut problems = Vec::new();
    let mut checked = 0;
    for (page, text) in pages() {
        for line in commands(&text) {
            let words = words(&line);
            checked += 1;
            if let Err(error) = Arguments::try_parse_from(&words)
                && error.use_stderr()
            {
                problems.push(format!("{page}: {line}: {error}"));
            }
        }
    }
    assert!(checked > 20, "only {checked} commands were found");
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn every_command_that_a_page_mentions_exists() {
    let definition = Arguments::command();
    let names: Vec<&str> = definition.get_subcommands().map(clap::Command::get_name).collect();
    let mut problems = Vec::new();
    for (page, text) in pages() {
        for mention in mentions(&text) {
            let words = words(&mention);
            let command = words.get(1).map(String::as_str).unwrap_or_default();
            let is_known = |option: &str| {
                let options = definition
                    .get_arguments()
                    .chain(definition.find_subcommand(command).into_iter().flat_map(clap::Command::get_arguments));
                options.filter_map(clap::Arg::get_long).any(|long| option.strip_prefix("--") == Some(long)) || option == "--version"
            };
            let options = words.iter().skip(1).filter(|word| word.starts_with("--"));
            let unknown = options.into_iter().find(|option| !is_known(option));
            let exists = command.starts_with('-') || command.starts_with('…') || names.contains(&command);
            if !exists || unknown.is_some() {
                problems.push(format!("{page}: `{mention}`"));
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn every_command_is_in_the_readme() {
    let readme = pages().into_iter().find(|(page, _)| {
        page.ends_with("README.md") && !page.contains("/docs/") && !page.contains("reports") && !page.contains("fixtures")
    });
    let text = readme.map(|(_, text)| text).expect("the readme");
    let missing: Vec<String> = Arguments::command()
        .get_subcommands()
        .map(|command| command.get_name().to_owned())
        .filter(|name| {
            !text.contains(&format!("scimdrift {name}")) && !text.contains(&format!("`{name}`")) && !text.contains(&format!("-- {name} "))
        })
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn words_are_split_as_a_shell_does() {
    assert_eq!(words("scimdrift forget a.json --reason \"of a test\" # why"), ["scimdrift", "forget", "a.json", "--reason", "of a test"]);
    assert_eq!(words("scimdrift completions bash > file"), ["scimdrift", "completions", "bash"]);
    assert_eq!(mentions("`a` and `scimdrift run -v` and"), ["scimdrift run -v"]);
    assert_eq!(commands("scimdrift x\n```sh\nscimdrift run \\\n  --as-of y\nother\n```\n"), ["scimdrift run    --as-of y"]);
}
